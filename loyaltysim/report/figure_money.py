"""What does each strategy earn against the first, with and without the value after the horizon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loyaltysim.report.drawing import FAINT, INK, Picture, literal, look, titled, width_of, within
from loyaltysim.report.labels import all_wrapped
from loyaltysim.report.text.answer import WITH, WITHOUT, gaps
from loyaltysim.report.text.names import name_heading, quote_name
from loyaltysim.report.text.numbers import Money, format_horizon, money_for
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Comparison, Interval, compare_best, interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, LABEL_SIZE, LINE_HEIGHT = 9.0, 9.0, 9.0 * 1.35 / 72
MoneyRow = tuple[str, Interval, Interval]


def money(results: Results) -> Figure:
    """Draw what each strategy earns against the first, sorted, with and without the value after the horizon."""
    with look():
        return _money(results)


def _money(results: Results) -> Picture:
    rows, kinds = _money_rows(results), _kinds(results)
    scale = money_for(results.currency, *(span for _, *pair in rows for span in pair))
    labels = all_wrapped([name for name, *_ in rows], 30)
    values = [[_value(results, scale, row[kind.which]) for kind in kinds] for row in rows]
    step = max(max(label.count("\n") for label in labels) * LINE_HEIGHT + 0.42, 0.5)
    picture, top = titled(WIDTH, max(2.3, len(rows) * step + 1.2), title_of_money(results), _money_subtitle(results))
    width, height = picture.get_size_inches()
    left = max(width_of(picture, labels, 10) + 0.3, 0.8)
    right = width_of(picture, [text for texts in values for text in texts], LABEL_SIZE) + 0.35
    box = (left, 0.65, width - left - right, height - top - 0.95)
    axes = picture.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    _dots(axes, rows, kinds, scale.divisor)
    for y, texts in enumerate(values):
        for kind, text in zip(kinds, texts, strict=True):
            axes.text(
                1.0 + 0.12 / box[2],
                y + kind.shift * 1.25,
                text,
                transform=axes.get_yaxis_transform(),
                fontsize=LABEL_SIZE,
                va="center",
                color=kind.colour,
            )
    axes.set_yticks(range(len(rows)), labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.grid(axis="x", color="#E6E6E6", linewidth=0.8)
    axes.set_axisbelow(True)
    middle = left + box[2] / 2
    axes.set_xlabel(
        within(picture, _money_axis(results, scale), 2 * min(middle, width - middle) - 0.2, 10, most_lines=2)
    )
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    if len(kinds) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=2,
            frameon=False,
            fontsize=LABEL_SIZE,
            borderaxespad=0.1,
            handletextpad=0.3,
            columnspacing=1.5,
        )
    return picture


@dataclass(frozen=True)
class Kind:
    """One of the two figures drawn a strategy: its place in a row, how far off the middle, and its look."""

    which: Literal[1, 2]
    shift: float
    marker: str
    fill: str
    colour: str
    label: str


def _kinds(results: Results) -> list[Kind]:
    """Give both kinds of worth; one when nothing is reckoned after the horizon."""
    import numpy as np

    if all(np.array_equal(figures[WITH], figures[WITHOUT]) for figures in results.figures.values()):
        return [Kind(1, 0.0, "o", "#0072B2", "#0072B2", "")]
    return [
        Kind(1, -0.12, "o", "#0072B2", "#0072B2", "with the value after the horizon"),
        Kind(2, 0.13, "D", "white", "#B34E00", "without it"),
    ]


def _money_rows(results: Results) -> list[MoneyRow]:
    """Give each strategy with its interval with and without the value after the horizon, the best first."""
    if len(results.strategies) == 1:
        figures = results.figures[results.reference]
        return [(results.reference, interval(figures[WITH]), interval(figures[WITHOUT]))]
    rows = [(name, *gaps(results, name)) for name in results.strategies[1:]]
    return sorted(rows, key=lambda row: -row[1].mean)


def _dots(axes: Axes, rows: list[MoneyRow], kinds: list[Kind], divisor: float) -> None:
    for kind in kinds:
        for y, row in enumerate(rows):
            span = row[kind.which]
            if span.known:
                ends = [span.low / divisor, span.high / divisor]
                axes.plot(ends, [y + kind.shift] * 2, color=kind.colour, linewidth=1.8, zorder=2)
            axes.plot(
                [span.mean / divisor],
                [y + kind.shift],
                kind.marker,
                markerfacecolor=kind.fill,
                zorder=3,
                markeredgecolor=kind.colour,
                markersize=6.5,
                label=kind.label if y == 0 else None,
            )
    axes.axvline(0, color=INK, linewidth=1.0, zorder=1)
    axes.margins(x=0.08)
    axes.spines["left"].set_color("none")
    axes.spines["bottom"].set_color(FAINT)


def _value(results: Results, scale: Money, span: Interval) -> str:
    return literal(scale.full(span.mean) if len(results.strategies) == 1 else scale.signed(span.mean))


def _money_axis(results: Results, scale: Money) -> str:
    over = format_horizon(results.months)
    whose = "" if len(results.strategies) == 1 else f", difference from {results.reference}"
    return f"net present value over {over}{whose} ({scale.unit})"


def _money_subtitle(results: Results) -> str:
    n = results.replications
    whose = "" if len(results.strategies) == 1 else f"Zero is {quote_name(results.reference, results.strategies)}. "
    if n == 1:
        return f"{whose}One replication: no intervals"
    kind = "" if len(results.strategies) == 1 else "paired on common luck, "
    rate = f"discounted at {100 * results.discount_rate:.3g} % a year"
    return f"{whose}Dots are means of {n} replications, lines their 95 % intervals, {kind}{rate}"


def title_of_money(results: Results) -> str:
    """Say which strategy earns most, or that it cannot be told."""
    over = format_horizon(results.months)
    if len(results.strategies) == 1:
        worth = interval(results.figures[results.reference][WITH])
        return f"{name_heading(results.reference, results.strategies)} is worth {money_for(results.currency, worth).full(worth.mean)} over {over}"
    contest = compare_best(results.by_strategy(WITH))
    return _contest_title(results, contest, over)


def _contest_title(results: Results, contest: Comparison, over: str) -> str:
    gain, names = contest.difference, results.strategies
    best, second, first = (
        quote_name(contest.best, names),
        quote_name(contest.second, names),
        name_heading(contest.best, names),
    )
    if gain.known and not contest.decided:
        return f"Cannot tell whether {best} or {second} earns more over {over}"
    if gain.mean == 0.0:
        return f"{first} and {second} earn the same over {over}"
    return f"{first} earns most over {over}: {money_for(results.currency, gain).full(gain.mean)} more than {second}"
