"""K8: signs that must hold, whatever the figures: of money (failures, recovery, spending, acquisition, win-back) and of
talk.

Talk: good and bad messages, neighbours who leave, unequal customers, weak ties. Each sign is tried on common luck.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize

from loyaltysim.core.codes import FRIENDS
from loyaltysim.core.discounting import discount_factor
from loyaltysim.scenario import Scenario
from loyaltysim.validation.checks import (
    ALL_GRIEVE,
    BOUNDLESS_DESK,
    SEED,
    Check,
    Curve,
    KnownAnswer,
    Panel,
    check_exactly,
    check_near,
    check_near_share,
    check_positive,
    crossing,
    everyone_a_customer,
    market,
    run,
    run_market,
    with_band,
)

SOURCE = (
    "Knox and van Oest; De Matos; Rust, Zahorik, Keiningham; Fornell and Wernerfelt; East, Hammond, Wright; Nitzan and "
    "Libai; Nejad, Amini, Sherrell; Goldenberg and others"
)
PAIRS, REPLICATIONS = 12, 5
"""How often the whole small market is simulated, and how often a market of few parts."""
STEP = 0.1
"""How much more advertising, as a share, shows how many customers it adds: that turns customers missing into money."""
WHOLE: Mapping[str, object] = {
    "calibration": "off",
    "seed": SEED,
    "months": 24,
    "market.people": 10_000,
    "market.customers": 2_000,
    "market.burn_in": 12,
    "desk.budget": 400.0,
    "advertising.budget": 8_000.0,
    "advertising.scale": 10_000.0,
}
"""A small market with every part on."""

FIRST_YEAR = 12
"""Months of margin that a win-back's price is quoted for."""
DISSATISFIED = 1 / 7
"""Of those who talk, in the signs of messages."""
RATIO, KEEPS = 1.8, 0.44
"""By how much a neighbour's defection raises the hazard, and which part of that is left a month later."""
OVER_PAIRS = "3 standard errors over 12 pairs on common luck"
OVER_REPLICATIONS = "3 standard errors over 5 replications"


def answer() -> KnownAnswer:
    """Try each sign on common luck."""
    checks, panels = interior()
    checks = [*recovery(), *checks, *messages()]
    for sign in (acquisition, winback, neighbours, unequal, weak_ties):
        more, panel = sign()
        checks.extend(more)
        panels.append(panel)
    return KnownAnswer("K8", "Signs that must hold", SOURCE, checks, panels)


def whole(figure: str, strategies: Mapping[str, object], **changes: object) -> np.ndarray:
    """Return a figure of the whole small market: float64, (replications, strategies)."""
    scenario = Scenario().replace({**WHOLE, **changes, "strategies": dict(strategies)}, source="known answer")
    return np.array([[record.figures[figure] for record in run(scenario, number)] for number in range(PAIRS)])


def check_above_zero(what: str, differences: np.ndarray, reason: str) -> Check:
    """Ask that paired differences are above 0 by three standard errors of their mean."""
    return check_positive(what, float(differences.mean()), float(three_errors(differences)), reason)


def three_errors(each: np.ndarray) -> np.ndarray:
    """Return three standard errors of the means over replications, the first axis."""
    return np.asarray(3 * np.std(each, axis=0, ddof=1) / np.sqrt(len(each)))


def recovery() -> list[Check]:
    """A good recovery never makes a failure profitable; the paradox is opt-in and on satisfaction only."""
    desk = {"desk.budget": 4_000.0, "voice.unprompted": 0.9}
    few, many = (whole("npv", {"as today": {}}, **desk, **{"touchpoints.failure": rate})[:, 0] for rate in (0.02, 0.1))
    settings = {"voice.unprompted": 1.0, "desk.solvable": 1.0, "grievance.indifference": 1e9, "months": 2}
    parts = "staff touchpoints service satisfaction grievance voice desk recovery"
    ends = []
    for paradox in (0.0, 0.5):
        given = {**settings, "recovery.paradox": paradox, "recovery.restored": 1.0}
        scenario = market(parts, ALL_GRIEVE, BOUNDLESS_DESK, given, **everyone_a_customer(20_000))
        ends.append(run(scenario)[0].figures)
    plain, opted = ends
    return [
        check_above_zero("a perfect desk: value of few failures less that of many ($)", few - many, OVER_PAIRS),
        check_exactly(
            "recovery paradox: customers it keeps by itself",
            0,
            opted["customers"] - plain["customers"],
            "the paradox is on satisfaction only, so on common luck the same customers stay",
        ),
        check_positive(
            "recovery paradox, opted in: satisfaction gained",
            opted["satisfaction"] - plain["satisfaction"],
            0.01,
            "clearly visible",
        ),
    ]


def interior() -> tuple[list[Check], list[Panel]]:
    """It is possible to spend too much on quality and on recovery."""
    checks, panels = [], []
    grids = {"staff.training": (0, 500, 1_000, 1_500, 3_000, 10_000), "desk.compensation": (0, 50, 100, 200, 400, 900)}
    listening = {"voice.unprompted": 0.9, "desk.budget": 4_000.0}
    for lever, grid in grids.items():
        strategies = {f"{value:g}": {lever: float(value)} for value in grid}
        worth = whole("npv", strategies, **(listening if lever.startswith("desk") else {}))
        gains = worth - worth[:, :1]
        gain = gains.mean(axis=0)
        inside = min(max(int(np.argmax(gain)), 1), len(grid) - 2)
        for end, where in ((0, f" ({grid[inside]:,}) less at none"), (-1, f" less at {grid[-1]:,}")):
            more = worth[:, inside] - worth[:, end]
            checks.append(check_above_zero(f"{lever}: value at its best{where} ($)", more, OVER_PAIRS))
        unit = "$/case" if lever.startswith("desk") else "$/month"
        panels.append(
            Panel(
                f"an interior optimum: {lever}",
                f"spending ({unit})",
                "gain in value (1,000 $)",
                [Curve("no gain", grid, [0.0] * len(grid))],
                [Curve("simulated", grid, list(gain / 1000), error=list(three_errors(gains) / 1000))],
            )
        )
    return checks, panels


def acquisition() -> tuple[list[Check], Panel]:
    """The better the recovery, the less advertising holds the number of customers."""
    desks = (0.0, 1_000.0, 4_000.0)
    settings = {"voice.unprompted": 0.9, "joining.unprompted": 0.0, "joining.praise": 0.0005}

    def missing(advertising: float, desk: float) -> np.ndarray:
        budgets = {"advertising.budget": advertising, "desk.budget": desk}
        return whole("customers", {"one": budgets}, **settings)[:, 0] - 2_000

    def needed_in_each(desk: float) -> np.ndarray:
        found = crossing(lambda money: float(missing(money, desk).mean()), 4_000, 24_000, steps=3)
        there, beyond = missing(found, desk), missing(found * (1 + STEP), desk)
        return found - there / (float((beyond - there).mean()) / (found * STEP))

    each = np.stack([needed_in_each(desk) for desk in desks], axis=1)
    needed = list(each.mean(axis=0))
    checks = [
        check_above_zero(
            f"advertising saved by a desk of {better:,.0f} instead of {worse:,.0f} $ a month ($/month)",
            each[:, i] - each[:, i + 1],
            OVER_PAIRS,
        )
        for i, (worse, better) in enumerate(pairwise(desks))
    ]
    panel = Panel(
        "recovery spares acquisition",
        "complaint desk ($/month)",
        "advertising needed ($/month)",
        [Curve("as much as without a desk", desks, [needed[0]] * len(desks))],
        [Curve("simulated", desks, needed, error=list(three_errors(each)))],
    )
    return checks, panel


def winback() -> tuple[list[Check], Panel]:
    """Winning back pays exactly while its price per dollar is below lifetime value over first-year margin."""
    churn, discount = 0.20, 0.10
    step, stays = discount_factor(discount, 1), (1 - churn) ** (1 / 12)
    expected = step / (1 - stays * step) / FIRST_YEAR
    settings = {
        **ALL_GRIEVE,
        "service.encounters_mean": -float(np.log(stays)),
        "recovery.kept.silent": 0.0,
        "winback.success": 1.0,
        "market.margin_cv": 0.0,
        "discount_rate": discount,
        "stated.churn_annual": churn,
        "months": 24,
        "strategies": {"without": {}, "with": {"winback.budget": 1e8}},
    }

    def gain(price: float) -> float:
        given = {**settings, "winback.cost_per_dollar": price}
        parts = "staff touchpoints service grievance recovery winback"
        without, with_it = run(market(parts, given, **everyone_a_customer(20_000)))
        return with_it.figures["npv"] - without.figures["npv"]

    prices = (1.0, 2.0, 3.0, 4.0, 6.0, 10.0)
    gains = [gain(price) for price in prices]
    found = crossing(gain, 1.0, 10.0, steps=2)
    attempts, discounted = count_attempts(20_000 - 1, stays, step, 24)
    slope = -discounted * FIRST_YEAR * Scenario().mechanism("market").margin_mean
    line = [slope * (price - expected) / 1e6 for price in prices]
    reason = (
        f"3 standard errors: {attempts:,.0f} are won back, whose later lives are mostly counted at their expectation"
    )
    check = check_near_share("win-back breaks even at a price per first-year dollar of", expected, found, 0.03, reason)
    panel = Panel(
        f"win-back pays below {expected:.2f}",
        "price of one first-year dollar ($)",
        "gain in value (million $)",
        [with_band("lifetime value / first-year margin", prices, line, 0.03 * expected * abs(slope) / 1e6)],
        [Curve("simulated", prices, [value / 1e6 for value in gains])],
    )
    return [check], panel


def count_attempts(customers: float, stays: float, step: float, months: int) -> tuple[float, float]:
    """Return how many are won back, and the same discounted: each attempt succeeds, a month after the loss, at once."""
    lost, number, discounted = 0.0, 0.0, 0.0
    for month in range(1, months + 1):
        number, discounted = number + lost, discounted + lost * step**month
        customers, lost = customers * stays + lost, customers * (1 - stays)
    return number, discounted


def messages() -> list[Check]:
    """Three good messages to one bad if a seventh of those who talk are dissatisfied."""
    meets = 12.0
    care = 1 + np.log(1 - DISSATISFIED) / meets
    settings = {
        **ALL_GRIEVE,
        "staff.know": float(care),
        "staff.want": 1.0,
        "staff.can": 1.0,
        "service.wow": 1.0,
        "touchpoints.failure": 0.0,
        "recovery.kept.silent": 1.0,
        "months": 3,
    }
    parts = "staff touchpoints opinion service grievance recovery word_of_mouth"
    figures = run(market(parts, settings, **everyone_a_customer(50_000)))[0].figures
    ratio = figures["messages_good"] / figures["messages_bad"]
    share = figures["unhappy_occasions"] / (figures["unhappy_occasions"] + figures["happy_occasions"])
    reason = "3 standard errors of the number of bad occasions (21,000)"
    return [
        check_near("share dissatisfied of those who talk", DISSATISFIED, share, 0.0035, reason),
        check_near_share("good messages to bad: (1 - d) / (2 d)", 3.0, ratio, 0.03, reason, 2),
    ]


def neighbours() -> tuple[list[Check], Panel]:
    """A neighbour's defection raises a customer's hazard by a ratio that fades: refitting the log must recover both."""
    settings = {
        "market.network.kind": "small_world",
        "friends.base": 0.03,
        "friends.opinion_weight": 0.0,
        "friends.ratio": RATIO,
        "friends.keeps": KEEPS,
    }
    defected, at_risk, left, fickleness = log_departures(market("friends", settings, **everyone_a_customer(50_000)), 10)

    def against(guess: np.ndarray) -> float:
        base, log_ratio, keeps = np.exp(guess[0]), guess[1], guess[2]
        exposure, total = np.zeros(fickleness.size), 0.0
        for month, there in enumerate(at_risk):
            hazard = base * fickleness[there] * np.exp(log_ratio * exposure[there])
            gone = left[month][there]
            total += np.sum(np.log(-np.expm1(-hazard[gone]))) - np.sum(hazard[~gone])
            exposure = keeps * exposure + defected[month]
        return -total / fickleness.size

    found = minimize(against, [np.log(0.02), 0.2, 0.2], method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-6}).x
    ratio, keeps = float(np.exp(found[1])), float(found[2])
    reason = "3 standard errors of a fit to the 18,000 departures of 10 months, as found on six other seeds"
    checks = [
        check_near_share("hazard ratio of a neighbour's defection, refitted", RATIO, ratio, 0.025, reason, 2),
        check_near("part of its effect left a month later, refitted", KEEPS, keeps, 0.05, reason, 2),
    ]
    months = list(range(1, 7))
    published = [RATIO ** (KEEPS ** (month - 1)) for month in months]
    low, high = ([(RATIO * (1 + s * 0.025)) ** ((KEEPS + s * 0.05) ** (m - 1)) for m in months] for s in (-1, 1))
    line = Curve("put in", months, published, low, high)
    marks = Curve("refitted", months, [ratio ** (keeps ** (month - 1)) for month in months])
    title = "a neighbour's defection"
    return checks, Panel(title, "months after it", "ratio of the hazard to leave", [line], [marks])


def log_departures(
    scenario: Scenario, months: int
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Play, and note by month how many neighbours defected, who was at risk and who left; counted from the network."""
    defected, at_risk, left = [], [], []
    there = None
    for world, _ in run_market(scenario, months):
        people = world.people
        there = people.founder == 1 if there is None else there
        gone = (people.left_month == world.month) & (people.reason == FRIENDS)
        ends = np.repeat(np.arange(people.rows), np.diff(world.first))
        defected.append(np.bincount(ends, weights=gone[world.tie], minlength=people.rows))
        at_risk.append(there)
        left.append(gone)
        there = there & ~gone
    return defected, at_risk, left, world.people.fickleness.astype(float)


def weak_ties() -> tuple[list[Check], Panel]:
    """Weak ties carry news beyond the circle of those who know each other: good news and bad news alike."""
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    brought, kept_away = (
        np.array([[talk(weak, number) for weak in shares] for number in range(REPLICATIONS)])
        for talk in (count_joined_on_good_news, share_kept_away)
    )
    more_good, more_bad = brought / brought[:, :1] - 1, kept_away - kept_away[:, :1]
    checks = [
        check_above_zero("weak ties only: more who join on good news (share)", more_good[:, -1], OVER_REPLICATIONS),
        check_above_zero(
            "weak ties only: more who are kept away by bad news (share)", more_bad[:, -1], OVER_REPLICATIONS
        ),
    ]
    flat = Curve("no effect of weak ties", shares, [0.0] * len(shares))
    marks = [
        Curve(name, shares, list(more.mean(axis=0)), error=list(three_errors(more)))
        for name, more in (("good news: more join", more_good), ("bad news: more kept away", more_bad))
    ]
    label = "difference to strong ties only (share)"
    return checks, Panel("weak ties help good news and bad", "share of weak ties", label, [flat], marks)


def count_joined_on_good_news(weak: float, number: int) -> float:
    """Return how many join where only good news brings them."""
    return count_joined({"joining.praise": 0.02, "joining.unprompted": 0.0, "service.wow": 0.3}, weak, 1.0, number)


def share_kept_away(weak: float, number: int) -> float:
    """Return the share of those who would join unprompted whom bad news keeps away."""
    alone, warned = (
        count_joined({"joining.unprompted": 0.02, "joining.blame": blame}, weak, 0.95, number) for blame in (0.0, 1.0)
    )
    return 1 - warned / alone


def count_joined(settings: Mapping[str, object], weak: float, care: float, number: int) -> float:
    """Return how many join in two years a market of few customers, who all stay and live on a ring of close friends."""
    small_circle = {
        **ALL_GRIEVE,
        "market.network.kind": "small_world",
        "market.network.rewired": 0.0,
        "staff.know": care,
        "staff.want": 1.0,
        "staff.can": 1.0,
        "service.encounters_mean": 1.0,
        "service.wow": 0.0,
        "months": 24,
        "recovery.kept.silent": 1.0,
        "touchpoints.failure": 0.0,
        "word_of_mouth.strong": 1 - weak,
        **settings,
    }
    parts = "staff touchpoints opinion service grievance recovery word_of_mouth joining"
    return run(market(parts, small_circle, people=20_000, customers=500), number)[0].figures["joined"]


def unequal() -> tuple[list[Check], Panel]:
    """The more unequal customers are, the dearer is bad talk: it reaches the well tied, who are the valuable ones."""
    spreads = (0.25, 0.5, 1.0, 2.0, 4.0)
    lost = np.array([[share_lost_to_talk(spread, n) for spread in spreads] for n in range(REPLICATIONS)])
    checks = [
        check_above_zero(
            "customers' values unequal (cv 4 against .25): more margin lost to bad talk (share)",
            lost[:, -1] - lost[:, 0],
            OVER_REPLICATIONS,
        )
    ]
    flat = Curve("nearly equal customers", spreads, [float(lost[:, 0].mean())] * len(spreads))
    marks = Curve("simulated", spreads, list(lost.mean(axis=0)), error=list(three_errors(lost)))
    label = "margin lost to bad talk (share)"
    return checks, Panel("unequal customers", "spread of margins (cv)", label, [flat], [marks])


def share_lost_to_talk(spread: float, number: int) -> float:
    """Return the share of the margin at the horizon that bad talk has kept away."""
    rates = []
    for blame in (0.0, 0.5):
        settings = {
            **ALL_GRIEVE,
            "market.network.kind": "scale_free",
            "market.margin_cv": spread,
            "market.margin_ties": 0.9,
            "service.encounters_mean": 0.05,
            "recovery.kept.silent": 1.0,
            "joining.unprompted": 0.02,
            "joining.blame": blame,
            "word_of_mouth.strong": 1.0,
            "months": 24,
        }
        parts = "staff touchpoints opinion service grievance recovery word_of_mouth joining"
        rates.append(run(market(parts, settings, people=20_000, customers=2_000), number)[0].figures["margin_rate"])
    return 1 - rates[1] / rates[0]
