"""How strategies are named in sentences: as they were written, recognisable, and never two alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import bidirectional

FROM_THE_RIGHT = ("R", "AL", "AN")
"""Unicode's classes of letters and digits that are written from right to left."""
ISOLATE, END = "\u2068", "\u2069"
"""Unicode's signs before and after letters whose direction is their own."""
PLAIN_PHRASE = re.compile(r"[^\W\d_][\w' -]*")


def plain(name: str) -> str:
    """Give a user's text without characters that could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in name)


def named(name: str, among: Iterable[str] = ()) -> str:
    """Give a name within a sentence: a plain lower-case phrase as it is, any other in quotes as it was written."""
    shown = plain(name)
    alike = [other for other in among if other != name and plain(other).casefold() == shown.casefold()]
    bare = PLAIN_PHRASE.fullmatch(shown) and shown == shown.lower() and not alike
    return shown if bare else f'"{shown}"'


def head(name: str, among: Iterable[str] = ()) -> str:
    """Give a name as a sentence begins with it: capitalised only where that keeps it recognisable."""
    shown = named(name, among)
    return shown[:1].upper() + shown[1:]


def is_turned(text: str) -> bool:
    """Tell whether a text has letters that are written from right to left."""
    return any(bidirectional(letter) in FROM_THE_RIGHT for letter in text)


def isolated(line: str) -> str:
    """Keep words written from right to left, and names in quotes that hold some, from reordering the line around them."""
    if line.isascii() or not is_turned(line):
        return line
    parts = re.split(r'("[^"]*")', line)
    return "".join(
        f'"{ISOLATE}{part[1:-1]}{END}"' if odd % 2 and is_turned(part) else _words_isolated(part)
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
