"""Read the pilot of a strategy, with a cure for every way to write one wrongly."""

from __future__ import annotations

from loyaltysim.core.errors import Problem
from loyaltysim.mechanisms import MONTH
from loyaltysim.scenario.book import meant, shown
from loyaltysim.scenario.flatten import Entries
from loyaltysim.scenario.given import Given, plain
from loyaltysim.scenario.policies import Pilot

PILOT = "pilot"
WORDS = tuple(Pilot.model_fields)
RULES = ("surely better", "better", "not surely worse")
DESKS = ("shared", "own")
EXAMPLE = "write pilot: {share: 0.1, months: 12, roll_out_if: surely better}"
LARGEST, LONGEST = 0.99, 1200
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
    for word in ("share", "months"):
        if word not in words:
            entries.complain(item, field, f"does not say its {word}", EXAMPLE)
    _number(words, "share", 0.01, LARGEST, "the part of the customers who try it", field, entries)
    _number(words, "at_least", -1, 1, "a share of the customers of month 0", field, entries)
    _number(words, "months", 1, LONGEST, "how many whole months it lasts", field, entries)
    for word, known in (("roll_out_if", RULES), ("desk", DESKS)):
        if word in words and words[word].value not in known:
            said = shown(plain(words[word]))
            entries.complain(words[word], f"{field}.{word}", f"{said} is not known", f"write one of {', '.join(known)}")
    if len(entries.problems) > before:
        return None
    values = {word: inner.value for word, inner in words.items()}
    for word in {"share", "at_least"} & values.keys():
        values[word] = float(values[word])
    return Pilot(**values)


def _number(
    words: dict[str, Given], word: str, low: float, high: float, meaning: str, field: str, entries: Entries
) -> None:
    if word not in words:
        return
    value = words[word].value
    whole = word != "months" or isinstance(value, int)
    if isinstance(value, bool) or not isinstance(value, int | float) or not whole or not low <= value <= high:
        said = f"{shown(plain(words[word]))} is not {meaning}"
        entries.complain(words[word], f"{field}.{word}", said, f"write {word}: a number from {low:g} to {high:g}")


def cannot_be_piloted(path: str) -> str:
    """Say why a lever cannot be tried on a part of the customers; empty if it can."""
    if path.partition(".")[0] in MARKET_WIDE:
        return f"{path} acts on people who are not customers, and they belong to no arm of a pilot"
    return ""
