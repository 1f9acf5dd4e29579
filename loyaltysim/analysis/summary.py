"""The tables of a run: what came out, who left and why, how grievances ended, the money, pilots, touchpoints, failures.

The arithmetic that they share with pictures and sentences stands below them: shares, contrasts with the first strategy,
payback and present values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loyaltysim.core.codes import OUTCOMES, REASONS, RELATIONSHIP, WINS
from loyaltysim.core.discounting import discount_factor
from loyaltysim.core.records import Audit
from loyaltysim.results.results import Results, audit_figure
from loyaltysim.stats.intervals import Interval, interval, paired, ratio_interval, share_interval, student_t

if TYPE_CHECKING:
    from loyaltysim.core.mechanism import Metric
    from loyaltysim.results.results import RunFailure

SEVERITIES = {"large": ("large",), "small": ("small",), "all": ("large", "small")}
PROMISED = ("joined", "returned", "left", "grievances", "complaints")
"""Flows that summary.csv promises, whatever ratio they also serve."""
PLAIN_MONEY = ("npv", "npv_without_later_value", "clv", "acquisition_cost")

SUMMARY = ["strategy", "metric", "unit", "mean", "ci_low", "ci_high"]
SUMMARY += ["difference", "difference_ci_low", "difference_ci_high"]
DEPARTURES = ["strategy", "reason", "count", "share", "ci_low", "ci_high", "never_complained"]
COMPLAINTS = ["strategy", "severity", "outcome", "grievances", "stayed", "stay_rate", "ci_low", "ci_high"]
MONEY = ["strategy", "item", "mean", "ci_low", "ci_high"]
BUSINESS = ["strategy", "business", "reason", "count", "share", "ci_low", "ci_high", "told_count", "told_share"]
PILOTS = ["strategy", "replication", "tried", "others", "estimate", "ci_low", "ci_high"]
PILOTS += ["true_effect", "undisturbed", "rolled_out"]
FAILED = ["strategy", "replication", "error"]
FAILURES = "failures"
"""The name of the table of failed runs in a folder, without `.csv`."""
URGENT, ACTION, KEEP, ICING = "urgent", "needs action", "keep", "icing"
"""The four fields of touchpoints: important and weak, unimportant and weak, important and strong, unimportant and
strong (F19)."""
FIGURES = ("indifference", "failure", "urgency", "believed", "gap", "fix_cost", "ease", "mended", "spent")
COLUMNS = ["strategy", "touchpoint", "stage", "kind", "importance", "performance", "ci_low", "ci_high"]
COLUMNS += [*FIGURES, "field", "priority", "rank"]


def build_summary(results: Results) -> pd.DataFrame:
    """Return every metric of every strategy, and its paired difference from the first (empty in its own rows)."""
    components = find_components(results.catalog)
    rows = []
    for strategy in results.strategies:
        for metric in results.catalog:
            if metric in components:
                continue
            ours, theirs = results.figures[strategy][metric], results.figures[results.reference][metric]
            gap = Interval() if strategy == results.reference else paired(ours, theirs)
            rows.append((strategy, metric, results.unit(metric), *ends(interval(ours)), *ends(gap)))
    return pd.DataFrame.from_records(rows, columns=SUMMARY)


def find_components(catalog: Mapping[str, Metric]) -> set[str]:
    """Name the metrics that only serve a ratio: no direction is better, no money is booked, nobody was promised them.

    Added up over months they say nothing (customers at the start of each of 60 months); months.parquet has them.
    """
    served = {name for metric in catalog.values() for name in metric.of or ()} - set(PROMISED)
    return {name for name in served if not catalog[name].better and not catalog[name].account}


def build_departures(results: Results) -> pd.DataFrame:
    """Return departures by reason: mean count, share of the strategy's, and how many never had complained."""
    rows = []
    for strategy in results.strategies:
        figures = results.figures[strategy]
        for reason in REASONS:
            count = figures[f"left_{reason}"]
            share = share_interval(compute_share(count, figures["left"]))
            never = interval(figures[f"never_complained_{reason}"]).mean
            rows.append((strategy, reason, interval(count).mean, *ends(share), never))
    return pd.DataFrame.from_records(rows, columns=DEPARTURES)


def build_complaints(results: Results) -> pd.DataFrame:
    """Return grievances decided and stayed by severity and outcome, and the stay rate in each replication."""
    rows = []
    for strategy in results.strategies:
        figures = results.figures[strategy]
        for severity, parts in SEVERITIES.items():
            for outcome in OUTCOMES:
                decided = np.sum([figures[f"decided_{part}_{outcome}"] for part in parts], axis=0)
                stayed = np.sum([figures[f"stayed_{part}_{outcome}"] for part in parts], axis=0)
                rate = share_interval(compute_share(stayed, decided))
                rows.append((strategy, severity, outcome, interval(decided).mean, interval(stayed).mean, *ends(rate)))
    return pd.DataFrame.from_records(rows, columns=COMPLAINTS)


def build_money(results: Results) -> pd.DataFrame:
    """Return the money over the whole horizon, and what extra spending bought against the first strategy."""
    costs = [name for name, metric in results.catalog.items() if metric.account == "cost"]
    rows = []
    for strategy in results.strategies:
        figures = results.figures[strategy]
        money = {item: interval(figures[item]) for item in ("revenue", "margin", *costs, *PLAIN_MONEY)}
        for item, span in [*money.items(), *contrast_with_reference(results, strategy).items()]:
            rows.append((strategy, item, *ends(span)))
    return pd.DataFrame.from_records(rows, columns=MONEY)


def build_business(results: Results) -> pd.DataFrame:
    """Return customers won and lost by reason, truly and as sales tells it (F34); no rows if nobody was asked."""
    rows = []
    for strategy in results.strategies if f"told_won_{RELATIONSHIP}" in results.catalog else ():
        figures = results.figures[strategy]
        lost = {reason: figures[f"left_{reason}"] for reason in REASONS}
        won = {way: figures[name] for way, name in WINS.items()} | {RELATIONSHIP: np.zeros_like(figures["left"])}
        for side, true in (("won", won), ("lost", lost)):
            told = {reason: figures[f"told_{side}_{reason}"] for reason in true}
            all_true, all_told = (np.sum(list(counts.values()), axis=0) for counts in (true, told))
            for reason, count in true.items():
                share = share_interval(compute_share(count, all_true))
                told_share = interval(compute_share(told[reason], all_told)).mean
                told_count = interval(told[reason]).mean
                rows.append((strategy, side, reason, interval(count).mean, *ends(share), told_count, told_share))
    was_asked = any(row[-2] for row in rows)
    return pd.DataFrame.from_records(rows if was_asked else [], columns=BUSINESS)


def build_failures(failures: Iterable[RunFailure]) -> pd.DataFrame:
    """Return a row a run that failed, strategies in the order in which they come, replications in theirs."""
    rows = [(each.strategy, each.replication, each.error) for each in failures]
    names = list(dict.fromkeys(name for name, *_ in rows))
    rows.sort(key=lambda row: (names.index(row[0]), row[1]))
    return pd.DataFrame.from_records(rows, columns=FAILED)


def build_pilots(results: Results) -> pd.DataFrame:
    """Return one row a piloted strategy and replication; effects are on the share of customers kept."""
    fields = ("tried", "others", "estimate", "low", "high", "truth", "undisturbed", "rolled_out")
    rows = [
        (name, number, *(getattr(each, field) for field in fields))
        for name, found in results.pilots.items()
        for number, each in enumerate(found)
    ]
    return pd.DataFrame(rows, columns=PILOTS)


def build_touchpoints(results: Results) -> pd.DataFrame:
    """Return the touchpoints of every strategy in the table's order; no rows if they were not scored."""
    if not results.audits:
        return pd.DataFrame.from_records([], columns=COLUMNS)
    quadrants, rows = compute_quadrants(results), []
    for strategy in results.strategies:
        audits = results.audits[strategy]
        figures, first = compute_mean_figures(audits), audits[0]
        performances = audit_figure(audits, "performance")
        rank = rank_touchpoints(figures["priority"])
        for row, name in enumerate(first.names):
            importance, performance = float(figures["importance"][row]), float(figures["performance"][row])
            span = share_interval(performances[:, row])
            about = strategy, name, first.stages[row], first.kinds[row], importance, performance, span.low, span.high
            last = quadrants.field(importance, performance), float(figures["priority"][row]), int(rank[row])
            rows.append((*about, *(float(figures[key][row]) for key in FIGURES), *last))
    return pd.DataFrame.from_records(rows, columns=COLUMNS)


@dataclass(frozen=True)
class Quadrants:
    """The lines between the four fields: mean importance, and the reference's mean performance by importance."""

    importance: float
    performance: float

    def field(self, importance: float, performance: float) -> str:
        """Name the field in which a touchpoint lies; one on a line is important, and strong."""
        if performance < self.performance:
            return URGENT if importance >= self.importance else ACTION
        return KEEP if importance >= self.importance else ICING


def compute_mean_figures(audits: Sequence[Audit]) -> dict[str, np.ndarray]:
    """Return each figure's mean over replications, one value a touchpoint."""
    return {name: np.mean(audit_figure(audits, name), axis=0) for name in audits[0].figures}


def compute_quadrants(results: Results) -> Quadrants:
    """Place the lines between the fields, the same for all strategies: so a mended touchpoint can cross them."""
    figures = compute_mean_figures(results.audits[results.reference])
    weight = figures["importance"]
    return Quadrants(1 / len(weight), float(weight @ figures["performance"]))


def rank_touchpoints(priority: np.ndarray) -> np.ndarray:
    """Rank by priority, 1 for the highest; of equals the earlier row first."""
    found = np.empty(len(priority), int)
    found[np.argsort(-priority, kind="stable")] = np.arange(1, len(priority) + 1)
    return found


def contrast_with_reference(results: Results, strategy: str) -> dict[str, Interval]:
    """Return cost per saved customer, return on spend and payback; empty for the reference."""
    if strategy == results.reference:
        return {"cost_per_saved_customer": Interval(), "return_on_spend": Interval(), "payback_months": Interval()}
    ours, theirs = results.figures[strategy], results.figures[results.reference]
    cost, saved, gain = (ours[name] - theirs[name] for name in ("discounted_cost", "customers", "npv"))
    return {
        "cost_per_saved_customer": ratio_interval(cost, saved),
        "return_on_spend": ratio_interval(gain, cost),
        "payback_months": compute_payback(results, strategy),
    }


def compute_payback(results: Results, strategy: str, against: str = "") -> Interval:
    """Return the first month from which the mean cumulative discounted difference of `net` stays at or above zero.

    The difference is from the strategy `against`, by default the first. The ends are where the upper and the lower end
    of its 95 % interval, month by month, do the same; an end that never does is empty (it lies beyond the horizon).
    """
    gap = results.path(strategy, "net") - results.path(against or results.reference, "net")
    cumulative = np.cumsum(gap * discount_factors(results.discount_rate, results.months), axis=1)[:, 1:]
    n, mean = len(cumulative), np.mean(cumulative, axis=0)
    noise = 1e-9 * float(np.max(np.abs(results.path(strategy, "margin")), initial=0.0))
    month = first_month_from_zero(mean, noise)
    if n < 2 or np.isnan(month):
        return Interval(month, n=n)
    half = student_t(0.05, n - 1) * np.std(cumulative, axis=0, ddof=1) / np.sqrt(n)
    return Interval(month, first_month_from_zero(mean + half, noise), first_month_from_zero(mean - half, noise), n)


def first_month_from_zero(cumulative: np.ndarray, noise: float) -> float:
    """Return the first month (1..T) from which a path (T,) stays at or above zero; NaN if it ends below."""
    below = np.flatnonzero(cumulative < -noise)
    first = int(below[-1]) + 2 if len(below) else 1
    return float(first) if first <= len(cumulative) else float("nan")


def compute_share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide figure by figure; NaN where there is nothing to share."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def ends(span: Interval) -> tuple[float, float, float]:
    """Return an interval as cells of a row: mean, low, high."""
    return span.mean, span.low, span.high


def annuity(rate: float, first: int, last: int) -> float:
    """Return the present value of 1 $ in each of the months first to last, discounted at a yearly rate."""
    return sum(discount_factor(rate, month) for month in range(first, last + 1))


def discount_factors(rate: float, months: int) -> np.ndarray:
    """Return the present value of 1 $ in each month from 0 to `months`, at a yearly rate: float64, (months + 1,)."""
    factors: np.ndarray = discount_factor(rate, np.arange(months + 1))
    return factors


def discount(results: Results, strategy: str, metric: str) -> np.ndarray:
    """Return the present value of a monthly flow over the horizon: float64, (replications,)."""
    return results.path(strategy, metric) @ discount_factors(results.discount_rate, results.months)
