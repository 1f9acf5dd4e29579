"""The figures of every replication in a run's folder, so that its results can be read again from there to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from loyaltysim.experiments.files import csv_text
from loyaltysim.report.folder import AUDITS, FIGURES, METRICS, PILOTS
from loyaltysim.report.results import Results, frame_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from loyaltysim.experiments.store import RunFolder

COLUMNS = ["metric", "unit", "over", "better", "numerator", "denominator", "annual", "account", "headline", "meaning"]


def facts_of(scenario: Any) -> dict[str, Any]:
    """Give what a manifest must tell of a scenario, besides its title and sizes, so that its results can be told."""
    return {
        "question": getattr(scenario, "question", ""),
        "lesson": getattr(scenario, "lesson", ""),
        "start": str(scenario.start),
        "currency": scenario.currency,
        "discount_rate": scenario.discount_rate,
    }


def begin(scenario: Any, folder: RunFolder) -> None:
    """Write audit.csv, which names the files that figures came from: of a resumed run it would name the run's own."""
    from loyaltysim.scenario import Scenario, audit

    if isinstance(scenario, Scenario):
        folder.write("audit.csv", csv_text(audit(scenario)))


def keep(results: Results, folder: RunFolder) -> None:
    """Write figures.parquet and metrics.csv; audits.parquet and pilots.parquet where there is anything in them."""
    written: dict[str, Callable[[Results], Any]] = {FIGURES: _figures}
    written |= {AUDITS: _audits} if results.audits else {}
    written |= {PILOTS: _pilots} if results.pilots else {}
    for name, table in written.items():
        with folder.new(name) as file:
            _write(table(results), file)
    folder.write(METRICS, csv_text(metrics(results)))


def metrics(results: Results) -> pd.DataFrame:
    """Give what each figure means: unit, how months become one figure, which direction is better; one row a metric."""
    import pandas as pd

    rows = (
        (
            name,
            each.unit,
            each.over,
            each.better,
            *(each.of or ("", "")),
            int(each.annual),
            each.account,
            int(each.headline),
            each.doc,
        )
        for name, each in results.catalog.items()
    )
    return pd.DataFrame.from_records(list(rows), columns=COLUMNS)


def _write(table: Any, file: IO[bytes]) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, file, compression="zstd")


def _figures(results: Results) -> Any:
    """Give one row a strategy, replication and metric; a rate of nothing has no value."""
    import pyarrow as pa

    frame = frame_of(results)
    frame["replication"] = frame.replication.astype("int32")
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


def _audits(results: Results) -> Any:
    """Give one row a strategy, replication and touchpoint, in the touchpoints' order, with each figure as a column."""
    import numpy as np
    import pyarrow as pa

    found = [
        (name, r, audit)
        for name in results.strategies
        for r, audit in zip(results.numbers, results.audits[name], strict=True)
    ]

    def repeated(values: Iterator[Any]) -> list[Any]:
        return [value for value, (*_, audit) in zip(values, found, strict=True) for _ in audit.names]

    texts = {
        "touchpoint": [name for *_, audit in found for name in audit.names],
        "stage": [stage for *_, audit in found for stage in audit.stages],
        "kind": [kind for *_, audit in found for kind in audit.kinds],
    }
    figures = {key: np.concatenate([audit.figures[key] for *_, audit in found]) for key in found[0][-1].figures}
    return pa.table(
        {
            "strategy": pa.array(repeated(name for name, *_ in found)).dictionary_encode(),
            "replication": pa.array(repeated(r for _, r, _ in found), pa.int32()),
            **{key: pa.array(values).dictionary_encode() for key, values in texts.items()},
            **figures,
        }
    )


def _pilots(results: Results) -> Any:
    """Give one row a piloted strategy and replication, as in pilots.csv but with ends that may be infinite."""
    from dataclasses import asdict

    import pyarrow as pa

    rows = [
        {"strategy": name, "replication": number, **asdict(each)}
        for name, found in results.pilots.items()
        for number, each in zip(results.numbers, found, strict=True)
    ]
    return pa.Table.from_pylist(rows)
