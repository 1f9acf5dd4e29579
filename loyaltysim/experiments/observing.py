"""Watching single people while a market is simulated.

A model keeps state in columns only, so a life is read from outside: a person's row is read as the month begins and ends and
after each mechanism. What no column holds (who told whom, of which kind an indifferent encounter was, what brought a
newcomer) is found by letting the mechanism itself take its step once more, on a copy in which only the people in question
are on the roll: luck is drawn by position, so each of them meets the same draws as in the market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyaltysim.core.codes import CUSTOMER, RESOLVED, SILENT
from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.records import Report
from loyaltysim.core.schedule import NoTimer
from loyaltysim.core.tables import Table, World
from loyaltysim.experiments.reading_life import month_of
from loyaltysim.mechanisms import form
from loyaltysim.mechanisms.service.sins import COUNTS, KINDS
from loyaltysim.model import LoyaltyModel
from loyaltysim.report.life import FINAL, Life, Month, Talk

READ_AFTER = ("market", "sins", "satisfaction", "manners", "recovery", "departure", "joining", "accounts")
"""Mechanisms after which a person's row is read; the months' first and last step, `market` and `accounts`, are never off."""
WAYS = {"joined_by_advertising": "advertising", "joined_by_talk": "talk", "joined_unprompted": "unprompted"}
Row = Mapping[str, Any]


def snapshot(people: Any, row: int) -> Row:
    """Give all of a person's columns as plain values, by name."""
    return {name: people.__dict__[name][row].item() for name in people.columns}


def again(
    world: World,
    key: str,
    spec: Any,
    replication: int,
    rolls: Mapping[str, NDArray],
    tables: Mapping[str, Table] = MappingProxyType({}),
    columns: Mapping[str, NDArray] = MappingProxyType({}),
) -> tuple[Any, Report]:
    """Let a mechanism take this month's step once more, on other rolls and with own copies of the tables and the people's columns that it writes.

    Gives the people's table and the report of that step; the world itself stays as it is.
    """
    people = world.people
    twin = Table("people", 0, ())
    object.__setattr__(twin, "rows", people.rows)
    object.__setattr__(twin, "columns", people.columns)
    twin.__dict__.update({name: people.__dict__[name] for name in people.columns} | dict(columns))
    beside = World({**world.tables, **tables, "people": twin}, world.first, world.tie)
    beside.row_lists, beside.month = {**world.row_lists, **rolls}, world.month
    report = Report(form())
    spec.mechanism(key).step(beside, RngStream(spec.seed, replication, key, world.month), report)
    return twin, report


class Tellers:
    """Who told whom in the month that a world has just played."""

    def __init__(self, world: World, spec: Any, replication: int) -> None:
        people = world.people
        self.world, self.spec, self.replication = world, spec, replication
        roll = world.customers_now
        has_news = (people.outcome_now[roll] >= SILENT) | (people.wowed[roll] > 0)
        self.roll: NDArray[np.int32] = roll[has_news]

    def reach(self, rows: NDArray[np.int32]) -> tuple[NDArray, NDArray]:
        """Give the messages, bad and good, that these tellers' talk puts into each inbox; uint16 (people,)."""
        inboxes = {name: np.zeros(self.world.people.rows, np.uint16) for name in ("inbox_bad", "inbox_good")}
        roll = {"customers_now": rows}
        twin, _ = again(self.world, "word_of_mouth", self.spec, self.replication, roll, columns=inboxes)
        return twin.inbox_bad, twin.inbox_good

    def told_by(self, row: int) -> tuple[Talk, ...]:
        """Give whom a customer told this month."""
        if row not in self.roll:
            return ()
        bad, good = self.reach(np.array([row], np.int32))
        return tuple(
            self._talk(row, int(other), bad[other], good[other]) for other in np.flatnonzero((bad > 0) | (good > 0))
        )

    def heard_by(self, row: int) -> tuple[Talk, ...]:
        """Give who told a person this month: the tellers are halved again and again, where their talk reaches the inbox."""
        if not (self.world.people.inbox_bad[row] or self.world.people.inbox_good[row]):
            return ()
        return tuple(self._search(row, self.roll))

    def _search(self, row: int, rows: NDArray[np.int32]) -> list[Talk]:
        bad, good = self.reach(rows)
        if not (bad[row] or good[row]):
            return []
        if rows.size == 1:
            return [self._talk(row, int(rows[0]), bad[row], good[row])]
        half = rows.size // 2
        return self._search(row, rows[:half]) + self._search(row, rows[half:])

    def _talk(self, row: int, other: int, bad: Any, good: Any) -> Talk:
        first, tie = self.world.first, self.world.tie
        known = first.size > 1 and bool(np.isin(other, tie[first[row] : first[row + 1]]))
        return Talk(other, known, int(bad), int(good))


class Observer(NoTimer):
    """Notes the months of some people's lives while a model steps: `model.use_timer(observer)`, then `observer.life(row)`.

    `rows`: their numbers. A life is noted until the person dies or moves away.
    """

    def __init__(self, model: LoyaltyModel, rows: Sequence[int]) -> None:
        self.model, self.rows = model, [int(row) for row in rows]
        self.spec, self.replication = model.spec, model.replication
        self.months: dict[int, list[Month]] = {row: [] for row in self.rows}
        self._alive = list(self.rows)
        self._heard = self._talk_of_the_month("heard_by")
        self._laps: dict[str, dict[int, Row]] = {}
        self._more: dict[int, dict[str, Any]] = {}

    def begin(self) -> None:
        """Read everyone's row as it stood at the end of the month before."""
        self._laps = {"before": self._snapshots()}
        self._more = {row: {"heard": self._heard[row]} for row in self._alive}

    def lap(self, mechanism: str) -> None:
        """Read everyone's row after a mechanism, and what only shows now."""
        if mechanism in READ_AFTER:
            self._laps[mechanism] = self._snapshots()
        if mechanism == "sins":
            self._sort_sins()
        elif mechanism == "word_of_mouth":
            told = self._talk_of_the_month("told_by")
            for row in self._alive:
                self._more[row]["told"] = told[row]
            self._heard = self._talk_of_the_month("heard_by")
        elif mechanism == "reviews":
            self._ask_for_reviews()
        elif mechanism == "joining":
            self._ask_what_brought_them()
        elif mechanism == "accounts":
            self._close()

    def life(self, row: int) -> Life:
        """Give what was noted of a person so far."""
        return Life(self.model.strategy, tuple(self.months[row]))

    def _snapshots(self) -> dict[int, Row]:
        return {row: snapshot(self.model.world.people, row) for row in self._alive}

    def _talk_of_the_month(self, question: str) -> dict[int, tuple[Talk, ...]]:
        if not self.spec.mechanism("word_of_mouth").on:
            return dict.fromkeys(self._alive, ())
        tellers = Tellers(self.model.world, self.spec, self.replication)
        return {row: getattr(tellers, question)(row) for row in self._alive}

    def _sort_sins(self) -> None:
        for row in self._alive:
            now = self._laps["sins"][row]
            if now["status"] == CUSTOMER and now["indifferent"]:
                world, _ = self.model.firm_of(row)
                roll = {"customers_now": np.array([row], np.int32)}
                _, report = again(world, "sins", self.spec, self.replication, roll)
                kinds = {kind: int(report[count]) for kind, count in zip(KINDS, COUNTS, strict=True)}
                self._more[row]["sins"] = {kind: number for kind, number in kinds.items() if number}

    def _ask_for_reviews(self) -> None:
        """Find reviews that were posted and withdrawn within the month, which leave no trace in a column."""
        world = self.model.world
        people, before = world.people, self._laps["before"]
        for row in self._alive:
            if people.grieved_month[row] != world.month or people.outcome_now[row] < RESOLVED:
                continue
            one = np.array([row], np.int32)
            rolls = {
                "grieved": one,
                "public": one[np.isin(one, world.public)],
                "closed": one,
                "closed_as": people.outcome_now[one],
            }
            reviewed = people.reviewed_month.copy()
            reviewed[row] = before[row]["reviewed_month"]
            firm = {"firm": world.firm.copy()}
            _, report = again(world, "reviews", self.spec, self.replication, rolls, firm, {"reviewed_month": reviewed})
            names = {"review_posted": "reviews_posted", "review_withdrawn": "reviews_withdrawn"}
            self._more[row] |= {name: bool(report[metric]) for name, metric in names.items()}

    def _ask_what_brought_them(self) -> None:
        for row in self._alive:
            now, then = self._laps["joining"][row], self._laps["departure"][row]
            if now["status"] == CUSTOMER and then["status"] != CUSTOMER:
                people = self.model.world.people.copy()
                people.status[:] = CUSTOMER
                for name, value in then.items():
                    people.__dict__[name][row] = value
                columns = {name: people.__dict__[name] for name in people.columns}
                _, report = again(self.model.world, "joining", self.spec, self.replication, {}, columns=columns)
                self._more[row] |= {
                    "came": next(way for name, way in WAYS.items() if report[name]),
                    "returned": bool(report["returned"]),
                }

    def _close(self) -> None:
        for row in list(self._alive):
            world, levers = self.model.firm_of(row)
            rows = {lap: rows[row] for lap, rows in self._laps.items()}
            rolls = self.model.world.row_lists
            month = month_of(row, self.model, world, rows, rolls, {**self._more[row], "levers": levers})
            self.months[row].append(month)
            if month.left in FINAL:
                self._alive.remove(row)
