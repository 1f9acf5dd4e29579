"""Fingerprints of what a result's bits depend on beside its scenario: the sources, the packages and the machine."""

from __future__ import annotations

import hashlib
import inspect
import platform
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.core.errors import InputError, Problem

if TYPE_CHECKING:
    from loyaltysim.core.mechanism import Mechanism

PACKAGE = Path(__file__).parent.parent
SOLVING = ("core", "kernels", "mechanisms", "scenario", "calibration", "simulation", "stats/intervals")
"""What the solved rates depend on: folders of the package, with all below them, and modules by name (`sub/module`)."""
SIMULATING = (*SOLVING, "model")
"""What a run depends on, likewise. Whoever moves a folder or module names its new place here."""

_counted: dict[str, str] = {}


def count_sources(mechanisms: Iterable[type[Mechanism]]) -> None:
    """Let the sources of exactly these mechanisms, which lie outside the package, count in every fingerprint from here
    on.

    Raises:
        InputError: The source of one cannot be found.
    """
    digests = {f"{one.__module__}.{one.__qualname__}": class_fingerprint(one) for one in mechanisms}
    _counted.clear()
    _counted.update(digests)
    for function in (source_fingerprint, program_version, environment_fingerprint):
        function.cache_clear()


def class_fingerprint(one: type[Mechanism]) -> str:
    """Return a digest of the sources that a mechanism stands in: of its whole package, its script, or its cells of a
    notebook.

    Raises:
        InputError: It was typed where no source is kept.
    """
    digest = hashlib.blake2b(digest_size=16)
    top = sys.modules[one.__module__.partition(".")[0]]
    folders = [Path(folder) for folder in getattr(top, "__path__", ())]
    file: str | None = getattr(top, "__file__", None)
    if folders:
        files = {each.relative_to(folder).as_posix(): each for folder in folders for each in folder.rglob("*.py")}
        contents = [f"{place}\n{files[place].read_text('utf-8')}" for place in sorted(files)]
    elif file:
        contents = [Path(file).read_text("utf-8")]
    else:
        functions = [
            getattr(member, "func", None) or getattr(member, "fget", None) or member for member in vars(one).values()
        ]
        try:
            contents = [inspect.getsource(function) for function in functions if inspect.isfunction(function)]
        except OSError:
            cure = "write its class into a file and import it"
            raise InputError(Problem("its source cannot be found", one.__qualname__, cure=cure)) from None
        contents.append(
            repr((*one.declarations(), *one.columns(), *one.row_lists(), *one.metrics(), one.needs, one.after))
        )
    for content in contents:
        digest.update(f"{len(content)}\n{content}".encode())
    return digest.hexdigest()


@cache
def source_fingerprint(*rooms: str, package: Path = PACKAGE) -> str:
    """Return a digest of the Python sources in some rooms: of their contents, and of their places within the package.

    The sources of mechanisms of one's own (`count_sources`) count in every one.

    Args:
        rooms: Folders, each with all that lies below it, and modules without their ending; as in SIMULATING.
        package: The folder that the rooms lie in; where it lies does not count.

    Returns:
        32 hexadecimal digits, the same in whatever order the rooms are named. It is read once a process.

    Raises:
        FileNotFoundError: A room is not there, or holds no source: what was moved must not drop out unseen.
    """
    found: set[Path] = set()
    for room in rooms:
        module = package / f"{room}.py"
        files = [module] if module.is_file() else [*(package / room).rglob("*.py")]
        if not files:
            raise FileNotFoundError(f"no sources at {package / room}: core/fingerprint.py names where they lie")
        found.update(files)
    digest = hashlib.blake2b(digest_size=16)
    for place, file in sorted((file.relative_to(package).as_posix(), file) for file in found):
        content = file.read_bytes()
        digest.update(f"{place}\n{len(content)}\n".encode())
        digest.update(content)
    for name, counted in sorted(_counted.items()):
        digest.update(f"{name}\n{counted}\n".encode())
    return digest.hexdigest()


@cache
def program_version() -> str:
    """Return loyaltysim's version with a digest of its sources that simulate: `0.1.0+0123456789abcdef`."""
    from loyaltysim import __version__

    return f"{__version__}+{source_fingerprint(*SIMULATING)[:16]}"


@cache
def machine() -> str:
    """Return the machine's name as far as it bears on a result's last bits: `Linux x86_64 skylake`."""
    from llvmlite import binding

    return f"{platform.system()} {platform.machine()} {binding.get_host_cpu_name()}"


@cache
def environment_fingerprint() -> str:
    """Return a digest of what a run's bits depend on beside its scenario: program, packages, Python and machine.

    Returns:
        32 hexadecimal digits. Where they are equal, the same scenario gives the same bits.
    """
    packages = [f"{name} {version(name)}" for name in ("numpy", "numba", "llvmlite")]
    parts = [program_version(), *packages, platform.python_version(), machine()]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
