"""The touchpoints' table and picture (F19): four fields, ranks, and names that neither overlap nor are cut off."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim import plots
from loyaltysim.analysis.summary import COLUMNS, build_touchpoints, rank_touchpoints
from loyaltysim.core.errors import InputError
from loyaltysim.core.records import Audit
from loyaltysim.core.touchpoint_table import default_touchpoints
from loyaltysim.scenario import Scenario
from tests.support.invented_firm import results

SMALL = {
    "calibration": "off",
    "market.people": 2_000,
    "market.customers": 400,
    "market.burn_in": 6,
    "months": 6,
    "replications": 2,
    "strategies": {"as today": {}, "repair": {"touchpoints.repair": 20_000.0}},
}


def audit(importance: Any, performance: Any, names: Any = None, priority: Any = None) -> Audit:
    count = len(importance)
    importance, performance = np.asarray(importance, float), np.asarray(performance, float)
    zeros = np.zeros(count)
    found = {
        "importance": importance,
        "performance": performance,
        "urgency": zeros,
        "believed": zeros,
        "indifference": zeros,
        "failure": zeros,
        "gap": zeros,
        "fix_cost": zeros,
        "ease": zeros,
    }
    found |= {"priority": importance if priority is None else np.asarray(priority), "mended": zeros, "spent": zeros}
    stages = tuple(itertools.islice(itertools.cycle(("search", "site", "shopping", "satisfaction")), count))
    return Audit(tuple(names or map(str, range(count))), stages, ("people",) * count, found)


def audited(*audits: Audit) -> Any:
    study = results(replications=len(audits))
    return replace(study, audits={name: list(audits) for name in study.strategies})


def test_f19_four_fields_by_hand() -> None:
    """Mean importance is .25 and mean performance .4 x .9 + .4 x .5 + .1 x .9 + .1 x .5 = .7."""
    table = build_touchpoints(audited(audit([0.4, 0.4, 0.1, 0.1], [0.9, 0.5, 0.9, 0.5], priority=[0.1, 0.9, 0.1, 0.4])))
    rows = table[table.strategy == "as today"]
    assert list(rows.field) == ["keep", "urgent", "icing", "needs action"]
    assert list(rows["rank"]) == [3, 1, 4, 2]


def test_f19_the_lines_are_the_reference_s_so_that_a_mended_touchpoint_can_cross_them() -> None:
    study = audited(audit([0.5, 0.5], [0.6, 0.8]))
    better = replace(study, audits={**study.audits, study.strategies[1]: [audit([0.5, 0.5], [0.75, 0.9])]})
    assert list(build_touchpoints(better).field) == ["urgent", "keep", "keep", "keep"]


def test_performances_are_means_over_replications_with_their_interval() -> None:
    row = build_touchpoints(audited(audit([1.0], [0.6]), audit([1.0], [0.8]), audit([1.0], [0.7]))).iloc[0]
    assert row.performance == pytest.approx(0.7)
    assert row.ci_low < 0.6
    assert row.ci_high > 0.8


def test_equal_priorities_rank_in_the_table_s_order() -> None:
    assert rank_touchpoints(np.array([0.2, 0.5, 0.2, 0.5])).tolist() == [3, 1, 4, 2]


def crowded() -> list[Any]:
    """Studies whose pictures are hard: the usual table, all in one place, one alone, and long names."""
    rows = default_touchpoints()
    importance = np.array([row.importance for row in rows])
    spread = audit(importance / importance.sum(), np.linspace(0.3, 0.95, len(rows)), [row.name for row in rows])
    heap = audit(np.full(120, 1 / 120), np.full(120, 0.7))
    long = audit([0.5, 0.3, 0.2, 0.0], [0.5, 0.51, 0.9, 1.0], [f"{'a very long name ' * 8}{i}" for i in range(4)])
    return [audited(spread), audited(heap), audited(audit([1.0], [0.4])), audited(long)]


@pytest.mark.parametrize("study", crowded())
def test_f19_no_name_is_cut_off_or_overlaps_another(study: Any) -> None:
    picture = plots.touchpoints(study)
    renderer = picture.canvas.get_renderer()
    picture.draw(renderer)
    width, height = picture.bbox.width, picture.bbox.height
    boxes = [thing.get_tightbbox(renderer) for thing in (*picture.axes, *picture.texts)]
    assert all(box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height for box in boxes)
    axes = picture.axes[0]
    names = [text for text in axes.texts if text.get_text() not in ("urgent", "needs action", "keep", "icing")]
    assert 0 < len(names) <= 12
    spans = sorted((text.get_window_extent(renderer) for text in names), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 0.5 for below, above in itertools.pairwise(spans))


def test_a_picture_of_no_strategy_or_of_nothing_scored_says_so() -> None:
    with pytest.raises(InputError, match="no strategy 'x'"):
        plots.touchpoints(crowded()[0], "x")
    with pytest.raises(InputError, match="no touchpoint was scored"):
        plots.touchpoints(results())


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("touchpoints") / "out"
    return ls.run(Scenario().replace(SMALL, "test"), out=folder, executor="in-process", quiet=True)


def test_f18_f19_a_run_s_folder_holds_the_table_and_the_picture(study: Any) -> None:
    table = pd.read_csv(study.folder / "touchpoints.csv")
    assert list(table.columns) == COLUMNS
    assert len(table) == 2 * len(default_touchpoints())
    pd.testing.assert_frame_equal(study.touchpoints, table, check_dtype=False)
    assert (study.folder / "figures/touchpoints.png").read_bytes() == study.plot.touchpoints()._repr_png_()
    assert study.plot.touchpoints("repair")._repr_png_() != study.plot.touchpoints()._repr_png_()


def test_f19_repair_shows_where_its_money_went(study: Any) -> None:
    today, repaired = (study.touchpoints[study.touchpoints.strategy == name] for name in ("as today", "repair"))
    assert today.spent.sum() == 0
    assert repaired.spent.sum() == pytest.approx(6 * 20_000)
    assert repaired.mended.sum() > today.mended.sum() + 5
    assert repaired.performance.mean() > today.performance.mean()


def test_without_a_scorecard_there_is_neither(tmp_path: Path) -> None:
    scenario = Scenario().replace({**SMALL, "scorecard.on": False, "replications": 1}, "test")
    found = ls.run(scenario, out=tmp_path / "out", executor="in-process", quiet=True)
    assert found.touchpoints.empty
    assert not (found.folder / "touchpoints.csv").exists()
    assert not (found.folder / "figures/touchpoints.png").exists()
