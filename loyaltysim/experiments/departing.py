"""A departure that is forced, so that a world with it can be compared with the same world without.

It happens inside a month, where the model itself decides grievances: what follows (neighbours notice, others are told,
the lost may return) is left to the mechanisms, on the luck that everybody would have met anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loyaltysim.core.codes import INDIFFERENCE, LARGE, LOST, REASONS, SILENT
from loyaltysim.core.mechanism import Mechanism
from loyaltysim.mechanisms.complaints.recovery import Recovery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Departing(Mechanism):
    """Let chosen customers leave over a grievance about indifference that they do not voice.

    `rows`: customers of this month without a grievance and without an open case. Booked as the model books its own:
    a grievance, decided as silent, and a departure, so that people and grievances stay conserved.
    """

    rows: tuple[int, ...] = ()

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Make them grieve, stay silent and go."""
        people, leavers = world.people, np.array(self.rows, np.int32)
        people.kind[leavers] = INDIFFERENCE
        people.severity[leavers] = LARGE
        people.grieved_month[leavers] = world.month
        people.outcome_now[leavers] = SILENT
        people.last_outcome[leavers] = SILENT
        people.status[leavers] = LOST
        people.reason[leavers] = INDIFFERENCE
        people.left_month[leavers] = world.month
        reason = REASONS[INDIFFERENCE]
        never = int(np.count_nonzero(people.complained[leavers] == 0))
        more = {
            "grievances": leavers.size,
            "grievances_indifference": leavers.size,
            "decided_large_silent": leavers.size,
            f"left_{reason}": leavers.size,
            f"never_complained_{reason}": never,
        }
        report(**{name: report[name] + number for name, number in more.items()})


def with_departure(mechanisms: Sequence[Mechanism], rows: NDArray) -> tuple[Mechanism, ...]:
    """Give a month's mechanisms with the departure of some customers right after grievances are decided."""
    departing = Departing(on=True, rows=tuple(int(row) for row in rows))
    place = next(number for number, mechanism in enumerate(mechanisms) if isinstance(mechanism, Recovery)) + 1
    return (*mechanisms[:place], departing, *mechanisms[place:])
