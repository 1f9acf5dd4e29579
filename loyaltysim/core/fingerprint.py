"""Fingerprints of what a result's bits depend on beside its scenario: the sources, the packages and the machine."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
SOLVING = ("core", "kernels", "mechanisms", "scenario", "calibration", "simulation")
"""What the solved rates depend on: folders of the package, with all below them, and modules by name (`sub/module`)."""
SIMULATING = (*SOLVING, "model")
"""What a run depends on, likewise. Whoever moves a folder or module names its new place here."""


@cache
def source_fingerprint(*rooms: str, package: Path = PACKAGE) -> str:
    """Return a digest of the Python sources in some rooms: of their contents, and of their places within the package.

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
    from importlib.metadata import version

    packages = [f"{name} {version(name)}" for name in ("numpy", "numba", "llvmlite")]
    parts = [program_version(), *packages, platform.python_version(), machine()]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
