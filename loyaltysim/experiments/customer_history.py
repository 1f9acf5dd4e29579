"""The history of one customer, month by month, under each strategy: the same person, the same luck.

Someone worth telling of is found by a stated rule: everyone's fate under every strategy in one pass, then one person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.codes import CUSTOMER, LOGGED, LOST, MOVED, NONE, PRODUCT, SILENT
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.lazy import np
from loyaltysim.core.random_streams import RngStream
from loyaltysim.experiments.observer import STANDINGS, Life, Observer, Person, Setting
from loyaltysim.experiments.options import RunOptions, Source, as_texts, calibrate_scenario, option, prepare_scenario
from loyaltysim.scenario.registry import suggest
from loyaltysim.simulation.engine import stationary_start

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from loyaltysim.core.tables import World
    from loyaltysim.model import LoyaltyModel
    from loyaltysim.scenario import Scenario

FINDS = ("lost-in-silence", "saved", "regained", "most-talkative")
"""Ways to pick a life worth telling; the first is taken when nobody is named."""
NEVER = 0
"""No month: months are numbered from 1."""


@dataclass(frozen=True)
class Question:
    """Tell the life of one customer of SCENARIO under each strategy: the same person, the same luck."""

    customer_id: int | None = option(None, "Which person of the market, from 0.", flag="--id", metavar="N")
    find: str | None = option(None, f"Pick one worth telling: {', '.join(FINDS)} (default: the first).", metavar="HOW")
    strategy: str | Sequence[str] = option(
        (), "Under which strategies (default: all); the first is compared with.", metavar="NAME", several=True
    )
    replication: int = option(0, "In which replication's luck (default: 0).", metavar="R")

    def find_history(self, source: Source, options: RunOptions) -> CustomerHistory:
        """Follow the person under each strategy.

        Args:
            source: What the scenario is read from.
            options: How it is carried out.

        Returns:
            The person's lives, the first strategy's first.

        Raises:
            InputError: For a number that is no person or no number, two ways to choose one, or a search that finds
                nobody.
        """
        scenario = prepare_scenario(source, options)
        check_person(scenario, self.customer_id, self.find, self.replication)
        from loyaltysim.model import LoyaltyModel  # loads Mesa, once the input is known to be right

        asked = tuple(dict.fromkeys(scenario.strategy_name(name) for name in as_texts(self.strategy)))
        names = asked or tuple(scenario.strategies)
        scenario = calibrate_scenario(scenario, options)
        start = stationary_start(scenario, scenario.seed, self.replication)

        def build_models() -> dict[str, LoyaltyModel]:
            return {name: LoyaltyModel(scenario, name, self.replication, start=start) for name in names}

        rule = "" if self.customer_id is not None else self.find or FINDS[0]
        row = pick(rule, simulate_fates(build_models())) if rule else int(self.customer_id or 0)
        lives = tuple(follow(model, row) for model in build_models().values())
        setting = Setting(
            scenario.title, scenario.start, scenario.months, scenario.currency, scenario.seed, self.replication
        )
        return CustomerHistory(scenario, setting, describe_person(start[0], row), lives, rule)


@dataclass(frozen=True, eq=False)
class CustomerHistory:
    """One person's life under each strategy, on the same luck. `found_by`: the rule, if they were looked for."""

    scenario: Scenario
    setting: Setting
    person: Person
    lives: tuple[Life, ...]
    found_by: str


def check_person(scenario: Scenario, customer_id: int | None, find: str | None, replication: int) -> None:
    """Refuse what cannot be followed. Raises InputError."""
    for where, number in (("--id", customer_id), ("--replication", replication)):
        if number is not None and (isinstance(number, bool) or not isinstance(number, Integral)):
            raise InputError(Problem(f"{number!r} is no whole number", where=where, cure="write one, such as 0"))
    if customer_id is not None and find is not None:
        cure = "name a person by --id, or let one be found by --find"
        raise InputError(Problem("--id and --find both choose a person", where="--find", cure=cure))
    if find is not None and find not in FINDS:
        raise InputError(Problem(f"{find!r} is no way to find a life", where="--find", cure=suggest(find, FINDS)))
    people = scenario.mechanism("market").people
    if customer_id is not None and not 0 <= customer_id < people:
        cure = f"name a person from 0 to {people - 1:,}"
        raise InputError(Problem(f"there is no person {customer_id:,} among {people:,}", where="--id", cure=cure))
    if replication < 0:
        raise InputError(Problem(f"{replication} is no replication", where="--replication", cure="write 0 or more"))


def follow(model: LoyaltyModel, row: int) -> Life:
    """Step a model to the person's end or its own, and return their life."""
    observer = Observer(model, [row])
    model.use_timer(observer)
    while model.running and not observer.life(row).ended():
        model.step()
    return observer.life(row)


def describe_person(world: World, row: int) -> Person:
    """Return who stands in a row of a world."""
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


class Fates:
    """What became of each person of month 0 under one strategy, in arrays by person, filled in month by month.

    `left`, `over`, `silently`: month, month of the grievance and whether it was never voiced, of the first departure
    over a grievance; `ever_left`: month of the first departure of any kind; `back`: month of the first return; `there`:
    is a customer now, `same`: is still the same person.
    """

    def __init__(self, world: World, unhappy: float, happy: float) -> None:
        people = world.people
        blank = np.zeros(people.rows, np.int16)
        self.generation = people.generation.copy()
        self.began = people.status == CUSTOMER
        self.tenure = people.tenure.copy()
        self.left, self.over, self.ever_left, self.back = (blank.copy() for _ in range(4))
        self.silently = np.zeros(people.rows, bool)
        self.complained_before = np.zeros(people.rows, bool)
        self.messages = np.zeros(people.rows, np.int64)
        self._stayed: list[NDArray[np.int64]] = []
        self.there = self.same = self.began
        self.means = (unhappy, happy)

    def accumulate(self, world: World, rng: RngStream) -> None:
        """Add a month that has just been simulated; `rng`: word of mouth's."""
        people, month = world.people, world.month
        self.same = people.generation == self.generation
        self.there = self.same & (people.status == CUSTOMER)
        left_now = self.same & (people.status == LOST) & (people.left_month == month)
        over_now = left_now & (people.reason >= PRODUCT) & (self.left == NEVER)
        self.left[over_now] = month
        self.over[over_now] = people.grieved_month[over_now]
        self.silently[over_now] = people.outcome_now[over_now] == SILENT
        self.complained_before[over_now] = people.complained[over_now] > 0
        self.back[self.there & (self.ever_left != NEVER) & (self.back == NEVER)] = month
        self.ever_left[left_now & (self.ever_left == NEVER)] = month
        roll = world.customers_now
        decided = roll[(people.outcome_now[roll] != NONE) & (people.status[roll] == CUSTOMER)]
        self._stayed.append(self.case_numbers(decided, people.grieved_month[decided]))
        self.count_messages(world, rng)

    def stayed_over(self, rows: NDArray, grieved: NDArray) -> NDArray:
        """Return which of `rows` stayed over their grievance of a month, bool (n,).

        `grieved`: that month of each, (n,).
        """
        return np.isin(self.case_numbers(rows, grieved), np.concatenate(self._stayed)) & (grieved > NEVER)

    def case_numbers(self, rows: NDArray, grieved: NDArray) -> NDArray[np.int64]:
        """Return a number for each grievance: its month and whose it is."""
        return grieved.astype(np.int64) * self.generation.size + rows

    def count_messages(self, world: World, rng: RngStream) -> None:
        """Add the messages of the month, computed as `kernels.talk.tell` does, to who sends them."""
        people, roll = world.people, world.customers_now
        silenced = (people.status[roll] == LOST) & (people.reason[roll] <= MOVED)
        outcome = people.outcome_now[roll]
        tellers = roll[((outcome >= SILENT) | (people.wowed[roll] > 0)) & ~silenced]
        unhappy = (people.outcome_now[tellers] >= SILENT) & (people.outcome_now[tellers] <= LOGGED)
        means = np.where(unhappy, *self.means) * people.talkativeness[tellers]
        draws = kernels.rng.uniforms(rng("tells"), tellers, people.generation)
        counts = [kernels.rng.poisson(u, mean) for u, mean in zip(draws.tolist(), means.tolist(), strict=True)]
        ours = self.same[tellers]
        self.messages[tellers[ours]] += np.array(counts, np.int64)[ours]


def simulate_fates(models: Mapping[str, LoyaltyModel]) -> dict[str, Fates]:
    """Simulate each strategy's model to its end, and return everyone's fate."""
    fates = {}
    for name, model in models.items():
        talk = model.spec.mechanism("word_of_mouth")
        means = (talk.told_when_unhappy, talk.told_when_happy) if talk.on else (0.0, 0.0)
        fates[name] = Fates(model.world, *means)
        while model.running and model.month < model.months:
            model.step()
            fates[name].accumulate(model.world, RngStream(model.spec.seed, model.replication, talk.key, model.month))
    return fates


def lost_in_silence(fates: Mapping[str, Fates]) -> NDArray:
    """Return who was a customer at the start, was wronged, never said a word, left over it and never came back, under
    the first strategy.

    Ranked by the number of other strategies in which they stayed over that same grievance, then by how long they had
    been one.
    """
    first, *others = fates.values()
    never_back = first.same & (first.back == NEVER)
    chosen = np.flatnonzero(
        first.began & (first.left != NEVER) & first.silently & ~first.complained_before & never_back
    )
    return rank(chosen, count_stays(others, first, chosen), first.tenure[chosen] + first.left[chosen])


def saved(fates: Mapping[str, Fates]) -> NDArray:
    """Return who left over a grievance under the first strategy and never came back, and under another stayed over that
    same one, a customer without a break to the end.

    Ranked by the number of strategies that kept them so, then by how long they had been a customer.
    """
    first, *others = fates.values()
    gone = first.same & ~first.there & (first.back == NEVER)
    chosen = np.flatnonzero(first.began & (first.left != NEVER) & (first.over > 0) & gone)
    times = count_stays(others, first, chosen, without_a_break=True)
    chosen, times = chosen[times > 0], times[times > 0]
    return rank(chosen, times, first.tenure[chosen] + first.left[chosen])


def regained(fates: Mapping[str, Fates]) -> NDArray:
    """Return who was a customer at the start, left over a grievance, came back and is a customer at the end, under at
    least one strategy.

    First those who left for good under another strategy; then by how long they have been back.
    """
    each = list(fates.values())
    back = np.array([f.began & f.there & (f.left != NEVER) & (f.ever_left == f.left) & (f.back != NEVER) for f in each])
    gone = np.array([f.began & f.same & (f.left != NEVER) & (f.back == NEVER) for f in each])
    chosen = np.flatnonzero(back.any(axis=0))
    since = np.where(back[:, chosen], [f.back[chosen] for f in each], np.iinfo(np.int16).max).min(axis=0)
    return rank(chosen, gone[:, chosen].any(axis=0), -since)


def most_talkative(fates: Mapping[str, Fates]) -> NDArray:
    """Return who sends the most messages, good and bad, under the first strategy."""
    first = next(iter(fates.values()))
    chosen = np.flatnonzero(first.messages > 0)
    return rank(chosen, first.messages[chosen])


RULES: Mapping[str, Callable[[Mapping[str, Fates]], NDArray]] = {
    "lost-in-silence": lost_in_silence,
    "saved": saved,
    "regained": regained,
    "most-talkative": most_talkative,
}


def pick(rule: str, fates: Mapping[str, Fates]) -> int:
    """Return the person whom a rule ranks first, the lowest number among equals. Raises InputError for nobody."""
    ranked = RULES[rule](fates)
    if ranked.size:
        return int(ranked[0])
    if rule == "saved" and len(fates) < 2:
        cure = "name a strategy that could save someone, beside the first, by --strategy"
        raise InputError(Problem("saved compares strategies, and there is only one", where="--find", cure=cure))
    months = "other" if rule == "saved" else "more"  # over a long time, few stay without a break
    cure = f"try {months} --months, another --replication or --seed, or name a person by --id"
    raise InputError(Problem(f"nobody's life is one of {rule} here", where="--find", cure=cure))


def count_stays(others: Sequence[Fates], first: Fates, rows: NDArray, *, without_a_break: bool = False) -> NDArray:
    """Count for each row the strategies in which they stayed over the grievance that they left over under the first."""
    kept = [fate.same[rows] & fate.stayed_over(rows, first.over[rows]) for fate in others]
    if without_a_break:
        whole = [fate.there[rows] & (fate.ever_left[rows] == NEVER) for fate in others]
        kept = [stayed & unbroken for stayed, unbroken in zip(kept, whole, strict=True)]
    return np.sum(kept, axis=0) if kept else np.zeros(rows.size)


def rank(rows: NDArray, *keys: ArrayLike) -> NDArray:
    """Return the rows, the largest first key first, ties by the next key and at last by the lowest number."""
    ordered: NDArray = rows[np.lexsort((rows, *(-np.asarray(key, float) for key in reversed(keys))))]
    return ordered
