"""How strategies are named in sentences: as they were written, recognisable, and never two alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

PLAIN_PHRASE = re.compile(r"[^\W\d_][\w' -]*")


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
