"""Measure how fast the simulator is, against its bars: `python -m benchmarks`, about ten minutes on a quiet machine.

Processor time, medians of several measurements with the least and the greatest, everything in one run. Nothing else
should run meanwhile; the load and the memory's bandwidth before and after are recorded beside the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import bars, machine
from benchmarks.building import memory, network
from benchmarks.measuring import Figures, processor_seconds
from benchmarks.months import months
from benchmarks.performance_page import table, write_page
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.runs import horizon, replications
from benchmarks.starting import starting

Record = dict[str, Any]
SUBJECTS: dict[str, Callable[[Plan], Figures]] = {
    "starting": starting,
    "network": network,
    "memory": memory,
    "replications": replications,
    "months": months,
    "horizon": horizon,
}


def measure(plan: Plan, subjects: Sequence[str]) -> Record:
    """Measure the subjects and give the record: machine, load, figures, verdicts."""
    begun, processor = time.perf_counter(), processor_seconds()
    load, triad = machine.load(), machine.triad(plan.triad, plan.repeats)
    figures: dict[str, Any] = {"triad.before": triad.plain()}
    for subject in subjects:
        print(f"{time.perf_counter() - begun:6.0f} s  {subject}", file=sys.stderr, flush=True)
        figures |= {name: found.plain() for name, found in SUBJECTS[subject](plan).items()}
    figures["triad.after"] = machine.triad(plan.triad, plan.repeats).plain()
    return {
        "quick": plan.engine == QUICK.engine,
        "repeats": plan.repeats,
        "subjects": list(subjects),
        "machine": machine.facts(),
        "load": {"before": load, "after": machine.load()},
        "seconds": {"processor": processor_seconds() - processor, "wall": time.perf_counter() - begun},
        "figures": figures,
        "bars": [
            {**bar._asdict(), "median": figures[bar.figure]["median"], "verdict": verdict}
            for bar, verdict in bars.judged(figures)
        ],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and write the JSON; exit status 1 if a bar is missed, but not of a quick measurement."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.repeats is not None and asked.repeats < 1:
        parser.error(f"--repeats {asked.repeats}: a median needs at least 1")
    if asked.page_of:
        write_page(json.loads(asked.page_of.read_text(encoding="utf-8")))
        return 0
    if asked.write_page and (asked.quick or asked.only):
        parser.error("--write-page needs everything at full size: leave out --quick and --only")
    plan = QUICK if asked.quick else FULL
    if asked.repeats:
        plan = replace(plan, repeats=asked.repeats, starts=asked.repeats)
    record = measure(plan, [name for name in SUBJECTS if name in (asked.only or SUBJECTS)])
    asked.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(table(record))
    if asked.write_page:
        write_page(record)
    behind = bars.missed(record["figures"])
    print(f"bars missed: {', '.join(behind)}" if behind else "no bar missed")
    print(f"figures in {asked.out}")
    return 1 if behind and not asked.quick else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=list(SUBJECTS), metavar="NAME", help=f"of {', '.join(SUBJECTS)}")
    parser.add_argument("--out", type=Path, default=Path("performance.json"), help="the JSON file (%(default)s)")
    parser.add_argument("--repeats", type=int, help=f"measurements of each figure ({FULL.repeats})")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it works, not how fast it is")
    page = "docs/performance.md with its JSON and picture, and the README's section on speed"
    parser.add_argument("--write-page", action="store_true", help=f"also write {page}")
    parser.add_argument("--page-of", type=Path, metavar="FILE", help=f"measure nothing; write {page} from a JSON file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
