"""All that is drawn from a folder of results: pictures, page and workbook, by file name."""

from __future__ import annotations

from loyaltysim.report import figures
from loyaltysim.report.page.build import page
from loyaltysim.report.workbook import workbook
from loyaltysim.results.reader import ReportSource

REPORT, WORKBOOK = "report.html", "report.xlsx"


def drawn(material: ReportSource) -> dict[str, bytes]:
    """Draw everything: the same bytes for the same folder, whenever and wherever on one platform."""
    pictures = {} if material.results is None else figures.draw(material.results, material.figure)
    named = {f"figures/{name}": content for name, content in pictures.items()}
    return {**named, REPORT: page(material), WORKBOOK: workbook(material)}
