"""What a run writes down: a row of metrics a month, and how rows become figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.core.discounting import annual_chance
from loyaltysim.core.lazy import np

if TYPE_CHECKING:
    from loyaltysim.core.mechanism import Metric


class Form:
    """What a month reports, made once from the catalog: the blank to fill in, and which of it is money spent."""

    def __init__(self, catalog: Mapping[str, Metric]) -> None:
        self.catalog = catalog
        self.blank = dict.fromkeys(month_metrics(catalog), 0.0)
        self.costs = tuple(name for name, metric in catalog.items() if metric.account == "cost")


class Report:
    """One month's metrics as they are reported, 0 until then; a name that no mechanism declared is refused.

    `values`: the metrics that a month records by itself, in the order of `month_metrics`.
    """

    __slots__ = ("form", "known", "values")

    def __init__(self, form: Form) -> None:
        self.form = form
        self.values: dict[str, float] = form.blank.copy()
        self.known = len(form.blank)

    def __call__(self, **figures: float) -> None:
        """Report figures by name; raises KeyError for a name that no mechanism declares."""
        self.values.update(figures)
        if len(self.values) > self.known:  # cheaper than to ask for every name, hundreds of times a month
            raise self._unknown()

    def all(self, names: Iterable[str], figures: Iterable[float]) -> None:
        """Report figures in the order of their names; raises KeyError likewise."""
        self.values.update(zip(names, figures, strict=True))
        if len(self.values) > self.known:
            raise self._unknown()

    def _unknown(self) -> KeyError:
        unknown = list(self.values)[self.known]
        return KeyError(f"no mechanism declares a metric {unknown!r} that a month records")

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def spent(self) -> float:
        """Return the sum of what was reported as money spent."""
        values = self.values
        return math.fsum(
            [values[name] for name in self.form.costs]
        )  # a plain sum has other last bits from Python 3.12 on


def figures(catalog: Mapping[str, Metric], record: np.ndarray) -> dict[str, float]:
    """Make one figure of each metric, as it declares, but of those that `close` reckons.

    `record`: months 0..T of a replication, float64 (T + 1, K), in the order of `month_metrics`; month 0 is the start,
    without flows.
    """
    names, months = month_metrics(catalog), len(record) - 1
    ends = dict(zip(names, record[-1].tolist(), strict=True))
    # each metric's months side by side, so that they are added as those of one metric alone would be
    sums = dict(zip(names, np.ascontiguousarray(record[1:].T).sum(axis=1).tolist(), strict=True))
    return {name: to_figure(metric, ends, sums, months) for name, metric in catalog.items() if metric.over != "close"}


def to_figure(metric: Metric, ends: Mapping[str, float], sums: Mapping[str, float], months: int) -> float:
    """Return one metric's figure from the last month's values and the sums over months, as it declares."""
    if metric.over == "ratio":
        assert metric.of is not None
        top, bottom = (sums[name] for name in metric.of)
        value = top / bottom if bottom else math.nan
        return float(annual_chance(value)) if metric.annual else value
    if metric.over == "end":
        return ends[metric.name]
    if metric.over == "mean":
        return sums[metric.name] / months if months else math.nan
    return sums[metric.name]


def by_month(metric: Metric, months: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return a metric month by month; a yearly chance is over the trailing 12 months and starts at month 12."""
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

    Figures: importance (share of encounters), performance (chance that an encounter there goes well), indifference and
    failure (chances that it goes wrong so), urgency (share of all that go wrong), believed (that share as the leaders
    believe), gap (chance of a failure that mending could still end), fix_cost ($ that mend 63 % of what can be mended),
    ease, priority, mended (at the end), spent ($).
    """

    names: tuple[str, ...]
    stages: tuple[str, ...]
    kinds: tuple[str, ...]
    figures: dict[str, np.ndarray]


@dataclass(frozen=True)
class PilotRecord:
    """How a pilot ended in one replication, as effects on the share of customers kept.

    `tried`, `others`: the arms' sizes; `estimate` with its 95 % interval `low` to `high`; `truth`: the effect had all
    tried it; `undisturbed`: what the same arms would have shown if neither had touched the other.
    """

    tried: int
    others: int
    estimate: float
    low: float
    high: float
    truth: float
    undisturbed: float
    rolled_out: bool


@dataclass(frozen=True)
class RunRecord:
    """One strategy in one replication: what a task hands back.

    `months`: float64, (T + 1, K), the columns in the order of `month_metrics`; `figures`: every metric of the catalog
    as one figure; `seconds`: processor time of the simulated months; `person_months`: people times months simulated;
    `profile`: of each month, the seconds of each mechanism, where that was measured.
    `audit`: what each touchpoint was like, if that was scored. `pilot`: how its pilot ended, if it had one.
    """

    strategy: str
    replication: int
    months: np.ndarray
    figures: dict[str, float]
    seconds: float
    person_months: int
    profile: tuple[dict[str, float], ...] = ()
    audit: Audit | None = None
    pilot: PilotRecord | None = None
