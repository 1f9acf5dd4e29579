"""Threads within one run: a kernel works on several ranges of rows at once, and gives the bits that one thread gives.

Kernels hold no lock while they run (`nogil`), and each range writes rows of its own only. Ranges begin at whole blocks,
and results come back in the order of the ranges, so what is listed or added up does not depend on how many there were.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from loyaltysim.core.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = TypeVar("R")
BLOCK = 4096
"""Rows whose float sum is taken from 0; blocks are then added in order. Every range of rows begins at one."""
LEAST = 8 * BLOCK
"""Fewest rows that are worth a thread: handing over a range costs about as much as a light kernel over 2,000 rows."""

_allowed: ContextVar[int] = ContextVar("threads allowed", default=0)
_pools: dict[int, ThreadPoolExecutor] = {}
os.register_at_fork(after_in_child=_pools.clear)  # a child has none of its parent's threads


@cache
def usable_processors() -> int:
    """Count the processors that this process may use: its affinity, and a container's quota."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(count, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no such quota here, or "max"
        return count


@contextmanager
def limit_threads(threads: int) -> Iterator[None]:
    """Let what is simulated in this block use at most so many threads; 0: as many as there are processors."""
    before = _allowed.set(threads)
    try:
        yield
    finally:
        _allowed.reset(before)


def allowed_threads() -> int:
    """Return how many threads a kernel may be spread over here."""
    return _allowed.get() or usable_processors()


def ranges(rows: int) -> list[tuple[int, int]]:
    """Cut 0..rows into ranges that begin at whole blocks, one a thread; a single one where more would not pay."""
    parts = min(allowed_threads(), rows // LEAST)
    if parts <= 1:
        return [(0, rows)]
    step = -(-rows // (parts * BLOCK)) * BLOCK
    return [(start, min(start + step, rows)) for start in range(0, rows, step)]


def over_rows(kernel: Callable[..., R], rows: int, *arguments: object) -> list[R]:
    """Call kernel(start, stop, *arguments) for ranges of 0..rows at once; gives their results in order."""
    if rows < 2 * LEAST:
        return [kernel(0, rows, *arguments)]
    return run_together([(kernel, start, stop, *arguments) for start, stop in ranges(rows)])


def over_row_list(kernel: Callable[..., R], rows: NDArray, *arguments: object) -> list[R]:
    """Call kernel(part of the rows, *arguments) for consecutive parts at once; gives their results in order.

    They are all different, so no two parts write the same row.
    """
    if rows.size < 2 * LEAST:
        return [kernel(rows, *arguments)]
    return run_together([(kernel, rows[start:stop], *arguments) for start, stop in ranges(rows.size)])


def run_together(calls: list[tuple[Any, ...]]) -> list[Any]:
    """Make calls (a kernel and its arguments) at once; this thread makes the first, and any that no other has begun."""
    (kernel, *arguments), *others = calls
    if not others:
        return [kernel(*arguments)]
    pool = thread_pool(len(others))
    waiting = [pool.submit(*call) for call in others]
    results = [kernel(*arguments)]
    for future, (other, *its) in zip(waiting, others, strict=True):
        results.append(other(*its) if future.cancel() else future.result())
    return results


def join_ranges(lists: Sequence[NDArray]) -> NDArray:
    """Put the row lists of consecutive ranges one behind the other."""
    if len(lists) == 1:
        return lists[0]
    return np.concatenate(lists)


def count_ranges(counts: Sequence[NDArray]) -> list[int]:
    """Add up the counts of consecutive ranges, each int64 (n,)."""
    first, *others = counts
    total: list[int] = sum(others, start=first).tolist()
    return total


def sum_ranges(blocks: Iterable[NDArray]) -> float:
    """Add the sums of blocks, float64, one after the other: the same bits wherever the ranges were cut."""
    total = 0.0
    for block in blocks:
        for part in block.tolist():
            total += part
    return total


def thread_pool(workers: int) -> ThreadPoolExecutor:
    """Return the pool of so many threads, which is kept for the life of the process."""
    if workers not in _pools:
        _pools[workers] = ThreadPoolExecutor(workers, thread_name_prefix="loyaltysim")
    return _pools[workers]
