"""How long one waits before anything is simulated: the help, and the first month with nothing kept and with all kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measuring import Figures, figure, run_python, timed
from benchmarks.plan import Plan

FIRST = {"first_month": "first month of the baseline", "first_network": "a first small network"}
OWN = {"first_month": "first_own_month", "first_network": "first_network"}
"""The probe of a first result in a market of one's own, whose rates do not come with the package."""


def starting(plan: Plan) -> Figures:
    """Measure fresh processes, from their start to their end.

    Cold: no compiled kernel is kept; the baseline's rates come with the package. Own: those of another market are solved.
    """
    spent: dict[str, list[tuple[float, float]]] = {"help": [], "cold": [], "own": [], "warm": []}
    for _ in range(plan.starts):
        with tempfile.TemporaryDirectory() as kept:
            kernels, rates, fresh = (str(Path(kept) / name) for name in ("kernels", "rates", "fresh"))
            spent["cold"].append(
                _spent("benchmarks.probe", plan.first, NUMBA_CACHE_DIR=kernels, LOYALTYSIM_CACHE=rates)
            )
            spent["warm"].append(
                _spent("benchmarks.probe", plan.first, NUMBA_CACHE_DIR=kernels, LOYALTYSIM_CACHE=rates)
            )
            spent["own"].append(
                _spent("benchmarks.probe", OWN[plan.first], NUMBA_CACHE_DIR=fresh, LOYALTYSIM_CACHE=rates)
            )
        spent["help"].append(_spent("loyaltysim", "--help"))
    first = FIRST[plan.first]
    whats = {
        "help": "`loyaltysim --help`",
        "cold": f"{first}, nothing kept (compiling)",
        "own": f"{first} in a market of one's own, nothing kept (compiling, solving for the rates)",
        "warm": f"{first}, all kept",
    }
    figures: Figures = {}
    for name, pairs in spent.items():
        processor, wall = zip(*pairs, strict=True)
        figures[f"start.{name}"] = figure(whats[name], "s", processor)
        figures[f"start.{name}.wall"] = figure(f"{whats[name]}, wall", "s", wall)
    return figures


def _spent(module: str, *arguments: str, **environment: str) -> tuple[float, float]:
    return timed(lambda: run_python("-m", module, *arguments, **environment))
