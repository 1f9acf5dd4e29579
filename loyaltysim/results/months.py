"""months.parquet: every metric of every run, month by month, as tidy rows that any tool can query; written and read
here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from loyaltysim.core.lazy import np, pa, pq
from loyaltysim.core.records import by_month
from loyaltysim.results.results import SpillArray, SpilledPaths

if TYPE_CHECKING:
    from loyaltysim.results.results import Results

MONTHS = "months.parquet"
REPLICATIONS_AT_ONCE = 100
"""Replications of a strategy that are in memory together: a row group."""


def write_months(results: Results, file: IO[bytes]) -> None:
    """Write every metric, month by month, as tidy rows: strategy, replication, month, metric, value.

    Rates stand in the months in which they exist; figures reckoned from the whole horizon stand in its last month.

    Args:
        results: Strategy after strategy is written, and REPLICATIONS_AT_ONCE replications a row group.
        file: Open for writing; it must be able to seek.
    """

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
        for columns in month_columns(results):
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def month_columns(results: Results) -> Iterator[list[pa.Array]]:
    """Yield the columns of months.parquet, one strategy and some replications at a time, so that memory stays small."""

    metrics = pa.array(list(results.catalog), pa.string())
    strategies = pa.array(results.strategies, pa.string())
    for position, strategy in enumerate(results.strategies):
        for first in range(0, results.replications, REPLICATIONS_AT_ONCE):
            block = month_block(
                results, strategy, range(first, min(first + REPLICATIONS_AT_ONCE, results.replications))
            )
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


def month_block(results: Results, strategy: str, replications: range) -> np.ndarray:
    """Return every metric of some replications: float64, (replications, metrics, T + 1), NaN where there is none."""

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


def name_positions(table: pa.Table, column: str, wanted: Sequence[str]) -> np.ndarray:
    """Return each row's position among the wanted names, -1 where it is none of them: int64, (rows,)."""

    encoded = table[column].combine_chunks()
    encoded = encoded if hasattr(encoded, "indices") else encoded.dictionary_encode()
    place = {name: number for number, name in enumerate(wanted)}
    found = np.array([place.get(name, -1) for name in encoded.dictionary.to_pylist()], np.int64)
    return found[encoded.indices.to_numpy()]


def read_months(
    file: Path, names: Sequence[str], columns: Sequence[str], numbers: Sequence[int], months: int
) -> dict[str, SpilledPaths]:
    """Read recorded metrics month by month, to the bit; what a month did not record is NaN.

    Args:
        file: A months.parquet.
        names: The strategies wanted.
        columns: The metrics wanted.
        numbers: The replications wanted, in ascending order.
        months: The horizon T.

    Returns:
        By strategy, float64 (replications, T + 1, metrics); one row group is in memory at once.

    Raises:
        OSError, KeyError, ValueError: It is no such file, or not in the order in which `write_months` writes it.
    """

    stores = [SpillArray(months + 1, len(columns)) for _ in names]
    found: list[dict[int, int]] = [{} for _ in names]
    for who, run, table in iterate_runs(file, names, columns, numbers, months):
        if run in found[who]:
            raise ValueError(f"the rows of {names[who]!r}, replication {numbers[run]}, are not together")
        found[who][run] = stores[who].put(table)
    blank = np.full((months + 1, len(columns)), np.nan)
    for store, there in zip(stores, found, strict=True):
        for run in {*range(len(numbers))} - {*there}:
            there[run] = store.put(blank)
    return {
        name: SpilledPaths(store, [there[run] for run in range(len(numbers))])
        for name, store, there in zip(names, stores, found, strict=True)
    }


def iterate_runs(
    file: Path, names: Sequence[str], columns: Sequence[str], numbers: Sequence[int], months: int
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield each run's strategy and replication, as places among `names` and `numbers`, and its table (T + 1, K)."""

    with pq.ParquetFile(file) as parquet:
        for number in range(parquet.num_row_groups):
            group = parquet.read_row_group(number)
            who, which = name_positions(group, "strategy", names), name_positions(group, "metric", columns)
            replication = group["replication"].to_numpy()
            run = who * len(numbers) + np.searchsorted(numbers, replication)
            ours = (who >= 0) & (which >= 0) & np.isin(replication, numbers)
            run, month, which = run[ours], group["month"].to_numpy()[ours], which[ours]
            block_of, place = np.unique(run, return_inverse=True)
            block = np.full((len(block_of), months + 1, len(columns)), np.nan)
            block[place, month, which] = group["value"].to_numpy()[ours]
            for each, table in zip(block_of.tolist(), block, strict=True):
                yield *divmod(each, len(numbers)), table
