"""The texts that a picture shows, and whether one lies on another."""

from __future__ import annotations

from typing import Any

from matplotlib.text import Text


def shown(picture: Any) -> list[tuple[str, Any]]:
    """Give every text that can be seen, with its box."""
    renderer = picture.canvas.get_renderer()
    picture.draw(renderer)
    texts = [text for text in picture.findobj(Text) if text.get_visible() and text.get_text().strip()]
    ticks = {label for axes in picture.axes for axis in (axes.xaxis, axes.yaxis) for label in outside(axis)}
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts if text not in ticks]


def outside(axis: Any) -> set[Any]:
    """Give the labels of ticks beyond the axis' ends, which are not drawn."""
    if not axis.axes.axison:
        return {*axis.get_ticklabels(which="both"), axis.label}
    low, high = sorted(axis.get_view_interval())
    return {
        label for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()) for label in (tick.label1, tick.label2)
        if not low - 1e-9 <= tick.get_loc() <= high + 1e-9
    }  # fmt: skip


def on_one_another(one: Any, other: Any) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    up = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > 1.0 and up > 1.5
