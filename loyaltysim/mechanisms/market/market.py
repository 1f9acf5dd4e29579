"""The market is a fixed set of people; who dies or moves away makes room for a newcomer, so it keeps its size.

Monthly margins are very unequal (F10), people differ in how easily they leave (so whom advertising wins is fickler than
who stayed), in how much they talk and how readily they complain, and they know each other through a network.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.codes import CUSTOMER, FRIENDS, INDIFFERENCE, LONG_AGO, LOST, NONE, PROSPECT
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param, row_list
from loyaltysim.mechanisms.market.arrival import welcome

if TYPE_CHECKING:
    from numpy.typing import NDArray


ALL_ALIKE = [632_120.6, 367_879.4]
"""A beta distribution so narrow that -ln(1 - draw), the fickleness, is 1 within 0.2 %."""


class Network(BaseModel):
    """Who knows whom."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["small_world", "random", "scale_free", "file", "none"] = param(
        "small_world", "", "the network's shape; `none`: anyone may talk to anyone; `file`: read `path`"
    )
    ties: int = param(12, "ties/person", "mean number of ties a person", low=2, high=200, plausible=(6, 20))
    rewired: float = param(0.1, "share", "ties of a small world that lead anywhere")
    path: str = param("", "file", "an edge list: one tie a line, two person numbers, # comments")


class Market(Mechanism):
    """Keep the people: their traits, their ties, and each month's roll of customers."""

    always = True
    market_wide = True
    dormant = {"fickleness_kind": "beta", "fickleness_beta": ALL_ALIKE, "readiness_shape": 60}

    people: int = param(50_000, "people", "everyone in the market", low=100, high=100_000_000)
    customers: int = param(10_000, "people", "customers at the start (month 0)", low=1)
    margin_mean: float = param(
        40.0, "$/month", "mean monthly margin of a customer", low=0, plausible=(20, 100), source="F10"
    )
    margin_cv: float = param(
        1.5, "ratio", "spread of margins (lognormal): standard deviation / mean", low=0, high=10, source="F10"
    )
    top_tenth_share: float = param(
        0.0,
        "share",
        "share of all margins that the top tenth of people pay; sets the spread in place of margin_cv; 0: unused",
        high=0.99,
        source="F10",
        plausible=(0.3, 0.8),
    )
    margin_ties: float = param(
        0.0,
        "correlation",
        "how far the well tied are the valuable ones (of the margin's logarithm with the rank of the ties)",
        low=0,
        high=1,
        source="K8, Nejad and others",
    )
    fickleness_kind: Literal["gamma", "beta"] = param(
        "gamma", "", "how proneness to leave is spread: gamma of mean 1, or -ln(1 - beta) for K4", source="K4"
    )
    fickleness_shape: int = param(
        3, "shape", "gamma shape of fickleness: the smaller, the more unequal", low=1, high=60
    )
    fickleness_beta: list[float] = param(
        [0.668, 3.806], "a, b", "the beta distribution's a and b", source="K4", grade="measured"
    )
    talkativeness_shape: int = param(4, "shape", "gamma shape of talkativeness, mean 1", low=1, high=60)
    readiness_shape: int = param(4, "shape", "gamma shape of the readiness to complain, mean 1", low=1, high=60)
    network: Network = Network()
    burn_in: int = param(
        96, "months", "months lived at the top-level levers before month 0, unrecorded", low=0, high=2000
    )

    status = column("people", "int8", "prospect 0, customer 1, lost 2", writers="recovery departure joining winback")
    generation = column("people", "uint16", "which newcomer stands in this row")
    margin = column("people", "float32", "monthly margin while a customer", "$/month")
    fickleness = column("people", "float32", "multiplies the chances to leave and to grieve", start=1)
    talkativeness = column("people", "float32", "multiplies how many are told", start=1)
    susceptibility = column("people", "float32", "how far the mood met is caught, 0 to 1 (F24)")
    readiness = column("people", "float32", "multiplies the readiness to complain", start=1)
    tenure = column("people", "int16", "months as a customer", "months", writers="joining winback")
    left_month = column("people", "int16", "month of leaving", start=LONG_AGO, writers="recovery departure joining")
    reason = column("people", "int8", "why they left", start=NONE, writers="recovery departure joining winback")
    founder = column("people", "int8", "was a customer at month 0")
    top_margin = column("firm", "float64", "margin from which a customer of month 0 is in the top tenth", "$/month")
    top_tenth = column("firm", "float64", "share of month 0's margin that its top tenth pay", "share")

    customers_now = row_list(doc="rows of this month's customers, ascending")

    customers_start = metric("customers at the start of the month", "customers")

    def begin(self, world: World, rng: RngStream) -> None:
        """Draw everyone's traits, and first customers near the stationary mix.

        Whoever leaves at a rate stays a customer for its inverse, so the first customers are drawn (by an exponential
        race) with weight 1 / (0.05 + fickleness).
        """
        everyone = np.arange(self.people, dtype=np.int32)
        self._draw_traits(world, rng, everyone)
        races = self._exponentials(world, rng("first customers"))
        first = np.argsort(races * self._proneness(world), kind="stable")[: self.customers]
        world.people.status[first] = CUSTOMER

    def settle(self, world: World, rng: RngStream, hazard: float, forget: int) -> None:
        """Assign the first customers a tenure, and the market its pool of the lost, as if `hazard` had always reigned.

        Tenure is exponential at each customer's own rate. Those lost in each of the last `forget` months, about
        `hazard` times the customers a month, are drawn from the prospects in proportion to their proneness to leave.
        """
        people, proneness = world.people, self._proneness(world)
        held = np.flatnonzero(people.status == CUSTOMER)
        rate = hazard * proneness[held] / proneness[held].mean()
        tenure = self._exponentials(world, rng("first tenure"))[held] / np.maximum(rate, 1e-6)
        people.tenure[held] = np.minimum(tenure, 600).astype(np.int16)
        free = np.flatnonzero(people.status == PROSPECT)
        pool = min(round(hazard * held.size * forget), free.size // 2)
        races = self._exponentials(world, rng("first lost"))[free] / proneness[free]
        lost = free[np.argsort(races, kind="stable")[:pool]]
        people.status[lost], people.reason[lost] = LOST, INDIFFERENCE
        months_ago = 1 + np.arange(lost.size) % forget
        people.left_month[lost] = np.maximum(world.month - months_ago, LONG_AGO + 1)

    def _proneness(self, world: World) -> NDArray:
        return 0.05 + world.people.fickleness.astype(float)

    def _exponentials(self, world: World, key: np.uint64) -> NDArray:
        everyone = np.arange(self.people, dtype=np.int32)
        return -np.log1p(-kernels.rng.uniforms(key, everyone, world.people.generation))

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Lay out newcomers in the rows of those who died or moved away, and list the customers."""
        people = world.people
        if world.gone.size:
            self._renew(world, rng, world.gone)
        parts = threads.over_rows(kernels.market.take_row_list, people.rows, people.status, people.tenure)
        world.customers_now = threads.join_ranges(parts)
        report(customers_start=world.customers_now.size)

    def _renew(self, world: World, rng: RngStream, gone: NDArray) -> None:
        """Let a newcomer stand in each of the rows (int32) of those who died or moved."""
        people = world.people
        next_generation = people.generation[gone] + 1
        rows = gone.astype(np.intp)  # once, not again for each column
        for name, declared in people.columns.items():
            people.__dict__[name][rows] = declared.start
        people.generation[rows] = next_generation
        self._draw_traits(world, rng, gone)

    def found(self, world: World, rng: RngStream) -> None:
        """Make month 0 hold the stated number of customers exactly, and mark them as founders.

        The burn-in ends near that number: a surplus is taken from the newest customers, a deficit filled from the
        prospects (then from the lost), in an order of their own luck. Where all of these are too few, newcomers stand
        in for those who died or moved in the last month, at once and not in the next.
        """
        people = world.people
        rows = np.arange(self.people, dtype=np.int32)
        order = kernels.rng.uniforms(rng("founders"), rows, people.generation)
        surplus = int(np.count_nonzero(people.status == CUSTOMER)) - self.customers
        if surplus > 0:
            held = rows[people.status == CUSTOMER]
            newest = held[np.lexsort((order[held], people.tenure[held]))][:surplus]
            for name in ("status", "reason", "tenure", "open_case"):
                getattr(people, name)[newest] = people.columns[name].start
            people.with_rival[newest] = world.firm.all_supplied[0]
        elif surplus < 0:
            free = rows[(people.status == PROSPECT) | ((people.status == LOST) & (people.reason >= FRIENDS))]
            welcome(world, free[np.lexsort((order[free], people.status[free]))][:-surplus])
            early, world.gone = np.split(world.gone, [max(0, -surplus - free.size)])
            if early.size:
                self._renew(world, rng, early)
                welcome(world, early)
        people.founder[:] = people.status == CUSTOMER
        paid = people.margin[people.founder == 1]
        world.firm.top_margin[0], world.firm.top_tenth[0] = kernels.market.top_tenth(paid)

    def _draw_traits(self, world: World, rng: RngStream, rows: NDArray) -> None:
        people = world.people
        key = rng.ever("traits")
        spread = self._spread()
        log_mean = math.log(self.margin_mean) - spread**2 / 2 if self.margin_mean > 0 else -math.inf
        kernels.market.traits(
            rows, people.generation, key, log_mean, spread, self.fickleness_shape,
            self.talkativeness_shape, self.readiness_shape, people.margin, people.susceptibility, people.fickleness,
            people.talkativeness, people.readiness,
        )  # fmt: skip
        if self.margin_ties > 0 and self.margin_mean > 0:
            ranked = normal_by_ties(world)[rows]
            own = np.log(people.margin[rows].astype(float)) - log_mean
            rest = math.sqrt(1 - self.margin_ties**2)
            people.margin[rows] = np.exp(log_mean + self.margin_ties * spread * ranked + rest * own)
        if self.fickleness_kind == "beta":
            from scipy.special import betaincinv

            draws = kernels.rng.uniforms(rng.ever("proneness"), rows, people.generation)
            people.fickleness[rows] = -np.log1p(-betaincinv(*self.fickleness_beta, draws))

    def _spread(self) -> float:
        """Return the standard deviation of the margins' logarithm.

        The top tenth of a lognormal have the share P(z < spread - z0) of its sum, z0 the normal's 0.9 quantile.
        """
        if self.top_tenth_share == 0:
            return math.sqrt(math.log1p(self.margin_cv**2))
        normal = NormalDist()
        return max(0.0, normal.inv_cdf(self.top_tenth_share) + normal.inv_cdf(0.9))


def normal_by_ties(world: World) -> NDArray:
    """Return for each person the normal quantile of their number of ties' middle rank; float64 (people,)."""
    from scipy.special import ndtri

    _, which, count = np.unique(world.ties(), return_inverse=True, return_counts=True)
    return ndtri((np.cumsum(count) - count / 2) / which.size)[which]
