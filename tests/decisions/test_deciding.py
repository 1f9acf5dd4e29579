"""The commands that decide, on a small firm: what they answer, what they leave in their folder, what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import loyaltysim as ls
from loyaltysim.commands import main
from loyaltysim.core.errors import InputError
from loyaltysim.experiments import optimise as optimising
from loyaltysim.experiments.axes import read_axis, varied
from loyaltysim.experiments.designs import designs
from tests.decisions.firm import FILE, written
from tests.evidence.decision_trials import breakeven_margin, constant_hazards


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(*words: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_csv(path, keep_default_na=False, na_values=[""]) for path in folder.glob("*.csv")}


def test_the_break_even_of_a_world_with_constant_hazards_is_the_algebraic_one() -> None:
    found = ls.breakeven(constant_hazards(12, 64), over="market.margin_mean=8:40", executor="in-process")
    at = found.breakeven.iloc[0]
    assert (at.better_below, at.better_above, at.recommendation) == ("as today", "advertise", "turns")
    assert at.flips_at == pytest.approx(breakeven_margin(), rel=0.02)
    assert at.ci_low <= breakeven_margin() <= at.ci_high
    assert "turns from as today to advertise where market.margin_mean rises past 16." in found.answer
    assert "today it is 40 $/month" in found.answer


def test_breakeven_tells_the_answer_first_and_keeps_its_folder(tmp_path: Path) -> None:
    scenario, out = written(tmp_path), tmp_path / "out"
    done = call("breakeven", scenario, "--over", "market.margin_mean=20:4000", "--map", "market.margin_mean=20:4000:2",
                "advertising.scale=500:2000:2", "--executor", "in-process", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("The recommendation turns from as today to advertise")
    assert "On the map of market.margin_mean by advertising.scale, of 4 cells the best is" in done.output
    kept = tables(out)
    assert set(kept) == {"breakeven", "breakeven_curve", "frontier"}
    assert len(kept["frontier"]) == 4
    assert kept["breakeven_curve"].groupby("value").best.apply(lambda best: (best == "yes").sum() == 1).all()
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["status"], manifest["command"]) == ("done", "breakeven")
    assert manifest["answer"].split()[:3] == ["The", "recommendation", "turns"]
    assert ls.load(out / "scenario.yml").sha256 == manifest["scenario_sha256"]
    refused = call("resume", out)
    assert refused.exit_code == 2
    assert "this breakeven is done: there is nothing to finish" in refused.output


def test_a_duel_is_told_as_one(tmp_path: Path) -> None:
    text = FILE.replace("strategies:", "strategies:\n  nothing at all: {}")
    found = ls.breakeven(
        written(tmp_path, text),
        over="market.margin_mean=20:40",
        between=("as today", "advertise"),
        executor="in-process",
    )
    assert "as today stays the better of the two for every" in found.answer
    assert any(
        "Only these two were compared; another may be better than both: nothing at all." in n for n in found.notes
    )
    assert any("stays the better" in text.get_text() for text in found.plot.breakeven().texts)


def test_where_nothing_turns_it_is_said_with_the_least_lead(tmp_path: Path) -> None:
    found = ls.breakeven(written(tmp_path), over="market.margin_mean=20:40", executor="in-process")
    assert found.answer.startswith("Nothing turns: as today stays the best for every market.margin_mean from 20 to 40")
    assert not (found.breakeven.recommendation == "turns").any()


def test_a_lever_is_set_by_every_strategy_and_never_solved_anew(tmp_path: Path) -> None:
    spec = ls.load(written(tmp_path))
    changed = varied(spec, {"advertising.budget": 100.0, "market.margin_mean": 77.0})
    assert changed.plan("as today")["advertising.budget"][0] == 100.0
    assert changed.plan("advertise")["advertising.budget"][0] == 600.0
    assert changed.mechanism("advertising").budget == 800.0
    assert changed.mechanism("market").margin_mean == 77.0


def test_a_sweep_gives_every_point_and_streams_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = call("sweep", written(tmp_path), "--over", "market.margin_mean=20:4000:2", "--over", "desk.budget=0:400:2",
                "--executor", "in-process", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    kept = tables(out)
    assert kept["winners"].point.tolist() == [1, 2, 3, 4]
    assert len(kept["sweep"]) == 4 * 2 * 7
    assert done.stdout.startswith("Of 4 points the best is")
    one = kept["sweep"].query("strategy == 'advertise' and metric == 'npv' and point == 1").iloc[0]
    lead = kept["winners"].query("point == 1").iloc[0].lead
    assert abs(one.difference) == pytest.approx(lead)


def test_ones_own_designs_are_simulated_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("market.margin_mean,desk.budget\n20,0\n4_000,100\n")
    found = ls.sweep(written(tmp_path), design=str(tmp_path / "mine.csv"), executor="in-process")
    assert found.winners[["market.margin_mean", "desk.budget"]].to_numpy().tolist() == [[20.0, 0.0], [4000.0, 100.0]]


def test_whoever_insists_gets_more_points_and_whole_numbers_are_each_taken_once(tmp_path: Path) -> None:
    spec = ls.load(written(tmp_path))
    assert len(designs("grid", [read_axis("market.margin_mean=20:80:1500", spec)], None, spec, 1_500)) == 1_500
    people = read_axis("market.people=1000:1004:1000000", spec)
    assert [point["market.people"] for point in designs("grid", [people], None, spec)] == [1000, 1001, 1002, 1003, 1004]


def test_designs_fill_the_ranges_and_repeat(tmp_path: Path) -> None:
    spec = ls.load(written(tmp_path))
    axes = [read_axis(path, spec) for path in spec.uncertain]
    for kind in ("lhs", "sobol"):
        points = designs(kind, axes, 16, spec)
        assert points == designs(kind, axes, 16, spec)
        margins = [point["market.margin_mean"] for point in points]
        assert 20 <= min(margins) < 300
        assert 3_700 < max(margins) <= 4_000


def test_a_point_that_no_market_can_have_is_a_row_with_its_error(tmp_path: Path) -> None:
    over = ["market.customers=200:1000:2"]
    found = ls.sweep(written(tmp_path), over=over, executor="in-process")
    wrong = found.winners[found.winners.error != ""]
    assert wrong["market.customers"].tolist() == [1000.0]
    assert "prospects" in wrong.error.iloc[0] or "fewer" in wrong.error.iloc[0]
    assert any("1 of 2 points are of no possible market" in note for note in found.notes)


def test_sensitivity_says_what_the_answer_hangs_on_and_what_turns_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = call("sensitivity", written(tmp_path), "--points", 8, "--replications", 12, "--executor", "in-process",
                "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    kept = tables(out)
    assert set(kept) == {"sensitivity", "points"}
    margin = kept["sensitivity"].set_index("path").loc["market.margin_mean"]
    assert margin.sobol_total > 0.5
    assert margin.turns_to == "advertise"
    assert 40 < margin.turns_at < 4_000
    assert margin.worth_knowing > 0
    assert len(kept["points"]) == 2 * (4 * 3 + 8)
    assert "market.margin_mean" in done.output.splitlines()[0] + done.output.splitlines()[1]


def test_what_the_points_cannot_tell_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyaltysim.report.sensitivity_words.NO_USE", 1.1)
    out = tmp_path / "out"
    done = call("sensitivity", written(tmp_path), "--points", 8, "--executor", "in-process", "--out", out)
    assert done.exit_code == 0, done.output
    assert "Which input turns the recommendation cannot be told" in done.output
    kept = tables(out)["sensitivity"]
    assert kept[["turns_at", "turns_to", "worth_knowing"]].isna().all().all()
    assert "too few points to tell what turns it" in (out / "report.html").read_text()


def test_optimise_puts_the_money_where_it_earns_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyaltysim.experiments.allocation.Search.globally.__defaults__", (1,))
    text = FILE.replace("later_value: false", "later_value: true") + "market.margin_mean: 400\n"
    out = tmp_path / "out"
    done = call("optimise", written(tmp_path, text), "--budget", 1_000, "--levers", "advertising.budget,winback.budget",
                "--at-most", "advertising.budget=900", "--executor", "in-process", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    kept = tables(out)
    split = kept["optimise"].set_index("lever").extra
    assert split["advertising.budget"] > 2 * split["winback.budget"]
    assert split["advertising.budget"] <= 900
    assert split.sum() == pytest.approx(1_000)
    assert set(kept) == {"optimise", "next_dollar", "spending_curve", "tried"}
    assert kept["next_dollar"].groupby("at").size().to_dict() == {"best": 2, "today": 2}
    assert done.stdout.startswith("Of the next 1,000 $ a month, the best split found is")


@pytest.mark.parametrize("how", ["mean", "worst", "regret"])
def test_optimise_is_robust_over_what_is_uncertain(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "loyaltysim.experiments.allocation.Search.globally", lambda search, first: search.try_all(first)
    )
    monkeypatch.setattr("loyaltysim.experiments.allocation.Search.locally.__defaults__", (0,))
    monkeypatch.setattr("loyaltysim.experiments.optimise.WORLDS", 2)
    text = FILE.replace("months: 6", "months: 13")
    found = ls.optimise(
        written(tmp_path, text), budget=500, levers=["advertising.budget"], robust=how, by_year=how == "mean", replications=2,
        executor="in-process",
    )  # fmt: skip
    assert set(found.optimise.period) == ({"year 1", "year 2"} if how == "mean" else {"all"})
    assert "on the mean over" in found.answer
    if (found.optimise.query("lever == 'left unspent'").extra < 495).all():
        begins = {"mean": "It earns ", "worst": "There it earns ", "regret": "Where it is furthest behind "}[how]
        assert f". {begins}" in found.answer
    assert all("over all 2 worlds" in note for note in found.notes[:2])


def test_optimise_leaves_unspent_what_earns_nothing_on_other_luck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "loyaltysim.experiments.allocation.Search.globally", lambda search, first: search.try_all(first)
    )
    monkeypatch.setattr("loyaltysim.experiments.allocation.Search.locally", lambda search: None)
    monkeypatch.setattr("loyaltysim.experiments.allocation.Search.best", lambda search: max(search.splits, key=sum))
    found = ls.optimise(written(tmp_path), budget=500, levers="desk.budget", executor="in-process")
    assert found.optimise.set_index("lever").extra.to_dict() == {"desk.budget": 0.0, "left unspent": 500.0}
    assert "leaves all unspent: the best that the search found, 500 to desk.budget, loses " in found.answer
    assert "on luck that the search did not use" in found.answer
    assert found.notes[0].startswith("A further $ brings back, in present value, at today's levers, which are the best")


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


def test_the_main_levers_are_declared_and_named_in_the_help(tmp_path: Path) -> None:
    chosen = optimising.read_levers(ls.load(written(tmp_path)), [])
    assert chosen == ("staff.training", "voice.budget", "desk.budget", "advertising.budget", "winback.budget")
    shown = " ".join(call("optimise", "--help").output.split())
    assert "training, asking, desk, advertising, win-back" in shown


def test_a_run_until_decided_says_by_which_rule_and_can_be_repeated(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = call(
        "run", written(tmp_path), "--until-decided", "--most-replications", 24, "--executor", "in-process", "--out", out
    )
    assert done.exit_code == 0, done.output
    manifest = json.loads((out / "manifest.json").read_text())
    told = " ".join(done.output.split())
    assert manifest["settled"] is True
    assert f"settled after {manifest['after_replications']} replications" in told
    assert manifest["after_replications"] < 24
    duel = tables(out)["duel"]
    assert (duel.replications == manifest["after_replications"]).all()
    npv = duel[duel.measure == "npv"].iloc[0]
    assert npv.anytime_low > 0
    assert npv.anytime_low < npv.ci_low < npv.difference
    again = call("rerun", out, "--executor", "in-process")
    assert again.exit_code == 0, again.output


def test_a_limit_that_is_hit_is_said(tmp_path: Path) -> None:
    study = ls.run(written(tmp_path), precision="0.001%", most_replications=8, executor="in-process", quiet=True)
    assert "not settled after 8 replications, the most allowed" in study.answer
