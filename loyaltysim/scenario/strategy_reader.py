"""Read the strategies of a scenario and their pilots, with a cure for every way to write one wrongly."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.layers import Entries, list_leaves
from loyaltysim.scenario.messages import describe_choices
from loyaltysim.scenario.provenance import Located, is_number, to_plain
from loyaltysim.scenario.registry import (
    blocks,
    describe_value,
    format_range,
    format_value,
    levers,
    mechanisms,
    parameter_registry,
    suggest,
)
from loyaltysim.scenario.strategies import AS_TODAY, Change, Pilot, Strategy, is_month, pilot_declarations

VERBS: tuple[Literal["value", "add", "times"], ...] = ("value", "add", "times")
WORDS = (*VERBS, "from", "to", "ramp")
LONGEST_RAMP = 1200
EXAMPLE = "write a number, or {add: 20_000, from: 2027-01, to: 2027-12, ramp: 6}"
PILOT = "pilot"
PILOT_WORDS = tuple(Pilot.model_fields)
PILOT_EXAMPLE = "write pilot: {share: 0.1, months: 12, roll_out_if: surely better}"


def read_strategies(entries: Entries) -> tuple[dict[str, Strategy], dict[tuple[str, str], Located]]:
    """Return the strategies by name, and where each changes which lever; what is wrong is noted in `entries`."""
    found: dict[str, Strategy] = {}
    places: dict[tuple[str, str], Located] = {}
    item = entries.strategies
    if item is not None and not item.value and (item.value is None or isinstance(item.value, dict)):
        cure = "write as today: {} below it, or take the line out"
        entries.add_problem(item, "strategies", "names no strategy", cure)
    elif item is not None:
        if not isinstance(item.value, dict):
            cure = "write strategies: {as today: {}, recovery: {desk.budget: {add: 20_000}}}"
            what = f"{format_value(item.value)} is no mapping of names to changes"
            entries.add_problem(item, "strategies", what, cure)
            return {AS_TODAY: Strategy()}, places
        for name, body in item.value.items():
            read_strategy(name, body, entries, found, places)
    return found or {AS_TODAY: Strategy()}, places


def read_strategy(
    name: str, body: Located, entries: Entries, found: dict[str, Strategy], places: dict[tuple[str, str], Located]
) -> None:
    """Read one strategy into `found`, and where it changes which lever into `places`."""
    label, field, where = name.strip(), f"strategies.{format_value(name)}", str(body.key_place)
    if not label:
        entries.problems.append(Problem("a strategy needs a name", "strategies", where, "write as today: {}"))
        return
    if label in found:
        entries.problems.append(Problem("is given twice", field, where, "give each strategy a name of its own"))
        return
    if body.value is not None and not isinstance(body.value, dict):
        cure = "write {} for today's levers, or {desk.budget: {add: 20_000}}"
        entries.add_problem(body, field, f"{format_value(body.value)} is no mapping of levers to changes", cure)
        return
    steps: dict[str, tuple[Change, ...]] = {}
    words = dict(body.pairs)
    pilot = words.pop(PILOT, None)
    tried = read_pilot(pilot, f"{field}.{PILOT}", entries) if pilot else None
    for path, item in list_leaves(replace(body, value=words), VERBS):
        if path in steps:
            entries.add_problem(item, f"{field}.{path}", "is given twice", "write a list of changes: [{...}, {...}]")
        elif check_lever(path, item, f"{field}.{path}", entries):
            steps[path] = tuple(read_lever_changes(item, f"{field}.{path}", entries))
            places[label, path] = item
    if pilot:
        places[label, PILOT] = pilot
    found[label] = Strategy(changes=steps, pilot=tried)


def check_lever(path: str, item: Located, field: str, entries: Entries) -> bool:
    """Tell whether a path names a lever; what is wrong is noted in `entries`."""
    where = str(item.key_place)
    if path in parameter_registry() and parameter_registry()[path].role == "lever":
        return True
    if path in parameter_registry():
        row = parameter_registry()[path]
        what = f"is a fact of the world, not a lever ({row.doc})"
        top = f"set it at the file's top level or with --set {path}=..., or name it under `uncertain`"
        cure = f"a strategy changes levers only: {top}"
        if row.role == "switch":
            cure = f"switch it for the whole scenario: --set {path.rpartition('.')[0]}=off"
    elif path in blocks() and not isinstance(item.value, dict):
        what = f"{format_value(item.value)} is no mapping of levers to changes"
        own = [lever for lever in levers() if lever.startswith(f"{path}.")]
        cure = f"name one of its levers: {', '.join(own)}" if own else f"{path} has no lever"
    else:
        what, cure = "there is no such lever", suggest(path, levers())
    entries.problems.append(Problem(what, field, where, cure))
    return False


def read_lever_changes(item: Located, field: str, entries: Entries) -> list[Change]:
    """Return the changes of one lever, in order."""
    if not isinstance(item.value, list):
        steps = [read_change(item, field, entries)]
    else:
        steps = [read_change(inner, f"{field}[{place}]", entries) for place, inner in enumerate(item.value, 1)]
        if not steps:
            entries.add_problem(item, field, "the list of changes is empty", EXAMPLE)
    return [step for step in steps if step is not None]


def read_change(item: Located, field: str, entries: Entries) -> Change | None:
    """Return one change, a number or words; None after noting what is wrong with it."""
    if isinstance(item.value, dict):
        return read_dated_change(item, field, entries)
    if not is_number(item.value):
        entries.add_problem(item, field, f"{format_value(to_plain(item))} is no change of a lever", EXAMPLE)
        return None
    if item.has_plus:
        amount = format_value(item.value).replace(",", "_")
        what = f"+{amount} would set the lever to {amount}, since YAML loses a plus sign"
        entries.add_problem(item, field, what, f"to add, write {{add: {amount}}}; to set, write {amount}")
        return None
    return Change(verb="value", amount=float(item.value))


def read_dated_change(item: Located, field: str, entries: Entries) -> Change | None:
    """Return a change text in words; None after noting what is wrong with it."""
    before = len(entries.problems)
    words = item.pairs
    for word, inner in words.items():
        if word not in WORDS:
            what = "there is no such word in a change"
            entries.problems.append(Problem(what, f"{field}.{word}", str(inner.key_place), suggest(word, WORDS)))
    verbs = [word for word in VERBS if word in words]
    if len(verbs) != 1:
        what = f"says {' and '.join(verbs)} at once" if verbs else "does not say what to do with the lever"
        entries.add_problem(item, field, what, f"say one of value, add, times; {EXAMPLE}")
    amount = 0.0
    for word in verbs:
        value = words[word].value
        if is_number(value):
            amount = float(value)
        else:
            text = format_value(to_plain(words[word]))
            entries.add_problem(words[word], f"{field}.{word}", f"{text} is not a number", EXAMPLE)
    for word in ("from", "to"):
        if word in words and not is_month(words[word].value):
            text = format_value(to_plain(words[word]))
            entries.add_problem(words[word], f"{field}.{word}", f"{text} is not a month", "write YYYY-MM, as 2027-01")
    ramp = 0
    if "ramp" in words:
        length = words["ramp"].value
        if isinstance(length, int) and not isinstance(length, bool) and 0 <= length <= LONGEST_RAMP:
            ramp = length
        else:
            what = f"{format_value(to_plain(words['ramp']))} is not a number of months from 0 to {LONGEST_RAMP:,}"
            cure = "write ramp: 6 to spread a change over six months"
            entries.add_problem(words["ramp"], f"{field}.ramp", what, cure)
    if len(entries.problems) > before:
        return None
    since, until = (str(words[word].value) if word in words else "" for word in ("from", "to"))
    if since and until and until < since:
        entries.add_problem(words["to"], field, f"ends in {until}, before it begins in {since}", "swap `from` and `to`")
        return None
    return Change(verb=verbs[0], amount=amount, since=since, until=until, ramp=ramp)


def read_pilot(item: Located, field: str, entries: Entries) -> Pilot | None:
    """Return a strategy's pilot; None after noting in `entries` what is wrong with it."""
    before = len(entries.problems)
    if not isinstance(item.value, dict):
        entries.add_problem(item, field, f"{format_value(to_plain(item))} is no pilot", PILOT_EXAMPLE)
        return None
    words = item.pairs
    for word, inner in words.items():
        if word not in PILOT_WORDS:
            what = "there is no such word in a pilot"
            entries.problems.append(Problem(what, f"{field}.{word}", str(inner.key_place), suggest(word, PILOT_WORDS)))
    for word, info in Pilot.model_fields.items():
        if word in words:
            check_pilot_word(words[word], word, field, entries)
        elif info.is_required():
            entries.add_problem(item, field, f"does not say its {word}", PILOT_EXAMPLE)
    if len(entries.problems) > before:
        return None
    return Pilot.model_validate({word: inner.value for word, inner in words.items()})


def check_pilot_word(item: Located, word: str, field: str, entries: Entries) -> None:
    """Note in `entries` a value that its word cannot have."""
    row, value, text = pilot_declarations()[f"{PILOT}.{word}"], item.value, format_value(to_plain(item))
    if row.type.startswith("Literal"):
        known = describe_choices(row.path)
        if value not in known:
            entries.add_problem(item, f"{field}.{word}", f"{text} is not known", f"write one of {', '.join(known)}")
        return
    kinds = int if row.type == "int" else int | float
    low, high = row.low, row.high
    assert low is not None
    assert high is not None
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        number = "whole number" if row.type == "int" else "number"
        cure = f"write {word}: a {number} from {format_range(row)}"
        entries.add_problem(item, f"{field}.{word}", f"{text} cannot be ({describe_value(row)})", cure)


def explain_untriable(path: str) -> str:
    """Say why a lever cannot be tried on a part of the customers; empty if it can."""
    if mechanisms()[path.partition(".")[0]].market_wide:
        return f"{path} acts on people who are not customers, and they belong to no arm of a pilot"
    return ""
