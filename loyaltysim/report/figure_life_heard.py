"""What reached a customer in the picture of their life: good or bad, from someone they know or not, and from whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from loyaltysim.report.charts.style import spread, width_of
from loyaltysim.report.life import Life, Month, Talk
from loyaltysim.report.life_frame import BAD, GOOD

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEARD_HIGH, TELLER_HIGH, SMALL = 1.2, 1.47, 6.5
ON_PAPER: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.6}
"""Paper behind words, so that no line runs through them."""
APART, ROOM, STRAIGHT = 0.18, 0.05, 0.04
"""Months between bad and good of one month; inches between the names of two tellers, and from which on a name moved aside has a guide."""


def write_on_paper(axes: Axes, place: tuple[float, float], text: str, size: float, colour: str) -> None:
    """Write a label around a place, above all lines; `size` in points."""
    axes.text(*place, text, ha="center", va="center", fontsize=size, color=colour, zorder=6, bbox=ON_PAPER)


def heard(axes: Axes, life: Life, width: float) -> None:
    """Draw a mark a month for what reached them, filled if someone they know told it, and above it who; `width` in inches."""
    for month, news, colour, shift in _kinds(life):
        tellers = _tellers(month, news)
        known = any(talk.known for talk in tellers)
        axes.scatter(
            [month.month + shift], [HEARD_HIGH], s=22, facecolors=colour if known else "white", edgecolors=colour,
            marker="v", linewidths=1.0, zorder=4,
        )  # fmt: skip
    _name(axes, life, width)


def _kinds(life: Life) -> Iterator[tuple[Month, str, str, float]]:
    for month in life.months:
        both = month.heard_bad() and month.heard_good()
        for news, colour, side in (("bad", BAD, -1), ("good", GOOD, 1)):
            if _tellers(month, news):
                yield month, news, colour, side * APART if both else 0.0


def _tellers(month: Month, news: str) -> list[Talk]:
    return [talk for talk in month.heard if getattr(talk, news)]


def _name(axes: Axes, life: Life, width: float) -> None:
    """Write who told it above the marks; where a name would not stay above its own, how many told it; else nothing."""
    marks = list(_kinds(life))
    left, right = axes.get_xlim()
    inch = (right - left) / width
    wanted = [month.month + shift for month, _, _, shift in marks]
    for write in (_number, _count):
        told = [write(_tellers(month, news)) for month, news, *_ in marks]
        wide = [width_of(axes.get_figure(), [text], SMALL) * inch for text in told]  # type: ignore[arg-type]
        taken = [each + ROOM * inch for each in wide]
        if not told or sum(taken) > right - left:
            continue
        places = spread(wanted, taken, left, right)
        if any(text and abs(to - at) > each / 2 for text, to, at, each in zip(told, places, wanted, wide, strict=True)):
            continue
        for text, to, at, (*_, colour, _) in zip(told, places, wanted, marks, strict=True):
            write_on_paper(axes, (to, TELLER_HIGH), text, SMALL, colour)
            if text and abs(to - at) > STRAIGHT * inch:
                ends = (TELLER_HIGH - 0.07, HEARD_HIGH + 0.05)
                axes.plot([to, at], ends, color="#BBBBBB", linewidth=0.7, zorder=2)
        return


def _number(tellers: Sequence[Talk]) -> str:
    more = f" +{len(tellers) - 1}" if len(tellers) > 1 else ""
    return f"{tellers[0].other}{more}"


def _count(tellers: Sequence[Talk]) -> str:
    return f"×{len(tellers)}" if len(tellers) > 1 else ""


def by_whom(life: Life) -> str:
    """Say in two lines how many people told them something, of those they know and of others."""
    tellers = {talk.other: talk.known for month in life.months for talk in month.heard}
    known = sum(tellers.values())
    if not tellers:
        return "told by nobody"
    return f"told by {known} they know,\n{len(tellers) - known} they do not"
