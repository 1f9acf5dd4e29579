"""A run's folder: claimed for one run, never overwritten; each file appears whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from loyaltysim import __version__
from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.results.reader import MANIFEST, sha256_of

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

RESULTS = Path("results")
TABLES = (".csv", ".parquet")
FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""What the system says of a disk, or an account's part of it, that takes no more."""


def slug(name: str) -> str:
    """Make a file name of a text: lower-case letters and digits of ASCII, hyphens between; at most 60 of them."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:60].strip("-") or "scenario"


def refuse_occupied(out: str | Path | None) -> None:
    """Refuse a chosen folder that already holds something, or is a file."""
    if out is None:
        return
    place = Path(out)
    cure = "name a folder that does not exist yet or is empty"
    try:
        if place.is_dir() and any(place.iterdir()):
            raise InputError(
                Problem(f"{place} is not empty, and results are never overwritten", where="--out", cure=cure)
            )
        if place.exists() and not place.is_dir():
            raise InputError(Problem(f"{place} is a file, not a folder", where="--out", cure=cure))
    except OSError as error:
        raise RunError(f"cannot look into {place}: {error.strerror or error}") from error


def check_writable(out: str | Path | None) -> None:
    """Refuse, before anything is computed, a folder that is taken or that cannot be made and written to."""
    refuse_occupied(out)
    if out is None:
        return
    try:
        create_run_folder(out, None).abandon()
    except RunError as error:
        told = str(error).splitlines()[0]
        raise InputError(Problem(told, where="--out", cure="name a folder that can be written to")) from error


class RunFolder:
    """A folder that belongs to one run."""

    def __init__(self, path: Path, made: list[Path]) -> None:
        self.path = path
        self._made = made
        self._written: list[Path] = []
        self._manifest: dict[str, Any] = {}

    @contextmanager
    def new(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file of this folder for writing; it gets its name when it is whole. Raises RunError if it cannot."""
        target = self.path / name
        temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            self._ensure(target.parent)
            with open(temporary, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise _unwritable(target, error) from error
            raise
        self._written.append(target)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a whole file; text as UTF-8 with Unix line ends."""
        with self.new(name) as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def drop(self, name: str) -> None:
        """Take a file away, if it is there."""
        with suppress(OSError):
            (self.path / name).unlink(missing_ok=True)

    def tell(self, **entries: Any) -> None:
        """Add entries to the manifest."""
        self._manifest |= entries
        self.write(MANIFEST, _as_json(self._manifest))

    def tell_done(self, **entries: Any) -> None:
        """Tell that all is done, with the SHA-256 of every table: a report of other tables would tell what nobody computed."""
        tables = sorted(file for file in self.path.iterdir() if file.suffix in TABLES)
        self.tell(status="done", **entries, files={file.name: sha256_of(file) for file in tables})

    def tell_at_last(self, **entries: Any) -> str:
        """Add the run's end to the manifest, over the older one on a full disk; say so if it had to be removed.

        A manifest that told of an earlier state would mislead whoever reads it.
        """
        try:
            self.tell(**entries)
        except RunError:
            return self._overwrite_manifest()
        return ""

    def _overwrite_manifest(self) -> str:
        """Write the manifest into the room that the older one has; failing that, remove it and say so."""
        manifest = self.path / MANIFEST
        try:
            with open(manifest, "r+b") as file:
                file.write(_as_json(self._manifest).encode())
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                manifest.unlink(missing_ok=True)
            return f"{manifest} could not be written and " + ("is out of date" if manifest.exists() else "was removed")
        return ""

    def abandon(self) -> None:
        """Take away what this run has made: nothing is left of a run whose input was wrong."""
        for file in self._written:
            with suppress(OSError):
                file.unlink(missing_ok=True)
        for folder in reversed(self._made):
            with suppress(OSError):  # another run may have moved in
                folder.rmdir()

    def _ensure(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir()
            self._made.append(folder)


def _as_json(entries: dict[str, Any]) -> str:
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def create_run_folder(out: str | Path | None, scenario: Any) -> RunFolder:
    """Make the folder of a run and prove that it can be written to.

    Without `out`: results/<slug of the file's stem>-<6 hex of the scenario's hash>-<counter>. Raises InputError when
    `out` is occupied, RunError when the folder cannot be made or written to.
    """
    refuse_occupied(out)
    try:
        folder = _numbered(scenario) if out is None else _chosen(Path(out))
    except OSError as error:
        place = Path(out) if out is not None else RESULTS
        raise RunError(
            f"cannot make the folder {place}: {error.strerror or error}\n    choose another place with --out"
        ) from error
    try:
        folder.write(".writable", b"")
        (folder.path / ".writable").unlink()
    except BaseException:
        folder.abandon()
        raise
    return folder


def write_result_folder(out: str | Path | None, scenario: Any, files: Mapping[str, str | bytes]) -> Path | None:
    """Write files, by name, and the scenario in full into a folder of their own; nothing without `out`."""
    if out is None:
        return None
    from loyaltysim.scenario import resolved_yaml

    folder = create_run_folder(out, scenario)
    folder.write("scenario.yml", resolved_yaml(scenario))
    for name, content in files.items():
        folder.write(name, content)
    return folder.path


def _chosen(path: Path) -> RunFolder:
    made = _parents(path.parent)
    if not path.is_dir():
        path.mkdir()
        made.append(path)
    return RunFolder(path, made)


def _numbered(scenario: Any) -> RunFolder:
    made = _parents(RESULTS)
    stem = f"{slug(scenario.stem)}-{scenario.sha256[:6]}"
    counter = 1
    while True:
        path = RESULTS / f"{stem}-{counter}"
        try:
            path.mkdir()  # of two runs that start at once, one gets the number
            return RunFolder(path, [*made, path])
        except FileExistsError:
            counter += 1


def _parents(folder: Path) -> list[Path]:
    for each in (folder, *folder.parents):
        if each.exists() and not each.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{each} is a file, not a folder")
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return list(reversed(missing))


@contextmanager
def explaining_write_errors(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with files without a name of their own in a folder into a RunError."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise _unwritable(folder, error) from error


def _unwritable(target: Path, error: OSError) -> RunError:
    return RunError(
        f"cannot write {target}: {error.strerror or error}\n    make room, or choose another place with --out"
    )


# A run's folder, looked at again: is it one, of this version, with its scenario unchanged, and is nobody at work in it?

SCENARIO = "scenario.yml"
_REPLICATIONS = re.compile(r"^replications: .*$", re.MULTILINE)


@dataclass(frozen=True)
class StoredRun:
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


class ExistingRunFolder(RunFolder):
    """A folder in which a run is carried on: what stood there before stays, whatever happens."""

    def __init__(self, kept: StoredRun) -> None:
        super().__init__(kept.path, [])
        self._manifest = dict(kept.manifest)

    def abandon(self) -> None:
        """Leave everything: the run can still be finished later."""


def read_run(path: str | Path) -> StoredRun:
    """Read a run's folder. Raises InputError, with the cure, for what is no run's folder or not of this version."""
    found = read_run_folder(path)
    if found.command:
        cure = (
            f"give the command again, in this folder: {found.manifest.get('repeat', f'loyaltysim {found.command} ...')}"
        )
        what = f"this is the folder of `{found.command}`, not of a run"
        raise InputError(Problem(what, where=str(found.path), cure=cure))
    return found


def read_run_folder(path: str | Path) -> StoredRun:
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
    if _describe_change(scenario, manifest).sha256 != manifest["scenario_sha256"]:
        cure = f"put the file back as it was, or run it as a scenario of its own: loyaltysim run {place / SCENARIO}"
        raise InputError(
            Problem("the scenario is no longer the one of this run", where=str(place / SCENARIO), cure=cure)
        )
    return StoredRun(place, manifest, scenario)


def _describe_change(scenario: Scenario, manifest: dict[str, Any]) -> Scenario:
    """Give the scenario with as many replications as its manifest tells, where a rule finds how many they are.

    Scenario and manifest get the number one after the other, and a run may be killed between the two.
    """
    count = manifest.get("replications")
    if manifest["status"] == "done" or "stops_when" not in manifest or count == scenario.replications:
        return scenario
    return scenario.replace({"replications": count}, source=MANIFEST)


def with_manifest_replications(text: str, place: Path) -> str:
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
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if {"status", "versions", "scenario_sha256"} <= set(manifest) and "loyaltysim" in manifest["versions"]:
            return dict(manifest)
    except (OSError, ValueError, TypeError):
        pass
    raise InputError(Problem("this is not the folder of a run", where=str(place), cure=cure))


@contextmanager
def lock_folder(path: Path) -> Iterator[None]:
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


def remove_partial_files(path: Path) -> None:
    """Take away what a run that was killed had only half written."""
    for file in path.rglob(".*.part"):
        with suppress(OSError):
            file.unlink()
