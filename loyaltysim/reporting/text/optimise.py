"""The best split of a budget in words: where the money goes, what it earns, what a further dollar is worth."""

from __future__ import annotations

from math import isfinite, isinf, isnan
from typing import TYPE_CHECKING, Any

from loyaltysim.core.formats import format_number
from loyaltysim.experiments.optimise.budget import committed_spending, monthly_amount
from loyaltysim.experiments.optimise.optimise import HARDLY, LEFT, Candidate
from loyaltysim.reporting.text.formats import Wording, begin_table, format_horizon, money_for
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.optimise.optimise import OptimiseFinding
    from loyaltysim.scenario import Scenario

BY = {
    None: "",
    "mean": " on the mean over the worlds drawn from what is uncertain",
    "worst": " in the worst tenth of the worlds drawn from what is uncertain",
    "regret": " with the least greatest regret over the worlds drawn from what is uncertain",
}
"""By which figure a split was sought."""
FRESH = "on luck that the search did not use"
ANYWHERE = " (95 %: anywhere within reach)"


def render(found: OptimiseFinding) -> Wording:
    """Return where the next money goes, and what else is worth knowing."""
    scenario, dollars = found.scenario, found.tables["next_dollar"]
    words = SplitWords(scenario, found.budget, found.robust, found.worlds)
    notes = (
        describe_next_dollar(scenario, dollars, words.where),
        describe_overspending(scenario, dollars, words.where),
        describe_search(found.tried, found.search_replications, scenario.replications, found.worlds, found.robust),
        committed_spending(scenario),
        question_budget(scenario, found.budget),
        describe_impossible(found),
    )
    return Wording(words.render_answer(found.found, found.none, found.by_mean, found.is_taken), notes)


def describe_impossible(found: OptimiseFinding) -> str:
    """Say how many of the drawn worlds cannot be, and why; empty where all can."""
    gone = found.drawn - found.worlds
    return f"{gone} of {found.drawn} drawn worlds are of no possible market: {found.first_error}." if gone else ""


def question_budget(scenario: Scenario, budget: float) -> str:
    """Question a budget larger than what all customers bring in today; empty for others."""
    brought = scenario.market.margin_mean * scenario.market.customers
    if budget <= brought:
        return ""
    return (
        f"A budget of {monthly_amount(scenario, budget)} is more than the margin of all {scenario.market.customers:,} "
        f"customers of today ({monthly_amount(scenario, brought)}): is it meant a month, and not a year?"
    )


class SplitWords:
    """Words for splits of a budget: `how` the search was robust, over how many `worlds`."""

    def __init__(self, scenario: Scenario, budget: float, how: str | None, worlds: int) -> None:
        self._currency, self._budget, self._how = scenario.currency, budget, how
        self._span, self._all = format_horizon(scenario.months), f"on the mean over all {worlds} worlds"
        self.where = f" {self._all}" if how else ""

    def render_answer(self, found: Candidate, none: Candidate, by_mean: Candidate, is_taken: bool) -> str:
        """Say where the next money goes and what it earns, with its interval.

        Args:
            found: The best split of the search.
            none: Nothing spent.
            by_mean: The split that is best on the mean.
            is_taken: Whether what was found is recommended.
        """
        budget = f"{format_number(self._budget)} {self._currency} a month{BY[self._how]}"
        head = f"Of the next {budget}, the best split found"
        if is_taken:
            return f"{head} is {describe_split(found.rows)}. {self.describe_gain(found)}"
        why = self.describe_nothing(none) if found.is_nothing else self.describe_refusal(found, none)
        return f"{head} leaves all unspent: {why}.{self.describe_mean(by_mean)}"

    def describe_gain(self, found: Candidate) -> str:
        """Say what the recommended split earns."""
        unsure = "; that it earns anything is not sure" if found.mean.holds_zero else ""
        if self._how == "regret":
            return (
                f"Where it is furthest behind the best split tried, it earns {self.format_amount(found.sought)} less "
                f"than that in {self._span}; against today's levers it {self.describe_result(found.mean)} "
                f"{self._all}{unsure}."
            )
        more = self.format_amount(found.sought, f"more than today's levers in {self._span}")
        if self._how != "worst":
            return f"It earns {more}{unsure}."
        there = " (that it earns anything there is not sure)" if found.sought.holds_zero else ""
        return f"There it earns {more}{there}; {self._all} it {self.describe_result(found.mean)}{unsure}."

    def describe_nothing(self, none: Candidate) -> str:
        """Say why the search itself found nothing worth spending on."""
        if self._how == "regret":
            return (
                f"of all splits tried that has the least regret, {self.format_amount(none.sought)} in {self._span} "
                "where it is greatest"
            )
        tried = "there no split tried" if self._how == "worst" else "no lever tried"
        return f"{tried} earns more than it costs in {self._span}"

    def describe_refusal(self, found: Candidate, none: Candidate) -> str:
        """Say why what the search found is not recommended."""
        best = f"the best that the search found, {describe_split(found.rows)},"
        if self._how == "regret":
            return (
                f"{FRESH} its greatest regret, {self.format_amount(none.sought)} in {self._span}, is no more than "
                f"that of {best} {self.format_amount(found.sought)}"
            )
        there = " there" if self._how == "worst" else ""
        return f"{best} {self.describe_result(found.sought)}{there} in {self._span} {FRESH}"

    def describe_mean(self, best: Candidate) -> str:
        """Say what the figure sought passes over, where another split earns on the mean."""
        if self._how in (None, "mean") or best.is_nothing or not best.mean.mean > 0.0:
            return ""
        other = f"its greatest regret is {self.format_amount(best.sought)}"
        other = f"in their worst tenth it {self.describe_result(best.sought)}" if self._how == "worst" else other
        return f" {self._all.capitalize()} {describe_split(best.rows)} {self.describe_result(best.mean)}, but {other}."

    def describe_result(self, span: Interval) -> str:
        """Say that something earns or loses so much."""
        return f"loses {self.format_amount(-span)}" if span.mean < 0.0 else f"earns {self.format_amount(span)}"

    def format_amount(self, span: Interval, than: str = "") -> str:
        """Write an amount, what it is more than, and its interval."""
        money = money_for(self._currency, span)
        ends = f" (95 %: {money.span(span)})" if span.known else ""
        return f"{money.full(span.mean)}{f' {than}' if than else ''}{ends}"


def describe_split(split: pd.DataFrame) -> str:
    """Say a split, period by period."""
    periods = []
    for period, rows in split.groupby("period", sort=False):
        used = rows[(rows.lever != LEFT) & (rows.share_of_budget >= HARDLY)].sort_values("extra", ascending=False)
        left = rows[rows.lever == LEFT].iloc[0]
        parts = [f"{format_spending(row.extra)} to {row.lever}" for row in used.itertuples()]
        if left.share_of_budget >= HARDLY or not parts:
            parts.append(f"{format_spending(left.extra)} left unspent")
        head = "" if period == "all" else f"in {period} "
        periods.append(head + (", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else parts[0]))
    return "; ".join(periods)


def format_spending(amount: float) -> str:
    """Write an amount of a split to three digits."""
    return format_number(round_spending(amount))


def round_spending(amount: float) -> float:
    """Round to three digits: a split is not known better, and what is left of a cent is the sum's rounding."""
    return float(f"{round(amount, 2):.3g}")


def describe_next_dollar(scenario: Scenario, rows: pd.DataFrame, where: str = "") -> str:
    """Say what a further dollar brings back in each lever at today's levers and at the best split.

    `where` says over which worlds. Of a split by years the year in which it brings back most is named, and the one in
    which it brings back least.
    """
    today, best = rows[rows["at"] == "today"], rows[rows["at"] == "best"]
    if (today.spend.to_numpy() == best.spend.to_numpy()).all():
        brings = f"at today's levers, which are the best split too, {describe_returns(today)}"
    else:
        brings = f"at today's levers {describe_returns(today)}; at the best split {describe_returns(best)}"
    return f"A further {scenario.currency} brings back, in present value{where}, {brings}."


def describe_returns(rows: pd.DataFrame) -> str:
    """Say what a further dollar brings back, the best lever first."""
    levers = [own.sort_values("marginal", ascending=False) for _, own in rows.groupby("lever", sort=False)]
    levers.sort(key=lambda own: -own.marginal.iloc[0])
    found = []
    for own in levers:
        most, least = own.iloc[0], own.iloc[-1]
        span = f" ({1 + most.ci_low:.2f} to {1 + most.ci_high:.2f})" if most.ci_low == most.ci_low else ""
        years = f" in {most.period}, down to {1 + least.marginal:.2f} in {least.period}" if len(own) > 1 else ""
        found.append(f"{1 + most.marginal:.2f}{span} in {most.lever}{years}")
    return ", ".join(found)


def describe_overspending(scenario: Scenario, rows: pd.DataFrame, where: str = "") -> str:
    """Say from which spending on a further dollar loses, lever by lever, and where the split spends more."""
    today = rows[rows["at"] == "today"].drop_duplicates("lever").set_index("lever").spend
    best = rows[rows["at"] == "best"]
    alike = " and the same in every year" if best.period.nunique() > 1 else ""
    levers = []
    for row in best.drop_duplicates("lever").itertuples():
        excess = "" if alike else describe_excess(row, today[row.lever])
        levers.append(f"{describe_overspending_point(row)} in {row.lever}{excess}")
    return f"With all else as in the best split{alike}, a further {scenario.currency} loses{where} {', '.join(levers)}."


def describe_overspending_point(row: Any) -> str:
    """Say from where on a further dollar in the lever of a row loses, with the interval of that, or nowhere."""
    low, high = row.overspent_ci_low, row.overspent_ci_high
    if not isfinite(row.overspent_from):
        return "nowhere within reach"
    if row.overspent_from == 0.0:
        if isnan(high) or high == 0.0:
            return "from the first on"
        return f"from the first on{ANYWHERE if isinf(high) else f' (95 %: {format_spending(high)} or less)'}"
    return f"from {format_spending(row.overspent_from)} a month{format_spending_range(low, high)}"


def describe_excess(row: Any, today: float) -> str:
    """Say that the best split adds to a lever more than what pays there on the mean, and whether that is surely so."""
    spend, end, high = (round_spending(each) for each in (row.spend, row.overspent_from, row.overspent_ci_high))
    if not spend > max(end, round_spending(today)):
        return ""
    return f" (the split spends {format_number(spend)}, {'surely too much' if spend > high else 'which may be luck'})"


def format_spending_range(low: float, high: float) -> str:
    """Write an interval of spendings whose ends may lie outside the curve."""
    if isnan(low) or isnan(high):
        return ""
    if isinf(low) and isinf(high):
        return ANYWHERE
    if isinf(low):
        return f" (95 %: {format_spending(high)} or less)"
    return f" (95 %: {format_spending(low)} {'or more' if isinf(high) else f'to {format_spending(high)}'})"


def describe_search(tried: int, fewer: int, replications: int, worlds: int, robust: str | None) -> str:
    """Say how the split was found, and on which luck it was valued."""
    drawn = f" in {worlds} worlds" if robust else ""
    return (
        f"{tried} splits were tried on {fewer} replications{drawn}; the one given, its neighbours and the curves were "
        f"then valued on {replications} others, so that the search's good luck is not counted."
    )


def render_table(found: Finding) -> Table:
    """Lay out levers for the terminal: today, the extra money, what a further dollar brings back, overspending."""
    split, rows = found.tables["optimise"], found.tables["next_dollar"]
    currency, grid = found.scenario.currency, begin_table()
    alike = "\n(all years\nalike)" if rows.period.nunique() > 1 else ""
    grid.add_column("lever")
    dollar = f"a further {currency}\nbrings back"
    for head in ("period", f"today\n({currency}/month)", "extra", dollar, f"overspent\nfrom{alike}"):
        grid.add_column(head, justify="right")
    shown = set[str]()
    for row in split.itertuples():
        own = rows[(rows.lever == row.lever) & (rows.period == row.period) & (rows["at"] == "best")]
        brings, end = "", ""
        for one in own.head(1).itertuples():
            span = f"\n{1 + one.ci_low:.2f} to {1 + one.ci_high:.2f}" if one.ci_low == one.ci_low else ""
            brings = f"{1 + one.marginal:.2f}{span}"
            if row.lever not in shown:  # of a curve in which all years move alike
                end = "never" if isinf(one.overspent_from) else format_spending(one.overspent_from)
            shown.add(row.lever)
        grid.add_row(row.lever, row.period, format_number(row.today), format_spending(row.extra), brings, end)
    return grid
