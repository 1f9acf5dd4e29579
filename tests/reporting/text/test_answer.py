"""Which strategy is recommended, by how much it leads and how sure that is; and the sentences and the table that say so."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from loyaltysim.analysis.recommendation import (
    Recommendation,
    compare_with_reference,
    has_too_few_replications,
    is_all_alike,
    recommend,
)
from loyaltysim.analysis.summary import build_pilots
from loyaltysim.core.errors import RunError
from loyaltysim.core.records import PilotRecord
from loyaltysim.reporting.build import recommendation_fields
from loyaltysim.reporting.text.answer import (
    describe_lesson,
    describe_pilots,
    render_answer,
    render_cells,
    render_sequential_answer,
    render_table,
)
from loyaltysim.reporting.text.formats import Money, format_horizon, money_for, name_heading, round_amount
from loyaltysim.results.results import Results, build_results
from loyaltysim.stats.intervals import Interval, interval
from loyaltysim.stats.ranking import multiple_comparison_with_best
from loyaltysim.stats.sequential import is_decided
from tests.support.golden_texts import read_golden
from tests.support.invented_firm import results, typed_results

M = 1e6
FIGURES = {"customers": [10_000.0, 10_000.0], "churn_annual": [0.2, 0.2]}


def worth(full: list[float], bare: list[float] | None = None) -> dict[str, list[float]]:
    return {"npv": full, "npv_without_later_value": bare or full}


def alike(count: int) -> Results:
    """Give two strategies, the second of which earns 500 $ more in each of so many replications."""
    return typed_results({"a": worth([M * r for r in range(count)]), "b": worth([M * r + 500 for r in range(count)])})


SPREAD = [-1.0, 1.0, -2.0, 2.0, 0.5, -0.5, 1.5, -1.5, 0.8, -0.8]
LUCK = [3.0, -1.0, 2.0, -4.0, 1.0, 0.0, 2.5, -2.5, 0.5, -1.5]
STEP_BY_STEP = {
    "first": worth([M * (100 + one) for one in LUCK]),
    "best": worth([M * (101.1 + one + two) for one, two in zip(LUCK, SPREAD, strict=True)]),
    "last": worth([M * (50 + one - two) for one, two in zip(LUCK, SPREAD, strict=True)]),
}
"""A lead that Holm's procedure calls sure, and intervals that hold for all pairs at once do not."""
WINNER = {
    "advertising": worth([M, 2 * M, 3 * M, M, 2 * M], [0.5 * M, 1.5 * M, 2.5 * M, 0.5 * M, 1.5 * M]),
    "listen and recover": worth([2.8 * M, 3.9 * M, 5 * M, 2.9 * M, 3.9 * M], [2 * M, 3 * M, 4 * M, 2 * M, 3 * M]),
}
UNDECIDED = {"a": worth([1000.0, 2000.0, 3000.0]), "b": worth([2000.0, 1500.0, 3500.0])}
BORROWED = {
    "a": worth([M, 2 * M, 3 * M], [0.9 * M, 1.9 * M, 2.9 * M]),
    "b": worth([2 * M, 3.1 * M, 4 * M], [0.5 * M, 1.4 * M, 2.5 * M]),
}
"""The winner lives on value after the horizon."""
TURNED = {
    "a": worth([0.0, 0.0, 0.0]),
    "b": worth([5 * M, 5.1 * M, 5.2 * M], [4 * M, 4.1 * M, 4.2 * M]),
    "c": worth([M, 1.1 * M, 1.2 * M], [-0.5 * M, -0.4 * M, -0.6 * M]),
}
CASES = {
    "a clear winner": typed_results(WINNER),
    "few replications": typed_results({"a": worth([M, 2 * M, 3 * M]), "b": worth([2.8 * M, 3.9 * M, 5 * M])}),
    "differences that all agree": alike(8),
    "many differences that agree": alike(30),
    "names that differ in capitals": typed_results({"Recovery": worth([M] * 2), "recovery": worth([2 * M, 2.1 * M])}),
    "names that are no words": typed_results({"iPhone push": worth([2 * M, 2.1 * M]), "B2B: all-in": worth([M, M])}),
    "a name that would steer the terminal": typed_results({"\x1b[31mred": worth([1.0, 2.0]), "b": worth([2.0, 3.1])}),
    "undecided": typed_results(UNDECIDED),
    "one replication": typed_results({"a": worth([M]), "b": worth([2 * M])}),
    "alike": typed_results({"a": worth([M, 2 * M]), "b": worth([M, 2 * M])}),
    "one strategy": results({"as today": 0.0}, months=18),
    "one strategy, one replication": results({"as today": 0.0}, replications=1),
    "a winner that lives on value after the horizon": typed_results(BORROWED),
    "a sign that turns": typed_results(TURNED),
    "sure step by step, and not for all pairs": typed_results(STEP_BY_STEP),
}


@pytest.mark.parametrize("case", CASES)
def test_the_sentence(case: str) -> None:
    assert render_answer(CASES[case]) == read_golden("answer.txt")[case]


def test_the_sentence_of_a_study_that_went_on_until_it_was_settled() -> None:
    found = typed_results(STEP_BY_STEP)
    said = render_sequential_answer(found, is_decided(found.by_strategy("npv")))
    assert said == read_golden("answer.txt")["until it was settled"]


def test_best_and_runner_up_by_mean_and_their_lead_pair_by_pair() -> None:
    found = recommend(typed_results(WINNER))
    assert (found.best, found.runner_up) == ("listen and recover", "advertising")
    assert (found.wins, found.replications, found.chance.mean) == (5, 5, 1.0)
    assert found.lead == interval(np.array([1.8, 1.9, 2.0, 1.9, 1.9]) * M)
    assert found.is_significant
    assert found.replications_to_decide is None
    assert not found.hangs_on_later_value


def test_the_lead_is_the_sum_of_its_parts() -> None:
    found = recommend(typed_results(WINNER))
    assert found.lead_within_horizon.mean + found.lead_after_horizon.mean == pytest.approx(found.lead.mean)
    assert found.lead_after_horizon.mean == pytest.approx(0.4 * M)
    assert found.lead_after_horizon.low < 0.4 * M < found.lead_after_horizon.high


@pytest.mark.parametrize(("count", "claims"), [(2, False), (8, False), (29, False), (30, True)])
def test_differences_that_all_agree_claim_certainty_only_where_there_are_many(count: int, claims: bool) -> None:
    lead = recommend(alike(count)).lead
    assert lead.mean == 500.0
    assert (is_all_alike(lead), has_too_few_replications(lead)) == (not claims, not claims)


def test_three_replications_are_too_few_and_five_are_not() -> None:
    figures = {name: {metric: each[:3] for metric, each in row.items()} for name, row in WINNER.items()}
    assert has_too_few_replications(recommend(typed_results(figures)).lead)
    assert not has_too_few_replications(recommend(typed_results(WINNER)).lead)


def test_what_cannot_be_told_says_how_many_replications_would_decide() -> None:
    found = recommend(typed_results(UNDECIDED))
    assert (found.best, found.runner_up, found.wins) == ("b", "a", 2)
    assert not found.is_significant
    assert found.replications_to_decide is not None
    assert 20 <= found.replications_to_decide <= 25


def test_one_replication_gives_a_lead_and_no_interval() -> None:
    found = recommend(typed_results({"a": worth([M]), "b": worth([2 * M])}))
    assert (found.best, found.lead.mean, found.lead.known) == ("b", M, False)
    assert not found.is_significant
    assert not found.is_tie


def test_identical_strategies_tie() -> None:
    found = recommend(typed_results({"a": worth([M, 2 * M]), "b": worth([M, 2 * M])}))
    assert found.is_tie
    assert (found.best, found.runner_up, found.is_significant) == ("a", "b", False)


def test_one_strategy_has_no_runner_up() -> None:
    found = recommend(results({"as today": 0.0}))
    assert found == Recommendation("as today", 4)
    assert not found.is_significant


def test_a_winner_that_lives_on_value_after_the_horizon() -> None:
    found = recommend(typed_results(BORROWED))
    assert found.hangs_on_later_value
    assert found.within_horizon is not None
    assert (found.best, found.within_horizon.best) == ("b", "a")
    assert found.lead_within_horizon.mean < 0.0 < found.lead_after_horizon.mean


def test_differences_from_the_first_with_and_without_later_value() -> None:
    full, within = compare_with_reference(typed_results(TURNED), "c")
    assert full.mean == pytest.approx(1.1 * M)
    assert within.mean == pytest.approx(-0.5 * M)


def test_a_lead_that_is_sure_step_by_step_and_not_for_all_pairs_at_once() -> None:
    found = recommend(typed_results(STEP_BY_STEP))
    span = multiple_comparison_with_best({name: np.array(each["npv"]) for name, each in STEP_BY_STEP.items()})["best"]
    assert span.low < 0.0 < span.high
    assert found.is_significant
    assert not found.is_significant_jointly
    two = {name: figures for name, figures in STEP_BY_STEP.items() if name != "last"}
    assert recommend(typed_results(two)).is_significant_jointly


def test_json_has_the_recommendation() -> None:
    found = recommend(typed_results(WINNER))
    assert recommendation_fields(found) == {
        "best": "listen and recover",
        "runner_up": "advertising",
        "lead": found.lead.mean,
        "lead_within_horizon": found.lead_within_horizon.mean,
        "lead_after_horizon": found.lead_after_horizon.mean,
        "interval_random": [found.lead.low, found.lead.high],
    }
    alone = recommendation_fields(recommend(results({"as today": 0.0})))
    assert {key: value for key, value in alone.items() if value is not None} == {"best": "as today"}
    once = recommendation_fields(recommend(typed_results({"a": worth([M]), "b": worth([2 * M])})))
    assert (once["lead"], once["interval_random"]) == (M, None)


def shown(grid: object) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(grid)
    return console.export_text()


def test_worths_have_digits_enough_to_be_told_apart() -> None:
    close = {
        "as today": [2_276_100.0, 2_276_300.0],
        "train": [2_322_200.0, 2_322_400.0],
        "ask": [2_276_000.0, 2_276_200.0],
    }
    found = typed_results({name: worth(values) | FIGURES for name, values in close.items()})
    assert [render_cells(found, name)[0] for name in close] == ["2.276 M$", "2.322 M$", "2.276 M$"]


def test_names_stay_recognisable() -> None:
    assert name_heading("listen and recover") == "Listen and recover"
    assert name_heading("B2B: all-in") == '"B2B: all-in"'
    assert name_heading("recovery", ["Recovery", "recovery"]) == '"recovery"'


def test_a_small_loss_keeps_its_sign_and_its_size() -> None:
    found = typed_results({
        "a": FIGURES | worth([M, 2 * M]),
        "b": FIGURES | worth([3 * M, 4 * M]),
        "c": FIGURES | worth([M - 41, 2 * M - 39]),
    })  # fmt: skip
    assert [cell.split("\n")[0] for cell in render_cells(found, "b")[1:3]] == ["+2.000 M$", "+2.000 M$"]
    assert [cell.split("\n")[0] for cell in render_cells(found, "c")[1:3]] == ["-40 $", "-40 $"]
    assert render_cells(found, "a")[1:3] == ["", ""]


@pytest.mark.parametrize("value", [-40.0, 3e-5, -1e-9, 0.4, -49_999.0])
def test_what_is_not_zero_never_reads_as_zero(value: float) -> None:
    text = Money("$", 2.5e6).signed(value)
    assert text.startswith("-" if value < 0 else "+")
    assert float(text[1:].split()[0].replace(",", "")) > 0


@pytest.mark.parametrize("count", [1, 3, 12])
def test_the_table_fits_a_hundred_columns(count: int) -> None:
    names = {f"[bold]a strategy with a rather long name, number {i}" + "x" * 60: 0.01 * i for i in range(count)}
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(render_table(results(names)))
    text = console.export_text()
    assert all(len(line) <= 100 for line in text.splitlines())
    assert "[bold]" in text
    assert "…" not in text


def test_money_in_round_sizes() -> None:
    assert money_for("$", Interval(1.93e6, 1.62e6, 2.24e6, 9)).full(1.93e6) == "1.9 M$"
    assert money_for("EUR", Interval(-45_200.0)).full(-45_200.0) == "-45.2 k EUR"
    assert money_for("$", Interval(0.0, 0.0, 0.0, 3)).full(-0.0) == "0 $"
    assert money_for("€", Interval(2.5e9)).signed(2.5e9) == "+2.50 bn€"


def test_ends_near_zero_show_their_side() -> None:
    money = money_for("$", Interval(15_000.0, 400.0, 29_600.0, 9))
    assert money.span(Interval(15_000.0, 400.0, 29_600.0, 9)) == "0.4 to 29.6"


def test_spans_of_time() -> None:
    assert [format_horizon(months) for months in (1, 12, 18, 60)] == ["1 month", "1 year", "18 months", "5 years"]
    assert [round_amount(n) for n in (7, 32, 121, 4_321)] == [7, 32, 130, 4400]


def test_a_missing_record_is_not_passed_over() -> None:
    from tests.support.invented_firm import CATALOG, FakeScenario, simulate

    scenario = FakeScenario()
    records = simulate(scenario, 0, scenario.strategies)
    with pytest.raises(RunError, match="no record of 'as today', replication 1"):
        build_results(records, scenario, CATALOG)


def told(*estimates: float, truth: float = -0.016, disturbance: float = 0.010) -> str:
    found = [
        PilotRecord(200, 800, each, each - 0.02, each + 0.03, truth, each - disturbance, rolled_out=each > 0)
        for each in estimates
    ]
    firm = results()
    (said,) = describe_pilots(replace(firm, pilots={firm.strategies[1]: found}))
    return said


PILOT_CASES = {
    "two replications": lambda: told(-0.006, 0.004),
    "one replication": lambda: told(-0.006),
    "too badly, hiding half of its good": lambda: describe_lesson(-STEADY, 2 * STEADY),
    "too well, hiding all of its harm": lambda: describe_lesson(2 * STEADY, -STEADY),
    "too well": lambda: describe_lesson(STEADY, STEADY),
    "right but for luck": lambda: describe_lesson(np.array([0.01, -0.01, 0.001]), STEADY),
}
STEADY = np.array([0.010, 0.011, 0.009])


@pytest.mark.parametrize("case", PILOT_CASES)
def test_the_words(case: str) -> None:
    assert PILOT_CASES[case]() == read_golden("pilots.txt")[case]


@pytest.mark.parametrize("luck", [-0.02, 0.0, 0.02])
def test_luck_does_not_change_what_is_taught(luck: float) -> None:
    """The lesson hangs on the steady disturbance, not on an estimate that luck has moved to either side of the truth."""
    lesson = describe_lesson(np.full(3, 0.010), np.full(3, -0.016))
    assert lesson
    assert lesson in told(luck - 0.007, luck - 0.006, luck - 0.005)


def test_a_disturbance_that_is_not_sure_teaches_nothing_of_size() -> None:
    assert describe_lesson(STEADY, np.array([0.01, -0.01, 0.0])) == describe_lesson(STEADY, STEADY)
    assert describe_lesson(STEADY[:1], STEADY[:1]) == ""


def test_the_table_has_a_row_a_replication() -> None:
    firm = results()
    found = [PilotRecord(20, 80, 0.01, -0.02, 0.04, 0.0, 0.0, rolled_out=False)] * 3
    table = build_pilots(replace(firm, pilots={firm.strategies[1]: found}))
    assert list(table.replication) == [0, 1, 2]
    assert (table.ci_low <= table.true_effect).all()
