"""Write scenarios: one in full, and a new one from a commented template with the shipped baseline beside it.

In full, each value has its unit, evidence grade and where it came from, and it loads as the same scenario.
"""

from __future__ import annotations

import os
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.mechanism import Declaration
from loyaltysim.scenario.extends import shipped_scenario
from loyaltysim.scenario.grades import describe_evidence
from loyaltysim.scenario.provenance import SOLVED
from loyaltysim.scenario.registry import mechanisms, parameter_registry
from loyaltysim.scenario.scenario import Scenario
from loyaltysim.scenario.yaml_format import quote, write_comment, write_flow, write_scalar, write_tree

HEADER = "# A scenario in full: every value, its unit, evidence and origin. It stands on its own and can be run again."
HOW_TO_SOLVE_AGAIN = """\
# The values marked `solved` were solved so that today's market shows what `stated` says, and are typed here so that
# nothing is solved again. To solve anew: write `calibration: on` and take the lines marked `solved` out."""
NOT_YET_SOLVED = "# Values that calibration solves for are left out: they follow from `stated`."
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
        path: write_entry(
            value, parameter_registry()[path], describe_evidence(scenario, path), origins.get(path, "default")
        )
        for path, value in values.items()
        if is_written(path, solved)
    }
    return "\n".join([*lines, *write_tree(paths), *write_strategies(scenario), *write_ranges(scenario)]) + "\n"


def is_written(path: str, solved: bool) -> bool:
    """Tell whether a value stands in the file: neither a switch that is always on nor what is still to be solved."""
    row = parameter_registry()[path]
    head, _, rest = path.partition(".")
    always_on = rest == "on" and head in mechanisms() and mechanisms()[head].always
    return not always_on and (solved or row.role != SOLVED)


def write_entry(value: object, row: Declaration, evidence: str, origin: str) -> list[str]:
    """Return the lines of one value, with its unit, evidence and origin."""
    comment = write_comment(row.unit, evidence, origin)
    if row.path == "calibration":
        return [f"{value}{comment}"]
    if isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        return [comment.strip(), *(f"- {write_flow(inner)}" for inner in value)]
    return [f"{write_flow(value) if isinstance(value, list) else write_scalar(value)}{comment}"]


def write_strategies(scenario: Scenario) -> list[str]:
    """Return the lines of the strategies."""
    lines = ["strategies:"]
    for name, strategy in scenario.strategies.items():
        comment = write_comment(scenario.provenance.get(f"strategies.{name}", "default"))
        lines.append(f"  {quote(name)}: {write_flow(strategy.to_plain())}{comment}")
    return lines


def write_ranges(scenario: Scenario) -> list[str]:
    """Return the lines of what is uncertain."""
    if not scenario.uncertain:
        return ["uncertain: {}"]
    lines = ["uncertain:"]
    for path, bounds in scenario.uncertain.items():
        comment = write_comment(parameter_registry()[path].unit, scenario.provenance.get(f"uncertain.{path}", ""))
        lines.append(f"  {path}: {write_flow(bounds.model_dump())}{comment}")
    return lines


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
    words = target.stem.replace("-", " ").replace("_", " ").strip()
    content = TEMPLATE.format(title=quote(title or words[:1].upper() + words[1:]))
    written = [target] if write_new_file(target, content) else []
    for name in COMPANIONS:
        if write_new_file(target.parent / name, shipped_scenario(name).read_text(encoding="utf-8")):
            written.append(target.parent / name)
    return "\n".join([*(f"wrote {file}" for file in written), f"next: loyaltysim check {target}"])


def write_new_file(target: Path, content: str) -> bool:
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
