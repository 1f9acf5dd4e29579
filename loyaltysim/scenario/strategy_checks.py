"""Checks of strategies against the scenario they belong to: its dates, its mechanisms, its levers' ranges."""

from __future__ import annotations

import math
from collections.abc import Iterable

from loyaltysim.core.errors import Problem
from loyaltysim.scenario import months as calendar
from loyaltysim.scenario.arithmetic import MOST_MONEY, too_much
from loyaltysim.scenario.book import book, meaning, shown, span
from loyaltysim.scenario.given import Given
from loyaltysim.scenario.policies import Change, Pilot
from loyaltysim.scenario.reading_pilots import PILOT, cannot_be_piloted
from loyaltysim.scenario.value import Scenario

FEWEST = 20
"""Customers whom each arm of a pilot must have: of fewer, not even a fifth who leave are told from none."""

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
    strategy, where = scenario.strategies[name], str(item.place)
    if not strategy.pilot:
        return
    if strategy.pilot.months > scenario.months:
        what = f"lasts {strategy.pilot.months} months, longer than the horizon"
        yield Problem(what, field, where, f"write months: {scenario.months} or fewer")
        return
    for path in strategy.changes:
        if why := cannot_be_piloted(path):
            cure = "take it out of this strategy, or the pilot; what wins new customers is tried in a market of its own"
            yield Problem(why, field, where, cure)
    yield from _arms(scenario.mechanism("market").customers, strategy.pilot, field, where)
    yield from _untried(scenario, name, strategy.pilot, field, where)


def _arms(customers: int, pilot: Pilot, field: str, where: str) -> Iterable[Problem]:
    """Refuse an arm of so few that its interval would hold almost every effect."""
    smaller = min(pilot.share, 1 - pilot.share) * customers
    if smaller < FEWEST * (1 - 1e-9):
        least = math.ceil(100 * FEWEST / customers) / 100
        cure = f"write share: {least:g} to {1 - least:g}, or " if least <= 1 / 2 else ""
        what = f"{shown(round(smaller, 1))} of {shown(customers)} customers are too few for an arm of a pilot to tell anything"
        more = math.ceil(FEWEST / min(pilot.share, 1 - pilot.share) * (1 - 1e-9))
        yield Problem(what, field, where, f"{cure}raise market.customers to {shown(more)}: an arm needs {FEWEST}")


def _untried(scenario: Scenario, name: str, pilot: Pilot, field: str, where: str) -> Iterable[Problem]:
    """Find what a pilot would not try: levers that are as today in all of its months."""
    plan, today = scenario.plan(name), scenario.flat()
    if not plan:
        yield Problem("its strategy changes no lever, so nothing is tried", field, where, "add a change of a lever")
    for path, values in plan.items():
        later = [month for month, value in enumerate(values, 1) if value != today[path]]
        if not later:
            what = f"{path} stays at {shown(today[path])}, what it is today, so nothing is tried"
            yield Problem(what, field, where, "change it by something, or take it out")
        elif later[0] > pilot.months:
            when = f"{calendar.calendar(later[0], scenario.start)} (month {later[0]})"
            what = f"{path} changes only in {when}, after the pilot's {pilot.months} months, so it would be rolled out untried"
            yield Problem(what, field, where, f"begin it in month {pilot.months} or before, or write a longer pilot")


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
