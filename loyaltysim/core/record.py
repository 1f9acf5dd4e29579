"""What a run writes down: a row of metrics a month, and how rows become figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loyaltysim.core.declare import Metric

if TYPE_CHECKING:
    import numpy as np


@dataclass
class Report:
    """One month's metrics as they are reported; a name that no mechanism declared is refused."""

    known: Mapping[str, Metric]
    values: dict[str, float] = field(default_factory=dict)

    def __call__(self, **figures: float) -> None:
        """Report figures by name; raises KeyError for a name that no mechanism declares."""
        if not figures.keys() <= self.known.keys():
            unknown = next(name for name in figures if name not in self.known)
            raise KeyError(f"no mechanism declares a metric {unknown!r}")
        self.values.update({name: float(value) for name, value in figures.items()})

    def __getitem__(self, name: str) -> float:
        return self.values.get(name, 0.0)


def annual_chance(monthly: Any) -> Any:
    """Turn a monthly chance into a yearly one: 1 - (1 - h)**12."""
    return 1.0 - (1.0 - monthly) ** 12


def monthly_chance(annual: float) -> float:
    """Turn a yearly chance into a monthly one: 1 - (1 - a)**(1/12)."""
    return 1.0 - (1.0 - annual) ** (1 / 12)


def figure(metric: Metric, months: Mapping[str, np.ndarray]) -> float:
    """Make one figure from months 0..T of a replication, as the metric declares; month 0 is the start, without flows."""
    import numpy as np

    if metric.over == "ratio":
        assert metric.of is not None
        top, bottom = (float(np.sum(months[name][1:])) for name in metric.of)
        value = top / bottom if bottom else float("nan")
        return float(annual_chance(value)) if metric.annual else value
    values = months[metric.name]
    if metric.over == "end":
        return float(values[-1])
    return float(np.mean(values[1:]) if metric.over == "mean" else np.sum(values[1:]))


def by_month(metric: Metric, months: Mapping[str, np.ndarray]) -> np.ndarray:
    """Give a metric month by month; a yearly chance is over the trailing 12 months and starts at month 12."""
    import numpy as np

    if metric.over != "ratio":
        return months[metric.name]
    assert metric.of is not None
    top, bottom = (months[name] for name in metric.of)
    with np.errstate(divide="ignore", invalid="ignore"):
        if not metric.annual:
            return np.where(bottom > 0, top / bottom, np.nan)
        span = min(12, len(top) - 1)
        values = np.full(len(top), np.nan)
        for month in range(12, len(top)):
            values[month] = annual_chance(
                np.sum(top[month - span + 1 : month + 1]) / np.sum(bottom[month - span + 1 : month + 1])
            )
        return values


def month_metrics(catalog: Mapping[str, Metric]) -> list[str]:
    """Name the metrics that a month records by itself (not those derived over months), in their order."""
    return [name for name, metric in catalog.items() if metric.over in ("end", "sum", "mean")]


@dataclass(frozen=True)
class Audit:
    """What each touchpoint was like in a run: their names, stages and kinds, and each figure as float64 (touchpoints,).

    Figures: importance (share of encounters), performance (chance that an encounter there goes well), urgency (share of
    all that go wrong), gap (failures that mending could still end), ease, priority, mended (at the end), spent ($).
    """

    names: tuple[str, ...]
    stages: tuple[str, ...]
    kinds: tuple[str, ...]
    figures: dict[str, np.ndarray]


@dataclass(frozen=True)
class RunRecord:
    """One strategy in one replication: what a task hands back.

    `months`: float64, (T + 1, K), the columns in the order of `month_metrics`; `figures`: every metric of the catalog
    as one figure; `seconds`: processor time of the simulated months; `person_months`: people times months simulated;
    `profile`: of each month, the seconds of each mechanism, where that was measured.
    `audit`: what each touchpoint was like, if that was scored.
    """

    strategy: str
    replication: int
    months: np.ndarray
    figures: dict[str, float]
    seconds: float
    person_months: int
    profile: tuple[dict[str, float], ...] = ()
    audit: Audit | None = None
