"""The best split of a budget over levers, and what the next dollar in each returns."""

from __future__ import annotations

from loyaltysim.experiments.optimise.optimise import Question

__all__ = ["Question"]
