"""Months of many runs in a file without a name: memory holds only what is being looked at, however many runs there are."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from loyaltysim.core.records import Audit

if TYPE_CHECKING:
    import numpy as np

IN_MEMORY = 8 * 2**20
"""Bytes that are held in memory before anything is written to a file."""
TOGETHER = 16
"""Tables that lie together, column by column, so that a column of all is read in few pieces."""


class SpillArray:
    """Tables of float64, all (rows, columns), numbered as they come; gone when nobody refers to it any more.

    `folder`: where the file is made (by default the system's place for such files). What it raises is an OSError.
    """

    def __init__(self, rows: int, columns: int, folder: Path | None = None) -> None:
        self.rows, self.columns = rows, columns
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=None if folder is None else str(folder))  # noqa: SIM115 - closed with the object
        self._lock = threading.RLock()
        self._blocks = 0
        self._last: list[np.ndarray] = []
        self._read: tuple[int, np.ndarray] | None = None
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        return self._blocks * TOGETHER + len(self._last)

    def put(self, table: np.ndarray) -> int:
        """Keep a table, and return its number."""
        import numpy as np

        with self._lock:
            self._last.append(np.array(table.T, dtype=np.float64, order="C"))
            if len(self._last) == TOGETHER:
                self._file.seek(self._blocks * self._block_size)
                self._file.write(np.stack(self._last, axis=1).tobytes())
                self._blocks, self._last = self._blocks + 1, []
            return len(self) - 1

    def table(self, number: int) -> np.ndarray:
        """Return a table: float64, (rows, columns)."""
        block, place = divmod(number, TOGETHER)
        with self._lock:
            found: np.ndarray = self._last[place] if block == self._blocks else self._block(block)[:, place]
            return found.T

    def column(self, numbers: Sequence[int], column: int) -> np.ndarray:
        """Return one column of some tables: float64, (tables, rows)."""
        import numpy as np

        whole = np.empty((len(self), self.rows))
        with self._lock:
            for block in range(self._blocks):
                self._file.seek(block * self._block_size + column * TOGETHER * self.rows * 8)
                piece = np.frombuffer(self._file.read(TOGETHER * self.rows * 8)).reshape(TOGETHER, self.rows)
                whole[block * TOGETHER : (block + 1) * TOGETHER] = piece
            for place, table in enumerate(self._last):
                whole[self._blocks * TOGETHER + place] = table[column]
        # with gaps, as in a table: sums have the same last bits
        found = np.empty((len(numbers), self.rows, 2))[:, :, 0]
        found[:] = whole[list(numbers)]
        return found

    @property
    def _block_size(self) -> int:
        return self.columns * TOGETHER * self.rows * 8

    def _block(self, block: int) -> np.ndarray:
        """Return a block, float64 (columns, tables, rows); the one read last is at hand."""
        import numpy as np

        if self._read is None or self._read[0] != block:
            self._file.seek(block * self._block_size)
            read = np.frombuffer(self._file.read(self._block_size)).reshape(self.columns, TOGETHER, self.rows)
            self._read = (block, read)
        return self._read[1]


class SpilledPaths:
    """One strategy's months as an array, float64 (n, T + 1, K), of which only what is asked for is in memory.

    `paths[r]` is a run, `paths[:, :, k]` a metric; anything else is taken from the whole array, which is then read.
    """

    def __init__(self, tables: SpillArray, numbers: Sequence[int]) -> None:
        self._tables, self._numbers = tables, tuple(numbers)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many runs, months and metrics there are."""
        return len(self._numbers), self._tables.rows, self._tables.columns

    def __getitem__(self, key: Any) -> np.ndarray:
        import numpy as np

        if isinstance(key, int):
            return self._tables.table(self._numbers[key])
        if isinstance(key, tuple) and len(key) == 3 and isinstance(key[2], int) and all(map(is_everything, key[:2])):
            return self._tables.column(self._numbers, key[2])
        return np.asarray(np.asarray(self)[key])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        import numpy as np

        whole = np.empty(self.shape)
        for row, number in enumerate(self._numbers):
            whole[row] = self._tables.table(number)
        return whole if dtype is None else whole.astype(dtype)


def is_everything(part: object) -> bool:
    """Return whether a part of an index is `:`; an array of indices is not compared."""
    return isinstance(part, slice) and part == slice(None)


# One strategy's audits of its touchpoints, a replication each, read from a scratch file as they are asked for.


class AuditStore:
    """The audits of a strategy as they come in: all of the same touchpoints and figures."""

    def __init__(self, first: Audit, folder: Path | None = None) -> None:
        self.first = first
        self._tables = SpillArray(len(first.names), len(first.figures), folder)

    def put(self, audit: Audit) -> int:
        """Keep an audit, and return its number."""
        import numpy as np

        assert (audit.names, tuple(audit.figures)) == (self.first.names, tuple(self.first.figures))
        return self._tables.put(np.stack(list(audit.figures.values()), axis=1))

    def select(self, numbers: Sequence[int]) -> AuditFigures:
        """Return some of the audits by their numbers, in that order."""
        return AuditFigures(self.first, self._tables, numbers)


class AuditFigures(Sequence[Audit]):
    """Audits in the order of the replications; only those that are looked at are in memory."""

    def __init__(self, first: Audit, tables: SpillArray, numbers: Sequence[int]) -> None:
        self._first, self._tables, self._numbers = first, tables, tuple(numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, key: int) -> Audit: ...

    @overload
    def __getitem__(self, key: slice) -> AuditFigures: ...

    def __getitem__(self, key: int | slice) -> Audit | AuditFigures:
        if isinstance(key, slice):
            return AuditFigures(self._first, self._tables, self._numbers[key])
        table = self._tables.table(self._numbers[key])
        return replace(self._first, figures=dict(zip(self._first.figures, table.T, strict=True)))

    def figure(self, name: str) -> np.ndarray:
        """Return a figure of all of them: float64, (n, touchpoints)."""
        return self._tables.column(self._numbers, list(self._first.figures).index(name))


def audit_figure(audits: Sequence[Audit], name: str) -> np.ndarray:
    """Return a figure of some audits: float64, (n, touchpoints)."""
    import numpy as np

    return (
        audits.figure(name) if isinstance(audits, AuditFigures) else np.array([audit.figures[name] for audit in audits])
    )
