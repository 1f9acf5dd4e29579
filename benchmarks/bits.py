"""The bits of a few short runs as one line, to compare Pythons, machines, or before with after: `python -m benchmarks.bits`."""

from __future__ import annotations

import hashlib

from benchmarks.speed_settings import SMALL_WORLD, UNIFORM, core, whole
from loyaltysim.model import LoyaltyModel
from loyaltysim.scenario import Scenario

MONTHS = 24
BUSY = {
    "staff.training": 2_000.0,
    "staff.sharing": 500.0,
    "staff.treatment": 500.0,
    "desk.causes": 0.2,
    "touchpoints.repair": 800.0,
    "channels.direct": 500.0,
    "consistency.standards": 300.0,
    "contagion.smile_campaign": 300.0,
    "voice.budget": 500.0,
    "surveys.budget": 500.0,
    "handoffs.role_swaps": 200.0,
    "follow_up.budget": 300.0,
    "rivals.zero_sum": True,
}
"""Levers that make parts do what they leave undone at the baseline."""


def bits(scenario: Scenario) -> bytes:
    """Return the digest of every figure of a run and of every column at its end."""
    model = LoyaltyModel(scenario)
    while model.running:
        model.step()
    digest = hashlib.sha256(model.record.tobytes())
    for _, table in sorted(model.world.tables.items()):
        for column in sorted(table.columns):
            digest.update(getattr(table, column).tobytes())
    return digest.digest()


def main() -> None:
    """Print one word for the core, the whole baseline in a small world, and the same with many levers moved."""
    usual = whole(6_000, SMALL_WORLD, MONTHS)
    runs = (core(3_000, UNIFORM, MONTHS), usual, usual.replace(BUSY, source="bits"))
    print(hashlib.sha256(b"".join(bits(scenario) for scenario in runs)).hexdigest()[:24])


if __name__ == "__main__":
    main()
