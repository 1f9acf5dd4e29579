"""All that is drawn from a folder of results: pictures, page and workbook, by file name."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any

from loyaltysim.reporting.charts import draw_all
from loyaltysim.reporting.page.build import page
from loyaltysim.reporting.text.answer import gaps
from loyaltysim.reporting.workbook import workbook
from loyaltysim.results.manifest import MANIFEST
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval

REPORT, WORKBOOK = "report.html", "report.xlsx"


def build_report(material: ReportSource) -> dict[str, bytes]:
    """Draw everything: the same bytes for the same folder, whenever and wherever on one platform."""
    pictures = {} if material.results is None else draw_all(material.results, material.figure)
    named = {f"figures/{name}": content for name, content in pictures.items()}
    return {**named, REPORT: page(material), WORKBOOK: workbook(material)}


# A run as one JSON document, for scripts.

FIGURES = ("npv", "npv_without_later_value", "customers", "churn_annual")


def json_document(results: Results, answer: str, folder: Path) -> str:
    """Give `answer`, `table` (one object a strategy), `folder` and `manifest` as JSON; what is absent is null."""
    told = {
        "answer": answer,
        "table": [_row(results, name) for name in results.strategies],
        "folder": str(folder),
        "manifest": json.loads((folder / MANIFEST).read_text(encoding="utf-8")),
    }
    return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)


def _row(results: Results, name: str) -> dict[str, Any]:
    """Give a strategy's figures with their intervals, and its differences from the first (null for the first itself)."""
    with_it, without = gaps(results, name) if name != results.reference else (None, None)
    return {
        "strategy": name,
        **{metric: _span(interval(results.figures[name][metric])) for metric in FIGURES},
        "npv_difference": _span(with_it),
        "npv_without_later_value_difference": _span(without),
    }


def _span(span: Interval | None) -> dict[str, float | None] | None:
    if span is None:
        return None
    ends = {"mean": span.mean, "ci_low": span.low, "ci_high": span.high}
    return {name: value if isfinite(value) else None for name, value in ends.items()}
