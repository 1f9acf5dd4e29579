"""Messages lose truth as they climb the hierarchy (F16): each layer leaves some out, and flatters in what it passes on.

Leaders learn of what goes wrong from complaints. A layer that tells of its own people tells of a failure of something
else instead, so the more layers, the less do leaders believe that it is the people, and the more failures do they look
for where there are few. What they saw lately, and have not paid to mend since, is what they believe, and money for
mending follows it. Leaders who listen at the front line themselves hear some of it as it was said (F15).
"""

from __future__ import annotations

import math

from loyaltysim import kernels
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param
from loyaltysim.core.tables import Table
from loyaltysim.core.touchpoint_table import PEOPLE, against_largest


class Leaders(Mechanism):
    """Let the leaders believe where it goes wrong, and which touchpoint is worst."""

    dormant = {"layers": 1, "loss": 1.0, "most_direct": 0.0}

    layers: int = param(3, "layers", "layers between the front line and the leaders", low=0, high=20, source="F16")
    loss: float = param(0.3, "share/layer", "messages that each layer does not pass on", low=0, high=1, source="F16")
    flattery: float = param(
        0.15,
        "share/layer",
        "of messages that blame the firm's people, those that each layer tells as a failure of something else",
        low=0,
        high=1,
        source="F16, F34",
        plausible=(0, 0.4),
    )
    memory: float = param(0.9, "share/month", "part of what was seen that still counts a month later")
    most_direct: float = param(0.9, "share", "most of the messages that leaders who listen hear unfiltered")
    scale: float = param(1_000.0, "$/month", "spending on listening that reaches 63 % of it", low=0.01)
    pace: float = param(0.3, "share/month", "part of the gap to what is paid for that closes a month")

    listening: float = lever(
        0.0, "$/month", "leaders who hear the front line themselves, past all layers", source="F15"
    )

    seen = column("touchpoints", "float64", "complaints about it that the leaders saw, faded by age", "complaints")
    seen_failing = column(
        "touchpoints",
        "float64",
        "of these, told as failures of product or process, less what was mended since",
        "complaints",
        writers="touchpoints",
    )
    believed_sum = column(
        "touchpoints", "float64", "sum over months 1 and later of its share of what goes wrong, as they believe"
    )
    heard_direct = column("firm", "float64", "messages that reach the leaders unfiltered", "share")

    believed_right = metric(
        "months in which the leaders, by complaints and audits, look for most failures at the touchpoint that has most",
        "share",
        over="mean",
        better="higher",
    )
    believed_wrongly = metric(
        "part of what goes wrong that the leaders look for at other touchpoints than where it is",
        "share",
        over="mean",
        better="lower",
    )
    believed_people = metric(
        "part of what goes wrong that the leaders put down to touchpoints of kind people", "share", over="mean"
    )
    true_people = metric("part of what goes wrong that is at touchpoints of kind people", "share", over="mean")
    leaders_heard = metric("complaints that reached the leaders", "complaints", better="higher")
    leaders_flattered = metric("of these, told of something else", "complaints", better="lower")
    cost_listening = metric("spent on leaders who listen", "$", account="cost", label="leaders who listen")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Let this month's complaints climb, and settle what the leaders believe."""
        points, firm = world.touchpoints, world.firm
        goal = -self.most_direct * math.expm1(-self.listening / self.scale)
        firm.heard_direct[0] += self.pace * (goal - firm.heard_direct[0])
        heard, flattered = self._climb(world, rng, float(firm.heard_direct[0]))
        believed = points.seen / (float(points.seen.sum()) or 1.0)
        if world.month > 0:
            points.believed_sum[:] += believed
        care = float(firm.care_now[0])
        true = points.importance * kernels.service.chance_bad(care, points.cold, points.rate)
        true /= float(true.sum()) or 1.0
        people = points.kind == PEOPLE
        report(
            believed_right=float(believe_rightly(points, care, float(firm.audited[0]))),
            believed_wrongly=float(np.maximum(true - believed, 0).sum()),
            believed_people=float(believed[people].sum()),
            true_people=float(true[people].sum()),
            leaders_heard=heard,
            leaders_flattered=flattered,
            cost_listening=self.listening,
        )

    def _climb(self, world: World, rng: RngStream, direct: float) -> tuple[int, int]:
        """Let each complaint climb to what the leaders have seen; gives how many arrive, and how many were retold."""
        people, points = world.people, world.touchpoints
        arrived: tuple[int, int] = kernels.staff.climb(
            world.voiced, people.generation, rng("passes on"), rng("flatters"),
            rng("blames"), direct, direct + (1 - direct) * (1 - self.loss) ** self.layers,
            1 - (1 - self.flattery) ** self.layers, self.memory, people.kind, people.indifferent_at, people.failed_at,
            points.kind, points.importance, points.seen, points.seen_failing,
        )  # fmt: skip
        return arrived


def believe_rightly(points: Table, care: float, audited: float) -> bool:
    """Tell whether the leaders look for most failures where there are most, by what they saw and audits told; not by
    nothing.
    """
    true = kernels.service.chance_failure(care, points.importance, points.cold, points.rate)
    known = (1 - audited) * against_largest(points.seen_failing) + audited * against_largest(true)
    believed = known.argmax()
    return bool(known[believed] > 0 and believed == true.argmax())
