"""A study of 400 runs is killed without warning at 20 random moments and resumed: the same bytes, nothing run twice."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.filing import Finding
from tests.support.killed_runs import MOST_IN_FLIGHT, SCENARIO, Scene, files_of, killed_after, scene

pytestmark = pytest.mark.once

REPLICATIONS, MOMENTS, SEED = 200, 20, 2033


def undisturbed(place: Path) -> tuple[Scene, float]:
    """Run the study to its end; gives it, and how many seconds that took."""
    here, began = scene(place, REPLICATIONS), time.perf_counter()
    process = here.run()
    _, said = process.communicate()
    assert process.returncode == 0, said
    return here, time.perf_counter() - began


def disturbed(here: Scene, moment: float, expected: dict[str, bytes]) -> dict[str, Any]:
    """Kill the study after so many seconds and resume it (or run it again, if it had not come to have a folder)."""
    was_at_work = killed_after(here.run(), moment)
    told = here.out / "manifest.json"
    begun = told.exists()
    was_at_work = was_at_work and not (begun and json.loads(told.read_text())["status"] == "done")
    there = here.stored()
    verb = "resume" if begun else "run"
    if was_at_work and begun:
        status, said = here.resumed()
    elif was_at_work:
        again = Scene(here.place, here.replications)
        for file in here.out.glob("*") if here.out.exists() else ():
            file.unlink()
        process = again.run()
        _, said = process.communicate()
        status = process.returncode
    else:
        verb, status, said = "none", 0, ""
    return {
        "second": round(moment, 3),
        "finished_by": verb,
        "kept_before": there,
        "computed_in_all": here.computed(),
        "status": status,
        "said": said,
        "same_bytes": files_of(here.out) == expected,
    }


@pytest.mark.evidence
def test_a_study_killed_at_random_moments_ends_with_the_same_bytes(
    file: Callable[[Finding], None], tmp_path: Path
) -> None:
    whole, seconds = undisturbed(tmp_path / "undisturbed")
    expected, luck = files_of(whole.out), random.Random(SEED)
    moments = [luck.uniform(0, seconds) for _ in range(MOMENTS)]
    ends = [disturbed(scene(tmp_path / str(n), REPLICATIONS), moment, expected) for n, moment in enumerate(moments)]
    same = sum(end["same_bytes"] and end["status"] == 0 for end in ends)
    twice = [end["computed_in_all"] - whole.runs for end in ends]
    resumed = sum(end["finished_by"] == "resume" for end in ends)
    passed = same == MOMENTS and max(twice) <= MOST_IN_FLIGHT
    file(
        Finding(
            "crashes",
            "A study that is killed is finished as if nothing had happened",
            f"{whole.runs} runs, killed without warning (kill -9) at {MOMENTS} random moments: {same} of {MOMENTS} end with "
            f"the bytes of an undisturbed study ({resumed} by `resume`, the others were killed before they had begun "
            f"or after their end); run twice were at most {max(twice)} runs, and {MOST_IN_FLIGHT} can be in flight",
            passed,
            {"moments": SEED},
            {"undisturbed_seconds": round(seconds, 2), "ends": ends, "scenario": SCENARIO, "in_flight": MOST_IN_FLIGHT},
        )
    )
    assert same == MOMENTS
    assert max(twice) <= MOST_IN_FLIGHT
