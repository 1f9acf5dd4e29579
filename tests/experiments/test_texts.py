"""Options of the functions that decide, given as people give them: one text by itself, a number in quotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import loyaltysim as ls
from loyaltysim.core.errors import InputError
from tests.support.firm import written

ALONE: list[tuple[str, dict[str, Any], str]] = [
    ("optimise", {"budget": 500, "levers": "desk.bugdet"}, "desk.bugdet: there is no such lever\n    did you mean desk.budget?"),
    ("optimise", {"budget": 500, "levers": "desk.budget, desk.bugdet"}, "desk.bugdet: there is no such lever"),
    ("optimise", {"budget": 500, "at_most": "desk.budget=lots"}, "desk.budget: lots is no amount"),
    ("optimise", {"budget": 500, "overrides": "desk.bugdet=5"}, "did you mean desk.budget?"),
    ("sweep", {"over": "desk.bugdet=0:1"}, "desk.bugdet: there is no such parameter or lever"),
    ("sensitivity", {"over": "desk.bugdet=0:1"}, "desk.bugdet: there is no such parameter or lever"),
    ("breakeven", {"between": "as today,advertize"}, "did you mean advertise?"),
    ("breakeven", {"between": "as today"}, "a duel is between two strategies"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "asked", "told"), ALONE, ids=[f"{verb} {list(asked)[-1]}" for verb, asked, _ in ALONE]
)
def test_a_text_by_itself_is_one_text_and_not_its_letters(
    verb: str, asked: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        getattr(ls, verb)(written(tmp_path), executor="in-process", out=tmp_path / "out", **asked)
    assert told in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("budget", ["1000", None, True, [1_000]])
def test_a_budget_that_is_no_number_is_refused_with_its_cure(budget: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no amount of money\n    write a number.*budget=20_000"):
        ls.optimise(written(tmp_path), budget=budget, executor="in-process", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_path_by_itself_is_swept(tmp_path: Path) -> None:
    found = ls.sweep(
        written(tmp_path), over="desk.budget=0:40:2", replications=2, executor="in-process", out=tmp_path / "out"
    )
    assert found.winners["desk.budget"].tolist() == [0.0, 40.0]
