"""What is the next dollar in each lever worth, today and at the best split of the budget?"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from loyaltysim.report.decided import Decided, plainly
from loyaltysim.report.drawing import (
    ACCENT,
    GREY,
    INK,
    PAPER,
    Picture,
    axes_in,
    literal,
    look,
    quiet_rows,
    titled,
    width_of,
)
from loyaltysim.report.labels import all_within

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE, ROW = 9.0, 9.0, 0.62
NEEDS = ("lever", "period", "at", "spend", "marginal", "ci_low", "ci_high", "overspent_from")
KINDS = (("today", -0.14, PAPER, GREY, "at today's levers"), ("best", 0.14, ACCENT, ACCENT, "at the best split"))


def levers(found: Decided) -> Figure:
    """Draw what a further dollar in each lever gains beyond itself, with its 95 % interval, and where it stops paying.

    Where it does is not told of a split by years: it is of a curve in which all years move alike, and a row is of one.
    """
    with look():
        return _levers(found)


def _levers(found: Decided) -> Picture:
    table = found.table("next_dollar", *NEEDS)
    many = table.period.nunique() > 1
    rows = list(dict.fromkeys((row.lever, row.period) for row in table.itertuples()))
    best = {(row.lever, row.period): row for row in table[table["at"] == "best"].itertuples()}
    rows.sort(key=lambda key: -best[key].marginal if key in best else 0.0)
    measured, _ = titled(WIDTH, 1.0, "", "")
    labels = all_within(measured, [f"{lever} ({period})" if many else lever for lever, period in rows], 2.4, 10, 2)
    told = [_stops(best[key], found.currency) if key in best and not many else "" for key in rows]
    picture, top = titled(WIDTH, len(rows) * ROW + 1.05, _title(rows, best, found.currency), _subtitle(table))
    left = max(width_of(picture, labels, 10) + 0.3, 0.8)
    right = width_of(picture, [literal(text) for text in told], SIZE) + 0.3
    box = (left, 0.65, WIDTH - left - right, picture.get_size_inches()[1] - top - 1.0)
    axes = axes_in(picture, box)
    _dots(axes, table, rows)
    quiet_rows(axes, labels)
    for y, text in enumerate(told):
        axes.text(
            1 + 0.12 / box[2],
            y,
            literal(text),
            transform=axes.get_yaxis_transform(),
            fontsize=SIZE,
            va="center",
            color=GREY,
        )
    axes.set_xlabel(literal(f"gained beyond itself by a further {found.currency} ({found.currency} of present value)"))
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False, fontsize=SIZE, borderaxespad=0.1,
        handletextpad=0.3, columnspacing=1.5,
    )  # fmt: skip
    return picture


def _dots(axes: Axes, table: Any, rows: list[tuple[str, str]]) -> None:
    axes.axvline(0, color=INK, linewidth=1.0, zorder=1)
    for at, shift, fill, colour, label in KINDS:
        found = {(row.lever, row.period): row for row in table[table["at"] == at].itertuples()}
        for y, key in enumerate(rows):
            if key not in found:
                continue
            row = found[key]
            if row.ci_low == row.ci_low:
                axes.plot([row.ci_low, row.ci_high], [y + shift] * 2, color=colour, linewidth=1.6, zorder=2)
            axes.plot(
                [row.marginal], [y + shift], "o", markerfacecolor=fill, markeredgecolor=colour, markersize=6.5, zorder=3,
                label=label if y == 0 else None,
            )  # fmt: skip
    axes.margins(x=0.06)


def _stops(row: Any, currency: str) -> str:
    end = row.overspent_from
    if not isfinite(end):
        return "pays as far as was looked"
    return "does not pay" if end <= 0 else f"pays up to {plainly(end, 3)} {currency} a month"


def _title(rows: list[tuple[str, str]], best: dict[tuple[str, str], Any], currency: str) -> str:
    known = [key for key in rows if key in best]
    if not known or best[known[0]].marginal <= 0:
        return f"At the best split no further {currency} surely brings back more than itself"
    first = best[known[0]]
    sure = "" if first.ci_low != first.ci_low or first.ci_low > 0 else ", which may be luck"
    lever, period = known[0]
    name = lever if len({each for _, each in known}) == 1 else f"{lever} in {period}"
    return f"Beyond the best split a further {currency} brings most in {name}: {first.marginal:.2f} {currency} beyond itself{sure}"


def _subtitle(table: Any) -> str:
    n = int(table.replications.max()) if "replications" in table else 0
    return f"Dots are means{f' of {n} replications' if n else ''}, lines their 95 % intervals; below zero a further one loses"
