"""A script that gives `run` in a process of its own, with other parts of the program if need be."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]

SCENARIO = """
calibration: off
market: {{people: 300, customers: 60, burn_in: 3}}
months: 12
replications: {replications}
desk: {{budget: 15}}
advertising: {{budget: 240, scale: 300}}
strategies: {{as today: {{}}, recovery: {{desk.budget: {{add: 50}}}}}}
"""
SCRIPT = """
    import sys
    sys.path[:0] = [{checkout!r}]
    from loyaltysim.cli import main
    from loyaltysim.execution import tasks
    from tests.support import stand_ins

    def slow(*task):  # of the main script, which no worker can import
        return stand_ins.slow(*task)

    {before}
    main(["run", "study.yml", "--executor", {executor!r}, "--out", {out!r}])
"""


def script(**parts: Any) -> list[str]:
    parts = {"before": "pass", "replications": 3, "executor": "in-process", "out": "out"} | parts
    Path("study.yml").write_text(SCENARIO.format(replications=parts["replications"]))
    text = textwrap.dedent(SCRIPT).format(checkout=str(CHECKOUT), **parts)
    Path("script.py").write_text(text)
    return [sys.executable, "script.py"]
