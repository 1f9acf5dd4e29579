"""A run's folder: claimed for one run, never overwritten; each file appears whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from loyaltysim import __version__
from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.results.manifest import MANIFEST, SCENARIO, manifest_text, read_manifest, sha256_of

if TYPE_CHECKING:
    from loyaltysim.results.manifest import Manifest
    from loyaltysim.scenario import Scenario

RESULTS = Path("results")
REPLICATIONS = re.compile(r"^replications: .*$", re.MULTILINE)
TABLES = (".csv", ".parquet")
FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""What the system says of a disk, or an account's part of it, that takes no more."""


def slug(name: str) -> str:
    """Return a file name made of a text: lower-case ASCII letters and digits, hyphens between; at most 60."""
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
        create_run_folder(out, None).rollback()
    except RunError as error:
        told = str(error).splitlines()[0]
        raise InputError(Problem(told, where="--out", cure="name a folder that can be written to")) from error


class RunFolder:
    """A folder that belongs to one run."""

    def __init__(self, path: Path, made: list[Path]) -> None:
        self.path = path
        self._made = made
        self._written: list[Path] = []
        self._manifest: dict[str, object] = {}

    @contextmanager
    def new(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file of this folder for writing; it gets its name when it is whole. Raises RunError if it cannot."""
        target = self.path / name
        temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            self._make(target.parent)
            with open(temporary, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise write_error(target, error) from error
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

    def update_manifest(self, **entries: object) -> None:
        """Add entries to the manifest."""
        self._manifest |= entries
        self.write(MANIFEST, manifest_text(self._manifest))

    def mark_done(self, **entries: object) -> None:
        """Say that all is done, with the SHA-256 of every table: a report of other tables would tell what nobody
        computed."""
        tables = sorted(file for file in self.path.iterdir() if file.suffix in TABLES)
        self.update_manifest(status="done", **entries, files={file.name: sha256_of(file) for file in tables})

    def force_manifest(self, **entries: object) -> str:
        """Add the run's end to the manifest, over the older one on a full disk; say so if it had to be removed.

        A manifest that told of an earlier state would mislead whoever reads it.
        """
        try:
            self.update_manifest(**entries)
        except RunError:
            return self._overwrite_manifest()
        return ""

    def _overwrite_manifest(self) -> str:
        """Write the manifest into the room that the older one has; failing that, remove it and say so."""
        manifest = self.path / MANIFEST
        try:
            with open(manifest, "r+b") as file:
                file.write(manifest_text(self._manifest).encode())
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                manifest.unlink(missing_ok=True)
            return f"{manifest} could not be written and " + ("is out of date" if manifest.exists() else "was removed")
        return ""

    def rollback(self) -> None:
        """Take away what this run has made: nothing is left of a run whose input was wrong."""
        for file in self._written:
            with suppress(OSError):
                file.unlink(missing_ok=True)
        for folder in reversed(self._made):
            with suppress(OSError):  # another run may have moved in
                folder.rmdir()

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir()
            self._made.append(folder)


def create_run_folder(out: str | Path | None, scenario: Scenario | None) -> RunFolder:
    """Make the folder of a run and prove that it can be written to.

    Args:
        out: Where; None for results/<slug of the file's stem>-<6 hex of the scenario's hash>-<counter>.
        scenario: Which scenario; not asked where `out` is given.

    Raises:
        InputError: `out` is occupied.
        RunError: The folder cannot be made or written to.
    """
    refuse_occupied(out)
    try:
        if out is not None:
            folder = make_chosen_folder(Path(out))
        else:
            assert scenario is not None
            folder = make_numbered_folder(f"{slug(scenario.stem)}-{scenario.sha256[:6]}")
    except OSError as error:
        place = Path(out) if out is not None else RESULTS
        raise RunError(
            f"cannot make the folder {place}: {error.strerror or error}\n    choose another place with --out"
        ) from error
    try:
        folder.write(".writable", b"")
        (folder.path / ".writable").unlink()
    except BaseException:
        folder.rollback()
        raise
    return folder


def make_chosen_folder(path: Path) -> RunFolder:
    """Make a folder of this name, or take the empty one that is there. Raises OSError."""
    made = make_parents(path.parent)
    if not path.is_dir():
        path.mkdir()
        made.append(path)
    return RunFolder(path, made)


def make_numbered_folder(stem: str) -> RunFolder:
    """Make a new folder below results/, with the first number that is free. Raises OSError."""
    made = make_parents(RESULTS)
    counter = 1
    while True:
        path = RESULTS / f"{stem}-{counter}"
        try:
            path.mkdir()  # of two runs that start at once, one gets the number
            return RunFolder(path, [*made, path])
        except FileExistsError:
            counter += 1


def make_parents(folder: Path) -> list[Path]:
    """Make a folder with those above it; returns those that were not there. Raises OSError."""
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
        raise write_error(folder, error) from error


def write_error(target: Path, error: OSError) -> RunError:
    """Return what is said of a file that cannot be written."""
    return RunError(
        f"cannot write {target}: {error.strerror or error}\n    make room, or choose another place with --out"
    )


# A folder that exists already: its run is finished in it, by one process at a time.


@dataclass(frozen=True)
class StoredRun:
    """What the folder of a run, or of a command that decides, says of itself."""

    path: Path
    manifest: Manifest

    @property
    def command(self) -> str:
        """The command that decides whose folder it is; empty for a run's."""
        return str(self.manifest.get("command", ""))

    @property
    def is_done(self) -> bool:
        """Whether the run came to its end."""
        return self.manifest.get("status") == "done"

    @property
    def is_whole(self) -> bool:
        """Whether it did, and none of its runs failed."""
        return self.is_done and not self.manifest.get("runs_failed")


def read_run_folder(path: str | Path) -> StoredRun:
    """Read what the folder of a run or of a command that decides says of itself.

    Raises:
        InputError: With the cure, for what is no such folder, or not of this version.
    """
    place = Path(path)
    manifest = read_manifest(place, "status", "versions", "scenario_sha256")
    theirs = manifest["versions"].get("loyaltysim", "unknown")
    if theirs != __version__:
        cure = f"use that version, pip install loyaltysim=={theirs}; or run its {SCENARIO} anew with this one"
        what = f"this run is of loyaltysim {theirs}, and this is {__version__}"
        raise InputError(Problem(what, where=str(place), cure=cure))
    return StoredRun(place, manifest)


class ExistingRunFolder(RunFolder):
    """A folder in which a run is carried on: what stood there before stays, whatever happens."""

    def __init__(self, stored: StoredRun) -> None:
        super().__init__(stored.path, [])
        self._manifest = dict(stored.manifest)

    def rollback(self) -> None:
        """Leave everything: the run can still be finished later."""


def with_manifest_replications(text: str, place: Path) -> str:
    """Return a folder's scenario as it stands there, but for the line of its replications, which is that of `text`.

    Header, marks and sources are those of the run's beginning, also where the run was carried on from the file itself.
    """
    line = REPLICATIONS.search(text)
    before = (place / SCENARIO).read_text(encoding="utf-8")
    return REPLICATIONS.sub(lambda _: line[0], before, count=1) if line else before


@contextmanager
def lock_folder(path: Path) -> Iterator[None]:
    """Keep other processes from carrying on the run of a folder. Raises InputError where one is at it."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        yield
        return
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
