"""The questions that every run answers, each with its drawing and the numbers behind it."""

from __future__ import annotations

import numpy as np

from loyaltysim.analysis.summary import FAILURES, compute_share
from loyaltysim.analysis.touchpoints import build_touchpoints
from loyaltysim.core.codes import OUTCOMES, RESOLVED, SILENT
from loyaltysim.reporting.charts import customers as customer_charts
from loyaltysim.reporting.charts import service as service_charts
from loyaltysim.reporting.charts.customers import LOOKS, fewest_leavers, most_moved
from loyaltysim.reporting.charts.service import counted, shown_in_funnel
from loyaltysim.reporting.page.components import (
    Cell,
    Drawing,
    Section,
    Table,
    describe_basis,
    write_count,
    write_decimal,
    write_head,
    write_percent,
)
from loyaltysim.reporting.text import answer as answers
from loyaltysim.reporting.text import pilots
from loyaltysim.reporting.text.failures import render_failures
from loyaltysim.reporting.text.names import to_text
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval, paired, share_interval

TOUCHPOINTS = 12
PRIORITY = (
    "Priority is by importance, urgency, gap and ease of mending; the field is by importance and performance alone. "
    "So a touchpoint to keep, which is important and goes better than the mean, can still have a high priority."
)


def build_answer_section(material: ReportSource) -> Section | None:
    """Say the answer as the terminal says it, with its table."""
    told = [line for line in str(material.manifest.get("answer", "")).split("\n") if line]
    results = material.results
    if results is None:
        notes = [str(note) for note in material.manifest.get("notes", ())]
        return Section("answer", "The answer", [*told, *notes]) if told else None
    table = Table(
        describe_basis(results, "Each strategy"),
        answers.render_heads(results),
        [build_answer_row(results, name) for name in results.strategies],
    )
    return Section("answer", "The answer", [*told, *pilots.describe_pilots(results)], tables=[table])


def build_answer_row(results: Results, name: str) -> list[Cell]:
    """Return the row of the terminal's table, with the figures behind it."""
    cells = [Cell(to_text(name), head=True)]
    for text, value in zip(answers.render_cells(results, name), answers.compute_cells(results, name), strict=True):
        first, _, below = text.partition("\n")
        cells.append(Cell(first, below, value))
    return cells


def build_customers_section(material: ReportSource) -> Section | None:
    """Show how many customers there are over time."""
    results = material.results
    if results is None:
        return None
    rows = []
    for name in results.strategies:
        found, first = results.figures[name], results.figures[results.reference]
        gap = (
            Cell("")
            if name == results.reference
            else write_count(paired(found["customers"], first["customers"]), signed=True)
        )
        flows = [write_count(interval(found[flow]), sure=False) for flow in ("joined", "returned", "left")]
        rows.append(
            [
                write_head(name),
                write_count(interval(found["customers"])),
                gap,
                *flows,
                write_percent(interval(found["churn_annual"])),
            ]
        )
    heads = ["strategy", "customers at the end", f"against {to_text(results.reference)}", "joined", "returned", "left", "churn a year"]  # fmt: skip
    return Section(
        "customers", "How many customers are there over time?", [], [Drawing(material.figure(customer_charts.customers))],
        [Table(describe_basis(results, "Customers"), heads, rows)],
    )  # fmt: skip


def build_reasons_section(material: ReportSource) -> Section | None:
    """Show why customers leave."""
    results = material.results
    if results is None:
        return None
    rows = []
    for name in results.strategies:
        found = results.figures[name]
        parts = [
            write_percent(share_interval(compute_share(found[f"left_{reason}"], found["left"]))) for reason in LOOKS
        ]
        never = np.sum([found[f"never_complained_{reason}"] for reason in LOOKS], axis=0)
        rows.append([write_head(name), *parts, write_percent(share_interval(compute_share(never, found["left"])))])
    heads = ["strategy", *(label for *_, label in LOOKS.values()), "had never complained"]
    caption = describe_basis(results, "Shares of those who left")
    said = [line for line in (fewest_leavers(results),) if line]
    return Section(
        "reasons",
        "Why do customers leave?",
        said,
        [Drawing(material.figure(customer_charts.reasons))],
        [Table(caption, heads, rows)],
    )


def build_funnel_section(material: ReportSource) -> Section | None:
    """Show what becomes of problems, under the first strategy and under the best other one."""
    results = material.results
    if results is None:
        return None
    rows = []
    for name in results.strategies:
        every, stayed = (counted(results, name, kind, OUTCOMES) for kind in ("decided", "stayed"))
        voiced, solved = (counted(results, name, "decided", OUTCOMES[first:]) for first in (SILENT + 1, RESOLVED))
        shares = [write_percent(share_interval(compute_share(part, every))) for part in (voiced, solved, stayed)]
        rows.append([write_head(name), write_count(interval(every)), *shares])
    heads = ["strategy", "problems", "voiced", "resolved", "stayed"]
    caption = describe_basis(results, "Problems worth leaving over, and shares of them")
    drawings = [
        Drawing(material.figure(service_charts.funnel, *([name] if name != results.reference else [])))
        for name in shown_in_funnel(results)
    ]
    return Section("funnel", "What becomes of a problem?", [], drawings, [Table(caption, heads, rows)])


def build_talk_section(material: ReportSource) -> Section | None:
    """Show what is said, good and bad, and what it did."""
    results = material.results
    if results is None or "messages_bad" not in results.catalog:
        return None
    rows = []
    for name in results.strategies:
        found = results.figures[name]
        told = [
            write_count(interval(found[metric]))
            for metric in ("messages_bad", "messages_good", "joined_by_talk", "left_friends")
        ]
        each = [write_decimal(interval(found[metric]), places=1) for metric in ("told_when_unhappy", "told_when_happy")]
        rows.append([write_head(name), *told, *each])
    heads = ["strategy", "bad messages", "good messages", "brought by talk", "followed friends away", "told when unhappy", "told when happy"]  # fmt: skip
    said = [line for line in (most_moved(results),) if line]
    caption = describe_basis(results, "Word of mouth")
    return Section(
        "talk",
        "What do people say, and what does it do?",
        said,
        [Drawing(material.figure(customer_charts.talk))],
        [Table(caption, heads, rows)],
    )


def build_touchpoints_section(material: ReportSource) -> Section | None:
    """Show which touchpoints are urgent."""
    results = material.results
    if results is None or not results.audits:
        return None
    found = build_touchpoints(results)
    first = found[found.strategy == results.reference].sort_values("rank", kind="stable").head(TOUCHPOINTS)
    rows = [
        [
            write_head(f"{row.rank}  {row.touchpoint}"), Cell(str(row.stage)), Cell(str(row.kind)), write_percent(Interval(row.importance)),
            write_percent(Interval(row.performance, row.ci_low, row.ci_high)), Cell(str(row.field)),
        ]
        for row in first.itertuples()
    ]  # fmt: skip
    heads = ["touchpoint, by priority", "stage", "kind", "share of encounters", "goes well", "field"]
    highest = "The touchpoint" if len(rows) == 1 else f"The {len(rows)} touchpoints"
    caption = f"{highest} of highest priority under {to_text(results.reference)}; touchpoints.csv has all"
    return Section(
        "touchpoints",
        "Where does service fail?",
        [PRIORITY],
        [Drawing(material.figure(service_charts.touchpoints))],
        [Table(caption, heads, rows)],
    )


# What is missing: the runs that failed.

MOST_SHOWN = 20


def build_failures_section(material: ReportSource) -> Section | None:
    """Warn of runs that failed, with their errors; nothing where all came to their end."""
    failed = material.table(FAILURES)
    if failed is None or not len(failed) or material.results is None:
        return None
    said = render_failures(failed, material.results.strategies, material.results.replications)
    shown = failed.head(MOST_SHOWN)
    more = f" ({len(shown)} of {len(failed)}; failures.csv has all)" if len(shown) < len(failed) else ""
    rows = [
        [
            write_head(str(row.strategy)),
            Cell(f"{row.replication}", value=float(row.replication)),
            Cell(to_text(str(row.error))),
        ]
        for row in shown.itertuples()
    ]
    table = Table(f"Runs that failed{more}", ["strategy", "replication", "error"], rows)
    again = [("loyaltysim resume .", "in this folder: tries the failed runs again, and only those")]
    return Section("failures", "What is missing?", [said], tables=[table], code=again)
