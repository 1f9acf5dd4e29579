"""Solve for what a scenario does not state, so that today's market shows what it does state.

Stated: annual churn and its reasons, the silent share of the lost, the outcomes of complaints, the cost of an acquired
customer, a steady number of customers. Solved: the base rates behind them. Closed forms start the search; then the
market itself is simulated on luck of its own (a fixed seed, so the answer depends neither on a run's seed nor on its
replications): first every base rate is moved after each short stretch by the ratio of stated to measured, while the
market settles; then long stretches at fixed rates measure exactly and correct, and a last one verifies. What cannot be
met is said.

The search is in `calibration.solver`. What it found is kept on disk, so that a scenario is solved once on a machine;
the baseline's rates come with the package.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from loyaltysim.calibration.solver import Rates, find_rates
from loyaltysim.core.fingerprint import SOLVING, source_fingerprint
from loyaltysim.scenario.study_settings import settings_outside

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

PLACE = "LOYALTYSIM_CACHE"
"""The environment's word for where caches lie."""
SHIPPED = Path(__file__).parent.parent / "data" / "solved.json"
"""The key and the rates of the shipped baseline, found with the sources beside it."""


def solve(scenario: Scenario) -> Scenario:
    """Return the scenario with its solved parameters typed in; as it is when it has them. Cached by content.

    Raises InputError when a stated figure cannot be met, saying which and why.
    """
    if scenario.is_solved:
        return scenario
    return scenario.replace(solved_rates(scenario), source="solved")


def solved_rates(scenario: Scenario) -> Rates:
    """Return the values, by path, that `solve` types into an unsolved scenario. Cached by content; raises
    InputError.
    """
    return read_cached_rates(scenario, find_rates)


def read_cached_rates(scenario: Scenario, search: Callable[[Scenario], Rates]) -> Rates:
    """Return the rates shipped or kept for a scenario of this content and these sources, or search and keep them."""
    key = content_key(scenario)
    shipped = read_shipped_rates(key)
    if shipped:
        return shipped
    place = Path(os.environ.get(PLACE) or cache_folder("solved")) / f"{key}.json"
    try:
        rates: Rates = json.loads(place.read_text())
    except (OSError, ValueError):
        rates = search(scenario)
        write_rates(place, rates)
    return rates


def read_shipped_rates(key: str) -> Rates | None:
    """Return the rates that came with the package for a content key; None for any other world, and for changed
    sources.
    """
    try:
        told = json.loads(SHIPPED.read_text())
    except (OSError, ValueError):
        return None
    return told["rates"] if told["key"] == key else None


def cache_folder(room: str) -> Path:
    """Return the folder of one of this package's caches: below LOYALTYSIM_CACHE, or in the user's cache folder."""
    chosen = os.environ.get(PLACE)
    if chosen:
        return Path(chosen) / room
    return Path(platformdirs.user_cache_dir("loyaltysim", appauthor=False)) / room


def content_key(scenario: Scenario) -> str:
    """Return a digest of all that the solution depends on: the world, the top-level levers, and this package's
    sources.
    """
    left_out = settings_outside("rates")
    world = {path: value for path, value in scenario.flat().items() if path not in left_out}
    world["network"] = scenario.network_sha256
    text = json.dumps(world, sort_keys=True, default=str)
    return hashlib.blake2b((text + source_fingerprint(*SOLVING)).encode(), digest_size=16).hexdigest()


def write_rates(place: Path, rates: Rates) -> None:
    """Write rates under a temporary name and rename it; what cannot be written is not cached."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.{os.getpid()}")
        draft.write_text(json.dumps(rates))
        draft.replace(place)
    except OSError:
        return
