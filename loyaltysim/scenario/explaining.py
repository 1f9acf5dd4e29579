"""Explain one path, block or metric: what it means, in which unit, from where to where, and who says so."""

from __future__ import annotations

from collections.abc import Iterable

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.fields import Declaration, Metric
from loyaltysim.mechanisms import CATALOG
from loyaltysim.scenario.book import blocks, book, entries, meant, mechanisms, shown, span
from loyaltysim.scenario.policies import Pilot, pilot_words

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
        *([_declared(book()[path])] if path in book() else []),
        *([_declared(pilot_words()[path])] if path in pilot_words() else []),
        *([_block(path)] if path in blocks() else []),
        *([_pilot()] if path == "pilot" else []),
        *([f"{path}: {OTHERS[path]}"] if path in OTHERS else []),
        *([_metric(CATALOG[path])] if path in CATALOG else []),
    ]
    if not texts:
        known = [*book(), *pilot_words(), *blocks(), "pilot", *OTHERS, *CATALOG]
        raise InputError(Problem("there is no such entry or metric", path, cure=_cure(path, known)))
    return "\n\n".join(texts)


def _cure(path: str, known: list[str]) -> str:
    cure = meant(path, known)
    return cure if cure.startswith("did you mean") else meant(path)


def _table(title: str, rows: dict[str, str]) -> str:
    width = max(map(len, rows), default=0)
    return "\n".join([title, *(f"  {name:<{width}}  {text}" for name, text in rows.items() if text)])


def _declared(row: Declaration) -> str:
    lists = isinstance(row.default, list) and len(row.default) > 3
    rows = {
        "meaning": row.doc,
        "kind": "a word of a strategy's pilot" if row.path in pilot_words() else ROLES.get(row.role, row.role),
        "unit": row.unit,
        "default": f"{row.named} ({len(row.default)} rows)"
        if lists
        else shown(row.default)
        if row.default != ""
        else "",
        "range": span(row) or options(row),
        "plausible": f"{row.plausible[0]:g} to {row.plausible[1]:g}" if row.plausible else "",
        "cost": {"itself": "itself: it is a budget"}.get(row.cost, row.cost),
        "source": row.source,
        "grade": row.grade if row.role == "param" else "",
        "see also": _namesakes(row.path, CATALOG),
    }
    return _table(row.path, rows)


def _namesakes(path: str, known: Iterable[str]) -> str:
    """Name what is called the same elsewhere: what is stated beside what a run measures."""
    word = path.rpartition(".")[2]
    others = (name for name in known if name != path and name.rpartition(".")[2] == word)
    return ", ".join(name for name in others if name.startswith("stated.") or path.startswith("stated."))


def options(row: Declaration) -> str:
    """Give the words that a value may be, for one that is chosen from a few."""
    from loyaltysim.scenario.wording import choices

    return " or ".join(choices(row.path)) if row.type.startswith("Literal") else ""


def _block(path: str) -> str:
    rows = {}
    for name in entries(path):
        full = f"{path}.{name}"
        row = book().get(full)
        rows[full] = f"{row.doc} ({row.unit or row.type}, {row.role})" if row else "a block"
    story = (blocks()[path].__doc__ or "").strip().splitlines()[0]
    text = _table(f"{path}: {story}", rows)
    if path in mechanisms():
        text += _metrics_of(path)
    return text


def _pilot() -> str:
    rows = {path: f"{row.doc} ({row.unit or options(row)})" for path, row in pilot_words().items()}
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
        "see also": _namesakes(metric.name, book()),
    }
    return _table(metric.name, rows)
