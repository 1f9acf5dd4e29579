"""What became of one customer, month by month, and where does it differ by strategy?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from loyaltysim.reporting.charts import style
from loyaltysim.reporting.charts.style import Picture
from loyaltysim.reporting.text.customers import render_fate
from loyaltysim.reporting.text.formats import quote_name, to_text
from loyaltysim.scenario.strategies import month_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loyaltysim.experiments.observer import Life, Month, Person, Setting

WIDTH, LANE, LABEL, SMALL = 11.5, 1.8, 1.75, 8.0
INSIDE = WIDTH - LABEL - 0.25
"""Inches of a lane's width."""
LOW, HIGH, HEARD_HIGH, LABEL_HIGH = -1.18, 1.88, 1.2, 1.64
APART = 0.18
"""Months between bad and good of one month."""
GOOD, BAD, DULL, PARTS = "#0072B2", "#D55E00", "#E69F00", "#7B3294"
ON_PAPER: style.Look = {"facecolor": "white", "linewidth": 0, "pad": 0.6}
"""Paper behind words, so that no line runs through them."""
SPACINGS = (1, 3, 12, 24, 60, 120, 240)
"""Months from one tick to the next, of which the first that leaves few enough is taken."""
MOST_TICKS = 13
LEGEND_ROW = 0.2
"""Inches from one row of the legend to the next."""
NAMES = LABEL - 0.45
"""Inches for a strategy's name, clear of the axis's numbers."""
SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_MESSAGES = 10.0
"""Messages in a month at which a bar of what was passed on has its full length; more are drawn as long."""


def strip(setting: Setting, person: Person, lives: Sequence[Life]) -> Figure:
    """Draw one lane a strategy, time to the right: satisfaction, encounters, grievances, talk, leaving and coming."""
    with style.look():
        body = LANE * len(lives) + 0.95 + LEGEND_ROW
        picture, top = style.titled(WIDTH, body, *write_heading(setting, person, lives))
        width, height = picture.get_size_inches()
        labels = style.fit_all([life.strategy for life in lives], NAMES, 9.5, 6, fontweight="bold")
        for place, life in enumerate(lives):
            bottom = height - top - 0.3 - LEGEND_ROW - (place + 1) * LANE + 0.12
            axes = style.axes_in(picture, (LABEL, bottom, INSIDE, LANE - 0.12))
            draw_lane(axes, setting, life)
            mark_parting(axes, setting, lives[0], life)
            middle = (bottom + LANE * 0.47) / height
            picture.text(0.15 / width, middle, labels[place], va="bottom", fontsize=9.5, fontweight="bold")
            small: style.Look = {"va": "top", "fontsize": 7.5, "color": style.GREY}
            picture.text(0.15 / width, middle - 0.04 / height, count_tellers(life), **small)
            mark_months(axes, setting.start, setting.months, last=place == len(lives) - 1)
        name_marks(picture, (height - top - 0.12) / height)
        return picture


def write_heading(setting: Setting, person: Person, lives: Sequence[Life]) -> tuple[str, str]:
    """Return what became of the person under the first strategy, and in which worlds they were seen."""
    whose = quote_name(lives[0].strategy, [each.strategy for each in lives])
    worlds = "" if len(lives) == 1 else f"The same person and the same luck under {len(lives)} strategies. "
    luck = f"seed {setting.seed}, replication {setting.replication}"
    title = f"Person {person.number:,}, {whose}: {render_fate(setting, lives[0])}"
    return title, f"{worlds}{f'{setting.title}, {luck}' if to_text(setting.title).strip() else luck.capitalize()}"


def draw_lane(axes: Axes, setting: Setting, life: Life) -> None:
    """Draw one life: satisfaction while a customer, and all that befell them."""
    axes.set_xlim(0.3, setting.months + 0.7)
    axes.set_ylim(LOW, HIGH)
    low, high = ((end - LOW) / (HIGH - LOW) for end in (-0.02, 1.02))
    for begin, end in find_spells(life.months):
        axes.axvspan(begin - 0.5, end + 0.5, ymin=low, ymax=high, color="#EDF3F8", linewidth=0)
        spell = life.months[begin - 1 : end]
        axes.plot([m.month for m in spell], [level(m) for m in spell], color=style.INK, linewidth=1.1, zorder=3)
    axes.hlines((0, 1), 0.5, setting.months + 0.5, color="#CCCCCC", linewidth=0.6, zorder=1)
    axes.set_yticks((0, 1), ("0", "1"), fontsize=7, color=style.FAINT)
    axes.tick_params(axis="y", length=0)
    for name in ("left", "bottom"):
        axes.spines[name].set_visible(False)
    for kind, colour, marker, size in (
        ("indifferent", DULL, "o", 12),
        ("failed", BAD, "X", 24),
        ("wowed", GOOD, "^", 20),
    ):
        months = [m for m in life.months if m.was_customer and getattr(m, kind) > 0]
        mark(axes, months, size, marker, c=colour, linewidths=0, zorder=4)
    for voiced, face in ((True, style.INK), (False, "white")):
        months = [m for m in life.months if m.grievance and m.voiced is voiced]
        mark(axes, months, 62, "D", facecolors=face, edgecolors=style.INK, linewidths=1.3, zorder=5)
    draw_talk(axes, life)
    write_turns(axes, life)


def mark(axes: Axes, months: Sequence[Month], size: float, marker: str, **kind: Any) -> None:
    """Draw a mark at the level of satisfaction in each of some months."""
    axes.scatter([m.month for m in months], [level(m) for m in months], s=size, marker=marker, **kind)


def level(month: Month) -> float:
    """Return the satisfaction at which a month is drawn."""
    return month.satisfaction_before if month.left else month.satisfaction


def draw_talk(axes: Axes, life: Life) -> None:
    """Draw what reached them, filled if someone they know told it, and below what they passed on, by its length."""
    for month in life.months:
        both = month.heard_bad() and month.heard_good()
        for news, colour, side in (("bad", BAD, -1), ("good", GOOD, 1)):
            tellers = [talk for talk in month.heard if getattr(talk, news)]
            if tellers:
                at = month.month + (side * APART if both else 0.0)
                face = colour if any(talk.known for talk in tellers) else "white"
                kind: style.Look = {"linewidths": 1.0, "facecolors": face, "edgecolors": colour}
                axes.scatter([at], [HEARD_HIGH], s=22, marker="v", zorder=4, **kind)
    for news, colour, shift in (("bad", BAD, -0.18), ("good", GOOD, 0.18)):
        for month in life.months:
            if number := getattr(month, f"told_{news}")():
                ends = [month.month + shift] * 2, [-0.1, -0.1 - 0.5 * min(1.0, number / MOST_MESSAGES)]
                axes.plot(*ends, color=colour, linewidth=2.2, solid_capstyle="butt", zorder=4)


def write_turns(axes: Axes, life: Life) -> None:
    """Write what turned above the lane, moved apart where it would overlap, with a thin guide to its month."""
    told = [(month, text) for month in life.months for text in [", ".join(describe_turns(month))] if text]
    if not told:
        return
    picture = axes.get_figure()
    left, right = axes.get_xlim()
    inch = (right - left) / INSIDE
    widths = [(style.width_of(picture, [text], SMALL) + 0.12) * inch for _, text in told]  # type: ignore[arg-type]
    if sum(widths) > right - left:  # too many to be told apart: leaving and coming stay
        kept = [at for at, (month, _) in enumerate(told) if month.left or month.came]
        told, widths = [told[at] for at in kept], [widths[at] for at in kept]
    places = style.spread([month.month for month, _ in told], widths, left, max(right, left + sum(widths)))
    for (month, text), place in zip(told, places, strict=True):
        colour = BAD if month.left else GOOD if month.came else style.INK
        at: style.Look = {"ha": "center", "va": "center", "fontsize": SMALL, "zorder": 6}
        axes.text(place, LABEL_HIGH, style.literal(text), color=colour, bbox=ON_PAPER, **at)
        heights = [LABEL_HIGH - 0.15, HEARD_HIGH + 0.12, level(month)]
        axes.plot([place, month.month, month.month], heights, color="#BBBBBB", linewidth=0.7, zorder=2)


def describe_turns(month: Month) -> Iterator[str]:
    """Say what turned in a month."""
    if month.outcome and not (month.outcome == "silent" and month.left):
        yield f"{month.outcome.replace('_', ' ')}{', stayed' if month.stayed and not month.left else ''}"
    elif month.voiced:
        yield "complained"
    if month.left:
        yield f"left{' in silence' if month.outcome == 'silent' and not month.stayed else ''} ({month.left})"
    if month.came:
        yield f"{'back' if month.is_back() else 'came'} ({month.came})"


def mark_parting(axes: Axes, setting: Setting, reference: Life, life: Life) -> None:
    """Mark the months from which on events and fate differ from those under the first strategy."""
    if life is reference:
        return
    apart, forked = life.events_differ(reference), life.fate_differs(reference)
    if apart == forked:
        apart = None
    for found, dashes, word, high in (
        (apart, (0, (2, 2)), "events differ", 0.28),
        (forked, "-", "fate differs", 0.03),
    ):
        if not found:
            continue
        at, early = found - 0.5, found <= max(1, 0.12 * setting.months)
        axes.axvline(at, ymin=0.0, ymax=0.66, color=PARTS, linestyle=dashes, linewidth=1.3, zorder=2)
        side: style.Look = {"ha": "left" if early else "right", "va": "bottom", "textcoords": "offset points"}
        offset = (4 if early else -4, 0)
        axes.annotate(word, (at, LOW + high), offset, fontsize=7.5, color=PARTS, bbox=ON_PAPER, **side)


def find_spells(months: Sequence[Month]) -> Iterator[tuple[int, int]]:
    """Return the first and last month of each spell as a customer."""
    begin = 0
    for month in months:
        if month.was_customer and not begin:
            begin = month.month
        if begin and (month.left or month is months[-1]):
            yield begin, month.month
            begin = 0


def mark_months(axes: Axes, start: str, months: int, *, last: bool) -> None:
    """Mark the calendar months 1..`months`, as densely as can be read; the `last` lane bears the labels."""
    first = int(start[5:])
    for spacing in SPACINGS:
        ticks = [month for month in range(1, months + 1) if (first + month - 2) % min(spacing, 12) == 0]
        ticks = ticks[:: max(1, spacing // 12)]
        if len(ticks) <= MOST_TICKS:
            break
    dates = [month_name(month, start).split("-") for month in ticks]
    labels = [year if month == "01" else SHORT[int(month) - 1] for year, month in dates]
    axes.set_xticks(ticks, labels if last else [""] * len(ticks), fontsize=9)
    axes.tick_params(axis="x", length=3 if last else 0)
    for month in ticks:
        axes.axvline(month - 0.5, color="#E4E4E4", linewidth=0.7, zorder=0)
    if last:
        line = "in each lane the line is satisfaction, 0 to 1, while they are a customer"
        axes.set_xlabel(f"month (a year's number stands at its January); {line}", fontsize=8.5)


def name_marks(picture: Picture, high: float) -> None:
    """Write the legend in two rows, at a height of the picture (0 to 1)."""
    signs = (
        (
            ("o", DULL, "indifferent"),
            ("X", BAD, "failure"),
            ("^", GOOD, "delight"),
            ("D", style.INK, "grievance, voiced"),
        ),
        (("v", BAD, "heard bad"), ("v", GOOD, "heard good"), ("v", style.INK, "from someone they know")),
    )
    hollow = (("D", "grievance, silent"), ("v", "from a stranger"))
    told = [Line2D([], [], color=BAD, linewidth=3, label="told others bad")]
    told += [Line2D([], [], color=GOOD, linewidth=3, label="told others good")]
    small: style.Look = {"linestyle": "", "markersize": 6}
    around: style.Look = {"handletextpad": 0.5, "columnspacing": 1.2, "handlelength": 1.1, "borderaxespad": 0}
    for row, (filled, (shape, meaning)) in enumerate(zip(signs, hollow, strict=True)):
        marks = [Line2D([], [], marker=sign, color=colour, label=text, **small) for sign, colour, text in filled]
        marks.append(Line2D([], [], marker=shape, color=style.INK, label=meaning, markerfacecolor="white", **small))
        marks += told if row == 0 else []
        place = (0.1 / WIDTH, high - row * LEGEND_ROW / picture.get_size_inches()[1])
        around |= {"loc": "center left", "bbox_to_anchor": place, "ncols": len(marks), "frameon": False, "fontsize": 8}
        picture.add_artist(picture.legend(handles=marks, **around))


def count_tellers(life: Life) -> str:
    """Say in two lines how many people told them something, of those they know and of others."""
    tellers = {talk.other: talk.known for month in life.months for talk in month.heard}
    known = sum(tellers.values())
    if not tellers:
        return "told by nobody"
    return f"told by {known} they know,\n{len(tellers) - known} they do not"


def draw_files(figure: Figure) -> dict[str, str | bytes]:
    """Return a strip as the files of a result's folder, by name."""
    return {"strip.png": style.png(figure), "strip.svg": style.svg(figure)}
