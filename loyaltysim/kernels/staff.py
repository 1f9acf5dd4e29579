"""Staff: who quits and who is hired, how know, want and can drift, moods and burn-out, and what leaders get to hear.

Employees are posts, in rows; who holds a post is told by how often it has been filled.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import PRODUCT
from loyaltysim.core.touchpoint_table import PEOPLE
from loyaltysim.kernels.jit import kernel
from loyaltysim.kernels.rng import ZERO, bits, normal, person, uniform


@kernel
def hire(posts, keys, levels, width, hired, burnout, zeal, talents, nows):
    """Put someone new into each of the `posts` (int32): rested, and with talents of their own.

    keys: uint64 (3,), of the draws of know, want and can; levels: float64 (3,), their means; `width` of the even spread
    around them; talents, nows: float64 (3, staff), each between 0 and 1.
    """
    for i in range(posts.size):
        post = posts[i]
        hired[post] += 1
        burnout[post] = 0.0
        zeal[post] = 1.0
        for k in range(3):
            talent = levels[k] + width * (uniform(keys[k], person(post, hired[post])) - 0.5)
            talents[k][post] = nows[k][post] = min(max(talent, 0.0), 1.0)


@kernel
def turn_over(
    key, at_work, usual, turnover, slope, keys, levels, width, hired, burnout, zeal,
    talent_know, talent_want, talent_can, now_know, now_want, now_can,
):
    """Let each holder of a post quit with the chance turnover * exp(-slope * (want x zeal - usual)), and hire others.

    The rest as in `hire`. Returns how many of the first `at_work` posts are held anew.
    """
    posts = np.empty(hired.size, np.int32)
    n = 0
    anew = 0
    for post in range(hired.size):
        if uniform(key, person(post, hired[post])) < turnover * np.exp(-slope * (now_want[post] * zeal[post] - usual)):
            posts[n] = post
            n += 1
            anew += post < at_work
    hire(
        posts[:n], keys, levels, width, hired, burnout, zeal,
        (talent_know, talent_want, talent_can), (now_know, now_want, now_can),
    )
    return anew


@kernel
def drift(talent, gained, lost, shared, best, pace, now):
    """Move everyone's level (float64 (staff,)) at a pace toward their goal, at most 1: talent + gained - lost.

    Those whose goal is below `best` are helped over a part `shared` of the way.
    """
    for post in range(talent.size):
        goal = talent[post] + gained - lost
        level = min(max(goal + shared * max(0.0, best - goal), 0.0), 1.0)
        now[post] += pace * (level - now[post])


@kernel
def settle(now_know, now_want, now_can, zeal, care, mood):
    """Settle everyone's care, know x want x zeal x can, and mood, which is want x zeal (float32)."""
    for post in range(care.size):
        felt = now_want[post] * zeal[post]
        care[post] = now_know[post] * felt * now_can[post]
        mood[post] = felt


@kernel
def move(
    gained, overloaded, shared, best, pace, talent_know, talent_want, talent_can, now_know, now_want, now_can, zeal,
    care, mood,
):
    """Let know, want and can `drift`, and settle care and mood; gained, best: float64 (3,); overload takes from
    want.
    """
    drift(talent_know, gained[0], 0.0, shared, best[0], pace, now_know)
    drift(talent_want, gained[1], overloaded, shared, best[1], pace, now_want)
    drift(talent_can, gained[2], 0.0, shared, best[2], pace, now_can)
    settle(now_know, now_want, now_can, zeal, care, mood)


@kernel
def share_moods(employees, team, colleagues, asked, worth, mood, acted):
    """Draw the mood of those at work toward their team's by a part `colleagues`, and let them act more than they feel.

    mood float32 and acted float64, both (staff,); teams are consecutive posts. What is acted is a part `asked` of what
    the real mood lacks to 1, and adds `worth` times itself to the mood that customers meet. Returns the mean of the
    real moods, of those shown, and the real ones' standard deviation.
    """
    real_sum = 0.0
    square = 0.0
    shown = 0.0
    for start in range(0, employees, team):
        stop = min(start + team, employees)
        mean = 0.0
        for i in range(start, stop):
            mean += mood[i]
        mean /= stop - start
        for i in range(start, stop):
            real = mood[i] + colleagues * (mean - mood[i])
            acted[i] = asked * (1.0 - real)
            mood[i] = real + worth * acted[i]
            real_sum += real
            square += real * real
            shown += real + acted[i]
    for i in range(employees, acted.size):
        acted[i] = 0.0
    mean = real_sum / employees
    return mean, shown / employees, np.sqrt(max(square / employees - mean * mean, 0.0))


@kernel
def burn(key, hired, employees, load, borne, half_width, acting, feeding, recovery, coldness, acted, burnout, zeal):
    """Feed and heal everyone's burn-out (columns float64, hired uint16), and take it off their zeal.

    Each bears a load drawn evenly from `borne` plus or minus `half_width`; what is above it, and `acting` times what
    they act, feeds. Returns the mean burn-out of those at work.
    """
    total = 0.0
    for i in range(burnout.size):
        bears = borne + half_width * (2.0 * uniform(key, person(i, hired[i])) - 1.0)
        strain = max(0.0, load - bears) + acting * acted[i]
        level = burnout[i] + feeding * strain * (1.0 - burnout[i]) - recovery * burnout[i]
        burnout[i] = min(max(level, 0.0), 1.0)
        zeal[i] = 1.0 - coldness * burnout[i]
        if i < employees:
            total += burnout[i]
    return total / employees


@kernel
def standards(key, hired, employees, spread):
    """Return the log of the time that each employee promises against the middle one, normal; float64 (employees,)."""
    times = np.empty(employees, np.float64)
    for i in range(employees):
        times[i] = spread * normal(bits(key, person(i, hired[i])), ZERO)
    return times


@kernel
def share_broken(times, tolerance):
    """Return the share of ordered pairs of employees in which the second takes longer than the first promises.

    times: float64 (n,), logs; `tolerance`: the log of how much longer counts. 0 if there is only one employee.
    """
    n = times.size
    if n < 2:
        return 0.0
    order = np.argsort(times, kind="mergesort")
    slower = 0
    place = 0
    for i in range(n):
        promised = times[order[i]] + tolerance
        while place < n and times[order[place]] <= promised:
            place += 1
        slower += n - place
    return slower / (n * (n - 1))


@kernel
def climb(
    voiced, generation, passes_on, flatters, blames, direct, arrives, retold, memory,
    about, indifferent_at, failed_at, kind, importance, seen, seen_failing,
):
    """Let complaints (rows, int32) climb, and let what was seen of each touchpoint fade by `memory` before they are
    added.

    `passes_on`, `flatters`, `blames`: keys of three decisions. Chances: `direct` to be heard unfiltered, `arrives` to
    arrive at all, `retold` that a filtered one which blames kind people (kind 2) is told as a failure of another
    touchpoint, drawn by importance. about (int8, what the grievance is over), indifferent_at, failed_at: by person;
    kind int8, importance, seen and seen_failing (those told as failures of product or process) float64: by touchpoint.
    Returns how many arrive, and how many of them are retold.
    """
    counts = np.zeros(seen.size, np.int64)
    failures = np.zeros(seen.size, np.int64)
    elsewhere = 0.0
    last = -1
    for place in range(seen.size):
        if kind[place] != PEOPLE and importance[place] > 0.0:
            elsewhere += importance[place]
            last = place
    arrived = 0
    flattered = 0
    for i in range(voiced.size):
        row = voiced[i]
        who = person(row, generation[row])
        arrival = uniform(passes_on, who)
        if arrival >= arrives:
            continue
        arrived += 1
        fails = about[row] == PRODUCT
        place = failed_at[row] if fails else indifferent_at[row]
        if arrival >= direct and last >= 0 and kind[place] == PEOPLE and uniform(flatters, who) < retold:
            fails = True
            draw = uniform(blames, who) * elsewhere
            reached = 0.0
            for place in range(last + 1):
                if kind[place] != PEOPLE and importance[place] > 0.0:
                    reached += importance[place]
                    if draw < reached:
                        break
            flattered += 1
        counts[place] += 1
        failures[place] += fails
    for place in range(seen.size):
        seen[place] = seen[place] * memory + counts[place]
        seen_failing[place] = seen_failing[place] * memory + failures[place]
    return arrived, flattered
