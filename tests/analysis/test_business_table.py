"""Won and lost business by reason, the true figures beside those that sales tells (F34)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.analysis.summary import BUSINESS, build_business
from loyaltysim.scenario import Scenario
from tests.support.invented_firm import results

SMALL = {
    "calibration": "off",
    "market.people": 2_000,
    "market.customers": 400,
    "market.burn_in": 6,
    "months": 6,
    "replications": 2,
    "strategies": {"as today": {}, "win-back": {"winback.budget": 2_000.0}},
}


def kept(tmp_path: Path, **changes: object) -> Path:
    scenario = Scenario().replace({**SMALL, **changes}, source="test")
    return ls.run(scenario, out=tmp_path / "out", executor="in-process", quiet=True).folder


def test_f34_the_file_has_the_true_reasons_and_the_told_ones(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    table = pd.read_csv(folder / "business.csv")
    assert list(table.columns) == BUSINESS
    summary = pd.read_csv(folder / "summary.csv").set_index(["strategy", "metric"])["mean"]
    for strategy in SMALL["strategies"]:  # type: ignore[attr-defined]
        rows = table[table.strategy == strategy].set_index(["business", "reason"])
        lost, won = rows.loc["lost"], rows.loc["won"]
        assert lost["count"].sum() == pytest.approx(summary[strategy, "left"])
        assert lost.told_count.sum() == pytest.approx(summary[strategy, "left"])
        assert won["count"].sum() == pytest.approx(won.told_count.sum())
        assert won["count"].sum() == pytest.approx(summary[strategy, "joined"] + summary[strategy, "returned"])
        assert lost.told_share["rival"] > 2 * lost.share["rival"]
        assert (won["count"]["relationship"], won.told_share["relationship"]) == (0, pytest.approx(0.6))
        assert lost.share.sum() == pytest.approx(1)


def test_no_file_where_nobody_was_asked(tmp_path: Path) -> None:
    assert not (kept(tmp_path, **{"win_loss.on": False}) / "business.csv").exists()
    assert build_business(results()).empty
