"""A complaint comes by phone, chat, e-mail, form, social media or in person (F29): each has its share, its price, its
way to the record, and eyes that see it.

What is said in public is a bad review until a good recovery has it withdrawn (F35). Direct channels that are easy to
find draw complaints out of the public ones.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from loyaltysim import kernels
from loyaltysim.core.codes import HOURS_A_MONTH
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param, row_list

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Channel(BaseModel):
    """One way to complain."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    name: str
    share: float = param(1.0, "weight", "how many complaints come this way, relative to the others", low=0)
    cost: float = param(5.0, "$/complaint", "cost of receiving one complaint", low=0)
    delay: float = param(1.0, "weight", "time until it is on record, relative to the others", low=0)
    visible: float = param(0.0, "chance", "chance that a complaint is public")


def channel(name: str, share: float, cost: float, delay: float, visible: float) -> Channel:
    """Return a way to complain, checked."""
    return Channel.model_validate({"name": name, "share": share, "cost": cost, "delay": delay, "visible": visible})


USUAL = [
    channel("phone", 35.0, 8.0, 0.0, 0.0),
    channel("chat", 10.0, 5.0, 0.0, 0.0),
    channel("e-mail", 20.0, 4.0, 2.0, 0.0),
    channel("form", 15.0, 2.0, 1.0, 0.0),
    channel("social media", 10.0, 6.0, 3.0, 1.0),
    channel("in person", 10.0, 10.0, 2.0, 0.0),
]


class Channels(Mechanism):
    """Give each of this month's complaints its channel."""

    dormant = {"delay": 0.0, "most_steered": 0.0}

    delay: float = param(
        2.0, "hours", "mean time from a complaint to its record, by the usual shares", low=0, source="F29"
    )
    most_steered: float = param(0.8, "share", "most of the public complaints that easy direct channels can draw")
    scale: float = param(1_000.0, "$/month", "spending on direct channels that reaches 63 % of it", low=0.01)
    pace: float = param(0.3, "share/month", "part of the gap that habit closes a month")
    table: list[Channel] = param(USUAL, "rows", "the channels: name, share, cost, delay, visible", source="F29")

    direct: float = lever(0.0, "$/month", "direct channels that are easy to find, in place of public ones")

    steered = column("firm", "float64", "public complaints that direct channels draw", "share")

    channel = row_list(doc="for each of `voiced`, the channel: a row of channels.table")
    record_lag = row_list(dtype="float64", doc="for each of `voiced`, months from the complaint to its record")
    public = row_list(doc="rows of the customers whose complaint is public")

    complaints_public = metric("complaints that all can read", "complaints", better="lower")
    cost_channels = metric("cost of receiving complaints", "$", account="cost", label="receiving complaints")
    cost_direct = metric("spent on direct channels", "$", account="cost", label="direct channels")

    def mean_cost(self) -> float:
        """Return the mean cost of receiving a complaint, by the usual shares."""
        total = math.fsum(row.share for row in self.table)
        return math.fsum(row.share * row.cost for row in self.table) / total if self.on and total else 0.0

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw the channel of each complaint, what it costs, when it is on record, and whether it is public."""
        people, firm, voiced = world.people, world.firm, world.voiced
        goal = -self.most_steered * math.expm1(-self.direct / self.scale)
        firm.steered[0] += self.pace * (goal - firm.steered[0])
        cost_each, lags, visible = self._columns
        world.channel, world.record_lag, public, cost = kernels.complaints.use(
            voiced, world.found, people.generation, rng("uses"), rng("is seen"),
            reached_shares(*self._shares, float(firm.steered[0])), cost_each, lags, visible,
        )  # fmt: skip
        if world.found.size:  # who tells a survey tells nobody else
            public = np.setdiff1d(public, world.found, assume_unique=True)
        world.public = public
        report(complaints_public=public.size, cost_channels=cost, cost_direct=self.direct)

    @cached_property
    def _columns(self) -> tuple[NDArray, NDArray, NDArray]:
        """Return each channel's cost, months to the record, and chance to be seen, float64 (channels,)."""
        lags = kernels.complaints.lags(self._each("share"), self._each("delay"), self.delay / HOURS_A_MONTH)
        return np.array(self._each("cost")), np.array(lags), np.array(self._each("visible"))

    @cached_property
    def _shares(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return tuple(self._each("share")), tuple(self._each("visible"))

    def _each(self, name: str) -> list[float]:
        return [float(getattr(row, name)) for row in self.table]


@lru_cache(maxsize=256)
def reached_shares(shares: tuple[float, ...], visible: tuple[float, ...], steered: float) -> NDArray:
    """Return the running sums of the channels' shares now, float64 (channels,); kept, as most months are like the
    last.
    """
    return np.array(kernels.complaints.sum_shares(shares, visible, steered))
