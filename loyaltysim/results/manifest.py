"""manifest.json: what a folder of results says of itself. Its one schema, written and read here."""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.fingerprint import machine

if TYPE_CHECKING:
    from loyaltysim.results.results import RunAccumulator
    from loyaltysim.results.run_folder import RunFolder
    from loyaltysim.scenario import Scenario

MANIFEST, SCENARIO = "manifest.json", "scenario.yml"
"""The names in every folder of results."""


class Manifest(TypedDict, total=False):
    """The entries of manifest.json, in the order in which a run or a command that decides writes them."""

    status: Literal["done", "interrupted", "failed"]
    command: str
    """The command that decides; absent in a run's folder."""
    options: dict[str, object]
    """What it was asked, by option."""
    repeat: str
    """The line that asks it again, in this folder."""
    title: str
    question: str
    lesson: str
    start: str
    """The first month, as 2027-01."""
    currency: str
    discount_rate: float
    """A year."""
    versions: dict[str, str]
    """Of loyaltysim, python, mesa, numpy and numba."""
    machine: str
    seed: int
    replications: int
    months: int
    strategies: list[str]
    """Those that are compared, the reference first."""
    scenario_sha256: str
    started: str
    """When, in UTC, ISO 8601."""
    stops_when: dict[str, Any]
    """The rule by which replications were added, if they were."""
    settled: bool
    after_replications: int
    """How many it took to settle the answer."""
    answer: str
    rests_on: dict[str, int]
    """How many figures of each evidence grade."""
    runs_failed: int
    left_out: list[int]
    """Replications in which a run failed."""
    duration_s: float
    """Wall clock, of the whole command."""
    simulation_s: float
    """Processor time, of the simulated months."""
    person_months: int
    person_months_per_second: int
    runs: int
    runs_reused: int
    """How many of the runs an earlier study had made."""
    notes: list[str]
    """Further sentences of a command that decides."""
    error: str
    """Why the command failed."""
    files: dict[str, str]
    """The SHA-256 of every table, by name, once all is done."""


# What is written.


def study_header(scenario: Scenario) -> Manifest:
    """Return what a manifest says of a study when it begins."""
    return {
        "title": scenario.title,
        "question": scenario.question,
        "lesson": scenario.lesson,
        "start": str(scenario.start),
        "currency": scenario.currency,
        "discount_rate": scenario.discount_rate,
        "versions": versions(),
        "machine": machine(),
        "seed": scenario.seed,
        "replications": scenario.replications,
        "months": scenario.months,
        "strategies": list(scenario.strategies),
        "scenario_sha256": scenario.sha256,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def versions() -> dict[str, str]:
    """Return the versions of all that bears on a result's last bits."""
    found = {"python": sys.version.split()[0]}
    for name in ("loyaltysim", "mesa", "numpy", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that is not installed
            found[name] = str(getattr(sys.modules.get(name), "__version__", "unknown"))
    return found


def elapsed(began: float) -> float:
    """Return the seconds since the command began; `began` as `perf_counter` told it."""
    return round(perf_counter() - began, 3)


def timings(runs: RunAccumulator, began: float) -> Manifest:
    """Return the processor time of the simulated months, and the person-months simulated in a second of it."""
    seconds = runs.seconds
    return {
        "duration_s": elapsed(began),
        "simulation_s": round(seconds, 6),
        "person_months": runs.person_months,
        "person_months_per_second": round(runs.person_months / seconds) if seconds > 0 else 0,
    }


@contextmanager
def recording_status(folder: RunFolder, began: float) -> Iterator[None]:
    """Leave a manifest that says how a command ended; leave nothing when the input was wrong.

    Args:
        folder: Where the command writes.
        began: When it began, as `perf_counter` told it.

    Raises:
        InputError: As it came; the folder is rolled back.
        KeyboardInterrupt: As it came, with the words where the unfinished folder lies.
        RunError: The command failed, and the manifest could not be written in full.
    """
    try:
        yield
    except InputError:
        folder.rollback()
        raise
    except KeyboardInterrupt as interrupt:
        folder.force_manifest(status="interrupted", duration_s=elapsed(began))
        raise type(interrupt)(f"interrupted; what there is lies in {folder.path}") from None
    except BaseException as error:
        lost = folder.force_manifest(
            status="failed", duration_s=elapsed(began), error=str(error) or type(error).__name__
        )
        if lost:
            raise RunError(f"{error}\n    {lost}") from error
        raise


def repeat_command(verb: str, options: Mapping[str, object]) -> str:
    """Return the line that repeats a command in the folder of its results: its manifest, page and workbook show it.

    Args:
        verb: The command.
        options: By name, in the order of the line: True is a flag, a list an option that is given once an item, a tuple
            an option of several values; None, False and what is empty are left out.
    """

    def text(value: object) -> str:
        return f"{value:.15g}" if isinstance(value, float) else str(value)

    words = ["loyaltysim", verb, SCENARIO]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif isinstance(value, list):
            words += [word for item in value for word in (flag, text(item))]
        elif isinstance(value, tuple):
            words += [flag, *map(text, value)] if value else []
        elif value not in (None, False, ""):
            words += [flag, text(value)]
    return shlex.join(words)


def manifest_text(manifest: Mapping[str, object]) -> str:
    """Return a manifest as its file holds it."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


# What is read.


def read_manifest(folder: Path, *needed: str) -> Manifest:
    """Read the manifest of a folder of results.

    Args:
        folder: Where it lies.
        needed: The entries without which the folder is of no use to the caller.

    Raises:
        InputError: There is no folder or no manifest, or it is torn, or does not say what is needed.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        what = f"it holds no results: there is no {MANIFEST}" if folder.is_dir() else "there is no such folder"
        cure = f"name the folder of a run, one with a {MANIFEST}; `loyaltysim run` says where it lies"
        raise InputError(Problem(what, where=str(folder), cure=cure)) from error
    except ValueError as error:
        raise corrupt_folder(folder, MANIFEST, error) from error
    if not isinstance(found, dict):
        raise corrupt_folder(folder, MANIFEST, "it holds no names with values")
    for name in needed:
        if name not in found:
            raise corrupt_folder(folder, MANIFEST, f"it does not say {name!r}")
    return cast("Manifest", found)


def corrupt_folder(folder: Path, name: str, why: object) -> InputError:
    """Return the error that says which file of a folder cannot be read, and why."""
    cure = f"run it again: loyaltysim run {folder / SCENARIO}"
    return InputError(Problem(f"{name} cannot be read: {why}", where=str(folder), cure=cure))


def check_files(folder: Path, manifest: Manifest) -> None:
    """Refuse tables that are not those that the command wrote: a report of others would tell what nobody computed.

    Raises:
        InputError: A table whose sum the manifest says is missing, or has another.
    """
    for name, written in manifest.get("files", {}).items():
        if not (folder / name).exists():
            raise corrupt_folder(folder, name, "it is missing")
        if sha256_of(folder / name) != written:
            raise corrupt_folder(folder, name, "it is no longer what the command wrote; put it back as it was")


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
