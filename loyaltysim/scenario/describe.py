"""Explain one path, block or metric: what it means, in which unit, from where to where, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.fields import Declaration, Metric
from loyaltysim.mechanisms import catalog
from loyaltysim.scenario.loader import load
from loyaltysim.scenario.ranges import GIVEN_UP
from loyaltysim.scenario.registry import (
    blocks,
    entries,
    format_range,
    format_value,
    mechanisms,
    parameter_registry,
    suggest,
)
from loyaltysim.scenario.scenario import Scenario
from loyaltysim.scenario.strategies import Pilot, Strategy, describe_pilot, month_name
from loyaltysim.scenario.yaml_writer import write_flow

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
    "strategies": "name -> changes of levers; the first is the reference. A number sets, {add: x} and {times: x} change the\n"
    "file's value, {value: x} sets; from, to (YYYY-MM, inclusive) date a change, ramp: 6 spreads it over six months;\n"
    "a list of changes is applied in order",
    "uncertain": "path -> {low: x, high: y}: what is not known; read by run --uncertain and by sensitivity",
}


def explain(path: str) -> str:
    """Explain a parameter, lever, block or metric by its name; raises InputError for an unknown one."""
    path = path.strip().strip(".")
    texts = [
        *([_declared(parameter_registry()[path])] if path in parameter_registry() else []),
        *([_declared(describe_pilot()[path])] if path in describe_pilot() else []),
        *([_block(path)] if path in blocks() else []),
        *([_pilot()] if path == "pilot" else []),
        *([f"{path}: {OTHERS[path]}"] if path in OTHERS else []),
        *([_metric(catalog()[path])] if path in catalog() else []),
    ]
    if not texts:
        known = [*parameter_registry(), *describe_pilot(), *blocks(), "pilot", *OTHERS, *catalog()]
        raise InputError(Problem("there is no such entry or metric", path, cure=_cure(path, known)))
    return "\n\n".join(texts)


def _cure(path: str, known: list[str]) -> str:
    cure = suggest(path, known)
    return cure if cure.startswith("did you mean") else suggest(path)


def _table(title: str, rows: dict[str, str]) -> str:
    width = max(map(len, rows), default=0)
    return "\n".join([title, *(f"  {name:<{width}}  {text}" for name, text in rows.items() if text)])


def _declared(row: Declaration) -> str:
    lists = isinstance(row.default, list) and len(row.default) > 3
    rows = {
        "meaning": row.doc,
        "kind": "a word of a strategy's pilot" if row.path in describe_pilot() else ROLES.get(row.role, row.role),
        "unit": row.unit,
        "default": f"{row.named} ({len(row.default)} rows)"
        if lists
        else format_value(row.default)
        if row.default != ""
        else "",
        "range": format_range(row) or options(row),
        "plausible": f"{row.plausible[0]:g} to {row.plausible[1]:g}" if row.plausible else "",
        "cost": {"itself": "itself: it is a budget"}.get(row.cost, row.cost),
        "source": row.source,
        "grade": row.grade if row.role == "param" else "",
        "see also": _namesakes(row.path, catalog()),
    }
    return _table(row.path, rows)


def _namesakes(path: str, known: Iterable[str]) -> str:
    """Name what is called the same elsewhere: what is stated beside what a run measures."""
    word = path.rpartition(".")[2]
    others = (name for name in known if name != path and name.rpartition(".")[2] == word)
    return ", ".join(name for name in others if name.startswith("stated.") or path.startswith("stated."))


def options(row: Declaration) -> str:
    """Give the words that a value may be, for one that is chosen from a few."""
    from loyaltysim.scenario.messages import describe_choices

    return " or ".join(describe_choices(row.path)) if row.type.startswith("Literal") else ""


def _block(path: str) -> str:
    rows = {}
    for name in entries(path):
        full = f"{path}.{name}"
        row = parameter_registry().get(full)
        rows[full] = f"{row.doc} ({row.unit or row.type}, {row.role})" if row else "a block"
    story = (blocks()[path].__doc__ or "").strip().splitlines()[0]
    text = _table(f"{path}: {story}", rows)
    if path in mechanisms():
        text += _metrics_of(path)
    return text


def _pilot() -> str:
    rows = {path: f"{row.doc} ({row.unit or options(row)})" for path, row in describe_pilot().items()}
    return _table(f"pilot, in a strategy: {(Pilot.__doc__ or '').strip()}", rows)


def _metrics_of(key: str) -> str:
    rows = {metric.name: metric.doc for metric in mechanisms()[key].metrics()}
    return "\n" + _table("metrics", rows) if rows else ""


def _metric(metric: Metric) -> str:
    ratio = " / ".join(f"sum of {name}" for name in metric.of or ())
    yearly = ", turned from a monthly into a yearly chance" if metric.annual else ""
    rows = {
        "meaning": metric.doc,
        "kind": "a metric",
        "unit": metric.unit,
        "one figure": f"{ratio}{yearly}" if metric.over == "ratio" else OVER[metric.over],
        "better": metric.better,
        "account": "money spent" if metric.account else "",
        "see also": _namesakes(metric.name, parameter_registry()),
    }
    return _table(metric.name, rows)


# What differs between two scenarios, in full, with where each value came from.

Told = dict[str, tuple[str, str]]


def diff(a: str | Path | Scenario, b: str | Path | Scenario) -> str:
    """Say what differs between two resolved scenarios, strategies and uncertainties included; raises InputError."""
    left, right = _told(load(a)), _told(load(b))
    lines: list[str] = []
    for path in dict.fromkeys([*left, *right]):
        before, after = left.get(path), right.get(path)
        if before is None or after is None or before[0] != after[0]:
            lines += [path, f"  - {_side(before)}", f"  + {_side(after)}"]
    order = [name for name in left if name.startswith("strategies.")]
    if not lines and order != [name for name in right if name.startswith("strategies.")]:
        lines = ["strategies", "  the order differs, and the first is the reference"]
    return "\n".join(lines) or "no difference"


def _side(told: tuple[str, str] | None) -> str:
    return f"{told[0]}  ({told[1]})" if told else "not there"


def _told(scenario: Scenario) -> Told:
    """Give every value as text, with where it came from; lists of rows row by row."""
    origins, told = scenario.provenance, Told()
    for path, value in scenario.flat().items():
        origin = origins.get(path, "default")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            told |= {f"{path}[{number}]": (write_flow(row), origin) for number, row in enumerate(value, 1)}
        else:
            told[path] = (write_flow(value) if isinstance(value, list) else format_value(value), origin)
    for name, strategy in scenario.strategies.items():
        told[f"strategies.{name}"] = (strategy.in_words(), origins.get(f"strategies.{name}", "default"))
    for path, bounds in scenario.uncertain.items():
        told[f"uncertain.{path}"] = (
            f"{format_value(bounds.low)} to {format_value(bounds.high)}",
            origins[f"uncertain.{path}"],
        )
    return told


# Say in a few lines what a scenario holds, once it has been found sound.

NETWORKS = {
    "small_world": "a small world of {ties} ties a person",
    "random": "a random network of {ties} ties a person",
    "scale_free": "a scale-free network of {ties} ties a person",
    "file": "the network of {path}",
    "none": "no network: anyone may talk to anyone",
}


def check(
    path: str | Path | Scenario,
    overrides: Sequence[str] = (),
    *,
    months: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
) -> str:
    """Check a scenario and say what it holds; raises InputError with every problem found."""
    scenario = load(path, overrides, months=months, replications=replications, seed=seed)
    return "\n".join([_heading(scenario), *_world(scenario), *_plans(scenario), *_unknowns(scenario)])


def _heading(scenario: Scenario) -> str:
    title = format_value(scenario.title) or scenario.stem
    return f"{title}: sound" + (f"\n  {format_value(scenario.question)}" if scenario.question else "")


def _line(name: str, text: str) -> str:
    return f"  {name:<13}{text}"


def _world(scenario: Scenario) -> list[str]:
    market, stated = scenario.mechanism("market"), scenario.stated
    network = NETWORKS[market.network.kind].format(ties=market.network.ties, path=market.network.path)
    last = month_name(scenario.months, scenario.start)
    off = [key for key in mechanisms() if not scenario.mechanism(key).on]
    solving = "solved from it" if scenario.calibration == "on" else "typed, not solved (calibration: off)"
    return [
        _line(
            "market",
            f"{format_value(market.people)} people, {format_value(market.customers)} of them customers; {network}",
        ),
        _line("horizon", f"{scenario.months} months, {scenario.start} to {last}"),
        _line("luck", f"{format_value(scenario.replications)} replications from seed {scenario.seed}"),
        _line(
            "stated", f"churn {stated.churn_annual:.4g} a year, {stated.silent_share_of_lost:.4g} of the lost silent"
        ),
        _line("base rates", solving),
        *([_line("switched off", ", ".join(off))] if off else []),
    ]


def _plans(scenario: Scenario) -> list[str]:
    lines = []
    for number, (name, strategy) in enumerate(scenario.strategies.items()):
        reference = " (the reference)" if number == 0 else ""
        lines.append(
            f"{_line('strategies' if number == 0 else '', format_value(name))}{reference}: {_changes(scenario, strategy)}"
        )
    return lines


def _changes(scenario: Scenario, strategy: Strategy) -> str:
    values = scenario.flat()
    said = []
    for path, steps in strategy.changes.items():
        words = ", then ".join(step.in_words() for step in steps)
        said.append(f"{path} {words} (today {format_value(values[path])} {parameter_registry()[path].unit})")
    return "; ".join([*said, *([strategy.pilot.in_words()] if strategy.pilot else [])]) or "nothing changed"


def _unknowns(scenario: Scenario) -> list[str]:
    told = [
        f"{path} {format_value(bounds.low)} to {format_value(bounds.high)} {parameter_registry()[path].unit}"
        for path, bounds in scenario.uncertain.items()
    ]
    left = [
        f"{path.removeprefix('uncertain.')} {why}"
        for path, why in scenario.provenance.items()
        if path.startswith("uncertain.") and why.startswith(GIVEN_UP)
    ]
    return [_line("" if number else "uncertain", text) for number, text in enumerate([*told, *left])]
