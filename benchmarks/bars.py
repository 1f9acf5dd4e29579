"""The bars: what each figure must reach, declared once, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple


class Bar(NamedTuple):
    """What a figure's median must reach: at least, or at most, so much; `stretch` is what would be better still."""

    figure: str
    direction: Literal["at least", "at most"]
    bar: float
    stretch: float | None = None

    def met(self, value: float) -> bool:
        """Tell whether a value reaches the bar."""
        return _reaches(value, self.direction, self.bar)

    def verdict(self, value: float) -> str:
        """Say in a word how a value stands to the bar."""
        if not self.met(value):
            return "missed"
        return "stretch met" if self.stretch is not None and _reaches(value, self.direction, self.stretch) else "met"


def _reaches(value: float, direction: str, bar: float) -> bool:
    return value >= bar if direction == "at least" else value <= bar


BARS = (
    Bar("faster_than_twin.none", "at least", 150, 250),
    Bar("faster_than_numpy.none", "at least", 4, 8),
    Bar("whole_month", "at most", 60, 40),
    Bar("horizon", "at most", 4, 2),
    Bar("huge_against_big", "at most", 1.3),
    Bar("growth", "at most", 1.5),
    Bar("replications_faster", "at least", 150, 215),
    Bar("two_threads", "at least", 1.3, 1.7),
    Bar("two_threads_equal_bits", "at least", 1),
    Bar("memory.columns.none.big", "at most", 96),
    Bar("memory.world.small_world.big", "at most", 160),
    Bar("network.seconds", "at most", 1),
    Bar("network.peak", "at most", 200),
    Bar("start.help", "at most", 0.25),
    Bar("start.cold", "at most", 15),
    Bar("start.warm", "at most", 4),
)


def judged(figures: Mapping[str, Mapping[str, Any]], bars: Sequence[Bar] = BARS) -> list[tuple[Bar, str]]:
    """Return each bar whose figure was measured, with its verdict."""
    return [(bar, bar.verdict(figures[bar.figure]["median"])) for bar in bars if bar.figure in figures]


def missed(figures: Mapping[str, Mapping[str, Any]], bars: Sequence[Bar] = BARS) -> list[str]:
    """Name the figures that miss their bar."""
    return [bar.figure for bar, verdict in judged(figures, bars) if verdict == "missed"]
