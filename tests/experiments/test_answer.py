"""The sentence: what it claims, how sure it says that is, and what it says when it cannot tell."""

from __future__ import annotations

import io

import numpy as np
import pytest
from invented_firm import results, typed_results
from rich.console import Console

from loyaltysim.core.errors import RunError
from loyaltysim.report.text.answer import render_answer, render_table
from loyaltysim.report.text.names import name_heading
from loyaltysim.report.text.numbers import Money, format_horizon, money_for, round_amount
from loyaltysim.results.results import build_results
from loyaltysim.stats.intervals import Interval
from loyaltysim.stats.ranking import multiple_comparison_with_best

M = 1e6


FIGURES = {"customers": [10_000.0, 10_000.0], "churn_annual": [0.2, 0.2]}


def shown(grid: object) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(grid)
    return console.export_text()


def worth(full: list[float], bare: list[float] | None = None) -> dict[str, list[float]]:
    return {"npv": full, "npv_without_later_value": bare or full}


def test_a_clear_winner() -> None:
    said = render_answer(
        typed_results(
            {
                "advertising": worth([M, 2 * M, 3 * M, M, 2 * M]),
                "listen and recover": worth([2.8 * M, 3.9 * M, 5 * M, 2.9 * M, 3.9 * M]),
            }
        )
    )
    assert said == (
        "Listen and recover earns 1.90 M$ more than advertising over 1 year (95 %: 1.81 to 1.99), "
        "and wins in 5 of 5 replications."
    )


def test_few_replications_claim_no_certainty() -> None:
    said = render_answer(typed_results({"a": worth([M, 2 * M, 3 * M]), "b": worth([2.8 * M, 3.9 * M, 5 * M])}))
    assert said == (
        "B earns 1.9 M$ more than a over 1 year (95 %: 1.7 to 2.1), and wins in 3 of 3 replications; "
        "so few replications cannot say how sure that is."
    )


@pytest.mark.parametrize("count", [2, 8, 29])
def test_differences_that_all_agree_claim_no_certainty(count: int) -> None:
    said = render_answer(
        typed_results({"a": worth([M * r for r in range(count)]), "b": worth([M * r + 500 for r in range(count)])})
    )
    assert said == (
        f"B earns 500 $ more than a over 1 year, and wins in {count} of {count} replications; "
        "so few replications cannot say how sure that is."
    )


def test_many_differences_that_agree_are_believed() -> None:
    said = render_answer(typed_results({"a": worth([M * r for r in range(30)]), "b": worth([M * r + 500 for r in range(30)])}))
    assert said.endswith("and wins in 30 of 30 replications.")


def test_worths_have_digits_enough_to_be_told_apart() -> None:
    close = {
        "as today": [2_276_100.0, 2_276_300.0],
        "train": [2_322_200.0, 2_322_400.0],
        "ask": [2_276_000.0, 2_276_200.0],
    }
    text = shown(render_table(typed_results({name: worth(values) | FIGURES for name, values in close.items()})))
    assert "2.276 M$" in text
    assert "2.322 M$" in text


def test_names_stay_recognisable() -> None:
    said = render_answer(typed_results({"Recovery": worth([M] * 2), "recovery": worth([2 * M, 2.1 * M])}))
    assert said.startswith('"recovery" earns 1.1 M$ more than "Recovery" over')
    said = render_answer(typed_results({"iPhone push": worth([2 * M, 2.1 * M]), "B2B: all-in": worth([M, M])}))
    assert said.startswith('"iPhone push" earns 1.1 M$ more than "B2B: all-in" over')
    assert name_heading("listen and recover") == "Listen and recover"


def test_a_small_loss_keeps_its_sign_and_its_size() -> None:
    said = shown(render_table(typed_results({
        "a": FIGURES | worth([M, 2 * M]),
        "b": FIGURES | worth([3 * M, 4 * M]),
        "c": FIGURES | worth([M - 41, 2 * M - 39]),
    })))  # fmt: skip
    assert "+2.000 M$" in said
    assert "-40 $" in said
    assert " 0.0" not in said
    assert "+0" not in said


@pytest.mark.parametrize("value", [-40.0, 3e-5, -1e-9, 0.4, -49_999.0])
def test_what_is_not_zero_never_reads_as_zero(value: float) -> None:
    text = Money("$", 2.5e6).signed(value)
    assert text.startswith("-" if value < 0 else "+")
    assert float(text[1:].split()[0].replace(",", "")) > 0


def test_what_cannot_be_told_says_how_many_replications_would_decide() -> None:
    said = render_answer(typed_results({"a": worth([1000.0, 2000.0, 3000.0]), "b": worth([2000.0, 1500.0, 3500.0])}))
    assert said.startswith("Cannot tell whether b or a earns more over 1 year: the difference is ")
    assert "b wins in 2 of 3 replications; roughly, from so few, about 23 replications would decide." in said


def test_one_replication_cannot_say_how_sure() -> None:
    said = render_answer(typed_results({"a": worth([M]), "b": worth([2 * M])}))
    assert said == (
        "B earns 1.00 M$ more than a over 1 year in the one replication run; one replication cannot say how sure that is."
    )


def test_identical_strategies() -> None:
    said = render_answer(typed_results({"a": worth([M, 2 * M]), "b": worth([M, 2 * M])}))
    assert said == "A and b earn exactly the same over 1 year, in each of 2 replications."


def test_one_strategy_is_worth_something() -> None:
    assert render_answer(results({"as today": 0.0}, months=18)).startswith("As today is worth ")
    assert "over 18 months (95 %: " in render_answer(results({"as today": 0.0}, months=18))


def test_a_winner_that_lives_on_value_after_the_horizon_is_told() -> None:
    said = render_answer(
        typed_results(
            {
                "a": worth([M, 2 * M, 3 * M], [0.9 * M, 1.9 * M, 2.9 * M]),
                "b": worth([2 * M, 3.1 * M, 4 * M], [0.5 * M, 1.4 * M, 2.5 * M]),
            }
        )
    )
    assert said.splitlines()[1].startswith(
        "Without the value after the horizon, a comes first, 433 k$ ahead of b (95 %:"
    )


def test_a_sign_that_turns_is_told() -> None:
    said = render_answer(
        typed_results(
            {
                "a": worth([0.0, 0.0, 0.0]),
                "b": worth([5 * M, 5.1 * M, 5.2 * M], [4 * M, 4.1 * M, 4.2 * M]),
                "c": worth([M, 1.1 * M, 1.2 * M], [-0.5 * M, -0.4 * M, -0.6 * M]),
            }
        )
    )
    assert (
        said.splitlines()[1]
        == "Without the value after the horizon, c loses 0.5 M$ against a instead of gaining 1.1 M$."
    )


def test_nothing_is_said_when_value_after_the_horizon_changes_nothing() -> None:
    assert "\n" not in render_answer(typed_results({"a": worth([1.0, 2.0, 3.0]), "b": worth([2.0, 3.1, 4.0])}))


def test_names_cannot_steer_the_terminal() -> None:
    said = render_answer(typed_results({"\x1b[31mred": worth([1.0, 2.0]), "b": worth([2.0, 3.1])}))
    assert "\x1b" not in said


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
    from invented_firm import CATALOG, FakeScenario, simulate

    scenario = FakeScenario()
    records = simulate(scenario, 0, scenario.strategies)
    with pytest.raises(RunError, match="no record of 'as today', replication 1"):
        build_results(records, scenario, CATALOG)


def test_a_lead_that_is_sure_step_by_step_and_not_for_all_pairs_at_once_is_told_so() -> None:
    spread = [-1.0, 1.0, -2.0, 2.0, 0.5, -0.5, 1.5, -1.5, 0.8, -0.8]
    luck = [3.0, -1.0, 2.0, -4.0, 1.0, 0.0, 2.5, -2.5, 0.5, -1.5]
    figures = {
        "first": worth([M * (100 + one) for one in luck]),
        "best": worth([M * (101.1 + one + two) for one, two in zip(luck, spread, strict=True)]),
        "last": worth([M * (50 + one - two) for one, two in zip(luck, spread, strict=True)]),
    }
    told = render_answer(typed_results(figures)).split("\n")
    span = multiple_comparison_with_best({name: np.array(each["npv"]) for name, each in figures.items()})["best"]
    assert told[0].startswith("Best earns 1.1 M$ more than first over 1 year (95 %: 0.")
    assert span.low < 0.0 < span.high
    assert told[1].startswith("That is judged step by step (Holm)")
    assert "ranking.csv" in told[1]
    del figures["last"]
    assert len(render_answer(typed_results(figures)).split("\n")) == 1
