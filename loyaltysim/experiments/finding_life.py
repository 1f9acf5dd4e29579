"""Picking a life worth telling: everyone's fate under every strategy in one pass, then one person by a stated rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyaltysim import kernels
from loyaltysim.core.codes import CUSTOMER, LOGGED, LOST, MOVED, NONE, PRODUCT, SILENT
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.tables import World
from loyaltysim.model import LoyaltyModel

NEVER = 0
"""No month: months are numbered from 1."""


class Fates:
    """What became of each person of month 0 under one strategy, in arrays by person, filled in month by month.

    `left`, `over`, `silently`: month, month of the grievance and whether it was never voiced, of the first departure over a
    grievance; `ever_left`: month of the first departure of any kind; `back`: month of the first return;
    `there`: is a customer now, `same`: is still the same person.
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

    def note(self, world: World, rng: RngStream) -> None:
        """Note a month that has just been played; `luck`: word of mouth's."""
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
        self._stayed.append(self._case(decided, people.grieved_month[decided]))
        self._count_messages(world, rng)

    def stayed_over(self, rows: NDArray, grieved: NDArray) -> NDArray:
        """Tell which of `rows` stayed over their grievance of a month; bool (n,)."""
        return np.isin(self._case(rows, grieved), np.concatenate(self._stayed)) & (grieved > NEVER)

    def _case(self, rows: NDArray, grieved: NDArray) -> NDArray[np.int64]:
        """Give a number to each grievance: its month and whose it is."""
        return grieved.astype(np.int64) * self.generation.size + rows

    def _count_messages(self, world: World, rng: RngStream) -> None:
        """Add the messages of the month, reckoned as `kernels.talk.tell` does, to who sends them."""
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


def fates(models: Mapping[str, LoyaltyModel]) -> dict[str, Fates]:
    """Play each strategy's model to its end, and give everyone's fate."""
    return {name: _fates(model) for name, model in models.items()}


def _fates(model: LoyaltyModel) -> Fates:
    talk: Any = model.spec.mechanism("word_of_mouth")
    means = (talk.told_when_unhappy, talk.told_when_happy) if talk.on else (0.0, 0.0)
    noted = Fates(model.world, *means)
    while model.running and model.month < model.months:
        model.step()
        noted.note(model.world, RngStream(model.spec.seed, model.replication, talk.key, model.month))
    return noted


def lost_in_silence(found: Mapping[str, Fates]) -> NDArray:
    """Who was a customer at the start, was wronged, never said a word, left over it and never came back, under the first strategy.

    Ranked by the number of other strategies in which they stayed over that same grievance, then by how long they had been one.
    """
    first, *others = found.values()
    never_back = first.same & (first.back == NEVER)
    chosen = np.flatnonzero(
        first.began & (first.left != NEVER) & first.silently & ~first.complained_before & never_back
    )
    return _ranked(chosen, _kept(others, first, chosen), first.tenure[chosen] + first.left[chosen])


def saved(found: Mapping[str, Fates]) -> NDArray:
    """Who left over a grievance under the first strategy and never came back, and under another stayed over that same one, a customer without a break to the end.

    Ranked by the number of strategies that kept them so, then by how long they had been a customer.
    """
    first, *others = found.values()
    gone = first.same & ~first.there & (first.back == NEVER)
    chosen = np.flatnonzero(first.began & (first.left != NEVER) & (first.over > 0) & gone)
    times = _kept(others, first, chosen, without_a_break=True)
    chosen, times = chosen[times > 0], times[times > 0]
    return _ranked(chosen, times, first.tenure[chosen] + first.left[chosen])


def regained(found: Mapping[str, Fates]) -> NDArray:
    """Who was a customer at the start, left over a grievance, came back and is a customer at the end, under at least one strategy.

    First those who left for good under another strategy; then by how long they have been back.
    """
    each = list(found.values())
    back = np.array([f.began & f.there & (f.left != NEVER) & (f.ever_left == f.left) & (f.back != NEVER) for f in each])
    gone = np.array([f.began & f.same & (f.left != NEVER) & (f.back == NEVER) for f in each])
    chosen = np.flatnonzero(back.any(axis=0))
    since = np.where(back[:, chosen], [f.back[chosen] for f in each], np.iinfo(np.int16).max).min(axis=0)
    return _ranked(chosen, gone[:, chosen].any(axis=0), -since)


def most_talkative(found: Mapping[str, Fates]) -> NDArray:
    """Who sends the most messages, good and bad, under the first strategy."""
    first = next(iter(found.values()))
    chosen = np.flatnonzero(first.messages > 0)
    return _ranked(chosen, first.messages[chosen])


RULES: Mapping[str, Callable[[Mapping[str, Fates]], NDArray]] = {
    "lost-in-silence": lost_in_silence,
    "saved": saved,
    "regained": regained,
    "most-talkative": most_talkative,
}


def find(rule: str, found: Mapping[str, Fates]) -> int:
    """Give the person whom a rule ranks first, the lowest number among equals; raises InputError if it finds nobody."""
    ranked = RULES[rule](found)
    if ranked.size:
        return int(ranked[0])
    if rule == "saved" and len(found) < 2:
        cure = "name a strategy that could save someone, beside the first, by --strategy"
        raise InputError(Problem("saved compares strategies, and there is only one", where="--find", cure=cure))
    months = "other" if rule == "saved" else "more"  # over a long time, few stay without a break
    cure = f"try {months} --months, another --replication or --seed, or name a person by --id"
    raise InputError(Problem(f"nobody's life is one of {rule} here", where="--find", cure=cure))


def _kept(others: Sequence[Fates], first: Fates, rows: NDArray, *, without_a_break: bool = False) -> NDArray:
    """Count for each row the strategies in which they stayed over the grievance that they left over under the first."""
    kept = [fate.same[rows] & fate.stayed_over(rows, first.over[rows]) for fate in others]
    if without_a_break:
        whole = [fate.there[rows] & (fate.ever_left[rows] == NEVER) for fate in others]
        kept = [stayed & unbroken for stayed, unbroken in zip(kept, whole, strict=True)]
    return np.sum(kept, axis=0) if kept else np.zeros(rows.size)


def _ranked(rows: NDArray, *keys: Any) -> NDArray:
    """Give the rows, those with the largest first key first, ties by the next key and at last by the lowest number."""
    ordered: NDArray = rows[np.lexsort((rows, *(-np.asarray(key, float) for key in reversed(keys))))]
    return ordered
