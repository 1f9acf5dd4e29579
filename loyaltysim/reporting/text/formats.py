"""How figures and names are put into words: money in round sizes, spans of time, strategies, and the terminal's tables.

Strategies are named as they were written, recognisable, and never two alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_fixed, format_number
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

FINEST = 6
"""Decimals beyond which a figure is written with a power of ten."""
SIZES = ((1e9, "bn"), (1e6, "M"), (1e3, "k"), (1.0, ""))
PLAIN_PHRASE = re.compile(r"[^\W\d_][\w' -]*")
NARROWEST, WIDTH = 80, 100
"""Columns of a run's table and sentences: those of the terminal within these limits, the larger where there is none."""
WIDTH_OF_DECISIONS = 110
"""Columns of the tables and sentences of the commands that decide, which have more figures in a row."""
WIDTH_OF_STORIES = 96
"""Columns of a customer's life, which is written into a text file as well."""
GRADES_MEAN = {
    "folklore": "quoted everywhere, and no study could be found",
    "assumption": "nobody's figure but this scenario's",
    "secondary": "quoted, the original not seen",
    "measured": "a study is named",
}
"""What each grade of evidence means."""


class Money:
    """A size of money (k$, M$, bn$) and as many decimals as tell figures of this kind apart."""

    def __init__(self, currency: str, largest: float, finest: float = 0.0) -> None:
        """Choose by the largest figure to be shown and the smallest span that must still be seen (0: unknown)."""
        self.currency = currency
        self.divisor, prefix = next((size for size in SIZES if largest >= size[0]), SIZES[-1])
        self.unit = f"{prefix}{currency}" if len(currency) == 1 else f"{prefix} {currency}".strip()
        least = count_decimals(largest / self.divisor, 1 if finest else 2)
        self.decimals = max(least, count_decimals(finest / self.divisor, 0))

    def bare(self, value: float) -> str:
        """Write a figure without its unit; one that is not zero never reads as zero, and zero has no sign."""
        shown = value / self.divisor
        text = format_fixed(shown, self.decimals)
        if not isfinite(shown) or any(digit in text for digit in "123456789"):
            return text
        if value == 0.0:
            return text.removeprefix("-")
        finer = -floor(log10(abs(shown)))
        return f"{shown:.{finer}f}" if finer <= FINEST else f"{shown:.0e}"

    def full(self, value: float) -> str:
        """Write a figure with its unit; a smaller unit if it would be lost in this one."""
        small = Money(self.currency, abs(value))
        fits = value == 0.0 or not isfinite(value) or abs(value) >= 0.5 * 10.0**-self.decimals * self.divisor
        return f"{self.bare(value)} {self.unit}" if fits else f"{small.bare(value)} {small.unit}"

    def shows(self, span: Interval) -> bool:
        """Tell whether a difference and the ends of its interval can be told from zero in this unit."""
        least = 0.5 * 10.0**-self.decimals * self.divisor
        return all(abs(end) >= least for end in (span.mean, span.low, span.high) if isfinite(end) and end != 0.0)

    def within(self, span: Interval, signed: bool = False) -> tuple[str, str]:
        """Write a figure of a column in the column's unit, and its interval's ends.

        Below a thousandth of the unit, where that would be a row of noughts, in a unit of its own.
        """
        lost = 0.0 < abs(span.mean) < 1e-3 * self.divisor
        own = money_for(self.currency, span) if lost else self
        text = f"{own.bare(span.mean)} {own.unit}"
        return (f"+{text}" if signed and not text.startswith("-") else text), own.span(span)

    def signed(self, value: float) -> str:
        """Write a difference with its sign and its unit."""
        text = self.full(value)
        return text if text.startswith("-") else f"+{text}"

    def span(self, ends: Interval) -> str:
        """Write an interval's ends; nothing when there is none."""
        return f"{self.bare(ends.low)} to {self.bare(ends.high)}" if ends.known else ""


def count_decimals(shown: float, digits_after_first: int) -> int:
    """Return the decimals (0 to 3) at which a figure shows its first digit and so many after it."""
    if not isfinite(shown) or shown <= 0.0:
        return 0
    return min(max(digits_after_first - floor(log10(shown)), 0), 3)


def money_for(currency: str, *spans: Interval) -> Money:
    """Choose one size of money for several figures with their intervals.

    A single interval gets the decimals that show on which side of zero its ends lie.
    """
    shown = [abs(end) for span in spans for end in (span.mean, span.low, span.high) if isfinite(end)]
    halves = [(span.high - span.low) / 2 for span in spans if span.known and span.high > span.low]
    if len(spans) == 1:
        halves += [abs(end) for end in (spans[0].low, spans[0].high) if isfinite(end) and end != 0.0]
    means = [abs(span.mean) for span in spans if isfinite(span.mean)]
    largest = max(means, default=0.0) or max(shown, default=0.0)
    return Money(currency, largest, min(halves, default=0.0))


def format_horizon(months: int) -> str:
    """Say how long: in years when they are whole, else in months."""
    number, word = (months // 12, "year") if months % 12 == 0 else (months, "month")
    return f"{number} {word}" if number == 1 else f"{number:,} {word}s"


def describe_means(replications: int) -> str:
    """Say of how many replications figures are the means."""
    return "One replication" if replications == 1 else f"Means of {replications} replications"


def format_share(value: float) -> str:
    """Write a fraction as a percentage."""
    return f"{format_fixed(100 * value, 1)} %" if isfinite(value) else ""


def describe_evidence_counts(counts: Mapping[str, int], scenario: object) -> str:
    """Say in one line how many figures of each evidence grade an answer rests on, and where they are listed."""
    grades = ", ".join(f"{count} {grade}" for grade, count in counts.items())
    return f"It rests on {grades} figures: loyaltysim audit {scenario}"


def format_payback_range(span: Interval) -> str:
    """Write the interval of a month of payback; an end beyond the horizon as `or later, if at all`."""
    if isfinite(span.low) and isfinite(span.high):
        return f"{span.low:.0f} to {span.high:.0f}"
    return f"{span.low:.0f} or later, if at all" if isfinite(span.low) else ""


def round_amount(count: int) -> int:
    """Round a number of replications up to two digits: it rests on an estimate."""
    step = int(10 ** max(len(str(count)) - 2, 0))
    return -(-count // step) * step


def format_quantity(value: float, unit: str, currency: str = "$") -> str:
    """Write a value with its declared unit, in the scenario's currency: `462 $/customer`."""
    return f"{format_number(value)} {unit.replace('$', currency)}".strip()


def to_text(name: str) -> str:
    """Return a user's text without characters that could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in name)


def quote_name(name: str, among: Iterable[str] = ()) -> str:
    """Return a name within a sentence: a plain lower-case phrase as it is, any other in quotes as it was written."""
    shown = to_text(name)
    alike = [other for other in among if other != name and to_text(other).casefold() == shown.casefold()]
    bare = PLAIN_PHRASE.fullmatch(shown) and shown == shown.lower() and not alike
    return shown if bare else f'"{shown}"'


def name_heading(name: str, among: Iterable[str] = ()) -> str:
    """Return a name as a sentence begins with it: capitalised only where that keeps it recognisable."""
    shown = quote_name(name, among)
    return shown[:1].upper() + shown[1:]


def begin_table() -> Table:
    """Return a table without columns or rows, in the look of all tables: a line below the heads, and no other."""
    from rich import box  # here, for a command refuses wrong input before there is anything to lay out
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def as_cell(text: str) -> Text:
    """Return a text as it is, so that brackets in users' names are not read as colours."""
    from rich.text import Text

    return Text(text)


class Wording:
    """An answer in words, and further sentences (`notes`, empty ones left out), as on what could not be simulated."""

    def __init__(self, answer: str, notes: Iterable[str] = ()) -> None:
        self.answer = answer
        self.notes = tuple(note for note in notes if note)
