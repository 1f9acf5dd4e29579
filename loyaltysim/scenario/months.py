"""Calendar months as text (`2027-01`) and as numbers, month 1 being the scenario's start."""

from __future__ import annotations

import re

_MONTH = re.compile(r"[1-9]\d{3}-(0[1-9]|1[0-2])")


def is_month(text: object) -> bool:
    """Tell whether a value is a calendar month written YYYY-MM, of the years 1000 to 9999."""
    return isinstance(text, str) and text.isascii() and _MONTH.fullmatch(text) is not None


def number(month: str, start: str) -> int:
    """Give the number of a calendar month, 1 for the start itself, 0 or less before it."""
    return _since_year_0(month) - _since_year_0(start) + 1


def calendar(number: int, start: str) -> str:
    """Give the calendar month of a month's number."""
    year, month = divmod(_since_year_0(start) + number - 1, 12)
    return f"{year:04d}-{month + 1:02d}"


def _since_year_0(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1
