"""A mechanism of one's own joins the month without a copy of the package: levers, metrics, workers and cache keys follow."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from loyaltysim import mechanisms
from loyaltysim.calibration import content_key
from loyaltysim.core.errors import InputError, RunError
from loyaltysim.core.fingerprint import class_fingerprint, environment_fingerprint
from loyaltysim.core.mechanism import Mechanism, column, metric
from loyaltysim.execution.executors import open_executor, submit_to
from loyaltysim.execution.tasks import simulate_batch
from loyaltysim.mechanisms import catalog, month, register, registered, unregister
from loyaltysim.model import LoyaltyModel, metric_columns
from loyaltysim.scenario import Scenario, load
from tests.support.anniversary import Anniversary

TEXT = """
title: Do cards pay?
calibration: off
months: 3
market: {people: 2_000, customers: 400, burn_in: 14}
strategies:
  as today: {}
  cards: {anniversary.budget: {add: 30}}
"""


@pytest.fixture(autouse=True)
def _without_own() -> Iterator[None]:
    """Leave the month as it was found."""
    yield
    unregister(*registered())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a scenario that sets a lever of the mechanism."""
    place = tmp_path / "cards.yml"
    place.write_text(TEXT)
    return place


def columns_of(model: LoyaltyModel, metric: str) -> np.ndarray:
    while model.running:
        model.step()
    return model.record[:, metric_columns()[metric]]


def test_a_model_is_given_it_and_records_its_metrics(file: Path) -> None:
    sent = {
        name: columns_of(LoyaltyModel(file, name, mechanisms=[Anniversary]), "cards_sent")
        for name in ("as today", "cards")
    }
    assert sent["as today"].max() == 0
    assert sent["cards"].sum() > 10
    model = LoyaltyModel(file, "cards")
    columns_of(model, "cost_cards")
    assert model.world.people.cards_had.sum() == sent["cards"].sum()
    assert model.run_record().figures["cost_cards"] == 2 * sent["cards"].sum()


def test_its_numbers_are_set_like_any_other_and_a_typing_error_is_understood(file: Path) -> None:
    with pytest.raises(InputError, match="anniversary"):
        load(file)
    register(Anniversary)
    scenario = load(file, overrides=["anniversary.price=4"])
    assert scenario.anniversary.price == 4
    assert scenario.plan("cards") == {"anniversary.budget": (30.0, 30.0, 30.0)}
    assert scenario.flat()["anniversary.pleases"] == 0.05
    with pytest.raises(InputError, match=re.escape("did you mean anniversary.budget?")):
        load(file, overrides=["anniversary.budgt=4"])


def test_a_worker_process_has_it_and_gives_the_same_bits(file: Path) -> None:
    register(Anniversary)
    scenario = load(file)
    here = simulate_batch(scenario, ["cards"], [0]).runs[0]
    with open_executor("processes:1", 2) as pool:
        there = submit_to(pool, 0, simulate_batch, scenario, ["cards"], [0]).result().runs[0]
        unregister(Anniversary)
        plain = submit_to(
            pool, 0, simulate_batch, Scenario().replace({"calibration": "off", "months": 1}), ["as today"], [0]
        )
        without = plain.result().runs[0].figures
    assert here.error == there.error == ""
    assert here.figures is not None
    assert here.figures.tobytes() == there.figures.tobytes()
    assert without.size == here.figures.size - 2 == len(catalog())


def test_what_a_script_defines_is_not_sent_to_workers() -> None:
    class Scripted(Mechanism):
        """Stand in the main script."""

    Scripted.__module__ = "__main__"
    register(Scripted)
    with pytest.raises(InputError, match="worker processes do not load"):
        pickle.dumps(Scenario())


def test_its_source_counts_in_the_keys_of_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = environment_fingerprint(), content_key(Scenario())
    register(Anniversary)
    beside = environment_fingerprint(), content_key(Scenario())
    assert len({*before, *beside}) == 4
    unregister(Anniversary)
    assert before == (environment_fingerprint(), content_key(Scenario()))

    source = (Path(__file__).parents[1] / "support" / "anniversary.py").read_text()
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "cards_of_mine.py").write_text(source)
    from cards_of_mine import Anniversary as Mine  # type: ignore[import-not-found]

    one = class_fingerprint(Mine)
    (tmp_path / "cards_of_mine.py").write_text(source.replace("0.05", "0.06"))
    assert class_fingerprint(Mine) != one


def test_a_scenario_read_before_has_it_as_it_is_by_default() -> None:
    scenario = Scenario()
    register(Anniversary)
    assert scenario.mechanism("anniversary") == Anniversary()
    assert scenario.replace({"anniversary.budget": 5.0}).anniversary.budget == 5


def test_it_takes_its_place_in_the_month() -> None:
    class Second(Anniversary):
        """Come right behind the first that was told to."""

        cards_had = column("people", "uint8", doc="none")
        second = metric(unit="cards", doc="none")

    class Last(Mechanism):
        """Come before what has been spent is added up."""

    class Needy(Mechanism):
        """Come behind all that it needs."""

        needs = ("voice", "desk", "service")

    before = [each.key for each in month()]
    with pytest.raises(InputError, match=re.escape("column people.cards_had")):
        register(Anniversary, Second)
    assert [each.key for each in month()] == before
    register(Anniversary, Last, Needy)
    after = [each.key for each in month()]
    assert after[after.index("satisfaction") + 1] == "anniversary"
    assert after[after.index("desk") + 1] == "needy"
    assert after[-2:] == ["last", "accounts"]
    assert [key for key in after if key not in ("anniversary", "last", "needy")] == before


def test_what_cannot_join_is_refused() -> None:
    class Voice(Mechanism):
        """Have a name that is taken."""

    class Title(Mechanism):
        """Have the name of an entry of the study."""

    class Lost(Mechanism):
        """Stand behind what is not there."""

        after = "nowhere"

    class Shelved(Mechanism):
        """Keep state in a table that is not there."""

        dust = column("shelves", "int8", doc="none")

    reasons = {Voice: "this name", Lost: "no place for it behind 'nowhere'", Shelved: "no table 'shelves'"}
    for refused, why in reasons.items():
        with pytest.raises(InputError, match=why):
            register(refused)
    assert not registered()
    register(Title)
    with pytest.raises(InputError, match="every scenario has this name"):
        Scenario()


def test_an_installed_package_offers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("cards", "tests.support.anniversary:Anniversary", mechanisms.GROUP)]
    monkeypatch.setattr(mechanisms, "entry_points", lambda group: points)
    mechanisms.load_installed.cache_clear()
    assert registered() == (Anniversary,)
    points[0] = EntryPoint("cards", "tests.support.anniversary:Nothing", mechanisms.GROUP)
    mechanisms.load_installed.cache_clear()
    with pytest.raises(RunError, match="the mechanism cards of the package"):
        registered()
    monkeypatch.undo()
    mechanisms.load_installed.cache_clear()
