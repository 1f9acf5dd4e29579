"""Named rules of the engine, each with a way to break it and the known answer that must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Breakage:
    """A rule, the line that holds it (found once in the file), the broken line, and the check meant for it."""

    rule: str
    file: str
    line: str
    broken: str
    check: str


BREAKAGES = (
    Breakage("money is discounted from the first month on", "mechanisms/accounts.py",
             'np.arange(len(months["net"]) + 1))', 'np.arange(1, len(months["net"]) + 2))',
             "k5_lifetime_value:answer"),
    Breakage("each message is counted once", "mechanisms/growth/word_of_mouth.py", "messages_bad=bad,", "messages_bad=2 * bad,",
             "k8_dose_response:messages"),
    Breakage("each outcome has its own chance to stay", "mechanisms/complaints/recovery.py", "for outcome in OUTCOMES] for block",
             "for outcome in ('silent', 'ignored', 'resolved', 'logged', 'resolved_fast')] for block",
             "k1_outcomes:answer"),
    Breakage("adopters, not prospects, are imitated", "mechanisms/growth/joining.py",
             "adopters = world.customers_now.size / people.rows", "adopters = 1 - world.customers_now.size / people.rows",
             "k3_bass:answer"),
    Breakage("the fickle follow friends sooner", "kernels/churn.py",
             "hazard[row] = min(base * fickleness[row] * power[i], CERTAIN)", "hazard[row] = min(base * power[i], CERTAIN)",
             "k4_retention:answer"),
    Breakage("hazards of competing risks add", "kernels/churn.py", "total = died + moved + friends + rival",
             "total = max(died, moved) + friends + rival", "k7_competing:answer"),
    Breakage("the desk's money is shared by its cases", "mechanisms/complaints/desk.py", "spent_each = money / max(",
             "spent_each = 2 * money / max(", "k6_spending:worked_examples"),
    Breakage("asking costs money", "mechanisms/complaints/voice.py", "cost_voice=self.budget", "cost_voice=0.0",
             "k2_asking:answer"),
    Breakage("the effect of a defection fades", "kernels/churn.py", "exposure[row] *= keeps",
             "exposure[row] *= 1.0", "k8_dose_response:neighbours"),
    Breakage("an attempt is priced on a year's margin", "mechanisms/growth/winback.py",
             "self.success * self.horizon * worth[order]", "self.success * worth[order]", "k8_dose_response:winback"),
    Breakage("a paradox is on satisfaction only", "kernels/complaints.py", "generation[row])) < stay:",
             "generation[row])) < stay + (paradox if outcome >= RESOLVED else 0.0) - 0.3 * (paradox > 0):",
             "k8_dose_response:recovery"),
    Breakage("advertising answers with diminishing returns", "mechanisms/growth/advertising.py",
             "self.strength * -math.expm1(-self.budget / self.scale)", "self.strength * self.budget / self.scale",
             "k6_spending:worked_examples"),
)  # fmt: skip
