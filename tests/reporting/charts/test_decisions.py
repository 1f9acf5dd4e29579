"""What the commands that decide leave behind is drawn and told: break-even, map, sensitivity, the next dollar in each lever."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from loyaltysim import plots
from loyaltysim.cli import main
from loyaltysim.core.errors import InputError
from loyaltysim.reporting.charts import plainly
from loyaltysim.reporting.charts.style import png
from loyaltysim.results.tables import csv_text
from loyaltysim.study import Study
from tests.support.decision_tables import NAN, Found, marginals
from tests.support.pictures import on_one_another, shown
from tests.support.studies import HOSTILE, LONG


def curve(names: list[str], values: list[float]) -> pd.DataFrame:
    rows = []
    for value, (place, name) in itertools.product(values, enumerate(names)):
        gap = place * (value - 300.0) * 1e3 if place else NAN
        rows.append(
            ("stated.acquisition_cost", "$/customer", value, name, 1e6, gap, gap - 2e4, gap + 2e4, "no", 0.0, 12, "")
        )
    rows.append(("stated.acquisition_cost", "$/customer", 10.0, "", NAN, NAN, NAN, NAN, "", NAN, 0, "no market"))
    columns = [
        "path",
        "unit",
        "value",
        "strategy",
        "npv",
        "against_first",
        "ci_low",
        "ci_high",
        "best",
        "regret",
        "replications",
        "error",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame.loc[frame.strategy == names[-1], "best"] = "yes"
    return frame


def flips(*rows: tuple[Any, ...]) -> pd.DataFrame:
    columns = [
        "path",
        "unit",
        "today",
        "flips_at",
        "ci_low",
        "ci_high",
        "better_below",
        "better_above",
        "recommendation",
        "replications",
    ]
    return pd.DataFrame([("stated.acquisition_cost", "$/customer", 462.0, *row, 12) for row in rows], columns=columns)


def inputs(count: int) -> pd.DataFrame:
    columns = [
        "path",
        "unit",
        "low",
        "high",
        "sobol_total",
        "sobol_total_ci_low",
        "sobol_total_ci_high",
        "turns_at",
        "turns_to",
    ]
    rows = [
        (f"mechanism.an_input_of_long_name_{i}", "$/month", 1e-3 * i, 1e6, 0.5 / (i + 1), 0.4 / (i + 1), 0.7 / (i + 1),
         295_512.7 if i % 2 else NAN, LONG.format(i) if i % 2 else "")
        for i in range(count)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def cells(names: list[str], wide: int, tall: int) -> pd.DataFrame:
    rows = [
        (20.0 * 10**x, 1_000.0 * y, names[(x + y) % len(names)] if x or y else "", "", 1.0, 0.0, 2.0,
         "yes" if (x + y) % 2 else "no", names[0], 0.0, 4, "" if x or y else "no market")
        for x, y in itertools.product(range(wide), range(tall))
    ]  # fmt: skip
    columns = (
        "market.margin_mean voice.budget best second lead ci_low ci_high decided recommended regret replications error"
    )
    return pd.DataFrame(rows, columns=columns.split())


FEW = ["as today", "recovery", "advertising"]
LONGS = [LONG.format(number) for number in range(12)]
TURN = (300.0, 280.0, 330.0, "as today", "advertising", "turns")
CASES: dict[str, tuple[Any, dict[str, pd.DataFrame]]] = {
    "turns": (plots.breakeven, {"breakeven_curve": curve(FEW, [100.0, 300.0, 500.0, 1e3]), "breakeven": flips(TURN)}),
    "turns three times": (
        plots.breakeven,
        {"breakeven_curve": curve(FEW, [100.0, 500.0]), "breakeven": flips(TURN, (310.0, NAN, NAN, *TURN[3:]), TURN)},
    ),
    "nothing turns": (plots.breakeven, {"breakeven_curve": curve(FEW, [100.0, 500.0]), "breakeven": flips()}),
    "12 long": (plots.breakeven, {"breakeven_curve": curve(LONGS, [1.0, 1e6]), "breakeven": flips(TURN)}),
    "hostile": (plots.breakeven, {"breakeven_curve": curve(["as today", HOSTILE], [1.0, 2.0]), "breakeven": flips()}),
    "3 inputs": (plots.sensitivity, {"sensitivity": inputs(3)}),
    "1 input": (plots.sensitivity, {"sensitivity": inputs(1)}),
    "40 inputs": (plots.sensitivity, {"sensitivity": inputs(40)}),
    "levers": (plots.levers, {"next_dollar": marginals(["staff.training", "desk.budget", "winback.budget"], ["all"])}),
    "levers by year": (plots.levers, {"next_dollar": marginals(["desk.budget", "voice.budget"], ["2027", "2028", "2029"])}),
    "map": (plots.frontier, {"frontier": cells(FEW, 3, 3)}),
    "large map": (plots.frontier, {"frontier": cells(LONGS[:6], 9, 11)}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_no_text_is_cut_off_or_lies_on_another(case: str) -> None:
    draw, tables = CASES[case]
    picture = draw(Found(tables))
    boxes = shown(picture)
    width, height = picture.bbox.width, picture.bbox.height
    assert not [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    assert not [(a[0], b[0]) for a, b in itertools.combinations(boxes, 2) if on_one_another(a[1], b[1])]


def test_titles_say_what_was_found() -> None:
    said = {case: draw(Found(tables)).headline for case, (draw, tables) in CASES.items()}
    assert said["turns"] == (
        "The recommendation turns from as today to advertising where stated.acquisition_cost rises past 300 EUR/customer"
    )
    assert said["nothing turns"].startswith("Nothing turns: advertising stays the best")
    assert said["1 input"].endswith("no assumption turns it by itself")
    assert "turns it to" in said["3 inputs"]
    assert said["levers"].endswith("staff.training: 1.00 EUR beyond itself")
    assert said["map"] == "Recovery is the best in 3 of 9 cells of the map"


def test_a_decision_s_plots_are_the_same_from_its_folder(tmp_path: Path) -> None:
    _, tables = CASES["turns"]
    (tmp_path / "manifest.json").write_text(json.dumps({"status": "done", "currency": "EUR", "title": "t"}))
    for name, table in tables.items():
        (tmp_path / f"{name}.csv").write_text(csv_text(table))
    from_folder = plots.DecisionPlots(tmp_path).breakeven()
    assert png(from_folder) == png(plots.DecisionPlots(Found(tables)).breakeven())
    with pytest.raises(InputError, match="there is no table 'sensitivity'"):
        plots.DecisionPlots(tmp_path).sensitivity()


def test_the_page_of_a_decision_has_a_section_for_each_of_its_questions(tmp_path: Path) -> None:
    manifest = {
        "status": "done",
        "command": "breakeven",
        "title": "When?",
        "answer": "At 300.",
        "notes": ["But <why>?"],
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    for case in ("turns", "map", "3 inputs", "levers"):
        for name, table in CASES[case][1].items():
            (tmp_path / f"{name}.csv").write_text(csv_text(table))
    done = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert (done.exit_code, done.stderr) == (0, "")
    page = (tmp_path / "report.html").read_text()
    order = ['id="answer"', 'id="optimise"', 'id="breakeven"', 'id="sensitivity"', 'id="made"']
    assert [page.index(each) for each in order] == sorted(page.index(each) for each in order)
    assert page.count("<svg") == 4
    assert "But &lt;why&gt;?" in page
    for answers in ("recommendation", "turns at", "turns to", "overspent from"):
        assert re.search(f"<th[^>]*>{answers}</th>", page), answers


@pytest.mark.parametrize(
    ("value", "told"),
    [(462.0, "462"), (20_000.0, "20,000"), (13_549.5, "13,550"), (1.5e-5, "0.000015"), (-0.25, "-0.25")],
)
def test_numbers_are_plain(value: float, told: str) -> None:
    assert plainly(value) == told


@pytest.mark.parametrize(
    ("question", "verb"),
    [("breakeven", "breakeven"), ("frontier", "breakeven"), ("sensitivity", "sensitivity"), ("levers", "optimise")],
)
def test_a_run_says_which_command_finds_what_it_cannot_draw(study: Study, question: str, verb: str) -> None:
    with pytest.raises(InputError, match=f"loyaltysim {verb} SCENARIO.yml"):
        getattr(study.plot, question)()


def test_a_study_draws_the_break_even_that_lies_in_its_folder(study: Study, tmp_path: Path) -> None:
    shutil.copytree(study.folder, tmp_path, dirs_exist_ok=True)
    for name, table in CASES["turns"][1].items():
        (tmp_path / f"{name}.csv").write_text(csv_text(table))
    assert png(replace(study, folder=tmp_path).plot.breakeven()) == png(plots.breakeven(tmp_path))
    assert png(plots.breakeven(replace(study, folder=tmp_path))) == png(plots.breakeven(tmp_path))
