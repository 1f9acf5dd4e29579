"""Every run's months read back from a folder's months.parquet, to the bit, a piece at a time."""

from __future__ import annotations

from collections.abc import Sequence
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

    `columns`: the metrics; `months`: the horizon. Raises OSError, KeyError and ValueError for what is no such file.
    """
    import numpy as np
    import pyarrow.parquet as pq

    scratch = Scratch(months + 1, len(columns))
    written: set[int] = set()
    blank = np.full((months + 1, len(columns)), np.nan)
    with pq.ParquetFile(file) as kept:
        for number in range(kept.num_row_groups):
            table = kept.read_row_group(number)
            who, which = places(table, "strategy", names), places(table, "metric", columns)
            run = who * len(numbers) + np.searchsorted(numbers, table["replication"].to_numpy())
            month, value = table["month"].to_numpy(), table["value"].to_numpy()
            for place in np.unique(run[who >= 0]).tolist():
                ours = (run == place) & (which >= 0)
                months_of_run = scratch.table(place).copy() if place in written else blank.copy()
                months_of_run[month[ours], which[ours]] = value[ours]
                scratch.put(place, months_of_run)
                written.add(place)
    for place in {*range(len(names) * len(numbers))} - written:
        scratch.put(place, blank)
    count = len(numbers)
    return {name: Paths(scratch, range(n * count, (n + 1) * count)) for n, name in enumerate(names)}
