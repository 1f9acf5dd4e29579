"""What the public functions return: a study, a decision and a life, with tables, words and pictures on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from loyaltysim.analysis import recommendation, summary
from loyaltysim.analysis.recommendation import planned_budgets
from loyaltysim.reporting.text.answer import (
    describe_risk,
    describe_unequal_budgets,
    render_answer,
    render_failures,
    render_sequential_answer,
)
from loyaltysim.reporting.text.customers import build_months, render_story
from loyaltysim.reporting.text.formats import to_text
from loyaltysim.results.figures import figures_frame, write_figures
from loyaltysim.results.months import write_months
from loyaltysim.results.results import Profile, Results, RunAccumulator
from loyaltysim.results.run_folder import RunFolder
from loyaltysim.results.tables import csv_text
from loyaltysim.scenario import count_grades
from loyaltysim.stats.sequential import SequentialVerdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from loyaltysim.experiments.customer_history import CustomerHistory
    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.observer import Life
    from loyaltysim.plots import DecisionPlots, Plots
    from loyaltysim.scenario import Scenario


def where(folder: Path | None) -> str:
    """Say where the files of a result are; empty where nothing was written."""
    return f"; files in {folder}" if folder else ""


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """Strategies compared on common luck; its tables and sentences are made when they are first asked for.

    `summary`, `departures`, `complaints`, `money`, `touchpoints`, `business`, `pilots`, `duel`, `ranking`: the tables
    as in the folder's CSV files. `failures`: the runs that did not come to their end (strategy, replication, error),
    which count nowhere. `results`: the raw figures, one array a strategy and metric. `profile`: where the time went, if
    that was measured. `verdict`: how a study that added replications ended.
    """

    scenario: Scenario
    results: Results
    folder: Path | None
    failures: pd.DataFrame
    profile: Profile | None = None
    verdict: SequentialVerdict | None = None

    @cached_property
    def answer(self) -> str:
        """The answer in words."""
        return render_sequential_answer(self.results, self.verdict) if self.verdict else render_answer(self.results)

    @cached_property
    def rests_on(self) -> dict[str, int]:
        """How many figures of each evidence grade the answer rests on, the weakest first."""
        return count_grades(self.scenario)

    @cached_property
    def said(self) -> tuple[str, ...]:
        """How the best fares in one market and in bad luck, and whether budgets are equal; empty with one strategy."""
        if len(self.results.strategies) < 2:
            return ()
        budgets = planned_budgets(self.scenario)
        told = describe_risk(self.results), describe_unequal_budgets(self.results, budgets)
        return tuple(filter(None, told))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Every figure of every strategy, and its difference from the first strategy's."""
        return summary.build_summary(self.results)

    @cached_property
    def departures(self) -> pd.DataFrame:
        """Who left, by reason."""
        return summary.build_departures(self.results)

    @cached_property
    def complaints(self) -> pd.DataFrame:
        """What became of the grieved, from those who said nothing to those who were won over."""
        return summary.build_complaints(self.results)

    @cached_property
    def money(self) -> pd.DataFrame:
        """What came in and what was spent."""
        return summary.build_money(self.results)

    @cached_property
    def touchpoints(self) -> pd.DataFrame:
        """What each touchpoint was like; empty where none was audited."""
        return summary.build_touchpoints(self.results)

    @cached_property
    def business(self) -> pd.DataFrame:
        """What the strategies cost and bring, in the terms of a business case."""
        return summary.build_business(self.results)

    @cached_property
    def pilots(self) -> pd.DataFrame:
        """How pilots ended; empty where there was none."""
        return summary.build_pilots(self.results)

    @cached_property
    def duel(self) -> pd.DataFrame:
        """Each pair of strategies compared."""
        return recommendation.compare_pairs(self.results)

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """The strategies in order of their worth."""
        return recommendation.rank_strategies(self.results, planned_budgets(self.scenario))

    @cached_property
    def months(self) -> pd.DataFrame:
        """Every metric month by month: strategy, replication, month, metric, value; from the folder, if any."""
        if self.folder is not None:
            return pd.read_parquet(self.folder / "months.parquet")
        file = BytesIO()
        write_months(self.results, file)
        return pd.read_parquet(file)

    @property
    def warning(self) -> str:
        """Which runs failed, why, and what is left to compare; empty where all came to their end."""
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
        """The study's pictures, one question each: `study.plot.money()`, `.customers()`, ... (`loyaltysim.plots`)."""
        from loyaltysim.plots import Plots

        return Plots(self.results, self.folder)

    def __repr__(self) -> str:
        results = self.results
        size = f"{len(results.strategies)} strategies x {results.replications} replications x {results.months} months"
        return f"<Study {results.title!r}: {size}{where(self.folder)}>\n{self.answer}"


@dataclass(frozen=True, eq=False, repr=False)
class Decision:
    """What a command that decides found: `answer` in words, `tables` by name (also as attributes), their folder.

    `notes` are further sentences: what was done at reduced fidelity, what could not be simulated.
    """

    verb: str
    finding: Finding
    answer: str
    folder: Path
    notes: tuple[str, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """The solved scenario."""
        return self.finding.scenario

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables by name."""
        return self.finding.tables

    def __getattr__(self, name: str) -> pd.DataFrame:
        finding = self.__dict__.get("finding")
        tables = finding.tables if finding is not None else {}
        if name in tables:
            return tables[name]
        verb = self.__dict__.get("verb", "Decision")
        raise AttributeError(f"a {verb} has no {name!r}; its tables: {', '.join(tables)}")

    @property
    def plot(self) -> DecisionPlots:
        """The pictures of what was found: `.breakeven()`, `.frontier()`, `.sensitivity()`, `.next_dollar()`."""
        from loyaltysim.plots import DecisionPlots

        return DecisionPlots(self)

    def __repr__(self) -> str:
        return f"<{self.verb} of {self.scenario.title!r}{where(self.folder)}>\n{self.answer}"


@dataclass(frozen=True, eq=False, repr=False)
class CustomerLife:
    """One customer's life under each strategy.

    `months`: one row a strategy and month; `story`: the turning points as lines of text, quiet spells summed up;
    `strip()`: the picture. `history`: what they are made of. `found_by`: the rule, if they were looked for.
    """

    history: CustomerHistory
    folder: Path | None = None

    @property
    def scenario(self) -> Scenario:
        """The solved scenario."""
        return self.history.scenario

    @property
    def lives(self) -> tuple[Life, ...]:
        """The life under each strategy, the first of which is compared with."""
        return self.history.lives

    @property
    def found_by(self) -> str:
        """The rule by which the person was found; empty if they were named."""
        return self.history.found_by

    @property
    def id(self) -> int:
        """The person's number in the market."""
        return self.history.person.number

    @cached_property
    def months(self) -> pd.DataFrame:
        """One row a strategy and month, each fact in a column of its own."""
        return build_months(self.lives)

    @cached_property
    def story(self) -> str:
        """The life as text: a line for each month in which something turned, one for each spell between."""
        return render_story(self.history.setting, self.history.person, self.lives)

    def strip(self) -> Figure:
        """Draw the life: time to the right, one lane a strategy."""
        from loyaltysim.reporting.charts import customer_history  # loads matplotlib

        return customer_history.strip(self.history.setting, self.history.person, self.lives)

    def __repr__(self) -> str:
        return self.story


def build_study(
    scenario: Scenario,
    results: Results,
    folder: Path | None,
    runs: RunAccumulator,
    verdict: SequentialVerdict | None = None,
) -> Study:
    """Return the study of a run's results.

    Args:
        scenario: As it was simulated.
        results: Every figure of the runs that came to their end.
        folder: Where the files are written; None for a study in memory.
        runs: What was taken in, with failures and profile.
        verdict: How a study that added replications ended.

    Returns:
        The study.
    """
    failed = summary.build_failures(runs.failures.values())
    return Study(scenario, results, folder, failed, runs.profile, verdict)


def write_tables(folder: RunFolder, study: Study) -> None:
    """Write the tables that are not empty, every metric month by month, and every replication's figures."""
    always = ("summary", "departures", "complaints", "money")
    for name in (*always, "duel", "ranking", "touchpoints", "business", "pilots", "failures"):
        table = getattr(study, name)
        if name in always or len(table):
            folder.write(f"{name}.csv", csv_text(table))
        else:
            folder.drop(f"{name}.csv")  # of an earlier try, some of whose runs failed
    with folder.new("months.parquet") as file:
        write_months(study.results, file)
    write_figures(study.results, folder)
