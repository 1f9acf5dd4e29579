"""The points of a design, simulated on common random numbers: every strategy's figures at each, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loyaltysim.core.errors import InputError
from loyaltysim.execution.evaluator import Evaluator, Request, Response
from loyaltysim.experiments.factors import apply_point
from loyaltysim.scenario.registry import parameter_registry

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario
    from loyaltysim.scenario.strategies import Strategy

BATCH_SIZE = 24
"""Strategies in one request, so that a task stays about a second long and several workers have one."""
SEPARATOR = " @ "
"""Stands between a strategy's name and the number of its point where points share a request."""


@dataclass(frozen=True, eq=False)
class Point:
    """One point of a design: its values by path, and `figures[strategy][metric]`, float64, (n,); or what went wrong."""

    number: int
    values: Mapping[str, float]
    figures: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    error: str = ""

    def of(self, metric: str) -> dict[str, np.ndarray]:
        """Return one figure of every strategy: float64, (n,) each."""
        return {name: figures[metric] for name, figures in self.figures.items()}


def evaluate_points(
    evaluator: Evaluator,
    scenario: Scenario,
    design: Sequence[Mapping[str, float]],
    strategies: Sequence[str],
    replications: Sequence[int],
) -> Iterator[Point]:
    """Simulate strategies at each point of a design.

    Points that differ by levers only share one world, solved once and born once a replication.

    Args:
        evaluator: Open.
        scenario: Solved.
        design: The points' values by path; an empty one is the scenario as it is.
        strategies: Which of the scenario's.
        replications: Their numbers, the same at each point.

    Yields:
        The points as they are done, in whatever order. One whose values do not fit together, or whose world cannot be as
        it is stated, has an error and no figures.
    """
    refused: list[Point] = []
    requests = make_requests(scenario, design, strategies, tuple(replications), refused)
    for response in evaluator.evaluate(requests):
        yield from split_response(response, design, strategies)
        yield from refused
        refused.clear()
    yield from refused


def make_requests(
    scenario: Scenario,
    design: Sequence[Mapping[str, float]],
    strategies: Sequence[str],
    replications: tuple[int, ...],
    refused: list[Point],
) -> Iterator[Request]:
    """Make requests of points that share a world; a point whose values do not fit together goes to `refused`."""
    for numbers in group_by_world(design, max(1, BATCH_SIZE // len(strategies))):
        together: dict[str, Strategy] = {}
        for number in numbers:
            try:
                changed = apply_point(scenario, design[number])
            except InputError as error:
                refused.append(Point(number, design[number], error=first_line(str(error))))
                continue
            base = changed
            together |= {f"{name}{SEPARATOR}{number}": changed.strategies[name] for name in strategies}
        if together:
            yield Request(base.model_copy(update={"strategies": together}), tuple(together), replications)


def group_by_world(design: Sequence[Mapping[str, float]], most: int) -> Iterator[list[int]]:
    """Group the points' numbers by the facts of their world, in order, at most so many together."""
    groups: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for number, values in enumerate(design):
        facts = tuple((path, value) for path, value in values.items() if parameter_registry()[path].role != "lever")
        groups.setdefault(facts, []).append(number)
    for numbers in groups.values():
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))


def split_response(
    response: Response, design: Sequence[Mapping[str, float]], strategies: Sequence[str]
) -> Iterator[Point]:
    """Split what a request gave into its points."""
    numbers = dict.fromkeys(int(name.rpartition(SEPARATOR)[2]) for name in response.request.strategies)
    for number in numbers:
        figures = (
            {} if response.error else {name: response.figures[f"{name}{SEPARATOR}{number}"] for name in strategies}
        )
        yield Point(number, design[number], figures, first_line(response.error))


def first_line(text: str) -> str:
    """Return the first line of an error, as a table's cell holds it."""
    return text.partition("\n")[0]
