"""The four tables of a run: what came out, who left and why, how grievances ended, and the money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from loyaltysim.core.codes import OUTCOMES, REASONS, RELATIONSHIP, WINS
from loyaltysim.core.mechanism import Metric
from loyaltysim.core.rates import discount_factor
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval, paired, ratio_interval, share_interval, student_t

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SEVERITIES = {"large": ("large",), "small": ("small",), "all": ("large", "small")}
PROMISED = ("joined", "returned", "left", "grievances", "complaints")
"""Flows that summary.csv promises, whatever ratio they also serve."""
PLAIN_MONEY = ("npv", "npv_without_later_value", "clv", "acquisition_cost")

SUMMARY = [
    "strategy",
    "metric",
    "unit",
    "mean",
    "ci_low",
    "ci_high",
    "difference",
    "difference_ci_low",
    "difference_ci_high",
]
DEPARTURES = ["strategy", "reason", "count", "share", "ci_low", "ci_high", "never_complained"]
COMPLAINTS = ["strategy", "severity", "outcome", "grievances", "stayed", "stay_rate", "ci_low", "ci_high"]
MONEY = ["strategy", "item", "mean", "ci_low", "ci_high"]

Row = tuple[Any, ...]


def _frame(rows: Iterator[Row], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame.from_records(list(rows), columns=columns)


def build_summary(results: Results) -> pd.DataFrame:
    """Give every metric of every strategy, and its paired difference from the first (empty in its own rows)."""
    return _frame(_summary(results), SUMMARY)


def _summary(results: Results) -> Iterator[Row]:
    parts = only_parts(results.catalog)
    for strategy in results.strategies:
        for metric in results.catalog:
            if metric in parts:
                continue
            ours, theirs = results.figures[strategy][metric], results.figures[results.reference][metric]
            own = interval(ours)
            gap = Interval() if strategy == results.reference else paired(ours, theirs)
            yield (strategy, metric, results.unit(metric), *_ends(own), *_ends(gap))


def only_parts(catalog: Mapping[str, Metric]) -> set[str]:
    """Name the metrics that only serve a ratio: no direction is better, no money is booked, nobody was promised them.

    Added up over months they say nothing (customers at the start of each of 60 months); months.parquet has them.
    """
    served = {name for metric in catalog.values() for name in metric.of or ()} - set(PROMISED)
    return {name for name in served if not catalog[name].better and not catalog[name].account}


def _ends(span: Interval) -> tuple[float, float, float]:
    return span.mean, span.low, span.high


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide figure by figure; NaN where there is nothing to share."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def build_departures(results: Results) -> pd.DataFrame:
    """Give departures by reason: mean count, share of the strategy's departures, and how many never had complained."""
    return _frame(_departures(results), DEPARTURES)


def _departures(results: Results) -> Iterator[Row]:
    for strategy in results.strategies:
        figures = results.figures[strategy]
        for reason in REASONS:
            count = figures[f"left_{reason}"]
            never = interval(figures[f"never_complained_{reason}"]).mean
            yield (strategy, reason, interval(count).mean, *_ends(share_interval(share(count, figures["left"]))), never)


def build_complaints(results: Results) -> pd.DataFrame:
    """Give grievances decided and stayed by severity and outcome, and the stay rate pooled within each replication."""
    return _frame(_complaints(results), COMPLAINTS)


def _complaints(results: Results) -> Iterator[Row]:
    import numpy as np

    for strategy in results.strategies:
        figures = results.figures[strategy]
        for severity, parts in SEVERITIES.items():
            for outcome in OUTCOMES:
                decided = np.sum([figures[f"decided_{part}_{outcome}"] for part in parts], axis=0)
                stayed = np.sum([figures[f"stayed_{part}_{outcome}"] for part in parts], axis=0)
                rate = share_interval(share(stayed, decided))
                yield (strategy, severity, outcome, interval(decided).mean, interval(stayed).mean, *_ends(rate))


def build_money(results: Results) -> pd.DataFrame:
    """Give the money over the whole horizon, and what extra spending bought against the first strategy."""
    return _frame(_money(results), MONEY)


def _money(results: Results) -> Iterator[Row]:
    costs = [name for name, metric in results.catalog.items() if metric.account == "cost"]
    for strategy in results.strategies:
        for item in ("revenue", "margin", *costs, *PLAIN_MONEY):
            yield (strategy, item, *_ends(interval(results.figures[strategy][item])))
        for item, span in contrast_with_reference(results, strategy).items():
            yield (strategy, item, *_ends(span))


def contrast_with_reference(results: Results, strategy: str) -> dict[str, Interval]:
    """Give cost per saved customer, return on spend and payback; empty for the reference and where they say nothing."""
    if strategy == results.reference:
        return {"cost_per_saved_customer": Interval(), "return_on_spend": Interval(), "payback_months": Interval()}
    ours, theirs = results.figures[strategy], results.figures[results.reference]
    cost, saved, gain = (ours[name] - theirs[name] for name in ("discounted_cost", "customers", "npv"))
    return {
        "cost_per_saved_customer": ratio_interval(cost, saved),
        "return_on_spend": ratio_interval(gain, cost),
        "payback_months": payback(results, strategy),
    }


def payback(results: Results, strategy: str, against: str = "") -> Interval:
    """Give the first month from which the mean cumulative discounted difference of `net` stays at or above zero.

    The difference is from the strategy `against`, by default the first. The ends are where the upper and the lower end of its 95 % interval, month by month, do the same; an end that never
    does is empty (it lies beyond the horizon).
    """
    import numpy as np

    months = np.arange(results.months + 1)
    gap = results.path(strategy, "net") - results.path(against or results.reference, "net")
    gathered = np.cumsum(gap * discount_factor(results.discount_rate, months), axis=1)[:, 1:]
    n, mean = len(gathered), np.mean(gathered, axis=0)
    noise = 1e-9 * float(np.max(np.abs(results.path(strategy, "margin")), initial=0.0))
    month = _stays_up(mean, noise)
    if n < 2 or np.isnan(month):
        return Interval(month, n=n)
    half = student_t(0.05, n - 1) * np.std(gathered, axis=0, ddof=1) / np.sqrt(n)
    return Interval(month, _stays_up(mean + half, noise), _stays_up(mean - half, noise), n)


def unpaid_months(span: Interval) -> str:
    """Write the interval of a month of payback; an end beyond the horizon as `or later, if at all`."""
    if isfinite(span.low) and isfinite(span.high):
        return f"{span.low:.0f} to {span.high:.0f}"
    return f"{span.low:.0f} or later, if at all" if isfinite(span.low) else ""


def _stays_up(gathered: np.ndarray, noise: float) -> float:
    """Give the first month (1..T) from which a path (T,) stays at or above zero; NaN if it ends below."""
    import numpy as np

    below = np.flatnonzero(gathered < -noise)
    first = int(below[-1]) + 2 if len(below) else 1
    return float(first) if first <= len(gathered) else float("nan")


# The table of won and lost business by reason: the true figures beside those that sales tells (F34).

COLUMNS = ["strategy", "business", "reason", "count", "share", "ci_low", "ci_high", "told_count", "told_share"]


def build_business(results: Results) -> pd.DataFrame:
    """Give customers won and lost by reason, truly and as sales tells it; no rows if nobody was asked."""
    import pandas as pd

    asked = f"told_won_{RELATIONSHIP}" in results.catalog
    rows = list(_rows(results)) if asked else []
    return pd.DataFrame.from_records(rows if any(row[-2] for row in rows) else [], columns=COLUMNS)


def _rows(results: Results) -> Iterator[tuple[Any, ...]]:
    import numpy as np

    for strategy in results.strategies:
        figures = results.figures[strategy]
        nobody = np.zeros_like(figures["left"])
        lost = {reason: figures[f"left_{reason}"] for reason in REASONS}
        won = {way: figures[name] for way, name in WINS.items()} | {RELATIONSHIP: nobody}
        for side, true in (("won", won), ("lost", lost)):
            told = {reason: figures[f"told_{side}_{reason}"] for reason in true}
            yield from _side(strategy, side, true, told)


def _side(
    strategy: str, side: str, true: dict[str, np.ndarray], told: dict[str, np.ndarray]
) -> Iterator[tuple[Any, ...]]:
    import numpy as np

    total, said = (np.sum(list(counts.values()), axis=0) for counts in (true, told))
    for reason, count in true.items():
        span = share_interval(share(count, total))
        of_told = interval(share(told[reason], said)).mean
        yield (
            strategy, side, reason, interval(count).mean, span.mean, span.low, span.high,
            interval(told[reason]).mean, of_told,
        )  # fmt: skip
