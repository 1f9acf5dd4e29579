"""The picture of convergence: spread against people, the fitted line and the slope of -1/2 apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from loyaltysim.reporting.charts.style import COLOURS, FAINT, Picture, look, png, titled
from tests.evidence.convergence import BURN_IN, MONTHS, Line

PERCENT = 100


def picture(spreads: Mapping[int, tuple[float, float]], line: Line) -> bytes:
    """Draw the spreads with the fit; below, what is left of them beside a slope of exactly -1/2; a PNG."""
    with look():
        return png(_drawn(spreads, line))


def _drawn(spreads: Mapping[int, tuple[float, float]], line: Line) -> Picture:
    people = np.array(list(spreads), np.float64)
    deviations, errors = np.array(list(spreads.values())).T
    title = f"Ten times the people, a third of the noise: slope {line.slope:.3f} ± {line.error:.3f}"
    subtitle = (
        f"Spread of the customers' share between replications, {MONTHS} months after a burn-in of {BURN_IN}; "
        "bars and band: one standard error"
    )
    figure, _ = titled(6.6, 5.6, title, subtitle)
    height = figure.get_size_inches()[1]
    upper = figure.add_axes((0.14, 2.45 / height, 0.82, 2.95 / height))
    lower = figure.add_axes((0.14, 0.6 / height, 0.82, 1.6 / height), sharex=upper)
    along = np.geomspace(people[0] / 1.4, people[-1] * 1.4, 60)
    half = half_slope(spreads)
    upper.loglog(along, PERCENT * half / np.sqrt(along), color=COLOURS[2], linewidth=4, alpha=0.45, label="slope -1/2")
    upper.loglog(along, PERCENT * _line(line, along), color=COLOURS[0], linewidth=1.2, label="fitted line")
    upper.errorbar(people, PERCENT * deviations, PERCENT * errors, **_points("measured"))
    upper.set_ylabel("standard deviation of the\ncustomers' share (% of people)")
    upper.tick_params(labelbottom=False)
    upper.legend(frameon=False, loc="upper right")

    flat = half / np.sqrt(people)
    ratio = _line(line, along) * np.sqrt(along) / half
    lower.axhline(1, color=COLOURS[2], linewidth=4, alpha=0.45)
    off = line.error * np.abs(np.log(along) - _centre(spreads))
    lower.fill_between(along, ratio * np.exp(-off), ratio * np.exp(off), color=FAINT, alpha=0.25, linewidth=0)
    lower.plot(along, ratio, color=COLOURS[0], linewidth=1.2)
    lower.errorbar(people, deviations / flat, errors / flat, **_points(None))
    lower.set_xlabel("people in the market (persons)")
    lower.set_ylabel("ratio to slope -1/2\n(no unit)")
    return figure


def half_slope(spreads: Mapping[int, tuple[float, float]]) -> float:
    """Give the spread at one person of the best line with a slope of exactly -1/2."""
    people = np.array(list(spreads), np.float64)
    return float(
        np.exp(np.average(np.log([d for d, _ in spreads.values()]) + np.log(people) / 2, weights=_weights(spreads)))
    )


def _weights(spreads: Mapping[int, tuple[float, float]]) -> np.ndarray:
    return np.array([(deviation / error) ** 2 for deviation, error in spreads.values()])


def _centre(spreads: Mapping[int, tuple[float, float]]) -> float:
    return float(np.average(np.log(np.array(list(spreads), np.float64)), weights=_weights(spreads)))


def _line(line: Line, people: np.ndarray) -> np.ndarray:
    return line.at_one * people**line.slope


def _points(label: str | None) -> dict[str, Any]:
    return {
        "fmt": "o",
        "color": COLOURS[1],
        "markersize": 5,
        "capsize": 3,
        "linewidth": 1.4,
        "label": label,
        "zorder": 3,
    }
