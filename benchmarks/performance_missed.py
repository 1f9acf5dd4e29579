"""Why a bar is missed, in the figures of the record: said on the page for each bar that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.months import name_of
from benchmarks.plan import FULL
from benchmarks.speed_settings import UNIFORM
from loyaltysim.mechanisms import MONTH

Record = Mapping[str, Any]
TRIAL = (306, 347)
"""ns a person-month that the NumPy program of the first trials took at 100,000 people; the bar was set against it."""
FUSED = (33, 57)
"""ns a person-month that the fastest compiled loop of those trials took there: one function for the whole month, with fewer rules."""
FUNCTION = 6.56
"""ms of processor time that one compiled function of those trials took for a replication of 2,000 people x 60 months."""


def missed(record: Record) -> str:
    """Return the section on missed bars, one paragraph each; empty if none is."""
    names = [bar["figure"] for bar in record["bars"] if bar["verdict"] == "missed"]
    if not names:
        return ""
    unknown = "What it would take was not looked into."
    parts = [
        f"**{record['figures'][name]['what']}.** {WHY[name](record) if name in WHY else unknown}\n" for name in names
    ]
    return "\n".join(["## Bars that are missed\n", *parts])


def _numpy(record: Record) -> str:
    engine, other = (_month(record, "core", player, FULL.paired) for player in ("engine", "numpy"))
    return (
        f"The bar was set in trials whose NumPy program took {TRIAL[0]} to {TRIAL[1]} ns a person-month; the one here is\n"
        f"better and takes {other:.0f}. The engine takes {engine:.0f}, that is {2 * engine:.0f} ns a customer, for 2 encounters with an employee at a\n"
        f"touchpoint each, 3.7 messages and four ways to leave. To be four times as fast as this NumPy it would have to take\n"
        f"{other / 4:.0f}; the fastest loop of those trials, one function with fewer rules, took {FUSED[0]} to {FUSED[1]}. Nearly half goes into encounters and messages: how many there are cannot be foretold, so the processor guesses\n"
        "wrong, and messages go to places all over the memory. The rest is spread over a dozen mechanisms, some with two\n"
        "exponentials a customer."
    )


def _huge(record: Record) -> str:
    bytes_each = _median(record, "memory.columns.none.big")
    big, huge = FULL.big, FULL.engine[-1]
    more = _month(record, "whole", "engine", huge) - _month(record, "whole", "engine", big)
    return (
        f"The columns of {big:,} people are {bytes_each * big / 1e6:.0f} MB, which large processors hold in their last cache; those of\n"
        f"{huge:,} are {bytes_each * huge / 1e6:.0f} MB, which come from the memory. The {more:.0f} ns a person-month between them are\n"
        f"{more * _pace(record):.0f} bytes at the memory's pace: most columns are read by one mechanism and written by another in the\n"
        "same month. Only a month that takes a few thousand people through all mechanisms at once would spare that, and it is\n"
        "not how the mechanisms are written."
    )


def _growth(record: Record) -> str:
    least = FULL.engine[0]
    cheapest = min(_month(record, "whole", "engine", people) for people in FULL.engine)
    fixed = (_month(record, "whole", "engine", least) - cheapest) * least / 1000
    wanted = (1.5 - 1) * cheapest * least / 1000
    return (
        f"{least:,} people need {cheapest * least / 1000:.0f} microseconds a month at the cheapest person-month; {fixed:.0f} more are the fixed work of a month:\n"
        f"Python that calls {len(MONTH)} mechanisms, {fixed / len(MONTH):.0f} microseconds each, whatever the number of people. The bar leaves {wanted:.0f}\n"
        f"for all of them, {wanted / len(MONTH):.1f} each: a mechanism of a few sums takes 2, one that calls one compiled function and books what\n"
        "it counted 3 to 8. It would take a month that is compiled as a whole, at the price of mechanisms that read less plainly\n"
        "and of a first compilation that is longer still."
    )


def _replications(record: Record) -> str:
    ours, theirs = (_median(record, f"replication.{player}") for player in ("engine", "twin"))
    work = _month(record, "core", "engine", FULL.paired) * FULL.small * FULL.months / 1e9
    return (
        f"A replication takes {ours * 1000:.1f} ms. {work * 1000:.1f} of them are its {FULL.small * FULL.months:,} person-months at the cost of one among\n"
        f"{FULL.paired:,} people; the rest is fixed: {FULL.months} times the calls of a month, birth, Mesa's model and its collector. Without anything\n"
        f"fixed it would be {theirs / work:.0f} times as fast as the twin. The bar leaves {theirs / 150 * 1000:.1f} ms. It was set by\n"
        f"a trial whose one function did less and took {FUNCTION} ms: against this twin, it would miss the bar as well."
    )


def _cold(record: Record) -> str:
    return (
        f"This is processor time; one waits {_median(record, 'start.cold.wall'):.1f} s. Most of it is Numba's own Python, which compiles.\n"
        f"It is paid once: afterwards a first month takes {_median(record, 'start.warm'):.1f} s."
    )


WHY: dict[str, Callable[[Record], str]] = {
    "faster_than_numpy.none": _numpy,
    "huge_against_big": _huge,
    "growth": _growth,
    "replications_faster": _replications,
    "start.cold": _cold,
}


def _month(record: Record, model: str, player: str, people: int) -> float:
    return _median(record, name_of(model, UNIFORM, player, people))


def _median(record: Record, name: str) -> float:
    median: float = record["figures"][name]["median"]
    return median


def _pace(record: Record) -> float:
    return (_median(record, "triad.before") + _median(record, "triad.after")) / 2
