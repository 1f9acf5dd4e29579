"""A market that is too large for the machine is told in plain words, wherever the memory gave out."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from loyaltysim.core.errors import RunError


@contextmanager
def enough_memory(scenario: Any) -> Iterator[None]:
    """Turn a lack of memory, here or in a worker, into a RunError that says for how many people."""
    try:
        yield
    except (MemoryError, OSError, RuntimeError) as error:
        if not lacks_memory(error):
            raise
        market = getattr(scenario, "market", None)
        people = f"{market.people:,} people" if market is not None else "so many people"
        cure = "take a smaller market (market.people), or fewer workers (--executor processes:1)"
        raise RunError(f"not enough memory for {people}\n    {cure}") from error


def lacks_memory(error: BaseException) -> bool:
    """Tell whether an error says that there is no memory left."""
    threads = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    return isinstance(error, MemoryError) or threads or getattr(error, "errno", None) == errno.ENOMEM
