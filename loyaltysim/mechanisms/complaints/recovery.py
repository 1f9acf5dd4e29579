"""Whether a customer stays over a grievance depends on what became of the complaint (F7, TARP's rates): silent and
ignored alike almost never, logged a fifth, resolved half, resolved fast four fifths.

A silent grievance is decided at once, a voiced one when its outcome is known. A good recovery restores at most the
satisfaction of before the failure, unless the paradox is switched on (K8).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from loyaltysim import kernels
from loyaltysim.core.codes import LEFT, NEVER_COMPLAINED, NONE, OUTCOMES, SEVERITIES
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param

if TYPE_CHECKING:
    from numpy.typing import NDArray


ENDS = tuple(f"{severity}_{outcome}" for severity in SEVERITIES for outcome in OUTCOMES)
DECIDED, STAYED = (tuple(f"{fate}_{end}" for end in ENDS) for fate in ("decided", "stayed"))
COUNTS = (*DECIDED, *STAYED, *LEFT, *NEVER_COMPLAINED, "left_voiced")
"""What the kernel counts, in its order."""


def stay_rate(value: float, doc: str, source: str) -> float:
    """Declare the chance to stay after one end of a grievance."""
    return param(value, unit="chance", low=0, high=1, doc=f"chance to stay: {doc}", source=source, grade="secondary")


class KeptLarge(BaseModel):
    """Chances to stay after a large problem, by outcome."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    silent: float = stay_rate(0.09, "large problem, not voiced", "F7, K1")
    ignored: float = stay_rate(0.09, "large problem, not acknowledged", "F7")
    logged: float = stay_rate(0.20, "large problem, logged but not resolved", "F7")
    resolved: float = stay_rate(0.54, "large problem, resolved", "F7, K1")
    resolved_fast: float = stay_rate(0.82, "large problem, resolved fast", "K1")


class KeptSmall(BaseModel):
    """Chances to stay after a small problem, by outcome."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    silent: float = stay_rate(0.37, "small problem, not voiced", "K1")
    ignored: float = stay_rate(0.46, "small problem, not acknowledged", "K1")
    logged: float = stay_rate(0.46, "small problem, logged but not resolved", "K1")
    resolved: float = stay_rate(0.70, "small problem, resolved", "K1")
    resolved_fast: float = stay_rate(0.95, "small problem, resolved fast", "K1")


class Recovery(Mechanism):
    """Decide who stays over a grievance, and restore what a good recovery can."""

    dormant = {"repeat_factor": 1.0}

    kept: KeptLarge = KeptLarge()
    kept_small: KeptSmall = KeptSmall()
    repeat_factor: float = param(
        1.0,
        "ratio",
        "factor on the chance to stay at a second grievance within a year",
        low=0,
        high=1,
        source="Knox and van Oest",
        plausible=(0.5, 1),
    )
    behaviour: float = param(
        1.0,
        "ratio",
        "behaviour against stated intention: factor on every chance to stay",
        low=0,
        high=1,
        plausible=(0.5, 1),
    )
    restored: float = param(0.8, "share", "part of the lost satisfaction that a good recovery gives back")
    paradox: float = param(0.0, "share", "satisfaction that a good recovery adds beyond that", source="K8, De Matos")

    outcome_now = column("people", "int8", "outcome of the grievance decided this month", start=NONE)
    last_outcome = column("people", "int8", "outcome of the last grievance", start=NONE)

    for _severity in SEVERITIES:
        for _outcome in OUTCOMES:
            locals()[f"decided_{_severity}_{_outcome}"] = metric(
                f"{_severity} grievances that ended {_outcome}", "grievances"
            )
            locals()[f"stayed_{_severity}_{_outcome}"] = metric("of these, customers who stayed over it", "grievances")
    del _severity, _outcome

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Settle the silent grievances of this month and the complaints whose outcome is known."""
        people = world.people
        counts = kernels.complaints.decide(
            world.customers_now, world.grieved, world.voiced, world.closed, world.closed_as, people.outcome_now,
            world.month, people.generation, rng.ever("stays"), self._table, self.repeat_factor, self.restored,
            self.paradox, people.severity, people.kind, people.grieved_month, people.repeated,
            people.satisfaction_spoilt, people.satisfaction, people.complained, people.status, people.reason,
            people.left_month, people.last_outcome,
        )  # fmt: skip
        report.all(COUNTS, counts.tolist())

    @cached_property
    def _table(self) -> NDArray:
        rates = [[getattr(block, outcome) for outcome in OUTCOMES] for block in (self.kept, self.kept_small)]
        return np.array(rates) * self.behaviour
