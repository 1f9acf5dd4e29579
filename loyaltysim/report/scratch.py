"""Months of many runs in a file without a name: memory holds only what is being looked at, however many runs there are."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

IN_MEMORY = 64 * 2**20
"""Bytes that are held in memory before anything is written to a file."""


class Scratch:
    """Tables of float64, all (rows, columns), each column of a table in one piece; gone when nobody refers to it any more.

    `folder`: where the file is made (by default the system's place for such files). What it raises is an OSError.
    """

    def __init__(self, rows: int, columns: int, folder: Path | None = None) -> None:
        self.rows, self.columns = rows, columns
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=None if folder is None else str(folder))  # noqa: SIM115 - closed with the object
        self._lock = threading.Lock()
        weakref.finalize(self, self._file.close)

    def put(self, place: int, table: np.ndarray) -> None:
        """Keep a table under a number from 0 on."""
        import numpy as np

        with self._lock:
            self._file.seek(place * self.rows * self.columns * 8)
            self._file.write(np.ascontiguousarray(table.T, dtype=np.float64).tobytes())

    def table(self, place: int) -> np.ndarray:
        """Give a table back: float64, (rows, columns)."""
        import numpy as np

        size = self.rows * self.columns * 8
        with self._lock:
            self._file.seek(place * size)
            return np.frombuffer(self._file.read(size)).reshape(self.columns, self.rows).T

    def column(self, places: Sequence[int], column: int) -> np.ndarray:
        """Give one column of some tables: float64, (tables, rows)."""
        import numpy as np

        found = np.empty((len(places), self.rows, 2))[
            :, :, 0
        ]  # with gaps, as a column has: sums have the same last bits
        size = self.rows * 8
        with self._lock:
            for row, place in enumerate(places):
                self._file.seek((place * self.columns + column) * size)
                found[row] = np.frombuffer(self._file.read(size))
        return found


class Paths:
    """One strategy's months as an array, float64 (n, T + 1, K), of which only what is asked for is in memory.

    `paths[r]` is a run, `paths[:, :, k]` a metric; anything else is taken from the whole array, which is then read.
    """

    def __init__(self, scratch: Scratch, places: Sequence[int]) -> None:
        self._scratch, self._places = scratch, tuple(places)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many runs, months and metrics there are."""
        return len(self._places), self._scratch.rows, self._scratch.columns

    def __getitem__(self, key: Any) -> np.ndarray:
        import numpy as np

        if isinstance(key, int):
            return self._scratch.table(self._places[key])
        every = slice(None)
        if isinstance(key, tuple) and len(key) == 3 and key[:2] == (every, every) and isinstance(key[2], int):
            return self._scratch.column(self._places, key[2])
        return np.asarray(np.asarray(self)[key])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        import numpy as np

        whole = np.empty(self.shape)
        for row, place in enumerate(self._places):
            whole[row] = self._scratch.table(place)
        return whole if dtype is None else whole.astype(dtype)
