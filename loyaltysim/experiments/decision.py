"""What the commands that decide share: a question and its finding, how it is asked, and the folder that keeps the
tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.lazy import pd
from loyaltysim.execution.evaluator import Evaluator
from loyaltysim.execution.progress import Progress, explaining_memory_errors
from loyaltysim.experiments.options import RunOptions
from loyaltysim.results.manifest import SCENARIO, elapsed, recording_status, repeat_command, study_header
from loyaltysim.results.run_folder import ExistingRunFolder, RunFolder, create_run_folder
from loyaltysim.results.tables import csv_text
from loyaltysim.scenario import resolved_yaml

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

SECONDS_BETWEEN_WRITES = 2.0
NPV = "npv"
"""What decides."""
Row = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Finding:
    """What a question found: its `tables` by name; subclasses add what words and pictures are made of."""

    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Plan:
    """A question checked against a scenario.

    `options`: what was asked, as the manifest keeps it (the arguments with which the question is asked again); `find`
    answers it on the solved scenario of a run.
    """

    options: Mapping[str, object]
    find: Callable[[DecisionRun], Finding]


class Question(ABC):
    """A decision question: a frozen dataclass, `Question` in the file of its verb, whose fields are its options.

    The subclass's docstring is the command's help. `report/text/<verb>.py` turns its finding into words.
    """

    verb: ClassVar[str]
    most_replications: ClassVar[int]
    """How many of the scenario's replications are taken where none are asked for."""

    @abstractmethod
    def plan(self, scenario: Scenario) -> Plan:
        """Check the question against a scenario, before anything is simulated or written. Raises InputError."""


def require_two_strategies(scenario: Scenario, verb: str) -> None:
    """Refuse a scenario with nothing to compare."""
    if len(scenario.strategies) < 2:
        cure = "name another one below `strategies`, as recovery: {desk.budget: {add: 20_000}}"
        raise InputError(Problem(f"{verb} compares strategies, and there is only one", "strategies", cure=cure))


class DecisionRun:
    """A question at work on a solved scenario: its evaluator, and the folder of its tables, written as they come and at
    last."""

    def __init__(self, scenario: Scenario, options: RunOptions, folder: RunFolder, evaluator: Evaluator) -> None:
        self.scenario, self.evaluator, self.folder = scenario, evaluator, folder
        self._options = options
        self._last: dict[str, float] = {}

    def stream(self, name: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Write what there is of a table, whole, unless that was done a moment ago."""
        if monotonic() - self._last.get(name, -SECONDS_BETWEEN_WRITES) >= SECONDS_BETWEEN_WRITES:
            self._write(name, build_frame(rows, columns))
            self._last[name] = monotonic()

    def finish(self, tables: Mapping[str, pd.DataFrame], answer: str, notes: Sequence[str]) -> None:
        """Write the tables and say in the manifest that the command is done, with its answer in words."""
        self._options.notify()(Progress("writing"))
        for name, table in tables.items():
            self._write(name, table)
        self.folder.mark_done(duration_s=elapsed(self._options.began), answer=answer, notes=list(notes))

    def _write(self, name: str, table: pd.DataFrame) -> None:
        self.folder.write(f"{name}.csv", csv_text(table))


@contextmanager
def open_decision(
    verb: str,
    scenario: Scenario,
    asked: Mapping[str, object],
    options: RunOptions,
    folder: ExistingRunFolder | None = None,
) -> Iterator[DecisionRun]:
    """Open a question's folder and evaluator: the manifest tells the verb, its options and how it ended.

    Args:
        verb: The command's name.
        scenario: Solved.
        asked: The question's options, in the order in which the command's line shows them.
        options: How it is carried out.
        folder: The folder of an interrupted command, to be finished there.

    Yields:
        The run. What is wrong with the input leaves nothing behind.
    """
    place = folder or create_run_folder(options.out, scenario)
    with recording_status(place, options.began), explaining_memory_errors(scenario):
        again = repeat_command(verb, {**asked, "replications": scenario.replications})
        place.update_manifest(
            status="interrupted", command=verb, options=dict(asked), repeat=again, **study_header(scenario)
        )
        place.write(SCENARIO, resolved_yaml(scenario))
        with Evaluator(options.executor, progress=options.notify(), threads=options.threads or 0) as evaluator:
            yield DecisionRun(scenario, options, place, evaluator)


def build_frame(rows: Iterable[Row], columns: Sequence[str]) -> pd.DataFrame:
    """Make a table of rows."""

    return pd.DataFrame.from_records(list(rows), columns=list(columns))


def write_result_folder(out: str | Path | None, scenario: Scenario, files: Mapping[str, str | bytes]) -> Path | None:
    """Write files, by name, and the scenario in full into a folder of their own; nothing without `out`."""
    if out is None:
        return None
    folder = create_run_folder(out, scenario)
    folder.write(SCENARIO, resolved_yaml(scenario))
    for name, content in files.items():
        folder.write(name, content)
    return folder.path
