"""What the commands that decide share: how they begin, keep their folder and stream their tables, and what they give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.util import find_spec
from inspect import Parameter, signature
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.execution.evaluator import Evaluator
from loyaltysim.execution.progress import Listener, Progress, explaining_memory_errors, ignore_progress
from loyaltysim.experiments.run import RunConfig, check_config, read_scenario
from loyaltysim.results import run_folder
from loyaltysim.results.manifest import elapsed, recording_status, repeat_command, study_header
from loyaltysim.results.tables import csv_text

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.plots import DecisionPlots
    from loyaltysim.scenario import Scenario

# Options that take several texts: one text given by itself is one, not its letters.


def as_texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """Give an option's texts, where a text by itself is the only one."""
    return (given,) if isinstance(given, str) else tuple(given)


def as_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """Give the names of an option, where a text by itself holds them with commas between, as on the command line."""
    return tuple(given.split(",")) if isinstance(given, str) else tuple(given)


SECONDS_BETWEEN_WRITES = 2.0
NPV = "npv"
"""What decides."""
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, eq=False, repr=False)
class Decision:
    """What a command found: `answer` in words, its `tables` by name (also as attributes), and the folder of the same.

    `notes` are further sentences: what was done at reduced fidelity, what could not be simulated.
    """

    verb: str
    scenario: Any
    answer: str
    tables: Mapping[str, pd.DataFrame]
    folder: Path
    notes: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(
            f"a {self.__dict__.get('verb', 'Decision')} has no {name!r}; its tables: {', '.join(tables)}"
        )

    @property
    def plot(self) -> DecisionPlots:
        """The pictures of what was found: `.breakeven()`, `.frontier()`, `.sensitivity()`, `.next_dollar()`."""
        from loyaltysim.plots import DecisionPlots

        return DecisionPlots(self)

    def __repr__(self) -> str:
        return f"<{self.verb} of {self.scenario.title!r}; files in {self.folder}>\n{self.answer}"


@dataclass(frozen=True)
class StudyOptions:
    """What every command that decides is asked besides its own options.

    `out`: where the results go, or the folder that is carried on; `replications`, `months`, `seed`: in place of the scenario's; `set`: overrides such as
    "desk.budget+=20000"; `executor` and `threads` (0: the processors left idle) as in `run`; `progress` hears of each step.
    """

    out: str | Path | run_folder.RunFolder | None = None
    replications: int | None = None
    months: int | None = None
    seed: int | None = None
    set: str | Sequence[str] = ()
    executor: str | Executor | None = None
    threads: int = 0
    progress: Listener = ignore_progress

    @cached_property
    def order(self) -> RunConfig:
        """How it is to be carried out; the command began when this was first asked for."""
        place = None if isinstance(self.out, run_folder.RunFolder) else self.out
        return RunConfig(place, self.executor, self.threads or None, progress=self.progress)


def show_study_options(function: Function) -> Function:
    """Let a function's signature, which takes `**asked`, name what is asked of all of them, for `help()` and editors."""
    own = signature(function)
    before = [each for each in own.parameters.values() if each.kind is not Parameter.VAR_KEYWORD]
    usual = [
        Parameter(each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=each.type)
        for each in fields(StudyOptions)
    ]
    function.__signature__ = own.replace(parameters=[*before, *usual])  # type: ignore[attr-defined]
    return function


def prepare_scenario(scenario: Any, asked: StudyOptions, most: int) -> Scenario:
    """Read and check a scenario; without `--replications` at most `most` of its own are taken.

    Raises InputError before anything is simulated or written.
    """
    check_config(asked.order)
    asked.progress(Progress("reading"))
    spec: Scenario = read_scenario(
        scenario, replications=asked.replications, months=asked.months, seed=asked.seed, overrides=as_texts(asked.set)
    )
    if asked.replications is None and spec.replications > most:
        spec = spec.replaced({"replications": most}, source="the command's default")
    return spec


def calibrate_scenario(spec: Scenario, asked: StudyOptions) -> Scenario:
    """Solve for the base rates of today's market."""
    from loyaltysim.calibration import solve

    asked.progress(Progress("calibrating"))
    with explaining_memory_errors(spec):
        return solve(spec)


def needs(package: str, verb: str) -> None:
    """Refuse a command whose library is not installed."""
    if find_spec(package) is None:
        raise InputError(Problem(f"{verb} needs {package}", where="Python", cure="pip install 'loyaltysim[study]'"))


def require_two_strategies(spec: Scenario, verb: str) -> None:
    """Refuse a scenario with nothing to compare."""
    if len(spec.strategies) < 2:
        cure = "name another one below `strategies`, as recovery: {desk.budget: {add: 20_000}}"
        raise InputError(Problem(f"{verb} compares strategies, and there is only one", "strategies", cure=cure))


class DecisionRun:
    """A command at work on a solved scenario: its lab, and the folder of its tables, written as they come and at last."""

    def __init__(
        self, verb: str, spec: Scenario, asked: StudyOptions, folder: run_folder.RunFolder, lab: Evaluator
    ) -> None:
        self.spec, self.lab = spec, lab
        self._verb, self._asked, self._folder = verb, asked, folder
        self._last: dict[str, float] = {}

    def stream(self, name: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Write what there is of a table, whole, unless that was done a moment ago."""
        if monotonic() - self._last.get(name, -SECONDS_BETWEEN_WRITES) >= SECONDS_BETWEEN_WRITES:
            self._write(name, build_frame(rows, columns))
            self._last[name] = monotonic()

    def concluded(self, answer: str, tables: Mapping[str, pd.DataFrame], notes: Iterable[str] = ()) -> Decision:
        """Write the tables and say that the command is done."""
        self._asked.progress(Progress("writing"))
        for name, table in tables.items():
            self._write(name, table)
        told = tuple(note for note in notes if note)
        self._folder.mark_done(duration_s=elapsed(self._asked.order.began), answer=answer, notes=list(told))
        return Decision(self._verb, self.spec, answer, dict(tables), self._folder.path, told)

    def _write(self, name: str, table: pd.DataFrame) -> None:
        self._folder.write(f"{name}.csv", csv_text(table))


@contextmanager
def open_decision(verb: str, spec: Scenario, asked: StudyOptions, options: Mapping[str, Any]) -> Iterator[DecisionRun]:
    """Open a command's folder and lab: the manifest tells the verb, its options and how it ended.

    `options` as `command_line` takes them. Wrong input leaves nothing.
    """
    from loyaltysim.scenario import resolved_yaml

    claimed = (
        asked.out if isinstance(asked.out, run_folder.RunFolder) else run_folder.create_run_folder(asked.out, spec)
    )
    with recording_status(claimed, asked.order.began), explaining_memory_errors(spec):
        again = repeat_command(verb, {**options, "replications": spec.replications})
        claimed.update_manifest(
            status="interrupted", command=verb, options=dict(options), repeat=again, **study_header(spec)
        )
        claimed.write("scenario.yml", resolved_yaml(spec))
        with Evaluator(asked.executor, progress=asked.progress, threads=asked.threads) as lab:
            yield DecisionRun(verb, spec, asked, claimed, lab)


def write_result_folder(out: str | Path | None, scenario: Scenario, files: Mapping[str, str | bytes]) -> Path | None:
    """Write files, by name, and the scenario in full into a folder of their own; nothing without `out`."""
    if out is None:
        return None
    from loyaltysim.scenario import resolved_yaml

    folder = run_folder.create_run_folder(out, scenario)
    folder.write("scenario.yml", resolved_yaml(scenario))
    for name, content in files.items():
        folder.write(name, content)
    return folder.path


def build_frame(rows: Iterable[tuple[Any, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """Make a table of rows."""
    import pandas as pd

    return pd.DataFrame.from_records(list(rows), columns=list(columns))
