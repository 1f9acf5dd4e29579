"""What is measured in a fresh process: `python -m benchmarks.probe WHAT [PEOPLE NETWORK]`, used by the other files here."""

from __future__ import annotations

import json
import sys


def first_month() -> dict[str, float]:
    """Return a first result: the shipped baseline from its file to its first month."""
    from loyaltysim.model import LoyaltyModel

    model = LoyaltyModel()
    model.step()
    return {"customers": model.customers}


def first_own_month() -> dict[str, float]:
    """Return a first result of a market that is not the shipped one to the person, so that its rates must be solved."""
    from loyaltysim.model import LoyaltyModel
    from loyaltysim.scenario import load, shipped_scenario

    model = LoyaltyModel(load(shipped_scenario("baseline.yml"), ["market.people=49999"]))
    model.step()
    return {"customers": model.customers}


def first_network() -> dict[str, float]:
    """Return a first result of two kernels alone, for a quick look at whether this works."""
    from benchmarks.building import build

    first, _ = build(1_000, "small_world")
    return {"ties": float(first[-1])}


def market_memory(people: int, network: str) -> dict[str, float]:
    """Return the bytes a person that a market's state holds, and the most that the process grew while it was run."""
    from benchmarks.machine import bytes_now_and_at_most
    from benchmarks.speed_settings import whole
    from loyaltysim.model import LoyaltyModel

    _live(LoyaltyModel(whole(1_000, network, 2)))
    before, _ = bytes_now_and_at_most()
    model = LoyaltyModel(whole(people, network, 2))
    _live(model)
    _, most = bytes_now_and_at_most()
    world = model.world
    columns = sum(table.nbytes() for table in world.tables.values())
    return {
        "columns": columns / people,
        "world": world.nbytes() / people,
        "peak": max(0, most - before) / people,
    }


def network_memory(people: int, network: str) -> dict[str, float]:
    """Return the megabytes that a network of so many people holds, and those that the process grew by to build it."""
    from benchmarks.building import build
    from benchmarks.machine import bytes_now_and_at_most

    build(1_000, network)
    before, _ = bytes_now_and_at_most()
    first, tie = build(people, network)
    _, most = bytes_now_and_at_most()
    return {"held": (first.nbytes + tie.nbytes) / 1e6, "peak": max(0, most - before) / 1e6}


def _live(model) -> None:  # type: ignore[no-untyped-def]
    while model.running:
        model.step()


PROBES = {
    probe.__name__: probe for probe in (first_month, first_own_month, first_network, market_memory, network_memory)
}


def main(what: str, people: str = "", network: str = "") -> None:
    """Run one probe and print what it found as JSON."""
    probe = PROBES[what]
    print(json.dumps(probe(int(people), network) if people else probe()))


if __name__ == "__main__":
    main(*sys.argv[1:])
