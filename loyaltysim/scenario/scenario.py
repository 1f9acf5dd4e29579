"""A scenario is a value: frozen, complete, checked; where each of its numbers came from stands beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, Field, create_model

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.mechanisms import cache_until_registration, month, registered, set_registered
from loyaltysim.scenario.builder import replace_values
from loyaltysim.scenario.data_files import NETWORK_PATH
from loyaltysim.scenario.provenance import SOLVED
from loyaltysim.scenario.ranges import Range
from loyaltysim.scenario.registry import mechanisms, parameter_registry, suggest
from loyaltysim.scenario.strategies import AS_TODAY, Strategy, plan
from loyaltysim.scenario.study_settings import Study, settings_outside

if TYPE_CHECKING:
    from loyaltysim.core.mechanism import Mechanism


class Scenario(Study):
    """A complete, checked scenario: the study's fields, the strategies, what is uncertain, and one attribute a
    mechanism.

    The attributes of the mechanisms are those of `scenario_class()`: whoever makes a Scenario is given one of these.
    `provenance` says for every path where its value came from (`baseline.yml:12`, `--set`, `default`, `solved`), and
    the same for `strategies.<name>` and `uncertain.<path>`; `notes` holds what a file's comment says of a value's
    evidence (`secondary: TARP`); `stem` is the file's name without its ending;
    `network_sha256` the content of an own network, empty without one.
    """

    strategies: dict[str, Strategy] = Field(default_factory=lambda: {AS_TODAY: Strategy()})
    uncertain: dict[str, Range] = Field(default_factory=dict)
    provenance: dict[str, str] = Field(default_factory=dict)
    notes: dict[str, str] = Field(default_factory=dict)
    stem: str = "scenario"
    network_sha256: str = ""

    def __new__(cls, *_: object, **__: object) -> Self:
        """Make it of the class that has the mechanisms of now."""
        made: type[Any] = scenario_class() if cls is Scenario else cls
        instance: Self = super().__new__(made)
        return instance

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    else:

        def __getattr__(self, name: str) -> object:
            """Return a mechanism that was registered since this scenario was read, as it is by default."""
            found = None if name.startswith("_") else mechanisms().get(name)
            return super().__getattr__(name) if found is None else found()

    def __reduce__(self) -> tuple[object, ...]:
        """Send the registered mechanisms along, so that a worker process has them too; raises InputError if it
        cannot.
        """
        for mechanism in registered():
            if mechanism.__module__ == "__main__":
                cure = "write its class into a file and import it, or simulate with --executor in-process"
                what = "worker processes do not load what a script or notebook defines"
                raise InputError(Problem(what, mechanism.key, cure=cure))
        return blank_scenario, (registered(),), self.__getstate__()

    def mechanism(self, key: str) -> Any:
        """Return a mechanism, with its numbers, by the name of its block; raises InputError for an unknown one."""
        if key not in mechanisms():
            raise InputError(Problem("there is no such mechanism", key, cure=suggest(key, mechanisms())))
        mechanism: Mechanism = getattr(self, key)
        return mechanism

    def flat(self) -> dict[str, Any]:
        """Return every value by its dotted path, in the declared order; lists and their rows as plain data."""
        return {path: _dump(self.value_at(path)) for path in parameter_registry()}

    def value_at(self, path: str) -> Any:
        """Return the value at a dotted path."""
        return reduce(getattr, path.split("."), self)

    @property
    def is_solved(self) -> bool:
        """Whether the solved parameters stand at their values: calibrated, or typed under `calibration: off`."""
        return self.calibration == "off" or any(
            origin == SOLVED and parameter_registry()[path].role == SOLVED
            for path, origin in self.provenance.items()
            if path in parameter_registry()
        )

    def strategy_name(self, name: str | None) -> str:
        """Return the name of a strategy, the reference's for None; raises InputError for an unknown one."""
        if name is None:
            return next(iter(self.strategies))
        if name not in self.strategies:
            raise InputError(Problem(f"there is no strategy {name!r}", cure=suggest(name, self.strategies)))
        return name

    def plan(self, strategy: str) -> dict[str, tuple[float, ...]]:
        """Return the value in months 1..T of each lever that a strategy changes; raises InputError for an unknown
        one.
        """
        chosen = self.strategies[self.strategy_name(strategy)]
        base: dict[str, float] = {path: self.value_at(path) for path in chosen.changes}
        return plan(chosen, base, self.start, self.months)

    @cached_property
    def sha256(self) -> str:
        """The hash of what matters to a run: values, strategies, ranges and the content of an own network."""
        left_out = {*settings_outside("scenario"), NETWORK_PATH}
        if not self.is_solved:
            left_out |= {path for path, row in parameter_registry().items() if row.role == SOLVED}
        content = {
            "values": {path: value for path, value in self.flat().items() if path not in left_out},
            "strategies": [[name, strategy.to_plain()] for name, strategy in self.strategies.items()],
            "uncertain": {path: [bounds.low, bounds.high] for path, bounds in self.uncertain.items()},
            "network": self.network_sha256,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def replace(self, changes: Mapping[str, object], source: str = SOLVED) -> Scenario:
        """Return the scenario with other values at some paths, checked as a file's would be; raises InputError.

        Paths are dotted; `strategies` and `uncertain` take plain data as a file holds them. `source` is noted as where
        the values came from. What was solved is given up, to be solved anew, when a fact of the world changes; a lever,
        a strategy, the horizon or the luck never re-solves.
        """
        return replace_values(scenario_class(), self, changes, source)


def _dump(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump()
    return [_dump(inner) for inner in value] if isinstance(value, list | tuple) else value


@cache_until_registration
def scenario_class() -> type[Scenario]:
    """Return the class of the scenarios that are made now: Scenario with one attribute a mechanism of the month.

    Raises:
        InputError: A mechanism has the name of an entry of the study.
    """
    taken = [mechanism.key for mechanism in month() if mechanism.key in Scenario.model_fields]
    if taken:
        cure = "give its class another name"
        raise InputError(*(Problem("an entry of every scenario has this name", key, cure=cure) for key in taken))
    fields: dict[str, Any] = {mechanism.key: (mechanism, Field(default_factory=mechanism)) for mechanism in month()}
    return create_model(
        "Scenario", __base__=Scenario, __module__=__name__, __doc__="A complete, checked scenario.", **fields
    )


def blank_scenario(mechanisms: tuple[type[Mechanism], ...]) -> Scenario:
    """Return a scenario yet without values, in a process that from here on has exactly these mechanisms beside the
    shipped.
    """
    set_registered(mechanisms)
    return scenario_class().__new__(scenario_class())
