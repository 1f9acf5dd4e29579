"""Customers: how many there are over time, why they leave, and what is said about the firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.analysis.summary import compute_share
from loyaltysim.core.codes import REASONS
from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.charts import chart, style
from loyaltysim.reporting.charts.style import Picture
from loyaltysim.reporting.text.formats import describe_means, format_horizon, name_heading, quote_name
from loyaltysim.results.results import Results
from loyaltysim.scenario.strategies import month_name
from loyaltysim.stats.intervals import interval, paired, student_t

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BANDS = 6
"""More bands than this add up to grey."""
LOOKS = {
    "indifference": (style.ACCENT, style.PAPER, "indifferent service"),
    "product": ("#56B4E9", style.ON_FILL, "product or process"),
    "rival": ("#E69F00", style.ON_FILL, "lured by a rival"),
    "friends": ("#CC79A7", style.ON_FILL, "followed friends"),
    "moved": (style.MUTED, style.ON_FILL, "moved away"),
    "died": ("#8A8A8A", style.ON_FILL, "died"),
}
"""Each reason's colour, the colour of writing on it, and its name; what service can mend comes first."""
LEAST_SHARE = 0.06
"""Parts of the longest bar from which on a part bears its share."""
TALK = (
    ("messages_bad", "bad messages", style.BAD),
    ("messages_good", "good messages", style.ACCENT),
    ("joined_by_talk", "customers whom talk brought", style.ACCENT),
    ("left_friends", "customers who followed friends away", style.BAD),
)


@chart("How many customers are there over time?")
def customers(results: Results) -> Picture:
    """Draw customers over time: one line a strategy with its 95 % band, labelled at its end."""
    names, bands = style.fit_all(results.strategies, style.LABEL), banded(results)
    body = max(4.0, sum(style.row_height([name], style.SIZE, 0.0) for name in names) + 1.1)
    picture, [axes] = style.subplots(body, customers_title(results), customers_subtitle(results))
    for place, name in enumerate(results.strategies):
        paths = results.path(name, "customers")
        months, mean, n = range(paths.shape[1]), paths.mean(axis=0), len(paths)
        axes.plot(months, mean, **style.line_look(place), solid_capstyle="round", zorder=3)
        if name in bands and n > 1:
            half = student_t(0.05, n - 1) * paths.std(axis=0, ddof=1) / n**0.5
            kind: style.Look = {
                "color": style.COLOURS[place % len(style.COLOURS)],
                "alpha": min(0.15, 0.75 / len(bands)),
            }
            axes.fill_between(months, mean - half, mean + half, linewidth=0, zorder=2, **kind)
    axes.set_xlim(0, results.months)
    axes.margins(y=0.06)
    axes.grid(axis="y")
    step = next((each for each in (1, 2, 3, 6, 12, 24, 60, 120) if results.months / each <= 12), 240)
    axes.set_xticks(range(0, results.months + 1, step))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    last = month_name(results.months, results.start)
    dates = f"month (0 is the start; month 1 is {results.start}, month {results.months} is {last})"
    axes.set_xlabel(style.literal(dates))
    axes.set_ylabel("customers at the end of the month")
    ends = [float(results.path(name, "customers")[:, -1].mean()) for name in results.strategies]
    style.label_lines(axes, names, ends)
    return picture


def banded(results: Results) -> set[str]:
    """Return the strategies whose band is drawn: all of a few, else the first and the two that end best."""
    if len(results.strategies) <= MOST_BANDS:
        return set(results.strategies)
    ends = results.by_strategy("customers")
    return {results.reference, *sorted(ends, key=lambda name: -interval(ends[name]).mean)[:2]}


def customers_subtitle(results: Results) -> str:
    """Say what lines and bands are."""
    n = results.replications
    if n == 1:
        return "One replication"
    few = len(banded(results)) < len(results.strategies)
    whose = " (of the first strategy and of the two best at the end)" if few else ""
    return f"Mean of {n} replications; the bands are 95 % intervals of the mean{whose}"


def customers_title(results: Results) -> str:
    """Say which strategy ends with the most customers, or that none clearly does."""
    ends = results.by_strategy("customers")
    first, over = results.reference, format_horizon(results.months)
    if len(ends) == 1:
        start = interval(results.path(first, "customers")[:, 0]).mean
        return (
            f"{name_heading(first, results.strategies)}: from {format_fixed(start)} customers to "
            f"{format_fixed(interval(ends[first]).mean)} in {over}"
        )
    best = max(ends, key=lambda name: interval(ends[name]).mean)
    gain = paired(ends[best], ends[first])
    if best == first or (gain.known and gain.holds_zero):
        return f"No strategy clearly ends with more customers than {quote_name(first, results.strategies)} after {over}"
    return (
        f"{name_heading(best, results.strategies)} ends with the most customers after {over}: "
        f"{format_fixed(gain.mean)} more than {quote_name(first, results.strategies)}"
    )


@chart("Why do customers leave, and how many?")
def reasons(results: Results) -> Picture:
    """Draw how many customers leave under each strategy and why: one bar a strategy, one part of it a reason."""
    names, labels = results.strategies, style.fit_all(results.strategies, style.LABEL, 10)
    body = len(labels) * style.row_height(labels, 10, 0.42) + 1.45
    picture, [axes] = style.subplots(body, reasons_title(results), reasons_subtitle(results))
    totals = [interval(results.figures[name]["left"]).mean for name in names]
    longest, begins = max(totals) or 1.0, [0.0] * len(names)
    for reason, (colour, ink, label) in LOOKS.items():
        found = [(results.figures[name][f"left_{reason}"], results.figures[name]["left"]) for name in names]
        counts = [interval(left).mean for left, _ in found]
        shares = [100 * interval(compute_share(left, every)).mean for left, every in found]
        kind: style.Look = {"color": colour, "edgecolor": style.PAPER, "linewidth": 0.8, "label": label}
        bars = axes.barh(range(len(names)), counts, left=begins, height=0.62, **kind)
        parts = zip(counts, shares, strict=True)
        texts = [f"{part:.0f} %" if count > LEAST_SHARE * longest else "" for count, part in parts]
        axes.bar_label(bars, texts, label_type="center", fontsize=style.SIZE, color=ink)
        begins = [begin + count for begin, count in zip(begins, counts, strict=True)]
    axes.set_xlim(0, longest)
    style.quiet_rows(axes, labels)
    gaps = [f"  ({gap})" if gap else "" for gap in write_gaps(results, "left")]
    style.beside(axes, [f"{format_fixed(total)}{gap}" for total, gap in zip(totals, gaps, strict=True)])
    axes.set_xlabel(f"customers who left in {format_horizon(results.months)}")
    axes.legend(**style.ABOVE, ncols=3, handlelength=0.9, handleheight=0.9)
    return picture


def write_gaps(results: Results, metric: str) -> list[str]:
    """Return each strategy's difference from the first with its sign; empty for the first."""
    found = results.by_strategy(metric)
    gaps = {name: paired(values, found[results.reference]).mean for name, values in found.items()}
    return ["" if name == results.reference else format_fixed(gap, sign="+") for name, gap in gaps.items()]


def reasons_title(results: Results) -> str:
    """Say for which reason most leave under the first strategy."""
    first = results.figures[results.reference]
    parts = {reason: interval(compute_share(first[f"left_{reason}"], first["left"])).mean for reason in REASONS}
    most = max(parts, key=lambda reason: parts[reason])
    return (
        f"{name_heading(results.reference, results.strategies)}: {100 * parts[most]:.0f} % of those who leave do so "
        f"for one reason, {LOOKS[most][2]}"
    )


def reasons_subtitle(results: Results) -> str:
    """Say what stands in the bars and beside them."""
    mean = describe_means(results.replications)
    if len(results.strategies) == 1:
        return f"{mean}; in the bar, each reason's share"
    return (
        f"{mean}; in the bars, each reason's share; in brackets, the difference from "
        f"{quote_name(results.reference, results.strategies)}"
    )


def fewest_leavers(results: Results) -> str:
    """Say under which strategy the fewest leave, and by how much; empty where that is the first or cannot be told."""
    left = results.by_strategy("left")
    best = min(left, key=lambda name: interval(left[name]).mean)
    gap = paired(left[results.reference], left[best])
    if best == results.reference or gap.holds_zero:
        return ""
    ours, first = (quote_name(name, results.strategies) for name in (best, results.reference))
    return (
        f"The fewest leave under {ours}: {format_fixed(gap.mean)} fewer than under {first} (95 %: "
        f"{format_fixed(gap.low)} to {format_fixed(gap.high)})."
    )


@chart("What is said, good and bad, and what did it do?", when=lambda results: "messages_bad" in results.catalog)
def talk(results: Results) -> Picture:
    """Draw messages sent, bad and good, and the customers whom talk brought and took, under each strategy."""
    labels = style.fit_all(results.strategies, 2.0, 9.5)
    body = len(labels) * style.row_height(labels, 9.5, 0.42) + 0.85
    picture, grid = style.subplots(body, talk_title(results), talk_subtitle(results), columns=len(TALK))
    for place, (axes, (metric, heading, colour)) in enumerate(zip(grid, TALK, strict=True)):
        draw_talk(axes, results, metric, colour)
        style.quiet_rows(axes, [""] * len(labels) if place else labels)
        axes.tick_params(axis="y", labelsize=9.5)
        axes.grid(visible=False)
        axes.set_xticks([])
        axes.spines["bottom"].set_color("none")
        bold: style.Look = {"fontsize": style.SIZE, "fontweight": "bold"}
        axes.set_title(style.fit(heading, 1.3, **bold), loc="left", **bold)
    return picture


def draw_talk(axes: Axes, results: Results, metric: str, colour: str) -> None:
    """Draw one bar a strategy with its number, and below the number the difference from the first."""
    means, lower = (
        [interval(values).mean for values in results.by_strategy(metric).values()],
        write_gaps(results, metric),
    )
    axes.set_xlim(0, (max(means) or 1.0) * 1.75)
    axes.axvline(0, color=style.INK, linewidth=1.0)
    bars = axes.barh(range(len(means)), means, height=0.56, color=colour, linewidth=0)
    for text in axes.bar_label(bars, lower, padding=3, fontsize=7.5, color=style.GREY):
        text.xyann = (3, -5)
    upper = axes.bar_label(bars, [format_fixed(mean) for mean in means], padding=3, fontsize=8.5)
    for text, gap in zip(upper, lower, strict=True):
        text.xyann = (3, 5 if gap else 0)


def talk_title(results: Results) -> str:
    """Say what talk does under the first strategy."""
    first, whose = results.reference, name_heading(results.reference, results.strategies)
    good, bad = (interval(results.figures[first][metric]).mean for metric in ("messages_good", "messages_bad"))
    if bad <= 0:
        return f"{whose}: nobody says anything bad"
    brought, took = (interval(results.figures[first][metric]).mean for metric in ("joined_by_talk", "left_friends"))
    return (
        f"{whose}: {good / bad:.1f} good messages for each bad one; talk brings {format_fixed(brought)} customers, "
        f"and {format_fixed(took)} follow friends away"
    )


def talk_subtitle(results: Results) -> str:
    """Say what the numbers are."""
    mean = f"{describe_means(results.replications)} over {format_horizon(results.months)}"
    if len(results.strategies) == 1:
        return mean
    return f"{mean}; the smaller number is the difference from {quote_name(results.reference, results.strategies)}"


def most_moved(results: Results) -> str:
    """Say which strategy gains most by talk; empty where none surely does."""
    brought, took = (results.by_strategy(metric) for metric in ("joined_by_talk", "left_friends"))
    found = {name: brought[name] - took[name] for name in results.strategies}
    best = max(found, key=lambda name: interval(found[name]).mean)
    gap = paired(found[best], found[results.reference])
    if best == results.reference or gap.holds_zero:
        return ""
    return (
        f"{name_heading(best, results.strategies)} gains most by it: {format_fixed(gap.mean)} customers more than "
        f"{quote_name(results.reference, results.strategies)}, brought and kept (95 %: {format_fixed(gap.low)} to "
        f"{format_fixed(gap.high)})."
    )
