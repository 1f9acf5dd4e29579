"""A simulator's figures as a polynomial of its uncertain inputs, and how much of their spread each input brings about.

Inputs are spread evenly over their ranges, scaled to -1..1. The polynomial is a chaos expansion in Legendre
polynomials, orthonormal for such inputs, so that shares of variance are sums of squared coefficients (Sudret 2008). It
is fitted by least squares with a small ridge; leave-one-out residuals say how good it is. Intervals come from refitting
on resampled points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from loyaltysim.core.lazy import np

Term = tuple[int, ...]
"""The degree of each input in a term."""
RIDGE = 1e-6
RESAMPLES = 300


def terms(inputs: int, degree: int, crossed: Sequence[int] = ()) -> list[Term]:
    """Return the terms of a polynomial: each input alone up to a degree, and the products of the crossed ones up to
    it.
    """
    found = [tuple([0] * inputs)]
    for i in range(inputs):
        found += [tuple(power if j == i else 0 for j in range(inputs)) for power in range(1, degree + 1)]
    for size in range(2, degree + 1):
        for chosen in combinations(sorted(crossed), size):
            found.append(tuple(int(j in chosen) for j in range(inputs)))
    return found


def basis(x: np.ndarray, chosen: Sequence[Term]) -> np.ndarray:
    """Evaluate orthonormal terms at points x (m, k), scaled to -1..1: float64, (m, number of terms)."""
    highest = max(max(term) for term in chosen)
    each = np.stack(
        [np.polynomial.legendre.legval(x, [0.0] * power + [np.sqrt(2 * power + 1)]) for power in range(highest + 1)],
        axis=2,
    )
    columns = [np.prod([each[:, i, power] for i, power in enumerate(term)], axis=0) for term in chosen]
    return np.stack(columns, axis=1)


@dataclass(frozen=True, eq=False)
class PolynomialSurrogate:
    """A fitted polynomial: its terms, coefficients (terms, outputs) and how well it foretells points left out
    (outputs,), the predictive R2."""

    terms: tuple[Term, ...]
    weights: np.ndarray
    q2: np.ndarray

    def at(self, x: np.ndarray) -> np.ndarray:
        """Return the outputs at points x (m, k): float64, (m, outputs)."""
        return np.asarray(basis(x, self.terms) @ self.weights)


def fit_surrogate(x: np.ndarray, y: np.ndarray, chosen: Sequence[Term]) -> PolynomialSurrogate:
    """Fit a polynomial to points x (m, k) in -1..1 with outputs y (m, outputs), m above the number of terms."""
    design = basis(x, chosen)
    gram = design.T @ design + RIDGE * len(x) * np.eye(len(chosen))
    solver = np.linalg.solve(gram, design.T)
    weights = solver @ y
    leverage = np.minimum(np.einsum("ij,ji->i", design, solver), 0.999)
    left_out = (y - design @ weights) / (1.0 - leverage)[:, None]
    spread = np.var(y, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        q2 = np.where(spread > 0, 1.0 - np.mean(left_out**2, axis=0) / spread, 1.0)
    return PolynomialSurrogate(tuple(chosen), weights, q2)


def sobol_shares(weights: np.ndarray, chosen: Sequence[Term]) -> tuple[np.ndarray, np.ndarray]:
    """Return Sobol's first-order and total shares of variance of one output, each (k,), from its coefficients
    (terms,).
    """
    inputs = len(chosen[0])
    squares = np.square(weights)
    used = np.array([[power > 0 for power in term] for term in chosen])
    total = float(squares[used.any(axis=1)].sum())
    if total <= 0.0:
        return np.zeros(inputs), np.zeros(inputs)
    alone = used.sum(axis=1) == 1
    first = [float(squares[used[:, i] & alone].sum()) / total for i in range(inputs)]
    whole = [float(squares[used[:, i]].sum()) / total for i in range(inputs)]
    return np.array(first), np.array(whole)


def resampled_shares(
    x: np.ndarray, y: np.ndarray, chosen: Sequence[Term], seed: int, times: int = RESAMPLES
) -> tuple[np.ndarray, np.ndarray]:
    """Return first-order and total shares of one output y (m,) from resampled points: two of float64, (times, k)."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(times):
        rows = rng.integers(0, len(x), len(x))
        found.append(sobol_shares(fit_surrogate(x[rows], y[rows, None], chosen).weights[:, 0], chosen))
    return np.stack([each[0] for each in found]), np.stack([each[1] for each in found])
