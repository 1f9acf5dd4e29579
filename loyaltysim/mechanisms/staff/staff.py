"""Staff must know, want and be able to serve (F11): care = know x want x can is the chance that an encounter is not
indifferent.

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
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param
from loyaltysim.core.tables import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


TALENTS = ("hires.know", "hires.want", "hires.can")
"""The draws of who is hired."""


class Staff(Mechanism):
    """Let each employee learn, tire, catch their managers' mood, or quit."""

    dormant = {"pace": 1.0, "spread": 0.0, "overload_effect": 0.0}

    know: float = param(0.92, "share", "what an untrained employee knows", source="F11", plausible=(0.85, 0.96))
    want: float = param(0.90, "share", "how far an employee wants to serve", source="F11")
    can: float = param(0.906, "share", "how far an employee is able and allowed to", source="F11")
    spread: float = param(0.02, "share", "standard deviation of each between employees", high=0.2)
    customers_each: float = param(200.0, "customers/employee", "their number scales with customers", low=1)
    encounters_each: float = param(330.0, "encounters/employee-month", "more than this is overload", low=1)
    pace: float = param(1 / 9, "share/month", "part of the gap to their level closed a month", source="F13, F20")
    effect_scale: float = param(
        240.0, "$/employee-month", "spending at which a programme has 63 % of its effect", low=1
    )
    training_effect: float = param(0.08, "share", "most that training adds to know")
    treatment_effect: float = param(0.07, "share", "most that good treatment adds to want", source="F14")
    empowerment_effect: float = param(0.06, "share", "most that empowerment adds to can", source="F31")
    sharing_effect: float = param(0.5, "share", "most of the gap to the best that sharing closes", source="F27")
    overload_effect: float = param(0.3, "share", "want lost when the load is twice the bearable")
    hand_wage: float = param(
        3000.0, "$/employee-month", "cost of a temporary hand, who takes one employee's part of the load", low=1
    )
    turnover: float = param(0.02, "share/month", "employees who quit a month at the usual want")
    turnover_slope: float = param(5.0, "1/share", "how fast quitting falls as want rises", low=0, high=50)
    hire_cost: float = param(3000.0, "$/hire", "cost of replacing one employee", low=0)
    selectivity_scale: float = param(2000.0, "$/hire", "spending at which selection has 63 % of its effect", low=1)
    selectivity_effect: float = param(0.05, "share", "most that selection adds to a hire's want", source="F15")

    training: float = lever(0.0, "$/month", "training: raises know, which else decays back", source="F13", main=True)
    treatment: float = lever(0.0, "$/month", "treating staff well: raises want, which customers mirror", source="F14")
    empowerment: float = lever(0.0, "$/month", "letting staff break a rule for a customer: raises can", source="F31")
    sharing: float = lever(0.0, "$/month", "sharing good practice: moves everyone toward the best", source="F27")
    hands: float = lever(0.0, "$/month", "temporary hands: lower the load, and so overload and burn-out")
    selectivity: float = lever(0.0, "$/hire", "choosing hires who like to serve", cost="per hire", source="F15")

    talent_know = column("staff", "float64", "level of know they drift to without training", "share")
    talent_want = column("staff", "float64", "level of want they drift to", "share")
    talent_can = column("staff", "float64", "level of can they drift to", "share")
    now_know = column("staff", "float64", "what they know now", "share")
    now_want = column("staff", "float64", "how far they want now", "share")
    now_can = column("staff", "float64", "how far they can now", "share")
    care = column("staff", "float32", "know x want x zeal x can", "chance")
    mood = column("staff", "float32", "the mood that customers catch from them (F24)", "share", writers="contagion")
    hired = column("staff", "uint16", "how many have held this post, the present employee included")
    employees = column("firm", "int64", "employees at work")
    care_usual = column("firm", "float64", "mean care of untouched staff: know x want x can")
    mood_usual = column("firm", "float64", "mean mood of untouched staff")
    know_usual = column("firm", "float64", "mean know of untouched staff", "share")
    can_usual = column("firm", "float64", "mean can of untouched staff", "share")
    care_now = column("firm", "float64", "mean care of those at work")
    load = column("firm", "float64", "encounters against what the staff can bear", "ratio")
    overloaded = column("firm", "float64", "want that the present overload takes", "share")
    treated = column("firm", "float64", "how well staff are treated, of the most that money reaches", "share")
    latitude = column("firm", "float64", "how far staff use their freedom to break a rule", "share")

    care_mean = metric("chance that an encounter is not indifferent", "chance", over="mean", better="higher")
    hires = metric("employees replaced", "hires", better="lower")
    cost_hires = metric("cost of replacing employees", "$", account="cost", label="replacing employees")
    cost_training = metric("spent on training", "$", account="cost", label="training")
    cost_treatment = metric("spent on treating staff well", "$", account="cost", label="treating staff well")
    cost_empowerment = metric("spent on empowerment", "$", account="cost", label="empowerment")
    cost_hands = metric("spent on temporary hands", "$", account="cost", label="temporary hands")
    cost_sharing = metric("spent on sharing good practice", "$", account="cost", label="sharing good practice")
    cost_selectivity = metric("spent on choosing hires", "$", account="cost", label="choosing hires")

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
        """Return the mean know, want and can of those who are hired."""
        chosen = self.selectivity_effect * -math.expm1(-self.selectivity / self.selectivity_scale)
        return np.array([self.know, self.want + chosen, self.can])

    @cached_property
    def _width(self) -> float:
        """Return the width of an even spread whose standard deviation is `spread`."""
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
    """Return the columns of talents and of what they are now."""
    return (staff.talent_know, staff.talent_want, staff.talent_can), (staff.now_know, staff.now_want, staff.now_can)
