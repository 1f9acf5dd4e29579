"""The forms in which results are kept: CSV that a spreadsheet cannot mistake for formulas, and a tidy Parquet file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import isfinite
from typing import IO, TYPE_CHECKING, Any

from loyaltysim.core.records import Audit, by_month
from loyaltysim.results.reader import AUDITS, FIGURES, METRICS, PILOTS
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from loyaltysim.results.run_folder import RunFolder

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
REPLICATIONS_AT_ONCE = 100


def csv_cell(value: Any) -> str:
    """Write one CSV cell: a whole number as such, another in full precision, nothing for what is absent, text that no spreadsheet runs."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, int):
        return str(int(value))
    return repr(float(value)) if isfinite(value) else ""


def csv_text(frame: pd.DataFrame) -> str:
    """Write a table as CSV with Unix line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows([csv_cell(value) for value in row] for row in frame.itertuples(index=False, name=None))
    return text.getvalue()


def write_months(results: Results, file: IO[bytes]) -> None:
    """Write every metric, month by month, as tidy rows: strategy, replication, month, metric, value.

    Rates stand in the months in which they exist; figures reckoned from the whole horizon stand in its last month.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [
            ("strategy", names),
            ("replication", pa.int32()),
            ("month", pa.int32()),
            ("metric", names),
            ("value", pa.float64()),
        ]
    )
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for columns in _pieces(results):
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _pieces(results: Results) -> Iterator[list[pa.Array]]:
    """Give the columns of one strategy and some replications at a time, so that memory stays small."""
    import numpy as np
    import pyarrow as pa

    metrics = pa.array(list(results.catalog), pa.string())
    strategies = pa.array(results.strategies, pa.string())
    for position, strategy in enumerate(results.strategies):
        for first in range(0, results.replications, REPLICATIONS_AT_ONCE):
            block = _block(results, strategy, range(first, min(first + REPLICATIONS_AT_ONCE, results.replications)))
            present = np.flatnonzero(np.isfinite(block)).astype(np.int32)
            rest, month = np.divmod(present, np.int32(block.shape[2]))
            replication, metric = np.divmod(rest, np.int32(block.shape[1]))
            whose = np.full(len(month), position, dtype=np.int32)
            yield [
                pa.DictionaryArray.from_arrays(whose, strategies),
                pa.array(np.array(results.numbers[first : first + REPLICATIONS_AT_ONCE], np.int32)[replication]),
                pa.array(month),
                pa.DictionaryArray.from_arrays(metric, metrics),
                pa.array(block.ravel()[present]),
            ]


def _block(results: Results, strategy: str, replications: range) -> np.ndarray:
    """Give every metric of some replications: float64, (replications, metrics, T + 1), NaN where there is no figure."""
    import numpy as np

    block = np.full((len(replications), len(results.catalog), results.months + 1), np.nan)
    for row, replication in enumerate(replications):
        path = results.paths[strategy][replication]
        months = {name: path[:, column] for column, name in enumerate(results.columns)}
        for place, (name, metric) in enumerate(results.catalog.items()):
            if metric.over == "close":
                block[row, place, -1] = results.figures[strategy][name][replication]
            else:
                block[row, place] = by_month(metric, months)
    return block


# The figures of every replication in a run's folder, so that its results can be read again from there to the bit.

COLUMNS = ["metric", "unit", "over", "better", "numerator", "denominator", "annual", "account", "headline", "meaning"]
ROWS_AT_ONCE = 2**20
"""Rows of figures.parquet that are in memory together: as many as Parquet puts into one of its groups."""
FEWER_ROWS = 2**17
"""The same for audits.parquet where it has more rows than that: they are wide."""


def study_facts(scenario: Any) -> dict[str, Any]:
    """Give what a manifest must tell of a scenario, besides its title and sizes, so that its results can be told."""
    return {
        "question": getattr(scenario, "question", ""),
        "lesson": getattr(scenario, "lesson", ""),
        "start": str(scenario.start),
        "currency": scenario.currency,
        "discount_rate": scenario.discount_rate,
    }


def write_metrics(scenario: Any, folder: RunFolder) -> None:
    """Write audit.csv, which names the files that figures came from: of a resumed run it would name the run's own."""
    from loyaltysim.scenario import Scenario, audit

    if isinstance(scenario, Scenario):
        folder.write("audit.csv", csv_text(audit(scenario)))


def write_figures(results: Results, folder: RunFolder) -> None:
    """Write figures.parquet and metrics.csv; audits.parquet and pilots.parquet where there is anything in them."""
    written: dict[str, Callable[[Results], Iterator[pa.Table]]] = {FIGURES: _figures}
    written |= {AUDITS: _audits} if results.audits else {}
    written |= {PILOTS: _pilots} if results.pilots else {}
    for name, table in written.items():
        with folder.new(name) as file:
            _write(table(results), file)
    folder.write(METRICS, csv_text(metrics_table(results)))


def metrics_table(results: Results) -> pd.DataFrame:
    """Give what each figure means: unit, how months become one figure, which direction is better; one row a metric."""
    import pandas as pd

    rows = (
        (
            name,
            each.unit,
            each.over,
            each.better,
            *(each.of or ("", "")),
            int(each.annual),
            each.account,
            int(each.headline),
            each.doc,
        )
        for name, each in results.catalog.items()
    )
    return pd.DataFrame.from_records(list(rows), columns=COLUMNS)


def _write(tables: Iterator[pa.Table], file: IO[bytes]) -> None:
    import pyarrow.parquet as pq

    first = next(tables)
    with pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
        for table in chain([first], tables):
            writer.write_table(table)


def _figures(results: Results) -> Iterator[pa.Table]:
    """Give one row a strategy, replication and metric, some at a time; a rate of nothing has no value."""
    import numpy as np
    import pyarrow as pa

    numbers, sizes = np.array(results.numbers, np.int32), (results.replications, len(results.catalog))
    value = np.concatenate(
        [
            np.stack([results.figures[name][metric] for metric in results.catalog], axis=1).ravel()
            for name in results.strategies
        ]
    )
    for first in range(0, max(1, len(value)), ROWS_AT_ONCE):
        some = value[first : first + ROWS_AT_ONCE]
        run, metric = np.divmod(np.arange(first, first + len(some)), sizes[1])
        who, position = np.divmod(run, sizes[0])
        yield pa.table(
            {
                "strategy": _places(who, results.strategies),
                "replication": pa.array(numbers[position]),
                "metric": _places(metric, list(results.catalog)),
                "value": pa.array(some, from_pandas=True),
            }
        )


def _places(number: np.ndarray, names: Sequence[str]) -> pa.DictionaryArray:
    """Give the names at some places among a few, as a dictionary of the narrowest kind."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(
        number.astype("int8" if len(names) < 128 else "int16"), pa.array(list(names), pa.large_string())
    )


def _audits(results: Results) -> Iterator[pa.Table]:
    """Give one row a strategy, replication and touchpoint, in the touchpoints' order, with each figure as a column."""
    import numpy as np

    first = results.audits[results.reference][0]
    points, runs = len(first.names), results.replications
    total = len(results.strategies) * runs * points
    at_once = max(points, (total if total <= ROWS_AT_ONCE else FEWER_ROWS) // points * points)
    for begin in range(0, total, at_once):
        run, point = np.divmod(np.arange(begin, min(begin + at_once, total), dtype=np.int32), np.int32(points))
        who, position = np.divmod(run, np.int32(runs))
        found = [
            results.audits[results.strategies[w]][r].figures
            for w, r in zip(who[::points], position[::points], strict=True)
        ]
        yield _audit_rows(results, first, who, position, point, found)


def _audit_rows(
    results: Results,
    first: Audit,
    who: np.ndarray,
    position: np.ndarray,
    point: np.ndarray,
    found: Sequence[Mapping[str, np.ndarray]],
) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    def named(number: np.ndarray, names: Sequence[str]) -> pa.DictionaryArray:
        known = list(dict.fromkeys(names))
        place = np.array([known.index(name) for name in names], np.int32)
        return pa.DictionaryArray.from_arrays(place[number], pa.array(known, pa.string()))

    return pa.table(
        {
            "strategy": named(who, results.strategies),
            "replication": pa.array(np.array(results.numbers, np.int32)[position]),
            "touchpoint": named(point, first.names),
            "stage": named(point, first.stages),
            "kind": named(point, first.kinds),
            **{name: np.concatenate([each[name] for each in found]) for name in first.figures},
        }
    )


def _pilots(results: Results) -> Iterator[pa.Table]:
    """Give one row a piloted strategy and replication, as in pilots.csv but with ends that may be infinite."""
    from dataclasses import asdict

    import pyarrow as pa

    rows = [
        {"strategy": name, "replication": number, **asdict(each)}
        for name, found in results.pilots.items()
        for number, each in zip(results.numbers, found, strict=True)
    ]
    yield pa.Table.from_pylist(rows)
