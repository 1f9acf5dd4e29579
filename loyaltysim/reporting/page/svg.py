"""Figures as drawings within a page: no outside reference, no date, colours that follow light and dark.

Letters are drawn as shapes, so that a page looks alike wherever it is read and no text of a user's is in the drawing.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, cast

from loyaltysim.reporting.charts.style import Picture, look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DARK = {
    "#000000": "#F2F4F5", "#222222": "#E6E8EA", "#555555": "#AEB4BA", "#777777": "#9AA1A8", "#8A8A8A": "#9299A0",
    "#BBBBBB": "#747B82", "#E6E6E6": "#33393F", "#FFFFFF": "#15181B", "#0072B2": "#4BA8E8", "#B34E00": "#F0883E",
    "#D55E00": "#F0883E", "#009E73": "#2FC79A", "#CC79A7": "#E49CC6", "#E69F00": "#F2B632", "#56B4E9": "#8FD0F5",
    "#1A1B1C": "#000000",
}  # fmt: skip
"""Each colour of the house on white, and the one that takes its place on black; both keep their contrast and order.

Letters on fills stay dark, for the fills get lighter.
"""


def name_of(colour: str) -> str:
    """Name the style variable that holds a colour."""
    return f"--c{colour[1:].lower()}"


def render_svg(figure: Figure, key: str, label: str) -> str:
    """Return a figure as one `svg` element without its heading, which a page says itself; `label` says what it shows.

    `key` sets the drawing's inner names apart from those of other drawings on the page.
    """
    from markupsafe import escape

    text = save_svg(figure)
    text = text[text.index("<svg") :]
    text = re.sub(
        r"<!--.*?-->\s*|<metadata>.*?</metadata>\s*|<style[^>]*>.*?</style>\s*|<defs>\s*</defs>\s*",
        "",
        text,
        flags=re.DOTALL,
    )
    text = prefix_names(text, key)
    text = re.sub(r"#[0-9a-fA-F]{6}\b", lambda found: f"var({name_of(found[0])})", text)
    text = re.sub(r' d="[^"]*"', lambda found: re.sub(r"(\d+\.\d{2})\d+", r"\1", found[0]), text).replace(
        "xlink:href", "href"
    )
    text = re.sub(r"\s*\n\s*", "\n", text)
    view = re.search(r'viewBox="[^"]*"', text)
    assert view is not None
    head = f'<svg role="img" aria-label="{escape(label)}" {view[0]}>'
    return head + text[text.index(">") + 1 :].strip()


def save_svg(figure: Figure) -> str:
    """Return matplotlib's own SVG of what stands below the heading."""
    from matplotlib.transforms import Bbox

    picture, file = cast("Picture", figure), io.StringIO()
    width, height = picture.get_size_inches()
    for text in picture.heading:
        text.set_visible(False)
    try:
        with look():
            picture.savefig(
                file, format="svg", transparent=True, metadata={"Date": None, "Creator": None},
                bbox_inches=Bbox([[0, 0], [width, height - picture.top]]),
            )  # fmt: skip
    finally:
        for text in picture.heading:
            text.set_visible(True)
    return file.getvalue()


def prefix_names(text: str, key: str) -> str:
    """Drop inner names that nothing refers to, and begin the others with a key."""
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda found: f' id="{key}-{found[1]}"' if found[1] in used else "", text)
    return re.sub(r'(url\(#|href="#)([^")]+)', rf"\1{key}-\2", text)
