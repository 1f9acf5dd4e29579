"""One phenomenon, one file. MONTH is the story of a month; no mechanism imports another, they meet in columns."""

from __future__ import annotations

from loyaltysim.core.fields import Metric
from loyaltysim.core.mechanism import Mechanism
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
"""The month, in order: newcomers, staff, hear, serve, feel, grieve, speak, resolve, stay or leave, tell, win, account."""


def _catalog() -> dict[str, Metric]:
    catalog: dict[str, Metric] = {}
    for mechanism in MONTH:
        for metric in mechanism.metrics():
            if metric.name in catalog:
                raise ValueError(f"two mechanisms declare a metric {metric.name!r}")
            catalog[metric.name] = metric
    return catalog


CATALOG: dict[str, Metric] = _catalog()
"""Every metric by name, in the order of the month."""

FORM = Form(CATALOG)
"""What a month reports."""
