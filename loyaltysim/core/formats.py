"""How numbers are written in messages and in words."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def format_fixed(value: float, places: int = 0, sign: str = "") -> str:
    """Write a number to so many decimals, thousands kept apart: `10,703` for 10702.5; `sign="+"` writes a plus as well.

    A half is rounded away from zero, of the 15 digits that a spreadsheet keeps, so that workbook, page and terminal
    agree.
    """
    if not abs(value) < 1e15:  # beyond, all digits that there are come before the point
        return f"{value:{sign},.{places}f}"
    rounded = Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):{sign},.{places}f}"


def format_number(value: float) -> str:
    """Write a number to four digits, thousands kept apart: `0.4521`, `462`, `20,000`; `1e+30` where none could be
    read.
    """
    return format_fixed(value) if 1e3 <= abs(value) < 1e15 else f"{value:.4g}"
