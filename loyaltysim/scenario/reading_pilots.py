"""Read the pilot of a strategy, with a cure for every way to write one wrongly."""

from __future__ import annotations

from loyaltysim.core.errors import Problem
from loyaltysim.mechanisms import MONTH
from loyaltysim.scenario.book import meaning, meant, shown, span
from loyaltysim.scenario.flatten import Entries
from loyaltysim.scenario.given import Given, plain
from loyaltysim.scenario.policies import Pilot, pilot_words
from loyaltysim.scenario.wording import choices

PILOT = "pilot"
WORDS = tuple(Pilot.model_fields)
EXAMPLE = "write pilot: {share: 0.1, months: 12, roll_out_if: surely better}"
MARKET_WIDE = {mechanism.key for mechanism in MONTH if mechanism.market_wide}


def read_pilot(item: Given, field: str, entries: Entries) -> Pilot | None:
    """Give a strategy's pilot; None after noting in `entries` what is wrong with it."""
    before = len(entries.problems)
    if not isinstance(item.value, dict):
        entries.complain(item, field, f"{shown(plain(item))} is no pilot", EXAMPLE)
        return None
    words: dict[str, Given] = item.value
    for word, inner in words.items():
        if word not in WORDS:
            what = "there is no such word in a pilot"
            entries.problems.append(Problem(what, f"{field}.{word}", str(inner.named), meant(word, WORDS)))
    for word, info in Pilot.model_fields.items():
        if word in words:
            _check(words[word], word, field, entries)
        elif info.is_required():
            entries.complain(item, field, f"does not say its {word}", EXAMPLE)
    if len(entries.problems) > before:
        return None
    values = {word: inner.value for word, inner in words.items()}
    for word in {"share", "at_least"} & values.keys():
        values[word] = float(values[word])
    return Pilot(**values)


def _check(item: Given, word: str, field: str, entries: Entries) -> None:
    """Note in `entries` a value that its word cannot have."""
    row, value, said = pilot_words()[f"{PILOT}.{word}"], item.value, shown(plain(item))
    if row.type.startswith("Literal"):
        known = choices(row.path)
        if value not in known:
            entries.complain(item, f"{field}.{word}", f"{said} is not known", f"write one of {', '.join(known)}")
        return
    kinds = int if row.type == "int" else int | float
    low, high = row.low, row.high
    assert low is not None
    assert high is not None
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        number = "whole number" if row.type == "int" else "number"
        cure = f"write {word}: a {number} from {span(row)}"
        entries.complain(item, f"{field}.{word}", f"{said} cannot be ({meaning(row)})", cure)


def cannot_be_piloted(path: str) -> str:
    """Say why a lever cannot be tried on a part of the customers; empty if it can."""
    if path.partition(".")[0] in MARKET_WIDE:
        return f"{path} acts on people who are not customers, and they belong to no arm of a pilot"
    return ""
