"""One month of one person, read from their row before, during and after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
    REASONS,
    SEVERITIES,
    STALLED,
)
from loyaltysim.report.life import STANDINGS, Month

if TYPE_CHECKING:
    from loyaltysim.core.tables import World
    from loyaltysim.model import LoyaltyModel

DETOURS = {
    MISCLASSIFIED: "sent to the wrong department first",
    PASSED_ON: "passed on to another department",
    STALLED: "stalled between departments",
    MISLAID: "mislaid",
}
Row = Mapping[str, Any]


def month_of(
    row: int,
    model: LoyaltyModel,
    world: World,
    laps: Mapping[str, Row],
    rolls: Mapping[str, NDArray],
    more: Mapping[str, Any],
) -> Month:
    """Give the month that a person has just lived.

    `laps`: their row `before` the month and after each mechanism; `rolls`: the month's, of the whole market; `more`: what
    was found out beyond columns, by the name of Month's field. `world`: the one whose firm deals with them.
    """
    end, left = laps["accounts"], laps["departure"]
    served = laps["market"]["status"] == CUSTOMER
    parts = {
        "month": model.month,
        "standing": STANDINGS[end["status"]],
        "tenure": end["tenure"],
        "was_customer": served,
        "satisfaction": end["satisfaction"],
        "friends_left": _friends_who_left(row, model.world),
        "staff": int(world.firm.employees[0]),
        "care": float(world.firm.care_now[0]),
        "attempted": bool(end["attempted"] and not laps["before"]["attempted"]),
        **_review(laps["before"], end, model.month),
        **more,
    }
    if served:
        parts |= _encounters(model, laps) | _grievance(model.month, laps) | _complaint(row, model, laps, rolls)
        if left["status"] == LOST:
            parts |= {"left": REASONS[left["reason"]], "to_rival": bool(left["with_rival"])}
    elif end["status"] == CUSTOMER:
        parts["came"] = more.get("came") or "winback"
        parts["returned"] = more.get("returned", left["status"] == LOST)
        parts["had_left"] = left["left_month"] > LONG_AGO
    return Month(**parts)


def _encounters(model: LoyaltyModel, laps: Mapping[str, Row]) -> dict[str, Any]:
    end = laps["accounts"]
    names = [touchpoint.name for touchpoint in model.spec.mechanism("touchpoints").table]
    felt, after = (_level(laps, *keys) for keys in (("satisfaction",), ("manners", "satisfaction")))
    return {
        "met": end["met"],
        "indifferent": end["indifferent"],
        "failed": end["failed"],
        "wowed": end["wowed"],
        "indifferent_at": names[end["indifferent_at"]] if end["indifferent"] else "",
        "failed_at": names[end["failed_at"]] if end["failed"] else "",
        "intruded": after < felt,
        "satisfaction_before": laps["before"]["satisfaction"],
        "satisfaction_grieving": after,
    }


def _level(laps: Mapping[str, Row], *keys: str) -> float:
    """Give the satisfaction after the first of these mechanisms that took part in the month."""
    level: float = laps[next((key for key in keys if key in laps), "before")]["satisfaction"]
    return level


def _grievance(month: int, laps: Mapping[str, Row]) -> dict[str, Any]:
    end, decided = laps["accounts"], laps.get("recovery")
    found: dict[str, Any] = {"case_open": bool(end["open_case"])}
    if end["grieved_month"] == month:
        found |= {
            "grievance": REASONS[end["kind"]],
            "severity": SEVERITIES[end["severity"]],
            "repeated": bool(end["repeated"]),
        }
    if decided and end["outcome_now"] != NONE:
        found |= {"outcome": OUTCOMES[end["outcome_now"]], "stayed": decided["status"] == CUSTOMER}
    return found


def _complaint(row: int, model: LoyaltyModel, laps: Mapping[str, Row], rolls: Mapping[str, NDArray]) -> dict[str, Any]:
    surveyed = any(row in rolls[name] for name in ("intending", "staying"))
    place = np.flatnonzero(rolls["voiced"] == row)
    if not place.size:
        return {"surveyed": surveyed}
    at = int(place[0])
    channels, routed = rolls["channel"], rolls["routed"]
    flags = int(routed[at]) if routed.size else 0
    return {
        "voiced": True,
        "surveyed": surveyed,
        "found": row in rolls["found"],
        "public": row in rolls["public"],
        "channel": model.spec.mechanism("channels").table[channels[at]].name if channels.size else "",
        "detours": tuple(word for flag, word in DETOURS.items() if flags & flag) if _was_answered(laps) else (),
    }


def _was_answered(laps: Mapping[str, Row]) -> bool:
    """Tell whether this month's complaint became a case; what nobody answers travels through no department."""
    return laps["accounts"]["outcome_now"] != OUTCOMES.index("ignored")


def _review(before: Row, end: Row, month: int) -> dict[str, bool]:
    return {
        "review_posted": end["reviewed_month"] == month,
        "review_withdrawn": end["reviewed_month"] == LONG_AGO and before["reviewed_month"] != LONG_AGO,
    }


def _friends_who_left(row: int, world: World) -> int:
    people = world.people
    if world.first.size < 2:
        return 0
    known = world.tie[world.first[row] : world.first[row + 1]]
    left = (people.status[known] == LOST) & (people.left_month[known] == world.month) & (people.reason[known] > MOVED)
    return int(np.count_nonzero(left))
