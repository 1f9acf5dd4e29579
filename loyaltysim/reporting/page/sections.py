"""The sections of the page: the questions that a folder answers, each with its drawings and the numbers behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from math import isfinite, isnan

import numpy as np
import pandas as pd

from loyaltysim.analysis.summary import FAILURES, build_touchpoints, compute_share, contrast_with_reference, discount
from loyaltysim.core.codes import OUTCOMES, RESOLVED, SILENT
from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.charts import Chart, customers, decided, decisions, money, plainly, service
from loyaltysim.reporting.page import components
from loyaltysim.reporting.page.components import Cell, Drawing, Section, Table, describe_basis, write_amount, write_head
from loyaltysim.reporting.text import answer
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

Maker = Callable[[ReportSource], Section | None]
TOUCHPOINTS, MOST_FAILURES, MOST_ROWS, MOST_COLUMNS, MOST_FIGURES, NOTHING = 12, 20, 40, 8, 12, 1e-9
"""Rows of the tables of touchpoints and of failed runs, rows and columns of any other, figures of the weakest grade,
and what is shown as zero."""
PANELS = 6
"""Waterfalls in one drawing: more would not fit on one printed page."""
PRIORITY = (
    "Priority is by importance, urgency, gap and ease of mending; the field is by importance and performance alone. "
    "So a touchpoint to keep, which is important and goes better than the mean, can still have a high priority."
)
RESTS = "What is stated in the scenario is met, not predicted; the answer is as good as the figures it rests on."
SHOWN = {
    "breakeven": ("path", "unit", "better_below", "better_above", "flips_at", "ci_low", "ci_high", "recommendation"),
    "next_dollar": ("lever", "period", "at", "spend", "marginal", "ci_low", "ci_high", "overspent_from"),
    "sensitivity": ("path", "unit", "today", "sobol_total", "turns_at", "turns_to", "worth_knowing"),
}
"""Columns that answer come first, of tables that have more of them than a page is wide."""
OWN = ("optimise", "next_dollar", "breakeven", "frontier", "sensitivity", "audit", "metrics")
"""Tables that have a section of their own, or are told elsewhere."""


def of_results(build: Callable[[ReportSource, Results], Section | None]) -> Maker:
    """Make a section that is left out where there are no results of a run."""

    @wraps(build)
    def build_if_any(material: ReportSource) -> Section | None:
        return None if material.results is None else build(material, material.results)

    return build_if_any


def tabulate(results: Results, what: str, heads: Sequence[str], cells: Callable[[str], Sequence[Cell]]) -> Table:
    """Return a table of one row a strategy.

    Args:
        results: whose strategies they are.
        what: is in the table.
        heads: those of the columns after the strategy's.
        cells: returns a strategy's, one a head.
    """
    rows = [[write_head(name), *cells(name)] for name in results.strategies]
    return Table(describe_basis(results, what), ["strategy", *heads], rows)


def write_counts(results: Results, strategy: str, metrics: Sequence[str], sure: bool = True) -> list[Cell]:
    """Return a cell for each of a strategy's metrics that counts people or things."""
    return [components.write_count(interval(results.figures[strategy][each]), sure=sure) for each in metrics]


def write_share(part: np.ndarray, whole: np.ndarray) -> Cell:
    """Return the cell of a share, each replication's part in its whole."""
    return components.write_percent(share_interval(compute_share(part, whole)))


def build_answer_section(material: ReportSource) -> Section | None:
    """Say the answer as the terminal says it, with its table."""
    told = [line for line in str(material.manifest.get("answer", "")).split("\n") if line]
    results = material.results
    if results is None:
        told += [str(note) for note in material.manifest.get("notes", ())] if told else []
        return Section("answer", "The answer", told) if told else None

    def cells(name: str) -> list[Cell]:
        texts = (text.partition("\n") for text in answer.render_cells(results, name))
        values = answer.compute_cells(results, name)
        return [Cell(first, below, value) for (first, _, below), value in zip(texts, values, strict=True)]

    table = tabulate(results, "Each strategy", answer.render_heads(results)[1:], cells)
    return Section("answer", "The answer", [*told, *answer.describe_pilots(results)], tables=[table])


@of_results
def build_failures_section(material: ReportSource, results: Results) -> Section | None:
    """Warn of runs that failed, with their errors; nothing where all came to their end."""
    failed = material.table(FAILURES)
    if failed is None or not len(failed):
        return None
    said = answer.render_failures(failed, results.strategies, results.replications)
    shown = failed.head(MOST_FAILURES)
    more = f" ({len(shown)} of {len(failed)}; failures.csv has all)" if len(shown) < len(failed) else ""
    rows = []
    for row in shown.itertuples():
        number = Cell(f"{row.replication}", value=float(row.replication))
        rows.append([write_head(str(row.strategy)), number, Cell(to_text(str(row.error)))])
    table = Table(f"Runs that failed{more}", ["strategy", "replication", "error"], rows)
    again = [("loyaltysim resume .", "in this folder: tries the failed runs again, and only those")]
    return Section("failures", "What is missing?", [said], tables=[table], code=again)


@of_results
def build_money_section(material: ReportSource, results: Results) -> Section:
    """Show where each strategy's worth comes from."""
    names, several = results.strategies, len(results.strategies) > 1
    panels = money.ranked(results)
    drawings = [Drawing(material.figure(money.money))] if several else []
    for begin in range(0, len(panels), PANELS):
        title = f"From {quote_name(results.reference, names)} to each strategy, step by step" if several else ""
        title += " (continued)" if begin else ""
        chosen = [tuple(panels[begin : begin + PANELS])] if len(panels) > PANELS else []
        drawings.append(Drawing(material.figure(money.waterfall, *chosen), title))
    said = (
        "Net present value is the margin of all customers less all costs, discounted at "
        f"{100 * results.discount_rate:.3g} % a year, and what those who are still customers at the end are worth "
        "after it."
    )
    spans = {name: [*map(interval, present_values(results, name))] for name in names}
    large = money_for(results.currency, *(span for each in spans.values() for span in each))

    def cells(name: str) -> list[Cell]:
        *flows, worth = spans[name]
        month = contrast_with_reference(results, name)["payback_months"]
        paid = Cell(f"{month.mean:.0f}", format_payback_range(month), month.mean) if isfinite(month.mean) else Cell("")
        amounts = [write_amount(large, Interval(span.mean)) for span in flows]
        return [*amounts, write_amount(large, worth), *([paid] if several else [])]

    heads = ["margin", "costs", "value after the horizon", "worth (NPV)", *(["pays back in month"] if several else [])]
    table = tabulate(results, "Present values", heads, cells)
    return Section("money", "Where does the money come from?", [said], drawings, [table])


def present_values(results: Results, strategy: str) -> tuple[np.ndarray, ...]:
    """Return a strategy's margin, costs, value after the horizon and worth: float64, (replications,) each."""
    figures = results.figures[strategy]
    return discount(results, strategy, "margin"), *(figures[each] for each in ("discounted_cost", "later_value", "npv"))


@of_results
def build_customers_section(material: ReportSource, results: Results) -> Section:
    """Show how many customers there are over time."""

    def cells(name: str) -> list[Cell]:
        found, first = results.figures[name], results.figures[results.reference]
        is_first = name == results.reference
        gap = Interval() if is_first else paired(found["customers"], first["customers"])
        return [
            *write_counts(results, name, ["customers"]),
            components.write_count(gap, signed=True),
            *write_counts(results, name, ("joined", "returned", "left"), sure=False),
            components.write_percent(interval(found["churn_annual"])),
        ]

    heads = ["customers at the end", f"against {to_text(results.reference)}", "joined", "returned", "left"]
    table = tabulate(results, "Customers", [*heads, "churn a year"], cells)
    drawing = Drawing(material.figure(customers.customers))
    return Section("customers", "How many customers are there over time?", [], [drawing], [table])


@of_results
def build_reasons_section(material: ReportSource, results: Results) -> Section:
    """Show why customers leave."""

    def cells(name: str) -> list[Cell]:
        found = results.figures[name]
        never = np.sum([found[f"never_complained_{reason}"] for reason in customers.LOOKS], axis=0)
        parts = [*(found[f"left_{reason}"] for reason in customers.LOOKS), never]
        return [write_share(part, found["left"]) for part in parts]

    heads = [*(label for *_, label in customers.LOOKS.values()), "had never complained"]
    table = tabulate(results, "Shares of those who left", heads, cells)
    said = [line for line in (customers.fewest_leavers(results),) if line]
    drawing = Drawing(material.figure(customers.reasons))
    return Section("reasons", "Why do customers leave?", said, [drawing], [table])


@of_results
def build_funnel_section(material: ReportSource, results: Results) -> Section:
    """Show what becomes of problems, under the first strategy and under the best other one."""

    def cells(name: str) -> list[Cell]:
        every, stayed = (service.counted(results, name, kind, OUTCOMES) for kind in ("decided", "stayed"))
        voiced, solved = (service.counted(results, name, "decided", OUTCOMES[at:]) for at in (SILENT + 1, RESOLVED))
        return [
            components.write_count(interval(every)),
            *(write_share(part, every) for part in (voiced, solved, stayed)),
        ]

    what, heads = "Problems worth leaving over, and shares of them", ["problems", "voiced", "resolved", "stayed"]
    drawings = [
        Drawing(material.figure(service.funnel, *([name] if name != results.reference else [])))
        for name in service.shown_in_funnel(results)
    ]
    return Section("funnel", "What becomes of a problem?", [], drawings, [tabulate(results, what, heads, cells)])


@of_results
def build_talk_section(material: ReportSource, results: Results) -> Section | None:
    """Show what is said, good and bad, and what it did."""
    if "messages_bad" not in results.catalog:
        return None
    counts = {
        "messages_bad": "bad messages",
        "messages_good": "good messages",
        "joined_by_talk": "brought by talk",
        "left_friends": "followed friends away",
    }
    means = {"told_when_unhappy": "told when unhappy", "told_when_happy": "told when happy"}

    def cells(name: str) -> list[Cell]:
        spans = (interval(results.figures[name][each]) for each in means)
        return [*write_counts(results, name, [*counts]), *(components.write_decimal(each, places=1) for each in spans)]

    table = tabulate(results, "Word of mouth", [*counts.values(), *means.values()], cells)
    said = [line for line in (customers.most_moved(results),) if line]
    drawing = Drawing(material.figure(customers.talk))
    return Section("talk", "What do people say, and what does it do?", said, [drawing], [table])


@of_results
def build_touchpoints_section(material: ReportSource, results: Results) -> Section | None:
    """Show which touchpoints are urgent."""
    if not results.audits:
        return None
    found = build_touchpoints(results)
    first = found[found.strategy == results.reference].sort_values("rank", kind="stable").head(TOUCHPOINTS)
    rows = []
    for row in first.itertuples():
        spans = Interval(row.importance), Interval(row.performance, row.ci_low, row.ci_high)
        importance, performance = map(components.write_percent, spans)
        stage, kind, field = (Cell(str(each)) for each in (row.stage, row.kind, row.field))
        rows.append([write_head(f"{row.rank}  {row.touchpoint}"), stage, kind, importance, performance, field])
    heads = ["touchpoint, by priority", "stage", "kind", "share of encounters", "goes well", "field"]
    highest = "The touchpoint" if len(rows) == 1 else f"The {len(rows)} touchpoints"
    caption = f"{highest} of highest priority under {to_text(results.reference)}; touchpoints.csv has all"
    drawing = Drawing(material.figure(service.touchpoints))
    return Section("touchpoints", "Where does service fail?", [PRIORITY], [drawing], [Table(caption, heads, rows)])


@of_results
def build_return_section(material: ReportSource, results: Results) -> Section | None:
    """Show what each dollar spent beyond the first strategy brings back."""
    if len(results.strategies) == 1:
        return None
    found, currency = money.returns(results), results.currency
    saved = [contrast_with_reference(results, each.strategy)["cost_per_saved_customer"] for each in found]
    spent = money_for(currency, *(each.spent for each in found))
    gained = money_for(currency, *(each.gained for each in found))
    each_costs = money_for(currency, *saved)
    rows = []
    for each, cost in zip(found, saved, strict=True):
        amounts = write_amount(spent, each.spent, signed=True), write_amount(gained, each.gained, signed=True)
        ratio = components.write_decimal(each.ratio, currency, signed=True)
        rows.append([write_head(each.strategy), *amounts, ratio, write_amount(each_costs, cost)])
    heads = ["strategy", "spent more", "worth more (NPV)", f"per {currency} spent more", "cost of one more customer"]
    caption = describe_basis(results, f"Differences from {to_text(results.reference)}, discounted")
    said = (
        "What a strategy's money earned on average is not what a little more of it would earn: returns usually "
        "diminish."
    )
    drawing = Drawing(material.figure(money.next_dollar))
    return Section("next-dollar", "Where does the next dollar go?", [said], [drawing], [Table(caption, heads, rows)])


def build_split_section(material: ReportSource) -> Section | None:
    """Show the best split of a budget and the worth of the next dollar in each lever, where `optimise` left them."""
    tables, question = ("optimise", "next_dollar"), "What is the best split of the budget?"
    return build_decision_section(material, "optimise", question, tables, [decisions.levers])


def build_breakeven_section(material: ReportSource) -> Section | None:
    """Show where the recommendation turns, and the map of who wins, where `breakeven` has left them."""
    tables, question = ("breakeven", "frontier"), "Where does the recommendation turn?"
    return build_decision_section(material, "breakeven", question, tables, [decisions.breakeven, decisions.frontier])


def build_sensitivity_section(material: ReportSource) -> Section | None:
    """Show which assumptions the answer hangs on, where `sensitivity` has left it."""
    tables, question = ("sensitivity",), "Which assumptions does it hang on?"
    return build_decision_section(material, "sensitivity", question, tables, [decisions.sensitivity])


def build_tables_section(material: ReportSource) -> Section | None:
    """Show what else a command without results of its own has left."""
    if material.results is not None:
        return None
    names = [name for name in material.names if name not in OWN]
    return build_decision_section(material, "tables", "What was found in detail?", names)


def build_decision_section(
    material: ReportSource, key: str, question: str, names: Sequence[str], pictures: Sequence[Chart] = ()
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
    # so that a column's name can be broken between its words
    heads = [to_text(str(each)).replace("_", " ").replace(".", ".\u200b") for each in columns]
    return Table(caption, heads, rows)


def build_cell(value: str | float, head: bool) -> Cell:
    """Return a cell of a CSV file: a text as it is, a number to four digits."""
    if isinstance(value, str):
        return Cell(to_text(value), head=head)
    if isnan(value):
        return Cell("")
    text = plainly(value) if abs(value) < 1e4 else format_fixed(value)
    return Cell("0" if abs(value) < NOTHING else text, value=float(value), head=head)


def build_evidence_section(material: ReportSource) -> Section | None:
    """Show how many figures of each grade the answer rests on, and name the commands that find what turns it."""
    counts = material.manifest.get("rests_on") or {}
    if not counts and material.results is None:
        return None
    said, tables = list[str](), list[Table]()
    if counts:
        said.append(RESTS)
        tables = build_grade_tables(material, counts)
    if material.manifest.get("lesson"):
        lesson = to_text(" ".join(str(material.manifest["lesson"]).split()))
        said.append(f"Lesson of the file as it is written: {lesson}")
    code = suggest_commands(material)
    return Section("basis", "What does the answer rest on?", said, tables=tables, code=code) if said or code else None


def suggest_commands(material: ReportSource) -> list[tuple[str, str]]:
    """Name the commands that simulate other values, if there is something to turn and that was not done here."""
    compared = material.results is not None and len(material.results.strategies) > 1
    if not compared or "breakeven_curve" in material.names:
        return []
    what = "in this folder: at which acquisition cost the recommendation turns"
    found = [("loyaltysim breakeven scenario.yml", what)]
    audit = material.table("audit")
    if audit is not None:
        above_zero = pd.to_numeric(audit.value, errors="coerce") > 0.0
        varied = audit.path[above_zero & ~audit.path.str.startswith(SHARES)]
        what = "along the weakest figure that it rests on; any other parameter or lever can stand in its place"
        found += [(f"loyaltysim breakeven scenario.yml --over {path}", what) for path in varied[:1]]
    return found


def build_grade_tables(material: ReportSource, counts: Mapping[str, int]) -> list[Table]:
    """Count the figures of each grade, and name those of the weakest."""
    grades = [
        [write_head(grade), Cell(f"{number:,}", value=float(number)), Cell(GRADES_MEAN.get(grade, ""))]
        for grade, number in counts.items()
    ]
    caption, heads = "Figures by the grade of their evidence, the weakest first", ["grade", "figures", "meaning"]
    audit = material.table("audit")
    if audit is None or not len(audit):
        return [Table(caption, heads, grades)]
    grade = str(audit.grade.iloc[0])
    rows = audit[audit.grade == grade]
    shown = rows.head(MOST_FIGURES)[["path", "value", "unit", "source"]]
    cells = [[write_head(str(path)), *map(write_audit_cell, others)] for path, *others in shown.itertuples(index=False)]
    more = f" ({len(shown)} of {len(rows)}; audit.csv has all)" if len(shown) < len(rows) else ""
    weakest = Table(f"The weakest: {grade}{more}", ["figure", "value", "unit", "source"], cells)
    return [Table(caption, heads, grades), weakest]


def write_audit_cell(value: str | float) -> Cell:
    """Return a cell of audit.csv, a text or a number."""
    return Cell(to_text(value) if isinstance(value, str) else "" if isnan(value) else f"{value:,.10g}")


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
    again = "in this folder: the same again; scenario.yml has every value, with where it came from"
    code = [
        (str(manifest.get("repeat", "loyaltysim run scenario.yml")), again),
        ("loyaltysim audit scenario.yml", "all that the answer rests on, the weakest evidence first"),
        ("loyaltysim report .", "draws this page, the pictures and the workbook anew"),
    ]
    said = ["Every strategy met the same customers and the same luck, so differences between strategies are theirs."]
    table = Table("Seed, sizes and versions", ["what", "value"], rows)
    return Section("made", "How was it made?", said, tables=[table], code=code)


SECTIONS: tuple[Maker, ...] = (
    build_answer_section,
    build_failures_section,
    build_money_section,
    build_customers_section,
    build_reasons_section,
    build_funnel_section,
    build_talk_section,
    build_touchpoints_section,
    build_return_section,
    build_split_section,
    build_breakeven_section,
    build_sensitivity_section,
    build_tables_section,
    build_evidence_section,
    build_provenance_section,
)
"""What makes each section, in their order on the page."""
