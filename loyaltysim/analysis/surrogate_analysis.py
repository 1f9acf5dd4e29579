"""What moves a recommendation and what turns it, from polynomials of the gains over the uncertain inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loyaltysim.core.lazy import np
from loyaltysim.stats.surrogate import PolynomialSurrogate, fit_surrogate, resampled_shares, sobol_shares, terms

DRAWS, STEPS = 20_000, 81
MOST_CROSSED = 4
GOOD_Q2, LEAST_Q2 = 0.7, 0.5
"""Shares of variance foretold at points left out: below the first the polynomial is called poor, below the second not
used."""
SENSITIVITY = (
    "path", "unit", "low", "high", "today", "morris_mu_star", "morris_ci_half_width", "morris_sigma", "sobol_first",
    "sobol_first_ci_low", "sobol_first_ci_high", "sobol_total", "sobol_total_ci_low", "sobol_total_ci_high",
    "difference_at_low", "difference_at_high", "turns_at", "turns_to", "worth_knowing",
)  # fmt: skip
"""The columns of a sensitivity study's table."""


@dataclass(frozen=True, eq=False)
class SurrogateResult:
    """What is found of k inputs, on the scale -1..1: shares of the deciding difference's variance, turns, worth.

    `first`, `total` with the ends of their 95 % intervals: Sobol's shares; `low_gain`, `high_gain`: the deciding
    difference with this input at its ends and the others as today; `turns_at`: where nearest to today it turns the
    recommendation, NaN if nowhere, and to what (`turns_to`); `worth_knowing`: what knowing this input alone would earn
    on average; `worth_knowing_all`: what knowing all would. `chance_best`: how often each strategy is the best over all
    inputs. `q2`: how much of the difference's variance the polynomial foretells at points left out.
    """

    pair: tuple[str, str]
    effects: Mapping[str, np.ndarray]
    first: np.ndarray
    first_low: np.ndarray
    first_high: np.ndarray
    total: np.ndarray
    total_low: np.ndarray
    total_high: np.ndarray
    low_gain: np.ndarray
    high_gain: np.ndarray
    turns_at: np.ndarray
    turns_to: tuple[str, ...]
    worth_knowing: np.ndarray
    worth_knowing_all: float
    chance_best: Mapping[str, float]
    q2: float

    @property
    def is_good(self) -> bool:
        """Whether the polynomial foretells so much that its shares can be taken at their word."""
        return self.q2 >= GOOD_Q2

    @property
    def is_usable(self) -> bool:
        """Whether it foretells enough to tell what turns the recommendation, and what knowing an input is worth."""
        return self.q2 >= LEAST_Q2


def analyse_surrogate(
    x: np.ndarray,
    gains: Mapping[str, np.ndarray],
    today: np.ndarray,
    gains_today: Mapping[str, float],
    effects: Mapping[str, np.ndarray],
    seed: int,
) -> SurrogateResult:
    """Fit polynomials to gains (m,) by strategy at points x (m, k), and read from them what moves and what turns.

    `today`: the scenario's own inputs (k,); `gains_today`: the strategies' gains there, of which the highest two
    decide.
    """
    names = tuple(gains)
    order = sorted(names, key=lambda name: -gains_today[name])
    best, second = order[:2]
    chosen = choose_terms(x, effects)
    together = np.stack([gains[name] for name in names], axis=1)
    emulator = fit_surrogate(x, together, chosen)
    difference = gains[best] - gains[second]
    deciding = fit_surrogate(x, difference[:, None], chosen)
    first, total = sobol_shares(deciding.weights[:, 0], chosen)
    first_draws, total_draws = resampled_shares(x, difference, chosen, seed)
    turns = [find_switch(emulator, names, today, i, best) for i in range(x.shape[1])]
    ends = [compute_end_gains(deciding, today, i) for i in range(x.shape[1])]
    knowing, everything, chances = value_of_knowing(emulator, names, x.shape[1], seed)
    return SurrogateResult(
        pair=(best, second),
        effects=effects,
        first=first,
        first_low=np.quantile(first_draws, 0.025, axis=0),
        first_high=np.quantile(first_draws, 0.975, axis=0),
        total=total,
        total_low=np.quantile(total_draws, 0.025, axis=0),
        total_high=np.quantile(total_draws, 0.975, axis=0),
        low_gain=np.array([each[0] for each in ends]),
        high_gain=np.array([each[1] for each in ends]),
        turns_at=np.array([each[0] for each in turns]),
        turns_to=tuple(each[1] for each in turns),
        worth_knowing=knowing,
        worth_knowing_all=everything,
        chance_best=chances,
        q2=float(deciding.q2[0]),
    )


def choose_terms(x: np.ndarray, effects: Mapping[str, np.ndarray]) -> list[tuple[int, ...]]:
    """Choose squares of all inputs and products of those that Morris puts first, as many as the points can carry."""
    inputs = x.shape[1]
    size = np.nan_to_num(effects["mu_star"], nan=0.0)
    important = [int(i) for i in np.argsort(-size)]
    for crossed in range(min(MOST_CROSSED, inputs), 1, -1):
        chosen = terms(inputs, 2, important[:crossed])
        if 2 * len(chosen) <= len(x):
            return chosen
    return terms(inputs, 2) if 2 * (2 * inputs + 1) <= len(x) else terms(inputs, 1)


def compute_end_gains(deciding: PolynomialSurrogate, today: np.ndarray, which: int) -> tuple[float, float]:
    """Return the deciding difference with one input at its low and at its high end, the others as today."""
    points = np.array([today, today])
    points[:, which] = (-1.0, 1.0)
    low, high = deciding.at(points)[:, 0]
    return float(low), float(high)


def find_switch(
    emulator: PolynomialSurrogate, names: tuple[str, ...], today: np.ndarray, which: int, best: str
) -> tuple[float, str]:
    """Return the value nearest to today's at which another comes first, and which; NaN and nothing if none does."""
    line = np.linspace(-1.0, 1.0, STEPS)
    points = np.tile(today, (STEPS, 1))
    points[:, which] = line
    winners = np.argmax(emulator.at(points), axis=1)
    others = np.flatnonzero(winners != names.index(best))
    if not len(others):
        return float("nan"), ""
    nearest = int(others[np.argmin(np.abs(line[others] - today[which]))])
    return float(line[nearest]), names[int(winners[nearest])]


def value_of_knowing(
    emulator: PolynomialSurrogate, names: tuple[str, ...], inputs: int, seed: int
) -> tuple[np.ndarray, float, dict[str, float]]:
    """Return the expected value of knowing each input alone (inputs,), of knowing all, and how often each name is best.

    Knowing input i is worth the mean over i of the best strategy's expected gain, less the expected gain of the
    strategy that is best on the whole (the expected value of partial perfect information). The other inputs' means are
    exact: all terms that hold another input average to nothing.
    """
    luck = np.random.default_rng(seed)
    x = luck.uniform(-1.0, 1.0, (DRAWS, inputs))
    gains = emulator.at(x)
    ignorant = float(emulator.weights[0].max())
    everything = max(0.0, float(gains.max(axis=1).mean()) - ignorant)
    best = np.bincount(np.argmax(gains, axis=1), minlength=len(names)) / DRAWS
    knowing = []
    for i in range(inputs):
        alone = [row for row, term in enumerate(emulator.terms) if not any(p for j, p in enumerate(term) if j != i)]
        some = PolynomialSurrogate(tuple(emulator.terms[row] for row in alone), emulator.weights[alone], emulator.q2)
        line = np.zeros((2_001, inputs))
        line[:, i] = np.linspace(-1.0, 1.0, 2_001)
        knowing.append(max(0.0, float(np.mean(some.at(line).max(axis=1))) - ignorant))
    return np.array(knowing), everything, dict(zip(names, map(float, best), strict=True))
