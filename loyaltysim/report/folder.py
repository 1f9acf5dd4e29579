"""What lies in a folder of results, read from there alone: its manifest, its tables, and a run's results to the bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.declare import Metric
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.record import Audit, PilotRecord, month_metrics
from loyaltysim.report.kept_months import paths_in, places
from loyaltysim.report.results import Results

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

MANIFEST, MONTHS, FIGURES, AUDITS, PILOTS = (
    "manifest.json", "months.parquet", "figures.parquet", "audits.parquet", "pilots.parquet",
)  # fmt: skip
METRICS = "metrics.csv"
AGAIN = "loyaltysim run SCENARIO.yml"
FACTS = ("title", "question", "lesson", "start", "currency", "discount_rate", "strategies", "replications", "months")
"""What a run's manifest must say so that its results can be told."""


@dataclass(frozen=True, eq=False)
class Material:
    """What a report is made from: the manifest, the results of a run, and the tables that lie beside them.

    `results` is None in the folder of a command that tells its answer in tables only.
    """

    manifest: Mapping[str, Any]
    results: Results | None = None
    path: Path = Path()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names (without `.csv`) of the tables in the folder, in alphabetical order."""
        return tuple(sorted(file.stem for file in self.path.glob("*.csv")))

    def table(self, name: str) -> pd.DataFrame | None:
        """Give a table of the folder by its name without `.csv`; None if there is none."""
        import pandas as pd

        if name not in self.names:
            return None
        return pd.read_csv(self.path / f"{name}.csv", keep_default_na=False, na_values=[""])

    @cached_property
    def _drawn(self) -> dict[tuple[Any, ...], Figure]:
        return {}

    def figure(self, question: Callable[..., Figure], *about: Any) -> Figure:
        """Give a picture of what lies here, drawn once however often it is asked for (as a picture and on a page)."""
        key = (question, *about)
        if key not in self._drawn:
            self._drawn[key] = question(self, *about)
        return self._drawn[key]


def material(folder: str | Path) -> Material:
    """Read a folder of results; raises InputError where it is none, or was not finished."""
    path = Path(folder)
    manifest = _manifest(path)
    return Material(manifest, results_in(path, manifest) if (path / FIGURES).exists() else None, path)


def in_hand(path: Path, results: Results | None = None) -> Material:
    """Give the material of a folder that is being written: its files lie there, a run's results are still at hand."""
    return Material(json.loads((path / MANIFEST).read_text(encoding="utf-8")), results, path)


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        what = f"it holds no results: there is no {MANIFEST}" if path.is_dir() else "there is no such folder"
        raise InputError(Problem(what, where=str(path), cure=f"name a folder that `{AGAIN}` has made")) from error
    except ValueError as error:
        raise _spoilt(path, MANIFEST, error) from error
    if not isinstance(manifest, dict):
        raise _spoilt(path, MANIFEST, "it holds no names with values")
    if manifest.get("status") != "done":
        cure = f"finish it: loyaltysim resume {path}"
        raise InputError(Problem(f"this run is {manifest.get('status', 'not finished')}", where=str(path), cure=cure))
    if (path / MONTHS).exists() and not (path / FIGURES).exists():
        cure = f"run it again: loyaltysim run {path / 'scenario.yml'}"
        what = f"it was made by a version that kept no figures of single replications ({FIGURES} is missing)"
        raise InputError(Problem(what, where=str(path), cure=cure))
    _refuse_changed(path, manifest.get("files", {}))
    return manifest


def _refuse_changed(path: Path, sums: Mapping[str, str]) -> None:
    """Refuse tables that are not those that the command wrote: `sums` are their SHA-256 by name."""
    for name, written in sums.items():
        if not (path / name).exists():
            raise _spoilt(path, name, "it is missing")
        if sha256_of(path / name) != written:
            raise _spoilt(path, name, "it is no longer what the command wrote; put it back as it was")


def sha256_of(file: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _spoilt(path: Path, name: str, why: object) -> InputError:
    cure = f"run it again: loyaltysim run {path / 'scenario.yml'}"
    return InputError(Problem(f"{name} cannot be read: {why}", where=str(path), cure=cure))


def results_in(path: Path, manifest: Mapping[str, Any]) -> Results:
    """Read a run's results from its folder, equal to the bit to those that were written; raises InputError."""
    missing = [name for name in FACTS if name not in manifest]
    if missing:
        raise _spoilt(path, MANIFEST, f"it does not say {missing[0]!r}")
    try:
        return _results(path, manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # pyarrow's errors are kinds of these
        raise _spoilt(path, getattr(error, "filename", None) or "its files", error) from error


def results_of(source: Any) -> Results:
    """Give the results of a study, of anything else with `results`, or of a finished run's folder; raises InputError."""
    if isinstance(source, str | Path):
        source = material(source)
        if source.results is None:
            what = f"this folder holds a decision's tables, and no results of a run: there is no {FIGURES}"
            raise InputError(Problem(what, where=str(source.path), cure=f"name a folder that `{AGAIN}` has made"))
    found = source if isinstance(source, Results) else getattr(source, "results", None)
    if isinstance(found, Results):
        return found
    cure = "give a study (what ls.run returns) or the folder of a finished run"
    raise InputError(Problem(f"there are no results of a run in {_kind(source)}", cure=cure))


def _kind(source: Any) -> str:
    return "None" if source is None else f"an object of type {type(source).__name__!r}"


def _results(path: Path, manifest: Mapping[str, Any]) -> Results:
    names, catalog, gone = tuple(manifest["strategies"]), _catalog(path), tuple(manifest.get("left_out", ()))
    numbers = [r for r in range(manifest["replications"]) if r not in {*gone}]
    return Results(
        title=manifest["title"],
        start=manifest["start"],
        currency=manifest["currency"],
        discount_rate=manifest["discount_rate"],
        strategies=names,
        catalog=catalog,
        columns=tuple(month_metrics(catalog)),
        figures=_figures(path, names, catalog, numbers),
        paths=paths_in(path / MONTHS, names, tuple(month_metrics(catalog)), numbers, manifest["months"]),
        audits=_audits(path, names),
        pilots=_pilots(path, names),
        left_out=gone,
    )


def _catalog(path: Path) -> dict[str, Metric]:
    import pandas as pd

    rows = pd.read_csv(path / METRICS, keep_default_na=False).itertuples()
    return {
        str(row.metric): Metric(
            str(row.meaning), str(row.unit), row.over, row.better,
            (str(row.numerator), str(row.denominator)) if row.numerator else None,
            bool(row.annual), row.account,
            bool(row.headline), name=str(row.metric),
        )
        for row in rows
    }  # fmt: skip


def _figures(
    path: Path, names: tuple[str, ...], catalog: Mapping[str, Metric], numbers: Sequence[int]
) -> dict[str, dict[str, np.ndarray]]:
    import numpy as np
    import pyarrow.parquet as pq

    table = pq.read_table(path / FIGURES)
    block = np.full((len(names), len(catalog), len(numbers)), np.nan)
    who, which = places(table, "strategy", names), places(table, "metric", tuple(catalog))
    block[who, which, np.searchsorted(numbers, table["replication"].to_numpy())] = table["value"].to_numpy()
    return {name: dict(zip(catalog, block[place].copy(), strict=True)) for place, name in enumerate(names)}


def _audits(path: Path, names: tuple[str, ...]) -> dict[str, list[Audit]]:
    import pyarrow.parquet as pq

    if not (path / AUDITS).exists():
        return {}
    frame = pq.read_table(path / AUDITS).to_pandas()
    figures = list(frame.columns[5:])
    found: dict[str, list[Audit]] = {name: [] for name in names}
    for (name, _), rows in frame.groupby(["strategy", "replication"], sort=False, observed=True):
        points, stages, kinds = (tuple(rows[key].astype(str)) for key in ("touchpoint", "stage", "kind"))
        found[str(name)].append(Audit(points, stages, kinds, {key: rows[key].to_numpy().copy() for key in figures}))
    return found


def _pilots(path: Path, names: tuple[str, ...]) -> dict[str, list[PilotRecord]]:
    import pyarrow.parquet as pq

    if not (path / PILOTS).exists():
        return {}
    found: dict[str, list[PilotRecord]] = {}
    for row in pq.read_table(path / PILOTS).to_pylist():
        found.setdefault(row.pop("strategy"), []).append(
            PilotRecord(**{k: v for k, v in row.items() if k != "replication"})
        )
    return {name: found[name] for name in names if name in found}
