"""What a study varies: `PATH=LOW:HIGH:STEPS`, over any parameter or lever, checked before anything is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.ranges import SHARES
from loyaltysim.scenario.registry import format_range, format_value, is_numeric, parameter_registry, suggest
from loyaltysim.scenario.strategies import Change, Strategy

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

OVER = "--over"
EXAMPLE = f"write {OVER} stated.acquisition_cost=300:900:7"
HALF, THREE_TIMES = 0.5, 3.0
"""How far around today's value one looks where nobody says from where to where."""


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
    def is_lever(self) -> bool:
        """Whether it is management's choice, and no fact of the world."""
        return parameter_registry()[self.path].role == "lever"

    @property
    def geometric(self) -> bool:
        """Whether its points are spread by ratio: where the range is wide and above zero."""
        return self.low > 0.0 and self.high / self.low >= 3.0

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        return parameter_registry()[self.path].type == "int"

    @property
    def count(self) -> int:
        """How many points its grid has, at most."""
        return min(self.steps, int(self.high - self.low) + 1) if self.whole else self.steps

    def points(self, count: int = 0) -> list[float]:
        """Give the points of its grid, lowest first; whole numbers where the value is one."""
        import numpy as np

        if self.whole and (count or self.steps) > self.high - self.low:
            return [float(value) for value in range(int(self.low), int(self.high) + 1)]
        spread = np.geomspace if self.geometric else np.linspace
        values = [float(value) for value in spread(self.low, self.high, count or self.steps)]
        values[0], values[-1] = self.low, self.high
        return list(dict.fromkeys(self.fitted(value) for value in values))

    def at(self, share: float) -> float:
        """Give the value that lies at this share (0 to 1) of the way from low to high, by distance."""
        return self.fitted(self.low + share * (self.high - self.low))

    def fitted(self, value: float) -> float:
        """Give a value as the scenario can hold it: rounded where it must be whole."""
        return float(round(value)) if self.whole else float(value)


def read_factor(text: str, spec: Scenario, where: str = OVER, steps: int = 5) -> Factor:
    """Read `PATH=LOW:HIGH:STEPS`, `PATH=LOW:HIGH` or `PATH` alone (its range in `uncertain`, or around today's value).

    Raises InputError for what cannot be varied, and for a range that is none or lies outside what is allowed.
    """
    path, sign, raw = (part.strip() for part in text.partition("="))
    check_variable(path, spec, where)
    if not sign:
        low, high = default_range(path, spec, where)
        return Factor(path, low, high, steps)
    numbers = _numbers(path, raw, where)
    if len(numbers) == 3 and (numbers[2] < 2 or numbers[2] != int(numbers[2])):
        _refuse(f"{format_value(numbers[2])} steps make no range", path, where, "write 2 or more: both ends are steps")
    axis = Factor(path, numbers[0], numbers[1], int(numbers[2]) if len(numbers) == 3 else steps)
    check_range(axis, where)
    return axis


def check_variable(path: str, spec: Scenario, where: str) -> None:
    """Raise InputError where there is no such path, or where it cannot be varied by itself."""
    if path not in parameter_registry():
        cure = suggest(
            path, [known for known, row in parameter_registry().items() if _varies(known) and row.role != "solved"]
        )
        _refuse("there is no such parameter or lever", path, where, cure)
    row = parameter_registry()[path]
    if row.role == "solved" and spec.calibration == "on":
        _refuse("is solved from what is stated", path, where, "vary what is stated instead, as stated.churn_annual")
    if path.startswith(SHARES):
        _refuse(
            "is one of several shares that add to 1, so it cannot vary alone", path, where, "compare scenarios instead"
        )
    if not _varies(path):
        _refuse("cannot be varied: it is no number of the world or of management", path, where, EXAMPLE)


def _varies(path: str) -> bool:
    row = parameter_registry()[path]
    return is_numeric(path) and row.source != "choice of the study" and not path.startswith(SHARES)


def default_range(path: str, spec: Scenario, where: str) -> tuple[float, float]:
    """Give the range of `uncertain`, or half to three times today's value, within what is allowed."""
    if path in spec.uncertain:
        return spec.uncertain[path].low, spec.uncertain[path].high
    today, row = float(spec.flat()[path]), parameter_registry()[path]
    if today == 0.0:
        _refuse("is 0 today, so there is no telling how far to go", path, where, f"write {where} {path}=LOW:HIGH")
    ends = sorted((HALF * today, THREE_TIMES * today))
    low = max(ends[0], row.low) if row.low is not None else ends[0]
    high = min(ends[1], row.high) if row.high is not None else ends[1]
    return low, high


def _numbers(path: str, raw: str, where: str) -> list[float]:
    parts = [part.strip().replace("_", "") for part in raw.split(":")]
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not all(isfinite(number) for number in numbers):
        _refuse(
            f"{format_value(raw)} is no range", path, where, f"write {where} {path}=LOW:HIGH or {path}=LOW:HIGH:STEPS"
        )
    return numbers


def check_range(axis: Factor, where: str) -> None:
    """Raise InputError where low is not below high, or an end is not allowed."""
    row = parameter_registry()[axis.path]
    if not axis.low < axis.high:
        swapped = f"write {where} {axis.path}={axis.high:.15g}:{axis.low:.15g}"
        cure = swapped if axis.high < axis.low else "write two ends that differ, the lower first"
        _refuse(f"low {format_value(axis.low)} is not below high {format_value(axis.high)}", axis.path, where, cure)
    for end in (axis.low, axis.high):
        check_value(axis.path, end, where)
    if row.type == "int" and (axis.low != int(axis.low) or axis.high != int(axis.high)):
        _refuse("takes whole numbers only", axis.path, where, "write whole numbers for low and high")


def check_value(path: str, value: float, where: str) -> None:
    """Raise InputError where a value is outside what is allowed."""
    row = parameter_registry()[path]
    if (row.low is not None and value < row.low) or (row.high is not None and value > row.high):
        _refuse(
            f"{format_value(value)} is not allowed ({row.unit}: {row.doc})",
            path,
            where,
            f"allowed is {format_range(row)}",
        )


def _refuse(what: str, path: str, where: str, cure: str) -> None:
    raise InputError(Problem(what, path, where, cure))


def check_unique(axes: Sequence[Factor], where: str = OVER) -> None:
    """Raise InputError where a path is varied twice."""
    paths = [axis.path for axis in axes]
    for path in paths:
        if paths.count(path) > 1:
            _refuse("is named twice", path, where, "name each path once")


def apply_point(spec: Scenario, values: Mapping[str, float]) -> Scenario:
    """Give the scenario with other values at some paths.

    A fact of the world is replaced, so that the base rates are solved anew. A lever is set by every strategy from month
    1 on, before the strategy's own changes: today's market, and what was solved from it, stay as they are. Raises
    InputError where the values do not fit together.
    """
    facts = {path: _typed(path, value) for path, value in values.items() if parameter_registry()[path].role != "lever"}
    levers = {path: value for path, value in values.items() if parameter_registry()[path].role == "lever"}
    changed = spec.replace(facts, source="varied") if facts else spec
    if not levers:
        return changed
    first = {path: (Change(verb="value", amount=float(value)),) for path, value in levers.items()}
    strategies = {name: _begun(first, strategy).to_plain() for name, strategy in changed.strategies.items()}
    return changed.replace({"strategies": strategies}, source="varied")


def _typed(path: str, value: float) -> Any:
    return round(value) if parameter_registry()[path].type == "int" else float(value)


def _begun(first: Mapping[str, tuple[Change, ...]], strategy: Strategy) -> Strategy:
    changes = {path: (*steps, *strategy.changes.get(path, ())) for path, steps in first.items()}
    return strategy.model_copy(update={"changes": {**strategy.changes, **changes}})
