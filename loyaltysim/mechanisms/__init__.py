"""One phenomenon, one file. MONTH is the story of a month; no mechanism imports another, they meet in columns."""

from __future__ import annotations

from loyaltysim.core.fields import Metric
from loyaltysim.core.mechanism import Mechanism
from loyaltysim.core.records import Form
from loyaltysim.mechanisms.accounts import Accounts
from loyaltysim.mechanisms.advertising import Advertising
from loyaltysim.mechanisms.apology import Apology
from loyaltysim.mechanisms.burnout import Burnout
from loyaltysim.mechanisms.channels import Channels
from loyaltysim.mechanisms.complexity import Complexity
from loyaltysim.mechanisms.consistency import Consistency
from loyaltysim.mechanisms.contagion import Contagion
from loyaltysim.mechanisms.departure import Departure
from loyaltysim.mechanisms.desk import Desk
from loyaltysim.mechanisms.exceptions import Exceptions
from loyaltysim.mechanisms.false_claims import FalseClaims
from loyaltysim.mechanisms.follow_up import FollowUp
from loyaltysim.mechanisms.friends import Friends
from loyaltysim.mechanisms.grievance import Grievance
from loyaltysim.mechanisms.handoffs import Handoffs
from loyaltysim.mechanisms.joining import Joining
from loyaltysim.mechanisms.leaders import Leaders
from loyaltysim.mechanisms.managers import Managers
from loyaltysim.mechanisms.manners import Manners
from loyaltysim.mechanisms.market import Market
from loyaltysim.mechanisms.opinion import Opinion
from loyaltysim.mechanisms.recovery import Recovery
from loyaltysim.mechanisms.reviews import Reviews
from loyaltysim.mechanisms.rivals import Rivals
from loyaltysim.mechanisms.satisfaction import Satisfaction
from loyaltysim.mechanisms.scorecard import Scorecard
from loyaltysim.mechanisms.service import Service
from loyaltysim.mechanisms.sins import Sins
from loyaltysim.mechanisms.staff import Staff
from loyaltysim.mechanisms.survey_fatigue import SurveyFatigue
from loyaltysim.mechanisms.surveys import Surveys
from loyaltysim.mechanisms.touchpoints import Touchpoints
from loyaltysim.mechanisms.value_promise import ValuePromise
from loyaltysim.mechanisms.voice import Voice
from loyaltysim.mechanisms.win_loss import WinLoss
from loyaltysim.mechanisms.winback import Winback
from loyaltysim.mechanisms.word_of_mouth import WordOfMouth

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
