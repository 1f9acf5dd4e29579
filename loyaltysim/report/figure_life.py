"""What became of one customer, month by month, and where does it differ by strategy?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from loyaltysim.report.charts.style import FAINT, INK, Picture, all_within, literal, look, spread, titled, width_of
from loyaltysim.report.charts.style import GREY as QUIET
from loyaltysim.report.figure_life_heard import ON_PAPER, TELLER_HIGH, by_whom, heard, write_on_paper
from loyaltysim.report.life import Life, Month, Person, Setting
from loyaltysim.report.life_frame import BAD, GOOD, GREY, LEGEND_ROW, PARTS, mark_months, name_marks
from loyaltysim.report.life_parting import fork, parting
from loyaltysim.report.life_words import in_short
from loyaltysim.report.text.names import quote_name, to_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, LANE, LABEL, SMALL = 11.5, 1.93, 1.75, 8.0
LOW, HIGH, LABEL_HIGH = -1.18, 2.1, 1.86
NAMES = LABEL - 0.45
"""Inches for a strategy's name, clear of the axis's numbers."""
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
    """Draw one lane a strategy, time to the right: satisfaction, encounters, grievances and their end, talk, leaving and coming."""
    with look():
        return _strip(setting, person, lives)


def _strip(setting: Setting, person: Person, lives: Sequence[Life]) -> Picture:
    body = LANE * len(lives) + 0.95 + LEGEND_ROW
    picture, top = titled(WIDTH, body, _title(setting, person, lives), _subtitle(setting, person, lives))
    width, height = picture.get_size_inches()
    labels = all_within(picture, [life.strategy for life in lives], NAMES, 9.5, weight="bold")
    for place, life in enumerate(lives):
        bottom = height - top - 0.3 - LEGEND_ROW - (place + 1) * LANE
        axes = picture.add_axes(
            (LABEL / width, (bottom + 0.12) / height, (width - LABEL - 0.25) / width, (LANE - 0.12) / height)
        )
        _lane(axes, setting, life)
        _parting(axes, setting, lives[0], life)
        middle = (bottom + 0.12 + LANE * 0.47) / height
        picture.text(0.15 / width, middle, labels[place], va="bottom", fontsize=9.5, fontweight="bold")
        picture.text(0.15 / width, middle - 0.04 / height, by_whom(life), va="top", fontsize=7.5, color=QUIET)
        last = place == len(lives) - 1
        mark_months(axes, setting.start, setting.months, last=last)
    name_marks(picture, WIDTH, (height - top - 0.12) / height)
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
    heard(axes, life, WIDTH - LABEL - 0.25)
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
    inch = (right - left) / (WIDTH - LABEL - 0.25)
    widths = [(width_of(picture, [text], SMALL) + 0.12) * inch for _, text in told]  # type: ignore[arg-type]
    if sum(widths) > right - left:  # too many to be told apart: leaving and coming stay
        kept = [at for at, (month, _) in enumerate(told) if month.left or month.came]
        told, widths = [told[at] for at in kept], [widths[at] for at in kept]
    places = spread([month.month for month, _ in told], widths, left, max(right, left + sum(widths)))
    for (month, text), place in zip(told, places, strict=True):
        colour = BAD if month.left else GOOD if month.came else INK
        write_on_paper(axes, (place, LABEL_HIGH), literal(text), SMALL, colour)
        axes.plot(
            [place, month.month, month.month],
            [LABEL_HIGH - 0.15, TELLER_HIGH + 0.12, _level(month)],
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
    apart, forked = parting(setting, reference, life), fork(setting, reference, life)
    if apart and forked and apart.month == forked.month:
        apart = None
    for found, style, word, high in ((apart, (0, (2, 2)), "events differ", 0.28), (forked, "-", "fate differs", 0.03)):
        if not found:
            continue
        at, early = found.month - 0.5, found.month <= max(1, 0.12 * setting.months)
        axes.axvline(at, ymin=0.0, ymax=0.66, color=PARTS, linestyle=style, linewidth=1.3, zorder=2)
        axes.annotate(
            word, (at, LOW + high), (4 if early else -4, 0), textcoords="offset points", fontsize=7.5, color=PARTS,
            ha="left" if early else "right", va="bottom", bbox=ON_PAPER,
        )  # fmt: skip


def _spells(months: Sequence[Month]) -> Iterator[tuple[int, int]]:
    """Give the first and last month of each spell as a customer."""
    begin = 0
    for month in months:
        if month.was_customer and not begin:
            begin = month.month
        if begin and (month.left or month is months[-1]):
            yield begin, month.month
            begin = 0


def _title(setting: Setting, person: Person, lives: Sequence[Life]) -> str:
    reference = lives[0]
    return f"Person {person.number:,}, {quote_name(reference.strategy, [each.strategy for each in lives])}: {in_short(setting, reference)}"


def _subtitle(setting: Setting, person: Person, lives: Sequence[Life]) -> str:
    worlds = "" if len(lives) == 1 else f"The same person and the same luck under {len(lives)} strategies. "
    luck = f"seed {setting.seed}, replication {setting.replication}"
    return f"{worlds}{f'{setting.title}, {luck}' if to_text(setting.title).strip() else luck.capitalize()}"
