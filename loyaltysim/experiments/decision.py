"""What the commands that decide share: how they begin, keep their folder and stream their tables, and what they give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import store
from loyaltysim.experiments.files import csv_text
from loyaltysim.experiments.memory import enough_memory
from loyaltysim.experiments.progress import Progress
from loyaltysim.experiments.run import Order, check_place, read
from loyaltysim.experiments.telling import head_of, since, status_told

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.plots import DecisionPlots
    from loyaltysim.scenario import Scenario

SECONDS_BETWEEN_WRITES = 2.0


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
class Asked:
    """What every such command is asked besides its own options."""

    replications: int | None = None
    months: int | None = None
    seed: int | None = None
    overrides: Sequence[str] = ()


def prepared(scenario: Any, order: Order, asked: Asked, most: int) -> Scenario:
    """Read, check and solve a scenario; without `--replications` at most `most` of its own are taken.

    Raises InputError before anything is simulated or written.
    """
    check_place(order)
    order.progress(Progress("reading"))
    spec: Scenario = read(
        scenario,
        replications=asked.replications,
        months=asked.months,
        seed=asked.seed,
        overrides=tuple(asked.overrides),
    )
    if asked.replications is None and spec.replications > most:
        spec = spec.replaced({"replications": most}, source="the command's default")
    return spec


def solved(spec: Scenario, order: Order) -> Scenario:
    """Solve for the base rates of today's market."""
    from loyaltysim.calibration import solve

    order.progress(Progress("calibrating"))
    with enough_memory(spec):
        return solve(spec)


def needs(package: str, verb: str) -> None:
    """Refuse a command whose library is not installed."""
    if find_spec(package) is None:
        raise InputError(Problem(f"{verb} needs {package}", where="Python", cure="pip install 'loyaltysim[study]'"))


def two_strategies(spec: Scenario, verb: str) -> None:
    """Refuse a scenario with nothing to compare."""
    if len(spec.strategies) < 2:
        cure = "name another one below `strategies`, as recovery: {desk.budget: {add: 20_000}}"
        raise InputError(Problem(f"{verb} compares strategies, and there is only one", "strategies", cure=cure))


class Folder:
    """The folder of a command that decides: its tables, written as they come and at last."""

    def __init__(self, folder: store.RunFolder) -> None:
        self._folder, self.path = folder, folder.path
        self._last: dict[str, float] = {}

    def stream(self, name: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Write what there is of a table, whole, unless that was done a moment ago."""
        if monotonic() - self._last.get(name, -SECONDS_BETWEEN_WRITES) >= SECONDS_BETWEEN_WRITES:
            self.write(name, frame(rows, columns))
            self._last[name] = monotonic()

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as `name`.csv."""
        self._folder.write(f"{name}.csv", csv_text(table))

    def tell(self, **entries: Any) -> None:
        """Add entries to the manifest."""
        self._folder.tell(**entries)


@contextmanager
def kept(spec: Scenario, order: Order, verb: str, options: Mapping[str, Any]) -> Iterator[Folder]:
    """Open the folder of a command: its manifest tells the verb, its options and how it ended; wrong input leaves nothing."""
    from loyaltysim.scenario import resolved_yaml

    claimed = store.claim(order.out, spec)
    with status_told(claimed, order), enough_memory(spec):
        claimed.tell(status="interrupted", command=verb, options=dict(options), **head_of(spec))
        claimed.write("scenario.yml", resolved_yaml(spec))
        yield Folder(claimed)


def concluded(
    folder: Folder, order: Order, verb: str, spec: Scenario, answer: str, tables: Mapping[str, pd.DataFrame],
    notes: Iterable[str] = (),
) -> Decision:  # fmt: skip
    """Write the tables and say that the command is done."""
    order.progress(Progress("writing"))
    for name, table in tables.items():
        folder.write(name, table)
    told = tuple(note for note in notes if note)
    folder.tell(status="done", duration_s=since(order), answer=answer, notes=list(told))
    return Decision(verb, spec, answer, dict(tables), folder.path, told)


def frame(rows: Iterable[tuple[Any, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """Make a table of rows."""
    import pandas as pd

    return pd.DataFrame.from_records(list(rows), columns=list(columns))
