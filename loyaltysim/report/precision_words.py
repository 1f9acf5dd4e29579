"""The answer of a study that went on until it was settled, with the interval that such a study may claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.names import head, named
from loyaltysim.report.words import horizon, money_for
from loyaltysim.results.results import Results
from loyaltysim.stats.sequential import SequentialVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

RULE = "by a rule that holds at every look"


def answer(results: Results, found: SequentialVerdict) -> str:
    """Say what is worth most, by how much and how sure that is, and whether it is settled."""
    gain, n = found.difference, results.replications
    money = money_for(results.currency, gain)
    over = f"over {horizon(results.months)}"
    span = f"95 %, {RULE}: {money.span(gain)}"
    end = (
        f"settled after {n} replications" if found.settled else f"not settled after {n} replications, the most allowed"
    )
    if not found.second:
        return f"{head(found.best)} is worth {money.full(gain.mean)} {over} ({span}); {end}."
    best, second = (named(name, results.strategies) for name in (found.best, found.second))
    if gain.low > 0.0:
        first = head(found.best, results.strategies)
        return f"{first} earns {money.full(gain.mean)} more than {second} {over} ({span}); {end}."
    return f"Cannot tell whether {best} or {second} earns more {over}: the difference is {money.full(gain.mean)} ({span}); {end}."


def told(found: SequentialVerdict, replications: int) -> Mapping[str, object]:
    """Give the end of the study as the manifest holds it."""
    return {"settled": found.settled, "after_replications": replications}
