"""`loyaltysim breakeven`, on a small firm: where the recommendation turns, what is told of it, what its folder holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import loyaltysim as ls
from loyaltysim.experiments.designs import apply_point
from tests.evidence.decision_trials import breakeven_margin, constant_hazards
from tests.support.firm import FILE, call, tables, written

pytestmark = pytest.mark.usefixtures("elsewhere")


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
    changed = apply_point(spec, {"advertising.budget": 100.0, "market.margin_mean": 77.0})
    assert changed.plan("as today")["advertising.budget"][0] == 100.0
    assert changed.plan("advertise")["advertising.budget"][0] == 600.0
    assert changed.mechanism("advertising").budget == 800.0
    assert changed.mechanism("market").margin_mean == 77.0
