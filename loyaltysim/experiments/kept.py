"""The runs of one scenario that earlier studies have made, and where its own are put for later ones."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyaltysim.core.records import RunRecord
    from loyaltysim.experiments.ledger import Ledger

AT_ONCE = 100
"""Runs that are read from the ledger at once."""


class Kept:
    """Keeps nothing, and finds nothing."""

    def found(self, known: Container[tuple[str, int]] = ()) -> Iterator[RunRecord]:
        """Give the runs that are kept, but for those (by strategy and replication) that are known."""
        yield from ()

    def keep(self, records: Sequence[RunRecord]) -> None:
        """Keep runs that have just ended."""


class KeptInLedger(Kept):
    """The runs of a solved scenario in the user's ledger."""

    def __init__(self, spec: Any, ledger: Ledger) -> None:
        from loyaltysim.experiments import keys

        self._ledger = ledger
        world = keys.world_key(spec)
        plans = {name: keys.plan_key(spec, name) for name in spec.strategies}
        self._keys = {
            (name, replication): keys.run_key(world, plan, replication)
            for name, plan in plans.items()
            for replication in range(spec.replications)
        }

    def found(self, known: Container[tuple[str, int]] = ()) -> Iterator[RunRecord]:
        """Give the runs that are kept, but for those (by strategy and replication) that are known; few are in memory at once."""
        from dataclasses import replace

        wanted = ((run, key) for run, key in self._keys.items() if run not in known)
        while some := dict(islice(wanted, AT_ONCE)):
            there = self._ledger.records({key: run for run, key in some.items()})
            for (name, replication), key in some.items():
                if key in there:  # two strategies may do the same
                    yield replace(there[key], strategy=name, replication=replication)

    def keep(self, records: Sequence[RunRecord]) -> None:
        """Keep runs that have just ended."""
        self._ledger.keep_records({self._keys[each.strategy, each.replication]: each for each in records})


def nothing_kept(spec: Any) -> AbstractContextManager[Kept]:
    """Compute every run, and keep none."""
    return nullcontext(Kept())


@contextmanager
def kept(spec: Any) -> Iterator[Kept]:
    """Open the user's ledger for a solved scenario."""
    from loyaltysim.experiments import ledger

    opened = ledger.usual()
    if opened is None:
        yield Kept()
        return
    with opened:
        yield KeptInLedger(spec, opened)


def missing(
    there: Container[tuple[str, int]], names: Sequence[str], replications: int
) -> dict[int, tuple[str, ...]]:  # fmt: skip
    """Give the strategies that each replication still lacks; replications that lack none are left out."""
    lacking = {r: tuple(name for name in names if (name, r) not in there) for r in range(replications)}
    return {replication: wanted for replication, wanted in lacking.items() if wanted}
