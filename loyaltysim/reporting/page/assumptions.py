"""What the answer rests on, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING, Any

from loyaltysim.reporting.page.components import Cell, Section, Table, write_head
from loyaltysim.reporting.text.names import to_text
from loyaltysim.reporting.text.numbers import GRADES_MEAN, format_horizon
from loyaltysim.results.reader import ReportSource
from loyaltysim.scenario.ranges import SHARES

if TYPE_CHECKING:
    import pandas as pd

MOST_FIGURES = 12
"""Figures of the weakest grade that are named; the rest are in audit.csv."""


def build_evidence_section(material: ReportSource) -> Section | None:
    """Show how many figures of each evidence grade the answer rests on, and name the commands that find what turns it."""
    counts = material.manifest.get("rests_on") or {}
    if not counts and material.results is None:
        return None
    said, tables = list[str](), list[Table]()
    if counts:
        said.append(
            "What is stated in the scenario is met, not predicted; the answer is as good as the figures it rests on."
        )
        tables = build_grade_tables(material, counts)
    if material.manifest.get("lesson"):
        said.append(
            f"Lesson of the file as it is written: {to_text(' '.join(str(material.manifest['lesson']).split()))}"
        )
    code = suggest_commands(material)
    return Section("basis", "What does the answer rest on?", said, tables=tables, code=code) if said or code else None


def suggest_commands(material: ReportSource) -> list[tuple[str, str]]:
    """Name the commands that simulate other values, if there is something to turn and that was not done here."""
    import pandas as pd

    compared = material.results is not None and len(material.results.strategies) > 1
    if not compared or "breakeven_curve" in material.names:
        return []
    found = [
        ("loyaltysim breakeven scenario.yml", "in this folder: at which acquisition cost the recommendation turns")
    ]
    audit = material.table("audit")
    if audit is not None:
        above_zero = pd.to_numeric(audit.value, errors="coerce") > 0.0
        varied = audit.path[above_zero & ~audit.path.str.startswith(SHARES)]
        what = "along the weakest figure that it rests on; any other parameter or lever can stand in its place"
        found += [(f"loyaltysim breakeven scenario.yml --over {path}", what) for path in varied[:1]]
    return found


def build_grade_tables(material: ReportSource, counts: Mapping[str, int]) -> list[Table]:
    """Count the figures of each grade, and name the weakest."""
    rows = [[write_head(grade), Cell(f"{number:,}", value=float(number)), Cell(GRADES_MEAN.get(grade, ""))] for grade, number in counts.items()]  # fmt: skip
    tables = [Table("Figures by the grade of their evidence, the weakest first", ["grade", "figures", "meaning"], rows)]
    audit = material.table("audit")
    return [*tables, build_weakest_table(audit)] if audit is not None and len(audit) else tables


def build_weakest_table(audit: pd.DataFrame) -> Table:
    """Name the figures of the weakest grade."""
    grade = str(audit.grade.iloc[0])
    rows = audit[audit.grade == grade]
    shown = rows.head(MOST_FIGURES)
    cells = [[write_head(str(row.path)), Cell(format_cell(row.value)), Cell(format_cell(row.unit)), Cell(format_cell(row.source))] for row in shown.itertuples()]  # fmt: skip
    more = f" ({len(shown)} of {len(rows)}; audit.csv has all)" if len(shown) < len(rows) else ""
    return Table(f"The weakest: {grade}{more}", ["figure", "value", "unit", "source"], cells)


def format_cell(value: Any) -> str:
    """Write a cell of audit.csv, a text or a number."""
    return to_text(value) if isinstance(value, str) else "" if isnan(value) else f"{value:,.10g}"


def build_provenance_section(material: ReportSource) -> Section:
    """Say with which luck, sizes and versions it was made, and how to repeat it."""
    manifest = material.manifest
    facts = {
        "seed": manifest.get("seed"),
        "replications": manifest.get("replications"),
        "horizon": format_horizon(manifest["months"]) if "months" in manifest else None,
        "first month": manifest.get("start"),
        "scenario (SHA-256)": manifest.get("scenario_sha256"),
        **manifest.get("versions", {}),
    }
    rows = [[write_head(name), Cell(to_text(str(value)))] for name, value in facts.items() if value not in (None, "")]
    code = [
        (
            str(manifest.get("repeat", "loyaltysim run scenario.yml")),
            "in this folder: the same again; scenario.yml has every value, with where it came from",
        ),
        ("loyaltysim audit scenario.yml", "all that the answer rests on, the weakest evidence first"),
        ("loyaltysim report .", "draws this page, the pictures and the workbook anew"),
    ]
    said = ["Every strategy met the same customers and the same luck, so differences between strategies are theirs."]
    return Section(
        "made", "How was it made?", said, tables=[Table("Seed, sizes and versions", ["what", "value"], rows)], code=code
    )
