"""Write loyaltysim/data/solved.json: what the shipped baseline solves for, so that the first answer need not wait for it.

Run `python -m tools.write_shipped_rates` from a checkout after any change of the sources that the solution
depends on: it holds for those alone, to the byte.
"""

from __future__ import annotations

import json
from pathlib import Path

from loyaltysim.calibration import SHIPPED, content_key
from loyaltysim.calibration.solver import find_rates
from loyaltysim.scenario import load, shipped_scenario
from tools.write_baseline import write_file


def write() -> Path:
    """Search for the baseline's rates anew, write the file and give its path."""
    baseline = load(shipped_scenario("baseline.yml"))
    found = {"key": content_key(baseline), "rates": find_rates(baseline)}
    return write_file(SHIPPED, json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    print(f"wrote {write()}")
