"""Which assumptions does the recommendation hang on, and which of them turn it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.decided import Decided, plainly
from loyaltysim.report.drawing import (
    ACCENT,
    BAD,
    GREY,
    INK,
    Picture,
    axes_in,
    literal,
    look,
    quiet_rows,
    row_height,
    titled,
    width_of,
)
from loyaltysim.report.labels import all_within
from loyaltysim.report.text.names import quote_name

if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE, MOST_ROWS = 9.0, 9.0, 15
NEEDS = (
    "path",
    "unit",
    "low",
    "high",
    "sobol_total",
    "sobol_total_ci_low",
    "sobol_total_ci_high",
    "turns_at",
    "turns_to",
)


def sensitivity(found: Decided) -> Figure:
    """Draw each input's share (Sobol, total) of the variance of the deciding difference, and where it turns the recommendation."""
    with look():
        return _sensitivity(found)


def _sensitivity(found: Decided) -> Picture:
    table = found.table("sensitivity", *NEEDS).sort_values("sobol_total", ascending=False, kind="stable")
    rows = list(table.head(MOST_ROWS).itertuples())
    measured, _ = titled(WIDTH, 1.0, "", "")
    labels = all_within(measured, [str(row.path) for row in rows], 2.4, 10, 2)
    told = all_within(measured, [_turns(row) for row in rows], 2.4, SIZE, 2)
    ranges = [
        literal(f"{plainly(row.low)} to {plainly(row.high)} {str(row.unit).replace('$', found.currency)}")
        for row in rows
    ]
    picture, top = titled(
        WIDTH, len(rows) * (row_height([*labels, *told], 10, 0.3) + 0.25) + 0.8, _title(rows), _subtitle(len(table))
    )
    left = max(width_of(picture, labels, 10), width_of(picture, ranges, 8)) + 0.3
    right = width_of(picture, told, SIZE) + 0.3
    box = (left, 0.6, WIDTH - left - right, picture.get_size_inches()[1] - top - 0.7)
    axes = axes_in(picture, box)
    _bars(axes, rows)
    quiet_rows(axes, [""] * len(rows))
    for row, (label, between, text) in enumerate(zip(labels, ranges, told, strict=True)):
        turning = isinstance(rows[row].turns_to, str) and rows[row].turns_to
        for words, shift, up, size, colour in ((label, 0.06, "bottom", 10, INK), (between, 0.1, "top", 8, GREY)):
            axes.text(
                -0.1 / box[2], row + shift, words, transform=axes.get_yaxis_transform(), fontsize=size, ha="right",
                va=up, color=colour,
            )  # fmt: skip
        axes.text(
            1 + 0.1 / box[2], row, text, transform=axes.get_yaxis_transform(), fontsize=SIZE, va="center",
            color=BAD if turning else GREY,
        )  # fmt: skip
    axes.set_xlabel("share of the variance of the deciding difference (%)")
    return picture


def _bars(axes: Axes, rows: list[Any]) -> None:
    for y, row in enumerate(rows):
        axes.barh(y, 100 * row.sobol_total, height=0.4, color=ACCENT, linewidth=0)
        if row.sobol_total_ci_low == row.sobol_total_ci_low:
            axes.plot([100 * row.sobol_total_ci_low, 100 * row.sobol_total_ci_high], [y, y], color=INK, linewidth=1.4)
    axes.set_xlim(0, max(100.0 * max(max(row.sobol_total, row.sobol_total_ci_high) for row in rows) * 1.05, 10.0))


def _tells(row: Any) -> bool:
    """Tell whether the points sufficed to say what turns the recommendation; older tables always do."""
    return bool(getattr(row, "worth_knowing", 0.0) == getattr(row, "worth_knowing", 0.0))


def _turns(row: Any) -> str:
    if not isinstance(row.turns_to, str) or not row.turns_to:
        return "does not turn it by itself" if _tells(row) else "too few points to tell"
    return f"turns it to {row.turns_to} at {plainly(row.turns_at)}"


def _title(rows: list[Any]) -> str:
    turning = [row for row in rows if isinstance(row.turns_to, str) and row.turns_to]
    most = f"It hangs most on {rows[0].path}"
    if not turning:
        none = "no assumption turns it by itself" if _tells(rows[0]) else "too few points to tell what turns it"
        return f"{most}; {none}"
    first = turning[0]
    more = f" ({len(turning)} assumptions turn it)" if len(turning) > 1 else ""
    turns = f"turns it to {quote_name(first.turns_to)} at {plainly(first.turns_at)}{more}"
    return f"{most}, which {turns}" if first.path == rows[0].path else f"{most}; {first.path} {turns}"


def _subtitle(count: int) -> str:
    shown = f"; the {MOST_ROWS} largest of {count}" if count > MOST_ROWS else ""
    return f"Bars are Sobol's total shares, products with other inputs included, lines their 95 % intervals{shown}"
