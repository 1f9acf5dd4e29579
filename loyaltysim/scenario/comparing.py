"""What differs between two scenarios, in full, with where each value came from."""

from __future__ import annotations

from pathlib import Path

from loyaltysim.scenario.book import shown
from loyaltysim.scenario.emit import flow
from loyaltysim.scenario.loading import load
from loyaltysim.scenario.value import Scenario

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
            told |= {f"{path}[{number}]": (flow(row), origin) for number, row in enumerate(value, 1)}
        else:
            told[path] = (flow(value) if isinstance(value, list) else shown(value), origin)
    for name, strategy in scenario.strategies.items():
        told[f"strategies.{name}"] = (strategy.in_words(), origins.get(f"strategies.{name}", "default"))
    for path, bounds in scenario.uncertain.items():
        told[f"uncertain.{path}"] = (f"{shown(bounds.low)} to {shown(bounds.high)}", origins[f"uncertain.{path}"])
    return told
