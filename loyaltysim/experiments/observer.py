"""One person followed month by month, while a market is simulated.

A model keeps state in columns only, so a life is read from outside: a person's row is read as the month begins and ends
and after each mechanism. What no column holds (who told whom, of which kind an indifferent encounter was, what brought
a newcomer) is found by letting the mechanism itself take its step once more, on a copy in which only the people in
question are on the roll: luck is drawn by position, so each of them meets the same draws as in the market.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from loyaltysim.core.codes import (
    CUSTOMER,
    LONG_AGO,
    LOST,
    MISCLASSIFIED,
    MISLAID,
    MOVED,
    NONE,
    OUTCOMES,
    PASSED_ON,
    PROSPECT,
    REASONS,
    RESOLVED,
    SEVERITIES,
    SILENT,
    STALLED,
)
from loyaltysim.core.lazy import np
from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.records import Report
from loyaltysim.core.schedule import NoTimer
from loyaltysim.core.tables import Table, World
from loyaltysim.mechanisms import form
from loyaltysim.mechanisms.service.sins import COUNTS, KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.model import LoyaltyModel

Facts = dict[str, Any]
Row = Mapping[str, Any]
"""All of a person's columns at one moment, by name."""
STANDINGS = {PROSPECT: "prospect", CUSTOMER: "customer", LOST: "lost"}
FINAL = ("died", "moved")
"""Reasons after which a person's life in the market is over; their row becomes someone else."""
DETOURS = {
    MISCLASSIFIED: "sent to the wrong department first",
    PASSED_ON: "passed on to another department",
    STALLED: "stalled between departments",
    MISLAID: "mislaid",
}
READ_AFTER = ("market", "sins", "satisfaction", "manners", "recovery", "departure", "joining", "accounts")
"""Mechanisms after which a person's row is read; the months' first and last step, `market` and `accounts`, are never
off."""
WAYS = {"joined_by_advertising": "advertising", "joined_by_talk": "talk", "joined_unprompted": "unprompted"}


@dataclass(frozen=True)
class Talk:
    """What passed between this person and another in one month: messages, and whether the two are tied."""

    other: int
    known: bool
    bad: int
    good: int


@dataclass(frozen=True)
class Month:
    """One month of a life. Words are empty where there is nothing to tell.

    `standing`: prospect, customer or lost, at the month's end; `met`: encounters, and of these those indifferent,
    failed and wowed; `sins`: kinds of the indifferent ones, with their number; `indifferent_at`, `failed_at`:
    touchpoint of the first. `satisfaction_before`, `satisfaction`: at the month's start and end;
    `satisfaction_grieving`: when grievances arise. `grievance`: indifference or product; `channel`: by which a
    complaint came; `detours`: what befell it between departments. `outcome`: how a grievance ended this month, and
    `stayed` whether they stayed over it. `left`: the reason; `came`: by what (advertising, talk, unprompted, winback);
    `returned`: whether they count as a lost customer who came back, `had_left`: whether they had been one before,
    however long ago (whom the firm has forgotten counts as new). `friends_left`: neighbours who left this month over a
    grievance, for friends or a rival. `staff`: how many they are, `care`: their mean care, 0 to 1; `levers`: what the
    strategy changes for this person this month, by path.
    """

    month: int
    standing: str
    tenure: int
    heard: tuple[Talk, ...] = ()
    friends_left: int = 0
    was_customer: bool = False
    met: int = 0
    indifferent: int = 0
    failed: int = 0
    wowed: int = 0
    sins: Mapping[str, int] = field(default_factory=dict)
    indifferent_at: str = ""
    failed_at: str = ""
    intruded: bool = False
    satisfaction_before: float = 0.0
    satisfaction_grieving: float = 0.0
    satisfaction: float = 0.0
    grievance: str = ""
    severity: str = ""
    repeated: bool = False
    voiced: bool = False
    found: bool = False
    surveyed: bool = False
    channel: str = ""
    public: bool = False
    detours: tuple[str, ...] = ()
    outcome: str = ""
    stayed: bool = False
    case_open: bool = False
    left: str = ""
    to_rival: bool = False
    review_posted: bool = False
    review_withdrawn: bool = False
    told: tuple[Talk, ...] = ()
    attempted: bool = False
    came: str = ""
    returned: bool = False
    had_left: bool = False
    staff: int = 0
    care: float = 0.0
    levers: Mapping[str, float] = field(default_factory=dict)

    def heard_bad(self) -> int:
        """Return the number of bad messages that reached them this month."""
        return sum(talk.bad for talk in self.heard)

    def heard_good(self) -> int:
        """Return the number of good messages that reached them this month."""
        return sum(talk.good for talk in self.heard)

    def told_bad(self) -> int:
        """Return the number of bad messages that they sent this month."""
        return sum(talk.bad for talk in self.told)

    def told_good(self) -> int:
        """Return the number of good messages that they sent this month."""
        return sum(talk.good for talk in self.told)

    def is_back(self) -> bool:
        """Tell whether they came this month and had been a customer before, whatever they count as."""
        return bool(self.came) and (self.returned or self.had_left)

    def is_turning(self) -> bool:
        """Tell whether something befell them beyond encounters and talk."""
        return bool(self.grievance or self.outcome or self.left or self.came or self.attempted or self.review_withdrawn)


@dataclass(frozen=True)
class Person:
    """Who it is: the same under every strategy.

    Traits are relative to the mean of 1, `margin` in currency a month; the rest is the state at month 0.
    """

    number: int
    ties: int
    margin: float
    fickleness: float
    talkativeness: float
    readiness: float
    standing: str
    tenure: int
    satisfaction: float
    gone: int | None = None


LEVELS = (
    "standing",
    "tenure",
    "friends_left",
    "satisfaction_before",
    "satisfaction_grieving",
    "satisfaction",
    "had_left",
    "staff",
    "care",
    "levers",
)
EVENTS = tuple(each.name for each in fields(Month) if each.name not in LEVELS)
"""What happens in a month, in its order, without the levels behind it and what only follows from it."""
FATE = ("grievance", "voiced", "found", "outcome", "stayed", "left", "to_rival", "attempted", "came", "returned")
"""What befalls a person beyond encounters and talk."""


@dataclass(frozen=True)
class Life:
    """One person's life under one strategy: months 1 to the horizon, or to the month in which they died or moved."""

    strategy: str
    months: tuple[Month, ...]

    def at(self, month: int) -> Month | None:
        """Return a month's entry; None after the person's end."""
        return self.months[month - 1] if 1 <= month <= len(self.months) else None

    def ended(self) -> str:
        """Return the reason if they died or moved; empty otherwise."""
        return self.months[-1].left if self.months and self.months[-1].left in FINAL else ""

    def events_differ(self, reference: Life) -> int | None:
        """Return the first month in which anything else happens than in the reference, from 1; None if none does."""
        return self.first_difference(reference, EVENTS)

    def fate_differs(self, reference: Life) -> int | None:
        """Return the first month in which a grievance, its end, leaving or coming differs; None if none does."""
        return self.first_difference(reference, FATE)

    def first_difference(self, reference: Life, names: Sequence[str]) -> int | None:
        """Return the first month in which any of these fields of Month differs; None if none does."""
        pairs = zip(reference.months, self.months, strict=False)
        different = (b.month for a, b in pairs if any(getattr(a, name) != getattr(b, name) for name in names))
        return next(different, None)


@dataclass(frozen=True)
class Setting:
    """Where the lives are lived: calendar, money and luck."""

    title: str
    start: str
    months: int
    currency: str
    seed: int
    replication: int


class Observer(NoTimer):
    """Notes the months of some people's lives while a model steps: `model.use_timer(observer)`, then
    `observer.life(row)`.

    `rows`: their numbers. A life is noted until the person dies or moves away.
    """

    def __init__(self, model: LoyaltyModel, rows: Sequence[int]) -> None:
        self.model, self.rows = model, [int(row) for row in rows]
        self.months: dict[int, list[Month]] = {row: [] for row in self.rows}
        self._alive = list(self.rows)
        self._heard = self.find_talk(Tellers.heard_by)
        self._laps: dict[str, dict[int, Row]] = {}
        self._more: dict[int, Facts] = {}

    def begin(self) -> None:
        """Read everyone's row as it stood at the end of the month before."""
        self._laps = {"before": self.read_rows()}
        self._more = {row: {"heard": self._heard[row]} for row in self._alive}

    def lap(self, mechanism: str) -> None:
        """Read everyone's row after a mechanism, and what only shows now."""
        if mechanism in READ_AFTER:
            self._laps[mechanism] = self.read_rows()
        if mechanism == "sins":
            self.find_sins()
        elif mechanism == "word_of_mouth":
            for row, talks in self.find_talk(Tellers.told_by).items():
                self._more[row]["told"] = talks
            self._heard = self.find_talk(Tellers.heard_by)
        elif mechanism == "reviews":
            self.find_reviews()
        elif mechanism == "joining":
            self.find_ways()
        elif mechanism == "accounts":
            self.close_month()

    def life(self, row: int) -> Life:
        """Return what was noted of a person so far."""
        return Life(self.model.strategy, tuple(self.months[row]))

    def read_rows(self) -> dict[int, Row]:
        """Return everyone's columns as plain values, by name."""
        people = self.model.world.people
        return {row: {name: people.__dict__[name][row].item() for name in people.columns} for row in self._alive}

    def find_sins(self) -> None:
        """Find of which kinds an indifferent encounter was."""
        for row in self._alive:
            now = self._laps["sins"][row]
            if now["status"] == CUSTOMER and now["indifferent"]:
                world, _ = self.model.firm_of(row)
                rolls = {"customers_now": np.array([row], np.int32)}
                _, report = repeat_step(self.model, world, "sins", rolls)
                kinds = {kind: int(report[count]) for kind, count in zip(KINDS, COUNTS, strict=True)}
                self._more[row]["sins"] = {kind: number for kind, number in kinds.items() if number}

    def find_talk(self, find: Callable[[Tellers, int], tuple[Talk, ...]]) -> dict[int, tuple[Talk, ...]]:
        """Find what each was told this month, or told others; nothing where word of mouth is off."""
        if not self.model.spec.mechanism("word_of_mouth").on:
            return dict.fromkeys(self._alive, ())
        tellers = Tellers(self.model)
        return {row: find(tellers, row) for row in self._alive}

    def find_reviews(self) -> None:
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
            _, report = repeat_step(self.model, world, "reviews", rolls, firm, {"reviewed_month": reviewed})
            names = {"review_posted": "reviews_posted", "review_withdrawn": "reviews_withdrawn"}
            self._more[row] |= {name: bool(report[metric]) for name, metric in names.items()}

    def find_ways(self) -> None:
        """Find what brought those who joined."""
        for row in self._alive:
            now, then = self._laps["joining"][row], self._laps["departure"][row]
            if now["status"] == CUSTOMER and then["status"] != CUSTOMER:
                people = self.model.world.people.copy()
                people.status[:] = CUSTOMER
                for name, value in then.items():
                    people.__dict__[name][row] = value
                columns = {name: people.__dict__[name] for name in people.columns}
                _, report = repeat_step(self.model, self.model.world, "joining", {}, columns=columns)
                self._more[row] |= {
                    "came": next(way for name, way in WAYS.items() if report[name]),
                    "returned": bool(report["returned"]),
                }

    def close_month(self) -> None:
        """Note everyone's month, and stop following whoever died or moved away."""
        for row in list(self._alive):
            world, levers = self.model.firm_of(row)
            rows = {lap: rows[row] for lap, rows in self._laps.items()}
            rolls = self.model.world.row_lists
            month = describe_month(row, self.model, world, rows, rolls, {**self._more[row], "levers": levers})
            self.months[row].append(month)
            if month.left in FINAL:
                self._alive.remove(row)


class Tellers:
    """Who told whom in the month that a model has just simulated."""

    def __init__(self, model: LoyaltyModel) -> None:
        self.model, self.world = model, model.world
        customers, people = self.world.customers_now, self.world.people
        has_news = (people.outcome_now[customers] >= SILENT) | (people.wowed[customers] > 0)
        self.rows: NDArray[np.int32] = customers[has_news]

    def told_by(self, row: int) -> tuple[Talk, ...]:
        """Return whom a customer told this month."""
        if row not in self.rows:
            return ()
        bad, good = self.reach(np.array([row], np.int32))
        others = np.flatnonzero((bad > 0) | (good > 0))
        return tuple(self.describe(row, int(other), bad[other], good[other]) for other in others)

    def heard_by(self, row: int) -> tuple[Talk, ...]:
        """Return who told a person this month: the tellers are halved again and again, where their talk reaches the
        inbox."""
        if not (self.world.people.inbox_bad[row] or self.world.people.inbox_good[row]):
            return ()
        return tuple(self.search(row, self.rows))

    def search(self, row: int, tellers: NDArray[np.int32]) -> list[Talk]:
        """Return which of these tellers told a person."""
        bad, good = self.reach(tellers)
        if not (bad[row] or good[row]):
            return []
        if tellers.size == 1:
            return [self.describe(row, int(tellers[0]), bad[row], good[row])]
        half = tellers.size // 2
        return self.search(row, tellers[:half]) + self.search(row, tellers[half:])

    def reach(self, tellers: NDArray[np.int32]) -> tuple[NDArray, NDArray]:
        """Return the messages, bad and good, that these tellers' talk puts into each inbox; uint16 (people,)."""
        inboxes = {name: np.zeros(self.world.people.rows, np.uint16) for name in ("inbox_bad", "inbox_good")}
        people, _ = repeat_step(self.model, self.world, "word_of_mouth", {"customers_now": tellers}, columns=inboxes)
        return people.inbox_bad, people.inbox_good

    def describe(self, row: int, other: int, bad: np.integer, good: np.integer) -> Talk:
        """Describe what passed between a person and another, and whether the two know each other."""
        first, tie = self.world.first, self.world.tie
        known = first.size > 1 and bool(np.isin(other, tie[first[row] : first[row + 1]]))
        return Talk(other, known, int(bad), int(good))


def repeat_step(
    model: LoyaltyModel,
    world: World,
    mechanism: str,
    rolls: Mapping[str, NDArray],
    tables: Mapping[str, Table] = MappingProxyType({}),
    columns: Mapping[str, NDArray] = MappingProxyType({}),
) -> tuple[Any, Report]:
    """Let a mechanism take this month's step once more on a copy of the world, which itself stays as it is.

    Args:
        model: Whose scenario and replication it is.
        world: The market, or a firm of it.
        mechanism: The mechanism's key.
        rolls: Row lists in place of the month's.
        tables: Copies of the tables that the mechanism writes.
        columns: Copies of the people's columns that it writes.

    Returns:
        The people's table after that step, and its report.
    """
    people = Table("people", 0, ())
    object.__setattr__(people, "rows", world.people.rows)
    object.__setattr__(people, "columns", world.people.columns)
    people.__dict__.update({name: world.people.__dict__[name] for name in people.columns} | dict(columns))
    copy = World({**world.tables, **tables, "people": people}, world.first, world.tie)
    copy.row_lists, copy.month = {**world.row_lists, **rolls}, world.month
    report = Report(form())
    scenario = model.spec
    rng = RngStream(scenario.seed, model.replication, mechanism, world.month)
    scenario.mechanism(mechanism).step(copy, rng, report)
    return people, report


def describe_month(
    row: int,
    model: LoyaltyModel,
    world: World,
    laps: Mapping[str, Row],
    rolls: Mapping[str, NDArray],
    more: Mapping[str, Any],
) -> Month:
    """Describe the month that a person has just lived.

    Args:
        row: The person.
        model: At the month's end.
        world: The one whose firm deals with them.
        laps: Their columns `before` the month and after each mechanism.
        rolls: The month's row lists, of the whole market.
        more: What was found out beyond columns, by the name of Month's field.
    """
    end, left = laps["accounts"], laps["departure"]
    served = laps["market"]["status"] == CUSTOMER
    facts = {
        "month": model.month,
        "standing": STANDINGS[end["status"]],
        "tenure": end["tenure"],
        "was_customer": served,
        "satisfaction": end["satisfaction"],
        "friends_left": count_friends_who_left(row, model.world),
        "staff": int(world.firm.employees[0]),
        "care": float(world.firm.care_now[0]),
        "attempted": bool(end["attempted"] and not laps["before"]["attempted"]),
        "review_posted": end["reviewed_month"] == model.month,
        "review_withdrawn": end["reviewed_month"] == LONG_AGO and laps["before"]["reviewed_month"] != LONG_AGO,
        **more,
    }
    if served:
        facts |= (
            describe_encounters(model, laps)
            | describe_grievance(model.month, laps)
            | describe_complaint(row, model, laps, rolls)
        )
        if left["status"] == LOST:
            facts |= {"left": REASONS[left["reason"]], "to_rival": bool(left["with_rival"])}
    elif end["status"] == CUSTOMER:
        facts["came"] = more.get("came") or "winback"
        facts["returned"] = more.get("returned", left["status"] == LOST)
        facts["had_left"] = left["left_month"] > LONG_AGO
    return Month(**facts)


def describe_encounters(model: LoyaltyModel, laps: Mapping[str, Row]) -> Facts:
    """Return the fields of Month about encounters, and satisfaction around them."""
    end = laps["accounts"]
    names = [touchpoint.name for touchpoint in model.spec.mechanism("touchpoints").table]
    felt = laps.get("satisfaction", laps["before"])  # a mechanism that is off leaves no lap
    after = laps.get("manners", felt)["satisfaction"]
    return {
        "met": end["met"],
        "indifferent": end["indifferent"],
        "failed": end["failed"],
        "wowed": end["wowed"],
        "indifferent_at": names[end["indifferent_at"]] if end["indifferent"] else "",
        "failed_at": names[end["failed_at"]] if end["failed"] else "",
        "intruded": after < felt["satisfaction"],
        "satisfaction_before": laps["before"]["satisfaction"],
        "satisfaction_grieving": after,
    }


def describe_grievance(month: int, laps: Mapping[str, Row]) -> Facts:
    """Return the fields of Month about a grievance and how it ended."""
    end, decided = laps["accounts"], laps.get("recovery")
    grievance: Facts = {"case_open": bool(end["open_case"])}
    if end["grieved_month"] == month:
        grievance |= {
            "grievance": REASONS[end["kind"]],
            "severity": SEVERITIES[end["severity"]],
            "repeated": bool(end["repeated"]),
        }
    if decided and end["outcome_now"] != NONE:
        grievance |= {"outcome": OUTCOMES[end["outcome_now"]], "stayed": decided["status"] == CUSTOMER}
    return grievance


def describe_complaint(row: int, model: LoyaltyModel, laps: Mapping[str, Row], rolls: Mapping[str, NDArray]) -> Facts:
    """Return the fields of Month about a complaint and its way."""
    surveyed = any(row in rolls[name] for name in ("intending", "staying"))
    place = np.flatnonzero(rolls["voiced"] == row)
    if not place.size:
        return {"surveyed": surveyed}
    index = int(place[0])
    channels, routed = rolls["channel"], rolls["routed"]
    # What nobody answers becomes no case, and travels through no department.
    answered = laps["accounts"]["outcome_now"] != OUTCOMES.index("ignored")
    flags = int(routed[index]) if routed.size and answered else 0
    return {
        "voiced": True,
        "surveyed": surveyed,
        "found": row in rolls["found"],
        "public": row in rolls["public"],
        "channel": model.spec.mechanism("channels").table[channels[index]].name if channels.size else "",
        "detours": tuple(word for flag, word in DETOURS.items() if flags & flag),
    }


def count_friends_who_left(row: int, world: World) -> int:
    """Return how many of a person's neighbours left this month, for friends, a rival or a grievance."""
    people = world.people
    if world.first.size < 2:
        return 0
    known = world.tie[world.first[row] : world.first[row + 1]]
    left = (people.status[known] == LOST) & (people.left_month[known] == world.month) & (people.reason[known] > MOVED)
    return int(np.count_nonzero(left))
