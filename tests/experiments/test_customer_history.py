"""A customer's life: whom each rule finds and that it is the one that was lived; what is asked, refused and kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import loyaltysim as ls
from loyaltysim import api
from loyaltysim.cli import main
from loyaltysim.core.codes import CUSTOMER, LONG_AGO
from loyaltysim.core.errors import InputError
from loyaltysim.experiments.customer_history import FINDS, RULES, simulate_fates
from loyaltysim.experiments.observer import Life
from loyaltysim.model import LoyaltyModel
from loyaltysim.reporting.charts.style import png
from loyaltysim.scenario import Scenario
from loyaltysim.study import CustomerLife
from tests.support.customer_lives import BUSY, PLANS, Small, lived


def test_the_rules_are_those_that_the_help_names() -> None:
    assert tuple(RULES) == FINDS
    told = CliRunner().invoke(main, ["customer", "--help"]).output
    assert all(told.count(rule) >= 2 for rule in FINDS)


@pytest.mark.parametrize(
    "asked", [{"customer_id": "x"}, {"customer_id": 1.5}, {"customer_id": True}, {"replication": "x"}]
)
def test_what_is_no_number_is_refused_from_python_too(busy: Scenario, asked: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="is no whole number"):
        ls.customer(busy, **asked)


def test_months_are_tidy(found_lives: dict[str, CustomerLife]) -> None:
    table = found_lives["saved"].months
    assert list(table.strategy.unique()) == list(PLANS)
    assert (table.groupby("strategy").month.apply(list).map(len) == BUSY["months"]).all()
    as_today = found_lives["saved"].lives[0]
    assert table[table.strategy == "as today"].met.sum() == sum(month.met for month in as_today.months)


@pytest.fixture
def file(tmp_path: Path, busy: Scenario) -> Path:
    path = tmp_path / "mine.yml"
    path.write_text(_yaml(busy))
    return path


def _yaml(scenario: Scenario) -> str:
    from loyaltysim.scenario import resolved_yaml

    return resolved_yaml(scenario)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--id", "400"], "name a person from 0 to 399"),
        (["--id", "-1"], "name a person from 0 to 399"),
        (["--find", "savd"], "did you mean saved?"),
        (["--id", "3", "--find", "saved"], "both choose a person"),
        (["--find", "saved", "--strategy", "as today"], "name a strategy that could save someone"),
        (["--strategy", "lisen"], "did you mean listen?"),
        (["--months", "1", "--find", "regained"], "try more --months"),
        (
            ["--months", "1", "--find", "saved", "--strategy", "as today", "--strategy", "advertise"],
            "try other --months",
        ),
        (["--replication", "-1"], "write 0 or more"),
    ],
)
def test_wrong_input_is_exit_2_with_the_cure(file: Path, options: list[str], told: str) -> None:
    out = file.parent / "kept"
    done = CliRunner().invoke(main, ["customer", str(file), *options, "--out", str(out)])
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert not out.exists()


def test_the_command_keeps_story_table_and_strip(file: Path, found_lives: dict[str, CustomerLife]) -> None:
    out = file.parent / "kept"
    done = CliRunner().invoke(main, ["customer", str(file), "--find", "saved", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {
        "story.txt",
        "months.csv",
        "strip.png",
        "strip.svg",
        "scenario.yml",
    }
    assert (out / "story.txt").read_text() == found_lives["saved"].story + "\n"
    assert done.output.startswith((out / "story.txt").read_text())
    assert (out / "strip.png").read_bytes() == png(found_lives["saved"].strip())


def test_the_function_is_public() -> None:
    assert ls.customer is api.customer


@pytest.fixture(scope="module")
def everyone(busy: Scenario) -> dict[str, list[Life]]:
    """Everyone's life under every strategy, from one start."""
    models = {name: LoyaltyModel(busy, name) for name in busy.strategies}
    return {name: lived(model, range(model.world.people.rows)) for name, model in models.items()}


def test_a_found_life_is_the_one_that_was_lived(
    found_lives: dict[str, CustomerLife], everyone: dict[str, list[Life]]
) -> None:
    for life in found_lives.values():
        assert all(each == everyone[each.strategy][life.id] for each in life.lives)


def test_lost_in_silence(found_lives: dict[str, CustomerLife]) -> None:
    life, *others = found_lives["lost-in-silence"].lives
    assert not any(month.voiced for month in life.months)
    [left] = [month for month in life.months if month.left]
    assert (left.outcome, left.stayed) == ("silent", False)
    assert life.months[-1].standing == "lost"
    assert any(_kept_over(other, left.month) for other in others)


def test_saved(found_lives: dict[str, CustomerLife]) -> None:
    assert _is_saved(found_lives["saved"].lives)


def test_saved_are_all_who_are_lost_for_good_and_elsewhere_stay_without_a_break(small: Small) -> None:
    plans = {name: PLANS[name] for name in ("as today", "listen")}
    restless = small(**BUSY | {"months": 30, "rivals.base": 0.04, "joining.unprompted": 0.08}, strategies=plans)
    models = {name: LoyaltyModel(restless, name) for name in restless.strategies}
    people = np.flatnonzero(models["as today"].world.people.status == CUSTOMER).tolist()
    by_strategy = [lived(LoyaltyModel(restless, name), people) for name in restless.strategies]
    each = dict(zip(people, zip(*by_strategy, strict=True), strict=True))
    saved = [row for row in people if _is_saved(each[row])]
    assert sorted(RULES["saved"](simulate_fates(models))) == saved
    assert saved
    kept = [row for row in people if _is_kept_to_the_end(each[row])]
    returned = [row for row in kept if any(month.came for month in each[row][0].months)]
    broken = [row for row in kept if row not in {*saved, *returned}]  # lost for good, and left elsewhere, too
    assert returned
    assert broken


def _is_saved(lives: Sequence[Life]) -> bool:
    """Tell whether someone is lost for good under the first strategy, and kept over the same grievance, unbroken, under another."""
    life, *others = lives
    gone = not any(month.came for month in life.months) and life.months[-1].standing == "lost"
    unbroken = [other for other in others if all(m.was_customer and not m.left for m in other.months)]
    return gone and _is_kept_to_the_end((life, *unbroken))


def _is_kept_to_the_end(lives: Sequence[Life]) -> bool:
    """Tell whether someone left over a grievance and under another strategy stayed over it and is a customer at the end."""
    life, *others = lives
    if life.ended() or not life.months[0].was_customer:
        return False
    left = next((month for month in life.months if month.left in ("product", "indifference")), None)
    if left is None:
        return False
    grieved = max((month.month for month in life.months[: left.month] if month.grievance), default=0)
    return bool(grieved) and any(
        _kept_over(other, grieved) and other.months[-1].standing == "customer" and not other.ended() for other in others
    )


def _kept_over(life: Life, month: int) -> bool:
    """Tell whether someone stayed over the grievance of a month."""
    grieved = life.months[month - 1]
    ends = [each for each in life.months[month - 1 :] if each.outcome]
    return bool(grieved.grievance) and bool(ends) and ends[0].stayed and not ends[0].left


def test_regained(found_lives: dict[str, CustomerLife]) -> None:
    def regained(life: Life) -> bool:
        first = next((month for month in life.months if month.left), None)
        return (
            first is not None and first.left in ("product", "indifference") and life.months[-1].standing == "customer"
            and any(month.came and month.month > first.month for month in life.months)
        )  # fmt: skip

    assert any(regained(life) for life in found_lives["regained"].lives)


def test_most_talkative(found_lives: dict[str, CustomerLife], everyone: dict[str, list[Life]]) -> None:
    told = [sum(month.told_bad() + month.told_good() for month in life.months) for life in everyone["as today"]]
    assert found_lives["most-talkative"].id == told.index(max(told))


def test_whoever_had_been_a_customer_is_back_even_if_forgotten(small: Small) -> None:
    forgetful = small(**{**BUSY, "joining.forget": 3, "advertising.budget": 20_000.0})
    model = LoyaltyModel(forgetful)
    people = range(model.world.people.rows)
    lost_before = {row for row in people if model.world.people.left_month[row] > LONG_AGO}  # some in the burn-in
    back = anew = forgotten = 0
    for row, life in zip(people, lived(model, people), strict=True):
        was = row in lost_before
        for month in life.months:
            was = was or month.was_customer
            if not month.came:
                continue
            assert month.is_back() == was
            back, anew, forgotten = back + was, anew + (not was), forgotten + (was and not month.returned)
    assert min(back - forgotten, anew, forgotten) > 0
