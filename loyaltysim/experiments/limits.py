"""How much extra money `optimise` may spend: enough to tell by, no more than can ever come back, and room to spend it in.

The model has no fixed costs: nothing must be paid before a lever does anything, and whatever today's levers cost is paid
already. So the least sensible budget follows from what a customer brings in, not from a cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments.spending import MONEY
from loyaltysim.report.words import number
from loyaltysim.scenario.registry import levers, parameter_registry, suggest

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

BUDGET, AT_MOST = "--budget", "--at-most"
ROUNDING = 1e-9


def limits(
    spec: Scenario, budget: float, at_most: Sequence[str], chosen: Sequence[str]
) -> tuple[float, dict[str, float]]:  # fmt: skip
    """Give the budget and the most that each lever may get of it. Raises InputError for what makes no sense."""
    money = read_budget(spec, budget)
    caps = read_caps(at_most, chosen)
    refuse_no_room(spec, money, caps, chosen)
    return money, caps


def read_budget(spec: Scenario, budget: float) -> float:
    """Refuse a budget that is none, one too small to tell splits of it from luck, and one that no market could repay."""
    if isinstance(budget, bool) or not isinstance(budget, Real):
        cure = "write a number, the extra money a month, without quotes: budget=20_000"
        raise InputError(Problem(f"{budget!r} is no amount of money", where=BUDGET, cure=cure))
    if not budget > 0.0:
        cure = "write the extra money a month, above 0: --budget 20000; cuts are found with sweep --over LEVER=LOW:HIGH"
        raise InputError(Problem(f"{budget:,.10g} is no extra budget a month", where=BUDGET, cure=cure))
    one, told = spec.market.margin_mean, _told(spec, budget)
    if budget < one:
        what = f"{told} is less than the margin that one customer brings in ({_told(spec, one)}), so no split of it can be told from luck"
        cure = f"write {number(one)} or more, the extra money a month. {committed(spec)}"
        raise InputError(Problem(what, where=BUDGET, cure=cure))
    most = one * spec.market.people
    if budget > most:
        what = f"{told} is more than the margin of all {spec.market.people:,} people of the market together, were they all customers"
        cure = f"write less than {_told(spec, most)}; all {spec.market.customers:,} customers bring in {_told(spec, one * spec.market.customers)} now"
        raise InputError(Problem(what, where=BUDGET, cure=cure))
    return float(budget)


def read_caps(texts: Sequence[str], chosen: Sequence[str]) -> dict[str, float]:
    """Read `LEVER=X`, the most extra money a month that a lever may get."""
    caps = {}
    for text in texts:
        path, sign, raw = (part.strip() for part in text.partition("="))
        if path not in chosen:
            raise InputError(Problem("is not among the levers", path, AT_MOST, suggest(path, chosen)))
        try:
            cap = float(raw.replace("_", "")) if sign else -1.0
        except ValueError:
            cap = -1.0
        if not 0.0 <= cap <= 1e12:
            raise InputError(Problem(f"{raw or 'nothing'} is no amount", path, AT_MOST, f"write --at-most {path}=8000"))
        caps[path] = cap
    return caps


def refuse_no_room(spec: Scenario, budget: float, caps: Mapping[str, float], chosen: Sequence[str]) -> None:
    """Refuse a budget of which the limits would leave a part unspent, whatever it earned."""
    room = sum(caps.get(path, budget) for path in chosen)
    if room < budget * (1.0 - ROUNDING):
        what = f"the limits let {_told(spec, room)} be spent, and the budget is {_told(spec, budget)}"
        lower = f", or write --budget {number(room)}" if room >= spec.market.margin_mean else ""
        raise InputError(Problem(what, where=AT_MOST, cure=f"raise a limit, name further --levers{lower}"))


def committed(spec: Scenario) -> str:
    """Say what today's levers cost, which the budget comes on top of."""
    today = {path: float(spec.flat()[path]) for path in levers() if parameter_registry()[path].unit == MONEY}
    spent = {path: money for path, money in today.items() if money and spec.mechanism(path.partition(".")[0]).on}
    told = ", ".join(f"{path} {number(money)}" for path, money in spent.items())
    return (
        f"It comes on top of what today's levers cost: {_told(spec, sum(spent.values()))} ({told})."
        if spent
        else "Today's levers cost nothing."
    )


def questioned(spec: Scenario, budget: float) -> str:
    """Question a budget larger than what all customers bring in today; empty for others."""
    brought = spec.market.margin_mean * spec.market.customers
    if budget <= brought:
        return ""
    return (
        f"A budget of {_told(spec, budget)} is more than the margin of all {spec.market.customers:,} customers of today "
        f"({_told(spec, brought)}): is it meant a month, and not a year?"
    )


def _told(spec: Scenario, money: float) -> str:
    return f"{number(money)} {spec.currency} a month"
