"""Made-up results of three strategies whose names need quoting: rates of nothing, a failed replication, touchpoints, pilots."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import Audit, PilotRecord, RunRecord, by_month, month_metrics
from loyaltysim.results.results import Results, RunAccumulator

NAMES = ('=1+1, "as\ttoday"', "rückgewinnen ☎", "it's\na line")
MONTHS, FAILED = 14, 2


class Firm:
    """What is read of a scenario."""

    title, start, currency, discount_rate, replications = 'A "title", of two\nlines', "2027-03", "€", 0.07, 6
    strategies = dict.fromkeys(NAMES)


def catalog() -> dict[str, Metric]:
    found = {
        "customers": Metric("those who stay", "people", "end", headline=True),
        "joined": Metric("=joined, of all", "people"),
        "left": Metric("left", "people", better="lower"),
        "cost_desk": Metric("the desk's cost", "$", account="cost"),
        "satisfaction": Metric("mean", "", "mean", "higher"),
        "churn_annual": Metric("churn", "1/year", "ratio", "lower", ("left", "customers"), annual=True),
        "cost_of_joining": Metric("a rate that may be of nothing", "$", "ratio", "lower", ("cost_desk", "joined")),
        "npv": Metric("worth", "$", "close", "higher"),
    }
    for name, metric in found.items():
        metric.__set_name__(Firm, name)
    return found


def record(place: int, name: str, replication: int, months: int = MONTHS) -> RunRecord:
    rng = np.random.default_rng([place, replication])
    names = month_metrics(catalog())
    table = rng.normal(100, 30, (months + 1, len(names)))
    table[:, names.index("joined")] = 0.0 if replication == 1 else 5.0
    table[3, names.index("satisfaction")] = np.nan
    columns = {each: table[:, number] for number, each in enumerate(names)}
    figures = {
        each: float(by_month(metric, columns)[-1]) for each, metric in catalog().items() if metric.over != "close"
    }
    figures |= {"npv": -0.0 if replication == 3 else float(rng.normal())}
    audit = Audit(("till", "desk", "=phone"), ("buy", "ask", "ask"), ("human", "human", "machine"),
                  {"gap": rng.random(3), "spent": np.array([np.nan, 1e-300, np.inf])})  # fmt: skip
    pilot = PilotRecord(1, 399, 0.1, -np.inf, np.inf, 0.1, 0.2, bool(replication % 2)) if place == 1 else None
    return RunRecord(name, replication, table, figures, 0.25, 1_000, audit=audit, pilot=pilot)


def accumulate(months: int = MONTHS) -> RunAccumulator:
    runs = RunAccumulator(catalog())
    for place, name in enumerate(NAMES):
        runs.add(record(place, name, r, months) for r in range(6) if (place, r) != (1, FAILED))
    runs.add_failure(NAMES[1], FAILED, "ZeroDivisionError: nobody is left")
    return runs


@pytest.fixture
def results() -> Results:
    return accumulate().results(Firm)  # type: ignore[arg-type]
