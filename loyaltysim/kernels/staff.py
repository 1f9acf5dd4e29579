"""Staff: who quits, and how know, want and can drift."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import bits, normal, person, unit

ZERO = np.uint64(0)


@kernel
def quits(key, hired, now_want, zeal, usual, turnover, slope):
    """List the posts (int32, ascending) whose holders quit: the chance is turnover * exp(-slope * (want x zeal - usual))."""
    posts = np.empty(hired.size, np.int32)
    n = 0
    for post in range(hired.size):
        if unit(key, person(post, hired[post])) < turnover * np.exp(-slope * (now_want[post] * zeal[post] - usual)):
            posts[n] = post
            n += 1
    return posts[:n].copy()


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
    """Give everyone's care, know x want x zeal x can, and mood, which is want x zeal (float32)."""
    for post in range(care.size):
        felt = now_want[post] * zeal[post]
        care[post] = now_know[post] * felt * now_can[post]
        mood[post] = felt


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
        bears = borne + half_width * (2.0 * unit(key, person(i, hired[i])) - 1.0)
        strain = max(0.0, load - bears) + acting * acted[i]
        level = burnout[i] + feeding * strain * (1.0 - burnout[i]) - recovery * burnout[i]
        burnout[i] = min(max(level, 0.0), 1.0)
        zeal[i] = 1.0 - coldness * burnout[i]
        if i < employees:
            total += burnout[i]
    return total / employees


@kernel
def standards(key, hired, employees, spread):
    """Give the log of the time that each employee promises against the middle one, normal; float64 (employees,)."""
    times = np.empty(employees)
    for i in range(employees):
        times[i] = spread * normal(bits(key, person(i, hired[i])), ZERO)
    return times
