"""Names beside lines, bars and lanes: broken into lines, shortened where they must be, and never two shortened alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from loyaltysim.report.drawing import Picture, tidy, within, wrapped
from loyaltysim.report.text.names import join_names, wrap_names

Cut = Callable[[str, int], str]
"""Shortens a name; what stands at an index of it is kept (0: what stands at its end)."""


def all_wrapped(names: Sequence[str], width: int, most_lines: int = 3) -> list[str]:
    """Break names into lines of so many letters; where shortening makes two alike, each keeps what tells them apart."""
    return _distinct(names, lambda name, keep: wrapped(name, width, most_lines, keep))


def all_within(
    picture: Picture, names: Sequence[str], inches: float, fontsize: float, most_lines: int = 3, weight: str = "normal"
) -> list[str]:
    """Break or shorten names likewise, so that none is wider than so many inches."""
    return _distinct(
        names, lambda name, keep: within(picture, name, inches, fontsize, most_lines, keep, fontweight=weight)
    )


def all_shortened(names: Sequence[str], letters: int) -> list[str]:
    """Shorten names likewise to one line of so many letters, as plain text, which is not drawn here."""
    return _distinct(names, lambda name, keep: "".join(wrap_names(join_names(name), letters, 1, keep)), join_names)


def _distinct(names: Sequence[str], cut: Cut, tidied: Callable[[str], str] = tidy) -> list[str]:
    places = {name: place for place, name in enumerate(dict.fromkeys(names), 1)}
    shown = {name: cut(name, 0) for name in places}
    for alike in _alike(shown, places):
        shown |= _apart(alike, cut, tidied)
    for alike in _alike(shown, places):  # alike to the last letter that can be drawn: only their place tells them apart
        shown |= {name: cut(f"{places[name]} {name}", 0) for name in alike}
    return [shown[name] for name in names]


def _alike(shown: dict[str, str], names: Iterable[str]) -> list[list[str]]:
    """Give the groups of names that are shown alike."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(shown[name], []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def _apart(alike: list[str], cut: Cut, tidied: Callable[[str], str]) -> dict[str, str]:
    """Show each name from the word, or else from the letter, at which the group's names begin to differ."""
    letter = sum(1 for _ in takewhile(lambda each: len(set(each)) == 1, zip(*map(tidied, alike), strict=False)))
    word = tidied(alike[0])[:letter].rfind(" ") + 1
    shown: dict[str, str] = {}
    for keep in (word, letter):
        shown = {name: cut(name, keep) for name in alike}
        groups = _alike(shown, alike)
        if not groups:
            return shown
        if any(len(group) < len(alike) for group in groups):
            for group in groups:
                shown |= _apart(group, cut, tidied)
            return shown
    return shown
