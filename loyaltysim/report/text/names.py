"""How strategies are named in sentences: as they were written, recognisable, and never two alike."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from unicodedata import bidirectional

FROM_THE_RIGHT = ("R", "AL", "AN")
"""Unicode's classes of letters and digits that are written from right to left."""
ISOLATE, END = "\u2068", "\u2069"
"""Unicode's signs before and after letters whose direction is their own."""
PLAIN_PHRASE = re.compile(r"[^\W\d_][\w' -]*")


def to_text(name: str) -> str:
    """Give a user's text without characters that could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in name)


def quote_name(name: str, among: Iterable[str] = ()) -> str:
    """Give a name within a sentence: a plain lower-case phrase as it is, any other in quotes as it was written."""
    shown = to_text(name)
    alike = [other for other in among if other != name and to_text(other).casefold() == shown.casefold()]
    bare = PLAIN_PHRASE.fullmatch(shown) and shown == shown.lower() and not alike
    return shown if bare else f'"{shown}"'


def name_heading(name: str, among: Iterable[str] = ()) -> str:
    """Give a name as a sentence begins with it: capitalised only where that keeps it recognisable."""
    shown = quote_name(name, among)
    return shown[:1].upper() + shown[1:]


def join_names(name: str) -> str:
    """Give a name in one line, each of its gaps one space wide."""
    return " ".join(to_text(name).split())


def wrap_names(name: str, width: int, most_lines: int = 3, keep: int = 0) -> list[str]:
    """Break a name of one line into lines of so many letters; a longer one loses its middle, for names often differ at the end.

    `keep`: where in the name stands what must be seen, if not at the end; it then follows the name's beginning.
    """
    lines = textwrap.wrap(name, width, break_on_hyphens=False)
    if len(lines) > most_lines:
        room = width * most_lines
        name = _from(name, keep, room) if keep else _ends(name, room)
        lines = textwrap.wrap(name, width, max_lines=most_lines, placeholder=" …", break_on_hyphens=False)
    return lines


def _ends(name: str, room: int) -> str:
    return f"{_up_to_a_word(name, room // 2)} … {_up_to_a_word(name[::-1], room // 4)[::-1]}"


def _from(name: str, keep: int, room: int) -> str:
    """Give a quarter of the room to a name's beginning, and half of it to what stands from a place on."""
    begin, rest = _up_to_a_word(name[:keep], room // 4), _up_to_a_word(name[keep:], max(room // 2, 1))
    whole = name[len(begin)] == " "
    gap = "…" if name[keep - 1] != " " else " … " if whole else "… "
    return f"{begin}{gap}{rest}{'' if len(rest) == len(name) - keep else '…'}"


def _up_to_a_word(text: str, letters: int) -> str:
    """Give the whole words among the first letters of a text; the letters themselves if one word fills them."""
    cut = text[:letters]
    whole = cut if text[letters : letters + 1] in ("", " ") else cut.rpartition(" ")[0]
    return (whole or cut).strip()


def is_right_to_left(text: str) -> bool:
    """Tell whether a text has letters that are written from right to left."""
    return any(bidirectional(letter) in FROM_THE_RIGHT for letter in text)


def isolate(line: str) -> str:
    """Keep words written from right to left, and names in quotes that hold some, from reordering the line around them."""
    if line.isascii() or not is_right_to_left(line):
        return line
    parts = re.split(r'("[^"]*")', line)
    return "".join(
        f'"{ISOLATE}{part[1:-1]}{END}"' if odd % 2 and is_right_to_left(part) else _words_isolated(part)
        for odd, part in enumerate(parts)
    )


def _words_isolated(text: str) -> str:
    """Isolate each run of words that are written from right to left, from its first such letter to its last."""
    words = "".join(
        "r" if (of := bidirectional(each)) in FROM_THE_RIGHT else "l" if of == "L" else "-" for each in text
    )
    runs = [run.span() for run in re.finditer(r"r(?:[r-]*r)?", words)]
    for begin, end in reversed(runs):
        text = f"{text[:begin]}{ISOLATE}{text[begin:end]}{END}{text[end:]}"
    return text
