"""One strategy's audits of its touchpoints, a replication each, read from a scratch file as they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.records import Audit
from loyaltysim.report.scratch import Scratch

if TYPE_CHECKING:
    import numpy as np


class Filed:
    """The audits of a strategy as they come in: all of the same touchpoints and figures."""

    def __init__(self, first: Audit, folder: Path | None = None) -> None:
        self.first = first
        self._scratch = Scratch(len(first.names), len(first.figures), folder)

    def put(self, audit: Audit) -> int:
        """Keep an audit, and give its number."""
        import numpy as np

        assert (audit.names, tuple(audit.figures)) == (self.first.names, tuple(self.first.figures))
        return self._scratch.put(np.stack(list(audit.figures.values()), axis=1))

    def chosen(self, numbers: Sequence[int]) -> Audits:
        """Give some of the audits by their numbers, in that order."""
        return Audits(self.first, self._scratch, numbers)


class Audits(Sequence[Audit]):
    """Audits in the order of the replications; only those that are looked at are in memory."""

    def __init__(self, first: Audit, scratch: Scratch, numbers: Sequence[int]) -> None:
        self._first, self._scratch, self._numbers = first, scratch, tuple(numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return Audits(self._first, self._scratch, self._numbers[key])
        table = self._scratch.table(self._numbers[key])
        return replace(self._first, figures=dict(zip(self._first.figures, table.T, strict=True)))

    def figure(self, name: str) -> np.ndarray:
        """Give a figure of all of them: float64, (n, touchpoints)."""
        return self._scratch.column(self._numbers, list(self._first.figures).index(name))


def figure_of(audits: Sequence[Audit], name: str) -> np.ndarray:
    """Give a figure of some audits: float64, (n, touchpoints)."""
    import numpy as np

    return audits.figure(name) if isinstance(audits, Audits) else np.array([audit.figures[name] for audit in audits])
