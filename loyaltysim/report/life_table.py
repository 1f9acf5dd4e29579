"""A life as a tidy table: one row a strategy and month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from loyaltysim.report.life import Life, Month, Talk

if TYPE_CHECKING:
    import pandas as pd

TALKS = ("heard", "told")


def months(lives: Sequence[Life]) -> pd.DataFrame:
    """Give one row a strategy and month with the fields of Month; talk as four columns each way: messages bad and good, and with whom."""
    import pandas as pd

    return pd.DataFrame([{"strategy": life.strategy} | dict(_cells(month)) for life in lives for month in life.months])


def _cells(month: Month) -> Iterator[tuple[str, Any]]:
    for each in fields(Month):
        value = getattr(month, each.name)
        if each.name in TALKS:
            yield from _talk(each.name, value)
        elif isinstance(value, Mapping):
            yield each.name, "; ".join(f"{key} {number:g}" for key, number in value.items())
        else:
            yield each.name, "; ".join(value) if isinstance(value, tuple) else value


def _talk(name: str, talks: Sequence[Talk]) -> Iterator[tuple[str, Any]]:
    for news in ("bad", "good"):
        yield f"{name}_{news}", sum(getattr(talk, news) for talk in talks)
        people = [f"{talk.other}{'' if talk.known else ' (not known)'}" for talk in talks if getattr(talk, news)]
        yield f"{name}_{news}_{'from' if name == 'heard' else 'to'}", "; ".join(people)
