"""What lies in a folder of results, read from there alone: its manifest, its tables, and a run's results to the bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.lazy import pd
from loyaltysim.core.records import month_metrics
from loyaltysim.results.figures import AUDITS, FIGURES, PILOTS, read_audits, read_figures, read_pilots
from loyaltysim.results.manifest import Manifest, check_files, corrupt_folder, read_manifest
from loyaltysim.results.months import MONTHS, read_months
from loyaltysim.results.results import Results
from loyaltysim.results.tables import METRICS, read_metrics, read_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AGAIN = "loyaltysim run SCENARIO.yml"
FACTS = ("title", "question", "lesson", "start", "currency", "discount_rate", "strategies", "replications", "months")
"""What a run's manifest must say so that its results can be told."""


@dataclass(frozen=True, eq=False)
class ReportSource:
    """What a report is made from: the manifest, the results of a run, and the tables that lie beside them.

    `results` is None in the folder of a command that tells its answer in tables only.
    """

    manifest: Manifest
    results: Results | None = None
    path: Path = Path()

    @classmethod
    def from_memory(cls, path: Path, results: Results | None = None) -> ReportSource:
        """Return the source of a folder that is being written: its files lie there, the results are at hand."""
        return cls(read_manifest(path), results, path)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names (without `.csv`) of the tables in the folder, in alphabetical order."""
        return tuple(sorted(file.stem for file in self.path.glob("*.csv")))

    def table(self, name: str) -> pd.DataFrame | None:
        """Return a table of the folder by its name without `.csv`; None if there is none."""
        return read_table(self.path / f"{name}.csv") if name in self.names else None

    @cached_property
    def _drawn(self) -> dict[tuple[Any, ...], Figure]:
        return {}

    def figure(self, question: Callable[..., Figure], *about: Any) -> Figure:
        """Return a picture of what lies here, drawn once however often it is asked for (as a picture and on a page)."""
        key = (question, *about)
        if key not in self._drawn:
            self._drawn[key] = question(self, *about)
        return self._drawn[key]


def read_source(folder: str | Path) -> ReportSource:
    """Read a folder of results.

    Args:
        folder: The folder of a finished run, or of a finished command that decides.

    Raises:
        InputError: It is none, was not finished, or its tables are not those that the command wrote.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    if manifest.get("status") != "done":
        cure = f"finish it: loyaltysim resume {path}"
        raise InputError(Problem(f"this run is {manifest.get('status', 'not finished')}", where=str(path), cure=cure))
    if (path / MONTHS).exists() and not (path / FIGURES).exists():
        cure = f"run it again: loyaltysim run {path / 'scenario.yml'}"
        what = f"it was made by a version that kept no figures of single replications ({FIGURES} is missing)"
        raise InputError(Problem(what, where=str(path), cure=cure))
    check_files(path, manifest)
    return ReportSource(manifest, read_results(path) if (path / FIGURES).exists() else None, path)


def read_results(path: Path) -> Results:
    """Read a run's results from its folder, equal to the bit to those that were written.

    Raises:
        InputError: The manifest does not say enough, or a file cannot be read.
    """
    manifest = read_manifest(path, *FACTS)
    names, gone = tuple(manifest["strategies"]), tuple(manifest.get("left_out", ()))
    try:
        catalog = read_metrics(path / METRICS)
        columns = tuple(month_metrics(catalog))
        numbers = [r for r in range(manifest["replications"]) if r not in {*gone}]
        return Results(
            title=manifest["title"],
            start=manifest["start"],
            currency=manifest["currency"],
            discount_rate=manifest["discount_rate"],
            strategies=names,
            catalog=catalog,
            columns=columns,
            figures=read_figures(path / FIGURES, names, catalog, numbers),
            paths=read_months(path / MONTHS, names, columns, numbers, manifest["months"]),
            audits=read_audits(path / AUDITS, names),
            pilots=read_pilots(path / PILOTS, names),
            left_out=gone,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # pyarrow's errors are kinds of these
        raise corrupt_folder(path, getattr(error, "filename", None) or "its files", error) from error


def read_results_of(source: object) -> Results:
    """Return the results of a study, of anything else with `results`, or of a finished run's folder.

    Raises:
        InputError: There are none in it.
    """
    if isinstance(source, str | Path):
        source = read_source(source)
        if source.results is None:
            what = f"this folder holds a decision's tables, and no results of a run: there is no {FIGURES}"
            raise InputError(Problem(what, where=str(source.path), cure=f"name a folder that `{AGAIN}` has made"))
    found = source if isinstance(source, Results) else getattr(source, "results", None)
    if isinstance(found, Results):
        return found
    kind = "None" if source is None else f"an object of type {type(source).__name__!r}"
    cure = "give a study (what ls.run returns) or the folder of a finished run"
    raise InputError(Problem(f"there are no results of a run in {kind}", cure=cure))
