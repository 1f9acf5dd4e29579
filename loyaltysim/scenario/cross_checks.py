"""Checks that look at several values at once; each says where and with which cure.

First a scenario's values against each other, with what plain arithmetic says before anything is simulated: figures that
no market can show together. Then its strategies: their dates, the mechanisms they need, their levers' ranges, their
pilots.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, TypeAlias

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.data_files import check_edge_list
from loyaltysim.scenario.provenance import SOLVED, Located, find_within, latest_place
from loyaltysim.scenario.registry import (
    describe_value,
    format_range,
    format_value,
    is_numeric,
    mechanisms,
    parameter_registry,
)
from loyaltysim.scenario.strategies import Change, Pilot, is_month, month_name, month_number
from loyaltysim.scenario.strategy_reader import PILOT, explain_untriable

if TYPE_CHECKING:
    from loyaltysim.scenario.scenario import Scenario

Values: TypeAlias = dict[str, Located]
"""What was given, by path."""
Places: TypeAlias = dict[tuple[str, str], Located]
"""What was given of strategies, by name and lever."""
OWN_SHARES = {
    "rivals": ("stated.reasons.rival",),
    "friends": ("stated.reasons.friends",),
    "grievance": ("stated.reasons.product", "stated.reasons.indifference"),
}
"""Mechanisms without which a stated reason to leave cannot occur."""
TENTH = 0.1
MOST_MONEY = 1e12
"""More money than any firm has in a month, in any currency; beyond it sums lose their cents, then their meaning."""
STEADY = ("stated.acquisition_cost", "advertising.budget", "stated.churn_annual", "market.customers")
FEWEST = 20
"""Customers whom each arm of a pilot must have: of fewer, not even a fifth who leave are told from none."""


def cross_check(scenario: Scenario, values: Values) -> list[Problem]:
    """Find what does not fit together; `values` has what was given, by path, with its place."""
    checks: tuple[Callable[[Scenario, Values], Iterable[Problem]], ...] = (
        *(check_start, check_currency, check_shares, check_people, check_network, check_lists, check_always_on),
        *(check_needs, check_reasons, check_silence_without_voice, check_suppliers, check_typed_solutions),
        *(check_money, check_silence, check_resolved, check_steady),
    )
    return [problem for check in checks for problem in check(scenario, values)]


def check_start(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse a start that is no month, or whose horizon no calendar holds."""
    if not is_month(scenario.start):
        cure = "write YYYY-MM, as 2027-01"
        yield Problem(f"{format_value(scenario.start)} is not a month", "start", latest_place(values, ["start"]), cure)
    elif not is_month(month_name(scenario.months, scenario.start)):
        cure = "begin earlier, or take fewer months"
        yield Problem("the horizon ends after the year 9999", "start", latest_place(values, ["start", "months"]), cure)


def check_currency(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse an empty sign of the currency."""
    if not scenario.currency.strip():
        where = latest_place(values, ["currency"])
        yield Problem("is empty", "currency", where, "write currency: $, or take the line out")


def check_shares(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse stated shares that do not add to 1."""
    for block in ("stated.reasons", "stated.outcomes"):
        paths = [path for path in parameter_registry() if path.startswith(f"{block}.")]
        total = math.fsum(scenario.value_at(path) for path in paths)
        if abs(total - 1) > 1e-9:
            names = " + ".join(f"{path.rpartition('.')[2]} {scenario.value_at(path):g}" for path in paths)
            side = f"{total - 1:.10g} too much" if total > 1 else f"{1 - total:.10g} missing"
            what = f"the shares add to {total:.10g}, not 1"
            yield Problem(what, block, latest_place(values, paths), f"{names}: {side}")


def check_people(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse a market without prospects, impossible margins, and more ties than people."""
    market = scenario.mechanism("market")
    if market.customers >= market.people:
        customers, people = format_value(market.customers), format_value(market.people)
        what = f"{customers} customers are not fewer than the market's {people} people"
        where = latest_place(values, ["market.customers", "market.people"])
        yield Problem(what, "market.customers", where, "raise market.people: prospects are needed too")
    field, share = "market.top_tenth_share", market.top_tenth_share
    if 0 < share < TENTH:
        what = f"the top tenth cannot pay less than a tenth of all margins, but {share:g} is given"
        yield Problem(what, field, latest_place(values, [field]), "write 0.1 or more, or 0 to use market.margin_cv")
    network = market.network
    if network.kind in ("small_world", "random", "scale_free") and network.ties >= market.people:
        where = latest_place(values, ["market.network.ties", "market.people"])
        what = f"{format_value(network.ties)} ties a person need more than {format_value(market.people)} people"
        yield Problem(what, "market.network.ties", where, "lower the ties or raise market.people")


def check_network(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse an own network without a sound file, and a file without an own network."""
    network = scenario.mechanism("market").network
    kind, path = values.get("market.network.kind"), values.get("market.network.path")
    if network.kind == "file" and not network.path:
        where = latest_place(values, ["market.network.kind", "market.network.path"])
        yield Problem("a network from a file needs its path", "market.network", where, "add path: ties.txt")
    elif network.kind == "file":
        problem = check_edge_list(network.path, scenario.mechanism("market").people)
        if problem and problem.where == network.path:
            where = str(path.place) if path else problem.where
            yield Problem(f"{network.path}: {problem.what}", problem.field, where, problem.cure)
        elif problem:
            yield problem
    elif path and path.value and path.layer > (kind.layer if kind else -1):
        what = f"a path is given, but the network is {network.kind}"
        yield Problem(what, "market.network.path", str(path.place), "add kind: file")


def check_lists(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse lists and tables of the wrong length, and tables whose weights are all zero."""
    beta = scenario.mechanism("market").fickleness_beta
    if len(beta) != 2 or min(beta, default=0) <= 0:
        field = "market.fickleness_beta"
        yield Problem("is not two numbers above 0", field, latest_place(values, [field]), "write [0.668, 3.806]")
    field, levels = "rivals.quality", scenario.mechanism("rivals").quality
    if not levels or min(levels) < 0 or max(levels) > 1:
        cure = "give one number from 0 to 1 for each rival, as [0.5], or write rivals: off"
        yield Problem("is not a list of qualities", field, latest_place(values, [field]), cure)
    tables = ("touchpoints.table", "importance", "touchpoint"), ("channels.table", "share", "channel")
    for field, weight, kind in tables:
        rows = scenario.value_at(field)
        if not math.fsum(getattr(row, weight) for row in rows) > 0:
            what = f"no {kind} has any {weight}" if rows else f"names no {kind}"
            cure = f"give one {weight}: 1" if rows else f"write a row for each {kind}, or take the line out"
            yield Problem(what, field, latest_place(values, [field]), cure)
        yield from check_names(field, kind, [row.name for row in rows], values)


def check_names(field: str, kind: str, names: list[str], values: Values) -> Iterable[Problem]:
    """Refuse two rows of a table under one name."""
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        second = [place for place, other in enumerate(names) if other == name][1]
        where = str(find_within(values[field], (second, "name")).place) if field in values else ""
        yield Problem(f"two {kind}s are called {format_value(name)}", field, where, "give each a name of its own")


def check_always_on(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse to switch off what no market is without."""
    for key, mechanism in mechanisms().items():
        if mechanism.always and not scenario.mechanism(key).on:
            where = latest_place(values, [f"{key}.on"])
            yield Problem("cannot be switched off: no market is without it", key, where, "take the line out")


def check_needs(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse a mechanism without those that it needs."""
    for key, mechanism in mechanisms().items():
        if not scenario.mechanism(key).on:
            continue
        for need in mechanism.needs:
            if not scenario.mechanism(need).on:
                where = latest_place(values, [f"{key}.on", f"{need}.on"])
                yield Problem(f"{key} is on but {need}, which it needs, is off", key, where, f"write {key}: off too")


def check_reasons(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse a stated reason to leave whose mechanism is off."""
    if scenario.calibration == "off":
        return
    for key, paths in OWN_SHARES.items():
        for path in paths if not scenario.mechanism(key).on else ():
            if scenario.value_at(path) > 0:
                what = f"{scenario.value_at(path):g} is stated, but {key} is off, so nobody can leave for this reason"
                cure = f"write {path}: 0 and share it out among the other reasons, or {key}: on"
                yield Problem(what, path, latest_place(values, [f"{key}.on", path]), cure)


def check_silence_without_voice(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse complainers among the lost where nobody can complain."""
    if scenario.calibration == "off" or scenario.mechanism("voice").on:
        return
    path, stated = "stated.silent_share_of_lost", scenario.stated.silent_share_of_lost
    if stated < 1:
        what = f"{stated:g} is stated, but voice is off, so all who leave are silent"
        yield Problem(what, path, latest_place(values, ["voice.on", path]), f"write {path}: 1, or voice: on")


def check_suppliers(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse a supplier for everyone where there are no rivals."""
    rivals = scenario.mechanism("rivals")
    if rivals.zero_sum and not rivals.on:
        what = "everyone is to have a supplier, but rivals is off, so that nobody else supplies anyone"
        cure = "write rivals: on, or zero_sum: false"
        yield Problem(what, "rivals.zero_sum", latest_place(values, ["rivals.on", "rivals.zero_sum"]), cure)


def check_typed_solutions(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse typed values for what calibration solves."""
    if scenario.calibration == "off":
        return
    for path, item in values.items():
        if path in parameter_registry() and parameter_registry()[path].role == SOLVED and item.place.origin != SOLVED:
            what = "is solved from what is stated, so it cannot be typed while calibration is on"
            yield Problem(what, path, str(item.place), "write calibration: off, or take the line out")


def check_money(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse amounts of money that no firm has."""
    flat = scenario.flat()
    for path, item in values.items():
        if is_numeric(path) and parameter_registry()[path].unit.startswith("$") and flat[path] > MOST_MONEY:
            yield Problem(describe_excess(path, flat[path]), path, str(item.place), "write 1e12 or less")


def describe_excess(path: str, value: float) -> str:
    """Say that an amount is absurd."""
    row = parameter_registry()[path]
    return f"{format_value(value)} is more money than any firm has ({row.unit}: {row.doc})"


def check_silence(scenario: Scenario, values: Values) -> Iterable[Problem]:
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
        least = round_to_two_digits(1 - over_grievance, ROUND_CEILING)
        cure = f"state {least:g} or more, or a larger share of product and indifference in stated.reasons"
        yield Problem(what, field, latest_place(values, paths), cure)


def check_resolved(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse more resolved among the acknowledged than money can resolve."""
    outcomes, desk = scenario.stated.outcomes, scenario.mechanism("desk")
    if scenario.calibration == "off" or not desk.on or outcomes.ignored >= 1:
        return
    share = (outcomes.resolved + outcomes.resolved_fast) / (1 - outcomes.ignored)
    most = desk.solvable * scenario.mechanism("follow_up").sound()
    if share >= most:
        stated = (f"stated.outcomes.{name}" for name in ("ignored", "resolved", "resolved_fast"))
        paths = ["desk.solvable", "follow_up.unsound", *stated]
        what = (
            f"{share:.3g} of the acknowledged would be resolved, but less than {most:g} can be ({', '.join(paths[:2])})"
        )
        cure = "state fewer resolved and more logged, raise desk.solvable or lower follow_up.unsound"
        yield Problem(what, "stated.outcomes", latest_place(values, paths), cure)


def check_steady(scenario: Scenario, values: Values) -> Iterable[Problem]:
    """Refuse more customers brought a month than leave: their number could not be steady."""
    if scenario.calibration == "off" or not scenario.mechanism("joining").on:
        return
    stated, customers = scenario.stated, scenario.mechanism("market").customers
    leave, brought = stated.monthly_hazard * customers, advertised_customers(scenario)
    where = latest_place(values, STEADY)
    if brought > leave:
        budget, sign = scenario.mechanism("advertising").budget, scenario.currency
        what = (
            f"{format_value(budget)} {sign} of advertising at {format_value(stated.acquisition_cost)} {sign} a customer"
            f" bring {_count(brought)} a month, but only {_count(leave)} of {format_value(customers)} customers leave:"
            " the number of customers could not be steady"
        )
        cure = describe_affordable(scenario, leave) + describe_proportional_budgets(scenario)
        yield Problem(what, "stated.acquisition_cost", where, cure)
    elif leave == 0 and has_referrals(scenario):
        what = "nobody leaves (stated.churn_annual), but talk brings customers: their number could not be steady"
        cure = "state a churn above 0, or write joining: off, or joining: {praise: 0, imitation: 0}"
        yield Problem(what, "stated.churn_annual", latest_place(values, ["stated.churn_annual"]), cure)


def advertised_customers(scenario: Scenario) -> float:
    """Return how many customers a month the stated advertising brings."""
    advertising = scenario.mechanism("advertising")
    return float(advertising.budget / scenario.stated.acquisition_cost) if advertising.on else 0.0


def has_referrals(scenario: Scenario) -> bool:
    """Tell whether talk or imitation brings customers."""
    joining, talk = scenario.mechanism("joining"), scenario.mechanism("word_of_mouth")
    return bool((talk.on and talk.told_when_happy > 0 and joining.praise > 0) or joining.imitation > 0)


def describe_affordable(scenario: Scenario, leave: float) -> str:
    """Say what advertising the customers who leave could bear."""
    stated, budget = scenario.stated, scenario.mechanism("advertising").budget
    if leave == 0:
        return "write advertising.budget: 0, or state a churn above 0"
    most = format_value(round_to_two_digits(leave * stated.acquisition_cost, ROUND_FLOOR))
    least = format_value(round_to_two_digits(budget / leave, ROUND_CEILING))
    return f"lower advertising.budget to {most} or less, or raise stated.acquisition_cost to {least} or more"


def describe_proportional_budgets(scenario: Scenario) -> str:
    """Say what budgets that were left as they are would be for a firm of this size; nothing if they were chosen."""
    usual, customers = parameter_registry()["market.customers"].default, scenario.mechanism("market").customers
    flat, paths = scenario.flat(), ("advertising.budget", "desk.budget")
    left = [path for path in paths if flat[path] == parameter_registry()[path].default]
    if customers == usual or "advertising.budget" not in left:
        return ""
    share = {path: round_to_two_digits(flat[path] * customers / usual, ROUND_FLOOR) for path in left}
    written = " and ".join(f"{path}: {format_value(value).replace(',', '_')}" for path, value in share.items())
    return f"; budgets are those of a firm of {format_value(usual)} customers, in proportion they would be {written}"


def round_to_two_digits(value: float, way: str) -> float:
    """Round to two digits, down (ROUND_FLOOR) or up (ROUND_CEILING), so that a bound stays a bound."""
    exact = Decimal(repr(value))
    if not exact:
        return 0.0
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), rounding=way))


def _count(people: float) -> str:
    return f"{people:,.0f}" if people >= 3 or people == 0 or math.isinf(people) else f"{people:.2g}"


def check_strategies(scenario: Scenario, places: Places) -> list[Problem]:
    """Find strategies whose dates, levers or resolved values do not fit; `places` has where each changes which
    lever.
    """
    if not is_month(scenario.start):
        return []
    problems: list[Problem] = []
    for (name, path), item in places.items():
        field, where = f"strategies.{format_value(name)}.{path}", str(item.place)
        if path == PILOT:
            problems += check_pilot(scenario, name, field, item)
            continue
        steps = scenario.strategies[name].changes.get(path, ())
        found = [*check_dates(scenario, steps, field, item), *check_mechanism_on(scenario, path, field, where)]
        problems += found or check_lever_range(scenario, name, path, field, where)
    return problems


def check_dates(scenario: Scenario, steps: Iterable[Change], field: str, item: Located) -> Iterable[Problem]:
    """Refuse changes that begin or end outside the horizon."""
    last = month_name(scenario.months, scenario.start)
    horizon = f"the horizon is {scenario.start} to {last} ({scenario.months} months)"
    for number, step in enumerate(steps):
        spot = item.value[number] if isinstance(item.value, list) and number < len(item.value) else item
        words = spot.value if isinstance(spot.value, dict) else {}
        where = {word: str(words[word].place if word in words else spot.place) for word in ("from", "to")}
        if step.since and month_number(step.since, scenario.start) < 1:
            yield Problem(f"begins in {step.since}, before the start", field, where["from"], horizon)
        elif step.since and month_number(step.since, scenario.start) > scenario.months:
            yield Problem(f"begins in {step.since}, after the horizon's end", field, where["from"], horizon)
        elif step.until and month_number(step.until, scenario.start) < 1:
            yield Problem(f"ends in {step.until}, before the start", field, where["to"], horizon)


def check_mechanism_on(scenario: Scenario, path: str, field: str, where: str) -> Iterable[Problem]:
    """Refuse a change of a lever whose mechanism is off."""
    key = path.split(".", maxsplit=1)[0]
    if not scenario.mechanism(key).on:
        cure = f"write {key}: on, or take the change out"
        yield Problem(f"{key} is off, so this lever does nothing", field, where, cure)


def check_lever_range(scenario: Scenario, name: str, path: str, field: str, where: str) -> list[Problem]:
    """Find the first month in which a plan leaves its lever's range."""
    row, today = parameter_registry()[path], scenario.flat()[path]
    for month, value in enumerate(scenario.plan(name)[path], 1):
        if not math.isfinite(value):
            return [Problem(f"makes {path} endless in month {month}", field, where, f"allowed is {format_range(row)}")]
        if value > MOST_MONEY and row.unit.startswith("$"):
            what = f"sets {path} too high: {describe_excess(path, value)}"
            cure = f"stay at 1e12 or below; it is {format_value(today)} at the file's top level"
            return [Problem(what, field, where, cure)]
        below = row.low is not None and value < row.low
        if below or (row.high is not None and value > row.high):
            side = f"below {format_value(row.low)}" if below else f"above {format_value(row.high)}"
            when = f"{month_name(month, scenario.start)} (month {month})"
            what = f"makes {path} {format_value(value)} in {when}, {side} ({describe_value(row)})"
            cure = f"it is {format_value(today)} at the file's top level; allowed is {format_range(row)}"
            return [Problem(what, field, where, cure)]
    return []


def check_pilot(scenario: Scenario, name: str, field: str, item: Located) -> Iterable[Problem]:
    """Find what is wrong with the pilot of a strategy."""
    strategy, where = scenario.strategies[name], str(item.place)
    if not strategy.pilot:
        return
    if strategy.pilot.months > scenario.months:
        what = f"lasts {strategy.pilot.months} months, longer than the horizon"
        yield Problem(what, field, where, f"write months: {scenario.months} or fewer")
        return
    for path in strategy.changes:
        if why := explain_untriable(path):
            cure = "take it out of this strategy, or the pilot; what wins new customers is tried in a market of its own"
            yield Problem(why, field, where, cure)
    yield from check_arms(scenario.mechanism("market").customers, strategy.pilot, field, where)
    yield from check_pilot_changes(scenario, name, strategy.pilot, field, where)


def check_arms(customers: int, pilot: Pilot, field: str, where: str) -> Iterable[Problem]:
    """Refuse an arm of so few that its interval would hold almost every effect."""
    smaller = min(pilot.share, 1 - pilot.share) * customers
    if smaller < FEWEST * (1 - 1e-9):
        least = math.ceil(100 * FEWEST / customers) / 100
        cure = f"write share: {least:g} to {1 - least:g}, or " if least <= 1 / 2 else ""
        few = f"{format_value(round(smaller, 1))} of {format_value(customers)} customers"
        what = f"{few} are too few for an arm of a pilot to tell anything"
        more = math.ceil(FEWEST / min(pilot.share, 1 - pilot.share) * (1 - 1e-9))
        cure += f"raise market.customers to {format_value(more)}: an arm needs {FEWEST}"
        yield Problem(what, field, where, cure)


def check_pilot_changes(scenario: Scenario, name: str, pilot: Pilot, field: str, where: str) -> Iterable[Problem]:
    """Find what a pilot would not try: levers that are as today in all of its months."""
    plan, today = scenario.plan(name), scenario.flat()
    if not plan:
        yield Problem("its strategy changes no lever, so nothing is tried", field, where, "add a change of a lever")
    for path, values in plan.items():
        later = [month for month, value in enumerate(values, 1) if value != today[path]]
        if not later:
            what = f"{path} stays at {format_value(today[path])}, what it is today, so nothing is tried"
            yield Problem(what, field, where, "change it by something, or take it out")
        elif later[0] > pilot.months:
            when = f"{month_name(later[0], scenario.start)} (month {later[0]})"
            after = f"after the pilot's {pilot.months} months"
            what = f"{path} changes only in {when}, {after}, so it would be rolled out untried"
            yield Problem(what, field, where, f"begin it in month {pilot.months} or before, or write a longer pilot")
