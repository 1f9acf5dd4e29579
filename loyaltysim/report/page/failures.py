"""What is missing: the runs that failed."""

from __future__ import annotations

from loyaltysim.report.failure_words import FAILURES, warning
from loyaltysim.report.names import plain
from loyaltysim.report.page.parts import Cell, Section, Table, row_head
from loyaltysim.results.reader import ReportSource

MOST_SHOWN = 20


def failures(material: ReportSource) -> Section | None:
    """Warn of runs that failed, with their errors; nothing where all came to their end."""
    failed = material.table(FAILURES)
    if failed is None or not len(failed) or material.results is None:
        return None
    said = warning(failed, material.results.strategies, material.results.replications)
    shown = failed.head(MOST_SHOWN)
    more = f" ({len(shown)} of {len(failed)}; failures.csv has all)" if len(shown) < len(failed) else ""
    rows = [
        [
            row_head(str(row.strategy)),
            Cell(f"{row.replication}", value=float(row.replication)),
            Cell(plain(str(row.error))),
        ]
        for row in shown.itertuples()
    ]
    table = Table(f"Runs that failed{more}", ["strategy", "replication", "error"], rows)
    again = [("loyaltysim resume .", "in this folder: tries the failed runs again, and only those")]
    return Section("failures", "What is missing?", [said], tables=[table], code=again)
