"""What joining and winning back share: making someone a new customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.core.tables import World


def welcome(world: World, rows: NDArray) -> int:
    """Make the people of `rows` (int32) customers: tenure, satisfaction, expectation and complaints start anew.

    Gives how many of them a rival has lost.
    """
    people, firm = world.people, world.firm
    from_rival: int = kernels.market.welcome(
        rows, float(firm.satisfaction_at_first[0]), float(firm.expectation_at_first[0]), people.status, people.reason,
        people.tenure, people.exposure, people.satisfaction, people.expectation, people.complained, people.attempted,
        people.with_rival,
    )  # fmt: skip
    return from_rival
