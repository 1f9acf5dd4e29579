"""What every replication came to, to the bit: figures, audits and pilots .parquet, written and read here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.core.lazy import np, pa, pd, pq
from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import Audit, PilotRecord
from loyaltysim.results.months import name_positions
from loyaltysim.results.tables import METRICS, csv_text, metrics_table

if TYPE_CHECKING:
    from loyaltysim.results.results import Results
    from loyaltysim.results.run_folder import RunFolder

FIGURES, AUDITS, PILOTS = "figures.parquet", "audits.parquet", "pilots.parquet"
ROWS_AT_ONCE = 2**20
"""Rows of figures.parquet that are in memory together: as many as Parquet puts into one of its groups."""
FEWER_ROWS = 2**17
"""The same for audits.parquet where it has more rows than that: they are wide."""


def write_figures(results: Results, folder: RunFolder) -> None:
    """Write figures.parquet and metrics.csv; audits.parquet and pilots.parquet where there is anything in them."""

    writers: dict[str, Callable[[Results], Iterator[pa.Table]]] = {FIGURES: figure_tables}
    writers |= {AUDITS: audit_tables} if results.audits else {}
    writers |= {PILOTS: pilot_tables} if results.pilots else {}
    for name, make_tables in writers.items():
        tables = make_tables(results)
        first = next(tables)
        with folder.new(name) as file, pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
            for table in chain([first], tables):
                writer.write_table(table)
    folder.write(METRICS, csv_text(metrics_table(results.catalog)))


# figures.parquet: strategy, replication, metric, value.


def figure_tables(results: Results) -> Iterator[pa.Table]:
    """Yield figures.parquet: one row a strategy, replication and metric, some at a time; a rate of nothing has no
    value."""

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
                "strategy": encode_names(who, results.strategies),
                "replication": pa.array(numbers[position]),
                "metric": encode_names(metric, list(results.catalog)),
                "value": pa.array(some, from_pandas=True),
            }
        )


def encode_names(number: np.ndarray, names: Sequence[str]) -> pa.DictionaryArray:
    """Return the names at some positions among a few, as a dictionary of the narrowest kind."""

    return pa.DictionaryArray.from_arrays(
        number.astype("int8" if len(names) < 128 else "int16"), pa.array(list(names), pa.large_string())
    )


def read_figures(
    file: Path, names: Sequence[str], catalog: Mapping[str, Metric], numbers: Sequence[int]
) -> dict[str, dict[str, np.ndarray]]:
    """Read figures.parquet.

    Args:
        file: Where it lies.
        names: The strategies.
        catalog: The metrics.
        numbers: The replications, in ascending order.

    Returns:
        `[strategy][metric]`: float64, (n,), position i is `numbers[i]`; NaN for a rate of nothing.
    """

    table = pq.read_table(file)
    block = np.full((len(names), len(catalog), len(numbers)), np.nan)
    who, which = name_positions(table, "strategy", names), name_positions(table, "metric", tuple(catalog))
    block[who, which, np.searchsorted(numbers, table["replication"].to_numpy())] = table["value"].to_numpy()
    return {name: dict(zip(catalog, block[place].copy(), strict=True)) for place, name in enumerate(names)}


def figures_frame(results: Results) -> pd.DataFrame:
    """Return every figure of every replication: strategy, replication, metric, value; NaN for a rate of nothing."""

    names, metrics, count = list(results.strategies), list(results.catalog), results.replications
    values = [[results.figures[name][metric] for metric in metrics] for name in names]
    size = count * len(metrics)
    return pd.DataFrame(
        {
            "strategy": pd.Categorical.from_codes(np.repeat(np.arange(len(names)), size), names),
            "replication": np.tile(np.repeat(np.array(results.numbers, np.int64), len(metrics)), len(names)),
            "metric": pd.Categorical.from_codes(np.tile(np.arange(len(metrics)), len(names) * count), metrics),
            "value": np.array(values).transpose(0, 2, 1).ravel(),
        }
    )


# audits.parquet: strategy, replication, touchpoint, stage, kind, and a column a figure.


def audit_tables(results: Results) -> Iterator[pa.Table]:
    """Yield audits.parquet: one row a strategy, replication and touchpoint, in the touchpoints' order, with each figure
    as a column."""

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
        yield pa.table(
            {
                "strategy": encode_known(who, results.strategies),
                "replication": pa.array(np.array(results.numbers, np.int32)[position]),
                "touchpoint": encode_known(point, first.names),
                "stage": encode_known(point, first.stages),
                "kind": encode_known(point, first.kinds),
                **{name: np.concatenate([each[name] for each in found]) for name in first.figures},
            }
        )


def encode_known(number: np.ndarray, names: Sequence[str]) -> pa.DictionaryArray:
    """Return the names at some positions, as a dictionary in which each name stands once."""

    known = list(dict.fromkeys(names))
    place = np.array([known.index(name) for name in names], np.int32)
    return pa.DictionaryArray.from_arrays(place[number], pa.array(known, pa.string()))


def read_audits(file: Path, names: Sequence[str]) -> dict[str, list[Audit]]:
    """Read audits.parquet: by strategy an audit a replication, in their order; nothing where there is no such file."""

    if not file.exists():
        return {}
    frame = pq.read_table(file).to_pandas()
    figures = list(frame.columns[5:])
    found: dict[str, list[Audit]] = {name: [] for name in names}
    for (name, _), rows in frame.groupby(["strategy", "replication"], sort=False, observed=True):
        points, stages, kinds = (tuple(rows[key].astype(str)) for key in ("touchpoint", "stage", "kind"))
        found[str(name)].append(Audit(points, stages, kinds, {key: rows[key].to_numpy().copy() for key in figures}))
    return found


# pilots.parquet: strategy, replication, and how the pilot ended.


def pilot_tables(results: Results) -> Iterator[pa.Table]:
    """Yield pilots.parquet: one row a piloted strategy and replication, as in pilots.csv but with ends that may be
    infinite."""

    rows = [
        {"strategy": name, "replication": number, **asdict(each)}
        for name, found in results.pilots.items()
        for number, each in zip(results.numbers, found, strict=True)
    ]
    yield pa.Table.from_pylist(rows)


def read_pilots(file: Path, names: Sequence[str]) -> dict[str, list[PilotRecord]]:
    """Read pilots.parquet: by piloted strategy a record a replication; nothing where there is no such file."""

    if not file.exists():
        return {}
    found: dict[str, list[PilotRecord]] = {}
    for row in pq.read_table(file).to_pylist():
        name = row.pop("strategy")
        del row["replication"]
        found.setdefault(name, []).append(PilotRecord(**row))
    return {name: found[name] for name in names if name in found}
