"""K6: acquisition or retention? Spend on each until one more customer costs, at the margin, what a customer is
worth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from loyaltysim.core.tables import World
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import stationary_start
from loyaltysim.validation.checks import (
    ALL_GRIEVE,
    BOUNDLESS_DESK,
    Check,
    Curve,
    KnownAnswer,
    Panel,
    check_near_share,
    crossing,
    market,
    run_market,
    with_band,
)

SOURCE = "Blattberg and Deighton (1996); Pfeifer (2005): optimum where both marginal costs equal lifetime value"
PROSPECTS, PERIODS = 1_000_000, 20
DISCOUNT = 0.10
STEP = 0.1
"""Marginal figures are central differences over this share on either side."""


@dataclass(frozen=True)
class Firm:
    """Response curves: a(A) = most_won (1 - e^(-win A)), r(R) = most_kept (1 - e^(-keep R)); margin a period."""

    most_won: float
    win: float
    most_kept: float
    keep: float
    margin: float


@dataclass(frozen=True)
class Outcome:
    """Per prospect: share won, share kept a period (over all periods), and present value net of all spending."""

    won: float
    kept: float
    value: float

    def lifetime(self, spent_on_winning: float) -> float:
        """Return the value of a customer once won."""
        return (self.value + spent_on_winning) / self.won


PFEIFER = Firm(0.4, 0.05, 0.8, 0.06, 100.0)
BEST_A, BEST_R, BEST_VALUE, MARGINAL = 26.562, 36.726, 28.915, 188.691
_TRIED: list[tuple[float, float]] = []
"""The spendings that the searches have lived with, for the picture."""

EXAMPLES = ((20.0, 30.0, 0.2, 0.6, 56.0), (30.0, 20.0, 0.3, 0.5, 70.0))
WHY = "as published for 10^6 prospects: a value is flat near its best, so luck moves where the best lies"
SE = "3 standard errors with 10^6 prospects are about 1 %"


def answer() -> KnownAnswer:
    """Value the two worked examples, take the marginals at the closed-form optimum, and search for the optimum."""
    checks = worked_examples()
    at_best = lived(PFEIFER, BEST_A, BEST_R)
    marginals = {
        "marginal cost of winning a customer": _steepness(0, "won"),
        "marginal cost of keeping a customer": _steepness(1, "kept"),
        "lifetime value": at_best.lifetime(BEST_A),
    }
    for what, found_cost in marginals.items():
        checks.append(check_near_share(f"{what} at the optimum ($)", MARGINAL, found_cost, 0.05, WHY, 2))
    best_r = crossing(lambda r: _gain(1, (BEST_A, r)), 24, 52, steps=3)
    best_a = crossing(lambda a: _gain(0, (a, best_r)), 17, 40, steps=3)
    checks.append(check_near_share("best A ($ per prospect)", BEST_A, best_a, 0.05, WHY, 3))
    checks.append(check_near_share("best R ($ per customer and period)", BEST_R, best_r, 0.05, WHY, 3))
    checks.append(
        check_near_share("value there ($ per prospect)", BEST_VALUE, lived(PFEIFER, best_a, best_r).value, 0.01, SE)
    )
    panels = [_panel(0, "A: $ per prospect", best_r), _panel(1, "R: $ per customer and period", BEST_A)]
    return KnownAnswer("K6", "Acquisition or retention", SOURCE, checks, panels)


def worked_examples() -> list[Check]:
    """Value a prospect at two published pairs of spendings."""
    checks: list[Check] = []
    for spent_a, spent_r, won, kept, worth in EXAMPLES:
        firm = Firm(won / -math.expm1(-1), 1 / spent_a, kept / -math.expm1(-1), 1 / spent_r, 200.0)
        found = lived(firm, spent_a, spent_r)
        what = f"A = {spent_a:g}, R = {spent_r:g}: value per prospect ($)"
        checks.append(check_near_share(what, worth, found.value, 0.01, SE, 2))
    return checks


@cache
def lived(firm: Firm, spent_a: float, spent_r: float) -> Outcome:
    """Advertise to all prospects in the first month, then spend so much a period on each customer; all have a problem,
    all complain, and stay only if it is resolved."""

    def budgets(world: World, month: int) -> Mapping[str, Mapping[str, float]]:
        if month == 1:
            return {"advertising": {"budget": spent_a * PROSPECTS}, "desk": {"budget": 0.0}}
        return {"advertising": {"budget": 0.0}, "desk": {"budget": spent_r * float((world.people.status == 1).sum())}}

    scenario, start = _newborn(firm)
    value, counts = 0.0, []
    for period, (_, report) in enumerate(run_market(scenario, PERIODS, budgets, start)):
        counts.append(report["customers"])
        value += (report["margin_rate"] - report["spent"]) * (1 + DISCOUNT) ** -period
    return Outcome(counts[0] / PROSPECTS, sum(counts[1:]) / sum(counts[:-1]), value / PROSPECTS)


@lru_cache(maxsize=1)
def _newborn(firm: Firm) -> tuple[Scenario, World]:
    """Return the firm's scenario and its market at month 0, in which everyone is still a prospect."""
    settings: dict[str, object] = {
        "market.margin_mean": firm.margin,
        "market.margin_cv": 0.0,
        "voice.unprompted": 1.0,
        "desk.solvable": firm.most_kept,
        "desk.solve_scale": 1 / firm.keep,
        "recovery.kept.ignored": 0.0,
        "recovery.kept.logged": 0.0,
        "recovery.kept.resolved": 1.0,
        "recovery.kept.resolved_fast": 1.0,
        "advertising.response": "chance",
        "advertising.strength": firm.most_won,
        "advertising.scale": PROSPECTS / firm.win,
        "joining.unprompted": 0.0,
        "joining.lost_factor": 0.0,
    }
    parts = "staff touchpoints service grievance voice desk recovery advertising joining"
    scenario = market(parts, ALL_GRIEVE, BOUNDLESS_DESK, settings, people=PROSPECTS, customers=1)
    return scenario, stationary_start(scenario, scenario.seed, 0)[0]


def _sides(which: int, around: tuple[float, float]) -> list[tuple[tuple[float, float], Outcome]]:
    """Live with one of the two spendings a step lower and a step higher, on common luck."""
    pairs = []
    for factor in (1 - STEP, 1 + STEP):
        spent_a, spent_r = (spent * (factor if number == which else 1) for number, spent in enumerate(around))
        _TRIED.append((spent_a, spent_r))
        pairs.append(((spent_a, spent_r), lived(PFEIFER, spent_a, spent_r)))
    return pairs


def _steepness(which: int, share: str) -> float:
    """Return the marginal cost at the closed-form optimum: more spending over more won, or kept."""
    (less, low), (more, high) = _sides(which, (BEST_A, BEST_R))
    return (more[which] - less[which]) / (getattr(high, share) - getattr(low, share))


def _gain(which: int, around: tuple[float, float]) -> float:
    """Return what more of one spending adds to the value per prospect, by a central difference."""
    (_, low), (_, high) = _sides(which, around)
    return high.value - low.value


def algebra(firm: Firm, spent_a: float, spent_r: float) -> float:
    """Return the closed-form value per prospect."""
    won = firm.most_won * -math.expm1(-firm.win * spent_a)
    kept = firm.most_kept * -math.expm1(-firm.keep * spent_r)
    passed_on = kept / (1 + DISCOUNT)
    return won * firm.margin - spent_a + won * (firm.margin - spent_r / kept) * passed_on / (1 - passed_on)


def _panel(which: int, label: str, other: float) -> Panel:
    """Draw the value over one spending, the other held, at the points that the search has tried."""

    def at(x: float) -> tuple[float, float]:
        return (x, other) if which == 0 else (other, x)

    tried = sorted({pair[which] for pair in _TRIED if pair[1 - which] == other})
    fine = [tried[0] + (tried[-1] - tried[0]) * i / 60 for i in range(61)]
    line = [algebra(PFEIFER, *at(x)) for x in fine]
    title = f"best at {(BEST_A, BEST_R)[which]:.1f} ({'R' if which == 0 else 'A'} = {other:.1f})"
    published = [with_band("closed form", fine, line, [0.01 * abs(value) for value in line])]
    marks = Curve("simulated", tried, [lived(PFEIFER, *at(x)).value for x in tried])
    return Panel(title, label, "value per prospect ($)", published, [marks])
