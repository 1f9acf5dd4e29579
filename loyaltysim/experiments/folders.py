"""A run's folder, looked at again: is it one, of this version, with its scenario unchanged, and is nobody at work in it?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim import __version__
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import store

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

SCENARIO = "scenario.yml"
_REPLICATIONS = re.compile(r"^replications: .*$", re.MULTILINE)


@dataclass(frozen=True)
class KeptRun:
    """What the folder of a run, or of a command that decides, says of itself: its manifest, and the scenario in full."""

    path: Path
    manifest: dict[str, Any]
    scenario: Scenario

    @property
    def command(self) -> str:
        """The command that decides whose folder it is; empty for a run's."""
        return str(self.manifest.get("command", ""))

    @property
    def is_done(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.manifest.get("status") == "done")

    @property
    def is_whole(self) -> bool:
        """Whether it did, and none of its runs failed."""
        return self.is_done and not self.manifest.get("runs_failed")


class Reopened(store.RunFolder):
    """A folder in which a run is carried on: what stood there before stays, whatever happens."""

    def __init__(self, kept: KeptRun) -> None:
        super().__init__(kept.path, [])
        self._manifest = dict(kept.manifest)

    def abandon(self) -> None:
        """Leave everything: the run can still be finished later."""


def kept_run(path: str | Path) -> KeptRun:
    """Read a run's folder. Raises InputError, with the cure, for what is no run's folder or not of this version."""
    found = kept(path)
    if found.command:
        cure = (
            f"give the command again, in this folder: {found.manifest.get('repeat', f'loyaltysim {found.command} ...')}"
        )
        what = f"this is the folder of `{found.command}`, not of a run"
        raise InputError(Problem(what, where=str(found.path), cure=cure))
    return found


def kept(path: str | Path) -> KeptRun:
    """Read the folder of a run or of a command that decides. Raises InputError as `kept_run` does."""
    place = Path(path)
    manifest = _manifest(place)
    theirs = manifest["versions"]["loyaltysim"]
    if theirs != __version__:
        cure = f"use that version, pip install loyaltysim=={theirs}; or run its {SCENARIO} anew with this one"
        what = f"this run is of loyaltysim {theirs}, and this is {__version__}"
        raise InputError(Problem(what, where=str(place), cure=cure))
    from loyaltysim.scenario import load

    scenario = load(place / SCENARIO)
    if _told_of(scenario, manifest).sha256 != manifest["scenario_sha256"]:
        cure = f"put the file back as it was, or run it as a scenario of its own: loyaltysim run {place / SCENARIO}"
        raise InputError(
            Problem("the scenario is no longer the one of this run", where=str(place / SCENARIO), cure=cure)
        )
    return KeptRun(place, manifest, scenario)


def _told_of(scenario: Scenario, manifest: dict[str, Any]) -> Scenario:
    """Give the scenario with as many replications as its manifest tells, where a rule finds how many they are.

    Scenario and manifest get the number one after the other, and a run may be killed between the two.
    """
    count = manifest.get("replications")
    if manifest["status"] == "done" or "stops_when" not in manifest or count == scenario.replications:
        return scenario
    return scenario.replaced({"replications": count}, source=store.MANIFEST)


def with_replications_of(text: str, place: Path) -> str:
    """Give a folder's scenario as it stands there, but for the line of its replications, which is that of `text`.

    Header, marks and sources are those of the run's beginning, also where the run was carried on from the file itself.
    """
    line = _REPLICATIONS.search(text)
    kept = (place / SCENARIO).read_text(encoding="utf-8")
    return _REPLICATIONS.sub(lambda _: line[0], kept, count=1) if line else kept


def _manifest(place: Path) -> dict[str, Any]:
    cure = "name the folder of a run, one with a manifest.json; `loyaltysim run` says where it lies"
    if not place.is_dir():
        raise InputError(Problem("there is no such folder", where=str(place), cure=cure))
    try:
        manifest = json.loads((place / store.MANIFEST).read_text(encoding="utf-8"))
        if {"status", "versions", "scenario_sha256"} <= set(manifest) and "loyaltysim" in manifest["versions"]:
            return dict(manifest)
    except (OSError, ValueError, TypeError):
        pass
    raise InputError(Problem("this is not the folder of a run", where=str(place), cure=cure))


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep other processes from carrying on the run of a folder. Raises InputError where one is at it."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        yield
        return
    import os

    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            cure = "wait until it has ended"
            raise InputError(Problem("another process is at this run now", where=str(path), cure=cure)) from error
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(handle)


def swept(path: Path) -> None:
    """Take away what a run that was killed had only half written."""
    for file in path.rglob(".*.part"):
        with suppress(OSError):
            file.unlink()
