"""Money over levers and years as strategies, and what it earns against today's levers on common luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING

from loyaltysim.analysis.discounting import annuity
from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.formats import format_number
from loyaltysim.execution.evaluator import Evaluator, Request
from loyaltysim.experiments.optimise.search import AllocationSpace
from loyaltysim.scenario.registry import levers, parameter_registry, suggest
from loyaltysim.scenario.strategies import Change, Strategy, month_name

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario

MONEY = "$/month"
TODAY = "today's levers"
MOST_TOGETHER = 24


class BudgetSplit:
    """Which levers may get how much more a month, in which periods; `cells[i]` is the lever and period of amount i."""

    def __init__(
        self, spec: Scenario, levers: Sequence[str], budget: float, caps: Mapping[str, float], by_year: bool
    ) -> None:
        self.spec, self.levers, self.budget = spec, tuple(levers), budget
        years = -(-spec.months // 12) if by_year else 1
        self.periods = tuple(f"year {year}" for year in range(1, years + 1)) if by_year else ("all",)
        self.cells = [(path, period) for period in self.periods for path in self.levers]
        groups = tuple(group for group in range(len(self.periods)) for _ in self.levers)
        self.space = AllocationSpace(
            budget, tuple(min(budget, caps.get(path, budget)) for path, _ in self.cells), groups
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the amounts: the lever, and the year where there are several."""
        return tuple(path if len(self.periods) == 1 else f"{path} {period}" for path, period in self.cells)

    def today(self, path: str) -> float:
        """Give what a lever gets today."""
        return float(self.spec.flat()[path])

    def span(self, which: int) -> tuple[int, int]:
        """Give the first and the last month in which amount `which` is spent."""
        if len(self.periods) == 1:
            return 1, self.spec.months
        year = self.space.groups[which]
        return 12 * year + 1, min(12 * (year + 1), self.spec.months)

    def worth_of_a_dollar(self, which: int) -> float:
        """Give the present value of 1 $ a month in amount `which`."""
        return annuity(self.spec.discount_rate, *self.span(which))

    def strategy(self, amounts: Sequence[float]) -> Strategy:
        """Give the strategy that adds these amounts; an amount may be below zero down to what the lever has."""
        changes: dict[str, tuple[Change, ...]] = {}
        for which, ((path, _), amount) in enumerate(zip(self.cells, amounts, strict=True)):
            if amount != 0.0:
                first, last = self.span(which)
                since = month_name(first, self.spec.start) if first > 1 else ""
                until = month_name(last, self.spec.start) if last < self.spec.months else ""
                step = Change(verb="add", amount=float(amount), since=since, until=until)
                changes[path] = (*changes.get(path, ()), step)
        return Strategy(changes=changes)

    def own_splits(self) -> list[np.ndarray]:
        """Give what the scenario's own strategies add to these levers, where that is a split within the limits."""
        import numpy as np

        found = []
        for strategy in self.spec.strategies.values():
            steps = {path: each[0] for path, each in strategy.changes.items() if len(each) == 1}
            if steps and all(
                path in self.levers and step.verb == "add" and step.amount >= 0 for path, step in steps.items()
            ):
                amounts = [steps[path].amount if path in steps else 0.0 for path, _ in self.cells]
                found.append(self.space.inside(np.array(amounts)))
        return found


class SplitValuer:
    """Value splits by what they earn more than today's levers: NPV, paired on common luck, in each world."""

    def __init__(self, evaluator: Evaluator, spending: BudgetSplit, worlds: Sequence[Scenario]) -> None:
        self.spending, self.worlds = spending, list(worlds)
        self._evaluator, self._errors = evaluator, list[str]()

    def gains(self, splits: Sequence[np.ndarray], luck: Sequence[int]) -> np.ndarray:
        """Give gains, float64 (splits, worlds, replications); a world that cannot be is left out, here and later."""
        import numpy as np

        names = [f"split {number}" for number in range(len(splits))]
        plans = {TODAY: Strategy()} | {
            name: self.spending.strategy([float(amount) for amount in split])
            for name, split in zip(names, splits, strict=True)
        }
        pieces = [names[start : start + MOST_TOGETHER] for start in range(0, len(names), MOST_TOGETHER)]
        asks, places = [], []
        for world, spec in enumerate(self.worlds):
            for piece in pieces:
                together = {name: plans[name] for name in (TODAY, *piece)}
                asks.append(Request(spec.model_copy(update={"strategies": together}), tuple(together), tuple(luck)))
                places.append((world, piece))
        found = np.full((len(splits), len(self.worlds), len(luck)), np.nan)
        for answer in self._evaluator.evaluate(asks):
            world, piece = places[answer.number]
            if answer.error:
                self._errors.append(answer.error.partition("\n")[0])
                continue
            today = answer.figures[TODAY]["npv"]
            for name in piece:
                found[names.index(name), world] = answer.figures[name]["npv"] - today
        return self._without_lost_worlds(found)

    def first_error(self) -> str:
        """Return why the first of the worlds that cannot be could not be simulated; empty where all can."""
        return self._errors[0] if self._errors else ""

    def _without_lost_worlds(self, found: np.ndarray) -> np.ndarray:
        import numpy as np

        kept = np.isfinite(found).all(axis=(0, 2))
        if not kept.any():
            raise RunError(self._errors[0] if self._errors else "no world could be simulated")
        self.worlds = [world for world, stays in zip(self.worlds, kept, strict=True) if stays]
        return np.asarray(found[:, kept])


# How much extra money `optimise` may spend: enough to tell by, no more than can ever come back, and room to spend it in.

BUDGET, AT_MOST = "--budget", "--at-most"
ROUNDING = 1e-9


def budget_limits(
    spec: Scenario, budget: float, at_most: Sequence[str], chosen: Sequence[str]
) -> tuple[float, dict[str, float]]:  # fmt: skip
    """Give the budget and the most that each lever may get of it. Raises InputError for what makes no sense."""
    money = read_budget(spec, budget)
    caps = read_caps(at_most, chosen)
    check_room(spec, money, caps, chosen)
    return money, caps


def read_budget(spec: Scenario, budget: float) -> float:
    """Refuse a budget that is none, one too small to tell splits of it from luck, and one that no market could repay."""
    if isinstance(budget, bool) or not isinstance(budget, Real):
        cure = "write a number, the extra money a month, without quotes: budget=20_000"
        raise InputError(Problem(f"{budget!r} is no amount of money", where=BUDGET, cure=cure))
    if not budget > 0.0:
        cure = "write the extra money a month, above 0: --budget 20000; cuts are found with sweep --over LEVER=LOW:HIGH"
        raise InputError(Problem(f"{budget:,.10g} is no extra budget a month", where=BUDGET, cure=cure))
    one, told = spec.market.margin_mean, monthly_amount(spec, budget)
    if budget < one:
        what = f"{told} is less than the margin that one customer brings in ({monthly_amount(spec, one)}), so no split of it can be told from luck"
        cure = f"write {format_number(one)} or more, the extra money a month. {committed_spending(spec)}"
        raise InputError(Problem(what, where=BUDGET, cure=cure))
    most = one * spec.market.people
    if budget > most:
        what = f"{told} is more than the margin of all {spec.market.people:,} people of the market together, were they all customers"
        cure = f"write less than {monthly_amount(spec, most)}; all {spec.market.customers:,} customers bring in {monthly_amount(spec, one * spec.market.customers)} now"
        raise InputError(Problem(what, where=BUDGET, cure=cure))
    return float(budget)


def read_caps(texts: Sequence[str], chosen: Sequence[str]) -> dict[str, float]:
    """Read `LEVER=X`, the most extra money a month that a lever may get."""
    caps = {}
    for text in texts:
        path, sign, raw = (part.strip() for part in text.partition("="))
        if path not in chosen:
            raise InputError(Problem("is not among the levers", path, AT_MOST, suggest(path, chosen)))
        try:
            cap = float(raw.replace("_", "")) if sign else -1.0
        except ValueError:
            cap = -1.0
        if not 0.0 <= cap <= 1e12:
            raise InputError(Problem(f"{raw or 'nothing'} is no amount", path, AT_MOST, f"write --at-most {path}=8000"))
        caps[path] = cap
    return caps


def check_room(spec: Scenario, budget: float, caps: Mapping[str, float], chosen: Sequence[str]) -> None:
    """Refuse a budget of which the limits would leave a part unspent, whatever it earned."""
    room = sum(caps.get(path, budget) for path in chosen)
    if room < budget * (1.0 - ROUNDING):
        what = f"the limits let {monthly_amount(spec, room)} be spent, and the budget is {monthly_amount(spec, budget)}"
        lower = f", or write --budget {format_number(room)}" if room >= spec.market.margin_mean else ""
        raise InputError(Problem(what, where=AT_MOST, cure=f"raise a limit, name further --levers{lower}"))


def committed_spending(spec: Scenario) -> str:
    """Say what today's levers cost, which the budget comes on top of."""
    today = {path: float(spec.flat()[path]) for path in levers() if parameter_registry()[path].unit == MONEY}
    spent = {path: money for path, money in today.items() if money and spec.mechanism(path.partition(".")[0]).on}
    told = ", ".join(f"{path} {format_number(money)}" for path, money in spent.items())
    return (
        f"It comes on top of what today's levers cost: {monthly_amount(spec, sum(spent.values()))} ({told})."
        if spent
        else "Today's levers cost nothing."
    )


def monthly_amount(spec: Scenario, money: float) -> str:
    """Write an amount a month in the scenario's currency."""
    return f"{format_number(money)} {spec.currency} a month"
