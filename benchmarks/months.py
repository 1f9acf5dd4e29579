"""What a month costs, as people grow: the engine, a good NumPy program and a textbook Mesa model, one thread each."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from benchmarks.measuring import NANO, Figure, Figures, alternately, figure, ratio
from benchmarks.numpy_core import NumpyMarket
from benchmarks.plan import Plan
from benchmarks.speed_settings import SMALL_WORLD, UNIFORM, core, whole
from benchmarks.textbook import TextbookMarket
from loyaltysim.core.threads import limit_threads
from loyaltysim.model import LoyaltyModel

MODELS = {"whole": whole, "core": core}
NETWORKS = (UNIFORM, SMALL_WORLD)
PLAYERS = ("engine", "numpy", "twin")
WORDS = {
    UNIFORM: "uniform mixing",
    SMALL_WORLD: "small world",
    "engine": "engine",
    "numpy": "NumPy",
    "twin": "Mesa twin",
}
MOST_MONTHS = 100


class Market(Protocol):
    """Anything that plays a month."""

    def step(self) -> None:
        """Play a month."""


def name_of(model: str, network: str, player: str, people: int) -> str:
    """Return a figure's name."""
    return f"month.{model}.{network}.{player}.{people}"


def months(plan: Plan) -> Figures:
    """Measure every model, network, player and size, in ns of processor time per person-month."""
    figures: Figures = {}
    with limit_threads(1):
        for model in MODELS:
            for network in NETWORKS:
                figures |= _grown(plan, model, network)
    return figures | _compared(plan, figures)


def _grown(plan: Plan, model: str, network: str) -> Figures:
    """Measure one model on one network at all sizes in turn."""
    works, whats = {}, {}
    for player in PLAYERS if model == "core" else PLAYERS[:1]:
        for people in getattr(plan, player):
            name = name_of(model, network, player, people)
            works[name] = _stretches(plan, model, network, player, people)
            whats[name] = f"a month of the {model} model, {WORDS[network]}, {people:,} people: {WORDS[player]}"
    measured = alternately(works, plan.repeats)
    return {name: figure(whats[name], "ns/person-month", samples) for name, samples in measured.items()}


def _stretches(plan: Plan, model: str, network: str, player: str, people: int) -> Callable[[], float]:
    """Return what plays the next stretch of months of a market of its own, and says what a person-month cost."""
    wanted = round(getattr(plan, f"{player}_stretch") / people)
    length = max(1, min(wanted, MOST_MONTHS, 1_000 // plan.repeats))
    scenario = MODELS[model](people, network, 1 + length * plan.repeats)
    market: Market
    if player == "engine":
        market = LoyaltyModel(scenario)
    else:
        market = (NumpyMarket if player == "numpy" else TextbookMarket)(scenario.flat(), rng=1)
    market.step()  # compiles, and touches every page for the first time

    def play() -> float:
        begun = time.process_time()
        for _ in range(length):
            market.step()
        return (time.process_time() - begun) / (length * people) * NANO

    return play


def _compared(plan: Plan, figures: Figures) -> Figures:
    """Compare players at one size, and sizes of one player."""
    found: Figures = {}
    for network in NETWORKS:
        engine = figures[name_of("core", network, "engine", plan.paired)]
        for player in PLAYERS[1:]:
            other = figures[name_of("core", network, player, plan.paired)]
            what = f"core, {plan.paired:,} people, {WORDS[network]}: engine against {WORDS[player]}"
            found[f"faster_than_{player}.{network}"] = ratio(what, other, engine)
    sizes = [figures[name_of("whole", UNIFORM, "engine", people)] for people in plan.engine]
    huge, big = plan.engine[-1], figures[name_of("whole", UNIFORM, "engine", plan.big)]
    found["whole_month"] = figures[name_of("whole", SMALL_WORLD, "engine", plan.big)]
    found["huge_against_big"] = ratio(f"a person-month of {huge:,} people against one of {plan.big:,}", sizes[-1], big)
    found["growth"] = _uneven(
        f"dearest against cheapest person-month from {plan.engine[0]:,} to {huge:,} people", sizes
    )
    return found


def _uneven(what: str, sizes: list[Figure]) -> Figure:
    rounds = zip(*(each.samples for each in sizes), strict=True)
    return figure(what, "times", [max(costs) / min(costs) for costs in rounds])
