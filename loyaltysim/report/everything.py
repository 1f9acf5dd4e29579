"""All that is drawn from a folder of results: pictures, page and workbook, by file name."""

from __future__ import annotations

from loyaltysim.report.charts import draw_all
from loyaltysim.report.folder import Material
from loyaltysim.report.page.build import page
from loyaltysim.report.workbook import workbook

REPORT, WORKBOOK = "report.html", "report.xlsx"


def drawn(material: Material) -> dict[str, bytes]:
    """Draw everything: the same bytes for the same folder, whenever and wherever on one platform."""
    pictures = {} if material.results is None else draw_all(material.results, material.figure)
    named = {f"figures/{name}": content for name, content in pictures.items()}
    return {**named, REPORT: page(material), WORKBOOK: workbook(material)}
