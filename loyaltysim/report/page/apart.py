"""Names written from right to left, kept from reordering the sentence around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from loyaltysim.report.names import is_turned, plain
from loyaltysim.results.reader import ReportSource

if TYPE_CHECKING:
    from markupsafe import Markup


def written_by_users(material: ReportSource) -> Iterator[str]:
    """Give the title, the question and the names of strategies and touchpoints."""
    manifest, results = material.manifest, material.results
    yield str(manifest.get("title", ""))
    yield " ".join(str(manifest.get("question", "")).split())
    yield from map(str, manifest.get("strategies", ()))
    if results is not None:
        yield from results.strategies
        yield from (name for audits in results.audits.values() for name in audits[0].names)


def apart(names: Iterable[str]) -> Callable[[str], Markup]:
    """Give what escapes a text and isolates in it, with `bdi`, each of the names that has letters from right to left."""
    from markupsafe import Markup, escape

    shown = {plain(name) for name in names}
    turned = sorted((name for name in shown if is_turned(name)), key=lambda name: (-len(name), name))
    if not turned:
        return escape
    found = re.compile(f"({'|'.join(map(re.escape, turned))})")

    def isolated(text: str) -> Markup:
        parts = enumerate(found.split(text))
        return Markup("").join(Markup("<bdi>{}</bdi>").format(part) if odd % 2 else escape(part) for odd, part in parts)

    return isolated
