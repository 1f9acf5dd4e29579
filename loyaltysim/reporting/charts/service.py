"""Service: what becomes of a problem, and which touchpoints are urgent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from loyaltysim.analysis import summary
from loyaltysim.core.codes import OUTCOMES, SEVERITIES
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.charts import chart, style
from loyaltysim.reporting.charts.style import Picture
from loyaltysim.reporting.text.formats import describe_means, format_horizon, name_heading
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BODY = 4.3
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
    """Count problems of some outcomes, large and small, that were `decided` or over which they `stayed`: (n,)."""
    figures = results.figures[strategy]
    return np.sum([figures[f"{kind}_{each}_{outcome}"] for each in SEVERITIES for outcome in outcomes], axis=0)


def ways(results: Results, strategy: str) -> Ways:
    """Return the means of a strategy's ways over replications."""
    ended, stayed = (
        {outcome: interval(counted(results, strategy, kind, [outcome])).mean for outcome in OUTCOMES}
        for kind in ("decided", "stayed")
    )
    return Ways(ended, stayed)


def shown_in_funnel(results: Results) -> list[str]:
    """Name the two strategies worth seeing side by side: the first, and the best other one by net present value."""
    others = sorted(results.strategies[1:], key=lambda name: -interval(results.figures[name]["npv"]).mean)
    return [results.reference, *others[:1]]


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


def chosen(results: Results, strategy: str | None) -> str:
    """Return the strategy to draw, the first one by default; raises InputError for an unknown one."""
    if strategy is None or strategy in results.strategies:
        return strategy or results.reference
    cure = f"there are: {', '.join(results.strategies)}"
    raise InputError(Problem(f"there is no strategy {strategy!r}", cure=cure))


@chart("What becomes of a problem: is it voiced or kept silent, how does it end, and does the customer stay?")
def funnel(results: Results, strategy: str | None = None) -> Picture:
    """Draw the way of problems worth leaving over, by default for the first strategy."""
    strategy = chosen(results, strategy)
    found = ways(results, strategy)
    title, subtitle = funnel_title(results, strategy, found), funnel_subtitle(results)
    picture, top = style.titled(style.WIDTH, BODY, title, subtitle)
    box = (0.0, 0.1, style.WIDTH, picture.get_size_inches()[1] - top - 0.1)
    axes = style.axes_in(picture, box)
    axes.set_xlim(0, style.WIDTH)
    axes.set_ylim(0, box[3])
    axes.set_axis_off()
    if found.all <= 0:
        axes.text(0.15, box[3] / 2, "Nobody had a problem worth leaving over.", fontsize=style.SIZE)
        return picture
    draw_ways(axes, found, box[3] - 0.35)
    for x, text in zip(COLUMNS, ("had a problem", "said", "outcome", "customer"), strict=True):
        axes.text(x, box[3] - 0.12, text, fontsize=style.SIZE, color="#777777", va="top")
    return picture


def draw_ways(axes: Axes, found: Ways, room: float) -> None:
    """Draw the four columns of blocks, so many inches high, and the ribbons between them."""
    scale = (room - 4 * GAP - 0.5) / found.all
    silent, voiced = found.ended["silent"], found.all - found.ended["silent"]
    (whole,) = stack(0, [("problems", found.all, style.INK)], scale, room)
    said = stack(1, [("silent", silent, style.BAD), ("voiced", voiced, style.ACCENT)], scale, room)
    parts = [(NAMES[each], found.ended[each], style.BAD if each == "silent" else style.ACCENT) for each in OUTCOMES]
    ended = stack(2, parts, scale, room)
    ends = [("left", found.all - found.kept, style.BAD), ("stayed", found.kept, style.ACCENT)]
    left, stayed = stack(3, ends, scale, room)
    for node in said:
        draw_ribbon(axes, whole, node, node.size * scale, style.MUTED)
    for node, outcome in zip(ended, OUTCOMES, strict=True):
        draw_ribbon(axes, said[outcome != "silent"], node, node.size * scale, style.MUTED)
        draw_ribbon(axes, node, left, (found.ended[outcome] - found.stayed[outcome]) * scale, style.BAD)
        draw_ribbon(axes, node, stayed, found.stayed[outcome] * scale, style.ACCENT)
    for nodes in ([whole], said, ended, [left, stayed]):
        draw_nodes(axes, nodes, room, found.all, left_of=nodes is ended)


def stack(column: int, parts: list[tuple[str, float, str]], scale: float, room: float) -> list[Node]:
    """Stack a column's blocks from the top; thin ones stand so far apart that each has room for its label."""
    high, nodes = room, []
    for label, size, colour in parts:
        tall = size * scale
        nodes.append(Node(label, size, COLUMNS[column], high - tall, tall, colour))
        high -= tall + (max(GAP, LINE + 0.03 - tall) if column == 2 else GAP)
    return nodes


def draw_nodes(axes: Axes, nodes: list[Node], room: float, whole: float, left_of: bool) -> None:
    """Draw a column's blocks, and label them without overlap on their right, or on their left."""
    middles = [node.low + node.tall / 2 for node in nodes]
    for node, y in zip(nodes, style.spread(middles, [LINE] * len(nodes), -0.1, room + 0.05), strict=True):
        edges = [node.x, node.x + NODE]
        axes.fill_between(edges, node.low, node.low + max(node.tall, 0.012), color=node.colour, lw=0, zorder=3)
        part = f"{node.label}\n{format_fixed(node.size)}"
        part += f" ({percent(node.size / whole)})" if len(nodes) > 1 else ""
        x, side = (edges[0] - 0.07, "right") if left_of else (edges[1] + 0.07, "left")
        weight = "bold" if node.x in (COLUMNS[0], COLUMNS[3]) else "normal"
        axes.text(x, y, part, fontsize=style.SIZE, va="center", ha=side, linespacing=1.15, zorder=4, fontweight=weight)


def percent(part: float) -> str:
    """Return a share as a percentage, a small one with a decimal."""
    return f"{100 * part:.0f} %" if part >= 0.0995 or part == 0 else f"{100 * part:.1f} %"


def draw_ribbon(axes: Axes, one: Node, other: Node, tall: float, colour: str) -> None:
    """Draw a band, so many inches tall, from one block's right edge to another's left, each used from the top down."""
    if tall <= 0:
        return
    x0, x1 = one.x + NODE, other.x
    y0, y1 = one.low + one.tall - one.out, other.low + other.tall - other.into
    one.out, other.into = one.out + tall, other.into + tall
    middle = (x0 + x1) / 2
    upper = [(x0, y0), (middle, y0), (middle, y1), (x1, y1)]
    points = [*upper, *((x, y - tall) for x, y in reversed(upper)), (x0, y0)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.28, linewidth=0, zorder=2))


def funnel_title(results: Results, strategy: str, found: Ways) -> str:
    """Say how many problems are never told, and how many customers stay."""
    whose = name_heading(strategy, results.strategies)
    if found.all <= 0:
        return f"{whose}: nobody had a problem worth leaving over"
    silent, kept = found.ended["silent"] / found.all, found.kept / found.all
    return f"{whose}: {percent(silent)} of problems are never told, and {percent(kept)} of those who had one stay"


def funnel_subtitle(results: Results) -> str:
    """Say what is counted."""
    mean = describe_means(results.replications)
    return (
        f"{mean} over {format_horizon(results.months)}: problems worth leaving over that came to a decision, and what "
        "became of them"
    )


MOST_LABELS = 12
"""The touchpoints that are mended first bear their names; the rest are in touchpoints.csv."""
LOOKS = {
    "search": ("#56B4E9", "o", "search"),
    "site": ("#009E73", "s", "site"),
    "shopping": ("#D55E00", "D", "shopping"),
    "satisfaction": ("#0072B2", "^", "satisfaction (after the sale)"),
}
CORNERS = {summary.URGENT: (1.0, 0.0), summary.ACTION: (0.0, 0.0), summary.KEEP: (1.0, 1.0), summary.ICING: (0.0, 1.0)}


@chart(
    "Which touchpoints are urgent, which need action, which are to be kept, and which are icing?",
    when=lambda results: results.audits,
)
def touchpoints(results: Results, strategy: str | None = None) -> Picture:
    """Draw importance against performance in four fields, by default for the first strategy."""
    strategy = chosen(results, strategy)
    if not results.audits:
        raise InputError(Problem("no touchpoint was scored", "scorecard", cure="write scorecard: on"))
    audits = results.audits[strategy]
    figures, first, between = summary.compute_mean_figures(audits), audits[0], summary.compute_quadrants(results)
    x, y = 100 * figures["importance"], 100 * figures["performance"]
    order = summary.rank_touchpoints(figures["priority"])
    fields = [between.field(*pair) for pair in zip(figures["importance"], figures["performance"], strict=True)]
    labelled = [row for row in range(len(x)) if order[row] <= MOST_LABELS]
    shown = [row for row in labelled if x[row] > 0]
    names = style.fit_all([f"{order[row]}  {first.names[row]}" for row in shown], 2.6, style.SIZE, 2)
    subtitle = touchpoints_subtitle(results, strategy, len(x), len(labelled))
    body = max(5.6, sum(style.row_height([name], style.SIZE, 0.0) for name in names) + 1.2)
    picture, [axes] = style.subplots(body, touchpoints_title(fields), subtitle)
    for stage, (colour, marker, label) in LOOKS.items():
        rows = [row for row, name in enumerate(first.stages) if name == stage]
        if rows:
            axes.scatter(x[rows], y[rows], s=26, c=colour, marker=marker, label=label, linewidths=0, zorder=3)
    draw_fields(axes, x, y, 100 * between.importance, 100 * between.performance)
    axes.legend(**style.ABOVE, ncols=4)
    axes.set_xlabel("importance (% of encounters; logarithmic)")
    axes.set_ylabel("performance (% of encounters that go well)")
    ends = axes.transAxes.inverted().transform(axes.transData.transform([(x[row], y[row]) for row in shown]))
    style.label_ends(axes, names, [(across, up) for across, up in ends], [style.MUTED] * len(names))
    return picture


def draw_fields(axes: Axes, x: np.ndarray, y: np.ndarray, importance: float, performance: float) -> None:
    """Scale the axes so that all four fields are seen, draw the lines between them, and name the fields."""
    shown = x[x > 0]
    axes.set_xscale("log")
    axes.set_xlim(min(shown.min(), importance) / 1.25, max(shown.max(), importance) * 1.25)
    room = max(float(y.max() - y.min()), 4.0)
    axes.set_ylim(max(min(y.min(), performance) - 0.12 * room, -2), min(max(y.max(), performance) + 0.12 * room, 102))
    low, high = axes.get_xlim()
    ticks = [each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if low <= each <= high]
    axes.set_xticks(ticks, [f"{each:g}" for each in ticks])
    axes.minorticks_off()
    axes.axvline(importance, color=style.FAINT, linewidth=1.0, zorder=1)
    axes.axhline(performance, color=style.FAINT, linewidth=1.0, zorder=1)
    bold: style.Look = {"fontsize": 11, "fontweight": "bold", "color": "#777777", "zorder": 2}
    for name, (across, up) in CORNERS.items():
        side = {"ha": "right" if across else "left", "va": "top" if up else "bottom", "textcoords": "offset points"}
        inwards = (-6 if across else 6, -6 if up else 6)
        axes.annotate(name, (across, up), xycoords="axes fraction", xytext=inwards, **bold | side)


def touchpoints_title(fields: list[str]) -> str:
    """Say how many touchpoints are urgent."""
    count = fields.count(summary.URGENT)
    return (
        f"{count} of {len(fields)} touchpoints {'is' if count == 1 else 'are'} urgent: important, and worse than the "
        "mean"
    )


def touchpoints_subtitle(results: Results, strategy: str, count: int, named_count: int) -> str:
    """Say what is compared, and which of the touchpoints are named."""
    mean = f"means of {results.replications} replications over the horizon"
    which = "" if named_count == count else f"; the {named_count} with the highest priority are named, by rank"
    compared = "" if strategy == results.reference else f"; the level line is that of {results.reference}"
    return f"{name_heading(strategy, results.strategies)}: {mean}{compared}{which}"
