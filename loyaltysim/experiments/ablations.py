"""What each mechanism adds: switched on one at a time from a bare market, on common random numbers.

A mechanism declares in its own file the values at which it is dormant (`Mechanism.dormant`). With all of them dormant
the market is bare; they are then restored in the month's order, and each market in between is calibrated to show the
same stated figures today. The steps of an outcome add up to the whole difference, in every replication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from loyaltysim.calibration import solve
from loyaltysim.core.errors import InputError, RunError
from loyaltysim.core.lazy import np
from loyaltysim.execution.evaluator import Evaluator
from loyaltysim.experiments.decision import Row, build_frame
from loyaltysim.mechanisms import month
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.core.mechanism import Mechanism
    from loyaltysim.core.records import RunRecord
    from loyaltysim.scenario import Scenario

BARE = "bare market"
"""The first stage: everything dormant that can be."""
SIMULATION = "simulation"
"""The last row of a table of steps: their sum."""
STEPS = ("step", "what", "value", "ci_low", "ci_high")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Stage:
    """A market on the way from the bare one to the scenario: which mechanism it restored, and how it ran.

    `records`: every replication of every strategy, in the order of the replications.
    """

    name: str
    doc: str
    scenario: Scenario
    records: tuple[RunRecord, ...] = ()

    def outcome(self, figure: Callable[[RunRecord], float], strategy: str) -> np.ndarray:
        """Return an outcome of one strategy by replication, float64 (replications,)."""
        return np.array([figure(record) for record in self.records if record.strategy == strategy])


def ablate(
    scenario: Scenario, *, replications: int | None = None, executor: str | Executor | None = None, threads: int = 0
) -> tuple[Stage, ...]:
    """Simulate the scenario with its mechanisms switched on one at a time, from the bare market to the scenario itself.

    Args:
        scenario: What is taken apart; all its strategies are simulated.
        replications: How often each market is simulated; the scenario's own number unless given.
        executor: Where, as in `run`.
        threads: How many a replication may use (0: those that the workers leave idle).

    Returns:
        The bare market and a stage for each mechanism that it had switched off, simulated on common random numbers.

    Raises:
        RunError: One of the markets cannot show what is stated.
    """
    from loyaltysim.model import simulate  # loads Mesa

    stages = list(restore_mechanisms(scenario))
    records: list[list[RunRecord]] = [[] for _ in stages]
    runs = range(scenario.replications if replications is None else replications)
    with Evaluator(executor, threads=threads, tasks=len(stages) * len(runs)) as evaluator:
        for number, stage in evaluator.map(call_numbered, [(calibrate, *each) for each in enumerate(stages)]):
            stages[number] = stage
        markets = ((number, stage.scenario) for number, stage in enumerate(stages))
        calls = (
            (simulate, number, market, run, tuple(market.strategies)) for number, market in markets for run in runs
        )
        for number, of_run in evaluator.map(call_numbered, calls):
            records[number] += of_run
    return tuple(
        replace(stage, records=tuple(sorted(each, key=lambda record: record.replication)))
        for stage, each in zip(stages, records, strict=True)
    )


def restore_mechanisms(scenario: Scenario) -> Iterator[Stage]:
    """Yield the bare market, then the market with each mechanism restored, in the month's order; none is calibrated
    yet.

    A mechanism that the scenario has off, or dormant already, is no step of its own.
    """
    awake: list[type[Mechanism]] = [mechanism for mechanism in month() if dormant_values(scenario, mechanism)]
    for number, mechanism in enumerate([None, *awake]):
        asleep = {path: value for other in awake[number:] for path, value in dormant_values(scenario, other).items()}
        market = scenario.replace(asleep, source="ablation") if asleep else scenario
        yield Stage(mechanism.key if mechanism else BARE, describe_stage(scenario, mechanism), market)


def dormant_values(scenario: Scenario, mechanism: type[Mechanism]) -> dict[str, object]:
    """Return the values by path that put a mechanism to sleep in a scenario; none if it is off or asleep."""
    own = scenario.mechanism(mechanism.key)
    return {
        f"{mechanism.key}.{name}": value
        for name, value in mechanism.dormant.items()
        if own.on and getattr(own, name) != value
    }


def describe_stage(scenario: Scenario, mechanism: type[Mechanism] | None) -> str:
    """Say what a stage restores: what the mechanism does, and which of its values; said by its own declaration."""
    if mechanism is None:
        return "single customers, whole cases, months that are not the mean month; everything dormant that can be"
    names = (path.partition(".")[2] for path in dormant_values(scenario, mechanism))
    does = (mechanism.__doc__ or "").partition("\n")[0].rstrip(".")
    return f"{does} ({', '.join(names)})"


def calibrate(stage: Stage) -> Stage:
    """Return the stage with its market calibrated. Raises RunError where that cannot show what is stated."""
    try:
        return replace(stage, scenario=solve(stage.scenario))
    except InputError as error:
        what = f"the market with its {stage.name} restored cannot show what is stated, so there is no bridge\n{error}"
        raise RunError(what) from error


def call_numbered(function: Callable[..., Result], number: int, *arguments: Any) -> tuple[int, Result]:
    """Call a function on a worker, and return what it returns behind the number of its stage."""
    return number, function(*arguments)


def tabulate_steps(levels: Sequence[tuple[str, str, float | np.ndarray]]) -> pd.DataFrame:
    """Return by how much each level changes the one before, and the last level, which is the sum of these steps.

    Args:
        levels: Name, meaning, and the outcome: a number, or float64 (replications,) in which position r is the same
            replication in all of them.

    Returns:
        A row a level and one for their sum: step, what, value, ci_low, ci_high (95 %, paired by replication).
    """
    return build_frame(step_rows(levels), STEPS)


def step_rows(levels: Sequence[tuple[str, str, float | np.ndarray]]) -> list[Row]:
    """Return the rows of a table of steps."""
    rows: list[Row] = []
    before: float | np.ndarray = 0.0
    for name, what, level in levels:
        rows.append((name, what, *mean_and_ends(level - before)))
        before = level
    return [*rows, (SIMULATION, "the scenario as it is run", *mean_and_ends(before))]


def mean_and_ends(change: float | np.ndarray) -> tuple[float, float, float]:
    """Return the mean of a change and the ends of its interval; a number by arithmetic has no width."""
    if isinstance(change, np.ndarray):
        span = interval(change)
        return span.mean, span.low, span.high
    return change, change, change
