"""Checks of strategies against the scenario they belong to: its dates, its mechanisms, its levers' ranges."""

from __future__ import annotations

import math
from collections.abc import Iterable

from loyaltysim.core.errors import Problem
from loyaltysim.scenario import months as calendar
from loyaltysim.scenario.arithmetic import MOST_MONEY, too_much
from loyaltysim.scenario.book import book, meaning, shown, span
from loyaltysim.scenario.given import Given
from loyaltysim.scenario.policies import Change
from loyaltysim.scenario.reading_pilots import PILOT, cannot_be_piloted
from loyaltysim.scenario.value import Scenario

Places = dict[tuple[str, str], Given]


def check_strategies(scenario: Scenario, places: Places) -> list[Problem]:
    """Find strategies whose dates, levers or resolved values do not fit; `places` has where each changes which lever."""
    if not calendar.is_month(scenario.start):
        return []
    problems: list[Problem] = []
    for (name, path), item in places.items():
        field, where = f"strategies.{shown(name)}.{path}", str(item.place)
        if path == PILOT:
            problems += _pilot(scenario, name, field, item)
            continue
        steps = scenario.strategies[name].changes.get(path, ())
        found = [*_dates(scenario, steps, field, item), *_switched_off(scenario, path, field, where)]
        problems += found or _range(scenario, name, path, field, where)
    return problems


def _pilot(scenario: Scenario, name: str, field: str, item: Given) -> Iterable[Problem]:
    strategy = scenario.strategies[name]
    if strategy.pilot and strategy.pilot.months > scenario.months:
        what = f"lasts {strategy.pilot.months} months, longer than the horizon"
        yield Problem(what, field, str(item.place), f"write months: {scenario.months} or fewer")
    for path in strategy.changes:
        if why := cannot_be_piloted(path):
            cure = "take it out of this strategy, or the pilot; what wins new customers is tried in a market of its own"
            yield Problem(why, field, str(item.place), cure)


def _dates(scenario: Scenario, steps: Iterable[Change], field: str, item: Given) -> Iterable[Problem]:
    last = calendar.calendar(scenario.months, scenario.start)
    horizon = f"the horizon is {scenario.start} to {last} ({scenario.months} months)"
    for number, step in enumerate(steps):
        spot = item.value[number] if isinstance(item.value, list) and number < len(item.value) else item
        words = spot.value if isinstance(spot.value, dict) else {}
        where = {word: str(words[word].place if word in words else spot.place) for word in ("from", "to")}
        if step.since and calendar.number(step.since, scenario.start) < 1:
            yield Problem(f"begins in {step.since}, before the start", field, where["from"], horizon)
        elif step.since and calendar.number(step.since, scenario.start) > scenario.months:
            yield Problem(f"begins in {step.since}, after the horizon's end", field, where["from"], horizon)
        elif step.until and calendar.number(step.until, scenario.start) < 1:
            yield Problem(f"ends in {step.until}, before the start", field, where["to"], horizon)


def _switched_off(scenario: Scenario, path: str, field: str, where: str) -> Iterable[Problem]:
    key = path.split(".", maxsplit=1)[0]
    if not scenario.mechanism(key).on:
        cure = f"write {key}: on, or take the change out"
        yield Problem(f"{key} is off, so this lever does nothing", field, where, cure)


def _range(scenario: Scenario, name: str, path: str, field: str, where: str) -> list[Problem]:
    row, today = book()[path], scenario.flat()[path]
    for month, value in enumerate(scenario.plan(name)[path], 1):
        if not math.isfinite(value):
            return [Problem(f"makes {path} endless in month {month}", field, where, f"allowed is {span(row)}")]
        if value > MOST_MONEY and row.unit.startswith("$"):
            what = f"sets {path} too high: {too_much(path, value)}"
            return [Problem(what, field, where, f"stay at 1e12 or below; it is {shown(today)} at the file's top level")]
        below = row.low is not None and value < row.low
        if below or (row.high is not None and value > row.high):
            side = f"below {shown(row.low)}" if below else f"above {shown(row.high)}"
            when = f"{calendar.calendar(month, scenario.start)} (month {month})"
            what = f"makes {path} {shown(value)} in {when}, {side} ({meaning(row)})"
            cure = f"it is {shown(today)} at the file's top level; allowed is {span(row)}"
            return [Problem(what, field, where, cure)]
    return []
