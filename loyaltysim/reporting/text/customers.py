"""The tables of single customers: a life month by month, and what one lost customer is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import pandas as pd

from loyaltysim.reporting.text.console import begin_table
from loyaltysim.reporting.text.numbers import Money
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    from rich.table import Table

    from loyaltysim.experiments.observer import Life, Month, Talk

SINGLE = 999.0
"""The largest figure that money in single dollars is written for: a customer is worth some hundreds or thousands."""
BARELY = 1.25
"""Mean numbers of ties within this factor are nearly the same."""
Span = Callable[[int, str, str], Interval]
HEADS = {
    "own": "own\nmargin",
    "stayed": "others\nwho leave",
    "came": "others who\ndo not come",
    "spent": "spending",
    "worth": "worth",
}


def build_months(lives: Sequence[Life]) -> pd.DataFrame:
    """Return one row a strategy and month with the fields of Month; talk as four columns each way: messages bad and good, and with whom."""
    return pd.DataFrame(
        [{"strategy": life.strategy} | dict(flatten_month(month)) for life in lives for month in life.months]
    )


def flatten_month(month: Month) -> Iterator[tuple[str, object]]:
    """Yield the cells of a month: what is a mapping or a list there is one text here."""
    for each in fields(month):
        value = getattr(month, each.name)
        if each.name in ("heard", "told"):
            yield from flatten_talk(each.name, value)
        elif isinstance(value, Mapping):
            yield each.name, "; ".join(f"{key} {number:g}" for key, number in value.items())
        else:
            yield each.name, "; ".join(value) if isinstance(value, tuple) else value


def flatten_talk(name: str, talks: Sequence[Talk]) -> Iterator[tuple[str, object]]:
    """Yield how many bad and good messages were `heard` or `told`, and from or to whom."""
    for news in ("bad", "good"):
        yield f"{name}_{news}", sum(getattr(talk, news) for talk in talks)
        people = [f"{talk.other}{'' if talk.known else ' (not known)'}" for talk in talks if getattr(talk, news)]
        yield f"{name}_{news}_{'from' if name == 'heard' else 'to'}", "; ".join(people)


def render_values(months: list[int], span: Span, currency: str) -> str:
    """Say what one customer lost in each month is worth, and how much of it is their own margin."""
    lines = []
    for month in months:
        whole, own, rest = (span(month, "all", item) for item in ("worth", "own", "rest"))
        money = Money(currency, SINGLE)
        sure = f" (95 %: {money.span(rest)})" if rest.known else ""
        fewer = span(month, "all", "messages_bad")
        word, size = ("more", -fewer) if fewer.mean < 0 else ("fewer", fewer)
        how_sure = f" (95 %: {size.low:.1f} to {size.high:.1f})" if size.known else ""
        lines.append(
            f"One customer lost in month {month} is worth {money.full(whole.mean)}: {money.full(own.mean)} of own margin "
            f"and {money.full(rest.mean)} of the rest, others' margin and the firm's spending{sure}; "
            f"{abs(size.mean):.1f}{how_sure} {word} bad messages are told than if they had stayed."
        )
    return "\n".join(lines)


def describe_columns(found: pd.DataFrame) -> Iterator[str]:
    """Say what the columns mean, and whether the thirds by ties are thirds at all."""
    meanings = dict(zip(found.item, found.meaning, strict=True))
    for item, head in HEADS.items():
        yield f"  {head.replace(chr(10), ' ')}: {meanings[item]}"
    ties = found[found.ties != "all"].mean_ties
    if ties.max() < BARELY * ties.min():
        yield f"  Everyone has nearly as many ties ({ties.min():.1f} to {ties.max():.1f}), so the thirds barely differ."


def render_table(found: pd.DataFrame, span: Span, currency: str) -> Table:
    """Lay out one row a month of leaving and number of ties; each figure with its 95 % interval below it."""
    grid = begin_table()
    for head in ("lost in\nmonth", "ties", "mean\nties", *HEADS.values()):
        grid.add_column(head, justify="left" if head == "ties" else "right", no_wrap=True)
    for (month, ties), rows in found.groupby(["month", "ties"], sort=False):
        spans = [span(month, ties, item) for item in HEADS]
        money = Money(currency, SINGLE)
        cells = [
            f"{money.full(each.mean)}\n{money.span(each)}" if each.known else money.full(each.mean) for each in spans
        ]
        grid.add_row(str(month) if ties == "all" else "", str(ties), f"{rows.mean_ties.iloc[0]:.1f}", *cells)
    return grid
