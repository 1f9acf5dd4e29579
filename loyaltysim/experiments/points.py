"""Points of a design, simulated on common luck: each a set of values, with every strategy's figures or the reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError
from loyaltysim.execution.evaluator import Evaluator, Request
from loyaltysim.experiments.axes import varied
from loyaltysim.scenario.registry import parameter_registry

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario

MOST_TOGETHER = 24
"""Strategies in one question, so that a task stays about a second long and several workers have one."""
APART = " @ "


@dataclass(frozen=True, eq=False)
class Point:
    """One point of a design: its values by path, and `figures[strategy][metric]`, float64, (n,); or what went wrong."""

    number: int
    values: Mapping[str, float]
    figures: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    error: str = ""

    def of(self, metric: str) -> dict[str, np.ndarray]:
        """Give one figure of every strategy: float64, (n,) each."""
        return {name: figures[metric] for name, figures in self.figures.items()}


def simulated(
    lab: Evaluator,
    spec: Scenario,
    designs: Sequence[Mapping[str, float]],
    strategies: Sequence[str],
    replications: Sequence[int],
) -> Iterator[Point]:
    """Simulate strategies at each point of a design, and give the points as they are done, in whatever order.

    `spec` is solved. Points that differ by levers only share one world, solved once and born once a replication. A point
    whose values do not fit together, or whose world cannot be as it is stated, is given with its error.
    """
    refused: list[Point] = []
    for answer in lab.answers(_asks(spec, designs, strategies, tuple(replications), refused)):
        yield from _taken_apart(answer, designs, strategies)
        yield from refused
        refused.clear()
    yield from refused


def _asks(
    spec: Scenario,
    designs: Sequence[Mapping[str, float]],
    strategies: Sequence[str],
    replications: tuple[int, ...],
    refused: list[Point],
) -> Iterator[Request]:
    for numbers in _worlds(designs, max(1, MOST_TOGETHER // len(strategies))):
        together: dict[str, Any] = {}
        for number in numbers:
            try:
                changed = varied(spec, designs[number])
            except InputError as error:
                refused.append(Point(number, designs[number], error=_brief(error)))
                continue
            base = changed
            together |= {f"{name}{APART}{number}": changed.strategies[name] for name in strategies}
        if together:
            asked = base.model_copy(update={"strategies": together})
            yield Request(asked, tuple(together), replications)


def _worlds(designs: Sequence[Mapping[str, float]], most: int) -> Iterable[list[int]]:
    """Group the points' numbers by the facts of their world, in order, at most so many together."""
    groups: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for number, values in enumerate(designs):
        facts = tuple((path, value) for path, value in values.items() if parameter_registry()[path].role != "lever")
        groups.setdefault(facts, []).append(number)
    for numbers in groups.values():
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))


def _taken_apart(answer: Any, designs: Sequence[Mapping[str, float]], strategies: Sequence[str]) -> Iterator[Point]:
    numbers = dict.fromkeys(int(name.rpartition(APART)[2]) for name in answer.ask.strategies)
    for number in numbers:
        figures = {} if answer.error else {name: answer.figures[f"{name}{APART}{number}"] for name in strategies}
        yield Point(number, designs[number], figures, _first_line(answer.error))


def _brief(error: InputError) -> str:
    return _first_line(str(error))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
