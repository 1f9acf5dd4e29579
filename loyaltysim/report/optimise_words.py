"""What a further dollar in each lever is worth, in words, and when enough is enough."""

from __future__ import annotations

from math import isfinite, isinf, isnan
from typing import TYPE_CHECKING, Any

from loyaltysim.report.split_words import roundly_spent
from loyaltysim.report.words import number

if TYPE_CHECKING:
    import pandas as pd


def next_dollar(spec: Any, rows: pd.DataFrame, where: str = "") -> str:
    """Say what a further dollar brings back in each lever at today's levers and at the best split; `where`: over which worlds.

    Of a split by years the year in which it brings back most is named, and the one in which it brings back least.
    """
    today, best = rows[rows["at"] == "today"], rows[rows["at"] == "best"]
    if (today.spend.to_numpy() == best.spend.to_numpy()).all():
        told = f"at today's levers, which are the best split too, {_brought(today)}"
    else:
        told = f"at today's levers {_brought(today)}; at the best split {_brought(best)}"
    return f"A further {spec.currency} brings back, in present value{where}, {told}."


def _brought(rows: pd.DataFrame) -> str:
    levers = [mine.sort_values("marginal", ascending=False) for _, mine in rows.groupby("lever", sort=False)]
    levers.sort(key=lambda mine: -mine.marginal.iloc[0])
    return ", ".join(_brings(mine) for mine in levers)


def _brings(mine: pd.DataFrame) -> str:
    most, least = mine.iloc[0], mine.iloc[-1]
    span = f" ({1 + most.ci_low:.2f} to {1 + most.ci_high:.2f})" if most.ci_low == most.ci_low else ""
    years = f" in {most.period}, down to {1 + least.marginal:.2f} in {least.period}" if len(mine) > 1 else ""
    return f"{1 + most.marginal:.2f}{span} in {most.lever}{years}"


def overspending(spec: Any, rows: pd.DataFrame, where: str = "") -> str:
    """Say from which spending on a further dollar loses, lever by lever; a split that spends more than that is told so."""
    today = rows[rows["at"] == "today"].drop_duplicates("lever").set_index("lever").spend
    best = rows[rows["at"] == "best"]
    alike = " and the same in every year" if best.period.nunique() > 1 else ""
    told = [
        _end(row) + ("" if alike else _beyond(row, today[row.lever]))
        for row in best.drop_duplicates("lever").itertuples()
    ]
    return f"With all else as in the best split{alike}, a further {spec.currency} loses{where} {', '.join(told)}."


def _end(row: Any) -> str:
    end = row.overspent_from
    if not isfinite(end):
        return f"nowhere within reach in {row.lever}"
    if end == 0.0:
        return f"from the first on{_at_first(row.overspent_ci_high)} in {row.lever}"
    return (
        f"from {number(roundly_spent(end))} a month{_span(row.overspent_ci_low, row.overspent_ci_high)} in {row.lever}"
    )


def _at_first(high: float) -> str:
    """Say up to where a lever may pay that on the mean does not."""
    if isnan(high) or high == 0.0:
        return ""
    return " (95 %: anywhere within reach)" if isinf(high) else f" (95 %: {number(roundly_spent(high))} or less)"


def _beyond(row: Any, today: float) -> str:
    """Say that the best split adds to a lever more than what pays there on the mean, and whether that is surely so."""
    spend, end, high = (roundly_spent(x) for x in (row.spend, row.overspent_from, row.overspent_ci_high))
    if not spend > max(end, roundly_spent(today)):
        return ""
    return f" (the split spends {number(spend)}, {'surely too much' if spend > high else 'which may be luck'})"


def _span(low: float, high: float) -> str:
    """Say an interval of spendings whose ends may lie outside the curve."""
    if isnan(low) or isnan(high):
        return ""
    if isinf(low) and isinf(high):
        return " (95 %: anywhere within reach)"
    if isinf(low):
        return f" (95 %: {number(roundly_spent(high))} or less)"
    return f" (95 %: {number(roundly_spent(low))} {'or more' if isinf(high) else f'to {number(roundly_spent(high))}'})"


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
            end = "never" if isinf(one.overspent_from) else number(roundly_spent(one.overspent_from))
            end = "" if row.lever in shown else end  # of a curve in which all years move alike
            shown.add(row.lever)
        grid.add_row(row.lever, row.period, number(row.today), number(roundly_spent(row.extra)), brings, end)
    return grid
