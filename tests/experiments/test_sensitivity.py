"""`loyaltysim sensitivity`, on a small firm: what the answer hangs on, and what too few points cannot tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.firm import call, tables, written

pytestmark = pytest.mark.usefixtures("elsewhere")


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
    monkeypatch.setattr("loyaltysim.analysis.surrogate_analysis.LEAST_Q2", 1.1)
    out = tmp_path / "out"
    done = call("sensitivity", written(tmp_path), "--points", 8, "--executor", "in-process", "--out", out)
    assert done.exit_code == 0, done.output
    assert "Which input turns the recommendation cannot be told" in done.output
    kept = tables(out)["sensitivity"]
    assert kept[["turns_at", "turns_to", "worth_knowing"]].isna().all().all()
    assert "too few points to tell what turns it" in (out / "report.html").read_text()
