"""LoyaltyModel: a market as a Mesa model, the one way to simulate.

The command line, the experiments and a notebook all step it. Customers are rows of columns; `model.agents` hands out
`Customer` views made when asked for. This is the only file that imports Mesa.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from loyaltysim.calibration import solve
from loyaltysim.core.codes import CUSTOMER, NONE, OUTCOMES, REASONS
from loyaltysim.core.mechanism import Mechanism
from loyaltysim.core.records import PilotRecord, Report, RunRecord, figures, month_metrics
from loyaltysim.core.schedule import NO_TIMER, NoTimer, StepTimer
from loyaltysim.core.tables import World
from loyaltysim.mechanisms import cache_until_registration, catalog, month, register
from loyaltysim.scenario import Scenario, load, shipped_scenario
from loyaltysim.simulation.engine import build_mechanisms, current_levers, run_months, set_levers, stationary_start
from loyaltysim.simulation.pilot import PilotTrial

HEADLINES: tuple[str, ...] = ("customers", "joined", "returned", "left", "grievances", "complaints")
HEADLINES += ("messages_good", "messages_bad", "net")


@cache_until_registration
def metric_columns() -> dict[str, int]:
    """Return the column of each metric in a run's record."""
    return {name: number for number, name in enumerate(month_metrics(catalog()))}


class Customer(mesa.Agent):
    """One customer as a thin view of a row: its columns are read as attributes, and cannot be set.

    `unique_id` is the row's number in the market; `model` the market it lives in.
    """

    def __init__(self, model: LoyaltyModel, row: int) -> None:  # not Mesa's: a view is not registered with the model
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "unique_id", row)

    def __getattr__(self, name: str) -> Any:
        people = object.__getattribute__(self, "model").world.people
        if name in people.columns:
            return people.__dict__[name][object.__getattribute__(self, "unique_id")].item()
        raise AttributeError(f"a customer has no {name!r}; it has {', '.join(people.columns)}")

    def __setattr__(self, name: str, value: object) -> None:
        column = f"world.people.{name}[{self.unique_id}] = ..."
        raise AttributeError(f"a customer is a view: change the world's column, {column}")

    @property
    def why_left(self) -> str:
        """The word for the reason to leave, empty for who has not left."""
        code = self.reason
        return "" if code == NONE else REASONS[code]

    @property
    def complaint_ended(self) -> str:
        """The word for the outcome of the last grievance, empty without one."""
        code = self.last_outcome
        return "" if code == NONE else OUTCOMES[code]

    def __repr__(self) -> str:
        return f"Customer({self.unique_id}, tenure={self.tenure} months, satisfaction={self.satisfaction:.2f})"


class LoyaltyModel(mesa.Model):
    """A simulated market under one strategy, a month a step.

    `scenario`: a Scenario, a path, or None for the shipped baseline; `strategy`: one of its strategies' names, by
    default the first; `replication`: which luck; `rng`: replaces the scenario's seed. `start`: a world at month 0 to
    fork instead of living the burn-in again; `mechanisms`: of one's own, registered for this process
    (`mechanisms.register`). Raises InputError for an unknown strategy.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path | None = None,
        strategy: str | None = None,
        replication: int = 0,
        *,
        rng: int | None = None,
        seed: int | None = None,
        start: tuple[World, Report] | None = None,
        mechanisms: Sequence[type[Mechanism]] = (),
    ) -> None:
        register(*mechanisms)
        path = shipped_scenario("baseline.yml") if scenario is None else scenario
        spec = path if isinstance(path, Scenario) else load(path)
        chosen = rng if rng is not None else seed
        if chosen is not None:
            spec = spec.replace({"seed": int(chosen)}, source="rng")
        super().__init__(rng=int(spec.seed))
        self.spec = solve(spec)
        self.replication = int(replication)
        self.strategy = self.spec.strategy_name(strategy)
        self.plan = self.spec.plan(self.strategy)
        world, report = start or stationary_start(self.spec, self.spec.seed, self.replication)
        self.world = world.fork()
        self.month = 0
        self.months = self.spec.months
        self.record = np.zeros((self.months + 1, len(metric_columns())))
        self._note(report)
        self._mechanisms = build_mechanisms(self.spec)
        self.pilot: PilotRecord | None = None
        tried = self.spec.strategies[self.strategy].pilot
        self._trial = PilotTrial(self.spec, tried, self.plan, world, self.world, self.replication) if tried else None
        self._now: Sequence[Mechanism] = self._mechanisms
        self._levers: dict[str, float] = {}
        self._views: list[Customer] = []
        self._views_month = -1
        self._timer = NO_TIMER
        # From month 1 on: with a row for month 0, Mesa 3.3's batch_run would give the last month but one as the last.
        reporters = {name: partial(current_figure, metric_columns()[name]) for name in HEADLINES}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self) -> None:
        """Play one month; after the horizon's last month the model stops running, and a further step plays nothing."""
        if self.month >= self.months:
            return
        self.month += 1
        self._note(self._trial.play(self.month, self._timer) if self._trial else self._play())
        if self._trial and self.month == self._trial.pilot.months:
            self._conclude(self._trial)
        self.datacollector.collect(self)
        self.running = self.month < self.months

    def use_timer(self, timer: NoTimer) -> LoyaltyModel:
        """Let a timer measure the months from here on; return the model itself."""
        self._timer = timer
        return self

    def run_record(self, seconds: float = 0.0) -> RunRecord:
        """Return what the run wrote down, with every metric of the catalog as one figure."""
        months = {name: self.record[: self.month + 1, number] for name, number in metric_columns().items()}
        outcome = figures(catalog(), self.record[: self.month + 1])
        for mechanism in month():
            outcome.update(self.spec.mechanism(mechanism.key).close(months, self.spec))
        person_months = self.month * self.world.people.rows
        audit = self.spec.mechanism("scorecard").audit(self.world, self.spec.mechanism("touchpoints").table)
        about, record = (self.strategy, self.replication), self.record[: self.month + 1]
        return RunRecord(*about, record, outcome, seconds, person_months, audit=audit, pilot=self.pilot)

    def firm_of(self, row: int) -> tuple[World, dict[str, float]]:
        """Return the world whose firm deals with a person now, and the levers that change for them this month, by path.

        During a pilot it is the world of the person's arm.
        """
        if self._trial is None:
            return self.world, current_levers(self.plan, self.month)
        arms = self._trial.arms
        trying = bool(arms.tries(np.array([row], np.int32))[0])
        return arms.arms[trying], current_levers(self.plan, self.month) if trying else {}

    def customer(self, row: int) -> Customer:
        """Return one person of the market by number, customer or not; raises IndexError outside 0..people-1."""
        if not 0 <= row < self.world.people.rows:
            raise IndexError(f"there is no person {row}: the market has people 0 to {self.world.people.rows - 1}")
        return Customer(self, row)

    @property
    def agents(self) -> AgentSet:
        """The present customers as an AgentSet of views, made anew each month."""
        if self._views_month != self.month:
            rows = np.flatnonzero(self.world.people.status == CUSTOMER)
            self._views = [Customer(self, int(row)) for row in rows]
            self._views_month = self.month
        return AgentSet(self._views, random=self.random)

    def __getattr__(self, name: str) -> float:
        """Return a recorded metric of the present month by its name, as `model.customers`."""
        if name in metric_columns() and "record" in self.__dict__:
            return float(self.record[self.month, metric_columns()[name]])
        raise AttributeError(f"a LoyaltyModel has no {name!r}")

    def _play(self) -> Report:
        levers = current_levers(self.plan, self.month)
        if levers != self._levers:
            self._levers, self._now = levers, set_levers(self._mechanisms, levers)
        return run_months(self.world, self.spec, self._now, self.spec.seed, self.replication, self._timer)

    def _conclude(self, trial: PilotTrial) -> None:
        """Let the pilot's rule decide by which levers the rest of the horizon is lived."""
        self.pilot, self._trial = trial.conclude(), None
        if not self.pilot.rolled_out:
            self.plan = {}

    def _note(self, report: Report) -> None:
        self.record[self.month] = np.fromiter(report.values.values(), float)


def current_figure(number: int, model: LoyaltyModel) -> float:
    """Return a metric of the present month; Mesa would find it by its name as well, but takes twice as long."""
    return float(model.record[model.month, number])


def simulate(scenario: Scenario, replication: int, strategies: Sequence[str]) -> list[RunRecord]:
    """Simulate strategies in one replication, from one stationary start and on common luck."""
    return list(simulate_each(solve(scenario), replication, strategies))


def simulate_each(scenario: Scenario, replication: int, strategies: Sequence[str]) -> Iterator[RunRecord]:
    """Yield each strategy's record in turn; `scenario` is solved."""
    start = stationary_start(scenario, scenario.seed, replication)
    for strategy in strategies:
        yield simulate_from(start, scenario, strategy, replication)


def simulate_from(start: tuple[World, Report], scenario: Scenario, strategy: str, replication: int) -> RunRecord:
    """Simulate one strategy of a solved scenario from a start already lived, which is left as it is."""
    return run_to_end(LoyaltyModel(scenario, strategy, replication, start=start))


def simulate_profiled(scenario: Scenario, replication: int, strategies: Sequence[str]) -> list[RunRecord]:
    """Simulate as `simulate` does; each record says as well how long each mechanism took in each month."""
    solved = solve(scenario)
    start, records = stationary_start(solved, solved.seed, replication), []
    for strategy in strategies:
        timer = StepTimer()
        record = run_to_end(LoyaltyModel(solved, strategy, replication, start=start).use_timer(timer))
        records.append(replace(record, profile=tuple(timer.months)))
    return records


def run_to_end(model: LoyaltyModel) -> RunRecord:
    """Step a model to its horizon; return what it wrote down, with the processor time of its months."""
    begun = time.process_time()
    while model.running:
        model.step()
    return model.run_record(time.process_time() - begun)
