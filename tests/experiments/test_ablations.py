"""From the closed form to the simulation, mechanism by mechanism: what is dormant, and that the steps add up exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from loyaltysim.experiments import ablations
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.registry import parameter_registry


def test_what_can_be_dormant_is_declared_by_fields_of_its_own() -> None:
    declared = [mechanism for mechanism in ablations.month() if mechanism.dormant]
    assert declared
    for mechanism in declared:
        assert mechanism.dormant.keys() <= mechanism.model_fields.keys(), mechanism.key
        mechanism(**mechanism.dormant)


def test_a_strategy_may_move_any_lever_of_what_is_dormant(small: Callable[..., Scenario]) -> None:
    """A mechanism that is off refuses its levers and books no cost, so one with levers is dormant by other values."""
    plan = {
        path: {"add": 0.25 * (row.high or 400)} for path, row in parameter_registry().items() if row.role == "lever"
    }
    scenario = small(**{"strategies": {"as today": {}, "everything": plan}})
    stages = list(ablations.restore_mechanisms(scenario))
    assert all(stage.scenario.strategies.keys() == scenario.strategies.keys() for stage in stages)
    bare = simulate(stages[0].scenario, 0, ["everything"])[0].figures
    assert bare["cost_listening"] == simulate(scenario, 0, ["everything"])[0].figures["cost_listening"] > 0


def test_mechanisms_are_restored_one_by_one_up_to_the_scenario_itself() -> None:
    scenario = Scenario().replace({"recovery.repeat_factor": 0.8}, source="test")
    stages = list(ablations.restore_mechanisms(scenario))
    declared = [mechanism for mechanism in ablations.month() if mechanism.dormant]
    assert [stage.name for stage in stages] == [ablations.BARE, *(mechanism.key for mechanism in declared)]
    assert stages[-1].scenario.sha256 == scenario.sha256
    own = scenario.flat()
    for number, stage in enumerate(stages):
        moved = {path: value for path, value in stage.scenario.flat().items() if own[path] != value}
        assert {path.split(".")[0] for path in moved} == {mechanism.key for mechanism in declared[number:]}
        asleep = {f"{each.key}.{name}": value for each in declared[number:] for name, value in each.dormant.items()}
        assert moved.items() <= asleep.items()


def test_what_is_off_or_dormant_already_is_no_step() -> None:
    scenario = Scenario().replace({"sins.on": False, "managers.mirroring": 0.0, "managers.carried": 0.0}, source="test")
    assert {"sins", "managers"}.isdisjoint(stage.name for stage in ablations.restore_mechanisms(scenario))


def test_the_steps_add_up_to_the_whole_difference_exactly(small: Callable[..., Scenario]) -> None:
    """Customers are whole numbers and four replications a power of two, so that not a bit is lost in adding."""
    scenario = small(**{"months": 6})
    stages = ablations.ablate(scenario, replications=4, executor="in-process")
    levels = [
        (stage.name, "", stage.outcome(lambda record: record.figures["customers"], "as today")) for stage in stages
    ]
    table = ablations.tabulate_steps(levels)
    own = [simulate(scenario, run, ["as today"])[0].figures["customers"] for run in range(4)]
    assert table.step.tolist() == [stage.name for stage in stages] + [ablations.SIMULATION]
    assert table.value.iloc[-1] == np.mean(own)
    assert table.value.iloc[:-1].sum() == np.mean(own)
    assert table.value.iloc[1:-1].sum() == np.mean(own) - np.mean(levels[0][2])
    assert table.value.iloc[1:-1].any()


def test_who_does_nothing_here_is_a_step_of_exactly_zero(small: Callable[..., Scenario]) -> None:
    """Nobody is empowered, so no rule is broken: on common random numbers its price changes no replication at all."""
    stages = ablations.ablate(small(**{"months": 6}), replications=2, executor="in-process")
    levels = [(stage.name, "", stage.outcome(lambda record: record.figures["npv"], "as today")) for stage in stages]
    steps = ablations.tabulate_steps(levels).set_index("step")
    assert steps.loc["exceptions", ["value", "ci_low", "ci_high"]].tolist() == [0.0, 0.0, 0.0]
