"""The spreadsheet beside the simulation, and a bridge between the two whose steps add up exactly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.execution import executors
from loyaltysim.experiments.defaults import BRIDGE_REPLICATIONS
from loyaltysim.experiments.options import write_result_folder
from loyaltysim.experiments.run import read_scenario
from loyaltysim.experiments.spreadsheet import Month, Spreadsheet
from loyaltysim.results import run_folder
from loyaltysim.results.tables import csv_text
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from loyaltysim.core.records import RunRecord

NEEDED = ("service", "recovery", "grievance", "satisfaction", "touchpoints", "staff")
YEAR = 12
BRIDGED = "revenue lost"
"""The figure of the mean year that has a bridge of its own."""
SPREADSHEET, SIMULATED = "arithmetic", "simulation"
Figures = Mapping[str, "np.ndarray"]


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """`year`: a year of each strategy on the spreadsheet and simulated; `bridge`: the steps between the two.

    The bridge holds, for the first strategy its net present value, for the others their gain against it: the
    arithmetic, each step, and the simulation, which is their sum. `bridge_lost` holds the same steps of the revenue
    lost a year over problems. `rests_on`: how many figures of each evidence grade these rest on, the weakest first.
    """

    scenario: Any
    year: pd.DataFrame
    bridge: pd.DataFrame
    bridge_lost: pd.DataFrame
    rests_on: dict[str, int]
    folder: Path | None


def arithmetic(
    scenario: Any,
    *,
    replications: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    out: str | Path | None = None,
    executor: str | Executor | None = None,
) -> Arithmetic:
    """Reckon a scenario (a file's path or a Scenario) as consultants do, simulate it, and bridge the two part by part.

    The parts of the engine that the arithmetic leaves out are restored one after the other, on common luck, each
    market solved to show the same stated figures. `set` and `executor` as in `run`. Raises InputError for what the
    arithmetic cannot be done for, and RunError.
    """
    run_folder.check_writable(out)
    number = BRIDGE_REPLICATIONS if replications is None else replications
    if number < 1:
        cure = f"write 1 or more, or leave it out for {BRIDGE_REPLICATIONS}"
        raise InputError(Problem(f"{number} replications are none", where="--replications", cure=cure))
    spec = read_scenario(scenario, replications=number, months=None, seed=seed, overrides=tuple(set))
    check(spec)
    from loyaltysim.experiments.bare import steps
    from loyaltysim.scenario import rests_on

    sheet, way = Spreadsheet(spec), steps(spec)
    records = _simulated([market for _, _, market in way], executor)
    worths = [_by_strategy(found, lambda record: record.figures["npv"]) for found in records]
    lost = [_by_strategy(found, lambda record: simulated(sheet, record)[BRIDGED]) for found in records]
    told = [(name, what) for name, what, _ in way]
    tables = {
        "year": tabulate_year(sheet, records[-1]),
        "bridge": tabulate_bridge({name: sheet.npv(name) for name in spec.strategies}, told, worths),
        "bridge_lost": tabulate_bridge(
            {name: reckoned(sheet, sheet.course(name)[:-1])[BRIDGED][1] for name in spec.strategies}, told, lost
        ),
    }
    grades = rests_on(way[-1][2])
    return Arithmetic(
        spec, **tables, rests_on=grades, folder=write_result_folder(out, way[-1][2], _files(tables, grades))
    )


def check(spec: Any) -> None:
    """Refuse a scenario for which there is nothing stated to reckon with."""
    if spec.calibration == "off":
        cure = "write calibration: on; the arithmetic starts from what is stated"
        raise InputError(Problem("nothing is solved from what is stated", "calibration", cure=cure))
    for key in NEEDED:
        if not spec.mechanism(key).on:
            what = f"{key} is off, and without it there are no problems to reckon with"
            raise InputError(Problem(what, key, cure=f"write {key}: on"))
    stated = spec.stated
    if not stated.churn_annual > 0 or stated.reasons.product + stated.reasons.indifference <= 0:
        what = "nobody is stated to leave over a problem"
        raise InputError(Problem(what, "stated.reasons", cure="state a churn and a share of product or indifference"))


def _simulated(markets: Sequence[Any], executor: str | Executor | None) -> list[list[RunRecord]]:
    from loyaltysim.model import simulate

    tasks = [(market, r, tuple(market.strategies)) for market in markets for r in range(market.replications)]
    found: list[list[RunRecord]] = [[] for _ in markets]
    with executors.open_executor(executor, tasks=len(tasks)) as pool:
        for number, records in executors.iterate_completed(
            pool, _numbered, ((simulate, place, *task) for place, task in _placed(tasks, markets))
        ):
            found[number] += records
    return [sorted(records, key=lambda record: record.replication) for records in found]


def _placed(tasks: Sequence[tuple[Any, ...]], markets: Sequence[Any]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for position, task in enumerate(tasks):
        yield position // markets[0].replications, task


def _numbered(simulate: Any, number: int, *task: Any) -> tuple[int, list[RunRecord]]:
    return number, simulate(*task)


def _by_strategy(records: Sequence[RunRecord], figure: Callable[[RunRecord], float]) -> dict[str, np.ndarray]:
    import numpy as np

    names = dict.fromkeys(record.strategy for record in records)
    return {name: np.array([figure(record) for record in records if record.strategy == name]) for name in names}


def tabulate_bridge(
    sheet: Mapping[str, float], steps: Sequence[tuple[str, str]], worths: Sequence[Figures]
) -> pd.DataFrame:
    """Lay out the bridge: strategy, step, what, value, ci_low, ci_high.

    `sheet`: each strategy's figure (its net present value, say) by arithmetic; `worths`: for each step and strategy the
    simulated ones,
    float64 (replications,), in which position r is the same replication on the same luck.
    """
    import pandas as pd

    columns = ["strategy", "step", "what", "value", "ci_low", "ci_high"]
    return pd.DataFrame.from_records(list(_bridge(sheet, steps, worths)), columns=columns)


def _bridge(
    sheet: Mapping[str, float], steps: Sequence[tuple[str, str]], worths: Sequence[Figures]
) -> Iterator[tuple[Any, ...]]:
    first = next(iter(sheet))
    for name in sheet:
        is_first = name == first
        start = sheet[name] - (0.0 if is_first else sheet[first])
        levels = [found[name] - (0.0 if is_first else found[first]) for found in worths]
        yield (name, SPREADSHEET, "closed form, everyone alike, from what is stated", start, start, start)
        before: Any = start
        for (step, what), level in zip(steps, levels, strict=True):
            span = interval(level - before)
            yield (name, step, what, span.mean, span.low, span.high)
            before = level
        span = interval(levels[-1])
        yield (name, SIMULATED, "the scenario as it is run", span.mean, span.low, span.high)


def tabulate_year(sheet: Spreadsheet, records: Sequence[RunRecord]) -> pd.DataFrame:
    """Lay out a mean year of the horizon: strategy, figure, unit, arithmetic, simulated, ci_low, ci_high."""
    import numpy as np
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for name in dict.fromkeys(record.strategy for record in records):
        by_hand = reckoned(sheet, sheet.course(name)[:-1])
        each = [simulated(sheet, record) for record in records if record.strategy == name]
        for figure, (unit, value) in by_hand.items():
            span = interval(np.array([found[figure] for found in each]))
            rows.append((name, figure, unit, value, span.mean, span.low, span.high))
    columns = ["strategy", "figure", "unit", "arithmetic", "simulated", "ci_low", "ci_high"]
    return pd.DataFrame.from_records(rows, columns=columns)


def reckoned(sheet: Spreadsheet, months: Sequence[Month]) -> dict[str, tuple[str, float]]:
    """Give a mean year of the spreadsheet's months, figure by figure with its unit."""
    n, currency = len(months), sheet.spec.currency

    def mean(each: Any) -> float:
        return sum(map(each, months)) / n

    problems = YEAR * mean(lambda row: row.problems)
    voiced = YEAR * mean(lambda row: row.problems * row.voiced)
    solved = YEAR * mean(lambda row: row.problems * row.voiced * row.answered * row.solved)
    lost = YEAR * mean(lambda row: row.lost_over_problems)
    value = sheet.value_of_customer()
    return {
        "customers": ("customers", mean(lambda row: row.customers)),
        "problems": ("a year", problems),
        "voiced": ("a year", voiced),
        "resolved": ("a year", solved),
        "lost over problems": ("a year", lost),
        "kept after a problem": ("a year", problems - lost),
        "lost in all": ("a year", YEAR * mean(lambda row: row.left)),
        "value of a customer": (currency, value),
        "margin at risk": (f"{currency} a year", problems * value),
        "margin lost": (f"{currency} a year", lost * value),
        "revenue lost": (f"{currency} a year", lost * value / sheet.spec.mechanism("accounts").margin_share),
        "told bad news": ("people a year", YEAR * mean(lambda row: row.told_bad)),
        "told good news": ("people a year", YEAR * mean(lambda row: row.told_good)),
        "spent": (f"{currency} a year", YEAR * mean(lambda row: row.spent)),
    }


def simulated(sheet: Spreadsheet, record: RunRecord) -> dict[str, float]:
    """Give the same figures of a simulated run; a customer's value is that of the customers of month 0."""
    figures, spec = record.figures, sheet.spec
    a_year = YEAR / spec.months
    found = {
        "problems": figures["grievances"],
        "voiced": figures["complaints"],
        "resolved": sum(
            figures[f"decided_{size}_{end}"] for size in ("large", "small") for end in ("resolved", "resolved_fast")
        ),
        "lost over problems": figures["left_product"] + figures["left_indifference"],
        "kept after a problem": sum(value for name, value in figures.items() if name.startswith("stayed_")),
        "lost in all": figures["left"],
        "told bad news": figures["messages_bad"],
        "told good news": figures["messages_good"],
        "spent": figures["spent"],
    }
    found = {name: value * a_year for name, value in found.items()}
    value = figures["clv"]
    share = spec.mechanism("accounts").margin_share
    return found | {
        "customers": figures["customers_start"] / spec.months,
        "value of a customer": value,
        "margin at risk": found["problems"] * value,
        "margin lost": found["lost over problems"] * value,
        "revenue lost": found["lost over problems"] * value / share,
    }


def _files(tables: Mapping[str, pd.DataFrame], grades: Mapping[str, int]) -> dict[str, str]:
    """Write the tables as CSV, and together with the evidence grades as JSON, by the files' names."""
    together = {name: json.loads(table.to_json(orient="records")) for name, table in tables.items()}
    together["rests_on"] = dict(grades)
    each = {f"{name}.csv": csv_text(table) for name, table in tables.items()}
    return each | {"arithmetic.json": json.dumps(together, indent=1, ensure_ascii=False) + "\n"}
