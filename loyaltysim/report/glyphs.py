"""Letters that can be drawn: those of matplotlib's own font and of a wider one if there is one; the rest is spelt out."""

from __future__ import annotations

from functools import cache

OWN = "DejaVu Sans"
WIDER = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Arial Unicode MS",
)
"""Fonts with many scripts, in order of preference; the first that is installed helps out."""


@cache
def families() -> list[str]:
    """Name the fonts to draw with, in order."""
    return [OWN, *[name for name in WIDER if _file(name)][:1]]


@cache
def _file(family: str) -> str:
    from matplotlib.font_manager import FontProperties, findfont

    try:
        return str(findfont(FontProperties(family=[family]), fallback_to_default=False))
    except ValueError:
        return ""


@cache
def _known() -> frozenset[int]:
    from matplotlib.font_manager import get_font

    return frozenset(code for name in families() for code in get_font(_file(name)).get_charmap())


def drawable(text: str) -> str:
    """Spell out, as U+8FD4, the letters that no font at hand has."""
    if text.isascii():
        return text
    return "".join(letter if ord(letter) in _known() else f"[U+{ord(letter):04X}]" for letter in text)
