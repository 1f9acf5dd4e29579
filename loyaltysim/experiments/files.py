"""The forms in which results are kept: CSV that a spreadsheet cannot mistake for formulas, and a tidy Parquet file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from math import isfinite
from typing import IO, TYPE_CHECKING, Any

from loyaltysim.core.records import by_month
from loyaltysim.report.results import Results

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
REPLICATIONS_AT_ONCE = 100


def cell(value: Any) -> str:
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
    writer.writerows([cell(value) for value in row] for row in frame.itertuples(index=False, name=None))
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
