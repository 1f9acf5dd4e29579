"""Options that take several texts: one text given by itself is one, not its letters."""

from __future__ import annotations

from collections.abc import Iterable


def texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """Give an option's texts, where a text by itself is the only one."""
    return (given,) if isinstance(given, str) else tuple(given)


def named(given: str | Iterable[str]) -> tuple[str, ...]:
    """Give the names of an option, where a text by itself holds them with commas between, as on the command line."""
    return tuple(given.split(",")) if isinstance(given, str) else tuple(given)
