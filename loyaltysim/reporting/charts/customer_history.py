"""What became of one customer, month by month, and where does it differ by strategy?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from loyaltysim.reporting.charts.style import (
    FAINT,
    INK,
    Picture,
    all_within,
    literal,
    look,
    png,
    spread,
    svg,
    titled,
    width_of,
)
from loyaltysim.reporting.charts.style import GREY as QUIET
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
GOOD, BAD, GREY, PARTS = "#0072B2", "#D55E00", "#E69F00", "#7B3294"
ON_PAPER: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.6}
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
OUTCOMES = {
    "silent": "silent",
    "ignored": "ignored",
    "logged": "logged",
    "resolved": "resolved",
    "resolved_fast": "resolved fast",
}


def strip(setting: Setting, person: Person, lives: Sequence[Life]) -> Figure:
    """Draw one lane a strategy, time to the right: satisfaction, encounters, grievances, talk, leaving and coming."""
    with look():
        return _strip(setting, person, lives)


def _strip(setting: Setting, person: Person, lives: Sequence[Life]) -> Picture:
    body = LANE * len(lives) + 0.95 + LEGEND_ROW
    picture, top = titled(WIDTH, body, _title(setting, person, lives), _subtitle(setting, person, lives))
    width, height = picture.get_size_inches()
    labels = all_within(picture, [life.strategy for life in lives], NAMES, 9.5, weight="bold")
    for place, life in enumerate(lives):
        bottom = height - top - 0.3 - LEGEND_ROW - (place + 1) * LANE
        axes = picture.add_axes((LABEL / width, (bottom + 0.12) / height, INSIDE / width, (LANE - 0.12) / height))
        _lane(axes, setting, life)
        _parting(axes, setting, lives[0], life)
        middle = (bottom + 0.12 + LANE * 0.47) / height
        picture.text(0.15 / width, middle, labels[place], va="bottom", fontsize=9.5, fontweight="bold")
        picture.text(0.15 / width, middle - 0.04 / height, _by_whom(life), va="top", fontsize=7.5, color=QUIET)
        last = place == len(lives) - 1
        _mark_months(axes, setting.start, setting.months, last=last)
    _name_marks(picture, (height - top - 0.12) / height)
    return picture


def _lane(axes: Axes, setting: Setting, life: Life) -> None:
    axes.set_xlim(0.3, setting.months + 0.7)
    axes.set_ylim(LOW, HIGH)
    for begin, end in _spells(life.months):
        axes.axvspan(
            begin - 0.5,
            end + 0.5,
            ymin=(-0.02 - LOW) / (HIGH - LOW),
            ymax=(1.02 - LOW) / (HIGH - LOW),
            color="#EDF3F8",
            linewidth=0,
        )
        spell = life.months[begin - 1 : end]
        axes.plot(
            [m.month for m in spell],
            [m.satisfaction_before if m.left else m.satisfaction for m in spell],
            color=INK,
            linewidth=1.1,
            zorder=3,
        )
    axes.hlines((0, 1), 0.5, setting.months + 0.5, color="#CCCCCC", linewidth=0.6, zorder=1)
    axes.set_yticks((0, 1), ("0", "1"), fontsize=7, color=FAINT)
    axes.tick_params(axis="y", length=0)
    for name in ("left", "bottom"):
        axes.spines[name].set_visible(False)
    for test, colour, marker, size in (
        (lambda m: m.indifferent > 0, GREY, "o", 12), (lambda m: m.failed > 0, BAD, "X", 24), (lambda m: m.wowed > 0, GOOD, "^", 20),
    ):  # fmt: skip
        months = [m for m in life.months if m.was_customer and test(m)]
        axes.scatter(
            [m.month for m in months],
            [_level(m) for m in months],
            s=size,
            c=colour,
            marker=marker,
            linewidths=0,
            zorder=4,
        )
    _grievances(axes, life)
    _heard(axes, life)
    _told(axes, life)
    _labels(axes, life)


def _level(month: Month) -> float:
    return month.satisfaction_before if month.left else month.satisfaction


def _grievances(axes: Axes, life: Life) -> None:
    for voiced, face in ((True, INK), (False, "white")):
        months = [m for m in life.months if m.grievance and m.voiced is voiced]
        axes.scatter(
            [m.month for m in months],
            [_level(m) for m in months],
            s=62,
            facecolors=face,
            edgecolors=INK,
            linewidths=1.3,
            marker="D",
            zorder=5,
        )


def _heard(axes: Axes, life: Life) -> None:
    """Draw a mark for what reached them in a month, good or bad, filled if someone they know told it."""
    for month in life.months:
        both = month.heard_bad() and month.heard_good()
        for news, colour, side in (("bad", BAD, -1), ("good", GOOD, 1)):
            tellers = [talk for talk in month.heard if getattr(talk, news)]
            if not tellers:
                continue
            known = any(talk.known for talk in tellers)
            axes.scatter(
                [month.month + (side * APART if both else 0.0)], [HEARD_HIGH], s=22, marker="v", linewidths=1.0, zorder=4,
                facecolors=colour if known else "white", edgecolors=colour,
            )  # fmt: skip


def _told(axes: Axes, life: Life) -> None:
    """Draw what they passed on, by its length, below the lane."""
    for news, colour, shift in (("bad", BAD, -0.18), ("good", GOOD, 0.18)):
        for month in life.months:
            number = getattr(month, f"told_{news}")()
            if number:
                deep = -0.1 - 0.5 * min(1.0, number / MOST_MESSAGES)
                axes.plot(
                    [month.month + shift] * 2,
                    [-0.1, deep],
                    color=colour,
                    linewidth=2.2,
                    solid_capstyle="butt",
                    zorder=4,
                )


def _labels(axes: Axes, life: Life) -> None:
    """Write what turned above the lane, moved apart where it would overlap, with a thin guide to its month."""
    told = [(month, text) for month in life.months for text in [", ".join(_turns(month))] if text]
    if not told:
        return
    picture = axes.get_figure()
    left, right = axes.get_xlim()
    inch = (right - left) / INSIDE
    widths = [(width_of(picture, [text], SMALL) + 0.12) * inch for _, text in told]  # type: ignore[arg-type]
    if sum(widths) > right - left:  # too many to be told apart: leaving and coming stay
        kept = [at for at, (month, _) in enumerate(told) if month.left or month.came]
        told, widths = [told[at] for at in kept], [widths[at] for at in kept]
    places = spread([month.month for month, _ in told], widths, left, max(right, left + sum(widths)))
    for (month, text), place in zip(told, places, strict=True):
        colour = BAD if month.left else GOOD if month.came else INK
        axes.text(
            place, LABEL_HIGH, literal(text), ha="center", va="center", fontsize=SMALL, color=colour, zorder=6, bbox=ON_PAPER
        )  # fmt: skip
        axes.plot(
            [place, month.month, month.month],
            [LABEL_HIGH - 0.15, HEARD_HIGH + 0.12, _level(month)],
            color="#BBBBBB",
            linewidth=0.7,
            zorder=2,
        )


def _turns(month: Month) -> Iterator[str]:
    if month.outcome and not (month.outcome == "silent" and month.left):
        yield f"{OUTCOMES[month.outcome]}{', stayed' if month.stayed and not month.left else ''}"
    elif month.voiced:
        yield "complained"
    if month.left:
        yield f"left{' in silence' if month.outcome == 'silent' and not month.stayed else ''} ({month.left})"
    if month.came:
        yield f"{'back' if month.is_back() else 'came'} ({month.came})"


def _parting(axes: Axes, setting: Setting, reference: Life, life: Life) -> None:
    if life is reference:
        return
    apart, forked = life.events_differ(reference), life.fate_differs(reference)
    if apart == forked:
        apart = None
    for found, style, word, high in ((apart, (0, (2, 2)), "events differ", 0.28), (forked, "-", "fate differs", 0.03)):
        if not found:
            continue
        at, early = found - 0.5, found <= max(1, 0.12 * setting.months)
        axes.axvline(at, ymin=0.0, ymax=0.66, color=PARTS, linestyle=style, linewidth=1.3, zorder=2)
        axes.annotate(
            word, (at, LOW + high), (4 if early else -4, 0), textcoords="offset points", fontsize=7.5, color=PARTS,
            ha="left" if early else "right", va="bottom", bbox=ON_PAPER,
        )  # fmt: skip


def _spells(months: Sequence[Month]) -> Iterator[tuple[int, int]]:
    """Return the first and last month of each spell as a customer."""
    begin = 0
    for month in months:
        if month.was_customer and not begin:
            begin = month.month
        if begin and (month.left or month is months[-1]):
            yield begin, month.month
            begin = 0


def _mark_months(axes: Axes, start: str, months: int, *, last: bool) -> None:
    """Mark the calendar months 1..`months`, as densely as can be read; the `last` lane bears the labels."""
    first = int(start[5:])
    since = list(range(1, months + 1))
    ticks = next(
        found
        for spacing in SPACINGS
        if len(
            found := [month for month in since if (first + month - 2) % min(spacing, 12) == 0][:: max(1, spacing // 12)]
        )
        <= MOST_TICKS
    )
    dates = [month_name(month, start).split("-") for month in ticks]
    labels = [year if month == "01" else SHORT[int(month) - 1] for year, month in dates]
    axes.set_xticks(ticks, labels if last else [""] * len(ticks), fontsize=9)
    axes.tick_params(axis="x", length=3 if last else 0)
    for month in ticks:
        axes.axvline(month - 0.5, color="#E4E4E4", linewidth=0.7, zorder=0)
    if last:
        axes.set_xlabel(
            "month (a year's number stands at its January); in each lane the line is satisfaction, 0 to 1, while "
            "they are a customer",
            fontsize=8.5,
        )


def _name_marks(picture: Picture, high: float) -> None:
    """Write the legend in two rows, at a height of the picture (0 to 1)."""
    from matplotlib.lines import Line2D

    def mark(marker: str, colour: str, label: str, **more: object) -> Line2D:
        return Line2D([], [], linestyle="", marker=marker, color=colour, markersize=6, label=label, **more)  # type: ignore[arg-type]

    rows = (
        [
            mark("o", GREY, "indifferent"), mark("X", BAD, "failure"), mark("^", GOOD, "delight"),
            mark("D", INK, "grievance, voiced"), mark("D", INK, "grievance, silent", markerfacecolor="white"),
            Line2D([], [], color=BAD, linewidth=3, label="told others bad"), Line2D([], [], color=GOOD, linewidth=3, label="told others good"),
        ],
        [
            mark("v", BAD, "heard bad"), mark("v", GOOD, "heard good"),
            mark("v", INK, "from someone they know"), mark("v", INK, "from a stranger", markerfacecolor="white"),
        ],
    )  # fmt: skip
    for row, marks in enumerate(rows):
        legend = picture.legend(
            handles=marks,
            loc="center left",
            bbox_to_anchor=(0.1 / WIDTH, high - row * LEGEND_ROW / picture.get_size_inches()[1]),
            ncols=len(marks),
            frameon=False,
            fontsize=8,
            handletextpad=0.5,
            columnspacing=1.2,
            handlelength=1.1,
            borderaxespad=0,
        )
        picture.add_artist(legend)


def _by_whom(life: Life) -> str:
    """Say in two lines how many people told them something, of those they know and of others."""
    tellers = {talk.other: talk.known for month in life.months for talk in month.heard}
    known = sum(tellers.values())
    if not tellers:
        return "told by nobody"
    return f"told by {known} they know,\n{len(tellers) - known} they do not"


def _title(setting: Setting, person: Person, lives: Sequence[Life]) -> str:
    reference = lives[0]
    return (
        f"Person {person.number:,}, {quote_name(reference.strategy, [each.strategy for each in lives])}: "
        f"{render_fate(setting, reference)}"
    )


def _subtitle(setting: Setting, person: Person, lives: Sequence[Life]) -> str:
    worlds = "" if len(lives) == 1 else f"The same person and the same luck under {len(lives)} strategies. "
    luck = f"seed {setting.seed}, replication {setting.replication}"
    return f"{worlds}{f'{setting.title}, {luck}' if to_text(setting.title).strip() else luck.capitalize()}"


def draw_files(figure: Figure) -> dict[str, str | bytes]:
    """Return a strip as the files of a result's folder, by name."""
    return {"strip.png": png(figure), "strip.svg": svg(figure)}
