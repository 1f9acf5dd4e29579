"""Split an extra monthly budget over the levers so that it earns most, and say what the next dollar in each is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.analysis.budgets import HARDLY, LEFT, Candidate
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import factors
from loyaltysim.experiments.defaults import OPTIMISE_REPLICATIONS, SEARCH_REPLICATIONS
from loyaltysim.experiments.designs import sample_design
from loyaltysim.experiments.optimise.budget import (
    MONEY,
    BudgetSplit,
    SplitValuer,
    budget_limits,
    committed_spending,
    question_budget,
)
from loyaltysim.experiments.optimise.marginal_return import CURVE, NEXT, estimate_marginal_returns
from loyaltysim.experiments.optimise.search import Search, least_regret, mean_score, shortfall
from loyaltysim.experiments.options import (
    Decision,
    StudyOptions,
    as_texts,
    build_frame,
    calibrate_scenario,
    open_decision,
    prepare_scenario,
    show_study_options,
)
from loyaltysim.reporting.text import optimise as words
from loyaltysim.reporting.text.optimise import SplitWords
from loyaltysim.scenario.registry import levers, parameter_registry, suggest
from loyaltysim.stats.intervals import Interval, interval
from loyaltysim.stats.ranking import greatest_regret, world_means, worst_tenth_mean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from loyaltysim.scenario import Scenario

# What is recommended of a search: the split that it found, or no spending at all, by luck that the search never met.

FOUND, NONE, BY_MEAN = range(3)
"""Positions among the candidates: the split that the search found, no spending, the one that is best on the mean."""


@dataclass(frozen=True, eq=False)
class Selection:
    """Splits valued on other luck than the search's: `gains` (splits, worlds, replications), in the order of candidates."""

    splits: Sequence[np.ndarray]
    gains: np.ndarray
    which: int
    how: str | None

    @property
    def split(self) -> np.ndarray:
        """The split that is recommended."""
        return self.splits[self.which]

    def mean(self, which: int) -> Interval:
        """Give what a candidate earns on the mean: of a world's replications, or of the worlds."""
        return interval(world_means(self.gains[which]))

    def sought(self, which: int) -> Interval:
        """Give the figure of a candidate by which the search went."""
        if self.how == "worst":
            return worst_tenth_mean(self.gains[which])
        return greatest_regret(self.gains, which) if self.how == "regret" else self.mean(which)


def select_split(search: Search, valuer: SplitValuer, luck: Sequence[int], how: str | None) -> Selection:
    """Value the best split of a search on fresh luck, and take it if its score there is above that of spending nothing.

    Only these two are chosen between, so that the fresh luck hardly flatters what is told of the split. Beside them are
    valued the best on the mean, and for a regret the best of each world: what it is told by.
    """
    import numpy as np

    values = np.stack(search.values)
    best, none = search.best(), np.zeros(search.space.size)
    by_mean = search.splits[int(values.mean(axis=(1, 2)).argmax())]
    rivals = [search.splits[which] for which in dict.fromkeys(values.mean(axis=2).argmax(axis=0))]
    splits = [best, none, by_mean, *(rivals if how == "regret" else ())]
    gains = valuer.gains(splits, luck)
    scores = search.score(gains)
    hardly = best.sum() < HARDLY * search.space.budget * len(set(search.space.groups))
    return Selection(splits, gains, NONE if hardly or scores[FOUND] <= scores[NONE] else FOUND, how)


ROBUST = {"mean": mean_score, "worst": shortfall, "regret": least_regret}
WORLDS = 8
"""How many worlds are drawn from what is uncertain."""
SPLIT = ("lever", "unit", "period", "today", "extra", "spend", "share_of_budget")


@show_study_options
def optimise(
    scenario: Any,
    *,
    budget: float,
    levers: str | Sequence[str] = (),
    by_year: bool = False,
    robust: str | None = None,
    at_most: str | Sequence[str] = (),
    **asked: Any,
) -> Decision:
    """Find the best split of `budget` $ a month beyond today's levers, for a scenario (a file's path or a Scenario).

    `levers`: among which (default: those declared as main); `by_year`: another split each year; `robust`: over worlds drawn
    from `uncertain`, by the `mean`, the `worst` tenth or the greatest `regret`; `at_most`: texts LEVER=X. Tables: `optimise`
    (the split), `next_dollar` (marginal values, overspending points), `spending_curve`, `tried`. Money may be left unspent.
    Raises InputError and RunError.
    """
    usual, levers, at_most = StudyOptions(**asked), as_texts(levers), as_texts(at_most)
    spec = prepare_scenario(scenario, usual, OPTIMISE_REPLICATIONS)
    chosen = read_levers(spec, levers)
    spending = BudgetSplit(spec, chosen, *budget_limits(spec, budget, at_most, chosen), by_year)
    if robust is not None and robust not in ROBUST:
        raise InputError(
            Problem(f"{robust!r} is no way to be robust", where="--robust", cure=f"write {', '.join(ROBUST)}")
        )
    worlds = draw_worlds(spec, robust)
    spec = calibrate_scenario(spec, usual)
    options = {"budget": budget, "levers": list(chosen), "by_year": by_year, "robust": robust, "at_most": list(at_most)}
    with open_decision("optimise", spec, usual, options) as inquiry:
        fewer = min(spec.replications, max(2, SEARCH_REPLICATIONS if robust is None else 2))
        valuer = SplitValuer(
            inquiry.lab, spending, [factors.apply_point(spec, world) if world else spec for world in worlds]
        )
        columns = ("number", *spending.columns, "left", "score", "mean_gain")

        def tell(search: Search) -> None:
            inquiry.stream("tried", columns, tried_table(search, spending))

        search = Search(
            spending.space,
            lambda splits: valuer.gains(splits, range(fewer)),
            ROBUST[robust or "mean"],
            spec.seed % 2**32,
            tell,
        )
        search.run(spending.own_splits())
        fresh = range(fewer, fewer + spec.replications)
        choice = select_split(search, valuer, fresh, robust)
        found = estimate_marginal_returns(valuer, choice.split, fresh)
        tables = {
            "optimise": split_table(spending, choice.split),
            "next_dollar": build_frame(found.rows, NEXT),
            "spending_curve": build_frame(found.curve, CURVE),
            "tried": build_frame(tried_table(search, spending), columns),
        }
        one, none, by_mean = (make_candidate(spending, choice, which) for which in (FOUND, NONE, BY_MEAN))
        saying = SplitWords(spec, budget, robust, len(valuer.worlds))
        told = saying.render_answer(one, none, by_mean, is_taken=choice.which == FOUND)
        notes = [
            words.describe_next_dollar(spec, tables["next_dollar"], saying.where),
            words.describe_overspending(spec, tables["next_dollar"], saying.where),
            words.describe_search(len(search.splits), fewer, spec.replications, len(valuer.worlds), robust),
            committed_spending(spec),
            question_budget(spec, budget),
            valuer.lost(),
        ]
        return inquiry.concluded(told, tables, notes)


def read_levers(spec: Scenario, names: Sequence[str]) -> tuple[str, ...]:
    """Give the levers to split over, those declared as main without names; raises InputError for one that cannot be."""
    words = [word.strip() for name in names for word in name.split(",") if word.strip()]
    money = [path for path in levers() if parameter_registry()[path].unit == MONEY]
    if names and not words:
        cure = f"leave it out for the main ones, or name some of: {', '.join(money)}"
        raise InputError(Problem("names no lever", where="--levers", cure=cure))
    for path in words:
        if path not in parameter_registry():
            raise InputError(Problem("there is no such lever", path, "--levers", suggest(path, money)))
        if path not in money:
            what = f"is no lever with a monthly budget ({parameter_registry()[path].role}, {parameter_registry()[path].unit})"
            raise InputError(Problem(what, path, "--levers", f"there are: {', '.join(money)}"))
        if not spec.mechanism(path.partition(".")[0]).on:
            raise InputError(
                Problem("is off, so money there does nothing", path, "--levers", "leave it out, or switch it on")
            )
    usual = (path for path in money if parameter_registry()[path].main and spec.mechanism(path.partition(".")[0]).on)
    found = tuple(dict.fromkeys(words or usual))
    if not found:
        raise InputError(Problem("no main lever is on", where="--levers", cure=f"name some of: {', '.join(money)}"))
    return found


def draw_worlds(spec: Scenario, robust: str | None) -> list[dict[str, float]]:
    """Draw worlds from what is uncertain by a Latin hypercube, on the scenario's seed; today's alone if not robust."""
    if robust is None:
        return [{}]
    if not spec.uncertain:
        cure = "name ranges below `uncertain`, or leave --robust out"
        raise InputError(Problem("nothing is said to be uncertain", "uncertain", "--robust", cure))
    return sample_design("lhs", [factors.read_factor(path, spec) for path in spec.uncertain], WORLDS, spec.seed)


def make_candidate(spending: BudgetSplit, choice: Selection, which: int) -> Candidate:
    """Give a split as its words need it."""
    return Candidate(split_table(spending, choice.splits[which]), choice.mean(which), choice.sought(which))


def split_table(spending: BudgetSplit, best: np.ndarray) -> pd.DataFrame:
    """Give the split's table: a row a lever and period, what is left unspent last."""
    rows = []
    for (path, period), amount in zip(spending.cells, best, strict=True):
        today = spending.today(path)
        rows.append((path, MONEY, period, today, float(amount), today + float(amount), float(amount) / spending.budget))
    for group, period in enumerate(spending.periods):
        used = sum(float(a) for a, g in zip(best, spending.space.groups, strict=True) if g == group)
        left = max(0.0, spending.budget - used)
        rows.append((LEFT, MONEY, period, 0.0, left, left, left / spending.budget))
    return build_frame(rows, SPLIT)


def tried_table(search: Search, spending: BudgetSplit) -> list[tuple[Any, ...]]:
    """Give a row for each split that was tried, in order."""
    return [
        (
            number,
            *map(float, split),
            float(spending.budget * len(spending.periods) - split.sum()),
            float(score),
            float(value.mean()),
        )
        for number, (split, score, value) in enumerate(
            zip(search.splits, search.scores(), search.values, strict=True), 1
        )
    ]
