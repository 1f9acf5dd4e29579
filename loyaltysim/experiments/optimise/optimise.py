"""Split an extra monthly budget over the levers so that it earns most, and value the next dollar in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.lazy import np
from loyaltysim.experiments import decision
from loyaltysim.experiments.decision import DecisionRun, Finding, Plan, Row, build_frame
from loyaltysim.experiments.designs import apply_point, read_factor, sample_design
from loyaltysim.experiments.optimise.budget import MONEY, BudgetSplit, SplitValuer, budget_limits
from loyaltysim.experiments.optimise.marginal_return import CURVE, NEXT, estimate_marginal_returns
from loyaltysim.experiments.optimise.search import Search, least_regret, mean_score, shortfall
from loyaltysim.experiments.options import as_texts, option
from loyaltysim.scenario.registry import levers, parameter_registry, suggest
from loyaltysim.stats.intervals import Interval, interval
from loyaltysim.stats.ranking import greatest_regret, world_means, worst_tenth_mean

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

LEFT = "left unspent"
"""How the tables name money that no lever gets."""
HARDLY = 0.01
"""A share of the budget that is not worth naming."""
SEARCH_REPLICATIONS = 6
"""How often each split that is tried on the way is simulated, at most."""
FOUND, NONE, BY_MEAN = range(3)
"""Positions among the candidates: the split that the search found, no spending, the one that is best on the mean."""
ROBUST = {"mean": mean_score, "worst": shortfall, "regret": least_regret}
WORLDS = 8
"""How many worlds are drawn from what is uncertain."""
SPLIT = ("lever", "unit", "period", "today", "extra", "spend", "share_of_budget")


@dataclass(frozen=True)
class Question(decision.Question):
    """Find the best split of an extra monthly budget over the levers of SCENARIO, and the worth of the next dollar in
    each."""

    verb: ClassVar[str] = "optimise"
    most_replications: ClassVar[int] = 12

    budget: float = option(..., "The extra money a month, beyond today's levers.", metavar="AMOUNT")
    levers: str | Sequence[str] = option(
        (),
        "Among which levers, with commas between "
        "(default: the main ones: training, asking, desk, advertising, win-back).",
        metavar="LEVER,...",
        several=True,
    )
    by_year: bool = option(False, "Split it anew each year.")
    robust: str | None = option(
        None,
        "Over what is uncertain: by the mean, the worst tenth (worst), or the greatest regret (regret).",
        metavar="HOW",
    )
    at_most: str | Sequence[str] = option((), "The most that a lever may get of it.", metavar="LEVER=X", several=True)

    def plan(self, scenario: Scenario) -> Plan:
        """Check budget, levers and limits, and draw the worlds. Raises InputError."""
        at_most = as_texts(self.at_most)
        chosen = read_levers(scenario, as_texts(self.levers))
        limits = budget_limits(scenario, self.budget, at_most, chosen)
        if self.robust is not None and self.robust not in ROBUST:
            what, cure = f"{self.robust!r} is no way to be robust", f"write {', '.join(ROBUST)}"
            raise InputError(Problem(what, where="--robust", cure=cure))
        worlds = draw_worlds(scenario, self.robust)
        asked = {
            "budget": self.budget,
            "levers": list(chosen),
            "by_year": self.by_year,
            "robust": self.robust,
            "at_most": list(at_most),
        }
        return Plan(asked, lambda run: self.find(run, chosen, limits, worlds))

    def find(
        self,
        run: DecisionRun,
        chosen: Sequence[str],
        limits: tuple[float, dict[str, float]],
        worlds: Sequence[dict[str, float]],
    ) -> OptimiseFinding:
        """Search the best split, value it on replications that the search never met, and follow each lever's curve.

        Args:
            run: Open; its tables are written as they come.
            chosen: The levers.
            limits: The budget and the most that each lever may get of it, $/month.
            worlds: Points of what is uncertain, each a value by path; an empty one is today's.

        Returns:
            The finding, with the tables optimise, next_dollar, spending_curve and tried.
        """
        scenario = run.scenario
        spending = BudgetSplit(scenario, chosen, *limits, self.by_year)
        fewer = min(scenario.replications, max(2, SEARCH_REPLICATIONS if self.robust is None else 2))
        markets = [apply_point(scenario, world) if world else scenario for world in worlds]
        valuer = SplitValuer(run.evaluator, spending, markets)
        columns = ("number", *spending.columns, "left", "score", "mean_gain")
        search = Search(
            spending.space,
            lambda splits: valuer.gains(splits, range(fewer)),
            ROBUST[self.robust or "mean"],
            scenario.seed % 2**32,
            lambda search: run.stream("tried", columns, tried_rows(search, spending)),
        )
        search.run(spending.own_splits())
        fresh = range(fewer, fewer + scenario.replications)
        selection = select_split(search, valuer, fresh, self.robust)
        returns = estimate_marginal_returns(valuer, selection.split, fresh)
        tables = {
            "optimise": split_table(spending, selection.split),
            "next_dollar": build_frame(returns.rows, NEXT),
            "spending_curve": build_frame(returns.curve, CURVE),
            "tried": build_frame(tried_rows(search, spending), columns),
        }
        found, none, by_mean = (make_candidate(spending, selection, index) for index in (FOUND, NONE, BY_MEAN))
        counts = len(valuer.worlds), len(markets), valuer.first_error(), len(search.splits), fewer
        is_best = selection.index == FOUND
        return OptimiseFinding(scenario, tables, self.budget, self.robust, found, none, by_mean, is_best, *counts)


@dataclass(frozen=True, eq=False)
class OptimiseFinding(Finding):
    """The split of a budget that the search found, beside no spending and the best on the mean.

    `is_taken`: whether what was found is recommended; `robust`: by which figure the search went, over so many `worlds`
    that could be simulated, `drawn` with those of no possible market (`first_error`); `tried`: splits, each on
    `search_replications`.
    """

    budget: float
    robust: str | None
    found: Candidate
    none: Candidate
    by_mean: Candidate
    is_taken: bool
    worlds: int
    drawn: int
    first_error: str
    tried: int
    search_replications: int


@dataclass(frozen=True)
class Candidate:
    """A split as rows of a table, what it earns on the mean, and the figure sought: mean, worst tenth, regret."""

    rows: pd.DataFrame
    mean: Interval
    sought: Interval

    @property
    def is_nothing(self) -> bool:
        """Whether it leaves all unspent, but for what is not worth naming."""
        return bool((self.rows[self.rows.lever == LEFT].share_of_budget > 1 - HARDLY).all())


def read_levers(scenario: Scenario, names: Sequence[str]) -> tuple[str, ...]:
    """Return the levers to split over, those declared as main without names.

    Raises InputError for one that cannot be.
    """
    words = [word.strip() for name in names for word in name.split(",") if word.strip()]
    money = [path for path in levers() if parameter_registry()[path].unit == MONEY]
    if names and not words:
        cure = f"leave it out for the main ones, or name some of: {', '.join(money)}"
        raise InputError(Problem("names no lever", where="--levers", cure=cure))
    for path in words:
        if path not in parameter_registry():
            raise InputError(Problem("there is no such lever", path, "--levers", suggest(path, money)))
        if path not in money:
            row = parameter_registry()[path]
            what = f"is no lever with a monthly budget ({row.role}, {row.unit})"
            raise InputError(Problem(what, path, "--levers", f"there are: {', '.join(money)}"))
        if not scenario.mechanism(path.partition(".")[0]).on:
            raise InputError(
                Problem("is off, so money there does nothing", path, "--levers", "leave it out, or switch it on")
            )
    usual = (
        path for path in money if parameter_registry()[path].main and scenario.mechanism(path.partition(".")[0]).on
    )
    found = tuple(dict.fromkeys(words or usual))
    if not found:
        raise InputError(Problem("no main lever is on", where="--levers", cure=f"name some of: {', '.join(money)}"))
    return found


def draw_worlds(scenario: Scenario, robust: str | None) -> list[dict[str, float]]:
    """Draw worlds from what is uncertain by a Latin hypercube, on the scenario's seed; today's alone if not robust.

    Raises InputError where nothing is uncertain.
    """
    if robust is None:
        return [{}]
    if not scenario.uncertain:
        cure = "name ranges below `uncertain`, or leave --robust out"
        raise InputError(Problem("nothing is said to be uncertain", "uncertain", "--robust", cure))
    return sample_design("lhs", [read_factor(path, scenario) for path in scenario.uncertain], WORLDS, scenario.seed)


@dataclass(frozen=True, eq=False)
class Selection:
    """Splits valued on other replications than the search's: `gains` (splits, worlds, replications), in the order of
    candidates.

    `index`: which is recommended; `robust`: by which figure the search went.
    """

    splits: Sequence[np.ndarray]
    gains: np.ndarray
    index: int
    robust: str | None

    @property
    def split(self) -> np.ndarray:
        """The split that is recommended."""
        return self.splits[self.index]

    def mean(self, index: int) -> Interval:
        """Return what a candidate earns on the mean: of a world's replications, or of the worlds."""
        return interval(world_means(self.gains[index]))

    def sought(self, index: int) -> Interval:
        """Return the figure of a candidate by which the search went."""
        if self.robust == "worst":
            return worst_tenth_mean(self.gains[index])
        return greatest_regret(self.gains, index) if self.robust == "regret" else self.mean(index)


def select_split(search: Search, valuer: SplitValuer, replications: Sequence[int], robust: str | None) -> Selection:
    """Value the best split of a search anew, and take it if its score there is above that of spending nothing.

    Only these two are chosen between, so that the new replications hardly flatter what is told of the split. Beside
    them are valued the best on the mean, and for a regret the best of each world: what it is told by.

    Args:
        search: Ended.
        valuer: Values splits.
        replications: Their numbers, which the search never met.
        robust: By which figure the search went.
    """
    values = np.stack(search.values)
    best, none = search.best(), np.zeros(search.space.size)
    by_mean = search.splits[int(values.mean(axis=(1, 2)).argmax())]
    rivals = [search.splits[index] for index in dict.fromkeys(values.mean(axis=2).argmax(axis=0))]
    splits = [best, none, by_mean, *(rivals if robust == "regret" else ())]
    gains = valuer.gains(splits, replications)
    scores = search.score(gains)
    is_nothing = best.sum() < HARDLY * search.space.budget * len(set(search.space.groups))
    return Selection(splits, gains, NONE if is_nothing or scores[FOUND] <= scores[NONE] else FOUND, robust)


def make_candidate(spending: BudgetSplit, selection: Selection, index: int) -> Candidate:
    """Return a candidate as its words need it."""
    return Candidate(split_table(spending, selection.splits[index]), selection.mean(index), selection.sought(index))


def split_table(spending: BudgetSplit, best: np.ndarray) -> pd.DataFrame:
    """Return the split's table: a row a lever and period, what is left unspent last."""
    rows = []
    for (path, period), amount in zip(spending.cells, best, strict=True):
        today = spending.today(path)
        rows.append((path, MONEY, period, today, float(amount), today + float(amount), float(amount) / spending.budget))
    for group, period in enumerate(spending.periods):
        used = sum(float(a) for a, g in zip(best, spending.space.groups, strict=True) if g == group)
        left = max(0.0, spending.budget - used)
        rows.append((LEFT, MONEY, period, 0.0, left, left, left / spending.budget))
    return build_frame(rows, SPLIT)


def tried_rows(search: Search, spending: BudgetSplit) -> list[Row]:
    """Return a row for each split of a search, in order."""
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
