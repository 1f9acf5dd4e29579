"""What a command that simulates is asked, and the scenario that it is asked about.

Each option is declared once, for Python's signature, for click and for the manifest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from loyaltysim.calibration import solve
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.execution.executors import PLACE, check_place
from loyaltysim.execution.progress import Listener, Progress, explaining_memory_errors, ignore_progress
from loyaltysim.mechanisms import register
from loyaltysim.results.run_folder import refuse_occupied
from loyaltysim.scenario import load
from loyaltysim.scenario.registry import suggest

if TYPE_CHECKING:
    from loyaltysim.core.mechanism import Mechanism
    from loyaltysim.scenario import Scenario

Source: TypeAlias = "str | Path | Mapping[str, object] | Scenario"
"""What a command takes a scenario from: a file's path, what such a file holds, or a Scenario."""
MOST_THREADS = 256
OF_THE_FOLDER = ("out", "replications", "months", "seed", "overrides")
"""Options that `resume` and `rerun` do not take: the folder says them itself."""
PLACES = "in-process, processes, processes:N or dask://HOST:PORT"
MOST_POINTS = 1_000
"""How many points a design may have before whoever wants more must say so."""
RENAMED = {"set": "overrides", "id": "customer_id", "map": "frontier"}
"""Keywords that are words of Python, or of the command line, by the one to write in their place."""


@dataclass(frozen=True)
class Option:
    """How an option is given on the command line: its flag, what stands in for its value, and its line of help.

    `several`: whether it may be given again; `sides`: how many values it takes at once; `is_required`: whether the
    command needs it.
    """

    flag: str
    metavar: str
    help: str
    several: bool = False
    sides: int = 1
    is_required: bool = False


def option(
    default: Any,
    help: str,
    *,
    flag: str = "",
    metavar: str = "",
    several: bool = False,
    sides: int = 1,
) -> Any:
    """Declare a field of a frozen dataclass as an option of the command line.

    Args:
        default: What is taken where nothing is said; `...` for an option that is required.
        help: Its line of help.
        flag: Its flag (by default `--` and the field's name with hyphens).
        metavar: What stands in for its value in the help.
        several: Whether it may be given several times.
        sides: How many values it takes at once.

    Returns:
        The dataclass field.
    """
    told = Option(flag, metavar, help, several, sides, default is ...)
    return field(metadata={"option": told}) if default is ... else field(default=default, metadata={"option": told})


def most_points_option() -> Any:
    """Declare the option of the largest number of points, a field of a question."""
    return option(MOST_POINTS, f"Refuse a design of more points (default: {MOST_POINTS:,}).", metavar="N")


def options_of(kind: type) -> dict[str, tuple[Field[Any], Option]]:
    """Return the options that a dataclass declares, by the field's name, each with its flag."""
    found = {}
    for each in fields(kind):
        told: Option | None = each.metadata.get("option")
        if told is not None:
            found[each.name] = (each, told)
    return found


def flag_of(name: str, told: Option) -> str:
    """Return an option's flag on the command line."""
    return told.flag or f"--{name.replace('_', '-')}"


def default_of(each: Field[Any]) -> Any:
    """Return a field's default; None where it has none."""
    return None if each.default is MISSING else each.default


def as_texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return an option's texts, where a text by itself is the only one, not its letters."""
    return (given,) if isinstance(given, str) else tuple(given)


def as_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of an option, where a text by itself holds them with commas between, as on the command line."""
    return tuple(given.split(",")) if isinstance(given, str) else tuple(given)


@dataclass(frozen=True)
class RunOptions:
    """How a study is carried out, asked alike by every command that simulates.

    `overrides` are texts such as "desk.budget+=20000"; `executor` is `in-process`, `processes`, `processes:N`,
    `dask://HOST:PORT` or any `concurrent.futures.Executor`; `threads`: how many a replication may use, None for those
    that the workers leave idle. `progress` is called with each Progress, in place of the display on standard error,
    which `quiet` leaves out. `mechanisms`: classes of one's own that take part in the month, from then on in this
    process.
    """

    out: str | Path | None = option(None, "Where the results go (new or empty folder).", metavar="DIR")
    replications: int | None = option(None, "How often to repeat with other luck", metavar="N")
    months: int | None = option(None, "How many months to simulate.", metavar="N")
    seed: int | None = option(None, "Which luck to meet.", metavar="N")
    overrides: str | Sequence[str] = option(
        (), "Set a value, or add with PATH+=VALUE.", flag="--set", metavar="PATH=VALUE", several=True
    )
    executor: str | Executor | None = option(None, f"{PLACES} (default: {PLACE}).", metavar="WHERE")
    threads: int | None = option(None, "Threads a replication (default: the processors left idle).", metavar="N")
    quiet: bool = option(False, "Show no progress and no table, only the answer.")
    progress: Listener | None = None
    mechanisms: Sequence[type[Mechanism]] = ()
    began: float = field(default_factory=perf_counter, compare=False, repr=False)

    def __new__(cls, *_: object, **named: object) -> RunOptions:
        """Refuse the keyword of an option that has another one in Python. Raises InputError."""
        known = [each.name for each in fields(cls) if each.name != "began"]
        for name in sorted(named.keys() - {*known, "began"}):
            new = RENAMED.get(name)
            cure = f"write {new}=..." if new in known else suggest(name, known)
            if new and not cure.startswith("write"):
                cure = f"where a function has this option, it is called {new}"
            raise InputError(Problem(f"there is no keyword {name!r}", where=name, cure=cure))
        return super().__new__(cls)

    def notify(self) -> Listener:
        """Return who hears of each step."""
        return self.progress or ignore_progress

    def check(self) -> None:
        """Refuse at once a place to compute that is none, threads that cannot be, and a folder that is taken; then let
        mechanisms of one's own join the month.

        Raises:
            InputError: For any of these, or for a mechanism that cannot join; nothing has been read, simulated or
                written.
        """
        check_place(self.executor)
        if self.threads is not None and not 1 <= self.threads <= MOST_THREADS:
            cure = f"write a number from 1 to {MOST_THREADS}, or leave it out to use the processors that are idle"
            raise InputError(Problem(f"{self.threads} is not a number of threads", where="--threads", cure=cure))
        refuse_occupied(self.out)
        register(*self.mechanisms)


class RunKeywords(TypedDict, total=False):
    """The fields of RunOptions as keyword arguments, for editors and type checkers; a test holds the two alike."""

    out: str | Path | None
    replications: int | None
    months: int | None
    seed: int | None
    overrides: str | Sequence[str]
    executor: str | Executor | None
    threads: int | None
    quiet: bool
    progress: Listener | None
    mechanisms: Sequence[type[Mechanism]]


def prepare_scenario(source: Source, options: RunOptions, most_replications: int | None = None) -> Scenario:
    """Read and check a scenario, with what the options change in it.

    Args:
        source: A file's path, what such a file holds, or a Scenario.
        options: Where, how often and with which overrides.
        most_replications: How many of the scenario's own replications are taken at most, where the options name none.

    Returns:
        The scenario, not solved yet.

    Raises:
        InputError: Before anything is simulated or written.
    """
    options.check()
    options.notify()(Progress("reading"))
    scenario = load(
        source,
        as_texts(options.overrides),
        months=options.months,
        replications=options.replications,
        seed=options.seed,
    )
    if most_replications is not None and options.replications is None and scenario.replications > most_replications:
        scenario = scenario.replace({"replications": most_replications}, source="the command's default")
    return scenario


def calibrate_scenario(scenario: Scenario, options: RunOptions) -> Scenario:
    """Solve for the base rates of today's market."""
    options.notify()(Progress("calibrating"))
    with explaining_memory_errors(scenario):
        return solve(scenario)
