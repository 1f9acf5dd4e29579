"""One phenomenon, one file. MONTH is the story of a month; no mechanism imports another, they meet in columns.

Mechanisms of one's own join it by `register`, or by the entry-point group `loyaltysim.mechanisms` of an installed
package; a scenario file never names code to load. Ask `month()` for all of them, the shipped and the registered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import TypeVar

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.fingerprint import count_sources
from loyaltysim.core.mechanism import Mechanism, Metric
from loyaltysim.core.records import Form
from loyaltysim.mechanisms.accounts import Accounts
from loyaltysim.mechanisms.complaints.apology import Apology
from loyaltysim.mechanisms.complaints.channels import Channels
from loyaltysim.mechanisms.complaints.desk import Desk
from loyaltysim.mechanisms.complaints.false_claims import FalseClaims
from loyaltysim.mechanisms.complaints.follow_up import FollowUp
from loyaltysim.mechanisms.complaints.grievance import Grievance
from loyaltysim.mechanisms.complaints.handoffs import Handoffs
from loyaltysim.mechanisms.complaints.recovery import Recovery
from loyaltysim.mechanisms.complaints.survey_fatigue import SurveyFatigue
from loyaltysim.mechanisms.complaints.surveys import Surveys
from loyaltysim.mechanisms.complaints.voice import Voice
from loyaltysim.mechanisms.growth.advertising import Advertising
from loyaltysim.mechanisms.growth.joining import Joining
from loyaltysim.mechanisms.growth.reviews import Reviews
from loyaltysim.mechanisms.growth.win_loss import WinLoss
from loyaltysim.mechanisms.growth.winback import Winback
from loyaltysim.mechanisms.growth.word_of_mouth import WordOfMouth
from loyaltysim.mechanisms.market.departure import Departure
from loyaltysim.mechanisms.market.friends import Friends
from loyaltysim.mechanisms.market.market import Market
from loyaltysim.mechanisms.market.rivals import Rivals
from loyaltysim.mechanisms.market.value_promise import ValuePromise
from loyaltysim.mechanisms.service.complexity import Complexity
from loyaltysim.mechanisms.service.consistency import Consistency
from loyaltysim.mechanisms.service.manners import Manners
from loyaltysim.mechanisms.service.opinion import Opinion
from loyaltysim.mechanisms.service.satisfaction import Satisfaction
from loyaltysim.mechanisms.service.scorecard import Scorecard
from loyaltysim.mechanisms.service.service import Service
from loyaltysim.mechanisms.service.sins import Sins
from loyaltysim.mechanisms.service.touchpoints import Touchpoints
from loyaltysim.mechanisms.staff.burnout import Burnout
from loyaltysim.mechanisms.staff.contagion import Contagion
from loyaltysim.mechanisms.staff.exceptions import Exceptions
from loyaltysim.mechanisms.staff.leaders import Leaders
from loyaltysim.mechanisms.staff.managers import Managers
from loyaltysim.mechanisms.staff.staff import Staff

MONTH: tuple[type[Mechanism], ...] = (
    Market,
    Managers,
    Burnout,
    Staff,
    Contagion,
    Touchpoints,
    Consistency,
    Scorecard,
    Opinion,
    Complexity,
    Service,
    Exceptions,
    Sins,
    Satisfaction,
    Manners,
    Grievance,
    SurveyFatigue,
    Voice,
    Surveys,
    Channels,
    Handoffs,
    FollowUp,
    FalseClaims,
    Desk,
    Leaders,
    Recovery,
    Apology,
    Friends,
    ValuePromise,
    Rivals,
    Departure,
    WordOfMouth,
    Reviews,
    Advertising,
    Joining,
    Winback,
    WinLoss,
    Accounts,
)
"""The shipped month, in order: newcomers, staff, hear, serve, feel, grieve, speak, resolve, stay or leave, tell, win,
account."""


T = TypeVar("T")
GROUP = "loyaltysim.mechanisms"
"""The entry points by which an installed package offers mechanisms."""

_registered: dict[str, type[Mechanism]] = {}
_caches: list[Callable[[], None]] = []


def cache_until_registration(function: Callable[[], T]) -> Callable[[], T]:
    """Keep what a function of no arguments returns until the month has other mechanisms."""
    keeping = cache(function)
    _caches.append(keeping.cache_clear)
    return keeping


def register(*mechanisms: type[Mechanism]) -> None:
    """Add mechanisms of one's own to the month, for this process and for the workers that it sends scenarios to.

    Each takes its place right behind the mechanism that its class names as `after`, else behind all that it `needs`,
    else just before the accounts. Registering one again changes nothing; a class defined anew takes the place of its
    former self.

    Raises:
        InputError: A mechanism cannot join: its name, or a metric, column or row list of it, is there already; what it
            stands behind is not; or its source cannot be found.
    """
    added = {mechanism.key: mechanism for mechanism in mechanisms}
    for key, mechanism in added.items():
        there = {shipped.key: shipped for shipped in MONTH} | _registered
        former = there.get(key, mechanism)
        if (former.__module__, former.__qualname__) != (mechanism.__module__, mechanism.__qualname__):
            raise InputError(Problem("another mechanism has this name", key, cure="give its class another name"))
    set_registered(tuple((_registered | added).values()))


def unregister(*mechanisms: type[Mechanism]) -> None:
    """Take mechanisms of one's own out of the month again."""
    set_registered(tuple(each for each in _registered.values() if each not in mechanisms))


def registered() -> tuple[type[Mechanism], ...]:
    """Return the mechanisms beside the shipped ones: those of installed packages first, then in the order of
    registration.
    """
    load_installed()
    return tuple(_registered.values())


def set_registered(mechanisms: tuple[type[Mechanism], ...]) -> None:
    """Let exactly these mechanisms be registered, as a worker does which is sent a scenario; raises InputError."""
    if mechanisms == tuple(_registered.values()):
        return
    check_declarations(order_month(mechanisms))
    count_sources(mechanisms)
    _registered.clear()
    _registered.update({mechanism.key: mechanism for mechanism in mechanisms})
    for clear in _caches:
        clear()


@cache
def load_installed() -> None:
    """Register, once a process, the mechanisms that installed packages offer; raises RunError for one that does not
    load.
    """
    for point in entry_points(group=GROUP):
        try:
            mechanism = point.load()
        except Exception as error:
            raise RunError(f"the mechanism {point.name} of the package {point.value} does not load: {error}") from error
        register(mechanism)


def order_month(mechanisms: Iterable[type[Mechanism]]) -> tuple[type[Mechanism], ...]:
    """Return the shipped month with other mechanisms in their places; raises InputError where one has none."""
    ordered, added = list(MONTH), []
    for mechanism in mechanisms:
        keys = [each.key for each in ordered]
        before = (mechanism.after,) if mechanism.after else mechanism.needs
        for key in before:
            if key not in keys or key == Accounts.key:
                cure = f"name one of {', '.join(name for name in keys if name != Accounts.key)}"
                raise InputError(Problem(f"the month has no place for it behind {key!r}", mechanism.key, cure=cure))
        place = 1 + max(map(keys.index, before)) if before else keys.index(Accounts.key)
        while ordered[place] in added:
            place += 1
        ordered.insert(place, mechanism)
        added.append(mechanism)
    return tuple(ordered)


def check_declarations(mechanisms: Sequence[type[Mechanism]]) -> None:
    """Raise InputError for a column of no table, and where two mechanisms declare a metric, column or row list of one
    name.
    """
    tables = sorted({column.table for mechanism in MONTH for column in mechanism.columns()})
    for mechanism in mechanisms:
        for column in mechanism.columns():
            if column.table not in tables:
                cure = f"there are {', '.join(tables)}"
                what, field = f"there is no table {column.table!r}", f"{mechanism.key}.{column.name}"
                raise InputError(Problem(what, field, cure=cure))
    names = Counter(
        name
        for mechanism in mechanisms
        for name in (
            *(f"metric {metric.name}" for metric in mechanism.metrics()),
            *(f"column {column.table}.{column.name}" for column in mechanism.columns()),
            *(f"row list {rows.name}" for rows in mechanism.row_lists()),
        )
    )
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise InputError(*(Problem(f"two mechanisms declare a {name}", cure="rename one of them") for name in twice))


@cache_until_registration
def month() -> tuple[type[Mechanism], ...]:
    """Return the mechanisms in the order of the month: the shipped, and those registered in their places."""
    return order_month(registered())


@cache_until_registration
def catalog() -> Mapping[str, Metric]:
    """Return every metric by name, in the order of the month."""
    return {metric.name: metric for mechanism in month() for metric in mechanism.metrics()}


@cache_until_registration
def form() -> Form:
    """Return what a month reports."""
    return Form(catalog())
