"""Say in a few lines what a scenario holds, once it has been found sound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from loyaltysim.scenario.book import book, mechanisms, shown
from loyaltysim.scenario.loading import load
from loyaltysim.scenario.months import calendar
from loyaltysim.scenario.policies import Strategy
from loyaltysim.scenario.reading_ranges import GIVEN_UP
from loyaltysim.scenario.value import Scenario

NETWORKS = {
    "small_world": "a small world of {ties} ties a person",
    "random": "a random network of {ties} ties a person",
    "scale_free": "a scale-free network of {ties} ties a person",
    "file": "the network of {path}",
    "none": "no network: anyone may talk to anyone",
}


def check(
    path: str | Path | Scenario,
    overrides: Sequence[str] = (),
    *,
    months: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
) -> str:
    """Check a scenario and say what it holds; raises InputError with every problem found."""
    scenario = load(path, overrides, months=months, replications=replications, seed=seed)
    return "\n".join([_heading(scenario), *_world(scenario), *_plans(scenario), *_unknowns(scenario)])


def _heading(scenario: Scenario) -> str:
    title = shown(scenario.title) or scenario.stem
    return f"{title}: sound" + (f"\n  {shown(scenario.question)}" if scenario.question else "")


def _line(name: str, text: str) -> str:
    return f"  {name:<13}{text}"


def _world(scenario: Scenario) -> list[str]:
    market, stated = scenario.mechanism("market"), scenario.stated
    network = NETWORKS[market.network.kind].format(ties=market.network.ties, path=market.network.path)
    last = calendar(scenario.months, scenario.start)
    off = [key for key in mechanisms() if not scenario.mechanism(key).on]
    solving = "solved from it" if scenario.calibration == "on" else "typed, not solved (calibration: off)"
    return [
        _line("market", f"{shown(market.people)} people, {shown(market.customers)} of them customers; {network}"),
        _line("horizon", f"{scenario.months} months, {scenario.start} to {last}"),
        _line("luck", f"{shown(scenario.replications)} replications from seed {scenario.seed}"),
        _line(
            "stated", f"churn {stated.churn_annual:.4g} a year, {stated.silent_share_of_lost:.4g} of the lost silent"
        ),
        _line("base rates", solving),
        *([_line("switched off", ", ".join(off))] if off else []),
    ]


def _plans(scenario: Scenario) -> list[str]:
    lines = []
    for number, (name, strategy) in enumerate(scenario.strategies.items()):
        reference = " (the reference)" if number == 0 else ""
        lines.append(
            f"{_line('strategies' if number == 0 else '', shown(name))}{reference}: {_changes(scenario, strategy)}"
        )
    return lines


def _changes(scenario: Scenario, strategy: Strategy) -> str:
    values = scenario.flat()
    said = []
    for path, steps in strategy.changes.items():
        words = ", then ".join(step.in_words() for step in steps)
        said.append(f"{path} {words} (today {shown(values[path])} {book()[path].unit})")
    return "; ".join([*said, *([strategy.pilot.in_words()] if strategy.pilot else [])]) or "nothing changed"


def _unknowns(scenario: Scenario) -> list[str]:
    told = [
        f"{path} {shown(bounds.low)} to {shown(bounds.high)} {book()[path].unit}"
        for path, bounds in scenario.uncertain.items()
    ]
    left = [
        f"{path.removeprefix('uncertain.')} {why}"
        for path, why in scenario.provenance.items()
        if path.startswith("uncertain.") and why.startswith(GIVEN_UP)
    ]
    return [_line("" if number else "uncertain", text) for number, text in enumerate([*told, *left])]
