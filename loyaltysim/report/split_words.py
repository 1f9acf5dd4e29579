"""The best split in words: where the money goes, what it earns by the figure that was sought, and on the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.report.words import horizon, money_for, number
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd

LEFT = "left unspent"
"""How the tables name money that no lever gets."""
HARDLY = 0.01
"""A share of the budget that is not worth naming."""
BY = {
    None: "",
    "mean": " on the mean over the worlds drawn from what is uncertain",
    "worst": " in the worst tenth of the worlds drawn from what is uncertain",
    "regret": " with the least greatest regret over the worlds drawn from what is uncertain",
}
FRESH = "on luck that the search did not use"


@dataclass(frozen=True)
class Candidate:
    """A split as rows of a table, what it earns on the mean, and the figure that was sought: mean, worst tenth, regret."""

    rows: pd.DataFrame
    mean: Interval
    sought: Interval

    @property
    def is_nothing(self) -> bool:
        """Whether it leaves all unspent, but for what is not worth naming."""
        return bool((self.rows[self.rows.lever == LEFT].share_of_budget > 1 - HARDLY).all())


class SplitWords:
    """Words for splits of a budget: `how` the search was robust, over how many `worlds`."""

    def __init__(self, spec: Any, budget: float, how: str | None, worlds: int) -> None:
        self._spec, self._budget, self._how = spec, budget, how
        self._span, self._all = horizon(spec.months), f"on the mean over all {worlds} worlds"
        self.where = f" {self._all}" if how else ""

    def answer(self, found: Candidate, none: Candidate, by_mean: Candidate, taken: bool) -> str:
        """Say where the next money goes and what it earns, with its interval.

        `found` by the search, `none` spent, the best `by_mean`; `taken`: whether what was found is recommended.
        """
        head = f"Of the next {number(self._budget)} {self._spec.currency} a month{BY[self._how]}, the best split found"
        if taken:
            return f"{head} is {told(found.rows)}. {self._gained(found)}"
        why = self._none_found(none) if found.is_nothing else self._refused(found, none)
        return f"{head} leaves all unspent: {why}.{self._on_the_mean(by_mean)}"

    def _gained(self, found: Candidate) -> str:
        unsure = "; that it earns anything is not sure" if found.mean.holds_zero else ""
        if self._how == "regret":
            return (
                f"Where it is furthest behind the best split tried, it earns {self._amount(found.sought)} less than that in {self._span}; against "
                f"today's levers it {self._result(found.mean)} {self._all}{unsure}."
            )
        money = money_for(self._spec.currency, found.sought)
        more = f"{money.full(found.sought.mean)} more than today's levers in {self._span}{_sure(money, found.sought)}"
        if self._how != "worst":
            return f"It earns {more}{unsure}."
        there = " (that it earns anything there is not sure)" if found.sought.holds_zero else ""
        return f"There it earns {more}{there}; {self._all} it {self._result(found.mean)}{unsure}."

    def _none_found(self, none: Candidate) -> str:
        if self._how == "regret":
            return f"of all splits tried that has the least regret, {self._amount(none.sought)} in {self._span} where it is greatest"
        tried = "there no split tried" if self._how == "worst" else "no lever tried"
        return f"{tried} earns more than it costs in {self._span}"

    def _refused(self, found: Candidate, none: Candidate) -> str:
        best = f"the best that the search found, {told(found.rows)},"
        if self._how == "regret":
            return (
                f"{FRESH} its greatest regret, {self._amount(none.sought)} in {self._span}, is no more than that of {best} "
                f"{self._amount(found.sought)}"
            )
        there = " there" if self._how == "worst" else ""
        return f"{best} {self._result(found.sought)}{there} in {self._span} {FRESH}"

    def _on_the_mean(self, best: Candidate) -> str:
        """Say what the figure sought passes over, where another split earns on the mean."""
        if self._how in (None, "mean") or best.is_nothing or not best.mean.mean > 0.0:
            return ""
        other = f"its greatest regret is {self._amount(best.sought)}"
        other = f"in their worst tenth it {self._result(best.sought)}" if self._how == "worst" else other
        return f" {self._all.capitalize()} {told(best.rows)} {self._result(best.mean)}, but {other}."

    def _amount(self, span: Interval) -> str:
        money = money_for(self._spec.currency, span)
        return f"{money.full(span.mean)}{_sure(money, span)}"

    def _result(self, span: Interval) -> str:
        lost = span.mean < 0.0
        return f"loses {self._amount(turned(span))}" if lost else f"earns {self._amount(span)}"


def turned(span: Interval) -> Interval:
    """Give the interval of the same figure with the other sign."""
    return Interval(-span.mean, -span.high, -span.low, span.n)


def _sure(money: Any, span: Interval) -> str:
    return f" (95 %: {money.span(span)})" if span.known else ""


def told(split: pd.DataFrame) -> str:
    """Say a split, period by period."""
    periods: Sequence[str] = list(dict.fromkeys(split.period))
    return "; ".join(_period(split[split.period == period], period) for period in periods)


def _period(rows: pd.DataFrame, period: str) -> str:
    used = rows[(rows.lever != LEFT) & (rows.share_of_budget >= HARDLY)].sort_values("extra", ascending=False)
    left = float(rows[rows.lever == LEFT].share_of_budget.iloc[0])
    parts = [f"{number(roundly_spent(row.extra))} to {row.lever}" for row in used.itertuples()]
    if left >= HARDLY or not parts:
        parts.append(f"{number(roundly_spent(float(rows[rows.lever == LEFT].extra.iloc[0])))} left unspent")
    head = "" if period == "all" else f"in {period} "
    return head + (", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else parts[0])


def roundly_spent(amount: float) -> float:
    """Round to three digits: a split is not known better, and what is left of a cent is the sum's rounding."""
    return float(f"{round(amount, 2):.3g}")
