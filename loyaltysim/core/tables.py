"""The world: tables of columns, and the month's row lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from loyaltysim.core.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.core.mechanism import Column, Mechanism

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Table:
    """Columns of one length, read as attributes.

    A column is an array that is changed in place. It refuses to be rebound, because another mechanism may hold the
    same array: write `table.satisfaction[rows] = value`.
    """

    name: str
    rows: int
    columns: dict[str, Column]

    def __init__(self, name: str, rows: int, columns: Iterable[Column]) -> None:
        declared = {column.name: column for column in columns}
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "columns", declared)
        for column in declared.values():
            self.__dict__[column.name] = np.full(rows, column.start, dtype=column.dtype)

    if TYPE_CHECKING:  # only: where a class has it, Python reads every attribute more slowly

        def __getattr__(self, name: str) -> NDArray: ...

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{self.name}.{name} cannot be rebound: write {self.name}.{name}[:] = ... instead")

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)

    def reserve(self, rows: int) -> None:
        """Make room for at least so many rows, keeping what stands there; arrays held from before are then stale."""
        if rows <= self.rows:
            return
        room = max(rows, 2 * self.rows)
        for column in self.columns.values():
            grown = np.full(room, column.start, dtype=column.dtype)
            grown[: self.rows] = self.__dict__[column.name]
            self.__dict__[column.name] = grown
        object.__setattr__(self, "rows", room)

    def copy(self) -> Table:
        """Return an independent table with the same values."""
        twin = Table(self.name, 0, ())
        object.__setattr__(twin, "rows", self.rows)
        object.__setattr__(twin, "columns", self.columns)
        for name in self.columns:
            twin.__dict__[name] = self.__dict__[name].copy()
        return twin

    def nbytes(self) -> int:
        """Return the bytes that the columns occupy."""
        return sum(self.__dict__[name].nbytes for name in self.columns)


class World:
    """One market's whole state: its tables, its ties, and this month's row lists.

    `first` int64 (people + 1,) and `tie` int32: the network in CSR form, both of length 1 and 0 where all may meet all.
    A row list is read and set as an attribute: `world.voiced = rows`.
    """

    def __init__(self, tables: dict[str, Table], first: NDArray[np.int64], tie: NDArray[np.int32]) -> None:
        self.tables = tables
        self.first = first
        self.tie = tie
        self.month = 0
        self.__dict__.update(tables)

    if TYPE_CHECKING:
        people: Table
        staff: Table
        touchpoints: Table
        cases: Table
        handlers: Table
        firm: Table

        def __getattr__(self, name: str) -> NDArray: ...
        def __setattr__(self, name: str, value: NDArray | int | Mapping[str, NDArray]) -> None: ...

    @property
    def row_lists(self) -> Mapping[str, NDArray]:
        """Return this month's row lists by name, to read them all."""
        others = {"tables", "first", "tie", "month", *self.tables}
        return MappingProxyType({name: rows for name, rows in self.__dict__.items() if name not in others})

    @row_lists.setter
    def row_lists(self, row_lists: Mapping[str, NDArray]) -> None:
        self.__dict__.update(row_lists)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)

    def ties(self) -> NDArray[np.int64]:
        """Return each person's number of ties, int64 (people,)."""
        return np.diff(self.first) if self.first.size > 1 else np.zeros(self.tables["people"].rows, np.int64)

    def fork(self) -> World:
        """Return an independent world in the same state; the network is shared, since nothing writes it."""
        twin = World({name: table.copy() for name, table in self.tables.items()}, self.first, self.tie)
        twin.row_lists = {name: rows.copy() for name, rows in self.row_lists.items()}
        twin.month = self.month
        return twin

    def nbytes(self) -> int:
        """Return the bytes of the tables and of the network."""
        return sum(table.nbytes() for table in self.tables.values()) + self.first.nbytes + self.tie.nbytes


def build_tables(mechanisms: Iterable[type[Mechanism]], rows: dict[str, int]) -> dict[str, Table]:
    """Allocate every declared column; `rows` gives each table's length."""
    columns: dict[str, list[Column]] = {}
    for mechanism in mechanisms:
        for column in mechanism.columns():
            columns.setdefault(column.table, []).append(column)
    return {name: Table(name, rows[name], declared) for name, declared in columns.items()}


def empty_row_lists(mechanisms: Iterable[type[Mechanism]]) -> dict[str, NDArray]:
    """Return every declared row list without rows, as a month finds it when the mechanism that makes it is off."""
    return {rows.name: np.empty(0, rows.dtype) for mechanism in mechanisms for rows in mechanism.row_lists()}


@contextmanager
def only_own_columns(world: World, mechanism: type[Mechanism]) -> Iterator[None]:
    """Make every column that the mechanism neither owns nor is named a writer of read-only while the block runs.

    The market alone may write any column of `people`: it lays out the rows of newcomers.
    """
    sealed = []
    for table in world.tables.values():
        for column in table.columns.values():
            renews = mechanism.key == "market" and table.name == "people"
            if mechanism.__name__ != column.owner and mechanism.key not in column.writers and not renews:
                array = table.__dict__[column.name]
                array.setflags(write=False)
                sealed.append(array)
    try:
        yield
    finally:
        for array in sealed:
            array.setflags(write=True)
