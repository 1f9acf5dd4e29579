"""Where prices and rates would turn a run's recommendation, reckoned from its own results: no behaviour changes.

Net present value is margin plus the value after the horizon less costs, so on each replication's luck it is a straight
line in a price or a size of one of these, and a known curve in the discount rate. Where the best strategy's mean lead
over another is zero, the recommendation turns; the values at which the lead may be zero are the interval (Fieller's
theorem), at the pair's own level of Holm's procedure. So an interval holds today's value exactly where the answer cannot
tell the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import inf, isfinite, log, nan
from typing import TYPE_CHECKING, NamedTuple

from loyaltysim.report.discounting import LATER, annuity, brackets, discounted, follows, worth_at
from loyaltysim.report.results import Results
from loyaltysim.report.roots import Curves, line_zero, zero_between
from loyaltysim.report.statistics import ALPHA, Interval, compare_best, holm_alpha, interval, p_value

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SPENDING, MARGIN, DISCOUNT = "spending", "margin", "discount_rate"
MOST_TIMES = 10.0
"""Prices are followed from nothing to so many times today's."""
CENT = 0.01
NOTHING_LEFT = 1e-9
"""Where two are level at a price of nothing, neither is ahead at any price: what is nearer to nothing turns nothing."""
HIGHEST_RATE, RATES = 1.0, 201
"""The discount rate is followed from 0 to this, a year, over so many points."""
NOTHING = ""
"""What a strategy that is alone is compared with: being worth nothing."""
COLUMNS = (
    "quantity", "meaning", "unit", "today", "breakeven", "ci_low", "ci_high", "times_today", "strategy", "turns_to",
)  # fmt: skip


@dataclass(frozen=True)
class Threshold:
    """A value at which the recommendation turns from `strategy` to `turns_to`, and what it is `today`, both in `unit`.

    Ends of the interval that are endless lie outside what was looked at.
    """

    quantity: str
    meaning: str
    unit: str
    today: float
    at: Interval
    strategy: str
    turns_to: str

    @property
    def times_today(self) -> Interval:
        """The same as a multiple of today's value; unknown where that is zero."""
        return scaled(self.at, 1.0 / self.today) if self.today > 0.0 else Interval()

    @property
    def holds_today(self) -> bool:
        """Whether it is not known on which side of it today's value is."""
        return self.at.known and self.at.low <= self.today <= self.at.high


class Line(NamedTuple):
    """A strategy's net present value along something: constant + slope times it, one figure a replication."""

    constant: np.ndarray
    slope: np.ndarray


def scaled(span: Interval, factor: float, more: float = 0.0) -> Interval:
    """Give factor times an interval plus a number; the factor is above zero."""
    return Interval(more + factor * span.mean, more + factor * span.low, more + factor * span.high, span.n)


def thresholds(results: Results) -> list[Threshold]:
    """Give where prices and rates turn the recommendation: what the best strategy spends first, then the nearest to today."""
    contest = Contest(results)
    rest = [*_of_prices(contest), *_of_discount(contest)]
    return [*_of_spending(contest), *sorted(rest, key=_distance)]


def level(results: Results) -> tuple[str, ...]:
    """Name the best strategy and the next if they are worth the same to the cent in every replication; nothing otherwise."""
    worth = results.by_strategy("npv")
    if len(worth) == 1:
        return ()
    contest = compare_best(worth)
    apart = abs(worth[contest.best] - worth[contest.second]).max()
    return (contest.best, contest.second) if apart < CENT else ()


def looked_at(results: Results) -> int:
    """Count the prices and rates that were followed, spending apart."""
    return len(list(_prices(results))) + follows(results)


def table(results: Results) -> pd.DataFrame:
    """Lay out the columns of thresholds.csv, a row a value at which the recommendation turns; endless ends are empty."""
    import pandas as pd

    rows = [
        (each.quantity, each.meaning, each.unit, each.today, *(end if isfinite(end) else nan for end in _ends(each.at)),
         each.times_today.mean, each.strategy, each.turns_to)
        for each in thresholds(results)
    ]  # fmt: skip
    return pd.DataFrame.from_records(rows, columns=list(COLUMNS))


def _ends(span: Interval) -> tuple[float, float, float]:
    return span.mean, span.low, span.high


def _distance(found: Threshold) -> float:
    times = found.times_today.mean
    return abs(log(times)) if times > 0.0 else inf


class Contest:
    """The best strategy against each other one, and the level at which Holm's procedure judges each pair."""

    def __init__(self, results: Results) -> None:
        worth = results.by_strategy("npv")
        self.results, self.levels = results, dict[str, float]()
        if len(worth) == 1:
            self.best, self.second, self.levels = results.reference, NOTHING, {NOTHING: ALPHA}
            return
        contest = compare_best(worth)
        self.best, self.second = contest.best, contest.second
        pairs = [{one, other} for one, other in combinations(worth, 2)]
        p_values = [p_value(worth[one] - worth[other]) for one, other in combinations(worth, 2)]
        known = results.replications > 1
        for name in worth:
            if name != self.best:
                self.levels[name] = holm_alpha(p_values, pairs.index({self.best, name})) if known else ALPHA

    def turns(self, lines: Mapping[str, Line], today: float, most: float) -> Iterator[tuple[Interval, str]]:
        """Give the nearest values below and above today's at which another strategy has caught up, and which one."""
        ours, found = lines[self.best], []
        for name, alpha in self.levels.items():
            theirs = lines[name] if name else Line(0.0 * ours.constant, 0.0 * ours.slope)
            span = line_zero(ours.constant - theirs.constant, ours.slope - theirs.slope, alpha)
            if NOTHING_LEFT < span.mean <= most:
                found.append((span, name))
        below = [each for each in found if each[0].mean < today]
        above = [each for each in found if each[0].mean >= today]
        if below:
            yield max(below, key=lambda each: each[0].mean)
        if above:
            yield min(above, key=lambda each: each[0].mean)


def _of_spending(contest: Contest) -> Iterator[Threshold]:
    """Give what the best strategy could cost a month; beyond the first, unless it is the first."""
    results, best = contest.results, contest.best
    worth = results.by_strategy("npv")
    alpha = contest.levels[contest.second]
    lead = interval(worth[best] - worth[contest.second] if contest.second else worth[best], alpha)
    if lead.mean <= 0.0:
        return
    beyond = best != results.reference
    cost = results.figures[best]["discounted_cost"]
    cost = cost - results.figures[results.reference]["discounted_cost"] if beyond else cost
    months = annuity(results.discount_rate, 1, results.months)
    today = interval(cost).mean / months
    of = "the best strategy's spending" + (" beyond the first" if beyond else "") if contest.second else "all spending"
    at = scaled(lead, 1.0 / months, today)
    yield Threshold(SPENDING, of, f"{results.currency}/month", today, at, best, contest.second)


def _prices(results: Results) -> Iterator[tuple[str, str, dict[str, np.ndarray], float]]:
    """Give what money hangs on: name, meaning, each strategy's present value of it, and its sign in the net present value."""
    figures = results.figures
    margin = {name: figures[name]["npv"] + figures[name]["discounted_cost"] for name in results.strategies}
    yield MARGIN, "margin from customers", margin, 1.0
    later = results.by_strategy(LATER)
    if any(each.any() for each in later.values()):
        yield LATER, "value after the horizon", later, 1.0
    for metric, declared in results.catalog.items():
        if declared.account == "cost":
            cost = {name: discounted(results, name, metric) for name in results.strategies}
            if any(each.any() for each in cost.values()):
                yield metric, f"price of {thing(declared.doc)}", cost, -1.0


def thing(doc: str) -> str:
    """Shorten what a metric of money spent means to what the money went into: `the complaint desk`."""
    for begin in ("spent on ", "cost of "):
        doc = doc.removeprefix(begin)
    return doc


def _of_prices(contest: Contest) -> Iterator[Threshold]:
    results = contest.results
    worth = results.by_strategy("npv")
    for quantity, meaning, value, sign in _prices(results):
        lines = {name: Line(worth[name] - sign * value[name], sign * value[name]) for name in results.strategies}
        unit, today = _own_unit(contest, quantity)
        told = results.catalog[unit].doc.partition(":")[0] if unit else meaning
        for span, name in contest.turns(lines, 1.0, MOST_TIMES):
            at = scaled(_from_nothing(span), today)
            yield Threshold(unit or quantity, told, results.unit(unit) if unit else "times today's", today, at, contest.best, name)  # fmt: skip


def _own_unit(contest: Contest, cost: str) -> tuple[str, float]:
    """Name the rate that is declared over a cost (advertising per customer) and what it is today; nothing and 1 if none is."""
    results = contest.results
    for name, declared in results.catalog.items():
        if declared.of and declared.of[0] == cost:
            today = interval(results.figures[contest.best][name]).mean
            if today > 0.0:
                return name, today
    return "", 1.0


def _from_nothing(span: Interval) -> Interval:
    """Keep the lower end of an interval at or above nothing: no price is below it."""
    return Interval(span.mean, max(span.low, 0.0), span.high, span.n) if span.known else span


def _of_discount(contest: Contest) -> Iterator[Threshold]:
    """Give the discount rates nearest to today's, lower and higher, at which another strategy has caught up."""
    import numpy as np

    results, today = contest.results, contest.results.discount_rate
    if not follows(results):
        return
    rates = np.unique(np.append(np.linspace(0.0, max(HIGHEST_RATE, 2 * today), RATES), today))
    worth = {name: worth_at(results, name, rates) for name in results.strategies}
    found = []
    for name, alpha in contest.levels.items():
        lead = worth[contest.best] - worth[name] if name else worth[contest.best]
        for low, high in brackets(lead.mean(axis=0), rates, today):
            found.append((zero_between(Curves(rates, lead), low, high, alpha), name))
    for side in (-1.0, 1.0):
        there = [each for each in found if (each[0].mean - today) * side > 0.0]
        if there:
            span, name = min(there, key=lambda each: abs(each[0].mean - today))
            yield Threshold(DISCOUNT, "yearly discount rate", "share/year", today, span, contest.best, name)
