"""Load a scenario: its file, what that extends, and the command line's overrides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from loyaltysim.scenario.builder import build_scenario, drop_calibration, to_entries
from loyaltysim.scenario.data_files import load_tables
from loyaltysim.scenario.extends import Layer, is_inside, read_chain
from loyaltysim.scenario.layers import Entries, flatten
from loyaltysim.scenario.overrides import apply_override
from loyaltysim.scenario.provenance import Located, Place
from loyaltysim.scenario.scenario import Scenario

TIES = "market.network.path"
OF_ONE_FILE = ("title", "question", "lesson")
"""What a file does not take over from the one it extends: they are about that one alone."""


def load(
    scenario: str | Path | Scenario,
    overrides: Sequence[str] = (),
    *,
    months: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """Read and check a scenario from its file's path, or take one as it is, with overrides laid over it.

    `overrides` are `PATH=VALUE` or `PATH+=VALUE`, applied in order, then months, replications and seed if given.
    Raises InputError with every problem found, each with its place and cure.
    """
    numbers = {"months": months, "replications": replications, "seed": seed}
    if isinstance(scenario, Scenario):
        return _overlaid(scenario, overrides, numbers)
    path = Path(scenario)
    entries = Entries()
    chain = read_chain(path, entries.problems)
    home = path.resolve().parent
    for layer in chain:
        for label in OF_ONE_FILE:
            entries.values.pop(label, None)
        flatten(layer.keys, entries)
        _settle_ties(entries, layer, home)
        load_tables(entries, layer.folder, home)
    _lay_options(overrides, numbers, entries, len(chain))
    return build_scenario(entries, path.stem)


def _overlaid(scenario: Scenario, overrides: Sequence[str], numbers: dict[str, int | None]) -> Scenario:
    """Lay options over a scenario that is a value already."""
    if not overrides and all(value is None for value in numbers.values()):
        return scenario
    entries = to_entries(scenario)
    _lay_options(overrides, numbers, entries, 1)
    drop_calibration(entries, [path for path, item in entries.values.items() if item.layer == 1])
    return build_scenario(entries, scenario.stem)


def _lay_options(overrides: Sequence[str], numbers: dict[str, int | None], entries: Entries, layer: int) -> None:
    for number, text in enumerate(overrides):
        apply_override(text, entries, layer + number)
        _settle_ties_of_options(entries, layer)
    for name, value in numbers.items():
        if value is not None:
            place = Place(f"--{name} {value}", brief=f"--{name}")
            entries.values[name] = Located(value, place, place, layer=layer + len(overrides))


def _settle_ties(entries: Entries, layer: Layer, home: Path) -> None:
    """Make the path of an own network absolute: it is relative to the file that names it, and stays in its tree."""
    item = entries.values.get(TIES)
    if item is None or not isinstance(item.value, str) or not item.value:
        return
    target = is_inside(home, layer.folder, item.value)
    if target is None:
        what = f"{item.value} lies outside the folder {home}"
        entries.complain(item, TIES, what, f"copy it beside the scenario, or give it with --set {TIES}=...")
        del entries.values[TIES]
    else:
        entries.values[TIES] = Located(str(target), item.place, item.named, layer=item.layer)


def _settle_ties_of_options(entries: Entries, layer: int) -> None:
    item = entries.values.get(TIES)
    if item is not None and item.layer >= layer and isinstance(item.value, str) and item.value:
        entries.values[TIES] = Located(str(Path(item.value).resolve()), item.place, item.named, layer=item.layer)
