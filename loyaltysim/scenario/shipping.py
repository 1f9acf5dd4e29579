"""Where the scenarios that come with the package lie: in the installed package, or in the checkout beside it."""

from __future__ import annotations

from pathlib import Path

from loyaltysim.core.errors import RunError

PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """Give the path of a file that comes with loyaltysim, as `baseline.yml`; raises RunError if it was left out."""
    for folder in (PACKAGE / "shipped", PACKAGE.parent / "scenarios"):
        if (folder / name).is_file():
            return folder / name
    raise RunError(f"{name} did not come with this installation of loyaltysim; install it again")
