"""Start a scenario of one's own from a commented template, with the shipped baseline beside it."""

from __future__ import annotations

import os
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.scenario.emit import quoted
from loyaltysim.scenario.shipping import shipped

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
    content = TEMPLATE.format(title=quoted(title or _title(target)))
    written = [target] if _write_new(target, content) else []
    for name in COMPANIONS:
        if _write_new(target.parent / name, shipped(name).read_text(encoding="utf-8")):
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
