"""Options of the commands that decide: what is refused with its cure and leaves nothing, and texts given as people give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import loyaltysim as ls
from loyaltysim.core.errors import InputError
from tests.support.firm import FILE, call, written

pytestmark = pytest.mark.usefixtures("elsewhere")

WRONG = [
    (["breakeven", "--over", "stated.acquisition_kost"], "did you mean stated.acquisition_cost?"),
    (["breakeven", "--over", "market.margin_mean=9:3"], "low 9 is not below high 3"),
    (["breakeven", "--over", "market.margin_mean=9000:20"], "write --over market.margin_mean=20:9000"),
    (["breakeven", "--over", "market.margin_mean=9:9"], "write two ends that differ, the lower first"),
    (["breakeven", "--map", "market.margin_mean=9:3", "desk.budget"], "write --map market.margin_mean=3:9"),
    (["breakeven", "--over", "market.margin_mean=9"], "=LOW:HIGH"),
    (["breakeven", "--over", "zzz"], "; to see a block's: loyaltysim explain stated"),
    (["breakeven", "--over", "desk.zzz=0:1"], "; to see a block's: loyaltysim explain desk"),
    (["breakeven", "--over", "service.failure=0:1"], "no such parameter"),
    (["breakeven", "--over", "desk.causes=0:2"], "allowed is 0 to 1"),
    (["breakeven", "--over", "stated.reasons.rival=0:1"], "add to 1"),
    (["breakeven", "--over", "months=1:5"], "cannot be varied"),
    (["breakeven", "--between", "as today,advertize"], "did you mean advertise?"),
    (["breakeven", "--between", "as today"], "a duel is between two"),
    (["breakeven", "--map", "market.margin_mean", "market.margin_mean"], "named twice"),
    (["sweep", "--over", "voice.budget"], "is 0 today"),
    (["sweep", "--over", "desk.budget=0:1:1"], "1 steps make no range"),
    (["sweep", "--design", "nowhere.csv"], "nowhere.csv: No such file"),
    (["sweep", "--design", "wrong.csv"], "did you mean desk.budget?"),
    (["sweep", "--design", "short.csv"], "short.csv:3: has 1 values, but 2 columns are named"),
    (["sweep", "--design", "text.csv"], "text.csv:2:1: desk.budget: many is not a number"),
    (["sweep", "--points", "5", "--over", "desk.budget=0:1"], "a grid's points follow from its steps"),
    (["sweep", "--design", "lhs", "--points", "1"], "write 2 to"),
    (["sweep", "--design", "sobol", "--points", "0"], "write 2 to"),
    (["sweep", "--design", "own.csv", "--points", "5"], "a file of designs says itself how many there are"),
    (
        ["sweep", "--over", "market.margin_mean=20:80:100000"],
        "100,000 points are 600,000 runs (strategies: 2, replications of each: 3)\n"
        "    take fewer steps, or --design lhs; or insist on them: --most-points 100000",
    ),
    (["sweep", "--over", "market.margin_mean=20:80:1e12"], "take fewer steps, or --design lhs; 100,000 points at most"),
    (["sweep", "--over", "desk.budget=0:80:40", "--over", "voice.budget=0:80:40"], "1,600 points are 9,600 runs"),
    (["sweep", "--design", "lhs", "--points", "1001"], "insist on them: --most-points 1001"),
    (["sweep", "--design", "own.csv", "--most-points", "1"], "2 points are 12 runs"),
    (["sweep", "--most-points", "0"], "write 1 to 100,000"),
    (["breakeven", "--over", "market.margin_mean=20:80:1e6"], "1,000,000 points would be simulated"),
    (["breakeven", "--map", "market.margin_mean=20:80:40", "desk.budget=0:9:40"], "1,600 points would be simulated"),
    (["sensitivity", "--over", "desk.bugdet=0:1"], "did you mean desk.budget?"),
    (["sensitivity", "--trajectories", "1"], "write 2 to"),
    (["sensitivity", "--trajectories", "2", "--points", "0"], "are too few; it takes 8\n    write more --points"),
    (["sensitivity", "--over", "market.margin_mean=300:4000"], "today's value, 40, does not lie from 300 to 4000"),
    (["breakeven", "--map", "market.margin_mean", "--quiet", "x"], "a map has two sides"),
    (
        ["sensitivity", "--over", "desk.budget=0:90", "--points", "20000"],
        "20,008 points are 80,032 runs (strategies: 2, replications of each: 2)\n"
        "    take fewer points or trajectories; or insist on them: --most-points 20008",
    ),
    (["sensitivity", "--over", "desk.budget=0:90", "--most-points", "0"], "write 1 to 100,000"),
    (["optimise", "--budget", "-5"], "-5 is no extra budget"),
    (["optimise", "--budget", "0"], "write the extra money a month, above 0"),
    (["optimise", "--budget", "nan"], "nan is no extra budget"),
    (["optimise", "--budget", "20"], "20 $ a month is less than the margin that one customer brings in (40 $ a month)"),
    (["optimise", "--budget", "20"], "It comes on top of what today's levers cost: "),
    (["optimise", "--budget", "1e12"], "$ a month is more than the margin of all"),
    (["optimise", "--budget", "20"], "write 40 or more, the extra money a month. It comes on top of"),
    (["optimise", "--budget", "1e30"], "--budget: 1e+30 $ a month is more than the margin of all"),
    (
        ["optimise", "--budget", "100", "--levers", ""],
        "names no lever\n    leave it out for the main ones, or name some of",
    ),
    (["optimise", "--budget", "100", "--levers", " , "], "names no lever"),
    (
        ["optimise", "--budget", "500", "--levers", "desk.budget", "--at-most", "desk.budget=300"],
        "the limits let 300 $ a month be spent, and the budget is 500 $ a month\n    raise a limit",
    ),
    (["optimise", "--budget", "100", "--levers", "desk.bugdet"], "did you mean desk.budget?"),
    (["optimise", "--budget", "100", "--levers", "desk.compensation"], "is no lever with a monthly budget"),
    (["optimise", "--budget", "100", "--at-most", "rivals.x=3"], "is not among the levers"),
    (["optimise", "--budget", "100", "--at-most", "desk.budget=lots"], "lots is no amount"),
    (["optimise", "--budget", "100", "--robust", "bravely"], "write mean, worst, regret"),
    (["run", "--precision", "two"], "write --precision 2%"),
    (["run", "--most-replications", "50"], "there is nothing to stop for"),
    (["run", "--until-decided", "--replications", "5"], "--most-replications"),
]


@pytest.mark.parametrize(("words", "told"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_wrong_input_is_told_with_its_cure_and_leaves_nothing(words: list[str], told: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.csv").write_text("desk.bugdet\n5\n")
    (tmp_path / "own.csv").write_text("desk.budget\n5\n6\n")
    (tmp_path / "short.csv").write_text("desk.budget,voice.budget\n5,6\n7\n")
    (tmp_path / "text.csv").write_text("desk.budget\nmany\n")
    scenario, out = written(tmp_path), tmp_path / "out"
    done = call(words[0], scenario, *words[1:], "--out", out, "--executor", "in-process")
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert not out.exists()
    assert not (tmp_path / "results").exists()


def test_a_path_that_is_like_none_is_cured_in_a_few_words(tmp_path: Path) -> None:
    for words in (["breakeven", "--over", "desk.zzz=0:1"], ["sensitivity", "--over", "qqq"]):
        refused = call(words[0], written(tmp_path), *words[1:])
        assert "there are " in refused.output
        assert len(refused.output) < 400
        assert call("explain", refused.output.split()[-1]).exit_code == 0


def test_one_strategy_is_nothing_to_compare(tmp_path: Path) -> None:
    text = FILE.replace("  advertise: {advertising.budget: {add: 500}}\n", "")
    for verb in ("breakeven", "sensitivity"):
        with pytest.raises(InputError, match="there is only one"):
            getattr(ls, verb)(written(tmp_path, text), executor="in-process")


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
