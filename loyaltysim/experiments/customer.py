"""The life of one customer, month by month, under each strategy: the same person, the same luck."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments.defaults import FINDS
from loyaltysim.experiments.run import read_scenario
from loyaltysim.report import life_words
from loyaltysim.report.life import STANDINGS, Life, Person, Setting
from loyaltysim.report.text import customers
from loyaltysim.results import run_folder
from loyaltysim.results.writer import csv_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from loyaltysim.core.tables import World
    from loyaltysim.model import LoyaltyModel


@dataclass(frozen=True, eq=False, repr=False)
class CustomerLife:
    """One customer's life under each strategy.

    `months`: one row a strategy and month; `story`: the turning points in words, quiet spells summed up; `every_month`: the
    same, month by month; `strip()`: the picture. `lives`: what they are made of. `found_by`: the rule, if they were looked for.
    """

    scenario: Any
    setting: Setting
    person: Person
    lives: tuple[Life, ...]
    found_by: str
    folder: Path | None = None

    @property
    def id(self) -> int:
        """The person's number in the market."""
        return self.person.number

    @cached_property
    def months(self) -> pd.DataFrame:
        """One row a strategy and month, each fact in a column of its own."""
        return customers.months(self.lives)

    @cached_property
    def story(self) -> str:
        """The life in words: what every strategy shares, where lives part and why, quiet spells summed up."""
        return life_words.story(self.setting, self.person, self.lives)

    @cached_property
    def every_month(self) -> str:
        """The life in words with every month told."""
        return life_words.every_month(self.setting, self.person, self.lives)

    def strip(self) -> Figure:
        """Draw the life: time to the right, one lane a strategy."""
        from loyaltysim.report import figure_life

        return figure_life.strip(self.setting, self.person, self.lives)

    def __repr__(self) -> str:
        return self.story


def customer(
    scenario: Any,
    *,
    id: int | None = None,
    find: str | None = None,
    strategy: Sequence[str] | str = (),
    replication: int = 0,
    months: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    out: str | Path | None = None,
) -> CustomerLife:
    """Tell the life of one customer of a scenario (a file's path or a Scenario) under each strategy, on the same luck.

    `id`: the person's number; `find`: how to pick one worth telling (`lost-in-silence`, the default, `saved`, `regained` or
    `most-talkative`); `strategy`: one or several names (default: all), the first of which is the reference; `set` as in `run`.
    With `out` the story, the months and the strip are kept there. Raises InputError for a number that is no person or no number, two ways to choose one, or a search that finds nobody.
    """
    run_folder.check_writable(out)
    spec = read_scenario(scenario, replications=None, months=months, seed=seed, overrides=tuple(set))
    _check(spec, id, find, replication)
    from loyaltysim.calibration import solve
    from loyaltysim.experiments.finding_life import fates
    from loyaltysim.experiments.finding_life import find as pick
    from loyaltysim.model import LoyaltyModel
    from loyaltysim.simulation.engine import stationary_start

    asked = (strategy,) if isinstance(strategy, str) else tuple(strategy)
    names = tuple(dict.fromkeys(spec.strategy_name(name) for name in asked)) or tuple(spec.strategies)
    spec = solve(spec)
    start = stationary_start(spec, spec.seed, replication)

    def models() -> dict[str, LoyaltyModel]:
        return {name: LoyaltyModel(spec, name, replication, start=start) for name in names}

    rule = "" if id is not None else find or FINDS[0]
    row = pick(rule, fates(models())) if rule else int(id or 0)
    lives = tuple(_lived(model, row) for model in models().values())
    setting = _setting(spec, replication, names)
    life = CustomerLife(spec, setting, _person(start[0], row), lives, rule)
    if out is None:
        return life
    return CustomerLife(
        spec, setting, life.person, lives, rule, run_folder.write_result_folder(out, spec, dict(_files(life)))
    )


def _check(spec: Any, id: int | None, find: str | None, replication: int) -> None:
    from loyaltysim.scenario.registry import suggest

    for where, number in (("--id", id), ("--replication", replication)):
        if number is not None and (isinstance(number, bool) or not isinstance(number, Integral)):
            raise InputError(Problem(f"{number!r} is no whole number", where=where, cure="write one, such as 0"))
    if id is not None and find is not None:
        cure = "name a person by --id, or let one be found by --find"
        raise InputError(Problem("--id and --find both choose a person", where="--find", cure=cure))
    if find is not None and find not in FINDS:
        raise InputError(Problem(f"{find!r} is no way to find a life", where="--find", cure=suggest(find, FINDS)))
    people = spec.mechanism("market").people
    if id is not None and not 0 <= id < people:
        cure = f"name a person from 0 to {people - 1:,}"
        raise InputError(Problem(f"there is no person {id:,} among {people:,}", where="--id", cure=cure))
    if replication < 0:
        raise InputError(Problem(f"{replication} is no replication", where="--replication", cure="write 0 or more"))


def _lived(model: LoyaltyModel, row: int) -> Life:
    from loyaltysim.experiments.observing import Observer

    observer = Observer(model, [row])
    model.use_timer(observer)
    while model.running and not observer.life(row).ended():
        model.step()
    return observer.life(row)


def _person(world: World, row: int) -> Person:
    from loyaltysim.core.codes import LOST

    people = world.people
    traits = {
        name: people.__dict__[name][row].item() for name in ("margin", "fickleness", "talkativeness", "readiness")
    }
    status = people.status[row].item()
    return Person(
        number=row,
        ties=int(world.ties()[row]),
        standing=STANDINGS[status],
        tenure=people.tenure[row].item(),
        satisfaction=people.satisfaction[row].item(),
        gone=world.month - people.left_month[row].item() if status == LOST else None,
        **traits,
    )


def _setting(spec: Any, replication: int, names: Sequence[str]) -> Setting:
    from loyaltysim.scenario.registry import parameter_registry

    flat = spec.flat()
    paths = {path for name in names for path in spec.plan(name)}
    return Setting(
        title=spec.title,
        start=spec.start,
        months=spec.months,
        currency=spec.currency,
        seed=spec.seed,
        replication=replication,
        usual={path: float(flat[path]) for path in sorted(paths)},
        units={path: parameter_registry()[path].unit.replace("$", spec.currency) for path in sorted(paths)},
    )


def _files(life: CustomerLife) -> Iterator[tuple[str, str | bytes]]:
    from loyaltysim.report import drawing

    yield "story.txt", life.story + "\n"
    yield "every-month.txt", life.every_month + "\n"
    yield "months.csv", csv_text(life.months)
    figure = life.strip()
    yield "strip.png", drawing.png(figure)
    yield "strip.svg", drawing.svg(figure)
