"""The market's people: their traits, who is a customer, who joins or comes back, what they are worth, and their ties.

The sums over customers are added in blocks of fixed size, so that their bits do not depend on threads. A
network is drawn as edges and kept as CSR rows.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import CUSTOMER, LOGGED, LOST, MOVED, NONE, PROSPECT
from loyaltysim.core.threads import BLOCK
from loyaltysim.kernels.jit import kernel
from loyaltysim.kernels.rng import ONE, ZERO, below, bits, erlang, normal, person, to_share, uniform

MARGIN = np.uint64(0)
SUSCEPTIBILITY = np.uint64(2)
FICKLENESS = np.uint64(64)
TALKATIVENESS = np.uint64(128)
READINESS = np.uint64(192)
"""Where a person's traits stand in their sequence of draws."""
SIFTED = 1024
"""People looked at at once, to sift out those who may join."""
MOST_FICKLE = 3.0
"""A fickleness beyond which advertising draws no better, so that nobody is drawn without bounds."""


@kernel
def traits(
    rows, generation, key, log_mean, log_sd, fickle_shape, talk_shape, ready_shape,
    margin, susceptibility, fickleness, talkativeness, readiness,
):
    """Draw the traits of the people in `rows` (int32) into their columns (float32); a person's traits never change."""
    for i in range(rows.size):
        row = rows[i]
        seed = bits(key, person(row, generation[row]))
        margin[row] = np.exp(log_mean + log_sd * normal(seed, MARGIN))
        susceptibility[row] = uniform(seed, SUSCEPTIBILITY)
        fickleness[row] = erlang(seed, FICKLENESS, fickle_shape)
        talkativeness[row] = erlang(seed, TALKATIVENESS, talk_shape)
        readiness[row] = erlang(seed, READINESS, ready_shape)


@kernel
def take_row_list(start, stop, status, tenure):
    """List the customers among the rows start..stop (int32, ascending) and add a month to their tenure.

    Every row is written to the list and only a customer's is kept: a branch that one person in five takes costs more.
    """
    status, tenure = status[start:stop], tenure[start:stop]
    rows = np.empty(status.size, np.int32)
    n = np.uint64(0)
    for i in range(status.size):
        rows[n] = start + i
        n += np.uint64(status[i] == CUSTOMER)
    for i in range(status.size):
        tenure[i] += np.int16((status[i] == CUSTOMER) & (tenure[i] < 32000))
    return rows[:n].copy()


@kernel
def join(
    start, stop, month, generation, key, advertising, unprompted, praise, blame, damp, hold, lost_factor, heard_factor,
    forget, tilt, fickleness, heard_good, heard_bad, last_outcome, with_rival, status, reason, left_month,
):
    """Let prospects among the rows start..stop join and the lost return, each at a monthly hazard.

    hazard = (drawn + unprompted + praise * good) * exp(-blame * bad) * damp, times `hold` with a rival, and for
    the lost times `lost_factor` (and `heard_factor` if their last complaint was at least logged), where
    drawn = advertising * exp(tilt * (min(fickleness, 3) - 1)). Who left `forget` months ago is a prospect again.
    Returns the rows (int32) of those who come; what brought each (int8): advertising 0, talk 1, neither 2; and int64
    (5,): joined, returned, and both by what brought them.
    """
    totals = np.zeros(5, np.int64)
    rows = np.empty(stop - start, np.int32)
    reasons_to_come = np.empty(stop - start, np.int8)
    n = 0
    most_steady = unprompted + advertising * max(np.exp(-tilt), np.exp(tilt * (MOST_FICKLE - 1.0)))
    ceiling = damp * max(1.0, hold) * max(1.0, lost_factor, lost_factor * heard_factor)
    may = np.empty(SIFTED, np.bool_)
    sifted = np.empty(SIFTED, np.int64)
    for begin in range(start, stop, SIFTED):
        size = min(SIFTED, stop - begin)
        # most people stay as they are: a loop without branches, over slices, sifts out those for whom more must be
        # reckoned
        until = begin + size
        states, reasons, months = status[begin:until], reason[begin:until], left_month[begin:until]
        good, generations = heard_good[begin:until], generation[begin:until]
        for i in range(size):
            near = to_share(bits(key, person(begin + i, generations[i]))) < (most_steady + praise * good[i]) * ceiling
            forgets = (states[i] == LOST) & (month - months[i] >= forget) & (reasons[i] > MOVED)
            may[i] = (near & (states[i] != CUSTOMER)) | forgets
        listed = np.uint64(0)
        for i in range(size):
            sifted[listed] = begin + i
            listed += np.uint64(may[i])
        for i in range(listed):
            row = sifted[i]
            seed = bits(key, person(row, generation[row]))
            u = to_share(seed)
            lost = status[row] == LOST
            if lost and month - left_month[row] >= forget and reason[row] > MOVED:
                status[row] = PROSPECT
                reason[row] = NONE
                lost = False
            talk = praise * heard_good[row]
            if u >= (most_steady + talk) * ceiling:
                continue
            if lost and (reason[row] <= MOVED or left_month[row] == month):
                continue
            drawn = advertising * np.exp(tilt * (min(fickleness[row], MOST_FICKLE) - 1.0))
            rate = (drawn + unprompted + talk) * np.exp(-blame * heard_bad[row]) * damp
            if with_rival[row]:
                rate *= hold
            if lost:
                rate *= lost_factor
                if last_outcome[row] >= LOGGED:
                    rate *= heard_factor
            if u >= 1.0 - np.exp(-rate):
                continue
            pick = uniform(seed, ONE) * (drawn + unprompted + talk)
            why = 0 if pick < drawn else (1 if pick < drawn + talk else 2)
            totals[1 if lost else 0] += 1
            totals[2 + why] += 1
            rows[n] = row
            reasons_to_come[n] = why
            n += 1
    return rows[:n].copy(), reasons_to_come[:n].copy(), totals


@kernel
def welcome(
    rows, start_satisfaction, start_expectation, status, reason, tenure, exposure, satisfaction, expectation,
    complained, tried, with_rival,
):
    """Make the people of `rows` (int32) customers whose tenure starts anew; gives how many of them a rival has lost."""
    from_rival = 0
    for i in range(rows.size):
        row = rows[i]
        from_rival += with_rival[row] != 0
        status[row] = CUSTOMER
        reason[row] = NONE
        tenure[row] = 0
        exposure[row] = 0.0
        satisfaction[row] = start_satisfaction
        expectation[row] = start_expectation
        complained[row] = 0
        tried[row] = 0
        with_rival[row] = 0
    return from_rival


@kernel
def afford(price, money):
    """Take what the money still pays, in the given order; price: float64 (n,). Gives who is taken, and the sum spent.

    Nobody who costs nothing is taken: they are worth nothing.
    """
    taken = np.zeros(price.size, np.bool_)
    spent = 0.0
    for i in range(price.size):
        if price[i] > 0.0 and spent + price[i] <= money:
            taken[i] = True
            spent += price[i]
    return taken, spent


@kernel
def value(start, stop, status, margin, founder, with_rival):
    """Return how many of the rows start..stop are customers and how many with a rival, and the sums of the customers'
    monthly margins and of the founders' among them.

    Sums are given block by block (float64, (blocks,)), each over 4,096 rows from 0, so that the bits do not depend on
    how the rows are shared among threads.
    """
    status, margin = status[start:stop], margin[start:stop]
    founder, with_rival = founder[start:stop], with_rival[start:stop]
    blocks = (status.size + BLOCK - 1) // BLOCK
    totals = np.zeros(blocks, np.float64)
    of_founders = np.zeros(blocks, np.float64)
    rows = np.empty(BLOCK, np.uint32)
    count = 0
    elsewhere = 0
    for row in range(with_rival.size):
        elsewhere += with_rival[row] != 0
    for block in range(blocks):
        begin = block * BLOCK
        n = np.uint64(0)
        for i in range(min(BLOCK, status.size - begin)):
            rows[n] = begin + i
            n += np.uint64(status[np.uint64(begin + i)] == CUSTOMER)
        part = 0.0
        founders_part = 0.0
        for i in range(n):
            row = rows[i]
            part += margin[row]
            founders_part += margin[row] if founder[row] else 0.0
        count += int(n)
        totals[block] = part
        of_founders[block] = founders_part
    return count, elsewhere, totals, of_founders


@kernel
def value_lost(customers, status, margin, with_rival, top):
    """Sum up this month's leavers among the customers (rows, int32).

    `margin`: float32 by person; `top`: the margin from which one belongs to the top tenth. Returns the leavers' summed
    margin, that of the top tenth among them (float64, added in blocks of 4,096 customers), the number of these, and the
    number who went to a rival.
    """
    total = 0.0
    of_top = 0.0
    tops = 0
    to_rival = 0
    leavers = np.empty(BLOCK, np.int32)
    for start in range(0, customers.size, BLOCK):
        n = np.uint64(0)
        for i in range(start, min(start + BLOCK, customers.size)):
            leavers[n] = customers[i]
            n += np.uint64(status[np.uint64(customers[i])] == LOST)
        part = 0.0
        top_part = 0.0
        for i in range(n):
            row = leavers[i]
            part += margin[row]
            if margin[row] >= top:
                top_part += margin[row]
                tops += 1
            if with_rival[row]:
                to_rival += 1
        total += part
        of_top += top_part
    return total, of_top, tops, to_rival


def top_tenth(margin):
    """Return the margin from which one belongs to the top tenth, and that tenth's share of the sum; margin: (n,), n >=
    1.

    The tenth is rounded up to whole people; the share is 0 if nobody pays anything.
    """
    size = -(-margin.size // 10)
    best = np.partition(margin, margin.size - size)[margin.size - size :]
    total = float(np.sum(margin, dtype=np.float64))
    return float(best.min()), float(np.sum(best, dtype=np.float64)) / total if total > 0 else 0.0


@kernel
def small_world(people, half, rewired, key):
    """Tie each person to the next `half` on a ring, each tie rewired with a chance (Watts and Strogatz 1998).

    Returns a, b: int32 (people * half,), the two ends of each tie.
    """
    a = np.empty(people * half, np.int32)
    b = np.empty(people * half, np.int32)
    for row in range(people):
        for j in range(half):
            edge = row * half + j
            other = (row + j + 1) % people
            seed = bits(key, np.uint64(edge))
            if uniform(seed, ZERO) < rewired:
                other = (row + 1 + below(bits(seed, ONE), people - 1)) % people
            a[edge] = row
            b[edge] = other
    return a, b


@kernel
def random_ties(people, edges, key):
    """Draw `edges` ties between random pairs of different people; a, b: int32 (edges,)."""
    a = np.empty(edges, np.int32)
    b = np.empty(edges, np.int32)
    for edge in range(edges):
        seed = bits(key, np.uint64(edge))
        row = below(bits(seed, ZERO), people)
        a[edge] = row
        b[edge] = (row + 1 + below(bits(seed, ONE), people - 1)) % people
    return a, b


@kernel
def scale_free(people, half, key):
    """Let each newcomer tie to `half` ends of earlier ties, so the well tied get more (Barabasi and Albert 1999).

    The first `half` + 1 people are all tied to each other. Returns a, b: int32 (edges,).
    """
    core = half + 1
    edges = core * half // 2 + (people - core) * half
    a = np.empty(edges, np.int32)
    b = np.empty(edges, np.int32)
    edge = 0
    for row in range(core):
        for other in range(row):
            a[edge] = row
            b[edge] = other
            edge += 1
    for row in range(core, people):
        known = edge
        for _ in range(half):
            word = bits(key, np.uint64(edge))
            pick = below(word, 2 * known)
            a[edge] = row
            b[edge] = a[pick] if pick < known else b[pick - known]
            edge += 1
    return a, b


@kernel
def csr(people, a, b):
    """Turn ties a, b (int32, (edges,)) into CSR rows: first int64 (people + 1,), tie int32 (2 * edges,)."""
    first = np.zeros(people + 1, np.int64)
    for edge in range(a.size):
        first[a[edge] + 1] += 1
        first[b[edge] + 1] += 1
    for row in range(people):
        first[row + 1] += first[row]
    place = first[:-1].copy()
    tie = np.empty(2 * a.size, np.int32)
    for edge in range(a.size):
        tie[place[a[edge]]] = b[edge]
        place[a[edge]] += 1
        tie[place[b[edge]]] = a[edge]
        place[b[edge]] += 1
    return first, tie
