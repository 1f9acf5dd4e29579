"""Split money over levers so that it earns most: a global search, then steps toward equal marginal values.

What is split and how it is valued is the caller's: `evaluate` takes splits and gives a value for each replication, all
on common luck. The global search is optuna's tree-structured Parzen estimator, over the simplex of shares with the
money not spent as one of them. The steps use central differences: a separable quadratic model of the value within a
trust region, maximised under the limits by scipy's SLSQP. At the best split no lever earns more at the margin than
another that is in use.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from loyaltysim.core.lazy import np
from loyaltysim.stats.ranking import lower_tail

ROUNDS, BATCH, STEPS = 4, 10, 4
"""Rounds of the global search, splits in each, and steps of the local one."""
STEP, TRUST, SMALLEST = 0.1, 0.35, 0.01
"""Shares of the budget: of a central difference, of a first step's reach, and below which steps are not worth taking.
"""
NOTHING = 1e-6
"""A share of the budget that is none: what a solver leaves over."""


@dataclass(frozen=True)
class AllocationSpace:
    """What may be spent: amounts (k,), each from 0 to its cap, and of each group (a year) together at most its budget.

    `groups[i]` is the number of the group that amount i belongs to. A step is a share of the budget (`step`).
    """

    budget: float
    caps: tuple[float, ...]
    groups: tuple[int, ...]
    step: float = STEP

    @property
    def size(self) -> int:
        """How many amounts there are."""
        return len(self.caps)

    def clip(self, amounts: np.ndarray) -> np.ndarray:
        """Return the amounts brought into the limits: cut to the caps, and each group scaled down to its budget."""
        split = np.clip(amounts, 0.0, self.caps)
        split[split < NOTHING * self.budget] = 0.0
        groups = np.array(self.groups)
        for group in set(self.groups):
            total = float(split[groups == group].sum())
            if total > self.budget:
                split[groups == group] *= self.budget / total
        return np.asarray(split)

    def from_shares(self, shares: Sequence[float]) -> np.ndarray:
        """Return the split that shares (each 0 to 1) stand for: what is left of a budget is cut like a stick."""
        split, left = np.zeros(self.size), dict.fromkeys(self.groups, self.budget)
        for i, (group, behind) in enumerate(zip(self.groups, self.amounts_behind, strict=True)):
            part = 1.0 - (1.0 - min(shares[i], 1.0)) ** (1.0 / (behind + 1))
            split[i] = min(left[group] * part, self.caps[i])
            left[group] -= split[i]
        return split

    def to_shares(self, split: np.ndarray) -> list[float]:
        """Return the shares that stand for a split: `from_shares` undone."""
        shares, left = [], dict.fromkeys(self.groups, self.budget)
        for i, (group, behind) in enumerate(zip(self.groups, self.amounts_behind, strict=True)):
            part = min(1.0, max(0.0, split[i] / left[group])) if left[group] > 0 else 0.0
            shares.append(1.0 - (1.0 - part) ** (behind + 1))
            left[group] -= split[i]
        return shares

    @property
    def amounts_behind(self) -> list[int]:
        """How many amounts of its own group follow each amount."""
        return [self.groups[i + 1 :].count(group) for i, group in enumerate(self.groups)]


Evaluate = Callable[[Sequence["np.ndarray"]], "np.ndarray"]
"""Values splits: float64 (number of splits, replications...), on common luck."""
Score = Callable[["np.ndarray"], "np.ndarray"]
"""Turns values (splits, ...) into one figure a split (splits,)."""


def mean_score(values: np.ndarray) -> np.ndarray:
    """Score splits by their mean."""
    return np.asarray(values.reshape(len(values), -1).mean(axis=1))


@dataclass(eq=False)
class Search:
    """A search through a space.

    `evaluate` values splits, `score` makes one figure of each value; `callback` is called whenever splits have been
    evaluated. `splits`, `values`: all that were, in order.
    """

    space: AllocationSpace
    evaluate: Evaluate
    score: Score = mean_score
    seed: int = 0
    callback: Callable[[Search], None] = lambda search: None
    splits: list[np.ndarray] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)

    def best(self) -> np.ndarray:
        """Return the split of the highest score so far, float64 (k,)."""
        return self.splits[int(np.argmax(self.scores()))]

    def scores(self) -> np.ndarray:
        """Return the score of each split so far, float64 (n,), all scored together: a regret is against all of them."""
        return self.score(np.stack(self.values))

    def run(self, first: Sequence[np.ndarray] = ()) -> np.ndarray:
        """Search the whole space, then step toward equal marginal values.

        Args:
            first: Splits to begin with, beside the corners of the space.

        Returns:
            The best split, float64 (k,).
        """
        self.global_search([*first, *corner_splits(self.space)])
        self.local_search()
        return self.best()

    def global_search(self, first: Sequence[np.ndarray], rounds: int = ROUNDS) -> None:
        """Evaluate the first splits, then what optuna proposes, a batch at a time."""
        import optuna

        self.try_all(first)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                seed=self.seed, multivariate=True, constant_liar=True, n_startup_trials=0
            )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        shares: dict[str, optuna.distributions.BaseDistribution] = {
            f"share {i}": optuna.distributions.FloatDistribution(0.0, 1.0) for i in range(self.space.size)
        }
        for split, score in zip(self.splits, self.scores(), strict=True):
            known = {name: float(share) for name, share in zip(shares, self.space.to_shares(split), strict=True)}
            study.add_trial(optuna.trial.create_trial(params=known, distributions=shares, value=float(score)))
        for _ in range(rounds):
            trials = [study.ask(shares) for _ in range(BATCH)]
            self.try_all([self.space.from_shares([trial.params[name] for name in shares]) for trial in trials])
            for trial, score in zip(trials, self.scores()[-BATCH:], strict=True):
                study.tell(trial, float(score))

    def local_search(self, steps: int = STEPS) -> None:
        """Step from the best split along the marginal values until a step gains nothing worth having."""
        reach, width = TRUST * self.space.budget, self.space.step * self.space.budget
        for _ in range(steps):
            here = self.best()
            slope, bend = self.slopes(here, width)
            move = self.best_move(here, slope, bend, reach)
            far = float(np.abs(move).max())
            if far > 0.0:
                self.try_all([self.space.clip(here + part * move) for part in (0.5, 1.0)])
            if far < width or np.array_equal(self.best(), here):  # near the best, or misled: look closer
                width, reach = width / 2, reach / 2
            if width < SMALLEST * self.space.budget:
                return

    def try_all(self, splits: Sequence[np.ndarray]) -> None:
        """Evaluate splits together, and remember them."""
        if len(splits):
            self.values += list(self.evaluate(splits))
            self.splits += list(splits)
            self.callback(self)

    def slopes(self, here: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the slope and the curvature of the score in each amount, float64 (k,), by central differences `width`
        apart."""
        sides = [spending_side(here, i, width) for i in range(self.space.size)]
        splits = [split for side in sides for split in side]
        scores = self.score(np.concatenate([np.stack(self.values), self.evaluate(splits)]))[-len(splits) :]
        slope, bend = np.zeros(self.space.size), np.zeros(self.space.size)
        for i, (low, middle, high) in enumerate(sides):
            bottom, between, top = scores[3 * i : 3 * i + 3]
            half = (high[i] - low[i]) / 2
            bend[i] = (top - 2 * between + bottom) / half**2
            slope[i] = (top - bottom) / (2 * half) + bend[i] * (here[i] - middle[i])
        return slope, bend

    def best_move(self, here: np.ndarray, slope: np.ndarray, bend: np.ndarray, reach: float) -> np.ndarray:
        """Return the move, float64 (k,), that maximises the quadratic model within reach and within the limits."""
        from scipy.optimize import LinearConstraint, minimize

        budget, unit = self.space.budget, max(float(np.abs(slope).max()), 1e-300)
        gain, curve = slope / unit, np.minimum(bend * budget / unit, -1e-3)
        groups = np.array(self.space.groups)
        rows = np.array([groups == group for group in sorted(set(self.space.groups))], dtype=float)
        room = np.maximum(1.0 - rows @ (here / budget), 0.0)
        low = np.maximum(-reach, -here) / budget
        high = np.minimum(reach, np.array(self.space.caps) - here) / budget
        solution = minimize(
            lambda move: -float(gain @ move + 0.5 * curve @ move**2),
            np.zeros(self.space.size),
            jac=lambda move: -(gain + curve * move),
            bounds=list(zip(low, np.maximum(high, low), strict=True)),
            constraints=[LinearConstraint(rows, -np.inf, room)],
            method="SLSQP",
        )
        return np.asarray(solution.x * budget) if solution.success else np.zeros(self.space.size)


def spending_side(here: np.ndarray, index: int, width: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return three splits along one amount, a width apart: around it, or from 0 where it is less than that."""
    middle = here.copy()
    middle[index] = max(here[index], width)
    low, high = middle.copy(), middle.copy()
    low[index] -= width
    high[index] += width
    return low, middle, high


def corner_splits(space: AllocationSpace) -> list[np.ndarray]:
    """Return the splits that every search begins with: nothing, all into one lever, and equal parts."""
    count = space.groups.count(space.groups[0])
    splits = [np.zeros(space.size)]
    for lever in range(count):
        splits.append(space.clip(np.array([space.budget * float(i % count == lever) for i in range(space.size)])))
    return [*splits, space.clip(np.full(space.size, space.budget / count))]


def shortfall(values: np.ndarray, share: float = 0.1) -> np.ndarray:
    """Score splits by the mean of the worst share of the worlds: values (splits, worlds, replications)."""
    return lower_tail(values.mean(axis=2), share)


def least_regret(values: np.ndarray) -> np.ndarray:
    """Score splits by less their greatest regret over the worlds, against the best of all: values (splits, worlds,
    replications)."""
    worlds = values.mean(axis=2)
    return np.asarray(-(worlds.max(axis=0) - worlds).max(axis=1))
