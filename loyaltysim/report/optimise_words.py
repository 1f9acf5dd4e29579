"""The best split in words: where the money goes, what it earns, what the next dollar is worth, and when enough is enough."""

from __future__ import annotations

from collections.abc import Iterable
from math import isinf, isnan
from typing import TYPE_CHECKING, Any

from loyaltysim.report.statistics import Interval
from loyaltysim.report.words import horizon, money_for, number

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


def answer(spec: Any, split: pd.DataFrame, budget: float, gain: Interval, robust: str | None) -> str:
    """Say where the next money goes and what it earns, with its interval."""
    if (split[split.lever == LEFT].share_of_budget > 1 - HARDLY).all():
        return (
            f"Of the next {number(budget)} {spec.currency} a month{BY[robust]}, the best split found leaves all unspent: no lever tried earns "
            f"more than it costs in {horizon(spec.months)}."
        )
    money = money_for(spec.currency, gain)
    sure = f" (95 %: {money.span(gain)})" if gain.known else ""
    unsure = "; that it earns anything is not sure" if gain.holds_zero else ""
    periods = list(dict.fromkeys(split.period))
    told = "; ".join(_period(spec, split[split.period == period], period) for period in periods)
    return (
        f"Of the next {number(budget)} {spec.currency} a month{BY[robust]}, the best split found is {told}. It earns "
        f"{money.full(gain.mean)} more than today's levers in {horizon(spec.months)}{sure}{unsure}."
    )


def _period(spec: Any, rows: pd.DataFrame, period: str) -> str:
    used = rows[(rows.lever != LEFT) & (rows.share_of_budget >= HARDLY)].sort_values("extra", ascending=False)
    left = float(rows[rows.lever == LEFT].share_of_budget.iloc[0])
    parts = [f"{number(_round(row.extra))} to {row.lever}" for row in used.itertuples()]
    if left >= HARDLY or not parts:
        parts.append(f"{number(_round(float(rows[rows.lever == LEFT].extra.iloc[0])))} left unspent")
    head = "" if period == "all" else f"in {period} "
    return head + (", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else parts[0])


def _round(amount: float) -> float:
    """Round to three digits: a split is not known better, and what is left of a cent is the sum's rounding."""
    return float(f"{round(amount, 2):.3g}")


def next_dollar(spec: Any, rows: pd.DataFrame) -> str:
    """Say what a further dollar brings back in each lever at today's levers and at the best split."""
    told = []
    for at, where in (("today", "at today's levers"), ("best", "at the best split")):
        here = rows[rows["at"] == at]
        best = [
            here[here.lever == lever].iloc[here[here.lever == lever].marginal.argmax()]
            for lever in dict.fromkeys(here.lever)
        ]
        best.sort(key=lambda row: -row.marginal)
        told.append(f"{where} {_list(_brings(spec, row) for row in best)}")
    return f"A further {spec.currency} brings back, in present value, {'; '.join(told)}."


def _brings(spec: Any, row: Any) -> str:
    span = f" ({1 + row.ci_low:.2f} to {1 + row.ci_high:.2f})" if row.ci_low == row.ci_low else ""
    return f"{1 + row.marginal:.2f}{span} in {row.lever}"


def overspending(spec: Any, rows: pd.DataFrame) -> str:
    """Say from which spending on a further dollar loses, lever by lever."""
    ends = rows.drop_duplicates("lever")
    return f"With all else as in the best split, a further {spec.currency} loses {_list(_end(spec, row) for row in ends.itertuples())}."


def _end(spec: Any, row: Any) -> str:
    if isinf(row.overspent_from) or row.overspent_from != row.overspent_from:
        return f"nowhere within reach in {row.lever}"
    if row.overspent_from == 0.0:
        return f"from the first on in {row.lever}"
    span = _span(row.overspent_ci_low, row.overspent_ci_high)
    return f"from {number(_round(row.overspent_from))} a month{span} in {row.lever}"


def _span(low: float, high: float) -> str:
    """Say an interval of spendings whose ends may lie outside the curve."""
    if isnan(low) or isnan(high):
        return ""
    if isinf(low) and isinf(high):
        return " (95 %: anywhere within reach)"
    if isinf(low):
        return f" (95 %: {number(_round(high))} or less)"
    return f" (95 %: {number(_round(low))} {'or more' if isinf(high) else f'to {number(_round(high))}'})"


def _list(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def how(tried: int, fewer: int, replications: int, worlds: int, robust: str | None) -> str:
    """Say how the split was found, and on which luck it was valued."""
    drawn = f" in {worlds} worlds" if robust else ""
    return (
        f"{tried} splits were tried on {fewer} replications{drawn}; the one given, its neighbours and the curves were then "
        f"valued on {replications} others, so that the search's good luck is not counted."
    )


def table(found: Any) -> Any:
    """Lay out levers for the terminal: today, the extra money, what a further dollar brings back, overspending."""
    from rich import box
    from rich.table import Table

    split, rows = found.tables["optimise"], found.tables["next_dollar"]
    currency = found.scenario.currency
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    heads = ("period", f"today\n({currency}/month)", "extra", f"a further {currency}\nbrings back", "overspent\nfrom")
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
            end = "never" if isinf(one.overspent_from) else number(_round(one.overspent_from))
        grid.add_row(row.lever, row.period, number(row.today), number(_round(row.extra)), brings, end)
    return grid
