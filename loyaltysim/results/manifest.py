"""What a run's manifest tells: of the study when it begins, of the versions behind it, and how it ended."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, RunError
from loyaltysim.core.fingerprint import machine
from loyaltysim.results import run_folder, writer

if TYPE_CHECKING:
    from loyaltysim.experiments.options import RunOptions
    from loyaltysim.results.results import RunAccumulator


@contextmanager
def recording_status(folder: run_folder.RunFolder, order: RunOptions) -> Iterator[None]:
    """Leave a manifest that says how the run ended; leave nothing when the input was wrong."""
    try:
        yield
    except InputError:
        folder.abandon()
        raise
    except KeyboardInterrupt as interrupt:
        folder.tell_at_last(status="interrupted", duration_s=elapsed(order))
        raise type(interrupt)(f"interrupted; what there is lies in {folder.path}") from None
    except BaseException as error:
        end = {"status": "failed", "duration_s": elapsed(order), "error": str(error) or type(error).__name__}
        lost = folder.tell_at_last(**end)
        if lost:
            raise RunError(f"{error}\n    {lost}") from error
        raise


def study_header(spec: Any) -> dict[str, Any]:
    """Give what a manifest tells of a study when it begins."""
    return {
        "title": spec.title,
        **writer.study_facts(spec),
        "versions": versions(),
        "machine": machine(),
        "seed": spec.seed,
        "replications": spec.replications,
        "months": spec.months,
        "strategies": list(spec.strategies),
        "scenario_sha256": spec.sha256,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def versions() -> dict[str, str]:
    """Give the versions of all that bears on a result's last bits."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": sys.version.split()[0]}
    for name in ("loyaltysim", "mesa", "numpy", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that is not installed
            found[name] = str(getattr(sys.modules.get(name), "__version__", "unknown"))
    return found


def elapsed(order: RunOptions) -> float:
    """Give the seconds since the command began."""
    return round(perf_counter() - order.began, 3)


def timings(runs: RunAccumulator, order: RunOptions) -> dict[str, float | int]:
    """Tell the processor time of the simulated months, and the person-months simulated in a second of it."""
    seconds = runs.seconds
    return {
        "duration_s": elapsed(order),
        "simulation_s": round(seconds, 6),
        "person_months": runs.person_months,
        "person_months_per_second": round(runs.person_months / seconds) if seconds > 0 else 0,
    }


# How to ask again what a command was asked: the line that its manifest, page and workbook show.

SCENARIO = "scenario.yml"


def repeat_command(verb: str, options: Mapping[str, Any]) -> str:
    """Give the line that repeats a command in the folder of its results.

    `options` by name, in the order of the line: True is a flag, a list an option that is given once an item, a tuple an
    option of several values; None, False and what is empty are left out.
    """
    words = ["loyaltysim", verb, SCENARIO]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif isinstance(value, list):
            words += [word for item in value for word in (flag, _text(item))]
        elif isinstance(value, tuple):
            words += [flag, *map(_text, value)] if value else []
        elif value not in (None, False, ""):
            words += [flag, _text(value)]
    return shlex.join(words)


def _text(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
