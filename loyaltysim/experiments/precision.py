"""Add replications until the answer is settled, by a rule that holds however often one looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments.defaults import MOST_REPLICATIONS
from loyaltysim.stats.sequential import SequentialVerdict, is_decided, is_precise, look_schedule

if TYPE_CHECKING:
    import numpy as np

CURE = "write --precision 2% (or 0.02): the half-width allowed, as a share of the best strategy's NPV"


@dataclass(frozen=True)
class Rule:
    """When a study may stop: the deciding difference known to within `share` of the best's NPV (0: not asked), the best
    told from all others (`until_decided`), at the latest after `most` replications."""

    share: float = 0.0
    until_decided: bool = False
    most: int = MOST_REPLICATIONS

    def look(self, worth: Mapping[str, np.ndarray]) -> SequentialVerdict:
        """Judge the figures so far: settled when everything that was asked for is."""
        verdicts = []
        if self.share:
            verdicts.append(is_precise(worth, self.share))
        if self.until_decided and len(worth) > 1:
            verdicts.append(is_decided(worth))
        elif self.until_decided:  # all runs of the others failed so far
            verdicts.append(replace(is_precise(worth, self.share), settled=False))
        last = verdicts[-1]
        return SequentialVerdict(last.best, last.second, last.difference, all(verdict.settled for verdict in verdicts))

    def plain(self) -> dict[str, Any]:
        """Give the rule as the manifest holds it."""
        return {"share": self.share, "until_decided": self.until_decided, "most": self.most}


Look = Callable[[Any], tuple[int, Mapping[str, "np.ndarray"]]]
"""Simulates all runs of a scenario; gives how many an earlier study had made, and each strategy's NPV, float64 (n,)."""


def settle(spec: Any, rule: Rule, look: Look) -> tuple[Any, int, SequentialVerdict]:
    """Add replications, a quarter more at each look, until the rule is content or allows no more.

    Gives the scenario with as many replications as it took, how many runs an earlier study had made, and how it ended.
    """
    reused = 0
    for count in look_schedule(rule.most):
        spec = spec.replaced({"replications": count}, source="--precision")
        there, worth = look(spec)
        reused += there
        found = rule.look(worth)
        if found.settled:
            break
    return spec, reused, found


def read_rule(precision: str | float | None, until_decided: bool, most: int | None) -> Rule | None:
    """Read what was asked for; None where nothing was. Raises InputError for what is no precision and no limit."""
    share = _share(precision)
    if not share and not until_decided:
        if most is not None:
            cure = "ask for --precision or --until-decided, or write --replications for a fixed number"
            raise InputError(Problem("there is nothing to stop for", where="--most-replications", cure=cure))
        return None
    limit = MOST_REPLICATIONS if most is None else most
    if not 2 <= limit <= 100_000:
        raise InputError(Problem(f"{limit:,} replications", where="--most-replications", cure="write 2 to 100000"))
    return Rule(share, until_decided, limit)


def refuse_alone(rule: Rule | None, spec: Any, where: str = "--until-decided") -> None:
    """Refuse to go on until the best is told from all others where there is only one. Raises InputError."""
    if rule is not None and rule.until_decided and len(spec.strategies) < 2:
        cure = "name two or more below `strategies`, or ask for --precision alone: it takes one strategy too"
        raise InputError(Problem("there is only one strategy, so nothing to decide between", "strategies", where, cure))


def rule_of(manifest: Mapping[str, Any]) -> Rule | None:
    """Give the rule that an interrupted study was to stop by, as its manifest tells; None if it had none."""
    kept = manifest.get("stops_when")
    return Rule(**kept) if isinstance(kept, dict) else None


def _share(precision: str | float | None) -> float:
    if precision is None:
        return 0.0
    text = str(precision).strip()
    number = re.fullmatch(r"(\d+\.?\d*|\.\d+)\s*(%?)", text)
    share = float(number[1]) / (100 if number[2] else 1) if number else 0.0
    if not 0.0 < share < 1.0:
        raise InputError(Problem(f"{text!r} is no precision", where="--precision", cure=CURE))
    return share
