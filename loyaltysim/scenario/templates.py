"""A scenario written out in full, each value with its unit, evidence grade and where it came from; it loads as the same scenario."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.fields import Declaration
from loyaltysim.scenario.extends import shipped_scenario
from loyaltysim.scenario.grades import describe_evidence
from loyaltysim.scenario.registry import mechanisms, parameter_registry
from loyaltysim.scenario.scenario import SOLVED, Scenario
from loyaltysim.scenario.yaml_writer import quote, write_comment, write_flow, write_scalar, write_tree

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
        path: _entry(value, parameter_registry()[path], describe_evidence(scenario, path), origins.get(path, "default"))
        for path, value in values.items()
        if _is_written(path, solved)
    }
    return "\n".join([*lines, *write_tree(paths), *_strategies(scenario), *_uncertain(scenario)]) + "\n"


def _is_written(path: str, solved: bool) -> bool:
    row = parameter_registry()[path]
    head, _, rest = path.partition(".")
    always_on = rest == "on" and head in mechanisms() and mechanisms()[head].always
    return not always_on and (solved or row.role != SOLVED)


def _entry(value: Any, row: Declaration, evidence: str, origin: str) -> list[str]:
    told = write_comment(row.unit, evidence, origin)
    if row.path == "calibration":
        return [f"{value}{told}"]
    if isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        return [told.strip(), *(f"- {write_flow(inner)}" for inner in value)]
    return [f"{write_flow(value) if isinstance(value, list) else write_scalar(value)}{told}"]


def _strategies(scenario: Scenario) -> list[str]:
    lines = ["strategies:"]
    for name, strategy in scenario.strategies.items():
        told = write_comment(scenario.provenance.get(f"strategies.{name}", "default"))
        lines.append(f"  {quote(name)}: {write_flow(strategy.plain())}{told}")
    return lines


def _uncertain(scenario: Scenario) -> list[str]:
    if not scenario.uncertain:
        return ["uncertain: {}"]
    lines = ["uncertain:"]
    for path, bounds in scenario.uncertain.items():
        told = write_comment(parameter_registry()[path].unit, scenario.provenance.get(f"uncertain.{path}", ""))
        lines.append(f"  {path}: {write_flow(bounds.model_dump())}{told}")
    return lines


# Start a scenario of one's own from a commented template, with the shipped baseline beside it.

COMPANIONS = ("baseline.yml", "schema.json")
TEMPLATE = """\
# yaml-language-server: $schema=schema.json
title: {title}
question: Where should the next 20,000 $ a month go?
extends: baseline.yml          # everything not said here comes from there

start: 2027-01                 # month 1
months: 60
replications: 30
seed: 2026

# Your market. `loyaltysim explain market` lists all there is.
market: {{people: 50_000, customers: 10_000}}

# What is known of today: `loyaltysim explain stated`. What is not stated is solved for.
stated: {{churn_annual: 0.20, silent_share_of_lost: 0.90}}

# What is spent today, in $ a month.
desk.budget: 2_000
advertising.budget: 40_000

# The first strategy is the reference. A number sets; {{add: x}} and {{times: x}} change today's value; a change can be
# dated and gradual: {{add: 20_000, from: 2027-07, to: 2028-06, ramp: 6}}.
strategies:
  as today: {{}}
  recovery: {{desk.budget: {{add: 20_000}}}}
  advertising: {{advertising.budget: {{add: 20_000}}}}
  listen and recover: {{voice.budget: {{add: 8_000}}, desk.budget: {{add: 12_000}}}}

# What you are not sure of, beside what baseline.yml names already.
# uncertain:
#   stated.churn_annual: {{low: 0.15, high: 0.25}}
"""


def new(path: str | Path, title: str = "") -> str:
    """Write a starting scenario to a file that is not there yet, and say what was written.

    The shipped baseline.yml and schema.json are put beside it where they are missing. Raises InputError if the file is
    there already or its folder is not, RunError if it cannot be written.
    """
    target = Path(path)
    cure = "choose another name"
    if target.name in COMPANIONS:
        raise InputError(Problem("is the name of a file that comes with loyaltysim", where=str(target), cure=cure))
    if target.exists() or target.is_symlink():
        raise InputError(Problem("is there already, and is left as it is", where=str(target), cure=cure))
    if not target.parent.is_dir():
        raise InputError(Problem(f"there is no folder {target.parent}", where=str(target), cure="make it first"))
    content = TEMPLATE.format(title=quote(title or _title(target)))
    written = [target] if _write_new(target, content) else []
    for name in COMPANIONS:
        if _write_new(target.parent / name, shipped_scenario(name).read_text(encoding="utf-8")):
            written.append(target.parent / name)
    return "\n".join([*(f"wrote {file}" for file in written), f"next: loyaltysim check {target}"])


def _title(target: Path) -> str:
    words = target.stem.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _write_new(target: Path, content: str) -> bool:
    """Write a file unless it is there; tells whether it did. Half a file is never left behind."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(content, encoding="utf-8")
        try:
            os.link(draft, target)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
    except OSError as error:
        raise RunError(f"{target} cannot be written: {error.strerror}") from None
    return True
