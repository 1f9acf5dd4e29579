"""The picture of docs/performance.md: what a person-month costs against the number of people, both on log scales."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.months import name_of
from benchmarks.speed_settings import SMALL_WORLD, UNIFORM
from loyaltysim.reporting.charts.style import COLOURS, FAINT, INK, look, png, titled

WIDTH, BODY = 8.0, 5.2
CONTESTANTS = (
    ("core", "twin", "textbook Mesa, core", COLOURS[2], "o"),
    ("core", "numpy", "good NumPy, core", COLOURS[3], "s"),
    ("core", "engine", "engine, core", COLOURS[1], "D"),
    ("whole", "engine", "engine, whole model", COLOURS[0], "^"),
)
STYLES: dict[str, dict[str, Any]] = {
    UNIFORM: {"linestyle": "-"},
    SMALL_WORLD: {"linestyle": (0, (4, 2)), "markerfacecolor": "white"},
}
SIZES = {10_000: "10 thousand", 100_000: "100 thousand", 1_000_000: "1 million", 10_000_000: "10 million"}


def draw(record: Mapping[str, Any]) -> bytes:
    """Draw a record as PNG: a colour and a mark a contestant, a line style a network, bars from least to greatest."""
    with look():
        return png(_picture(record))


def _picture(record: Mapping[str, Any]) -> Any:
    figures = record["figures"]
    title = "What one person costs a month"
    subtitle = (
        f"Processor time of one thread: medians of {record['repeats']} measurements, bars from the least to the greatest. "
        "In the core half of the people are customers, in the whole model a fifth."
    )
    picture, top = titled(WIDTH, BODY, title, subtitle)
    height = BODY + top
    axes = picture.add_axes((0.95 / WIDTH, 0.6 / height, (WIDTH - 2.9) / WIDTH, (BODY - 0.75) / height))
    axes.set_xscale("log")
    axes.set_yscale("log")
    for model, player, label, colour, mark in CONTESTANTS:
        for network, kind in STYLES.items():
            points = _points(figures, model, network, player)
            _line(axes, points, colour, mark, kind)
            if network == UNIFORM and points:
                _label(axes, label, points[-1], colour)
    floor = 2 * figures["memory.columns.none.big"]["median"] / figures["triad.before"]["median"]
    axes.axhline(floor, color=FAINT, linewidth=1, linestyle=(0, (1, 2)))
    axes.text(
        8_500,
        floor * 0.93,
        "all columns read and written once,\nat the memory's pace",
        fontsize=8,
        color="#555555",
        va="top",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )
    _scales(axes, floor)
    _key(axes)
    return picture


def _points(figures: Mapping[str, Any], model: str, network: str, player: str) -> list[tuple[int, float, float, float]]:
    found = {people: figures.get(name_of(model, network, player, people)) for people in SIZES}
    return [(people, each["median"], each["min"], each["max"]) for people, each in found.items() if each]


def _line(
    axes: Any, points: list[tuple[int, float, float, float]], colour: str, mark: str, kind: dict[str, Any]
) -> None:
    x, median, least, most = zip(*points, strict=True)
    away = [
        [m - low for m, low in zip(median, least, strict=True)],
        [high - m for m, high in zip(median, most, strict=True)],
    ]
    axes.errorbar(
        x,
        median,
        yerr=away,
        color=colour,
        marker=mark,
        markersize=5.5,
        linewidth=1.6,
        elinewidth=1,
        capsize=2.5,
        **kind,
    )


def _label(axes: Any, label: str, point: tuple[int, float, float, float], colour: str) -> None:
    x, y, *_ = point
    axes.annotate(
        label,
        (x, y),
        xytext=(9, 0),
        textcoords="offset points",
        color=colour,
        fontsize=9.5,
        va="center",
        annotation_clip=False,
    )


def _scales(axes: Any, floor: float) -> None:
    axes.set_xlim(8_000, 13_000_000)
    axes.set_ylim(floor / 2, 40_000)
    axes.set_xticks(list(SIZES), SIZES.values())
    axes.set_yticks([10, 100, 1_000, 10_000], ["10 ns", "100 ns", "1 µs", "10 µs"])
    axes.minorticks_off()
    axes.set_xlabel("people in the market")
    axes.set_ylabel("processor time per person-month")
    axes.grid(axis="y", color=FAINT, alpha=0.25, linewidth=0.6)


def _key(axes: Any) -> None:
    """Say what the two line styles are, apart from any contestant."""
    lines = [
        axes.plot([], [], color=INK, marker="o", markersize=5.5, linewidth=1.6, **STYLES[kind])[0] for kind in STYLES
    ]
    axes.legend(
        lines,
        ["uniform mixing", "small world, 12 ties each"],
        frameon=False,
        fontsize=8.5,
        loc="center right",
        bbox_to_anchor=(1.0, 0.72),
    )
