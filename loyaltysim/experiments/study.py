"""A finished study as Python sees it: its tables, its answer, its pictures, and where its files lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.report.names import plain
from loyaltysim.report.profile import Profile
from loyaltysim.report.results import Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Pictures:
    """The study's pictures, each drawn when it is asked for."""

    results: Results

    def timeline(self) -> Figure:
        """Draw customers over time, one line a strategy."""
        return self.customers()

    def customers(self) -> Figure:
        """Draw customers over time, one line a strategy."""
        from loyaltysim.report import figures

        return figures.customers(self.results)

    def money(self) -> Figure:
        """Draw what each strategy earns against the first."""
        from loyaltysim.report import figures

        return figures.money(self.results)

    def touchpoints(self, strategy: str | None = None) -> Figure:
        """Draw the touchpoints' importance against their performance, for one strategy (the first).

        Raises InputError where there is no such strategy, or where no touchpoint was scored.
        """
        from loyaltysim.report import figures

        return figures.touchpoints(self.results, strategy)


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """Strategies compared on common luck.

    `summary`, `departures`, `complaints`, `money`, `touchpoints`, `business`, `pilots`, `duel`, `ranking`: the tables as in the
    folder's CSV files. `said`: how the best fares in one market and in bad luck, and whether budgets are equal.
    `answer`: the sentence. `rests_on`: how many figures of each evidence grade it rests on, the weakest first.
    `results`: the raw figures, one array a strategy and metric. `profile`: where the time went, if that was measured.
    """

    scenario: Any
    results: Results
    folder: Path
    answer: str
    rests_on: dict[str, int]
    summary: pd.DataFrame
    departures: pd.DataFrame
    complaints: pd.DataFrame
    money: pd.DataFrame
    touchpoints: pd.DataFrame
    business: pd.DataFrame
    pilots: pd.DataFrame
    duel: pd.DataFrame
    ranking: pd.DataFrame
    said: tuple[str, ...] = ()
    profile: Profile | None = None

    @cached_property
    def months(self) -> pd.DataFrame:
        """Every metric month by month, read from the folder: strategy, replication, month, metric, value."""
        import pandas as pd

        return pd.read_parquet(self.folder / "months.parquet")

    @property
    def lesson(self) -> str:
        """What the scenario's file says that its run shows, in one paragraph; empty if it says nothing."""
        return plain(" ".join(str(getattr(self.scenario, "lesson", "")).split()))

    @property
    def plot(self) -> Pictures:
        """The study's pictures: `study.plot.timeline()` (customers over time, also `customers()`), `study.plot.money()`, `.touchpoints()`."""
        return Pictures(self.results)

    def __repr__(self) -> str:
        results = self.results
        size = f"{len(results.strategies)} strategies x {results.replications} replications x {results.months} months"
        return f"<Study {results.title!r}: {size}; files in {self.folder}>\n{self.answer}"
