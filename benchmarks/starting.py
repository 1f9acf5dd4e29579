"""How long one waits before anything is simulated: the help, and the first month with nothing kept and with all kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measuring import Figures, figure, run_python, timed
from benchmarks.plan import Plan

FIRST = {"first_month": "first month of the baseline", "first_network": "a first small network"}


def starting(plan: Plan) -> Figures:
    """Measure fresh processes, from their start to their end.

    Cold: neither compiled kernels nor solved rates are kept. Compiled for the first time: rates are kept, kernels are not.
    """
    spent: dict[str, list[tuple[float, float]]] = {"help": [], "cold": [], "compiling": [], "warm": []}
    for _ in range(plan.starts):
        with tempfile.TemporaryDirectory() as kept:
            kernels, rates, fresh = (str(Path(kept) / name) for name in ("kernels", "rates", "fresh"))
            spent["cold"].append(
                _spent("benchmarks.probe", plan.first, NUMBA_CACHE_DIR=kernels, LOYALTYSIM_CACHE=rates)
            )
            spent["warm"].append(
                _spent("benchmarks.probe", plan.first, NUMBA_CACHE_DIR=kernels, LOYALTYSIM_CACHE=rates)
            )
            spent["compiling"].append(
                _spent("benchmarks.probe", plan.first, NUMBA_CACHE_DIR=fresh, LOYALTYSIM_CACHE=rates)
            )
        spent["help"].append(_spent("loyaltysim", "--help"))
    first = FIRST[plan.first]
    whats = {
        "help": "`loyaltysim --help`",
        "cold": f"{first}, nothing kept (compiling, solving for the rates)",
        "compiling": f"{first}, rates kept (compiling)",
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
