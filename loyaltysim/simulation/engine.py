"""A market, from its birth to any month: the part of a simulation that needs no Mesa, shared by calibration and
model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.discounting import monthly_chance
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism
from loyaltysim.core.random_streams import RngStream, static_key
from loyaltysim.core.records import Report
from loyaltysim.core.schedule import NO_TIMER, NoTimer, run_month
from loyaltysim.core.tables import World, build_tables, empty_row_lists
from loyaltysim.mechanisms import catalog, form, month
from loyaltysim.mechanisms.accounts import Accounts
from loyaltysim.mechanisms.market.market import Market

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.mechanisms.service.touchpoints import Touchpoints
    from loyaltysim.mechanisms.staff.staff import Staff
    from loyaltysim.scenario import Scenario


def build_mechanisms(scenario: Scenario) -> tuple[Mechanism, ...]:
    """Return the scenario's mechanisms at its top-level levers, in the order of the month."""
    return tuple(scenario.mechanism(mechanism.key) for mechanism in month())


def birth(scenario: Scenario, seed: int, replication: int) -> World:
    """Lay out a market's tables, ties and first customers, at the month before its burn-in."""
    market: Market = scenario.mechanism("market")
    staff: Staff = scenario.mechanism("staff")
    touchpoints: Touchpoints = scenario.mechanism("touchpoints")
    rows = {
        "people": market.people,
        "staff": math.ceil(market.people / staff.customers_each) + 1,
        "touchpoints": len(touchpoints.table),
        "cases": 64,
        "handlers": 8,
        "firm": 1,
    }
    first, tie = build_network(market, static_key(seed, replication, "market", "network"))
    world = World(build_tables(month(), rows), first, tie)
    world.row_lists = empty_row_lists(month())
    world.month = -market.burn_in
    for mechanism in build_mechanisms(scenario):
        mechanism.begin(world, RngStream(seed, replication, mechanism.key, world.month))
    hazard, forget = monthly_chance(scenario.stated.churn_annual), scenario.mechanism("joining").forget
    market.settle(world, RngStream(seed, replication, market.key, world.month), hazard, forget)
    return world


def build_network(market: Market, key: np.uint64) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Draw or read who knows whom; CSR rows first int64 (people + 1,) and tie int32; (1,) and empty without ties."""
    network, people = market.network, market.people
    half = max(1, network.ties // 2)
    if network.kind == "none":
        return np.zeros(1, np.int64), np.empty(0, np.int32)
    if network.kind == "file":
        ends = np.loadtxt(network.path, dtype=np.int32, comments="#", usecols=(0, 1), ndmin=2)
        a, b = ends[:, 0].copy(), ends[:, 1].copy()
    elif network.kind == "small_world":
        a, b = kernels.market.small_world(people, half, network.rewired, key)
    elif network.kind == "random":
        a, b = kernels.market.random_ties(people, people * network.ties // 2, key)
    else:
        a, b = kernels.market.scale_free(people, half, key)
    return kernels.market.csr(people, a, b)


def run_months(
    world: World,
    scenario: Scenario,
    mechanisms: Sequence[Mechanism],
    seed: int,
    replication: int,
    timer: NoTimer = NO_TIMER,
) -> Report:
    """Play the world's next month in place with the given mechanisms, and give its report."""
    return run_month(world, world.month + 1, mechanisms, form(), seed, replication, timer)


def current_levers(plan: Mapping[str, Sequence[float]], number: int) -> dict[str, float]:
    """Return the levers of a plan (by path, months 1..T) as they are in one month."""
    return {path: values[number - 1] for path, values in plan.items()}


def set_levers(mechanisms: Sequence[Mechanism], levers: Mapping[str, float]) -> Sequence[Mechanism]:
    """Return the mechanisms with some levers, by path, at other values."""
    changed: dict[str, dict[str, float]] = {}
    for path, value in levers.items():
        block, lever = path.split(".", 1)
        changed.setdefault(block, {})[lever] = value
    return tuple(
        mechanism.model_copy(update=changed[mechanism.key]) if mechanism.key in changed else mechanism
        for mechanism in mechanisms
    )


def stationary_start(scenario: Scenario, seed: int, replication: int) -> tuple[World, Report]:
    """Live the burn-in at the top-level levers and found month 0; gives the world and month 0's report, without
    flows.
    """
    world = birth(scenario, seed, replication)
    market: Market = scenario.mechanism("market")
    accounts: Accounts = scenario.mechanism("accounts")
    mechanisms = build_mechanisms(scenario)
    report = Report(form())
    while world.month < 0:
        report = run_months(world, scenario, mechanisms, seed, replication)
    market.found(world, RngStream(seed, replication, market.key, 0))
    start = Report(form())
    start(**{name: value for name, value in report.values.items() if catalog()[name].over != "sum"})
    start(complaints_open=int(np.count_nonzero(world.people.open_case)))
    accounts.take_stock(world, start)
    return world, start
