"""The known answers K2, K6 and K8, asked of the machinery behind `optimise` and `breakeven`, from simulated markets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import loyaltysim as ls
from loyaltysim.experiments.optimise.search import AllocationSpace, Search, corner_splits
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from loyaltysim.stats.intervals import Interval, interval
from loyaltysim.stats.roots import Curves, zero_between
from loyaltysim.validation import k2_asking, k6_spending
from loyaltysim.validation.k1_outcomes import RATES
from loyaltysim.validation.k1_outcomes import _kept as k1_kept
from loyaltysim.validation.k8_dose_response import WHOLE

MOST_PER_HEAD = 80.0


def spending_of_k6(seed: int, steps: int) -> dict[str, Any]:
    """Search Blattberg and Deighton's optimum by simulation, and take the three marginals where it was found."""
    firm = k6_spending.PFEIFER

    def evaluate(splits: Sequence[np.ndarray]) -> np.ndarray:
        # without a customer there is nothing to keep, and nothing earned
        return np.array([[k6_spending.lived(firm, float(a), float(r)).value if a > 0 else 0.0] for a, r in splits])

    search = Search(AllocationSpace(MOST_PER_HEAD, (MOST_PER_HEAD,) * 2, (0, 0)), evaluate, seed=seed)
    search.global_search(corner_splits(search.space), rounds=1)
    search.local_search(steps)
    a, r = map(float, search.best())
    step, here = k6_spending.STEP, k6_spending.lived(firm, a, r)
    less, more = (k6_spending.lived(firm, a * (1 + side * step), r) for side in (-1, 1))
    fewer, kept = (k6_spending.lived(firm, a, r * (1 + side * step)) for side in (-1, 1))
    return {
        "a": a,
        "r": r,
        "value": here.value,
        "marginal_cost_of_winning": 2 * step * a / (more.won - less.won),
        "marginal_cost_of_keeping": 2 * step * r / (kept.kept - fewer.kept),
        "lifetime_value": here.lifetime(a),
        "tried": len(search.splits),
    }


POINTS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55)
AROUND, WIDTH = 1.0, 0.5
"""Asks per customer at which the marginal effect of asking is taken, and half the central difference."""


def asking_turns(replications: int, seed: int) -> dict[str, Any]:
    """Find the satisfied share at which one complaint more, elicited by asking, starts to keep customers (K2's s*)."""
    each = np.array([[_kept_per_complaint(s, r, seed) for s in POINTS] for r in range(replications)])
    mean = each.mean(axis=0)
    turn = int(np.flatnonzero(np.diff(np.sign(mean)))[0])
    zero = zero_between(Curves(np.array(POINTS), each), POINTS[turn], POINTS[turn + 1])
    ends = [interval(each[:, i]) for i in (0, -1)]
    return {"zero": zero, "below": ends[0], "above": ends[1], "points": POINTS, "mean": mean.tolist()}


WORTHS = (0.38, 0.42, 0.46, 0.5, 0.54, 0.58, 0.62)


def asking_pays(replications: int, seed: int) -> dict[str, Any]:
    """Find the satisfied share from which two asks a customer pay for themselves (K2's s**), and give it by algebra."""
    each = np.array([[_worth_of_two_asks(s, r, seed) for s in WORTHS] for r in range(replications)])
    mean = each.mean(axis=0)
    turn = int(np.flatnonzero(np.diff(np.sign(mean)))[0])
    zero = zero_between(Curves(np.array(WORTHS), each), WORTHS[turn], WORTHS[turn + 1])
    return {"zero": zero, "algebra": first_ask_pays(k2_asking.ASKS), "points": WORTHS, "mean": mean.tolist()}


def _worth_of_two_asks(satisfied: float, replication: int, seed: int) -> float:
    spec = k2_asking.scenario_of(satisfied, (0.0, k2_asking.ASKS)).replace({"seed": seed}, source="evidence")
    none, two = simulate(spec, replication, list(spec.strategies))
    return two.figures["npv"] - none.figures["npv"]


def _kept_per_complaint(satisfied: float, replication: int, seed: int) -> float:
    asks = (AROUND - WIDTH, AROUND + WIDTH)
    spec = k2_asking.scenario_of(satisfied, asks).replace({"seed": seed}, source="evidence")
    low, high = simulate(spec, replication, list(spec.strategies))
    more = high.figures["complaints"] - low.figures["complaints"]
    return (high.figures["customers"] - low.figures["customers"]) / more


def first_ask_pays(asks: float = 1e-6) -> float:
    """Give by algebra the satisfied share from which so many asks a customer pay (K2's s**, at their cost per case elicited)."""
    elicited_per_ask = (1 - k2_asking.VOICED) * -math.expm1(asks * math.log(k2_asking.SILENCE_LEFT)) / asks
    cost = k2_asking.PRICE / elicited_per_ask / k2_asking._value()
    return (k2_asking.SILENT - k2_asking.UNSATISFIED + cost) / (k2_asking.SATISFIED - k2_asking.UNSATISFIED)


def best_asking(satisfied: float, replications: int, seed: int) -> dict[str, float]:
    """Search the best asks a customer, of at most 4, at a satisfied share."""

    def evaluate(splits: Sequence[np.ndarray]) -> np.ndarray:
        asks = [float(split[0]) for split in splits]
        names = [f"{each:.9g}" for each in asks]
        spec = k2_asking.scenario_of(satisfied, list(dict.fromkeys(asks))).replace({"seed": seed}, source="evidence")
        runs = [
            {rec.strategy: rec.figures["npv"] for rec in simulate(spec, r, list(dict.fromkeys(names)))}
            for r in range(replications)
        ]
        return np.array([[run[name] for run in runs] for name in names])

    search = Search(AllocationSpace(4.0, (4.0,), (0,)), evaluate, seed=seed)
    search.global_search(corner_splits(search.space)[:2], rounds=1)
    search.local_search(4)
    best = search.best()
    values = evaluate([best, np.zeros(1)])
    gain = interval(values[0] - values[1])
    return {"asks": float(best[0]), "gain": gain.mean, "gain_low": gain.low, "gain_high": gain.high}


BOUNDS = {"staff.training": 10_000.0, "desk.compensation": 900.0}
LISTENING = {"voice.unprompted": 0.9, "desk.budget": 4_000.0}


def interior_best(lever: str, replications: int, seed: int) -> dict[str, Any]:
    """Search K8's best spending on a lever between nothing and a bound; gives what it is worth against both ends."""
    listening = LISTENING if lever.startswith("desk") else {}
    firm = Scenario().replace({**WHOLE, **listening, "seed": seed}, source="evidence")

    def evaluate(splits: Sequence[np.ndarray]) -> np.ndarray:
        names = [f"{float(split[0]):.9g}" for split in splits]
        spec = firm.replace({"strategies": {name: {lever: float(name)} for name in names}}, source="evidence")
        runs = [
            {rec.strategy: rec.figures["npv"] for rec in simulate(spec, r, list(spec.strategies))}
            for r in range(replications)
        ]
        return np.array([[run[name] for run in runs] for name in names])

    bound = BOUNDS[lever]
    search = Search(AllocationSpace(bound, (bound,), (0,)), evaluate, seed=seed)
    search.global_search(corner_splits(search.space)[:2], rounds=1)
    search.local_search(3)
    best = search.best()
    values = evaluate([best, np.zeros(1), np.array([bound])])
    return {
        "best": float(best[0]),
        "bound": bound,
        "more_than_none": _ends(interval(values[0] - values[1])),
        "more_than_bound": _ends(interval(values[0] - values[2])),
    }


def _ends(span: Interval) -> list[float]:
    return [span.mean, span.low, span.high]


def k1_by_simulation(points: np.ndarray) -> np.ndarray:
    """Give the share kept after small problems, simulated at points (m, 3) of K1's shares: float64, (m,)."""
    assert len(RATES) == 2
    return np.array([k1_kept("small", (float(c), float(s), float(f)))[0] for c, s, f in points])


def shipped_worth(replications: int) -> dict[str, np.ndarray]:
    """Give the NPV of each strategy of the shipped scenario in so many replications."""
    from loyaltysim.calibration import solve
    from loyaltysim.scenario import shipped_scenario

    spec = solve(ls.load(shipped_scenario("recovery-or-acquisition.yml")))
    runs = [simulate(spec, r, list(spec.strategies)) for r in range(replications)]
    return {name: np.array([run[i].figures["npv"] for run in runs]) for i, name in enumerate(spec.strategies)}
