"""What a further dollar in each lever is worth, in words, and when enough is enough."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isinf, isnan
from typing import TYPE_CHECKING, Any

from loyaltysim.core.formats import format_number
from loyaltysim.experiments.optimise.budget import committed_spending, monthly_amount
from loyaltysim.experiments.optimise.optimise import HARDLY, LEFT, Candidate
from loyaltysim.reporting.text.numbers import format_horizon, money_for
from loyaltysim.reporting.text.wording import Wording
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.optimise.optimise import OptimiseFinding
    from loyaltysim.reporting.text.numbers import Money
    from loyaltysim.scenario import Scenario

BY = {
    None: "",
    "mean": " on the mean over the worlds drawn from what is uncertain",
    "worst": " in the worst tenth of the worlds drawn from what is uncertain",
    "regret": " with the least greatest regret over the worlds drawn from what is uncertain",
}
FRESH = "on luck that the search did not use"


def render(found: OptimiseFinding) -> Wording:
    """Return where the next money goes, and what else is worth knowing."""
    scenario, dollars = found.scenario, found.tables["next_dollar"]
    saying = SplitWords(scenario, found.budget, found.robust, found.worlds)
    notes = (
        next_dollar(scenario, dollars, saying.where),
        overspending(scenario, dollars, saying.where),
        how(found.tried, found.search_replications, scenario.replications, found.worlds, found.robust),
        committed_spending(scenario),
        question_budget(scenario, found.budget),
        impossible(found),
    )
    return Wording(saying.answer(found.found, found.none, found.by_mean, found.is_taken), notes)


def impossible(found: OptimiseFinding) -> str:
    """Say how many of the drawn worlds cannot be, and why; empty where all can."""
    gone = found.drawn - found.worlds
    return f"{gone} of {found.drawn} drawn worlds are of no possible market: {found.first_error}." if gone else ""


def question_budget(scenario: Scenario, budget: float) -> str:
    """Question a budget larger than what all customers bring in today; empty for others."""
    brought = scenario.market.margin_mean * scenario.market.customers
    if budget <= brought:
        return ""
    return (
        f"A budget of {monthly_amount(scenario, budget)} is more than the margin of all {scenario.market.customers:,} customers of today "
        f"({monthly_amount(scenario, brought)}): is it meant a month, and not a year?"
    )


class SplitWords:
    """Words for splits of a budget: `how` the search was robust, over how many `worlds`."""

    def __init__(self, scenario: Scenario, budget: float, how: str | None, worlds: int) -> None:
        self._scenario, self._budget, self._how = scenario, budget, how
        self._span, self._all = format_horizon(scenario.months), f"on the mean over all {worlds} worlds"
        self.where = f" {self._all}" if how else ""

    def answer(self, found: Candidate, none: Candidate, by_mean: Candidate, taken: bool) -> str:
        """Say where the next money goes and what it earns, with its interval.

        `found` by the search, `none` spent, the best `by_mean`; `taken`: whether what was found is recommended.
        """
        head = f"Of the next {format_number(self._budget)} {self._scenario.currency} a month{BY[self._how]}, the best split found"
        if taken:
            return f"{head} is {describe_split(found.rows)}. {self._gained(found)}"
        why = self._none_found(none) if found.is_nothing else self._refused(found, none)
        return f"{head} leaves all unspent: {why}.{self._on_the_mean(by_mean)}"

    def _gained(self, found: Candidate) -> str:
        unsure = "; that it earns anything is not sure" if found.mean.holds_zero else ""
        if self._how == "regret":
            return (
                f"Where it is furthest behind the best split tried, it earns {self._amount(found.sought)} less than that in {self._span}; against "
                f"today's levers it {self._result(found.mean)} {self._all}{unsure}."
            )
        money = money_for(self._scenario.currency, found.sought)
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
        best = f"the best that the search found, {describe_split(found.rows)},"
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
        return f" {self._all.capitalize()} {describe_split(best.rows)} {self._result(best.mean)}, but {other}."

    def _amount(self, span: Interval) -> str:
        money = money_for(self._scenario.currency, span)
        return f"{money.full(span.mean)}{_sure(money, span)}"

    def _result(self, span: Interval) -> str:
        lost = span.mean < 0.0
        return f"loses {self._amount(describe_turning(span))}" if lost else f"earns {self._amount(span)}"


def describe_turning(span: Interval) -> Interval:
    """Give the interval of the same figure with the other sign."""
    return Interval(-span.mean, -span.high, -span.low, span.n)


def _sure(money: Money, span: Interval) -> str:
    return f" (95 %: {money.span(span)})" if span.known else ""


def describe_split(split: pd.DataFrame) -> str:
    """Say a split, period by period."""
    periods: Sequence[str] = list(dict.fromkeys(split.period))
    return "; ".join(_period(split[split.period == period], period) for period in periods)


def _period(rows: pd.DataFrame, period: str) -> str:
    used = rows[(rows.lever != LEFT) & (rows.share_of_budget >= HARDLY)].sort_values("extra", ascending=False)
    left = float(rows[rows.lever == LEFT].share_of_budget.iloc[0])
    parts = [f"{format_number(roundly_spent(row.extra))} to {row.lever}" for row in used.itertuples()]
    if left >= HARDLY or not parts:
        parts.append(f"{format_number(roundly_spent(float(rows[rows.lever == LEFT].extra.iloc[0])))} left unspent")
    head = "" if period == "all" else f"in {period} "
    return head + (", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else parts[0])


def roundly_spent(amount: float) -> float:
    """Round to three digits: a split is not known better, and what is left of a cent is the sum's rounding."""
    return float(f"{round(amount, 2):.3g}")


def next_dollar(scenario: Scenario, rows: pd.DataFrame, where: str = "") -> str:
    """Say what a further dollar brings back in each lever at today's levers and at the best split; `where`: over which worlds.

    Of a split by years the year in which it brings back most is named, and the one in which it brings back least.
    """
    today, best = rows[rows["at"] == "today"], rows[rows["at"] == "best"]
    if (today.spend.to_numpy() == best.spend.to_numpy()).all():
        told = f"at today's levers, which are the best split too, {_brought(today)}"
    else:
        told = f"at today's levers {_brought(today)}; at the best split {_brought(best)}"
    return f"A further {scenario.currency} brings back, in present value{where}, {told}."


def _brought(rows: pd.DataFrame) -> str:
    levers = [mine.sort_values("marginal", ascending=False) for _, mine in rows.groupby("lever", sort=False)]
    levers.sort(key=lambda mine: -mine.marginal.iloc[0])
    return ", ".join(_brings(mine) for mine in levers)


def _brings(mine: pd.DataFrame) -> str:
    most, least = mine.iloc[0], mine.iloc[-1]
    span = f" ({1 + most.ci_low:.2f} to {1 + most.ci_high:.2f})" if most.ci_low == most.ci_low else ""
    years = f" in {most.period}, down to {1 + least.marginal:.2f} in {least.period}" if len(mine) > 1 else ""
    return f"{1 + most.marginal:.2f}{span} in {most.lever}{years}"


def overspending(scenario: Scenario, rows: pd.DataFrame, where: str = "") -> str:
    """Say from which spending on a further dollar loses, lever by lever; a split that spends more than that is told so."""
    today = rows[rows["at"] == "today"].drop_duplicates("lever").set_index("lever").spend
    best = rows[rows["at"] == "best"]
    alike = " and the same in every year" if best.period.nunique() > 1 else ""
    told = [
        _end(row) + ("" if alike else _beyond(row, today[row.lever]))
        for row in best.drop_duplicates("lever").itertuples()
    ]
    return f"With all else as in the best split{alike}, a further {scenario.currency} loses{where} {', '.join(told)}."


def _end(row: Any) -> str:
    end = row.overspent_from
    if not isfinite(end):
        return f"nowhere within reach in {row.lever}"
    if end == 0.0:
        return f"from the first on{_at_first(row.overspent_ci_high)} in {row.lever}"
    return f"from {format_number(roundly_spent(end))} a month{_span(row.overspent_ci_low, row.overspent_ci_high)} in {row.lever}"


def _at_first(high: float) -> str:
    """Say up to where a lever may pay that on the mean does not."""
    if isnan(high) or high == 0.0:
        return ""
    return " (95 %: anywhere within reach)" if isinf(high) else f" (95 %: {format_number(roundly_spent(high))} or less)"


def _beyond(row: Any, today: float) -> str:
    """Say that the best split adds to a lever more than what pays there on the mean, and whether that is surely so."""
    spend, end, high = (roundly_spent(x) for x in (row.spend, row.overspent_from, row.overspent_ci_high))
    if not spend > max(end, roundly_spent(today)):
        return ""
    return f" (the split spends {format_number(spend)}, {'surely too much' if spend > high else 'which may be luck'})"


def _span(low: float, high: float) -> str:
    """Say an interval of spendings whose ends may lie outside the curve."""
    if isnan(low) or isnan(high):
        return ""
    if isinf(low) and isinf(high):
        return " (95 %: anywhere within reach)"
    if isinf(low):
        return f" (95 %: {format_number(roundly_spent(high))} or less)"
    return f" (95 %: {format_number(roundly_spent(low))} {'or more' if isinf(high) else f'to {format_number(roundly_spent(high))}'})"


def how(tried: int, fewer: int, replications: int, worlds: int, robust: str | None) -> str:
    """Say how the split was found, and on which luck it was valued."""
    drawn = f" in {worlds} worlds" if robust else ""
    return (
        f"{tried} splits were tried on {fewer} replications{drawn}; the one given, its neighbours and the curves were then "
        f"valued on {replications} others, so that the search's good luck is not counted."
    )


def table(found: Finding) -> Table:
    """Lay out levers for the terminal: today, the extra money, what a further dollar brings back, overspending."""
    from rich import box
    from rich.table import Table

    split, rows = found.tables["optimise"], found.tables["next_dollar"]
    currency = found.scenario.currency
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    alike = "\n(all years\nalike)" if rows.period.nunique() > 1 else ""
    heads = (
        "period",
        f"today\n({currency}/month)",
        "extra",
        f"a further {currency}\nbrings back",
        f"overspent\nfrom{alike}",
    )
    shown = set[str]()
    grid.add_column("lever")
    for head in heads:
        grid.add_column(head, justify="right")
    for row in split.itertuples():
        mine = rows[(rows.lever == row.lever) & (rows.period == row.period) & (rows["at"] == "best")]
        brings, end = "", ""
        if len(mine):
            one = mine.iloc[0]
            brings = f"{1 + one.marginal:.2f}" + (
                f"\n{1 + one.ci_low:.2f} to {1 + one.ci_high:.2f}" if one.ci_low == one.ci_low else ""
            )
            end = "never" if isinf(one.overspent_from) else format_number(roundly_spent(one.overspent_from))
            end = "" if row.lever in shown else end  # of a curve in which all years move alike
            shown.add(row.lever)
        grid.add_row(
            row.lever, row.period, format_number(row.today), format_number(roundly_spent(row.extra)), brings, end
        )
    return grid
