"""Messages lose truth as they climb the hierarchy (F16): leaders learn of failures from complaints, layer by layer.

They see only what was voiced, and of that only what every layer passes on; what they saw lately is what they believe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.declare import Mechanism, column, metric, param
from loyaltysim.core.touchpoint import going_wrong
from loyaltysim.core.words import PRODUCT

if TYPE_CHECKING:
    from loyaltysim.core.record import Report
    from loyaltysim.core.streams import Draws
    from loyaltysim.core.tables import World


class Leaders(Mechanism):
    """Let the leaders believe which touchpoint is worst."""

    layers: int = param(
        3, unit="layers", low=0, high=20, doc="layers between the front line and the leaders", source="F16"
    )
    loss: float = param(
        0.3, unit="share/layer", low=0, high=1, doc="messages that each layer does not pass on", source="F16"
    )
    memory: float = param(
        0.9, unit="share/month", low=0, high=1, doc="part of what was seen that still counts a month later"
    )

    seen = column(
        "touchpoints", "float64", unit="complaints", doc="complaints about it that the leaders saw, faded by age"
    )
    believed_worst = column("firm", "int64", doc="touchpoint that the leaders believe to be worst", start=-1)

    believed_right = metric(
        unit="share",
        over="mean",
        better="higher",
        doc="months in which the leaders believe the truly worst touchpoint to be worst",
    )

    def step(self, world: World, luck: Draws, report: Report) -> None:
        """Let this month's complaints climb, and settle what the leaders believe."""
        import numpy as np

        people, points, voiced = world.people, world.touchpoints, world.voiced
        draws = kernels.luck.units(np.uint64(luck("passes on")), voiced, people.generation)
        heard = voiced[draws < (1 - self.loss) ** self.layers]
        about = np.where(people.kind[heard] == PRODUCT, people.failed_at[heard], people.indifferent_at[heard])
        points.seen[:] *= self.memory
        points.seen[:] += np.bincount(about, minlength=points.rows)
        world.firm.believed_worst[0] = int(np.argmax(points.seen)) if points.seen.any() else -1
        wrong = going_wrong(float(world.firm.care_now[0]), points.cold, points.rate)
        truly = int(np.argmax(points.importance * wrong))
        report(believed_right=float(world.firm.believed_worst[0] == truly))
