"""Studies to draw: a small real run, and results of any number of strategies and months made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from loyaltysim.results.results import Results

HOSTILE = "=1+1 <script>alert('x')</script> & \"-->"
LONG = "the board's own proposal of last autumn, revised twice, for 5 $ or 6 $ a customer, number {}"
STRATEGIES: dict[str, Any] = {
    "as today": {},
    HOSTILE: {"desk.budget": {"add": 400.0}},
    "advertising": {"advertising.budget": {"add": 400.0}},
}
MONEY = ("margin", "revenue", "net", "spent", "founder_margin", "npv", "npv_without_later_value", "later_value", "discounted_cost")  # fmt: skip


def widened(results: Results, names: Sequence[str], months: int = 12, money: float = 1.0) -> Results:
    """Make results of other names, horizon and size of money: each strategy is one of the given, a little larger."""
    index = np.minimum(np.arange(months + 1), results.months)
    figures, paths, audits = {}, {}, {}
    scaled = {name for name, metric in results.catalog.items() if name in MONEY or metric.account == "cost"}
    columns = np.array([money if name in scaled else 1.0 for name in results.columns])
    for place, name in enumerate(names):
        like = results.strategies[place % len(results.strategies)]
        more = 1.0 + 0.01 * (place // len(results.strategies))
        sizes = {metric: more * (money if metric in scaled else 1.0) for metric in results.catalog}
        figures[name] = {metric: each * sizes[metric] for metric, each in results.figures[like].items()}
        paths[name] = results.paths[like][:, index, :] * columns * more
        audits[name] = results.audits[like]
    return replace(results, strategies=tuple(names), figures=figures, paths=paths, audits=audits)
