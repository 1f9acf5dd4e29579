"""What a command that decides has found, in tables made up."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

NAN = float("nan")


@dataclass
class Spec:
    currency: str = "EUR"


@dataclass
class Found:
    """What a command gives: its tables by name."""

    tables: dict[str, pd.DataFrame]
    scenario: Any = field(default_factory=Spec)


def marginals(levers: list[str], periods: list[str]) -> pd.DataFrame:
    columns = [
        "lever",
        "unit",
        "period",
        "at",
        "spend",
        "marginal",
        "ci_low",
        "ci_high",
        "overspent_from",
        "overspent_ci_low",
        "overspent_ci_high",
        "replications",
    ]
    rows = [
        (lever, "$/month", period, at, 2e3, 2.0 - i - (at == "best"), 1.0 - i, 3.0 - i, (13_549.5, 0.0, NAN)[i % 3], 1.0, 2.0, 8)
        for (i, lever), period, at in itertools.product(enumerate(levers), periods, ("today", "best"))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
