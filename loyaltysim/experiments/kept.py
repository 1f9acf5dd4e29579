"""The runs of one scenario that earlier studies have made, and where its own are put for later ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyaltysim.core.record import RunRecord
    from loyaltysim.experiments.ledger import Ledger


class Kept:
    """Keeps nothing, and finds nothing."""

    def found(self) -> list[RunRecord]:
        """Give the runs that are there already."""
        return []

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

    def found(self) -> list[RunRecord]:
        """Give the runs that are there already."""
        from dataclasses import replace

        known = self._ledger.records({key: run for run, key in self._keys.items()})
        return [
            replace(known[key], strategy=name, replication=replication)  # two strategies may do the same
            for (name, replication), key in self._keys.items()
            if key in known
        ]

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


def missing(records: Sequence[RunRecord], names: Sequence[str], replications: int) -> dict[int, tuple[str, ...]]:
    """Give the strategies that each replication still lacks; replications that lack none are left out."""
    there = {(record.strategy, record.replication) for record in records}
    lacking = {r: tuple(name for name in names if (name, r) not in there) for r in range(replications)}
    return {replication: wanted for replication, wanted in lacking.items() if wanted}
