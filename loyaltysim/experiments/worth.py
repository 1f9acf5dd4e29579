"""What one lost customer is worth: own margin and the rest, by month of leaving and by number of ties."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.execution import executors
from loyaltysim.experiments.defaults import GROUP_PERCENT
from loyaltysim.experiments.options import write_result_folder
from loyaltysim.experiments.run import read_scenario
from loyaltysim.results import run_folder
from loyaltysim.results.tables import csv_text
from loyaltysim.stats.intervals import Interval, interval

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.experiments.lost_customer import Loss

ALL = "all"
ITEMS = {
    "own": ("$", "the customer's own margin"),
    "stayed": ("$", "margin of those who were customers too, with the customer less without"),
    "came": ("$", "margin of people who were not customers then, with the customer less without"),
    "spent": ("$", "what the firm spends with the customer, less without"),
    "rest": ("$", "margin of all others, less what the firm spends: stayed + came - spent"),
    "worth": ("$", "own margin and the rest: own + rest"),
    "messages_bad": (
        "messages",
        "bad messages sent with the customer kept, less without (below 0: losing them adds bad news)",
    ),
    "messages_good": ("messages", "good messages sent with the customer kept, less without"),
    "others_left": ("customers", "others who leave, with the customer less without"),
    "others_came": ("customers", "others who come, with the customer less without"),
}
COLUMNS = ("month", "ties", "mean_ties", "item", "unit", "mean", "ci_low", "ci_high", "replications", "meaning")


@dataclass(frozen=True, eq=False)
class Worth:
    """What one lost customer is worth: `table` in long form, one row a month of leaving, number of ties and item.

    `rests_on`: how many figures of each evidence grade it rests on, the weakest first.
    """

    scenario: Any
    table: pd.DataFrame
    rests_on: dict[str, int]
    folder: Path | None

    def span(self, month: int, ties: str, item: str) -> Interval:
        """Give one figure of the table with its 95 % interval."""
        rows = self.table
        row = rows[(rows.month == month) & (rows.ties == ties) & (rows.item == item)].iloc[0]
        return Interval(row["mean"], row.ci_low, row.ci_high, int(row.replications))


def worth(
    scenario: Any,
    *,
    months: Sequence[int] = (),
    group: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    out: str | Path | None = None,
    executor: str | Executor | None = None,
) -> Worth:
    """Say what one lost customer of a scenario (a file's path or a Scenario) is worth, by month of leaving and by ties.

    The same world is simulated with and without the departure of a small group over a grievance they do not voice, at
    the end of each of `months` (default: the first month, and a third and two thirds into the horizon), on common luck.
    `group`: how many leave together, to lower noise (default: GROUP_PERCENT of the customers at the start); `set` and
    `executor` as in `run`. Raises InputError and RunError.
    """
    run_folder.check_writable(out)
    spec = read_scenario(scenario, replications=replications, months=None, seed=seed, overrides=tuple(set))
    leaving, number = check(spec, months, group)
    from loyaltysim.calibration import solve
    from loyaltysim.experiments.lost_customer import lose
    from loyaltysim.scenario import rests_on

    spec = solve(spec)
    tasks = ((spec, replication, leaving, number) for replication in range(spec.replications))
    with executors.open_executor(executor, tasks=spec.replications) as pool:
        losses = [loss for found in executors.iterate_completed(pool, lose, tasks) for loss in found]
    table = tabulate(losses)
    grades = rests_on(spec)
    files = {"worth.csv": csv_text(table), "rests_on.json": json.dumps(grades, indent=1) + "\n"}
    return Worth(spec, table, grades, write_result_folder(out, spec, files))


def check(spec: Any, months: Sequence[int], group: int | None) -> tuple[tuple[int, ...], int]:
    """Give the months of leaving in order, and how many leave together; raises InputError for what cannot be."""
    chosen = tuple(sorted({*months})) or tuple(sorted({1, spec.months // 3 + 1, 2 * spec.months // 3 + 1}))
    wrong = [month for month in chosen if not 1 <= month <= spec.months]
    if wrong:
        what = f"month {wrong[0]} lies outside the horizon"
        raise InputError(Problem(what, where="--months", cure=f"name months from 1 to {spec.months}"))
    number = max(1, spec.mechanism("market").customers * GROUP_PERCENT // 100) if group is None else group
    if number < 1:
        raise InputError(Problem(f"a group of {group} is no group", where="--group", cure="write 1 or more"))
    for key in ("recovery", "service"):
        if not spec.mechanism(key).on:
            what = f"{key} is off, so nobody can leave over a grievance"
            raise InputError(Problem(what, key, cure=f"write {key}: on"))
    return chosen, number


def tabulate(losses: Sequence[Loss]) -> pd.DataFrame:
    """Give means and 95 % intervals over replications; `all` weighs the thirds by ties alike."""
    import pandas as pd

    return pd.DataFrame.from_records(list(_rows(losses)), columns=list(COLUMNS))


def _rows(losses: Sequence[Loss]) -> Iterator[tuple[Any, ...]]:
    import numpy as np

    for month in sorted({loss.month for loss in losses}):
        here = sorted((loss for loss in losses if loss.month == month), key=lambda loss: loss.replication)
        thirds = list(dict.fromkeys(loss.ties for loss in here))
        for ties in (ALL, *thirds):
            ours = [loss for loss in here if ties in (ALL, loss.ties)]
            mean_ties = float(np.mean([loss.mean_ties for loss in ours]))
            for item, (unit, meaning) in ITEMS.items():
                each = np.array([_figure(loss, item) for loss in ours])
                span = interval(each.reshape(-1, len(thirds)).mean(axis=1) if ties == ALL else each)
                yield (month, ties, mean_ties, item, unit, span.mean, span.low, span.high, span.n, meaning)


def _figure(loss: Loss, item: str) -> float:
    figures = loss.figures
    rest = figures["stayed"] + figures["came"] - figures["spent"]
    return {"rest": rest, "worth": figures["own"] + rest}.get(item, figures.get(item, 0.0))
