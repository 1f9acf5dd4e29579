"""The month: every mechanism's step in order, and what it reported."""

from __future__ import annotations

from collections.abc import Sequence

from loyaltysim.core.declare import Mechanism
from loyaltysim.core.record import Form, Report
from loyaltysim.core.streams import Draws
from loyaltysim.core.tables import World
from loyaltysim.core.watch import UNWATCHED, Watch


def play_month(
    world: World,
    month: int,
    mechanisms: Sequence[Mechanism],
    form: Form,
    seed: int,
    replication: int,
    watch: Watch = UNWATCHED,
) -> Report:
    """Play one month in place, in the order of the mechanisms, and give what they reported."""
    world.month = month
    report, luck = Report(form), Draws(seed, replication, "", month)
    watch.begin()
    for mechanism in mechanisms:
        if mechanism.on:
            luck.mechanism = key = mechanism.key
            mechanism.step(world, luck, report)
            watch.lap(key)
    return report
