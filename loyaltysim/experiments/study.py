"""A finished study as Python sees it: its tables, its answer, its pictures, and where its files lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.report import failure_words
from loyaltysim.report.names import plain
from loyaltysim.report.profile import Profile
from loyaltysim.results.results import Results, figures_frame

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.plots import Plots


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """Strategies compared on common luck.

    `summary`, `departures`, `complaints`, `money`, `touchpoints`, `business`, `pilots`, `duel`, `ranking`: the tables as in the
    folder's CSV files. `said`: how the best fares in one market and in bad luck, and whether budgets are equal.
    `answer`: the sentence. `rests_on`: how many figures of each evidence grade it rests on, the weakest first.
    `failures`: the runs that did not come to their end (strategy, replication, error), which count nowhere.
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
    failures: pd.DataFrame
    said: tuple[str, ...] = ()
    profile: Profile | None = None

    @cached_property
    def months(self) -> pd.DataFrame:
        """Every metric month by month, read from the folder: strategy, replication, month, metric, value."""
        import pandas as pd

        return pd.read_parquet(self.folder / "months.parquet")

    @property
    def warning(self) -> str:
        """Which runs failed, why, and what is left to compare; empty where all came to their end."""
        return failure_words.warning(self.failures, self.results.strategies, self.results.replications)

    @property
    def lesson(self) -> str:
        """What the scenario's file says that its run shows, in one paragraph; empty if it says nothing."""
        return plain(" ".join(str(getattr(self.scenario, "lesson", "")).split()))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Every figure of every replication, tidy: strategy, replication, metric, value (NaN for a rate of nothing)."""
        return figures_frame(self.results)

    @property
    def plot(self) -> Plots:
        """The study's pictures, one question each: `study.plot.money()`, `.customers()`, `.reasons()`, ... (`loyaltysim.plots`)."""
        from loyaltysim.plots import Plots

        return Plots(self.results, self.folder)

    def __repr__(self) -> str:
        results = self.results
        size = f"{len(results.strategies)} strategies x {results.replications} replications x {results.months} months"
        return f"<Study {results.title!r}: {size}; files in {self.folder}>\n{self.answer}"
