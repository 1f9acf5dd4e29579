"""Pictures for every question: nothing cut off, no two texts on one another, whatever the study."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from loyaltysim import plots
from loyaltysim.core.errors import InputError
from loyaltysim.reporting.charts.money import steps
from loyaltysim.reporting.charts.style import png
from loyaltysim.stats.intervals import interval
from loyaltysim.study import Study
from tests.support.pictures import on_one_another, shown
from tests.support.studies import HOSTILE, LONG, widened

QUESTIONS = ("money", "waterfall", "customers", "reasons", "funnel", "talk", "next_dollar", "touchpoints")
KINDS: dict[str, tuple[list[str], int, float]] = {
    "3, 6 months": (["as today", "recovery", "advertising"], 6, 1.0),
    "1 alone": (["as today"], 12, 1.0),
    "12 long, 240 months, millions": ([LONG.format(number) for number in range(12)], 240, 1e4),
    "7 of one word": ([f"{'W' * 80}{number}" for number in range(7)], 60, 1e6),
    "hostile, small money": ([HOSTILE, "$x^2$ and $", "5 $"], 24, 1e-4),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_text_is_cut_off_or_lies_on_another(study: Study, kind: str, question: str) -> None:
    names, months, money = KINDS[kind]
    picture: Any = getattr(plots, question)(widened(study.results, names, months, money))
    boxes = shown(picture)
    assert len(boxes) >= 3
    width, height = picture.bbox.width, picture.bbox.height
    cut = [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    assert not cut
    pairs = [(one[0], other[0]) for one, other in itertools.combinations(boxes, 2) if on_one_another(one[1], other[1])]
    assert not pairs


def test_the_study_s_plots_are_these_functions(study: Study) -> None:
    for question in QUESTIONS:
        drawn = getattr(study.plot if question in ("funnel", "talk") else plots, question)
        picture = drawn() if question in ("funnel", "talk") else drawn(study)
        assert (study.folder / f"figures/{question}.png").read_bytes() == png(picture)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_finished_run_s_folder_is_drawn_as_its_study_is(study: Study, question: str) -> None:
    drawn = getattr(plots, question)
    whole = png(drawn(study))
    assert png(drawn(study.folder)) == png(drawn(str(study.folder))) == png(drawn(study.results)) == whole


@pytest.mark.parametrize("question", plots.__all__)
def test_what_is_no_study_is_refused_and_the_right_thing_named(question: str, study: Study, tmp_path: Path) -> None:
    if question in ("Plots", "DecisionPlots"):
        return
    nothing = tmp_path / "nothing"
    for source in (None, 5, b"results", [study], study.summary, nothing, str(nothing), tmp_path, __file__):
        with pytest.raises(InputError) as refused:
            getattr(plots, question)(source)
        assert re.search("(give|name) (a|the|what).* (study|folder|loyaltysim)", str(refused.value)), source


def test_a_decision_s_folder_is_no_run_s(study: Study, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"status": "done"}', encoding="utf-8")
    with pytest.raises(InputError, match="holds a decision's tables, and no results of a run"):
        plots.money(tmp_path)


def test_the_waterfall_s_steps_add_up(study: Study) -> None:
    results = study.results
    first = interval(results.figures["as today"]["npv"]).mean
    for name in results.strategies[1:]:
        total = sum(step.adds.mean for step in steps(results, name))
        assert first + total == pytest.approx(interval(results.figures[name]["npv"]).mean, rel=1e-9)
    alone = sum(step.adds.mean for step in steps(results, "as today"))
    assert alone == pytest.approx(first, rel=1e-9)


@pytest.mark.parametrize("money", [1.0, 12.0, 1e4])
def test_the_waterfall_s_written_steps_lead_from_one_written_worth_to_the_other(study: Study, money: float) -> None:
    def read(text: str) -> float:
        number, unit = text.replace(r"\$", "$").replace(",", "").split(" ")
        return float(number) * {"$": 1.0, "k$": 1e3, "M$": 1e6, "bn$": 1e9}[unit]

    picture = plots.waterfall(widened(study.results, ["as today", "recovery", "advertising"], money=money))
    assert len(picture.axes) == 2
    for axes in picture.axes:
        begins, *adds, ends = [read(text.get_text()) for text in axes.texts if text.get_fontsize() == 8.5]
        assert max(map(abs, adds)) > 0
        assert begins + sum(adds) == pytest.approx(ends, abs=0.03 * max(map(abs, adds)))


def test_the_funnel_counts_what_complaints_csv_counts(study: Study) -> None:
    from loyaltysim.reporting.charts.service import ways

    table = study.complaints
    for name in study.results.strategies:
        rows = table[(table.strategy == name) & (table.severity == "all")].set_index("outcome")
        found = ways(study.results, name)
        assert found.ended == pytest.approx(dict(rows.grievances))
        assert found.stayed == pytest.approx(dict(rows.stayed))


def test_an_unknown_strategy_is_refused_with_those_there_are(study: Study) -> None:
    for question in (plots.funnel, plots.touchpoints):
        with pytest.raises(InputError, match="there is no strategy 'x'"):
            question(study, "x")


def test_the_next_dollar_is_ranked_by_what_it_brings(study: Study) -> None:
    from loyaltysim.reporting.charts.money import returns

    ratios = [each.ratio.mean for each in returns(study.results)]
    known = [ratio for ratio in ratios if ratio == ratio]  # noqa: PLR0124
    assert known == sorted(known, reverse=True)
    assert ratios[: len(known)] == known
