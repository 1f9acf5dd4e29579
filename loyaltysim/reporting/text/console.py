"""The terminal's pages: how wide they are, and the one look of their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

NARROWEST, WIDTH = 80, 100
"""Columns of a run's table and sentences: those of the terminal within these limits, the larger where there is none."""
WIDTH_OF_DECISIONS = 110
"""Columns of the tables and sentences of the commands that decide, which have more figures in a row."""
WIDTH_OF_STORIES = 96
"""Columns of a customer's life, which is written into a text file as well."""


def begin_table() -> Table:
    """Return a table without columns or rows, in the look of all tables: a line below the heads, and no other."""
    from rich import box  # here, for a command refuses wrong input before there is anything to lay out
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def as_cell(text: str) -> Text:
    """Return a text as it is, so that brackets in users' names are not read as colours."""
    from rich.text import Text

    return Text(text)
