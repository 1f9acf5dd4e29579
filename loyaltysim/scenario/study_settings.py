"""The fields of a scenario that belong to the study, not to a mechanism, and what the world is stated to show today.

A setting says what it bears on: which scenario it is (its hash), what a run shows (its key), what the solved rates are.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from loyaltysim.core.discounting import monthly_chance
from loyaltysim.core.mechanism import Grade, param

Identity = Literal["scenario", "run", "rates"]
T = TypeVar("T")

CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _share(default: float, doc: str, source: str, grade: Grade) -> float:
    return param(default, "share", doc, source=source, grade=grade)


def _setting(declared: T, bears_on: str) -> T:
    """Note what a declared field bears on; one without the note bears on everything."""
    field: object = declared
    assert isinstance(field, FieldInfo)
    assert isinstance(field.json_schema_extra, dict)
    field.json_schema_extra["bears_on"] = list(bears_on.split())
    return declared


def _choice(
    default: T, *, unit: str, doc: str, bears_on: str = "", low: float | None = None, high: float | None = None
) -> T:
    field = param(default, unit, doc, low=low, high=high, source="choice of the study", grade="definition")
    return _setting(field, bears_on)


class Reasons(BaseModel):
    """Why customers leave today, as shares of all who leave; they add to 1."""

    model_config = CONFIG

    died: float = _share(0.01, "of those who leave, those who died or closed", "F2", "folklore")
    moved: float = _share(0.03, "of those who leave, those who moved away", "F2", "folklore")
    friends: float = _share(0.05, "of those who leave, those who followed friends", "F2", "folklore")
    rival: float = _share(0.09, "of those who leave, those whom a rival lured", "F2", "folklore")
    product: float = _share(
        0.14, "of those who leave, those whom the product or process disappointed", "F2", "folklore"
    )
    indifference: float = _share(
        0.68, "of those who leave, those who met an attitude of indifference", "F1", "folklore"
    )


class Outcomes(BaseModel):
    """How voiced complaints end today, as shares of all that are voiced; they add to 1."""

    model_config = CONFIG

    ignored: float = _share(0.30, "complaints never acknowledged", "F7", "assumption")
    logged: float = _share(0.40, "complaints logged, but not resolved to satisfaction", "F7", "assumption")
    resolved: float = _share(0.25, "complaints resolved, later than promised", "F7", "assumption")
    resolved_fast: float = _share(0.05, "complaints resolved within the promised time", "F7", "assumption")


class Stated(BaseModel):
    """What today's market is stated to show; calibration solves for what is not stated."""

    model_config = CONFIG

    churn_annual: float = param(
        0.20, "share/year", "customers who leave within a year", low=0, high=0.99, grade="assumption"
    )
    silent_share_of_lost: float = param(
        0.90, "share", "of those who leave, those without a voiced grievance behind it", source="F3", grade="folklore"
    )
    reasons: Reasons = Reasons()
    outcomes: Outcomes = Outcomes()
    acquisition_cost: float = param(
        462.0,
        "$/customer",
        "advertising spent today per customer whom advertising brought (the metric advertising_cost_per_customer); acquisition_cost divides by all who joined",
        low=0.01,
        source="K6 discusses its range",
    )

    @property
    def monthly_hazard(self) -> float:
        """The stated churn as a monthly chance: 1 - (1 - churn)**(1/12)."""
        return monthly_chance(self.churn_annual)


class Study(BaseModel):
    """What is asked, over how long, how often, and on which luck."""

    model_config = CONFIG

    title: str = _choice("", unit="text", doc="what the study is called")
    question: str = _choice("", unit="text", doc="the question that it answers")
    lesson: str = _choice("", unit="text", doc="what the run of the file, as it is written, is there to show")
    start: str = _choice("2027-01", unit="YYYY-MM", doc="the calendar month that is month 1", bears_on="scenario")
    months: int = _choice(60, unit="months", low=1, high=1200, doc="length of the horizon", bears_on="scenario run")
    replications: int = _choice(
        30,
        unit="replications",
        bears_on="scenario",
        low=1,
        high=100_000,
        doc="how often each strategy is simulated, each time with other luck",
    )
    seed: int = _choice(2026, unit="number", low=0, high=2**63 - 1, doc="which luck", bears_on="scenario run")
    currency: str = _choice("$", unit="text", doc="sign of the currency", bears_on="scenario")
    discount_rate: float = _setting(
        param(0.10, unit="share/year", low=0, high=10, doc="yearly discount of money to come"), bears_on="scenario run"
    )
    calibration: Literal["on", "off"] = _choice(
        "on",
        unit="on/off",
        bears_on="rates",
        doc="on: solve for what makes today's market show what is stated; off: solved parameters are typed",
    )
    stated: Stated = Stated()


def settings_outside(*identities: Identity) -> list[str]:
    """Name the study's settings that bear on none of these.

    Args:
        identities: `scenario` (its hash), `run` (the key of its runs; `start` is no part of it, since a plan names
            levers month by month) and `rates` (the key of what calibration solves).

    Returns:
        Names of fields: those of all three are labels, which belong to the one file that says them.
    """
    extras = {name: cast("dict[str, Any]", info.json_schema_extra or {}) for name, info in Study.model_fields.items()}
    return [name for name, extra in extras.items() if not set(identities) & set(extra.get("bears_on", identities))]
