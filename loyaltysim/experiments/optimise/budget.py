"""A budget over levers and years: how much there may be, a split of it as a strategy, and what a split earns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING

from loyaltysim.core.discounting import annuity
from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.formats import format_number
from loyaltysim.core.lazy import np
from loyaltysim.execution.evaluator import Evaluator, Request
from loyaltysim.experiments.optimise.search import AllocationSpace
from loyaltysim.scenario.registry import levers, parameter_registry, suggest
from loyaltysim.scenario.strategies import Change, Strategy, month_name

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

MONEY = "$/month"
TODAY = "today's levers"
BATCH_SIZE = 24
"""Splits in one request, so that a task stays about a second long and several workers have one."""
BUDGET, AT_MOST = "--budget", "--at-most"
ROUNDING = 1e-9
"""A share of the budget by which limits may fall short of it."""


class BudgetSplit:
    """Which levers may get how much more a month, in which periods; `cells[i]` is the lever and period of amount i."""

    def __init__(
        self, scenario: Scenario, levers: Sequence[str], budget: float, caps: Mapping[str, float], by_year: bool
    ) -> None:
        self.scenario, self.levers, self.budget = scenario, tuple(levers), budget
        years = -(-scenario.months // 12) if by_year else 1
        self.periods = tuple(f"year {year}" for year in range(1, years + 1)) if by_year else ("all",)
        self.cells = [(path, period) for period in self.periods for path in self.levers]
        groups = tuple(group for group in range(len(self.periods)) for _ in self.levers)
        self.space = AllocationSpace(
            budget, tuple(min(budget, caps.get(path, budget)) for path, _ in self.cells), groups
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the amounts: the lever, and the year where there are several."""
        return tuple(path if len(self.periods) == 1 else f"{path} {period}" for path, period in self.cells)

    def today(self, path: str) -> float:
        """Return what a lever gets today, $/month."""
        return float(self.scenario.flat()[path])

    def span(self, index: int) -> tuple[int, int]:
        """Return the first and the last month in which amount `index` is spent."""
        if len(self.periods) == 1:
            return 1, self.scenario.months
        year = self.space.groups[index]
        return 12 * year + 1, min(12 * (year + 1), self.scenario.months)

    def worth_of_a_dollar(self, index: int) -> float:
        """Return the present value of 1 $ a month in amount `index`."""
        return annuity(self.scenario.discount_rate, *self.span(index))

    def strategy(self, amounts: Sequence[float]) -> Strategy:
        """Return the strategy that adds these amounts; an amount may be below zero down to what the lever has."""
        changes: dict[str, tuple[Change, ...]] = {}
        for index, ((path, _), amount) in enumerate(zip(self.cells, amounts, strict=True)):
            if amount != 0.0:
                first, last = self.span(index)
                since = month_name(first, self.scenario.start) if first > 1 else ""
                until = month_name(last, self.scenario.start) if last < self.scenario.months else ""
                step = Change(verb="add", amount=float(amount), since=since, until=until)
                changes[path] = (*changes.get(path, ()), step)
        return Strategy(changes=changes)

    def own_splits(self) -> list[np.ndarray]:
        """Return what the scenario's own strategies add to these levers, where that is a split within the limits."""
        splits = []
        for strategy in self.scenario.strategies.values():
            steps = {path: each[0] for path, each in strategy.changes.items() if len(each) == 1}
            if steps and all(
                path in self.levers and step.verb == "add" and step.amount >= 0 for path, step in steps.items()
            ):
                amounts = [steps[path].amount if path in steps else 0.0 for path, _ in self.cells]
                splits.append(self.space.clip(np.array(amounts)))
        return splits


class SplitValuer:
    """Values splits by what they earn more than today's levers: NPV, paired by replication, in each world.

    `worlds`: the scenarios, of which those that cannot be simulated are left out once that is known.
    """

    def __init__(self, evaluator: Evaluator, spending: BudgetSplit, worlds: Sequence[Scenario]) -> None:
        self.spending, self.worlds = spending, list(worlds)
        self._evaluator, self._errors = evaluator, list[str]()

    def gains(self, splits: Sequence[np.ndarray], replications: Sequence[int]) -> np.ndarray:
        """Simulate splits in every world.

        Args:
            splits: Amounts, (k,) each.
            replications: Their numbers, the same for every split and world.

        Returns:
            Gains, float64 (splits, worlds, replications); a world that cannot be is left out, here and later.

        Raises:
            RunError: Where no world could be simulated.
        """
        names = [f"split {number}" for number in range(len(splits))]
        strategies = {TODAY: Strategy()} | {
            name: self.spending.strategy([float(amount) for amount in split])
            for name, split in zip(names, splits, strict=True)
        }
        batches = [names[start : start + BATCH_SIZE] for start in range(0, len(names), BATCH_SIZE)]
        requests, places = [], []
        for world, scenario in enumerate(self.worlds):
            for batch in batches:
                together = {name: strategies[name] for name in (TODAY, *batch)}
                market = scenario.model_copy(update={"strategies": together})
                requests.append(Request(market, tuple(together), tuple(replications)))
                places.append((world, batch))
        gains = np.full((len(splits), len(self.worlds), len(replications)), np.nan)
        for response in self._evaluator.evaluate(requests):
            world, batch = places[response.number]
            if response.error:
                self._errors.append(response.error.partition("\n")[0])
                continue
            today = response.figures[TODAY]["npv"]
            for name in batch:
                gains[names.index(name), world] = response.figures[name]["npv"] - today
        possible = np.isfinite(gains).all(axis=(0, 2))
        if not possible.any():
            raise RunError(self.first_error() or "no world could be simulated")
        self.worlds = [world for world, is_possible in zip(self.worlds, possible, strict=True) if is_possible]
        return np.asarray(gains[:, possible])

    def first_error(self) -> str:
        """Return why the first of the worlds that cannot be could not be simulated; empty where all can."""
        return self._errors[0] if self._errors else ""


def budget_limits(
    scenario: Scenario, budget: float, at_most: Sequence[str], chosen: Sequence[str]
) -> tuple[float, dict[str, float]]:
    """Return the budget and the most that each lever may get of it, $/month.

    Args:
        scenario: What the money is spent in.
        budget: The extra money a month.
        at_most: `LEVER=X`, one a lever.
        chosen: The levers.

    Raises:
        InputError: For what makes no sense.
    """
    money = read_budget(scenario, budget)
    caps = read_caps(at_most, chosen)
    check_room(scenario, money, caps, chosen)
    return money, caps


def read_budget(scenario: Scenario, budget: float) -> float:
    """Refuse a budget that is none, one too small to tell splits of it from luck, and one that no market could repay.

    Raises InputError.
    """
    if isinstance(budget, bool) or not isinstance(budget, Real):
        cure = "write a number, the extra money a month, without quotes: budget=20_000"
        raise InputError(Problem(f"{budget!r} is no amount of money", where=BUDGET, cure=cure))
    if not budget > 0.0:
        cure = "write the extra money a month, above 0: --budget 20000; cuts are found with sweep --over LEVER=LOW:HIGH"
        raise InputError(Problem(f"{budget:,.10g} is no extra budget a month", where=BUDGET, cure=cure))
    margin, amount = scenario.market.margin_mean, monthly_amount(scenario, budget)
    if budget < margin:
        each = monthly_amount(scenario, margin)
        what = f"{amount} is less than the margin that one customer brings in ({each})"
        what += ", so no split of it can be told from luck"
        cure = f"write {format_number(margin)} or more, the extra money a month. {committed_spending(scenario)}"
        raise InputError(Problem(what, where=BUDGET, cure=cure))
    most = margin * scenario.market.people
    if budget > most:
        customers, everyone = scenario.market.customers, f"all {scenario.market.people:,} people of the market"
        what = f"{amount} is more than the margin of {everyone} together, were they all customers"
        now = f"all {customers:,} customers bring in {monthly_amount(scenario, margin * customers)} now"
        cure = f"write less than {monthly_amount(scenario, most)}; {now}"
        raise InputError(Problem(what, where=BUDGET, cure=cure))
    return float(budget)


def read_caps(texts: Sequence[str], chosen: Sequence[str]) -> dict[str, float]:
    """Read `LEVER=X`, the most extra money a month that a lever may get. Raises InputError."""
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


def check_room(scenario: Scenario, budget: float, caps: Mapping[str, float], chosen: Sequence[str]) -> None:
    """Refuse a budget of which the limits would leave a part unspent, whatever it earned. Raises InputError."""
    room = sum(caps.get(path, budget) for path in chosen)
    if room < budget * (1.0 - ROUNDING):
        asked = monthly_amount(scenario, budget)
        what = f"the limits let {monthly_amount(scenario, room)} be spent, and the budget is {asked}"
        lower = f", or write --budget {format_number(room)}" if room >= scenario.market.margin_mean else ""
        raise InputError(Problem(what, where=AT_MOST, cure=f"raise a limit, name further --levers{lower}"))


def committed_spending(scenario: Scenario) -> str:
    """Say what today's levers cost, which the budget comes on top of."""
    today = {path: float(scenario.flat()[path]) for path in levers() if parameter_registry()[path].unit == MONEY}
    spent = {path: money for path, money in today.items() if money and scenario.mechanism(path.partition(".")[0]).on}
    told = ", ".join(f"{path} {format_number(money)}" for path, money in spent.items())
    return (
        f"It comes on top of what today's levers cost: {monthly_amount(scenario, sum(spent.values()))} ({told})."
        if spent
        else "Today's levers cost nothing."
    )


def monthly_amount(scenario: Scenario, money: float) -> str:
    """Write an amount a month in the scenario's currency."""
    return f"{format_number(money)} {scenario.currency} a month"
