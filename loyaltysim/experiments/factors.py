"""What a study varies: `PATH=LOW:HIGH:STEPS`, over any parameter or lever, checked before anything is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.ranges import SHARES
from loyaltysim.scenario.registry import format_range, format_value, is_numeric, parameter_registry, suggest
from loyaltysim.scenario.strategies import Change

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

OVER = "--over"
EXAMPLE = f"write {OVER} stated.acquisition_cost=300:900:7"
HALF, THREE_TIMES = 0.5, 3.0
"""How far around today's value one looks where nobody says from where to where."""
WIDE = 3.0
"""The ratio of a range's ends from which its points are spread by ratio."""


@dataclass(frozen=True)
class Factor:
    """One parameter or lever and the range over which it is varied, in its own unit; `steps` of a grid, ends included."""

    path: str
    low: float
    high: float
    steps: int = 5

    @property
    def unit(self) -> str:
        """The unit as it is declared."""
        return parameter_registry()[self.path].unit

    @property
    def is_geometric(self) -> bool:
        """Whether its points are spread by ratio: where the range is wide and above zero."""
        return self.low > 0.0 and self.high / self.low >= WIDE

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return parameter_registry()[self.path].type == "int"

    @property
    def count(self) -> int:
        """How many points its grid has, at most."""
        return min(self.steps, int(self.high - self.low) + 1) if self.is_whole else self.steps

    def grid_points(self) -> list[float]:
        """Return the points of its grid, lowest first; whole numbers where the value is one."""
        if self.is_whole and self.steps > self.high - self.low:
            return [float(value) for value in range(int(self.low), int(self.high) + 1)]
        space = np.geomspace if self.is_geometric else np.linspace
        values = [float(value) for value in space(self.low, self.high, self.steps)]
        values[0], values[-1] = self.low, self.high
        return list(dict.fromkeys(self.round(value) for value in values))

    def value_at(self, share: float) -> float:
        """Return the value that lies at this share (0 to 1) of the way from low to high, by distance."""
        return self.round(self.low + share * (self.high - self.low))

    def round(self, value: float) -> float:
        """Return a value as the scenario can hold it: rounded where it must be whole."""
        return float(round(value)) if self.is_whole else float(value)


def read_factor(text: str, scenario: Scenario, where: str = OVER, steps: int = 5) -> Factor:
    """Read `PATH=LOW:HIGH:STEPS`, `PATH=LOW:HIGH` or `PATH` alone (its range in `uncertain`, or around today's value).

    Args:
        text: What was written.
        scenario: What is varied from.
        where: The option's flag, for messages.
        steps: How many points its grid has where the text does not say.

    Returns:
        The factor, checked.

    Raises:
        InputError: For what cannot be varied, and for a range that is none or lies outside what is allowed.
    """
    path, sign, raw = (part.strip() for part in text.partition("="))
    check_variable(path, scenario, where)
    if not sign:
        low, high = default_range(path, scenario, where)
        return Factor(path, low, high, steps)
    low, high, *more = read_range(path, raw, where)
    if more and (more[0] < 2 or more[0] != int(more[0])):
        what = f"{format_value(more[0])} steps make no range"
        raise InputError(Problem(what, path, where, "write 2 or more: both ends are steps"))
    factor = Factor(path, low, high, int(more[0]) if more else steps)
    check_range(factor, where)
    return factor


def check_variable(path: str, scenario: Scenario, where: str) -> None:
    """Raise InputError where there is no such path, or where it cannot be varied by itself."""
    registry = parameter_registry()
    if path not in registry:
        cure = suggest(path, [known for known, row in registry.items() if is_variable(known) and row.role != "solved"])
        raise InputError(Problem("there is no such parameter or lever", path, where, cure))
    if registry[path].role == "solved" and scenario.calibration == "on":
        cure = "vary what is stated instead, as stated.churn_annual"
        raise InputError(Problem("is solved from what is stated", path, where, cure))
    if path.startswith(SHARES):
        what = "is one of several shares that add to 1, so it cannot vary alone"
        raise InputError(Problem(what, path, where, "compare scenarios instead"))
    if not is_variable(path):
        what = "cannot be varied: it is no number of the world or of management"
        raise InputError(Problem(what, path, where, EXAMPLE))


def is_variable(path: str) -> bool:
    """Tell whether a known path is a number of the world or of management that can vary by itself."""
    row = parameter_registry()[path]
    return is_numeric(path) and row.source != "choice of the study" and not path.startswith(SHARES)


def default_range(path: str, scenario: Scenario, where: str) -> tuple[float, float]:
    """Return the range of `uncertain`, or half to three times today's value, within what is allowed. Raises InputError."""
    if path in scenario.uncertain:
        return scenario.uncertain[path].low, scenario.uncertain[path].high
    today, row = float(scenario.flat()[path]), parameter_registry()[path]
    if today == 0.0:
        what = "is 0 today, so there is no telling how far to go"
        raise InputError(Problem(what, path, where, f"write {where} {path}=LOW:HIGH"))
    ends = sorted((HALF * today, THREE_TIMES * today))
    low = max(ends[0], row.low) if row.low is not None else ends[0]
    high = min(ends[1], row.high) if row.high is not None else ends[1]
    return low, high


def read_range(path: str, raw: str, where: str) -> list[float]:
    """Read `LOW:HIGH` or `LOW:HIGH:STEPS`: two or three numbers. Raises InputError."""
    try:
        numbers = [float(part.strip().replace("_", "")) for part in raw.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not all(isfinite(number) for number in numbers):
        cure = f"write {where} {path}=LOW:HIGH or {path}=LOW:HIGH:STEPS"
        raise InputError(Problem(f"{format_value(raw)} is no range", path, where, cure))
    return numbers


def check_range(factor: Factor, where: str) -> None:
    """Raise InputError where low is not below high, or an end is not allowed."""
    path, low, high = factor.path, factor.low, factor.high
    if not low < high:
        swapped = f"write {where} {path}={high:.15g}:{low:.15g}"
        cure = swapped if high < low else "write two ends that differ, the lower first"
        what = f"low {format_value(low)} is not below high {format_value(high)}"
        raise InputError(Problem(what, path, where, cure))
    for end in (low, high):
        check_value(path, end, where)
    if factor.is_whole and (low != int(low) or high != int(high)):
        raise InputError(Problem("takes whole numbers only", path, where, "write whole numbers for low and high"))


def check_value(path: str, value: float, where: str) -> None:
    """Raise InputError where a value is outside what is allowed."""
    row = parameter_registry()[path]
    if (row.low is not None and value < row.low) or (row.high is not None and value > row.high):
        what = f"{format_value(value)} is not allowed ({row.unit}: {row.doc})"
        raise InputError(Problem(what, path, where, f"allowed is {format_range(row)}"))


def check_unique(factors: Sequence[Factor], where: str = OVER) -> None:
    """Raise InputError where a path is varied twice."""
    paths = [factor.path for factor in factors]
    for path in paths:
        if paths.count(path) > 1:
            raise InputError(Problem("is named twice", path, where, "name each path once"))


def apply_point(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the scenario with other values at some paths.

    A fact of the world is replaced, so that the base rates are solved anew. A lever is set by every strategy from month
    1 on, before the strategy's own changes: today's market, and what was solved from it, stay as they are.

    Args:
        scenario: What is changed, solved or not.
        values: The point: a value by path.

    Returns:
        The scenario at that point, not solved where a fact was replaced.

    Raises:
        InputError: Where the values do not fit together.
    """
    registry = parameter_registry()
    facts = {
        path: round(value) if registry[path].type == "int" else float(value)
        for path, value in values.items()
        if registry[path].role != "lever"
    }
    levers = {path: value for path, value in values.items() if registry[path].role == "lever"}
    changed = scenario.replace(facts, source="varied") if facts else scenario
    if not levers:
        return changed
    strategies = {}
    for name, strategy in changed.strategies.items():
        own = strategy.changes
        set_first = {
            path: (Change(verb="value", amount=float(value)), *own.get(path, ())) for path, value in levers.items()
        }
        strategies[name] = strategy.model_copy(update={"changes": {**own, **set_first}}).to_plain()
    return changed.replace({"strategies": strategies}, source="varied")
