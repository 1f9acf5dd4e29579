"""`--set`, `--months`, `--replications` and `--seed`."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import Scenario, load


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yml"
    path.write_text("desk.budget: 3_000\nstrategies: {a: {}, b: {desk.budget: {add: 10}}}\n")
    return path


def test_set_sets_and_adds_in_order(study: Path) -> None:
    assert load(study, ["desk.budget=5"]).desk.budget == 5
    assert load(study, ["desk.budget+=5"]).desk.budget == 3_005
    assert load(study, ["desk.budget=5", "desk.budget+=1_000", "desk.budget+=-5"]).desk.budget == 1_000
    assert load(study, ["winback.budget+=7"]).winback.budget == 7
    assert load(study, ["desk.budget=5"]).plan("b")["desk.budget"][0] == 15


def test_set_takes_words_and_text(study: Path) -> None:
    spec = load(study, ["winback=off", "market.network.kind=none", "title=Now: or never", "accounts.later_value=off"])
    assert (spec.winback.on, spec.market.network.kind, spec.title) == (False, "none", "Now: or never")
    assert spec.accounts.later_value is False
    assert spec.provenance["title"] == "--set"
    assert load(study, ["market.fickleness_beta=[0.7, 1.2]"]).market.fickleness_beta == [0.7, 1.2]


def test_the_horizon_the_luck_and_their_provenance(study: Path) -> None:
    spec = load(study, ["months=9"], months=6, replications=3, seed=0)
    assert (spec.months, spec.replications, spec.seed) == (6, 3, 0)
    assert spec.provenance["months"] == "--months"
    with pytest.raises(InputError, match=r"--months 0: months: 0 is below 1"):
        load(study, months=0)
    with pytest.raises(InputError, match=r"--seed 9223372036854775808: seed: .* is above"):
        load(study, seed=2**63)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("desk.bugdet=3", ("--set desk.bugdet=3: desk.bugdet:", "did you mean desk.budget?")),
        ("desk.budget=-3", ("--set desk.budget=-3: desk.budget: -3 is below 0",)),
        ("desk.budget+=-9000", ("--set desk.budget+=-9000: desk.budget: -6,000 is below 0",)),
        ("desk.budget=+3", ("--set desk.budget=+3:", "would set, not add", "desk.budget+=3")),
        ("desk.budget=lots", ("lots is not a number",)),
        ("desk.budget=", ("has no value",)),
        ("desk.budget", ("is not PATH=VALUE",)),
        ("=3", ("is not PATH=VALUE",)),
        ("title+=3", ("nothing can be added",)),
        ("desk.bugdet+=3", ("did you mean desk.budget?",)),
        ("desk.budget+=x", ("x is not a number",)),
        ("strategies.b.desk.budget=3", ("write it in the scenario's file",)),
        ("desk.budget=[1", ("--set desk.budget=[1: desk.budget: is not YAML",)),
        ("winback=maybe", ("maybe is no block of entries", "winback: off")),
    ],
)
def test_a_wrong_override_points_at_itself(study: Path, override: str, words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        load(study, [override])
    for each in words:
        assert each in str(caught.value)


def test_overrides_lie_over_a_scenario_that_is_a_value(study: Path) -> None:
    spec = load(study)
    assert load(spec) is spec
    assert load(spec, ["desk.budget+=1"], months=5).sha256 == load(study, ["desk.budget=3001"], months=5).sha256
    assert load(Scenario(), seed=9).seed == 9
