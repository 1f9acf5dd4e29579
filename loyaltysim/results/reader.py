"""What lies in a folder of results, read from there alone: its manifest, its tables, and a run's results to the bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import Audit, PilotRecord, month_metrics
from loyaltysim.results.out_of_core import SpillArray, SpilledPaths
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

# Every run's months read back from a folder's months.parquet, to the bit, a piece at a time.


def month_places(table: Any, column: str, wanted: Sequence[str]) -> np.ndarray:
    """Give each row's place among the wanted names (-1 where it is none of them); int64 (rows,)."""
    import numpy as np

    encoded = table[column].combine_chunks()
    encoded = encoded if hasattr(encoded, "indices") else encoded.dictionary_encode()
    place = {name: number for number, name in enumerate(wanted)}
    found = np.array([place.get(name, -1) for name in encoded.dictionary.to_pylist()], np.int64)
    return found[encoded.indices.to_numpy()]


def read_paths(
    file: Path, names: Sequence[str], columns: Sequence[str], numbers: Sequence[int], months: int
) -> dict[str, SpilledPaths]:
    """Read the recorded metrics of some strategies and replications; what a month did not record is NaN.

    `columns`: the metrics; `months`: the horizon. Raises OSError, KeyError and ValueError for what is no such file, or not
    in the order in which a run writes it.
    """
    import numpy as np

    kept = [SpillArray(months + 1, len(columns)) for _ in names]
    found: list[dict[int, int]] = [{} for _ in names]
    for who, run, table in _runs(file, names, columns, numbers, months):
        if run in found[who]:
            raise ValueError(f"the rows of {names[who]!r}, replication {numbers[run]}, are not together")
        found[who][run] = kept[who].put(table)
    blank = np.full((months + 1, len(columns)), np.nan)
    for scratch, there in zip(kept, found, strict=True):
        for run in {*range(len(numbers))} - {*there}:
            there[run] = scratch.put(blank)
    return {
        name: SpilledPaths(scratch, [there[run] for run in range(len(numbers))])
        for name, scratch, there in zip(names, kept, found, strict=True)
    }


def _runs(
    file: Path, names: Sequence[str], columns: Sequence[str], numbers: Sequence[int], months: int
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Give each run's strategy and replication, as places among `names` and `numbers`, and its table (T + 1, K)."""
    import numpy as np
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as kept:
        for number in range(kept.num_row_groups):
            group = kept.read_row_group(number)
            who, which = month_places(group, "strategy", names), month_places(group, "metric", columns)
            run = who * len(numbers) + np.searchsorted(numbers, group["replication"].to_numpy())
            ours = (who >= 0) & (which >= 0)
            run, month, which = run[ours], group["month"].to_numpy()[ours], which[ours]
            block_of, place = np.unique(run, return_inverse=True)
            block = np.full((len(block_of), months + 1, len(columns)), np.nan)
            block[place, month, which] = group["value"].to_numpy()[ours]
            for each, table in zip(block_of.tolist(), block, strict=True):
                yield *divmod(each, len(numbers)), table


MANIFEST, MONTHS, FIGURES, AUDITS, PILOTS = (
    "manifest.json", "months.parquet", "figures.parquet", "audits.parquet", "pilots.parquet",
)  # fmt: skip
METRICS = "metrics.csv"
AGAIN = "loyaltysim run SCENARIO.yml"
FACTS = ("title", "question", "lesson", "start", "currency", "discount_rate", "strategies", "replications", "months")
"""What a run's manifest must say so that its results can be told."""


@dataclass(frozen=True, eq=False)
class ReportSource:
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


def read_source(folder: str | Path) -> ReportSource:
    """Read a folder of results; raises InputError where it is none, or was not finished."""
    path = Path(folder)
    manifest = _manifest(path)
    return ReportSource(manifest, read_results(path, manifest) if (path / FIGURES).exists() else None, path)


def source_from_memory(path: Path, results: Results | None = None) -> ReportSource:
    """Give the material of a folder that is being written: its files lie there, a run's results are still at hand."""
    return ReportSource(json.loads((path / MANIFEST).read_text(encoding="utf-8")), results, path)


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        what = f"it holds no results: there is no {MANIFEST}" if path.is_dir() else "there is no such folder"
        raise InputError(Problem(what, where=str(path), cure=f"name a folder that `{AGAIN}` has made")) from error
    except ValueError as error:
        raise _corrupt_folder(path, MANIFEST, error) from error
    if not isinstance(manifest, dict):
        raise _corrupt_folder(path, MANIFEST, "it holds no names with values")
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
            raise _corrupt_folder(path, name, "it is missing")
        if sha256_of(path / name) != written:
            raise _corrupt_folder(path, name, "it is no longer what the command wrote; put it back as it was")


def sha256_of(file: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _corrupt_folder(path: Path, name: str, why: object) -> InputError:
    cure = f"run it again: loyaltysim run {path / 'scenario.yml'}"
    return InputError(Problem(f"{name} cannot be read: {why}", where=str(path), cure=cure))


def read_results(path: Path, manifest: Mapping[str, Any]) -> Results:
    """Read a run's results from its folder, equal to the bit to those that were written; raises InputError."""
    missing = [name for name in FACTS if name not in manifest]
    if missing:
        raise _corrupt_folder(path, MANIFEST, f"it does not say {missing[0]!r}")
    try:
        return _results(path, manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # pyarrow's errors are kinds of these
        raise _corrupt_folder(path, getattr(error, "filename", None) or "its files", error) from error


def read_results_of(source: Any) -> Results:
    """Give the results of a study, of anything else with `results`, or of a finished run's folder; raises InputError."""
    if isinstance(source, str | Path):
        source = read_source(source)
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
        paths=read_paths(path / MONTHS, names, tuple(month_metrics(catalog)), numbers, manifest["months"]),
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
    who, which = month_places(table, "strategy", names), month_places(table, "metric", tuple(catalog))
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
