"""Getting one dollar back from a lost customer costs ten (F6): the most valuable of the lost are tried first, each
once.

An attempt costs the stated price per expected dollar of first-year margin regained; whom the purse cannot pay is passed
over, and what is not spent carries over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.codes import FRIENDS, LOST
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param
from loyaltysim.mechanisms.market.arrival import welcome

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Winback(Mechanism):
    """Try to win back the lost, the most valuable first."""

    market_wide = True

    cost_per_dollar: float = param(
        10.0,
        "$/$",
        "price of one expected dollar of margin regained",
        low=0.01,
        high=1000,
        source="F6",
        grade="folklore",
        plausible=(1, 12),
    )
    horizon: int = param(12, "months", "months of margin that count as regained", low=1, high=240)
    success: float = param(
        0.25,
        "chance",
        "chance that an attempt succeeds",
        low=0.001,
        source="known-answers: 20 to 40 % of the lost",
        grade="secondary",
    )
    reach: int = param(36, "months", "months after leaving within which an attempt is made", low=1, high=1200)

    budget: float = lever(0.0, "$/month", "winning back lost customers", source="F6", main=True)

    attempted = column("people", "int8", "has been tried since they left", writers="joining")
    purse = column("firm", "float64", "win-back money not yet spent", "$")

    winback_attempts = metric("attempts to win back a lost customer", "attempts")
    winback_returned = metric("lost customers won back", "customers", better="higher")
    winback_margin = metric("first-year margin of those won back", "$", better="higher")
    cost_winback = metric("spent on winning back", "$", account="cost", label="winning back")
    winback_cost_per_dollar = metric(
        "spent per dollar of first-year margin won back",
        "$/$",
        over="ratio",
        of=("cost_winback", "winback_margin"),
        better="lower",
    )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Spend this month's money, and what was left over, on the most valuable of the lost."""
        people, purse = world.people, world.firm.purse
        purse[0] += self.budget
        if purse[0] <= 0:
            return
        tried, spent = self._choose(world, float(purse[0]))
        purse[0] -= spent
        people.attempted[tried] = 1
        draws = kernels.rng.uniforms(rng("returns"), tried, people.generation)
        won = tried[draws < self.success]
        report(won_from_rivals=report["won_from_rivals"] + welcome(world, won))
        report(
            winback_attempts=tried.size,
            winback_returned=won.size,
            winback_margin=self.horizon * float(np.sum(people.margin[won], dtype=float)),
            cost_winback=spent,
            returned=report["returned"] + won.size,
        )

    def _choose(self, world: World, money: float) -> tuple[NDArray, float]:
        people = world.people
        open_to = (people.status == LOST) & (people.reason >= FRIENDS) & (people.attempted == 0)
        months_ago = world.month - people.left_month.astype(int)
        lost = np.flatnonzero(open_to & (months_ago > 0) & (months_ago < self.reach)).astype(np.int32)
        worth = people.margin[lost].astype(float)
        order = np.argsort(-worth, kind="stable")
        price = self.cost_per_dollar * self.success * self.horizon * worth[order]
        taken, spent = kernels.market.afford(price, money)
        return lost[order[taken]], spent
