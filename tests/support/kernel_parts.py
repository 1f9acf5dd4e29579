"""Calling from a test what only kernels call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

from loyaltysim.kernels import rng


def from_python(part: Callable[..., Any]) -> Callable[..., Any]:
    """Give a part as something that Python can call."""

    @njit
    def call(*arguments: Any) -> Any:
        return part(*arguments)

    return call  # type: ignore[no-any-return]


person, share, high, below = map(from_python, (rng.person, rng.to_share, rng.high, rng.below))
