"""Every run's months read back from a folder's months.parquet, to the bit, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.report.scratch import Paths, Scratch

if TYPE_CHECKING:
    import numpy as np


def places(table: Any, column: str, wanted: Sequence[str]) -> np.ndarray:
    """Give each row's place among the wanted names (-1 where it is none of them); int64 (rows,)."""
    import numpy as np

    encoded = table[column].combine_chunks()
    encoded = encoded if hasattr(encoded, "indices") else encoded.dictionary_encode()
    place = {name: number for number, name in enumerate(wanted)}
    found = np.array([place.get(name, -1) for name in encoded.dictionary.to_pylist()], np.int64)
    return found[encoded.indices.to_numpy()]


def paths_in(
    file: Path, names: Sequence[str], columns: Sequence[str], numbers: Sequence[int], months: int
) -> dict[str, Paths]:
    """Read the recorded metrics of some strategies and replications; what a month did not record is NaN.

    `columns`: the metrics; `months`: the horizon. Raises OSError, KeyError and ValueError for what is no such file, or not
    in the order in which a run writes it.
    """
    import numpy as np

    kept = [Scratch(months + 1, len(columns)) for _ in names]
    found: list[dict[int, int]] = [{} for _ in names]
    for who, run, table in _runs(file, names, columns, numbers, months):
        if run in found[who]:
            raise ValueError(f"the rows of {names[who]!r}, replication {numbers[run]}, are not together")
        found[who][run] = kept[who].put(table)
    blank = np.full((months + 1, len(columns)), np.nan)
    for scratch, there in zip(kept, found, strict=True):
        for run in {*range(len(numbers))} - {*there}:
            there[run] = scratch.put(blank)
    return {
        name: Paths(scratch, [there[run] for run in range(len(numbers))])
        for name, scratch, there in zip(names, kept, found, strict=True)
    }


def _runs(
    file: Path, names: Sequence[str], columns: Sequence[str], numbers: Sequence[int], months: int
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Give each run's strategy and replication, as places among `names` and `numbers`, and its table (T + 1, K)."""
    import numpy as np
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as kept:
        for number in range(kept.num_row_groups):
            group = kept.read_row_group(number)
            who, which = places(group, "strategy", names), places(group, "metric", columns)
            run = who * len(numbers) + np.searchsorted(numbers, group["replication"].to_numpy())
            ours = (who >= 0) & (which >= 0)
            run, month, which = run[ours], group["month"].to_numpy()[ours], which[ours]
            block_of, place = np.unique(run, return_inverse=True)
            block = np.full((len(block_of), months + 1, len(columns)), np.nan)
            block[place, month, which] = group["value"].to_numpy()[ours]
            for each, table in zip(block_of.tolist(), block, strict=True):
                yield *divmod(each, len(numbers)), table
