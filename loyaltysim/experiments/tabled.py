"""From a run's results to its tables, sentences and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from loyaltysim.analysis import comparison, summary, touchpoints
from loyaltysim.experiments.study import Study
from loyaltysim.report import answer, failure_words, pilot_table, precision_words
from loyaltysim.results import run_folder, writer
from loyaltysim.results.results import Results, RunAccumulator
from loyaltysim.stats.sequential import SequentialVerdict


def tabled(
    spec: Any,
    results: Results,
    folder: Path,
    budgets: Mapping[str, float],
    rests_on: Mapping[str, int],
    runs: RunAccumulator,
) -> Study:
    """Bring a run's results into their tables and sentences; `budgets` is what each strategy plans to spend beyond the first."""
    failed = failure_words.table(runs.failures.values())
    return Study(
        scenario=spec,
        results=results,
        folder=folder,
        answer=answer.answer(results),
        rests_on=dict(rests_on),
        summary=summary.build_summary(results),
        departures=summary.build_departures(results),
        complaints=summary.build_complaints(results),
        money=summary.build_money(results),
        failures=failed,
        profile=runs.profile,
        touchpoints=touchpoints.build_touchpoints(results),
        business=summary.build_business(results),
        pilots=pilot_table.pilots(results),
        duel=comparison.compare_pairs(results),
        ranking=comparison.rank_strategies(results, budgets),
        said=tuple(told for told in _said(results, budgets) if told),
    )


def _said(results: Results, budgets: Mapping[str, float]) -> Iterator[str]:
    """Say what is worth reading beside the answer: risk and budgets where there are several strategies."""
    if len(results.strategies) > 1:
        yield comparison.describe_risk(results)
        yield comparison.describe_unequal_budgets(results, budgets)


def write_tables(folder: run_folder.RunFolder, study: Study) -> None:
    """Write the tables that are not empty, every metric month by month, and every replication's figures."""
    for name in ("summary", "departures", "complaints", "money"):
        folder.write(f"{name}.csv", writer.csv_text(getattr(study, name)))
    for name in ("duel", "ranking", "touchpoints", "business", "pilots", failure_words.FAILURES):
        if len(getattr(study, name)):
            folder.write(f"{name}.csv", writer.csv_text(getattr(study, name)))
        else:
            folder.drop(f"{name}.csv")  # of an earlier try, some of whose runs failed
    with folder.new("months.parquet") as file:
        writer.write_months(study.results, file)
    writer.write_figures(study.results, folder)


def settled_answer(results: Results, verdict: SequentialVerdict) -> str:
    """Give the answer of a study that went on until it was settled."""
    later = answer.later_value_matters(results) if verdict.second else ""
    return "\n".join(line for line in (precision_words.answer(results, verdict), later) if line)
