"""`loyaltysim sweep`, on a small firm: every point of a grid, a filled range or one's own designs is simulated and told."""

from __future__ import annotations

from pathlib import Path

import pytest

import loyaltysim as ls
from loyaltysim.experiments.designs import build_design, read_factor
from tests.support.firm import call, tables, written

pytestmark = pytest.mark.usefixtures("elsewhere")


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
    assert len(build_design("grid", [read_factor("market.margin_mean=20:80:1500", spec)], None, spec, 1_500)) == 1_500
    people = read_factor("market.people=1000:1004:1000000", spec)
    assert [point["market.people"] for point in build_design("grid", [people], None, spec)] == [
        1000,
        1001,
        1002,
        1003,
        1004,
    ]


def test_designs_fill_the_ranges_and_repeat(tmp_path: Path) -> None:
    spec = ls.load(written(tmp_path))
    axes = [read_factor(path, spec) for path in spec.uncertain]
    for kind in ("lhs", "sobol"):
        points = build_design(kind, axes, 16, spec)
        assert points == build_design(kind, axes, 16, spec)
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
