"""What plain arithmetic says about a scenario before anything is simulated: figures that no market can show together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.book import book, numeric, shown
from loyaltysim.scenario.given import Given, latest
from loyaltysim.scenario.value import Scenario

Values = dict[str, Given]
MOST_MONEY = 1e12
"""More money than any firm has in a month, in any currency; beyond it sums lose their cents, then their meaning."""
STEADY = ("stated.acquisition_cost", "advertising.budget", "stated.churn_annual", "market.customers")


def money(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse amounts of money that no firm has."""
    flat = scenario.flat()
    for path, item in values.items():
        if numeric(path) and book()[path].unit.startswith("$") and flat[path] > MOST_MONEY:
            yield Problem(too_much(path, flat[path]), path, str(item.place), "write 1e12 or less")


def too_much(path: str, value: float) -> str:
    """Say that an amount is absurd."""
    return f"{shown(value)} is more money than any firm has ({book()[path].unit}: {book()[path].doc})"


def silent(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse more complainers among the lost than leave over a grievance."""
    stated = scenario.stated
    if scenario.calibration == "off":
        return
    over_grievance = stated.reasons.product + stated.reasons.indifference
    voiced = 1 - stated.silent_share_of_lost
    if voiced > over_grievance + 1e-12 and scenario.mechanism("voice").on:
        field = "stated.silent_share_of_lost"
        paths = [field, "stated.reasons.product", "stated.reasons.indifference"]
        what = f"{voiced:.3g} of the lost would have complained, but only {over_grievance:.3g} leave over a grievance"
        cure = f"state {rounded(1 - over_grievance, ROUND_CEILING):g} or more, or a larger share of product and indifference in stated.reasons"
        yield Problem(what, field, latest(values, paths), cure)


def resolved(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse more resolved among the acknowledged than money can resolve."""
    outcomes, desk = scenario.stated.outcomes, scenario.mechanism("desk")
    if scenario.calibration == "off" or not desk.on or outcomes.ignored >= 1:
        return
    share = (outcomes.resolved + outcomes.resolved_fast) / (1 - outcomes.ignored)
    most = desk.solvable * scenario.mechanism("follow_up").sound()
    if share >= most:
        paths = [
            "desk.solvable",
            "follow_up.unsound",
            *(f"stated.outcomes.{name}" for name in ("ignored", "resolved", "resolved_fast")),
        ]
        what = f"{share:.3g} of the acknowledged would be resolved, but less than {most:g} can be (desk.solvable, follow_up.unsound)"
        cure = "state fewer resolved and more logged, raise desk.solvable or lower follow_up.unsound"
        yield Problem(what, "stated.outcomes", latest(values, paths), cure)


def steady(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse more customers brought a month than leave: their number could not be steady."""
    if scenario.calibration == "off" or not scenario.mechanism("joining").on:
        return
    stated, customers = scenario.stated, scenario.mechanism("market").customers
    leave, brought = stated.monthly_hazard * customers, _brought(scenario)
    where = latest(values, STEADY)
    if brought > leave:
        budget, sign = scenario.mechanism("advertising").budget, scenario.currency
        what = (
            f"{shown(budget)} {sign} of advertising at {shown(stated.acquisition_cost)} {sign} a customer bring {_count(brought)} a month, "
            f"but only {_count(leave)} of {shown(customers)} customers leave: the number of customers could not be steady"
        )
        yield Problem(what, "stated.acquisition_cost", where, _cheaper(scenario, leave) + _shrunk(scenario))
    elif leave == 0 and _spoken_for(scenario):
        what = "nobody leaves (stated.churn_annual), but talk brings customers: their number could not be steady"
        cure = "state a churn above 0, or write joining: off, or joining: {praise: 0, imitation: 0}"
        yield Problem(what, "stated.churn_annual", latest(values, ["stated.churn_annual"]), cure)


def _brought(scenario: Scenario) -> float:
    advertising = scenario.mechanism("advertising")
    return float(advertising.budget / scenario.stated.acquisition_cost) if advertising.on else 0.0


def _spoken_for(scenario: Scenario) -> bool:
    joining, talk = scenario.mechanism("joining"), scenario.mechanism("word_of_mouth")
    return bool((talk.on and talk.told_when_happy > 0 and joining.praise > 0) or joining.imitation > 0)


def _cheaper(scenario: Scenario, leave: float) -> str:
    stated, budget = scenario.stated, scenario.mechanism("advertising").budget
    if leave == 0:
        return "write advertising.budget: 0, or state a churn above 0"
    most = rounded(leave * stated.acquisition_cost, ROUND_FLOOR)
    least = rounded(budget / leave, ROUND_CEILING)
    return (
        f"lower advertising.budget to {shown(most)} or less, or raise stated.acquisition_cost to {shown(least)} or more"
    )


def _shrunk(scenario: Scenario) -> str:
    """Say what budgets that were left as they are would be for a firm of this size; nothing if they were chosen."""
    usual, customers = book()["market.customers"].default, scenario.mechanism("market").customers
    flat, paths = scenario.flat(), ("advertising.budget", "desk.budget")
    left = [path for path in paths if flat[path] == book()[path].default]
    if customers == usual or "advertising.budget" not in left:
        return ""
    share = {path: rounded(flat[path] * customers / usual, ROUND_FLOOR) for path in left}
    written = " and ".join(f"{path}: {shown(value).replace(',', '_')}" for path, value in share.items())
    return f"; budgets are those of a firm of {shown(usual)} customers, in proportion they would be {written}"


def rounded(value: float, way: str) -> float:
    """Round to two digits, down (ROUND_FLOOR) or up (ROUND_CEILING), so that a bound stays a bound."""
    exact = Decimal(repr(value))
    if not exact:
        return 0.0
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), rounding=way))


def _count(people: float) -> str:
    return f"{people:,.0f}" if people >= 3 or people == 0 or math.isinf(people) else f"{people:.2g}"
