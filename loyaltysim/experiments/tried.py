"""The points of a study of what is uncertain: simulated as they come, kept in the order in which they were planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loyaltysim.experiments.decision import NPV, Inquiry, frame
from loyaltysim.experiments.points import Point, simulated
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from loyaltysim.experiments.axes import Axis

POINT = ("strategy", "npv", "gain", "replications", "error")


def mean_gain(points: Sequence[Point], name: str) -> np.ndarray:
    """Give a strategy's mean gain on the first at each point: float64, (m,)."""
    import numpy as np

    first = next(iter(points[0].figures))
    return np.array([float((point.of(NPV)[name] - point.of(NPV)[first]).mean()) for point in points])


class Tried:
    """The points of a study as they come, in the order in which they were planned."""

    def __init__(self, inquiry: Inquiry, axes: Sequence[Axis]) -> None:
        self._inquiry, self._spec, self._axes = inquiry, inquiry.spec, axes
        self._points: dict[int, Point] = {}
        self.pair = ("", "")

    def today(self) -> dict[str, float]:
        """Simulate today's values; gives each strategy's gain there, and settles which difference decides."""
        luck = range(self._spec.replications)
        point = next(iter(simulated(self._inquiry.lab, self._spec, [{}], tuple(self._spec.strategies), luck)))
        worth = point.of(NPV)
        best, second = rank_by_mean(worth)[:2]
        self.pair = best, second
        return {name: float(mean_gain([point], name)[0]) for name in worth}

    def all_of(self, planned: Sequence[Mapping[str, float]]) -> None:
        """Simulate what is planned, streaming the points."""
        luck = range(self._spec.replications)
        for point in simulated(self._inquiry.lab, self._spec, planned, tuple(self._spec.strategies), luck):
            self._points[point.number] = point
            self._inquiry.stream("points", self._columns(), list(self._rows()))

    def known(self) -> list[Point]:
        """Give the points that could be simulated, in order."""
        return [self._points[number] for number in sorted(self._points) if not self._points[number].error]

    def deciding(self, planned: Sequence[Mapping[str, float]]) -> np.ndarray:
        """Give the deciding difference at the first points planned: float64, (m,), NaN where there is none."""
        import numpy as np

        one, other = self.pair
        points = (self._points[number] for number in range(len(planned)))
        return np.array([np.nan if p.error else float((p.of(NPV)[one] - p.of(NPV)[other]).mean()) for p in points])

    def table(self) -> pd.DataFrame:
        """Give the points' table."""
        return frame(self._rows(), self._columns())

    def why_not(self) -> str:
        """Give the error of the first point that could not be simulated."""
        return next((point.error for point in self._points.values() if point.error), "too few points")

    def lost(self) -> str:
        """Say how many points are of no possible market; empty where all are."""
        gone = sum(bool(point.error) for point in self._points.values())
        return f"{gone} of {len(self._points)} points are of no possible market: {self.why_not()}." if gone else ""

    def _columns(self) -> tuple[str, ...]:
        return ("point", *(axis.path for axis in self._axes), *POINT)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        empty = float("nan")
        for number in sorted(self._points):
            point = self._points[number]
            head = (number + 1, *(point.values[axis.path] for axis in self._axes))
            if point.error:
                yield (*head, "", empty, empty, 0, point.error)
            for name, worth in point.of(NPV).items() if not point.error else ():
                yield (*head, name, float(worth.mean()), float(mean_gain([point], name)[0]), len(worth), "")
