"""The sentences of docs/performance.md and of the README's section on speed, with the figures of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.months import name_of
from benchmarks.plan import FULL
from benchmarks.speed_settings import SMALL_WORLD, UNIFORM
from loyaltysim.mechanisms import MONTH

Record = Mapping[str, Any]
FAR = (100_000_000, 1_000_000_000)
BURN_IN = 96
NEAR = 1.5
"""Times the memory's own pace below which a cost is called bound by memory."""


def head(record: Record) -> str:
    """Say what this is, how it was measured and how to repeat it."""
    machine, load, triad = record["machine"], record["load"], _triads(record)
    changed = " with changes that were not committed" if machine["uncommitted_changes"] else ""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    return f"""# Performance

How fast the simulator is, against bars set beforehand, against a textbook Mesa model of the same market
(`benchmarks/textbook.py`) and against a good NumPy program of it (`benchmarks/numpy_core.py`); both are docked with the
engine, so that all three do the same work. This page is written by

```
python -m benchmarks --write-page             # all of it anew: about ten minutes; leave the machine alone meanwhile
python -m benchmarks --only months memory     # some of it; the table and performance.json, no page
```

Processor time of one thread unless it says wall; medians of {record["repeats"]} measurements, contestants in turn, all in one run. The
*whole* model is the shipped baseline in a market of so many people, with budgets in proportion (a fifth are customers).
The *core* is what twin and NumPy also have: half of the people are customers, with 2 encounters and about 3.7 messages
told a customer-month, and three figures collected a month. A ratio is taken pair by pair. A bar is about the median.

Measured on {machine["date"]} at commit `{machine["commit"][:12]}`{changed}: {machine["processor"]}, {machine["processors"]} processors,
{machine["memory_gb"]:.0f} GB, Python {machine["python"]}, {versions}. Processes that wanted a processor (load): {load["before"]:.1f} before and {load["after"]:.1f} after;
memory bandwidth {triad[0]:.1f} GB/s before and {triad[1]:.1f} after. All measurements stand in [performance.json](performance.json).
"""


def bound(record: Record) -> str:
    """Say how far the engine is from the pace of the memory."""
    columns, pace = _median(record, "memory.columns.none.big"), sum(_triads(record)) / 2
    floor = 2 * columns / pace
    lines = [
        f"The yardstick is STREAM's triad, `a = b + factor * c`: {pace:.1f} GB/s for one thread here. To read and write all",
        f"{columns:.0f} bytes of everybody's columns once takes {floor:.0f} ns a person at that pace. The whole model takes, on uniform mixing,",
    ]
    costs = [(people, _month(record, UNIFORM, people)) for people in FULL.engine]
    lines.append(
        "; ".join(f"{cost:.0f} ns at {people:,} people ({cost / floor:.1f} times that)" for people, cost in costs) + "."
    )
    huge = costs[-1][1] / floor
    lines.append(
        "So it is the memory that bounds a large market, more than arithmetic."
        if huge < NEAR
        else "So it is not the memory's pace that bounds it but the work per customer: draws, exponentials, logarithms and the\n"
        "scattered reads and writes of messages; a prospect costs a fraction of a customer."
    )
    network = _month(record, SMALL_WORLD, FULL.big) / _month(record, UNIFORM, FULL.big)
    lines.append(f"Ties make a person-month of {FULL.big:,} people {network:.2f} times as dear as uniform mixing.")
    return "\n".join(lines) + "\n"


def grown(record: Record) -> str:
    """Say how a person-month's cost changes with the number of people."""
    first, last = FULL.engine[0], FULL.engine[-1]
    costs = [_month(record, UNIFORM, people) for people in FULL.engine]
    steps = [
        f"{later / sooner:.2f} from {people:,} people on"
        for people, sooner, later in zip(FULL.engine, costs, costs[1:], strict=False)
    ]
    return (
        f"A month is linear in people when a person-month costs the same in any market. Ten times the people change it by the\n"
        f"factor {', '.join(steps)}. From {first:,} to {last:,} people the dearest is {_median(record, 'growth'):.2f} times the cheapest. In a small\n"
        f"market a month's fixed work weighs ({len(MONTH)} mechanisms are called, each report is kept); in a large one the columns no\n"
        f"longer fit into the processor's caches.\n"
    )


def far(record: Record) -> str:
    """Reckon what far larger markets would take, from the largest measured."""
    huge = FULL.engine[-1]
    lines = [
        f"By arithmetic from {huge:,} people, as measured above: cost and memory in proportion, one thread. A run is 60 months after",
        f"{BURN_IN} of burn-in. *At most* is what a process grew by while it ran; the state of the start is held beside that of the run.\n",
        "| people | network | a month | a run | state | at most |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for people in (huge, *FAR):
        for network, word in ((UNIFORM, "uniform mixing"), (SMALL_WORLD, "small world, k = 12")):
            month = _month(record, network, huge) * people / 1e9
            state, most = (_median(record, f"memory.{part}.{network}.huge") * people for part in ("world", "peak"))
            lines.append(
                f"| {people:,} | {word} | {_time(month)} | {_time(month * (60 + BURN_IN))} | {state / 1e9:,.1f} GB | {most / 1e9:,.1f} GB |"
            )
    lines.append(
        "\nA scenario takes up to 100,000,000 people; the last rows say what more would mean, not that it can be asked for."
    )
    return "\n".join(lines) + "\n"


def readme(record: Record) -> str:
    """Return the README's section on speed."""
    lines = [
        "## Speed\n",
        f"{FULL.big:,} people live 60 months in {_median(record, 'horizon'):.1f} seconds on two cores "
        f"({_median(record, 'whole_month'):.0f} ns of processor time a person-month), and a market of",
        f"{FULL.engine[-1]:,} runs in {_median(record, f'memory.peak.{UNIFORM}.huge') * FULL.engine[-1] / 1e9:.1f} GB. "
        f"The same core as a textbook Mesa model takes {_median(record, 'faster_than_twin.none'):.0f} times the processor time, as a good NumPy",
        f"program {_median(record, 'faster_than_numpy.none'):.1f} times; all three are docked with each other. "
        f"`--help` answers in {_median(record, 'start.help'):.2f} s, a first month in {_median(record, 'start.warm'):.1f} s, and",
        f"{_median(record, 'start.cold'):.0f} s where kernels must be compiled first. Table, picture and how to repeat it:",
        "[docs/performance.md](docs/performance.md).\n",
    ]
    return "\n".join(lines)


def _month(record: Record, network: str, people: int) -> float:
    return _median(record, name_of("whole", network, "engine", people))


def _median(record: Record, name: str) -> float:
    median: float = record["figures"][name]["median"]
    return median


def _triads(record: Record) -> tuple[float, float]:
    return _median(record, "triad.before"), _median(record, "triad.after")


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3600:.1f} h"
