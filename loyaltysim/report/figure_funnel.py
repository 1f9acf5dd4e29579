"""What becomes of a problem: is it voiced or kept silent, how does it end, and does the customer stay?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.core.codes import OUTCOMES, SEVERITIES
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.report.drawing import ACCENT, BAD, INK, MUTED, Picture, axes_in, look, spread, titled
from loyaltysim.report.text.names import name_heading
from loyaltysim.report.text.numbers import format_fixed, format_horizon
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, BODY, SIZE = 9.0, 4.3, 9.0
NAMES = {
    "silent": "never heard of",
    "ignored": "ignored",
    "logged": "logged, not solved",
    "resolved": "resolved",
    "resolved_fast": "resolved fast",
}
GAP, NODE, LINE = 0.16, 0.13, 0.32
"""Inches between nodes, a node's width, and the least room of a label of two lines."""
COLUMNS = (0.15, 2.25, 5.25, 7.45)
"""Left edges of the four columns, in inches."""


@dataclass(frozen=True)
class Ways:
    """How many problems ended how, and how many of these customers stayed: means over replications."""

    ended: dict[str, float]
    stayed: dict[str, float]

    @property
    def all(self) -> float:
        """All problems that came to a decision."""
        return sum(self.ended.values())

    @property
    def kept(self) -> float:
        """Customers who stayed over their problem."""
        return sum(self.stayed.values())


def counted(results: Results, strategy: str, kind: str, outcomes: Sequence[str]) -> np.ndarray:
    """Count a strategy's problems of some outcomes, large and small, that were `decided` or over which they `stayed`: (n,)."""
    import numpy as np

    figures = results.figures[strategy]
    return np.sum([figures[f"{kind}_{each}_{outcome}"] for each in SEVERITIES for outcome in outcomes], axis=0)


def ways(results: Results, strategy: str) -> Ways:
    """Give the means of a strategy's ways over replications."""
    ended, stayed = (
        {outcome: interval(counted(results, strategy, kind, [outcome])).mean for outcome in OUTCOMES}
        for kind in ("decided", "stayed")
    )
    return Ways(ended, stayed)


def shown_in_funnel(results: Results) -> list[str]:
    """Name the two strategies worth seeing side by side: the first, and the best other one by net present value."""
    others = sorted(results.strategies[1:], key=lambda name: -interval(results.figures[name]["npv"]).mean)
    return [results.reference, *others[:1]]


def funnel(results: Results, strategy: str | None = None) -> Figure:
    """Draw the way of problems worth leaving over, for one strategy (the first); raises InputError for an unknown one."""
    chosen = results.reference if strategy is None else strategy
    if chosen not in results.strategies:
        raise InputError(
            Problem(f"there is no strategy {chosen!r}", cure=f"there are: {', '.join(results.strategies)}")
        )
    with look():
        return _funnel(results, chosen)


@dataclass
class Node:
    """One block of the diagram, in inches; `out` and `into` say how much of its edges is taken."""

    label: str
    size: float
    x: float
    low: float
    tall: float
    colour: str
    out: float = 0.0
    into: float = 0.0


def _funnel(results: Results, strategy: str) -> Picture:
    found = ways(results, strategy)
    picture, top = titled(WIDTH, BODY, _title(results, strategy, found), _subtitle(results, strategy))
    box = (0.0, 0.1, WIDTH, picture.get_size_inches()[1] - top - 0.1)
    axes = axes_in(picture, box)
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, box[3])
    axes.set_axis_off()
    if found.all <= 0:
        axes.text(0.15, box[3] / 2, "Nobody had a problem worth leaving over.", fontsize=SIZE)
        return picture
    _draw(axes, found, box[3] - 0.35)
    for x, text in zip(COLUMNS, ("had a problem", "said", "outcome", "customer"), strict=True):
        axes.text(x, box[3] - 0.12, text, fontsize=SIZE, color="#777777", va="top")
    return picture


def _draw(axes: Axes, found: Ways, room: float) -> None:
    scale = (room - 4 * GAP - 0.5) / found.all
    silent, voiced = found.ended["silent"], found.all - found.ended["silent"]
    (whole,) = _stacked(0, [("problems", found.all, INK)], scale, room)
    said = _stacked(1, [("silent", silent, BAD), ("voiced", voiced, ACCENT)], scale, room)
    ended = _stacked(
        2, [(NAMES[each], found.ended[each], BAD if each == "silent" else ACCENT) for each in OUTCOMES], scale, room
    )
    left, stayed = _stacked(3, [("left", found.all - found.kept, BAD), ("stayed", found.kept, ACCENT)], scale, room)
    for node in said:
        _ribbon(axes, whole, node, node.size * scale, MUTED)
    for node, outcome in zip(ended, OUTCOMES, strict=True):
        _ribbon(axes, said[outcome != "silent"], node, node.size * scale, MUTED)
        _ribbon(axes, node, left, (found.ended[outcome] - found.stayed[outcome]) * scale, BAD)
        _ribbon(axes, node, stayed, found.stayed[outcome] * scale, ACCENT)
    for nodes in ([whole], said, ended, [left, stayed]):
        _show(axes, nodes, room, found.all, left_of=nodes is ended)


def _stacked(column: int, parts: list[tuple[str, float, str]], scale: float, room: float) -> list[Node]:
    """Stack a column's blocks from the top; thin ones stand so far apart that each has room for its label."""
    high, nodes = room, []
    for label, size, colour in parts:
        tall = size * scale
        nodes.append(Node(label, size, COLUMNS[column], high - tall, tall, colour))
        high -= tall + (max(GAP, LINE + 0.03 - tall) if column == 2 else GAP)
    return nodes


def _show(axes: Axes, nodes: list[Node], room: float, whole: float, left_of: bool) -> None:
    """Draw a column's blocks, and label them without overlap on their right, or on their left."""
    middles = [node.low + node.tall / 2 for node in nodes]
    for node, y in zip(nodes, spread(middles, [LINE] * len(nodes), -0.1, room + 0.05), strict=True):
        axes.fill_between(
            [node.x, node.x + NODE], node.low, node.low + max(node.tall, 0.012), color=node.colour, lw=0, zorder=3
        )
        part = (
            format_fixed(node.size) if len(nodes) == 1 else f"{format_fixed(node.size)} ({_percent(node.size / whole)})"
        )
        axes.text(
            node.x - 0.07 if left_of else node.x + NODE + 0.07, y, f"{node.label}\n{part}", fontsize=SIZE, va="center",
            ha="right" if left_of else "left", linespacing=1.15, zorder=4,
            fontweight="bold" if node.x in (COLUMNS[0], COLUMNS[3]) else "normal",
        )  # fmt: skip


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %" if part >= 0.0995 or part == 0 else f"{100 * part:.1f} %"


def _ribbon(axes: Axes, one: Node, other: Node, tall: float, colour: str) -> None:
    """Draw a band, so many inches tall, from one block's right edge to another's left edge, each used from the top down."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if tall <= 0:
        return
    x0, x1 = one.x + NODE, other.x
    y0, y1 = one.low + one.tall - one.out, other.low + other.tall - other.into
    one.out, other.into = one.out + tall, other.into + tall
    middle = (x0 + x1) / 2
    points = [
        (x0, y0), (middle, y0), (middle, y1), (x1, y1), (x1, y1 - tall), (middle, y1 - tall), (middle, y0 - tall),
        (x0, y0 - tall), (x0, y0),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.28, linewidth=0, zorder=2))


def _title(results: Results, strategy: str, found: Ways) -> str:
    whose = name_heading(strategy, results.strategies)
    if found.all <= 0:
        return f"{whose}: nobody had a problem worth leaving over"
    silent, kept = found.ended["silent"] / found.all, found.kept / found.all
    return f"{whose}: {_percent(silent)} of problems are never told, and {_percent(kept)} of those who had one stay"


def _subtitle(results: Results, strategy: str) -> str:
    n = results.replications
    mean = "One replication" if n == 1 else f"Means of {n} replications"
    return f"{mean} over {format_horizon(results.months)}: problems worth leaving over that came to a decision, and what became of them"
