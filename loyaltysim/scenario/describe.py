"""Say in words what a scenario holds.

`explain` one path, block or metric: what it means, in which unit, from where to where, and who says so. `diff`: what
differs between two scenarios in full, with where each value came from. `check`: in a few lines what a sound one holds.
`audit`: what an answer rests on, every value that a scenario really uses, the weakest evidence first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.mechanism import Declaration, Metric
from loyaltysim.mechanisms import catalog
from loyaltysim.scenario.grades import GRADES, Evidence, grade_evidence
from loyaltysim.scenario.loader import Source, load
from loyaltysim.scenario.messages import format_choices
from loyaltysim.scenario.provenance import SOLVED
from loyaltysim.scenario.ranges import DROPPED_RANGE
from loyaltysim.scenario.registry import (
    blocks,
    format_range,
    format_value,
    list_entries,
    mechanisms,
    parameter_registry,
    suggest,
)
from loyaltysim.scenario.scenario import Scenario
from loyaltysim.scenario.strategies import Pilot, month_name, pilot_declarations
from loyaltysim.scenario.yaml_format import write_flow

if TYPE_CHECKING:
    import pandas as pd

ROLES = {
    "param": "a fact of the world",
    "lever": "a lever, management's choice",
    "solved": "solved from what is stated; typed when calibration is off",
    "switch": "a switch",
}
OVER = {
    "end": "the last month's value",
    "sum": "the months' values added up",
    "mean": "the mean of the months' values",
    "close": "reckoned from the whole horizon",
}
OTHERS = {
    "extends": "another scenario's file, relative to this one: everything not said here comes from there",
    "strategies": "name -> changes of levers; the first is the reference. A number sets, {add: x} and {times: x} change"
    " the\nfile's value, {value: x} sets; from, to (YYYY-MM, inclusive) date a change, ramp: 6 spreads it over six"
    " months;\na list of changes is applied in order",
    "uncertain": "path -> {low: x, high: y}: what is not known; read by run --uncertain and by sensitivity",
}
NETWORKS = {
    "small_world": "a small world of {ties} ties a person",
    "random": "a random network of {ties} ties a person",
    "scale_free": "a scale-free network of {ties} ties a person",
    "file": "the network of {path}",
    "none": "no network: anyone may talk to anyone",
}
Values: TypeAlias = dict[str, tuple[str, str]]
"""Text and origin of every value, by path."""


def explain(path: str) -> str:
    """Explain a parameter, lever, block or metric by its name; raises InputError for an unknown one."""
    path = path.strip().strip(".")
    texts = [
        *([explain_declaration(parameter_registry()[path])] if path in parameter_registry() else []),
        *([explain_declaration(pilot_declarations()[path])] if path in pilot_declarations() else []),
        *([explain_block(path)] if path in blocks() else []),
        *([explain_pilot()] if path == "pilot" else []),
        *([f"{path}: {OTHERS[path]}"] if path in OTHERS else []),
        *([explain_metric(catalog()[path])] if path in catalog() else []),
    ]
    if not texts:
        known = [*parameter_registry(), *pilot_declarations(), *blocks(), "pilot", *OTHERS, *catalog()]
        cure = suggest(path, known)
        cure = cure if cure.startswith("did you mean") else suggest(path)
        raise InputError(Problem("there is no such entry or metric", path, cure=cure))
    return "\n\n".join(texts)


def explain_declaration(row: Declaration) -> str:
    """Explain a declared value."""
    default = "" if row.default == "" else format_value(row.default)
    if isinstance(row.default, list) and len(row.default) > 3:
        default = f"{row.named} ({len(row.default)} rows)"
    rows = {
        "meaning": row.doc,
        "kind": "a word of a strategy's pilot" if row.path in pilot_declarations() else ROLES.get(row.role, row.role),
        "unit": row.unit,
        "default": default,
        "range": format_range(row) or format_choices(row),
        "plausible": f"{row.plausible[0]:g} to {row.plausible[1]:g}" if row.plausible else "",
        "cost": {"itself": "itself: it is a budget"}.get(row.cost, row.cost),
        "source": row.source,
        "grade": row.grade if row.role == "param" else "",
        "see also": find_namesakes(row.path, catalog()),
    }
    return format_rows(row.path, rows)


def find_namesakes(path: str, known: Iterable[str]) -> str:
    """Name what is called the same elsewhere: what is stated beside what a run measures."""
    word = path.rpartition(".")[2]
    others = (name for name in known if name != path and name.rpartition(".")[2] == word)
    return ", ".join(name for name in others if name.startswith("stated.") or path.startswith("stated."))


def explain_block(path: str) -> str:
    """Explain a block: its entries, and its metrics if it is a mechanism."""
    rows = {}
    for name in list_entries(path):
        full = f"{path}.{name}"
        row = parameter_registry().get(full)
        rows[full] = f"{row.doc} ({row.unit or row.type}, {row.role})" if row else "a block"
    story = (blocks()[path].__doc__ or "").strip().splitlines()[0]
    text = format_rows(f"{path}: {story}", rows)
    metrics = {metric.name: metric.doc for metric in mechanisms()[path].metrics()} if path in mechanisms() else {}
    return "\n".join([text, *([format_rows("metrics", metrics)] if metrics else [])])


def explain_pilot() -> str:
    """Explain the words of a pilot."""
    rows = {path: f"{row.doc} ({row.unit or format_choices(row)})" for path, row in pilot_declarations().items()}
    return format_rows(f"pilot, in a strategy: {(Pilot.__doc__ or '').strip()}", rows)


def explain_metric(metric: Metric) -> str:
    """Explain a metric."""
    ratio = " / ".join(f"sum of {name}" for name in metric.of or ())
    yearly = ", turned from a monthly into a yearly chance" if metric.annual else ""
    rows = {
        "meaning": metric.doc,
        "kind": "a metric",
        "unit": metric.unit,
        "one figure": f"{ratio}{yearly}" if metric.over == "ratio" else OVER[metric.over],
        "better": metric.better,
        "account": "money spent" if metric.account else "",
        "see also": find_namesakes(metric.name, parameter_registry()),
    }
    return format_rows(metric.name, rows)


def format_rows(title: str, rows: dict[str, str]) -> str:
    """Return a title with its rows below, names and texts in two columns."""
    width = max(map(len, rows), default=0)
    return "\n".join([title, *(f"  {name:<{width}}  {text}" for name, text in rows.items() if text)])


def diff(a: Source, b: Source) -> str:
    """Say what differs between two resolved scenarios, strategies and uncertainties included; raises InputError.

    Each is a file's path, a mapping or a Scenario; with overrides: `diff(load(a, overrides), b)`.
    """
    left, right = list_values(load(a)), list_values(load(b))
    lines: list[str] = []
    for path in dict.fromkeys([*left, *right]):
        before, after = left.get(path), right.get(path)
        if before is None or after is None or before[0] != after[0]:
            lines += [path, f"  - {_side(before)}", f"  + {_side(after)}"]
    order = [name for name in left if name.startswith("strategies.")]
    if not lines and order != [name for name in right if name.startswith("strategies.")]:
        lines = ["strategies", "  the order differs, and the first is the reference"]
    return "\n".join(lines) or "no difference"


def list_values(scenario: Scenario) -> Values:
    """Return every value as text, with where it came from; lists of rows row by row."""
    origins = scenario.provenance
    values: Values = {}
    for path, value in scenario.flat().items():
        origin = origins.get(path, "default")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            values |= {f"{path}[{number}]": (write_flow(row), origin) for number, row in enumerate(value, 1)}
        else:
            values[path] = (write_flow(value) if isinstance(value, list) else format_value(value), origin)
    for name, strategy in scenario.strategies.items():
        values[f"strategies.{name}"] = (strategy.in_words(), origins.get(f"strategies.{name}", "default"))
    for path, bounds in scenario.uncertain.items():
        text = f"{format_value(bounds.low)} to {format_value(bounds.high)}"
        values[f"uncertain.{path}"] = (text, origins[f"uncertain.{path}"])
    return values


def _side(value: tuple[str, str] | None) -> str:
    return f"{value[0]}  ({value[1]})" if value else "not there"


def check(
    source: Source,
    overrides: Sequence[str] = (),
    *,
    months: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
) -> str:
    """Check a scenario and say what it holds.

    Args:
        source: A scenario's file, its keys as a mapping, or a Scenario.
        overrides: `PATH=VALUE` or `PATH+=VALUE`, laid over it in order.
        months: The horizon, if it is another than the scenario's.
        replications: How often each strategy is simulated, likewise.
        seed: Which luck, likewise.

    Raises:
        InputError: With every problem found.
    """
    scenario = load(source, overrides, months=months, replications=replications, seed=seed)
    title = format_value(scenario.title) or scenario.stem
    heading = f"{title}: sound" + (f"\n  {format_value(scenario.question)}" if scenario.question else "")
    return "\n".join([heading, *describe_world(scenario), *describe_strategies(scenario), *describe_ranges(scenario)])


def describe_world(scenario: Scenario) -> list[str]:
    """Say what market is simulated, how long, how often and from what."""
    market, stated = scenario.mechanism("market"), scenario.stated
    network = NETWORKS[market.network.kind].format(ties=market.network.ties, path=market.network.path)
    last = month_name(scenario.months, scenario.start)
    off = [key for key in mechanisms() if not scenario.mechanism(key).on]
    solving = "solved from it" if scenario.calibration == "on" else "typed, not solved (calibration: off)"
    people, customers = format_value(market.people), format_value(market.customers)
    silent = f"{stated.silent_share_of_lost:.4g} of the lost silent"
    return [
        _line("market", f"{people} people, {customers} of them customers; {network}"),
        _line("horizon", f"{scenario.months} months, {scenario.start} to {last}"),
        _line("luck", f"{format_value(scenario.replications)} replications from seed {scenario.seed}"),
        _line("stated", f"churn {stated.churn_annual:.4g} a year, {silent}"),
        _line("base rates", solving),
        *([_line("switched off", ", ".join(off))] if off else []),
    ]


def describe_strategies(scenario: Scenario) -> list[str]:
    """Say what each strategy changes, beside what its levers are today."""
    today, lines = scenario.flat(), []
    for number, (name, strategy) in enumerate(scenario.strategies.items()):
        changes = [strategy.pilot.in_words()] if strategy.pilot else []
        for path, steps in reversed(strategy.changes.items()):
            words = ", then ".join(step.in_words() for step in steps)
            changes.insert(0, f"{path} {words} (today {format_value(today[path])} {parameter_registry()[path].unit})")
        reference = " (the reference)" if number == 0 else ""
        heading = _line("" if number else "strategies", format_value(name))
        lines.append(f"{heading}{reference}: {'; '.join(changes) or 'nothing changed'}")
    return lines


def describe_ranges(scenario: Scenario) -> list[str]:
    """Say what is uncertain, and which ranges were given up."""
    ranges = [
        f"{path} {format_value(bounds.low)} to {format_value(bounds.high)} {parameter_registry()[path].unit}"
        for path, bounds in scenario.uncertain.items()
    ]
    left = [
        f"{path.removeprefix('uncertain.')} {why}"
        for path, why in scenario.provenance.items()
        if path.startswith("uncertain.") and why.startswith(DROPPED_RANGE)
    ]
    return [_line("" if number else "uncertain", text) for number, text in enumerate([*ranges, *left])]


def _line(name: str, text: str) -> str:
    return f"  {name:<13}{text}"


COLUMNS = (
    *("grade", "group", "path", "value", "unit", "source"),
    *("provenance", "plausible", "uncertain", "changed", "default"),
)
STATED, UNCERTAIN, STUDY = "stated", "uncertain", "study"
ALWAYS_STATED = "stated.churn_annual"
"""Used even when nothing is solved: the value after the horizon is reckoned with it."""


def audit(source: Source, overrides: Sequence[str] = ()) -> pd.DataFrame:
    """List the values that a scenario rests on; definitions and choices are left out.

    Args:
        source: A scenario's file, its keys as a mapping, or a Scenario.
        overrides: `PATH=VALUE` or `PATH+=VALUE`, laid over it in order.

    Returns:
        Columns grade, group, path, value, unit, source, provenance, plausible, uncertain, changed, default. Sorted by
        grade (folklore, assumption, secondary, measured), within a grade the stated figures first, then those named in
        `uncertain`, then the study's and each mechanism's in the order of a month.

    Raises:
        InputError: With every problem found in the scenario.
    """
    import pandas as pd

    groups = [STATED, UNCERTAIN, STUDY, *mechanisms()]
    found = list_evidence(load(source, overrides))
    rows = sorted(found, key=lambda row: (GRADES.index(str(row[0])), groups.index(str(row[1]))))
    return pd.DataFrame.from_records(rows, columns=list(COLUMNS))


def count_grades(scenario: Scenario) -> dict[str, int]:
    """Count the values that a scenario rests on by grade, the weakest evidence first."""
    grades = [str(row[0]) for row in list_evidence(scenario)]
    return {grade: grades.count(grade) for grade in GRADES if grade in grades}


def list_evidence(scenario: Scenario) -> Iterator[tuple[str | bool, ...]]:
    """Walk the values that can matter and rest on evidence, as rows of the audit."""
    for path, row in parameter_registry().items():
        found = grade_evidence(scenario, path)
        if row.role in ("param", SOLVED) and found.grade not in ("definition", SOLVED) and is_used(scenario, path):
            yield evidence_row(scenario, row, found)


def is_used(scenario: Scenario, path: str) -> bool:
    """Tell whether a value can matter: its mechanism is on, and no other value makes it idle."""
    head = path.partition(".")[0]
    if head in mechanisms():
        return bool(scenario.mechanism(head).on) and not is_idle(scenario, path)
    if head != STATED or path == ALWAYS_STATED or scenario.calibration == "on":
        return True
    solved = (known for known, row in parameter_registry().items() if row.role == SOLVED)
    return any(grade_evidence(scenario, known).grade == SOLVED for known in solved)


def is_idle(scenario: Scenario, path: str) -> bool:
    """Tell whether another value makes this one idle."""
    market = scenario.mechanism("market")
    kind, fickle = market.network.kind, market.fickleness_kind
    rivals = scenario.mechanism("rivals")
    return {
        "market.fickleness_beta": fickle != "beta",
        "market.fickleness_shape": fickle != "gamma",
        "market.margin_cv": market.top_tenth_share > 0,
        "market.top_tenth_share": market.top_tenth_share == 0,
        "rivals.share": rivals.zero_sum,
        "departure.to_rival": rivals.on and rivals.zero_sum,
        "market.network.path": kind != "file",
        "market.network.ties": kind in ("file", "none"),
        "market.network.rewired": kind != "small_world",
    }.get(path, False)


def evidence_row(scenario: Scenario, row: Declaration, found: Evidence) -> tuple[str | bool, ...]:
    """Return one row of the audit, in the order of COLUMNS."""
    bounds = scenario.uncertain.get(row.path)
    return (
        found.grade,
        find_group(scenario, row.path),
        row.path,
        _short(scenario.value_at(row.path)),
        row.unit,
        "" if found.source == found.grade else found.source,
        scenario.provenance.get(row.path, "default"),
        f"{row.plausible[0]:g} to {row.plausible[1]:g}" if row.plausible else "",
        f"{bounds.low:g} to {bounds.high:g}" if bounds else "",
        found.changed,
        _short(row.default),
    )


def find_group(scenario: Scenario, path: str) -> str:
    """Return the group that a value is listed under."""
    if path.startswith("stated."):
        return STATED
    if path in scenario.uncertain:
        return UNCERTAIN
    return path.partition(".")[0] if "." in path else STUDY


def _short(value: object) -> str:
    return f"{len(value)} rows" if isinstance(value, list) and len(value) > 3 else format_value(value)
