"""Staff: who quits, and how know, want and can drift."""

from __future__ import annotations

import numpy as np
from numba import njit

from loyaltysim.kernels.luck import person, unit


@njit(cache=True, nogil=True)
def quits(key, hired, now_want, zeal, usual, turnover, slope):
    """List the posts (int32, ascending) whose holders quit: the chance is turnover * exp(-slope * (want x zeal - usual))."""
    posts = np.empty(hired.size, np.int32)
    n = 0
    for post in range(hired.size):
        if unit(key, person(post, hired[post])) < turnover * np.exp(-slope * (now_want[post] * zeal[post] - usual)):
            posts[n] = post
            n += 1
    return posts[:n].copy()


@njit(cache=True, nogil=True)
def drift(talent, gained, lost, shared, best, pace, now):
    """Move everyone's level (float64 (staff,)) at a pace toward their goal, at most 1: talent + gained - lost.

    Those whose goal is below `best` are helped over a part `shared` of the way.
    """
    for post in range(talent.size):
        goal = talent[post] + gained - lost
        level = min(max(goal + shared * max(0.0, best - goal), 0.0), 1.0)
        now[post] += pace * (level - now[post])


@njit(cache=True, nogil=True)
def settle(now_know, now_want, now_can, zeal, care, mood):
    """Give everyone's care, know x want x zeal x can, and mood, which is want x zeal (float32)."""
    for post in range(care.size):
        felt = now_want[post] * zeal[post]
        care[post] = now_know[post] * felt * now_can[post]
        mood[post] = felt
