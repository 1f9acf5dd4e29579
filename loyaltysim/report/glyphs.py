"""Letters that can be drawn: those of the fonts that matplotlib brings and of wider ones if there are any; the rest is spelt out."""

from __future__ import annotations

from functools import cache

from loyaltysim.report.text.names import isolate

SHIPPED = ("DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "STIXGeneral")
"""What matplotlib brings: European letters, Hebrew, Arabic, and many signs."""
WIDER = (
    ("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Micro Hei", "Droid Sans Fallback", "PingFang SC", "Hiragino Sans", "Microsoft YaHei", "Yu Gothic", "Arial Unicode MS"),
    ("Noto Sans CJK KR", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", "NanumGothic"),
    ("Noto Sans Devanagari", "Nirmala UI", "Kohinoor Devanagari", "Lohit Devanagari"),
    ("Noto Sans Bengali", "Noto Sans Tamil", "FreeSans"),
    ("Noto Sans Thai", "Leelawadee UI", "Thonburi", "Loma"),
    ("Noto Sans Ethiopic", "Ebrima", "Kefa"),
    ("Noto Emoji", "Symbola", "Segoe UI Symbol", "Noto Sans Symbols2"),
)  # fmt: skip
"""Fonts for other scripts; of each line the first that is installed helps out."""


@cache
def families() -> list[str]:
    """Name the fonts to draw with, in order."""
    wider = (next((name for name in line if _file(name)), "") for line in WIDER)
    return [*SHIPPED, *dict.fromkeys(name for name in wider if name)]


@cache
def _file(family: str, weight: str = "normal") -> str:
    from matplotlib.font_manager import FontProperties, findfont

    try:
        return str(findfont(FontProperties(family=[family], weight=weight), fallback_to_default=False))
    except ValueError:
        return ""


@cache
def _known() -> frozenset[int]:
    """Give the letters that can be drawn in normal and in bold type."""
    from matplotlib.font_manager import get_font

    weights = ({code for name in families() for code in get_font(_file(name, weight)).get_charmap()} for weight in ("normal", "bold"))  # fmt: skip
    return frozenset(set.intersection(*weights))


def drawable(text: str) -> str:
    """Spell out, as U+8FD4, the letters that no font at hand has."""
    if text.isascii():
        return text
    return "".join(letter if ord(letter) in _known() else f"[U+{ord(letter):04X}]" for letter in text)


@cache
def _turns() -> bool:
    """Tell whether this matplotlib lays words out by their direction, as it does from 3.11 on; before, it draws what comes first at the left."""
    from matplotlib import ft2font

    return hasattr(ft2font, "__libraqm_version__")


def directed(line: str) -> str:
    """Keep words written from right to left from turning around the line that they stand in, if they would."""
    return isolate(line) if _turns() else line
