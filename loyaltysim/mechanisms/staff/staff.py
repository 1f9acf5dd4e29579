"""Staff must know, want and be able to serve (F11): care = know x want x can is the chance that an encounter is not indifferent.

Each employee has a level of their own toward which know, want and can drift; training, good treatment, empowerment and
sharing raise that level, and what is no longer paid for decays back (F13, F20). Who is burnt out wants less (F12), and
the discontented quit more often.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, column, lever, metric, param

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import Table, World

TALENTS = ("hires.know", "hires.want", "hires.can")
"""The draws of who is hired."""


class Staff(Mechanism):
    """Let each employee learn, tire, catch their managers' mood, or quit."""

    dormant = {"pace": 1.0, "spread": 0.0, "overload_effect": 0.0}

    know: float = param(
        0.92, unit="share", low=0, high=1, doc="what an untrained employee knows", source="F11", plausible=(0.85, 0.96)
    )
    want: float = param(0.90, unit="share", low=0, high=1, doc="how far an employee wants to serve", source="F11")
    can: float = param(
        0.906, unit="share", low=0, high=1, doc="how far an employee is able and allowed to", source="F11"
    )
    spread: float = param(0.02, unit="share", low=0, high=0.2, doc="standard deviation of each between employees")
    customers_each: float = param(200.0, unit="customers/employee", low=1, doc="their number scales with customers")
    encounters_each: float = param(330.0, unit="encounters/employee-month", low=1, doc="more than this is overload")
    pace: float = param(
        1 / 9, unit="share/month", low=0, high=1, doc="part of the gap to their level closed a month", source="F13, F20"
    )
    effect_scale: float = param(
        240.0, unit="$/employee-month", low=1, doc="spending at which a programme has 63 % of its effect"
    )
    training_effect: float = param(0.08, unit="share", low=0, high=1, doc="most that training adds to know")
    treatment_effect: float = param(
        0.07, unit="share", low=0, high=1, doc="most that good treatment adds to want", source="F14"
    )
    empowerment_effect: float = param(
        0.06, unit="share", low=0, high=1, doc="most that empowerment adds to can", source="F31"
    )
    sharing_effect: float = param(
        0.5, unit="share", low=0, high=1, doc="most of the gap to the best that sharing closes", source="F27"
    )
    overload_effect: float = param(
        0.3, unit="share", low=0, high=1, doc="want lost when the load is twice the bearable"
    )
    hand_wage: float = param(
        3000.0,
        unit="$/employee-month",
        low=1,
        doc="cost of a temporary hand, who takes one employee's part of the load",
    )
    turnover: float = param(0.02, unit="share/month", low=0, high=1, doc="employees who quit a month at the usual want")
    turnover_slope: float = param(5.0, unit="1/share", low=0, high=50, doc="how fast quitting falls as want rises")
    hire_cost: float = param(3000.0, unit="$/hire", low=0, doc="cost of replacing one employee")
    selectivity_scale: float = param(
        2000.0, unit="$/hire", low=1, doc="spending at which selection has 63 % of its effect"
    )
    selectivity_effect: float = param(
        0.05, unit="share", low=0, high=1, doc="most that selection adds to a hire's want", source="F15"
    )

    training: float = lever(
        0.0, unit="$/month", doc="training: raises know, which else decays back", source="F13", main=True
    )
    treatment: float = lever(
        0.0, unit="$/month", doc="treating staff well: raises want, which customers mirror", source="F14"
    )
    empowerment: float = lever(
        0.0, unit="$/month", doc="letting staff break a rule for a customer: raises can", source="F31"
    )
    sharing: float = lever(
        0.0, unit="$/month", doc="sharing good practice: moves everyone toward the best", source="F27"
    )
    hands: float = lever(0.0, unit="$/month", doc="temporary hands: lower the load, and so overload and burn-out")
    selectivity: float = lever(
        0.0, unit="$/hire", doc="choosing hires who like to serve", cost="per hire", source="F15"
    )

    talent_know = column("staff", "float64", unit="share", doc="level of know they drift to without training")
    talent_want = column("staff", "float64", unit="share", doc="level of want they drift to")
    talent_can = column("staff", "float64", unit="share", doc="level of can they drift to")
    now_know = column("staff", "float64", unit="share", doc="what they know now")
    now_want = column("staff", "float64", unit="share", doc="how far they want now")
    now_can = column("staff", "float64", unit="share", doc="how far they can now")
    care = column("staff", "float32", unit="chance", doc="know x want x zeal x can")
    mood = column(
        "staff", "float32", unit="share", doc="the mood that customers catch from them (F24)", writers="contagion"
    )
    hired = column("staff", "uint16", doc="how many have held this post, the present employee included")
    employees = column("firm", "int64", doc="employees at work")
    care_usual = column("firm", "float64", doc="mean care of untouched staff: know x want x can")
    mood_usual = column("firm", "float64", doc="mean mood of untouched staff")
    know_usual = column("firm", "float64", unit="share", doc="mean know of untouched staff")
    can_usual = column("firm", "float64", unit="share", doc="mean can of untouched staff")
    care_now = column("firm", "float64", doc="mean care of those at work")
    load = column("firm", "float64", unit="ratio", doc="encounters against what the staff can bear")
    overloaded = column("firm", "float64", unit="share", doc="want that the present overload takes")
    treated = column("firm", "float64", unit="share", doc="how well staff are treated, of the most that money reaches")
    latitude = column("firm", "float64", unit="share", doc="how far staff use their freedom to break a rule")

    care_mean = metric(unit="chance", over="mean", better="higher", doc="chance that an encounter is not indifferent")
    hires = metric(unit="hires", better="lower", doc="employees replaced")
    cost_hires = metric(unit="$", account="cost", doc="cost of replacing employees")
    cost_training = metric(unit="$", account="cost", doc="spent on training")
    cost_treatment = metric(unit="$", account="cost", doc="spent on treating staff well")
    cost_empowerment = metric(unit="$", account="cost", doc="spent on empowerment")
    cost_hands = metric(unit="$", account="cost", doc="spent on temporary hands")
    cost_sharing = metric(unit="$", account="cost", doc="spent on sharing good practice")
    cost_selectivity = metric(unit="$", account="cost", doc="spent on choosing hires")

    def begin(self, world: World, rng: RngStream) -> None:
        """Hire everyone."""
        staff = world.staff
        everyone = np.arange(staff.rows, dtype=np.int32)
        talents, nows = talents_and_levels(staff)
        kernels.staff.hire(
            everyone, rng.ever_each(*TALENTS), self._levels, self._width, staff.hired, staff.burnout, staff.zeal,
            talents, nows,
        )  # fmt: skip
        kernels.staff.settle(*nows, staff.zeal, staff.care, staff.mood)
        self._note_care(world, staff.rows)
        world.firm.know_usual[0] = self.know
        world.firm.can_usual[0] = self.can
        world.firm.care_usual[0] = self.know * self.want * self.can
        world.firm.mood_usual[0] = self.want

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Replace those who quit, move everyone toward the level that money and load set, and settle their care."""
        staff, at_work = world.staff, self._number_at_work(world)
        talents, nows = talents_and_levels(staff)
        hires = kernels.staff.turn_over(
            rng("quits"), at_work, self.want, self.turnover, self.turnover_slope, rng.ever_each(*TALENTS),
            self._levels, self._width, staff.hired, staff.burnout, staff.zeal, *talents, *nows,
        )  # fmt: skip
        self._drift(world, at_work)
        self._note_care(world, at_work)
        report(
            care_mean=world.firm.care_now[0],
            hires=hires,
            cost_hires=hires * self.hire_cost,
            cost_training=self.training,
            cost_treatment=self.treatment,
            cost_empowerment=self.empowerment,
            cost_hands=self.hands,
            cost_sharing=self.sharing,
            cost_selectivity=hires * self.selectivity,
        )

    def _note_care(self, world: World, at_work: int) -> None:
        world.firm.employees[0] = at_work
        world.firm.care_now[0] = np.add.reduce(world.staff.care[:at_work], dtype=np.float64) / at_work

    def _number_at_work(self, world: World) -> int:
        needed = math.ceil(world.customers_now.size / self.customers_each)
        return max(1, min(needed, world.staff.rows))

    @cached_property
    def _levels(self) -> NDArray:
        """Give the mean know, want and can of those who are hired."""
        chosen = self.selectivity_effect * -math.expm1(-self.selectivity / self.selectivity_scale)
        return np.array([self.know, self.want + chosen, self.can])

    @cached_property
    def _width(self) -> float:
        """Give the width of an even spread whose standard deviation is `spread`."""
        return self.spread * math.sqrt(12)

    def _drift(self, world: World, at_work: int) -> None:
        staff, firm = world.staff, world.firm
        self._set_firm(world, at_work)
        talents, nows = talents_and_levels(staff)
        shared = self.sharing_effect * self._saturation(self.sharing, at_work)
        overloaded = float(firm.overloaded[0])
        gained = np.array(
            [
                self.training_effect * self._saturation(self.training, at_work),
                self.treatment_effect * firm.treated[0] + firm.mirrored[0],
                self.empowerment_effect * self._saturation(self.empowerment, at_work),
            ]
        )
        best = gained  # not read while nobody is helped
        if shared > 0:
            lost = (0.0, overloaded, 0.0)
            levels = zip(talents, gained, lost, strict=True)
            best = np.array([np.quantile(talent[:at_work] + gain - loss, 0.9) for talent, gain, loss in levels])
        kernels.staff.move(
            gained, overloaded, shared, best, self.pace, *talents, *nows, staff.zeal, staff.care, staff.mood
        )

    def _set_firm(self, world: World, at_work: int) -> None:
        firm = world.firm
        hands = at_work + self.hands / self.hand_wage
        load = float(firm.encounters_last[0]) / (hands * self.encounters_each)
        firm.load[0] = load
        firm.overloaded[0] = self.overload_effect * max(0.0, load - 1)
        firm.treated[0] = self._saturation(self.treatment, at_work) * firm.backing[0]
        firm.latitude[0] += self.pace * (self._saturation(self.empowerment, at_work) - firm.latitude[0])

    def _saturation(self, spent: float, at_work: int) -> float:
        return -math.expm1(-spent / (self.effect_scale * at_work))


def talents_and_levels(staff: Table) -> tuple[tuple[NDArray, ...], tuple[NDArray, ...]]:
    """Give the columns of talents and of what they are now."""
    return (staff.talent_know, staff.talent_want, staff.talent_can), (staff.now_know, staff.now_want, staff.now_can)
