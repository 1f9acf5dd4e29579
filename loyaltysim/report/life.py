"""What is known of one person's life, month by month, under one strategy: what tables, sentences and pictures of it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from loyaltysim.core.codes import CUSTOMER, LOST, PROSPECT

STANDINGS = {PROSPECT: "prospect", CUSTOMER: "customer", LOST: "lost"}
FINAL = ("died", "moved")
"""Reasons after which a person's life in the market is over; their row becomes someone else."""


@dataclass(frozen=True)
class Talk:
    """What passed between this person and another in one month: messages, and whether the two know each other (a tie)."""

    other: int
    known: bool
    bad: int
    good: int


@dataclass(frozen=True)
class Month:
    """One month of a life. Words are empty where there is nothing to tell.

    `standing`: prospect, customer or lost, at the month's end; `met`: encounters, and of these those indifferent, failed
    and wowed; `sins`: kinds of the indifferent ones, with their number; `indifferent_at`, `failed_at`: touchpoint of the first.
    `satisfaction_before`, `satisfaction`: at the month's start and end; `satisfaction_grieving`: when grievances arise.
    `grievance`: indifference or product; `channel`: by which a complaint came; `detours`: what befell it between departments.
    `outcome`: how a grievance ended this month, and `stayed` whether they stayed over it. `left`: the reason; `came`: by what
    (advertising, talk, unprompted, winback); `returned`: whether they count as a lost customer who came back, `had_left`: whether they
    had been one before, however long ago (whom the firm has forgotten counts as new). `friends_left`: neighbours who left this month over a grievance, for friends or a rival.
    `staff`: how many they are, `care`: their mean care, 0 to 1; `levers`: what the strategy changes for this person this month, by path.
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
        """Give the number of bad messages that reached them this month."""
        return sum(talk.bad for talk in self.heard)

    def heard_good(self) -> int:
        """Give the number of good messages that reached them this month."""
        return sum(talk.good for talk in self.heard)

    def told_bad(self) -> int:
        """Give the number of bad messages that they sent this month."""
        return sum(talk.bad for talk in self.told)

    def told_good(self) -> int:
        """Give the number of good messages that they sent this month."""
        return sum(talk.good for talk in self.told)

    def is_back(self) -> bool:
        """Tell whether they came this month and had been a customer before, whatever they count as."""
        return bool(self.came) and (self.returned or self.had_left)

    def is_turning(self) -> bool:
        """Tell whether something befell them beyond encounters and talk."""
        return bool(self.grievance or self.outcome or self.left or self.came or self.attempted or self.review_withdrawn)


EVENTS = tuple(
    each.name
    for each in fields(Month)
    if each.name
    not in (
        "satisfaction_before",
        "satisfaction_grieving",
        "satisfaction",
        "staff",
        "care",
        "levers",
        "friends_left",
        "had_left",
    )
)
"""What happens in a month, in its order, without the levels behind it: two lives part where the first of these differs."""


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


@dataclass(frozen=True)
class Life:
    """One person's life under one strategy: months 1 to the horizon, or to the month in which they died or moved."""

    strategy: str
    months: tuple[Month, ...]

    def at(self, month: int) -> Month | None:
        """Give a month's entry; None after the person's end."""
        return self.months[month - 1] if 1 <= month <= len(self.months) else None

    def ended(self) -> str:
        """Give the reason if they died or moved; empty otherwise."""
        return self.months[-1].left if self.months and self.months[-1].left in FINAL else ""


@dataclass(frozen=True)
class Setting:
    """Where the lives are lived: calendar, money, luck, and the levers' usual values and units by path."""

    title: str
    start: str
    months: int
    currency: str
    seed: int
    replication: int
    usual: Mapping[str, float]
    units: Mapping[str, str]
