"""The pictures of a run, one question each, for notebooks: `loyaltysim.plots.money(study)`, or `study.plot.money()`.

Each function takes a study, its results or the folder of a finished run, and gives a matplotlib figure that a notebook shows
by itself. Anything else raises InputError. All have the house's look whatever the user's own settings are, and say in their
title what is to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.results.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "DecisionPlots", "Plots", "breakeven", "customers", "frontier", "funnel", "levers", "money", "next_dollar", "reasons",
    "sensitivity", "talk", "touchpoints", "waterfall",
]  # fmt: skip


@dataclass(frozen=True)
class DecisionPlots:
    """The pictures of what a command that decides has found: `source` has its `tables` by name, or is its folder.

    Each raises InputError where the command left no such table.
    """

    source: Any

    def breakeven(self) -> Figure:
        """At which value does the recommendation turn?"""
        return breakeven(self.source)

    def frontier(self) -> Figure:
        """Who wins where, over two parameters at once?"""
        return frontier(self.source)

    def sensitivity(self) -> Figure:
        """Which assumptions does the recommendation hang on, and which turn it?"""
        return sensitivity(self.source)

    def next_dollar(self) -> Figure:
        """What is the next dollar in each lever worth, today and at the best split?"""
        return levers(self.source)


@dataclass(frozen=True)
class Plots:
    """A study's pictures, each drawn when it is asked for."""

    results: Results
    folder: Path | None = None
    """Where the study's files are; what commands that decide have found is drawn from their tables there."""

    def money(self) -> Figure:
        """What does each strategy earn against the first, with and without the value after the horizon?"""
        return money(self.results)

    def waterfall(self) -> Figure:
        """Where does the difference come from: margin, each cost, the value after the horizon?"""
        return waterfall(self.results)

    def customers(self) -> Figure:
        """How many customers are there over time?"""
        return customers(self.results)

    def timeline(self) -> Figure:
        """How many customers are there over time? The same as `customers`."""
        return customers(self.results)

    def reasons(self) -> Figure:
        """Why do customers leave, and how many?"""
        return reasons(self.results)

    def funnel(self, strategy: str | None = None) -> Figure:
        """What becomes of a problem under a strategy (the first)? Raises InputError for an unknown strategy."""
        return funnel(self.results, strategy)

    def talk(self) -> Figure:
        """What is said, good and bad, and what did it do?"""
        return talk(self.results)

    def next_dollar(self) -> Figure:
        """What does each dollar spent beyond the first strategy bring back?"""
        return next_dollar(self.results)

    def touchpoints(self, strategy: str | None = None) -> Figure:
        """Which touchpoints are urgent under a strategy (the first)?

        Raises InputError for an unknown strategy, or where no touchpoint was scored.
        """
        return touchpoints(self.results, strategy)

    def breakeven(self) -> Figure:
        """At which value does the recommendation turn? Raises InputError unless the folder has the tables of `breakeven`."""
        return breakeven(self.folder)

    def frontier(self) -> Figure:
        """Who wins where, over two parameters at once? Raises InputError likewise."""
        return frontier(self.folder)

    def sensitivity(self) -> Figure:
        """Which assumptions does the recommendation hang on? Raises InputError unless the folder has such a table."""
        return sensitivity(self.folder)

    def levers(self) -> Figure:
        """What is the next dollar in each lever worth? Raises InputError unless the folder has the tables of `optimise`."""
        return levers(self.folder)


def _of(source: Any) -> Results:
    """Take results as they are, those of a study, or those in the folder of a finished run; raises InputError."""
    from loyaltysim.results.reader import read_results_of

    return read_results_of(source)


def money(source: Any) -> Figure:
    """Draw what each strategy earns against the first, sorted, with and without the value after the horizon."""
    from loyaltysim.report import figures

    return figures.money(_of(source))


def waterfall(source: Any) -> Figure:
    """Draw one panel a strategy: from the first one's net present value by each step to its own."""
    from loyaltysim.report import figures

    return figures.waterfall(_of(source))


def customers(source: Any) -> Figure:
    """Draw customers over time, one line a strategy with its 95 % band."""
    from loyaltysim.report import figures

    return figures.customers(_of(source))


def reasons(source: Any) -> Figure:
    """Draw how many customers leave under each strategy, and why."""
    from loyaltysim.report import figures

    return figures.reasons(_of(source))


def funnel(source: Any, strategy: str | None = None) -> Figure:
    """Draw the way of problems under a strategy (the first); raises InputError for an unknown one."""
    from loyaltysim.report import figures

    return figures.funnel(_of(source), strategy)


def talk(source: Any) -> Figure:
    """Draw good and bad messages under each strategy, and the customers whom they brought and took."""
    from loyaltysim.report import figures

    return figures.talk(_of(source))


def next_dollar(source: Any) -> Figure:
    """Draw the return on each dollar spent beyond the first strategy, with its 95 % interval."""
    from loyaltysim.report import figures

    return figures.next_dollar(_of(source))


def touchpoints(source: Any, strategy: str | None = None) -> Figure:
    """Draw the touchpoints' importance against their performance under a strategy (the first).

    Raises InputError for an unknown strategy, or where no touchpoint was scored.
    """
    from loyaltysim.report import figures

    return figures.touchpoints(_of(source), strategy)


def breakeven(source: Any) -> Figure:
    """Draw what each strategy earns along a parameter or lever, and where the recommendation turns.

    `source`: what `breakeven` found, or its folder. Raises InputError where there is no such table.
    """
    from loyaltysim.report import decided, figure_breakeven

    return figure_breakeven.breakeven(decided.decided(source))


def frontier(source: Any) -> Figure:
    """Draw the map of who wins over two parameters, of what `breakeven` found or of its folder; raises InputError likewise."""
    from loyaltysim.report import decided, figure_frontier

    return figure_frontier.frontier(decided.decided(source))


def sensitivity(source: Any) -> Figure:
    """Draw what the recommendation hangs on, of what `sensitivity` found or of its folder; raises InputError likewise."""
    from loyaltysim.report import decided, figure_sensitivity

    return figure_sensitivity.sensitivity(decided.decided(source))


def levers(source: Any) -> Figure:
    """Draw the next dollar's worth in each lever, of what `optimise` found or of its folder; raises InputError likewise."""
    from loyaltysim.report import decided, figure_levers

    return figure_levers.levers(decided.decided(source))
