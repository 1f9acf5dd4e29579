"""K3: Bass's S-curve. Everyone can meet everyone, talk is positive only, and nobody leaves."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from loyaltysim.validation.checks import Check, Curve, KnownAnswer, Panel, check_near, market, months_of, run, with_band

SOURCE = "Bass (1969); p = .03, q = .38 a year; F(t) by monthly steps"
PEOPLE, RUNS, YEARS = 100_000, 4, 20
P, Q = 0.03, 0.38
PUBLISHED = {1: 0.0352, 2: 0.0836, 5: 0.3258, 10: 0.8108, 20: 0.9964}
CHANCE_NOT_HAZARD = 0.0046
"""How far steps of 1 - exp(-h), the engine's chances, lie at most below the published steps of h."""


def answer() -> KnownAnswer:
    """Simulate adoption over 20 years and compare shares of adopters."""
    settings: dict[str, object] = {"joining.unprompted": P / 12, "joining.imitation": Q / 12}
    scenario = market("joining", settings, people=PEOPLE, customers=1, months=12 * YEARS)
    paths = [months_of(run(scenario, number)[0], "customers") / PEOPLE for number in range(RUNS)]
    share = np.mean(paths, axis=0)
    noise = 4 / math.sqrt(PEOPLE * RUNS)
    own = _by_steps(lambda h: -math.expm1(-h))
    wide = (
        f"4 / sqrt(N) of {RUNS} runs (adoptions are contagious), and .0046: the engine's steps are 1 - exp(-h), not h"
    )
    narrow = f"4 / sqrt(N) of {RUNS} runs: adoptions are contagious"
    checks: list[Check] = []
    for year, published in PUBLISHED.items():
        simulated = float(share[12 * year])
        checks.append(check_near(f"adopters after {year} years", published, simulated, noise + CHANCE_NOT_HAZARD, wide))
        what = f"adopters after {year} years, by steps of 1 - exp(-h)"
        checks.append(check_near(what, float(own[12 * year]), simulated, noise, narrow))
    years = np.arange(12 * YEARS + 1) / 12
    every = slice(0, None, 6)
    line = with_band("Bass, monthly steps", list(years), list(_by_steps(float)), noise + CHANCE_NOT_HAZARD)
    marks = Curve("simulated", list(years[every]), list(share[every]))
    panel = Panel("share of the market that has joined", "years", "share of people", [line], [marks])
    return KnownAnswer("K3", "Bass's S-curve of adoption", SOURCE, checks, [panel])


def _by_steps(chance: Callable[[float], float]) -> np.ndarray:
    """Return F at months 0, 1, .. when a month's chance to join is a function of p/12 + q/12 F; float64."""
    values = [1 / PEOPLE]
    for _ in range(12 * YEARS):
        values.append(values[-1] + (1 - values[-1]) * chance((P + Q * values[-1]) / 12))
    return np.array(values)
