"""All that is made from a folder of results: pictures, page and workbook by file name, and one JSON document."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path

from loyaltysim.analysis.recommendation import Recommendation, compare_with_reference, recommend
from loyaltysim.analysis.summary import ends
from loyaltysim.reporting.charts import draw_all
from loyaltysim.reporting.page.build import render_page
from loyaltysim.reporting.workbook import workbook
from loyaltysim.results.manifest import MANIFEST
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval

REPORT, WORKBOOK = "report.html", "report.xlsx"
FIGURES = ("npv", "npv_without_later_value", "customers", "churn_annual")
"""What is told of each strategy in JSON."""


def build_report(material: ReportSource) -> dict[str, bytes]:
    """Draw everything: the same bytes for the same folder, whenever and wherever on one platform."""
    pictures = {} if material.results is None else draw_all(material.results, material.figure)
    named = {f"figures/{name}": content for name, content in pictures.items()}
    return {**named, REPORT: render_page(material), WORKBOOK: workbook(material)}


def render_json(results: Results, answer: str, folder: Path) -> str:
    """Return a run as one JSON document, for scripts.

    Its keys are `answer`, `table` (one object a strategy), `recommendation`, `folder` and `manifest`; what is absent is
    null.
    """
    document = {
        "answer": answer,
        "table": [strategy_fields(results, name) for name in results.strategies],
        "recommendation": recommendation_fields(recommend(results)),
        "folder": str(folder),
        "manifest": json.loads((folder / MANIFEST).read_text(encoding="utf-8")),
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)


def strategy_fields(results: Results, name: str) -> dict[str, object]:
    """Return a strategy's figures with their intervals, and its differences from the first (null for itself)."""
    with_it, without = compare_with_reference(results, name) if name != results.reference else (None, None)
    return {
        "strategy": name,
        **{metric: span_fields(interval(results.figures[name][metric])) for metric in FIGURES},
        "npv_difference": span_fields(with_it),
        "npv_without_later_value_difference": span_fields(without),
    }


def recommendation_fields(found: Recommendation) -> dict[str, object]:
    """Return the best strategy, its lead over the runner-up within and after the horizon, and its interval."""
    low, high = none_if_absent(found.lead.low), none_if_absent(found.lead.high)
    return {
        "best": found.best,
        "runner_up": found.runner_up or None,
        "lead": none_if_absent(found.lead.mean),
        "lead_within_horizon": none_if_absent(found.lead_within_horizon.mean),
        "lead_after_horizon": none_if_absent(found.lead_after_horizon.mean),
        "interval_random": [low, high] if found.lead.known else None,
    }


def span_fields(span: Interval | None) -> dict[str, float | None] | None:
    """Return a mean and the ends of its interval."""
    if span is None:
        return None
    return {name: none_if_absent(end) for name, end in zip(("mean", "ci_low", "ci_high"), ends(span), strict=True)}


def none_if_absent(value: float) -> float | None:
    """Return a figure, or None for what JSON cannot hold."""
    return value if isfinite(value) else None
