"""`loyaltysim optimise`, on a small firm: where extra money earns most, over what is uncertain too, and when to leave it unspent."""

from __future__ import annotations

from pathlib import Path

import pytest

import loyaltysim as ls
from loyaltysim.experiments.optimise import optimise as optimising
from tests.support.firm import FILE, call, tables, written

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
