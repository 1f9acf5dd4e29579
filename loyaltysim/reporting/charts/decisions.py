"""What the commands that decide have found: where the recommendation turns, what it hangs on, and the next dollar."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.ticker import LogLocator, NullLocator
from matplotlib.transforms import blended_transform_factory

from loyaltysim.reporting.charts import TURNS, Decided, chart, plainly, style
from loyaltysim.reporting.charts.style import Picture
from loyaltysim.reporting.text.formats import money_for, name_heading, quote_name
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BANDS, MOST_INPUTS = 6, 15
"""More bands than this add up to grey; the inputs of greatest share are shown."""
STEP, CELL = 0.17, 0.62
"""Inches between what is written above the axes of a break-even, and of a map's cell."""
WIDE_RANGE, FEW_DECADES = 8.0, 500.0
"""From this ratio of its ends on, a range of values is drawn in proportion."""
SHARES = ("sobol_total", "sobol_total_ci_low", "sobol_total_ci_high")
"""Columns of an input's share of the variance, and of its interval."""
PALE = 0.35
"""How much of its colour a cell keeps whose winner is not sure."""
SPLITS = (
    ("today", -0.14, style.PAPER, style.GREY, "at today's levers"),
    ("best", 0.14, style.ACCENT, style.ACCENT, "at the best split"),
)


@chart(
    "At which value does the recommendation turn?",
    tables={"breakeven_curve": ("path", "unit", "value", "strategy", "against_first", "ci_low", "ci_high", "best")},
)
def breakeven(found: Decided) -> Picture:
    """Draw what each strategy earns against the first along a parameter or lever, and where the best changes."""
    curve = found.table("breakeven_curve", *breakeven.tables["breakeven_curve"])
    curve = curve[curve.strategy.notna() & (curve.strategy != "")]
    names = list(dict.fromkeys(curve.strategy))
    flips = turning_points(found)
    path, unit = str(curve.path.iloc[0]), str(curve.unit.iloc[0]).replace("$", found.currency)
    spans = [Interval(row.against_first, row.ci_low, row.ci_high) for row in curve.itertuples()]
    scale = money_for(found.currency, *spans)
    labels = style.fit_all(names, style.LABEL)
    body = max(4.2, sum(style.row_height([label], style.SIZE, 0.0) for label in labels) + 1.4)
    title, subtitle = breakeven_title(path, unit, flips, curve), breakeven_subtitle(curve, names)
    picture, [axes] = style.subplots(body, title, subtitle)
    ends = [draw_gain(axes, curve, name, place, names, scale.divisor) for place, name in enumerate(names)]
    values = curve.value
    if values.min() > 0 and values.max() / values.min() >= WIDE_RANGE:
        axes.set_xscale("log")
        steps = (1.0, 2.0, 5.0) if values.max() / values.min() < FEW_DECADES else (1.0,)
        axes.xaxis.set_major_locator(LogLocator(subs=steps))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(values.min(), values.max())
    axes.margins(y=0.08)
    axes.grid(axis="y")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.set_xlabel(style.literal(f"{path} ({unit})"))
    axes.set_ylabel(style.fit(f"net present value against {names[0]} ({scale.unit})", body - 1.1, 3, fontsize=10))
    axes.spines["left"].set_color(style.FAINT)
    draw_turning_points(axes, found, flips, (values.min(), values.max()))
    style.label_lines(axes, labels, ends)
    return picture


def turning_points(found: Decided) -> pd.DataFrame:
    """Return the places at which the recommendation itself turns."""
    rows = found.find("breakeven")
    columns = {"flips_at", "ci_low", "ci_high", "better_below", "better_above", "recommendation", "today"}
    if rows is None or not columns <= set(rows.columns):
        return pd.DataFrame(columns=sorted(columns))
    return rows[rows.recommendation == TURNS]


def draw_gain(axes: Axes, curve: pd.DataFrame, name: str, place: int, names: list[str], divisor: float) -> float:
    """Draw one strategy's line with its band, and return where it ends."""
    rows = curve[curve.strategy == name].sort_values("value")
    gap = rows.against_first.fillna(0.0) / divisor
    axes.plot(rows.value, gap, **style.line_look(place), zorder=3)
    if len(names) <= MOST_BANDS and rows.ci_low.notna().any():
        low, high = rows.ci_low / divisor, rows.ci_high / divisor
        colour = style.COLOURS[place % len(style.COLOURS)]
        axes.fill_between(rows.value, low, high, color=colour, alpha=0.15, linewidth=0, zorder=2)
    return float(gap.iloc[-1])


def draw_turning_points(axes: Axes, found: Decided, flips: pd.DataFrame, ends: tuple[float, float]) -> None:
    """Mark today's value, and each place where the recommendation turns with its interval, above the axes."""
    rows = found.find("breakeven")
    today = float(rows.today.iloc[0]) if rows is not None and len(rows) and "today" in rows else None
    for level, flip in enumerate(flips.itertuples()):
        low = flip.ci_low if flip.ci_low == flip.ci_low else ends[0]
        high = flip.ci_high if flip.ci_high == flip.ci_high else ends[1]
        axes.axvspan(max(low, ends[0]), min(high, ends[1]), color=style.ACCENT, alpha=0.14, linewidth=0, zorder=1)
        axes.axvline(flip.flips_at, color=style.ACCENT, linewidth=1.6, zorder=2)
        write_above(axes, flip.flips_at, f"turns at {plainly(flip.flips_at)}", style.ACCENT, 0.05 + STEP * level)
    if today is not None and ends[0] <= today <= ends[1]:
        axes.axvline(today, color=style.INK, linewidth=1.0, linestyle=(0, (1.5, 2.5)), zorder=2)
        write_above(axes, today, f"today {plainly(today)}", style.GREY, 0.05 + STEP * len(flips))


def write_above(axes: Axes, x: float, text: str, colour: str, inches: float) -> None:
    """Write a text so many inches above the axes, around a value."""
    places = blended_transform_factory(axes.transData, axes.transAxes)
    kind: style.Look = {"textcoords": "offset points", "ha": "center", "va": "bottom", "fontsize": style.SIZE}
    axes.annotate(text, (x, 1.0), xycoords=places, xytext=(0, inches * 72), color=colour, **kind)


def breakeven_title(path: str, unit: str, flips: pd.DataFrame, curve: pd.DataFrame) -> str:
    """Say where the recommendation turns first, if it does."""
    if flips.empty:
        best = curve[curve.best == "yes"].strategy
        which = "stays the best" if curve.strategy.nunique() > 2 else "stays the better"
        return (
            f"Nothing turns: {quote_name(best.mode().iloc[0]) if len(best) else 'the best'} {which} over the whole "
            f"range of {path}"
        )
    first = flips.iloc[0]
    below, above = quote_name(first.better_below), quote_name(first.better_above)
    sampled = "replications" in curve and curve.replications.max() > 1
    if sampled and isnan(first.ci_low) and isnan(first.ci_high):
        return f"Cannot tell whether {below} or {above} is better, wherever {path} lies in the range"
    return f"The recommendation turns from {below} to {above} where {path} rises past {plainly(first.flips_at)} {unit}"


def breakeven_subtitle(curve: pd.DataFrame, names: list[str]) -> str:
    """Say what lines and bands are."""
    bands = "; bands are 95 % intervals, paired on common luck" if len(names) <= MOST_BANDS else ""
    n = int(curve.replications.max()) if "replications" in curve else 0
    return f"{f'Means of {n} replications a value' if n else 'Means'}{bands}. The zero line is {quote_name(names[0])}"


@chart("Who wins where, over two parameters at once?", tables={"frontier": ("best", "decided")})
def frontier(found: Decided) -> Picture:
    """Draw a map of the best strategy over two parameters; a cell is pale, with a question mark, where it is unsure."""
    table = found.table("frontier", *frontier.tables["frontier"])
    across, up = (str(column) for column in table.columns[:2])
    known = table[table.best.notna() & (table.best != "")]
    names = list(dict.fromkeys(known.best.value_counts().index))
    xs, ys = sorted(table[across].unique()), sorted(table[up].unique())
    labels = style.fit_all(names, style.LABEL)
    body = max(len(ys) * CELL, sum(style.row_height([label], style.SIZE, 0.0) + 0.1 for label in labels)) + 1.0
    picture, [axes] = style.subplots(body, frontier_title(known, len(table)), frontier_subtitle(table))
    draw_cells(axes, known, (across, up), (xs, ys), names)
    named_xs = [plainly(x) for x in xs]
    every = int((style.width_of(picture, named_xs, 10) + 0.15) * len(xs) / (style.WIDTH - 2 * style.LABEL)) + 1
    axes.set_xticks(range(0, len(xs), every), named_xs[::every])
    axes.set_yticks(range(len(ys)), [plainly(y) for y in ys])
    axes.tick_params(length=0)
    axes.set_xlim(-0.5, len(xs) - 0.5)
    axes.set_ylim(-0.5, len(ys) - 0.5)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("none")
    axes.set_xlabel(style.literal(across))
    axes.set_ylabel(style.fit(up, body - 1.0, fontsize=10))
    for place, label in enumerate(labels):
        axes.plot([], [], "s", color=style.COLOURS[(place + 1) % len(style.COLOURS)], markersize=10, label=label)
    if labels:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0))
    return picture


def draw_cells(
    axes: Axes, known: pd.DataFrame, paths: tuple[str, str], values: tuple[list[float], list[float]], names: list[str]
) -> None:
    """Draw a cell in the colour of its winner, wherever a market can be."""
    for _, row in known.iterrows():
        x, y = (found.index(row[path]) for path, found in zip(paths, values, strict=True))
        sure = row.decided == "yes"
        colour = style.COLOURS[(names.index(row.best) + 1) % len(style.COLOURS)]
        alpha = 1.0 if sure else PALE
        axes.fill_between([x - 0.48, x + 0.48], y - 0.46, y + 0.46, color=colour, alpha=alpha, linewidth=0)
        if not sure:
            axes.text(x, y, "?", ha="center", va="center", fontsize=11)
    axes.set_facecolor(style.PAPER)


def frontier_title(known: pd.DataFrame, count: int) -> str:
    """Say which strategy wins in the most cells."""
    if known.empty:
        return "No cell of the map could be simulated"
    counts = known.best.value_counts()
    return f"{name_heading(str(counts.index[0]))} is the best in {counts.iloc[0]} of {count} cells of the map"


def frontier_subtitle(table: pd.DataFrame) -> str:
    """Say what the cells are."""
    n = int(table.replications.max()) if "replications" in table else 0
    return (
        f"The best by mean net present value{f' of {n} replications' if n else ''}; pale with a question mark where "
        "that is not sure; empty where no market can be"
    )


@chart(
    "Which assumptions does the recommendation hang on, and which turn it?",
    tables={"sensitivity": ("path", "unit", "low", "high", *SHARES, "turns_at", "turns_to")},
)
def sensitivity(found: Decided) -> Picture:
    """Draw each input's share (Sobol, total) of the deciding difference's variance, and where it turns the answer."""
    table = found.table("sensitivity", *sensitivity.tables["sensitivity"])
    table = table.sort_values("sobol_total", ascending=False, kind="stable")
    rows = list(table.head(MOST_INPUTS).itertuples())
    units = [str(row.unit).replace("$", found.currency) for row in rows]
    ranges = [f"{plainly(row.low)} to {plainly(row.high)} {unit}" for row, unit in zip(rows, units, strict=True)]
    labels = style.fit_all([f"{row.path}: {span}" for row, span in zip(rows, ranges, strict=True)], 2.6)
    told = style.fit_all([turns(row) for row in rows], 2.4, style.SIZE)
    body = len(rows) * style.row_height([*labels, *told], style.SIZE, 0.5) + 0.8
    picture, [axes] = style.subplots(body, sensitivity_title(rows), sensitivity_subtitle(len(table)))
    places, shares = range(len(rows)), [100 * row.sobol_total for row in rows]
    axes.barh(places, shares, height=0.4, color=style.ACCENT, linewidth=0)
    for y, row in enumerate(rows):
        if row.sobol_total_ci_low == row.sobol_total_ci_low:
            ends = [100 * row.sobol_total_ci_low, 100 * row.sobol_total_ci_high]
            axes.plot(ends, [y, y], color=style.INK, linewidth=1.4)
    axes.set_xlim(0, max(100.0 * max(max(row.sobol_total, row.sobol_total_ci_high) for row in rows) * 1.05, 10.0))
    style.quiet_rows(axes, labels)
    axes.tick_params(axis="y", labelsize=style.SIZE)
    for row, text in zip(rows, style.beside(axes, told), strict=True):
        text.set_color(style.BAD if isinstance(row.turns_to, str) and row.turns_to else style.GREY)
    axes.set_xlabel("share of the variance of the deciding difference (%)")
    return picture


def tells(row: Any) -> bool:
    """Tell whether the points sufficed to say what turns the recommendation; older tables always do."""
    return bool(getattr(row, "worth_knowing", 0.0) == getattr(row, "worth_knowing", 0.0))


def turns(row: Any) -> str:
    """Say where an input turns the recommendation, if that can be told."""
    if not isinstance(row.turns_to, str) or not row.turns_to:
        return "does not turn it by itself" if tells(row) else "too few points to tell"
    return f"turns it to {row.turns_to} at {plainly(row.turns_at)}"


def sensitivity_title(rows: list[Any]) -> str:
    """Say on which input it hangs most, and which turns it."""
    turning = [row for row in rows if isinstance(row.turns_to, str) and row.turns_to]
    most = f"It hangs most on {rows[0].path}"
    if not turning:
        none = "no assumption turns it by itself" if tells(rows[0]) else "too few points to tell what turns it"
        return f"{most}; {none}"
    first = turning[0]
    more = f" ({len(turning)} assumptions turn it)" if len(turning) > 1 else ""
    turned = f"turns it to {quote_name(first.turns_to)} at {plainly(first.turns_at)}{more}"
    return f"{most}, which {turned}" if first.path == rows[0].path else f"{most}; {first.path} {turned}"


def sensitivity_subtitle(count: int) -> str:
    """Say what bars and lines are."""
    shown = f"; the {MOST_INPUTS} largest of {count}" if count > MOST_INPUTS else ""
    return f"Bars are Sobol's total shares, products with other inputs included, lines their 95 % intervals{shown}"


@chart(
    "What is the next dollar in each lever worth, today and at the best split?",
    tables={"next_dollar": ("lever", "period", "at", "spend", "marginal", "ci_low", "ci_high", "overspent_from")},
)
def levers(found: Decided) -> Picture:
    """Draw what a further dollar in each lever gains beyond itself, with its 95 % interval, and where it stops paying.

    Where it does is not told of a split by years: it is of a curve in which all years move alike, and a row is of one.
    """
    table, currency = found.table("next_dollar", *levers.tables["next_dollar"]), found.currency
    many = table.period.nunique() > 1
    rows = list(dict.fromkeys((row.lever, row.period) for row in table.itertuples()))
    best = {(row.lever, row.period): row for row in table[table["at"] == "best"].itertuples()}
    rows.sort(key=lambda key: -best[key].marginal if key in best else 0.0)
    labels = style.fit_all([f"{lever} ({period})" if many else lever for lever, period in rows], style.LABEL, 10)
    told = [stops(best[key], currency) if key in best and not many else "" for key in rows]
    title, subtitle = levers_title(rows, best, currency), levers_subtitle(table)
    picture, [axes] = style.subplots(len(rows) * CELL + 1.05, title, subtitle)
    draw_marginals(axes, table, rows)
    style.quiet_rows(axes, labels)
    style.beside(axes, [style.literal(text) for text in told], color=style.GREY)
    axes.set_xlabel(style.literal(f"gained beyond itself by a further {currency} ({currency} of present value)"))
    axes.legend(**style.ABOVE, ncols=2)
    return picture


def draw_marginals(axes: Axes, table: pd.DataFrame, rows: list[tuple[str, str]]) -> None:
    """Draw each row's worth of a further dollar, today and at the best split, on the line of its interval."""
    axes.axvline(0, color=style.INK, linewidth=1.0, zorder=1)
    for at, shift, fill, colour, label in SPLITS:
        found = {(row.lever, row.period): row for row in table[table["at"] == at].itertuples()}
        for y, row in ((y, found[key]) for y, key in enumerate(rows) if key in found):
            span = Interval(row.marginal, row.ci_low, row.ci_high)
            style.draw_estimate(axes, y + shift, span, colour, fill=fill, label=label if y == 0 else None, width=1.6)
    axes.margins(x=0.06)


def stops(row: Any, currency: str) -> str:
    """Say up to where a lever pays."""
    end = row.overspent_from
    if not isfinite(end):
        return "pays as far as was looked"
    return "does not pay" if end <= 0 else f"pays up to {plainly(end, 3)} {currency} a month"


def levers_title(rows: list[tuple[str, str]], best: dict[tuple[str, str], Any], currency: str) -> str:
    """Say in which lever a further dollar brings most beyond the best split."""
    known = [key for key in rows if key in best]
    if not known or best[known[0]].marginal <= 0:
        return f"At the best split no further {currency} surely brings back more than itself"
    first = best[known[0]]
    sure = "" if first.ci_low != first.ci_low or first.ci_low > 0 else ", which may be luck"
    lever, period = known[0]
    name = lever if len({each for _, each in known}) == 1 else f"{lever} in {period}"
    return (
        f"Beyond the best split a further {currency} brings most in {name}: {first.marginal:.2f} {currency} beyond "
        f"itself{sure}"
    )


def levers_subtitle(table: pd.DataFrame) -> str:
    """Say what dots and lines are."""
    n = int(table.replications.max()) if "replications" in table else 0
    return (
        f"Dots are means{f' of {n} replications' if n else ''}, lines their 95 % intervals; below zero a further one "
        "loses"
    )
