"""CSV tables that no spreadsheet mistakes for formulas, and metrics.csv, which says what each figure means."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

from loyaltysim.core.lazy import pd
from loyaltysim.core.mechanism import Metric

METRICS = "metrics.csv"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_cell(value: str | float) -> str:
    """Return one CSV cell: a whole number as such, another in full precision, nothing for what is absent, text that no
    spreadsheet runs."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, int):
        return str(int(value))
    return repr(float(value)) if isfinite(value) else ""


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV with Unix line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows([csv_cell(value) for value in row] for row in frame.itertuples(index=False, name=None))
    return text.getvalue()


def read_table(file: Path) -> pd.DataFrame:
    """Read a table that `csv_text` made: only an empty cell is absent (NaN); quotes before formulas stay."""

    return pd.read_csv(file, keep_default_na=False, na_values=[""])


# metrics.csv: the catalog of what was reported, one row a metric.

COLUMNS = ["metric", "unit", "over", "better", "numerator", "denominator", "annual", "account", "headline", "meaning"]


def metrics_table(catalog: Mapping[str, Metric]) -> pd.DataFrame:
    """Return what each figure means: unit, how months become one, which direction is better; a row a metric."""

    rows = [
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
        for name, each in catalog.items()
    ]
    return pd.DataFrame.from_records(rows, columns=COLUMNS)


def read_metrics(file: Path) -> dict[str, Metric]:
    """Read the catalog back from metrics.csv, in its order."""

    return {
        str(row.metric): Metric(
            doc=str(row.meaning),
            unit=str(row.unit),
            over=row.over,
            better=row.better,
            of=(str(row.numerator), str(row.denominator)) if row.numerator else None,
            annual=bool(row.annual),
            account=row.account,
            headline=bool(row.headline),
            name=str(row.metric),
        )
        for row in pd.read_csv(file, keep_default_na=False).itertuples()
    }
