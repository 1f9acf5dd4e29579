"""The questions that every run answers, each with its drawing and the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.analysis.summary import FAILURES, build_touchpoints, compute_share, contrast_with_reference, discount
from loyaltysim.core.codes import OUTCOMES, RESOLVED, SILENT
from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.charts import Chart, decided, plainly
from loyaltysim.reporting.charts import customers as customer_charts
from loyaltysim.reporting.charts import decisions as decision_charts
from loyaltysim.reporting.charts import money as money_charts
from loyaltysim.reporting.charts import service as service_charts
from loyaltysim.reporting.charts.customers import LOOKS, fewest_leavers, most_moved
from loyaltysim.reporting.charts.money import ranked, returns
from loyaltysim.reporting.charts.service import counted, shown_in_funnel
from loyaltysim.reporting.page.components import (
    Cell,
    Drawing,
    Section,
    Table,
    describe_basis,
    write_amount,
    write_count,
    write_decimal,
    write_head,
    write_percent,
)
from loyaltysim.reporting.text import answer
from loyaltysim.reporting.text import answer as answers
from loyaltysim.reporting.text.answer import render_failures
from loyaltysim.reporting.text.formats import (
    GRADES_MEAN,
    format_horizon,
    format_payback_range,
    money_for,
    quote_name,
    to_text,
)
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import Results
from loyaltysim.scenario.ranges import SHARES
from loyaltysim.stats.intervals import Interval, interval, paired, share_interval

if TYPE_CHECKING:
    import pandas as pd

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
    return Section("answer", "The answer", [*told, *answer.describe_pilots(results)], tables=[table])


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


# The questions of money: where it comes from, and what each further dollar brings back.

PANELS = 6
"""Waterfalls in one drawing: more would not fit on one printed page."""


def build_money_section(material: ReportSource) -> Section | None:
    """Show where each strategy's worth comes from."""
    results = material.results
    if results is None:
        return None
    panels = ranked(results)
    drawings = [Drawing(material.figure(money_charts.money))] if len(results.strategies) > 1 else []
    first = quote_name(results.reference, results.strategies)
    for begin in range(0, len(panels), PANELS):
        title = f"From {first} to each strategy, step by step" if len(results.strategies) > 1 else ""
        title += " (continued)" if begin else ""
        chosen = [tuple(panels[begin : begin + PANELS])] if len(panels) > PANELS else []
        drawings.append(Drawing(material.figure(money_charts.waterfall, *chosen), title))
    return Section(
        "money",
        "Where does the money come from?",
        [describe_discounting(results)],
        drawings,
        [build_money_table(results)],
    )


def describe_discounting(results: Results) -> str:
    """Say what net present value is, and at which rate it is discounted."""
    return (
        "Net present value is the margin of all customers less all costs, discounted at "
        f"{100 * results.discount_rate:.3g} % a year, and what those who are still customers at the end are worth after it."
    )


def build_money_table(results: Results) -> Table:
    """Return what each strategy's worth is made of, and by which month it has paid back."""
    names = results.strategies
    flows = {name: (discount(results, name, "margin"), results.figures[name]["discounted_cost"], results.figures[name]["later_value"]) for name in names}  # fmt: skip
    spans = [interval(values) for each in flows.values() for values in each]
    large = money_for(results.currency, *spans, *(interval(results.figures[name]["npv"]) for name in names))
    rows = []
    for name in names:
        cells = [write_amount(large, Interval(interval(values).mean)) for values in flows[name]]
        worth = write_amount(large, interval(results.figures[name]["npv"]))
        month = contrast_with_reference(results, name)["payback_months"]
        paid = Cell(f"{month.mean:.0f}", format_payback_range(month), month.mean) if isfinite(month.mean) else Cell("")
        rows.append([write_head(name), *cells, worth, *([paid] if len(names) > 1 else [])])
    heads = ["strategy", "margin", "costs", "value after the horizon", "worth (NPV)"]
    heads += ["pays back in month"] if len(names) > 1 else []
    return Table(describe_basis(results, "Present values"), heads, rows)


def build_return_section(material: ReportSource) -> Section | None:
    """Show what each dollar spent beyond the first strategy brings back."""
    results = material.results
    if results is None or len(results.strategies) == 1:
        return None
    found = returns(results)
    spent = money_for(results.currency, *(each.spent for each in found))
    gained = money_for(results.currency, *(each.gained for each in found))
    saved = {
        each.strategy: contrast_with_reference(results, each.strategy)["cost_per_saved_customer"] for each in found
    }
    each_costs = money_for(results.currency, *saved.values())
    rows = [
        [
            write_head(each.strategy), write_amount(spent, each.spent, signed=True), write_amount(gained, each.gained, signed=True),
            write_decimal(each.ratio, results.currency, signed=True),
            write_amount(each_costs, saved[each.strategy]),
        ]
        for each in found
    ]  # fmt: skip
    heads = [
        "strategy",
        "spent more",
        "worth more (NPV)",
        f"per {results.currency} spent more",
        "cost of one more customer",
    ]
    caption = describe_basis(results, f"Differences from {to_text(results.reference)}, discounted")
    said = [
        "What a strategy's money earned on average is not what a little more of it would earn: returns usually diminish."
    ]
    return Section(
        "next-dollar",
        "Where does the next dollar go?",
        said,
        [Drawing(material.figure(money_charts.next_dollar))],
        [Table(caption, heads, rows)],
    )


# Sections of the commands that decide, from the tables that they leave: where it turns, what it hangs on, the next dollar.

MOST_ROWS, MOST_COLUMNS, NOTHING = 40, 8, 1e-9
SHOWN = {
    "breakeven": ("path", "unit", "better_below", "better_above", "flips_at", "ci_low", "ci_high", "recommendation"),
    "next_dollar": ("lever", "period", "at", "spend", "marginal", "ci_low", "ci_high", "overspent_from"),
    "sensitivity": ("path", "unit", "today", "sobol_total", "turns_at", "turns_to", "worth_knowing"),
}
"""Columns that answer come first, of tables that have more of them than a page is wide."""
OWN = ("optimise", "next_dollar", "breakeven", "frontier", "sensitivity", "audit", "metrics")
"""Tables that have a section of their own, or are told elsewhere."""


def build_split_section(material: ReportSource) -> Section | None:
    """Show the best split of a budget and the worth of the next dollar in each lever, where `optimise` has left them."""
    return build_section(
        material, "optimise", "What is the best split of the budget?", ("optimise", "next_dollar"),
        [decision_charts.levers],
    )  # fmt: skip


def build_breakeven_section(material: ReportSource) -> Section | None:
    """Show where the recommendation turns, and the map of who wins, where `breakeven` has left them."""
    return build_section(
        material, "breakeven", "Where does the recommendation turn?", ("breakeven", "frontier"),
        [decision_charts.breakeven, decision_charts.frontier],
    )  # fmt: skip


def build_sensitivity_section(material: ReportSource) -> Section | None:
    """Show which assumptions the answer hangs on, where `sensitivity` has left it."""
    return build_section(
        material, "sensitivity", "Which assumptions does it hang on?", ("sensitivity",),
        [decision_charts.sensitivity],
    )  # fmt: skip


def build_tables_section(material: ReportSource) -> Section | None:
    """Show what else a command without results of its own has left."""
    if material.results is not None:
        return None
    names = [name for name in material.names if name not in OWN]
    tables = [table for name in names if (table := build_table(material, name)) is not None]
    return Section("tables", "What was found in detail?", tables=tables) if tables else None


def build_section(
    material: ReportSource, key: str, question: str, names: Sequence[str], pictures: Sequence[Chart]
) -> Section | None:
    """Draw what can be drawn of a decision's tables, and show them."""
    found = decided(material)
    shown = [each for each in pictures if all(found.has(name, *columns) for name, columns in each.tables.items())]
    drawings = [Drawing(material.figure(each)) for each in shown]
    tables = [table for name in names if (table := build_table(material, name)) is not None]
    return Section(key, question, drawings=drawings, tables=tables) if drawings or tables else None


def build_table(material: ReportSource, name: str) -> Table | None:
    """Show a CSV file as it is, its first rows and columns if there are many."""
    found = material.table(name)
    if found is None or found.empty:
        return None
    chosen = [column for column in SHOWN.get(name, ()) if column in found.columns]
    wanted = [*chosen, *(column for column in found.columns if column not in chosen)]
    columns = [column for column in wanted if not found[column].isna().all()][:MOST_COLUMNS]
    shown = found[columns].head(MOST_ROWS)
    more = [f"the first {MOST_ROWS} of {len(found):,} rows"] if len(found) > MOST_ROWS else []
    more += [f"{len(columns)} of {len(found.columns)} columns"] if len(columns) < len(found.columns) else []
    rows = [[build_cell(value, place == 0) for place, value in enumerate(row)] for row in shown.itertuples(index=False)]
    caption = f"{name}.csv" + (f" ({', '.join(more)}; the file has all)" if more else "")
    return Table(caption, [format_head(str(each)) for each in columns], rows)


def build_cell(value: Any, head: bool) -> Cell:
    """Return a cell of a CSV file: a text as it is, a number to four digits."""
    if isinstance(value, str):
        return write_head(value) if head else Cell(to_text(value))
    if isnan(value):
        return Cell("")
    text = plainly(value) if abs(value) < 1e4 else format_fixed(value)
    text = "0" if abs(value) < NOTHING else text
    return Cell(text, value=float(value), head=head)


def format_head(column: str) -> str:
    """Write a column's name so that it can be broken between its words."""
    return to_text(column).replace("_", " ").replace(".", ".\u200b")


# What the answer rests on, and how it was made.

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
