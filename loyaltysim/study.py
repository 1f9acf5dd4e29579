"""A finished study as Python sees it: its tables, its answer, its pictures, and where its files lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.reporting.text.names import to_text
from loyaltysim.results import run_folder, writer
from loyaltysim.results.profile import Profile
from loyaltysim.results.results import Results, RunAccumulator, figures_frame

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
        from loyaltysim.reporting.text.failures import render_failures

        return render_failures(self.failures, self.results.strategies, self.results.replications)

    @property
    def lesson(self) -> str:
        """What the scenario's file says that its run shows, in one paragraph; empty if it says nothing."""
        return to_text(" ".join(str(getattr(self.scenario, "lesson", "")).split()))

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


# From a run's results to its tables, sentences and files.


def build_study(
    spec: Any,
    results: Results,
    folder: Path,
    budgets: Mapping[str, float],
    rests_on: Mapping[str, int],
    runs: RunAccumulator,
) -> Study:
    """Bring a run's results into their tables and sentences; `budgets` is what each strategy plans to spend beyond the first."""
    from loyaltysim.analysis import (
        comparison,
        pilots,
        summary,
        touchpoints,
    )  # load pandas, which wrong input need not wait for
    from loyaltysim.reporting.text.answer import render_answer
    from loyaltysim.reporting.text.comparison import describe_risk, describe_unequal_budgets

    several = len(results.strategies) > 1
    said = [describe_risk(results), describe_unequal_budgets(results, budgets)] if several else []
    return Study(
        scenario=spec,
        results=results,
        folder=folder,
        answer=render_answer(results),
        rests_on=dict(rests_on),
        summary=summary.build_summary(results),
        departures=summary.build_departures(results),
        complaints=summary.build_complaints(results),
        money=summary.build_money(results),
        failures=summary.build_failures(runs.failures.values()),
        profile=runs.profile,
        touchpoints=touchpoints.build_touchpoints(results),
        business=summary.build_business(results),
        pilots=pilots.build_pilots(results),
        duel=comparison.compare_pairs(results),
        ranking=comparison.rank_strategies(results, budgets),
        said=tuple(filter(None, said)),
    )


def write_tables(folder: run_folder.RunFolder, study: Study) -> None:
    """Write the tables that are not empty, every metric month by month, and every replication's figures."""
    for name in ("summary", "departures", "complaints", "money"):
        folder.write(f"{name}.csv", writer.csv_text(getattr(study, name)))
    for name in ("duel", "ranking", "touchpoints", "business", "pilots", "failures"):
        if len(getattr(study, name)):
            folder.write(f"{name}.csv", writer.csv_text(getattr(study, name)))
        else:
            folder.drop(f"{name}.csv")  # of an earlier try, some of whose runs failed
    with folder.new("months.parquet") as file:
        writer.write_months(study.results, file)
    writer.write_figures(study.results, folder)
