"""`loyaltysim optimise`: where extra money earns most, over what is uncertain too, what it recommends, and when to leave it unspent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.experiments.optimise import optimise as optimising
from loyaltysim.experiments.optimise.optimise import BY_MEAN, FOUND, NONE, Selection, select_split
from loyaltysim.experiments.optimise.search import AllocationSpace, Search
from loyaltysim.reporting.text import optimise
from loyaltysim.reporting.text.optimise import LEFT, SplitWords
from loyaltysim.stats.intervals import interval
from loyaltysim.stats.ranking import greatest_regret, worst_tenth_mean
from tests.support.firm import FILE, call, tables, written
from tests.support.golden_texts import read_golden

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_optimise_puts_the_money_where_it_earns_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyaltysim.experiments.optimise.search.Search.global_search.__defaults__", (1,))
    text = FILE.replace("later_value: false", "later_value: true") + "market.margin_mean: 400\n"
    out = tmp_path / "out"
    done = call("optimise", written(tmp_path, text), "--budget", 1_000, "--levers", "advertising.budget,winback.budget",
                "--at-most", "advertising.budget=900", "--executor", "in-process", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    kept = tables(out)
    split = kept["optimise"].set_index("lever").extra
    assert split["advertising.budget"] > 2 * split["winback.budget"]
    assert split["advertising.budget"] <= 900
    assert split.sum() == pytest.approx(1_000)
    assert set(kept) == {"optimise", "next_dollar", "spending_curve", "tried"}
    assert kept["next_dollar"].groupby("at").size().to_dict() == {"best": 2, "today": 2}
    assert done.stdout.startswith("Of the next 1,000 $ a month, the best split found is")


@pytest.mark.parametrize("how", ["mean", "worst", "regret"])
def test_optimise_is_robust_over_what_is_uncertain(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "loyaltysim.experiments.optimise.search.Search.global_search", lambda search, first: search.try_all(first)
    )
    monkeypatch.setattr("loyaltysim.experiments.optimise.search.Search.local_search.__defaults__", (0,))
    monkeypatch.setattr("loyaltysim.experiments.optimise.optimise.WORLDS", 2)
    text = FILE.replace("months: 6", "months: 13")
    found = ls.optimise(
        written(tmp_path, text), budget=500, levers=["advertising.budget"], robust=how, by_year=how == "mean", replications=2,
        executor="in-process",
    )  # fmt: skip
    assert set(found.optimise.period) == ({"year 1", "year 2"} if how == "mean" else {"all"})
    assert "on the mean over" in found.answer
    if (found.optimise.query("lever == 'left unspent'").extra < 495).all():
        begins = {"mean": "It earns ", "worst": "There it earns ", "regret": "Where it is furthest behind "}[how]
        assert f". {begins}" in found.answer
    assert all("over all 2 worlds" in note for note in found.notes[:2])


def test_optimise_leaves_unspent_what_earns_nothing_on_other_luck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "loyaltysim.experiments.optimise.search.Search.global_search", lambda search, first: search.try_all(first)
    )
    monkeypatch.setattr("loyaltysim.experiments.optimise.search.Search.local_search", lambda search: None)
    monkeypatch.setattr(
        "loyaltysim.experiments.optimise.search.Search.best", lambda search: max(search.splits, key=sum)
    )
    found = ls.optimise(written(tmp_path), budget=500, levers="desk.budget", executor="in-process")
    assert found.optimise.set_index("lever").extra.to_dict() == {"desk.budget": 0.0, "left unspent": 500.0}
    assert "leaves all unspent: the best that the search found, 500 to desk.budget, loses " in found.answer
    assert "on luck that the search did not use" in found.answer
    assert found.notes[0].startswith("A further $ brings back, in present value, at today's levers, which are the best")


def test_the_main_levers_are_declared_and_named_in_the_help(tmp_path: Path) -> None:
    chosen = optimising.read_levers(ls.load(written(tmp_path)), [])
    assert chosen == ("staff.training", "voice.budget", "desk.budget", "advertising.budget", "winback.budget")
    shown = " ".join(call("optimise", "--help").output.split())
    assert "training, asking, desk, advertising, win-back" in shown


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
    return words.render_answer(one, none, by_mean, is_taken=choice.index == FOUND)


def nothing(worlds: int) -> np.ndarray:
    return np.zeros((worlds, 12))


LOSES = searched([nothing(1), spread([300.0])], None, [nothing(1), spread([-420.0], 900.0)])
UNSURE = searched([nothing(1), spread([300.0])], None, [nothing(1), spread([50.0], 900.0)])
MEAN = searched([nothing(8), spread(WORLDS)], "mean", [nothing(8), spread(WORLDS)])
WORST = searched([nothing(8), spread(WORLDS + 6e3)], "worst", [nothing(8), spread(WORLDS + 6e3)])
NOTHING_WORST = searched([nothing(8), spread(WORLDS)], "worst", [nothing(8), spread(WORLDS)])
TRIED = [nothing(2), spread([10e3, -2e3]), spread([6e3, -1e3])]
WORSE = [nothing(2), spread([10e3, -12e3]), spread([6e3, -30e3])]
REGRET, LEAST = (searched(splits, "regret", splits) for splits in (TRIED, WORSE))
CHOICES = {
    "loses on other luck": (LOSES, None),
    "a gain that may be luck": (UNSURE, None),
    "on the mean over worlds": (MEAN, "mean"),
    "in the worst tenth, and on the mean": (WORST, "worst"),
    "nothing in the worst tenth": (NOTHING_WORST, "worst"),
    "least regret": (REGRET, "regret"),
    "least regret of nothing": (LEAST, "regret"),
}


@pytest.mark.parametrize("case", CHOICES)
def test_the_words(case: str) -> None:
    assert said(*CHOICES[case]) == read_golden("optimise.txt")[case]


def test_what_is_taken_on_other_luck() -> None:
    taken = [choice.index for choice, _ in CHOICES.values()]
    assert taken == [NONE, FOUND, FOUND, FOUND, NONE, FOUND, NONE]
    assert LOSES.split.tolist() == [0.0]
    assert REGRET.split.tolist() == [100.0]


def test_the_replications_of_a_world_are_no_further_worlds() -> None:
    assert MEAN.mean(FOUND).n == 8
    assert MEAN.mean(FOUND) == interval(WORLDS)


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

LEVER = (("a.budget", "all", "today", 40.0, 0.2, 30.0), ("a.budget", "all", "best", 880.0, -0.1, 850.0))
DOLLARS = {
    "the next dollar of a split by years": lambda: optimise.describe_next_dollar(SPEC, BY_YEAR),
    "overspending of a split by years": lambda: optimise.describe_overspending(SPEC, BY_YEAR),
    "the next dollar": lambda: optimise.describe_next_dollar(SPEC, dollars(*LEVER)),
    "overspending that may be luck": lambda: optimise.describe_overspending(SPEC, dollars(*LEVER)),
}


@pytest.mark.parametrize("case", DOLLARS)
def test_the_words_of_the_next_dollar(case: str) -> None:
    assert DOLLARS[case]() == read_golden("optimise.txt")[case]


@pytest.mark.parametrize(("spend", "is_told"), [(800.0, False), (880.0, True), (950.0, True)])
def test_a_split_beyond_the_overspending_point_is_told_as_such(spend: float, is_told: bool) -> None:
    row = next(dollars(*LEVER[1:]).assign(spend=spend).itertuples())
    assert bool(optimise.describe_excess(row, 40.0)) == is_told
    assert not optimise.describe_excess(row, spend)  # what is spent today is not the split's excess


def test_the_figure_by_years_says_of_no_year_by_itself_up_to_where_it_pays() -> None:
    from loyaltysim import plots
    from tests.support.decision_tables import Found, marginals
    from tests.support.pictures import shown

    texts = {name: [text for text, _ in shown(plots.levers(Found({"next_dollar": marginals(["desk.budget"], periods)})))]
             for name, periods in {"all": ["all"], "years": ["year 1", "year 2"]}.items()}  # fmt: skip
    assert any("pays up to" in text for text in texts["all"])
    assert not any("pays up to" in text for text in texts["years"])
    assert any(LEFT not in text and "in desk.budget in year" in text for text in texts["years"])
