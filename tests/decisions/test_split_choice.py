"""What `optimise` recommends of what its search found: by other luck, over several worlds, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyaltysim.experiments.optimise import optimise as optimising
from loyaltysim.experiments.optimise.optimise import BY_MEAN, FOUND, NONE, Selection, select_split
from loyaltysim.experiments.optimise.search import AllocationSpace, Search
from loyaltysim.reporting.text import optimise
from loyaltysim.reporting.text.optimise import LEFT, SplitWords
from loyaltysim.stats.intervals import interval
from loyaltysim.stats.ranking import greatest_regret, worst_tenth_mean

SPEC: Any = SimpleNamespace(currency="$", months=6)
WORLDS = np.array([14.0, 18.7, -4.9, 16.6, 3.9, 5.2, 26.8, 1.5]) * 1e3
"""What a split earns in each of eight worlds, thousands of $."""


def spread(means: Sequence[float], noise: float = 100.0) -> np.ndarray:
    """Give twelve replications of each world around its mean."""
    luck = np.linspace(-1.0, 1.0, 12)
    return np.array([mean + noise * luck for mean in means])


def searched(tried: Sequence[np.ndarray], how: str | None, fresh: Sequence[np.ndarray]) -> Selection:
    """Choose after a search that has tried splits of one lever: nothing first, then 100 $ more each; their fresh gains."""
    search = Search(
        AllocationSpace(1_000.0, (1_000.0,), (0,)), lambda splits: np.empty(0), optimising.ROBUST[how or "mean"]
    )
    search.splits = [np.array([100.0 * number]) for number in range(len(tried))]
    search.values = list(tried)

    class Fresh:
        def gains(self, splits: Sequence[np.ndarray], luck: Sequence[int]) -> np.ndarray:
            return np.stack([fresh[round(float(split[0]) / 100)] for split in splits])

    return select_split(search, Fresh(), range(12), how)  # type: ignore[arg-type]


def said(choice: Selection, how: str | None) -> str:
    spending: Any = SimpleNamespace(
        budget=1_000.0, periods=("all",), cells=[("desk.budget", "all")], space=SimpleNamespace(groups=(0,)), today=lambda path: 0.0
    )  # fmt: skip
    one, none, by_mean = (optimising.make_candidate(spending, choice, which) for which in (FOUND, NONE, BY_MEAN))
    words = SplitWords(SPEC, 1_000.0, how, len(choice.gains[0]))
    return words.answer(one, none, by_mean, taken=choice.index == FOUND)


def nothing(worlds: int) -> np.ndarray:
    return np.zeros((worlds, 12))


def test_a_split_that_loses_on_other_luck_is_not_recommended() -> None:
    choice = searched([nothing(1), spread([300.0])], None, [nothing(1), spread([-420.0], 900.0)])
    assert choice.index == NONE
    assert choice.split.tolist() == [0.0]
    assert said(choice, None) == (
        "Of the next 1,000 $ a month, the best split found leaves all unspent: the best that the search found, 100 to desk.budget and "
        "900 left unspent, loses 420 $ (95 %: 45 to 795) in 6 months on luck that the search did not use."
    )


def test_a_gain_that_may_be_luck_is_told_as_such() -> None:
    choice = searched([nothing(1), spread([300.0])], None, [nothing(1), spread([50.0], 900.0)])
    assert choice.index == FOUND
    assert (
        "It earns 50 $ more than today's levers in 6 months (95 %: -325 to 425); that it earns anything is not sure."
        in said(choice, None)
    )


def test_the_replications_of_a_world_are_no_further_worlds() -> None:
    choice = searched([nothing(8), spread(WORLDS)], "mean", [nothing(8), spread(WORLDS)])
    assert choice.mean(FOUND).n == 8
    assert choice.mean(FOUND) == interval(WORLDS)
    assert "earns 10 k$ more than today's levers in 6 months (95 %: 1 to 19)" in said(choice, "mean")


def test_the_worst_tenth_is_told_beside_the_mean() -> None:
    better = spread(WORLDS + 6e3)
    text = said(searched([nothing(8), better], "worst", [nothing(8), better]), "worst")
    assert "There it earns 1.10 k$ more than today's levers in 6 months (95 %: 1.06 to 1.14)" in text
    assert text.endswith("on the mean over all 8 worlds it earns 16 k$ (95 %: 7 to 25).")


def test_where_the_worst_tenth_earns_nothing_the_mean_is_told() -> None:
    text = said(searched([nothing(8), spread(WORLDS)], "worst", [nothing(8), spread(WORLDS)]), "worst")
    assert (
        "leaves all unspent: there no split tried earns more than it costs in 6 months. On the mean over all 8 worlds 100 to"
        in text
    )
    assert "earns 10 k$ (95 %: 1 to 19), but in their worst tenth it loses 4.90 k$ (95 %: 4.86 to 4.94)." in text


def test_a_regret_is_told_as_one_against_the_best_split_tried_in_that_world() -> None:
    tried = [nothing(2), spread([10e3, -2e3]), spread([6e3, -1e3])]
    choice = searched(tried, "regret", tried)
    assert choice.split.tolist() == [100.0]
    text = said(choice, "regret")
    assert (
        "Where it is furthest behind the best split tried, it earns 2.00 k$ (95 %: 1.96 to 2.04) less than that in 6 months"
        in text
    )
    assert "against today's levers it earns 4.0 k$ " in text
    worse = [nothing(2), spread([10e3, -12e3]), spread([6e3, -30e3])]
    least = searched(worse, "regret", worse)
    assert least.index == NONE
    assert "of all splits tried that has the least regret, 10.00 k$ (95 %: 9.96 to 10.04) in 6 months where" in said(
        least, "regret"
    )


def test_the_worst_share_counts_the_last_world_in_part_and_no_regret_is_below_zero() -> None:
    worst = worst_tenth_mean(spread([5.0, 1.0, 3.0, 9.0], 0.0), share=0.375)
    assert worst.mean == pytest.approx((1.0 + 0.5 * 3.0) / 1.5)
    regret = greatest_regret(np.stack([spread([1.0, 4.0]), spread([1.0, 2.0])]), 0)
    assert (regret.mean, regret.low) == (0.0, 0.0)


def dollars(*rows: tuple[str, str, str, float, float, float]) -> pd.DataFrame:
    columns = ["lever", "period", "at", "spend", "marginal", "overspent_from"]
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(
        ci_low=found.marginal - 0.1, ci_high=found.marginal + 0.1, overspent_ci_low=0.0, overspent_ci_high=900.0
    )


BY_YEAR = dollars(
    *(("desk.budget", f"year {year}", at, spend, marginal, 850.0)
      for at, spend in (("today", 0.0), ("best", 900.0)) for year, marginal in ((1, -0.49), (2, 1.33)))
)  # fmt: skip


def test_of_a_split_by_years_the_year_is_named() -> None:
    told = optimise.next_dollar(SPEC, BY_YEAR)
    assert "at today's levers 2.33 (2.23 to 2.43) in desk.budget in year 2, down to 0.51 in year 1;" in told
    assert "With all else as in the best split and the same in every year, a further $ loses from 850" in (
        optimise.overspending(SPEC, BY_YEAR)
    )


def test_a_split_beyond_the_overspending_point_is_told_as_such() -> None:
    rows = dollars(("a.budget", "all", "today", 40.0, 0.2, 30.0), ("a.budget", "all", "best", 880.0, -0.1, 850.0))
    assert "(the split spends 880, which may be luck)" in optimise.overspending(SPEC, rows)
    rows.loc[1, "spend"] = 950.0
    assert "(the split spends 950, surely too much)" in optimise.overspending(SPEC, rows)
    rows.loc[1, "spend"] = 800.0
    assert "split spends" not in optimise.overspending(SPEC, rows)


def test_the_figure_by_years_says_of_no_year_by_itself_up_to_where_it_pays() -> None:
    from loyaltysim import plots
    from tests.report.test_decisions import Found, marginals, shown

    texts = {name: [text for text, _ in shown(plots.levers(Found({"next_dollar": marginals(["desk.budget"], periods)})))]
             for name, periods in {"all": ["all"], "years": ["year 1", "year 2"]}.items()}  # fmt: skip
    assert any("pays up to" in text for text in texts["all"])
    assert not any("pays up to" in text for text in texts["years"])
    assert any(LEFT not in text and "in desk.budget in year" in text for text in texts["years"])
