"""What a lost customer is worth: exact where algebra says so, conserved, and the same on every way to compute it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import loyaltysim as ls
from loyaltysim.cli import main
from loyaltysim.core.codes import CUSTOMER
from loyaltysim.core.errors import InputError
from loyaltysim.experiments.customer_value import choose, insert_intervention
from loyaltysim.reporting.text import customers
from loyaltysim.scenario import Scenario, resolved_yaml
from loyaltysim.simulation.engine import build_mechanisms, run_months, stationary_start

ALONE = {
    "word_of_mouth.on": False, "friends.on": False, "reviews.on": False, "joining.imitation": 0.0,
    "voice.unprompted": 0.0, "staff.customers_each": 2_000.0, "staff.encounters_each": 1e9,
}  # fmt: skip
"""No talk, no friends, no imitation; and nothing shared: no desk where cases wait for each other, one post."""


def test_without_talk_friends_and_imitation_the_rest_is_exactly_nothing(small: Callable[..., Scenario]) -> None:
    found = ls.worth(small(**ALONE), leaves=[1, 5], group=5, executor="in-process")
    for item in ("stayed", "came", "spent", "rest", "others_left", "others_came", "messages_bad"):
        assert (found.table[found.table.item == item]["mean"] == 0.0).all(), item
    own, whole = (found.table[found.table.item == item]["mean"].to_numpy() for item in ("own", "worth"))
    assert (own > 0).all()
    assert (own == whole).all()


def test_a_customer_who_never_leaves_nor_returns_is_worth_their_margin_to_the_horizon(
    small: Callable[..., Scenario],
) -> None:
    nobody_moves = {
        "departure.died": 0.0, "departure.moved": 0.0, "rivals.base": 0.0, "grievance.indifference": 0.0,
        "grievance.product": 0.0, "joining.on": False, "winback.on": False, "advertising.on": False,
    }  # fmt: skip
    spec = small(**ALONE, **nobody_moves, **{"market.margin_cv": 0.0, "accounts.later_value": False})
    found = ls.worth(spec, leaves=[3], group=5, executor="in-process")
    by_hand = sum(40.0 * 1.1 ** (-(month - 3) / 12) for month in range(4, 13))
    assert found.span(3, "all", "own").mean == pytest.approx(by_hand, rel=1e-9)


def test_a_forced_departure_conserves_people_and_grievances(small: Callable[..., Scenario]) -> None:
    spec = small()
    world, start = stationary_start(spec, spec.seed, 0)
    before = world.fork()
    natural = run_months(world, spec, build_mechanisms(spec), spec.seed, 0)
    rows = np.concatenate(choose(spec, 0, 10, before, world))
    assert np.unique(rows).size == 30
    forced = before.fork()
    report = run_months(forced, spec, insert_intervention(build_mechanisms(spec), rows), spec.seed, 0)
    assert (forced.people.status[rows] != CUSTOMER).all()
    assert (world.people.status[rows] == CUSTOMER).all()
    held = start["customers"] + report["joined"] + report["returned"] - report["left"]
    assert held == report["customers"]
    assert report["left"] == natural["left"] + 30
    decided = sum(value for name, value in report.values.items() if name.startswith("decided_"))
    opened = report["grievances"] + start["complaints_open"]
    assert opened == decided + report["withdrawn"] + report["complaints_open"]
    assert report["messages_bad"] > natural["messages_bad"]
    assert forced.people.exposure.sum() > world.people.exposure.sum()


def test_the_thirds_are_ordered_by_ties(small: Callable[..., Scenario]) -> None:
    found = ls.worth(
        small(**{"market.network.kind": "scale_free"}), leaves=[1], group=5, replications=1, executor="in-process"
    )
    ties = found.table.drop_duplicates("ties").set_index("ties").mean_ties
    assert ties["low"] < ties["mid"] < ties["high"]


def test_it_does_not_matter_where_it_is_computed(small: Callable[..., Scenario], tmp_path: Path) -> None:
    path = tmp_path / "small.yml"
    path.write_text(resolved_yaml(small()), encoding="utf-8")
    here = ls.worth(path, leaves=[2], group=4, executor="in-process")
    told = CliRunner().invoke(
        main,
        [
            "worth",
            str(path),
            "--leaves",
            "2",
            "--group",
            "4",
            "--executor",
            "processes:2",
            "--out",
            str(tmp_path / "o"),
        ],
    )
    assert told.exit_code == 0, told.output
    assert told.output.startswith("One customer lost in month 2 is worth ")
    lines = (tmp_path / "o" / "worth.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(here.table) + 1
    month, _, _, _, _, mean, _, _, replications, meaning = lines[1].split(",")
    assert (month, float(mean), meaning) == ("2", here.span(2, "all", "own").mean, "the customer's own margin")
    assert replications.isdecimal()
    assert "own margin: the customer's own margin" in told.output
    assert "It rests on" in told.output
    assert json.loads((tmp_path / "o" / "rests_on.json").read_text(encoding="utf-8")) == here.rests_on


def test_the_thirds_are_said_to_barely_differ_where_everyone_has_as_many_ties(small: Callable[..., Scenario]) -> None:
    said = []
    for kind in ("small_world", "scale_free"):
        spec = small(**{"market.network.kind": kind, "market.network.rewired": 0.0})
        found = ls.worth(spec, leaves=[1], group=5, replications=1, executor="in-process")
        said.append(any("barely differ" in line for line in customers.describe_columns(found.table)))
    assert said == [True, False]


@pytest.mark.parametrize("months", ["1,25", "soon", ""])
def test_months_are_the_horizon_and_a_list_of_them_is_sent_to_leaves(months: str) -> None:
    told = CliRunner().invoke(main, ["worth", "no-such-scenario.yml", "--months", months])
    assert told.exit_code == 2
    assert told.output.startswith("--months: ")
    assert "--leaves 1,13,25" in told.output


def test_a_shorter_horizon_counts_fewer_months(small: Callable[..., Scenario]) -> None:
    spec = small(**ALONE, **{"accounts.later_value": False})
    asked = {"leaves": [2], "group": 5, "replications": 1, "executor": "in-process"}
    short, long = (ls.worth(spec, months=months, **asked) for months in (3, 12))
    assert (short.scenario.months, long.scenario.months) == (3, 12)
    assert 0 < short.span(2, "all", "own").mean < long.span(2, "all", "own").mean


def test_an_empty_list_of_months_is_refused() -> None:
    told = CliRunner().invoke(main, ["worth", "no-such-scenario.yml", "--leaves", ""])
    assert told.exit_code == 2
    assert "no month is named" in told.output


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"leaves": [13]}, "month 13 lies outside the horizon"),
        ({"months": 6, "leaves": [7]}, "month 7 lies outside the horizon"),
        ({"months": [1, 25]}, "--leaves"),
        ({"group": 0}, "a group of 0"),
        ({"group": 200}, "three groups of 200 customers are more than"),
    ],
)
def test_what_cannot_be_asked_is_said(small: Callable[..., Scenario], asked: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        ls.worth(small(), executor="in-process", **asked)


@pytest.mark.parametrize("verb", ["worth", "arithmetic"])
def test_a_folder_that_cannot_be_written_is_refused_before_the_first_simulation(verb: str) -> None:
    told = CliRunner().invoke(main, [verb, "no-such-scenario.yml", "--out", "/proc/nowhere"])
    assert told.exit_code == 2
    assert told.output.startswith("--out: cannot make the folder /proc/nowhere")
