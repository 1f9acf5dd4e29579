"""How cells of the workbook look: money in the scenario's currency, shares as percentages, counts without decimals."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

ACCENT, SOFT, LINE = "#0067A3", "#565D64", "#B9C0C6"
SHARES = ("share", "stay_rate", "told_share", "importance", "performance", "urgency", "believed")
COUNTS = (
    "count",
    "told_count",
    "grievances",
    "stayed",
    "never_complained",
    "replication",
    "rank",
    "month",
    "tried",
    "others",
)
MONEY_UNITS = ("$", "$/month", "$/customer", "$/$")
NOT_MONEY = ("payback_months", "return_on_spend")


A4, HIGHEST = 9, 409.0
"""Excel's number of the paper; the highest row that Excel has, in points."""


def height(text: str, width: float, line: float = 15.0) -> float:
    """Give the height in points of a row so that a text wraps within so many letters and is not cut off.

    Two fifths more letters than there are: bold and capital letters are wider, and words are kept whole.
    """
    letters = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
    lines = 1 if letters <= 0.8 * width else ceil(1.4 * letters / width)
    return min(line * lines, HIGHEST)


class Formats:
    """The workbook's formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._money: dict[str, Format] = {}

    def _of(self, **looks: Any) -> Format:
        return self._book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top"} | looks)

    def money(self, currency: str) -> Format:
        """Whole money with the currency behind it, written as text of the format, whatever it holds."""
        if currency not in self._money:
            unit = currency.replace('"', "").replace("\\", "")
            self._money[currency] = self._of(num_format=f'#,##0 "{unit}"')
        return self._money[currency]

    @cached_property
    def whole(self) -> Format:
        """A count."""
        return self._of(num_format="#,##0")

    @cached_property
    def share(self) -> Format:
        """A fraction as a percentage."""
        return self._of(num_format="0.0%")

    @cached_property
    def plain(self) -> Format:
        """Any other figure."""
        return self._of(num_format="#,##0.0000")

    @cached_property
    def text(self) -> Format:
        """What was written, as text."""
        return self._of(num_format="@")

    @cached_property
    def text_wrapped(self) -> Format:
        """Text over several lines."""
        return self._of(num_format="@", text_wrap=True)

    @cached_property
    def soft_wrapped(self) -> Format:
        """Text beside the matter, over several lines."""
        return self._of(font_color=SOFT, text_wrap=True)

    @cached_property
    def soft(self) -> Format:
        """Text beside the matter."""
        return self._of(font_color=SOFT)

    @cached_property
    def answer(self) -> Format:
        """The answer."""
        return self._of(font_size=16, bold=True, font_color=ACCENT, text_wrap=True, valign="vcenter")

    @cached_property
    def head(self) -> Format:
        """A column's head."""
        return self._of(bold=True, font_color=SOFT, bottom=1, bottom_color=LINE)

    @cached_property
    def head_of_figures(self) -> Format:
        """The head of a column of figures, over several lines."""
        return self._of(
            bold=True, font_color=SOFT, bottom=1, bottom_color=LINE, text_wrap=True, valign="bottom", align="right"
        )

    @cached_property
    def head_wrapped(self) -> Format:
        """A column's head over several lines."""
        return self._of(bold=True, font_color=SOFT, bottom=1, bottom_color=LINE, text_wrap=True, valign="bottom")


def for_paper(sheet: Worksheet) -> None:
    """Print a sheet across A4, as many pages long as it needs."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def format_for(formats: Formats, columns: Sequence[str], row: Sequence[Any], column: int, currency: str) -> Format:
    """Choose a cell's format by its column, and by the unit or item that its row is about."""
    name, value = columns[column], row[column]
    if isinstance(value, str):
        return formats.text
    about = dict(zip(columns, row, strict=True))
    unit = str(about.get("unit", "")).replace(currency, "$")
    if "item" in about:
        return formats.plain if about["item"] in NOT_MONEY else formats.money(currency)
    if unit:
        return formats.money(currency) if unit in MONEY_UNITS else formats.share if "share" in unit or unit == "chance" else formats.plain  # fmt: skip
    if name in SHARES or (name in ("ci_low", "ci_high") and {"share", "stay_rate", "performance"} & about.keys()):
        return formats.share
    return formats.whole if name in COUNTS else formats.plain
