"""A scenario written out in full, each value with its unit, evidence grade and where it came from; it loads as the same scenario."""

from __future__ import annotations

from typing import Any

from loyaltysim.core.fields import Declaration
from loyaltysim.scenario.book import book, mechanisms
from loyaltysim.scenario.emit import comment, flow, quoted, scalar, tree
from loyaltysim.scenario.grading import evidence_in_words
from loyaltysim.scenario.value import SOLVED, Scenario

HEADER = "# A scenario in full: every value, its unit, evidence and origin. It stands on its own and can be run again."
HOW_TO_SOLVE_AGAIN = """\
# The values marked `solved` were solved so that today's market shows what `stated` says, and are typed here so that
# nothing is solved again. To solve anew: write `calibration: on` and take the lines marked `solved` out."""
NOT_YET_SOLVED = "# Values that calibration solves for are left out: they follow from `stated`."


def resolved_yaml(scenario: Scenario, network_path: str | None = None) -> str:
    """Write a scenario in full as YAML; a solved one with its solved values typed and `calibration: off`.

    `network_path` replaces the path of an own network, for a folder that keeps its own copy of the file.
    """
    solved = scenario.is_solved
    lines = [HEADER]
    if solved and scenario.calibration == "on":
        lines.append(HOW_TO_SOLVE_AGAIN)
    elif not solved:
        lines.append(NOT_YET_SOLVED)
    lines.append("")
    values = scenario.flat()
    if solved:
        values["calibration"] = "off"
    if network_path is not None:
        values["market.network.path"] = network_path
    origins = dict(scenario.provenance)
    if values["calibration"] != scenario.calibration:
        origins["calibration"] = "solved by this run, so the values are typed"
    paths = {
        path: _entry(value, book()[path], evidence_in_words(scenario, path), origins.get(path, "default"))
        for path, value in values.items()
        if _is_written(path, solved)
    }
    return "\n".join([*lines, *tree(paths), *_strategies(scenario), *_uncertain(scenario)]) + "\n"


def _is_written(path: str, solved: bool) -> bool:
    row = book()[path]
    head, _, rest = path.partition(".")
    always_on = rest == "on" and head in mechanisms() and mechanisms()[head].always
    return not always_on and (solved or row.role != SOLVED)


def _entry(value: Any, row: Declaration, evidence: str, origin: str) -> list[str]:
    told = comment(row.unit, evidence, origin)
    if row.path == "calibration":
        return [f"{value}{told}"]
    if isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        return [told.strip(), *(f"- {flow(inner)}" for inner in value)]
    return [f"{flow(value) if isinstance(value, list) else scalar(value)}{told}"]


def _strategies(scenario: Scenario) -> list[str]:
    lines = ["strategies:"]
    for name, strategy in scenario.strategies.items():
        told = comment(scenario.provenance.get(f"strategies.{name}", "default"))
        lines.append(f"  {quoted(name)}: {flow(strategy.plain())}{told}")
    return lines


def _uncertain(scenario: Scenario) -> list[str]:
    if not scenario.uncertain:
        return ["uncertain: {}"]
    lines = ["uncertain:"]
    for path, bounds in scenario.uncertain.items():
        told = comment(book()[path].unit, scenario.provenance.get(f"uncertain.{path}", ""))
        lines.append(f"  {path}: {flow(bounds.model_dump())}{told}")
    return lines
