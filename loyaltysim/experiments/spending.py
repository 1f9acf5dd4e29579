"""Money over levers and years as strategies, and what it earns against today's levers on common luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from loyaltysim.analysis.discounting import annuity
from loyaltysim.core.errors import RunError
from loyaltysim.execution.evaluator import Evaluator, Request
from loyaltysim.experiments.allocation import Space
from loyaltysim.scenario.strategies import Change, Strategy, month_name

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario

MONEY = "$/month"
TODAY = "today's levers"
MOST_TOGETHER = 24


class Spending:
    """Which levers may get how much more a month, in which periods; `cells[i]` is the lever and period of amount i."""

    def __init__(
        self, spec: Scenario, levers: Sequence[str], budget: float, caps: Mapping[str, float], by_year: bool
    ) -> None:
        self.spec, self.levers, self.budget = spec, tuple(levers), budget
        years = -(-spec.months // 12) if by_year else 1
        self.periods = tuple(f"year {year}" for year in range(1, years + 1)) if by_year else ("all",)
        self.cells = [(path, period) for period in self.periods for path in self.levers]
        groups = tuple(group for group in range(len(self.periods)) for _ in self.levers)
        self.space = Space(budget, tuple(min(budget, caps.get(path, budget)) for path, _ in self.cells), groups)

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


class Valuer:
    """Value splits by what they earn more than today's levers: NPV, paired on common luck, in each world."""

    def __init__(self, lab: Evaluator, spending: Spending, worlds: Sequence[Scenario]) -> None:
        self.spending, self.worlds = spending, list(worlds)
        self._lab, self._all, self._errors = lab, len(worlds), list[str]()

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
        for answer in self._lab.answers(asks):
            world, piece = places[answer.number]
            if answer.error:
                self._errors.append(answer.error.partition("\n")[0])
                continue
            today = answer.figures[TODAY]["npv"]
            for name in piece:
                found[names.index(name), world] = answer.figures[name]["npv"] - today
        return self._without_lost_worlds(found)

    def lost(self) -> str:
        """Say how many of the drawn worlds cannot be, and why; empty where all can."""
        gone = self._all - len(self.worlds)
        return f"{gone} of {self._all} drawn worlds are of no possible market: {self._errors[0]}." if gone else ""

    def _without_lost_worlds(self, found: np.ndarray) -> np.ndarray:
        import numpy as np

        kept = np.isfinite(found).all(axis=(0, 2))
        if not kept.any():
            raise RunError(self._errors[0] if self._errors else "no world could be simulated")
        self.worlds = [world for world, stays in zip(self.worlds, kept, strict=True) if stays]
        return np.asarray(found[:, kept])
