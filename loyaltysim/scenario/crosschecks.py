"""Checks that look at several values at once; each says where and with which cure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from loyaltysim.core.errors import Problem
from loyaltysim.scenario import arithmetic
from loyaltysim.scenario.book import book, mechanisms, shown
from loyaltysim.scenario.edges import edge_list_problem
from loyaltysim.scenario.given import Given, latest, within
from loyaltysim.scenario.months import calendar, is_month
from loyaltysim.scenario.value import Scenario

Values = dict[str, Given]

OWN_SHARES = {
    "rivals": ("stated.reasons.rival",),
    "friends": ("stated.reasons.friends",),
    "grievance": ("stated.reasons.product", "stated.reasons.indifference"),
}
"""Mechanisms without which a stated reason to leave cannot occur."""

TENTH = 0.1


def cross_check(scenario: Scenario, values: Values) -> list[Problem]:
    """Find what does not fit together; `values` has what was given, by path, with its place."""
    checks: tuple[Callable[[Scenario, Values], Iterable[Problem]], ...] = (
        _start, _currency, _shares, _people, _network, _lists, _always, _needs, _own_shares, _silence,
        _suppliers, _dependent_solved, arithmetic.money, arithmetic.silent, arithmetic.resolved, arithmetic.steady,
    )  # fmt: skip
    return [problem for check in checks for problem in check(scenario, values)]


def _get(scenario: Scenario, path: str) -> Any:
    return reduce(getattr, path.split("."), scenario)


def _start(scenario: Scenario, values: Values) -> Iterable[Problem]:
    if not is_month(scenario.start):
        cure = "write YYYY-MM, as 2027-01"
        yield Problem(f"{shown(scenario.start)} is not a month", "start", latest(values, ["start"]), cure)
    elif not is_month(calendar(scenario.months, scenario.start)):
        cure = "begin earlier, or take fewer months"
        yield Problem("the horizon ends after the year 9999", "start", latest(values, ["start", "months"]), cure)


def _currency(scenario: Scenario, values: Values) -> Iterable[Problem]:
    if not scenario.currency.strip():
        yield Problem("is empty", "currency", latest(values, ["currency"]), "write currency: $, or take the line out")


def _shares(scenario: Scenario, values: Values) -> Iterable[Problem]:
    for block in ("stated.reasons", "stated.outcomes"):
        paths = [path for path in book() if path.startswith(f"{block}.")]
        total = math.fsum(_get(scenario, path) for path in paths)
        if abs(total - 1) > 1e-9:
            names = " + ".join(f"{path.rpartition('.')[2]} {_get(scenario, path):g}" for path in paths)
            side = f"{total - 1:.10g} too much" if total > 1 else f"{1 - total:.10g} missing"
            what = f"the shares add to {total:.10g}, not 1"
            yield Problem(what, block, latest(values, paths), f"{names}: {side}")


def _people(scenario: Scenario, values: Values) -> Iterable[Problem]:
    market = scenario.mechanism("market")
    if market.customers >= market.people:
        what = f"{shown(market.customers)} customers are not fewer than the market's {shown(market.people)} people"
        where = latest(values, ["market.customers", "market.people"])
        yield Problem(what, "market.customers", where, "raise market.people: prospects are needed too")
    field, share = "market.top_tenth_share", market.top_tenth_share
    if 0 < share < TENTH:
        what = f"the top tenth cannot pay less than a tenth of all margins, but {share:g} is given"
        yield Problem(what, field, latest(values, [field]), "write 0.1 or more, or 0 to use market.margin_cv")
    network = market.network
    if network.kind in ("small_world", "random", "scale_free") and network.ties >= market.people:
        where = latest(values, ["market.network.ties", "market.people"])
        what = f"{shown(network.ties)} ties a person need more than {shown(market.people)} people"
        yield Problem(what, "market.network.ties", where, "lower the ties or raise market.people")


def _network(scenario: Scenario, values: Values) -> Iterable[Problem]:
    network = scenario.mechanism("market").network
    kind, path = values.get("market.network.kind"), values.get("market.network.path")
    if network.kind == "file" and not network.path:
        where = latest(values, ["market.network.kind", "market.network.path"])
        yield Problem("a network from a file needs its path", "market.network", where, "add path: ties.txt")
    elif network.kind == "file":
        problem = edge_list_problem(network.path, scenario.mechanism("market").people)
        if problem and problem.where == network.path:
            where = str(path.place) if path else problem.where
            yield Problem(f"{network.path}: {problem.what}", problem.field, where, problem.cure)
        elif problem:
            yield problem
    elif path and path.value and path.layer > (kind.layer if kind else -1):
        what = f"a path is given, but the network is {network.kind}"
        yield Problem(what, "market.network.path", str(path.place), "add kind: file")


def _lists(scenario: Scenario, values: Values) -> Iterable[Problem]:
    beta = scenario.mechanism("market").fickleness_beta
    if len(beta) != 2 or min(beta, default=0) <= 0:
        field = "market.fickleness_beta"
        yield Problem("is not two numbers above 0", field, latest(values, [field]), "write [0.668, 3.806]")
    field, levels = "rivals.quality", scenario.mechanism("rivals").quality
    if not levels or min(levels) < 0 or max(levels) > 1:
        cure = "give one number from 0 to 1 for each rival, as [0.5], or write rivals: off"
        yield Problem("is not a list of qualities", field, latest(values, [field]), cure)
    for field, weight, kind in (
        ("touchpoints.table", "importance", "touchpoint"),
        ("channels.table", "share", "channel"),
    ):
        rows = _get(scenario, field)
        if not math.fsum(getattr(row, weight) for row in rows) > 0:
            what = f"no {kind} has any {weight}" if rows else f"names no {kind}"
            cure = f"give one {weight}: 1" if rows else f"write a row for each {kind}, or take the line out"
            yield Problem(what, field, latest(values, [field]), cure)
        yield from _names(field, kind, [row.name for row in rows], values)


def _names(field: str, kind: str, names: list[str], values: Values) -> Iterable[Problem]:
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        second = [place for place, other in enumerate(names) if other == name][1]
        where = str(within(values[field], (second, "name")).place) if field in values else ""
        yield Problem(f"two {kind}s are called {shown(name)}", field, where, "give each a name of its own")


def _always(scenario: Scenario, values: Values) -> Iterable[Problem]:
    for key, mechanism in mechanisms().items():
        if mechanism.always and not scenario.mechanism(key).on:
            where = latest(values, [f"{key}.on"])
            yield Problem("cannot be switched off: no market is without it", key, where, "take the line out")


def _needs(scenario: Scenario, values: Values) -> Iterable[Problem]:
    for key, mechanism in mechanisms().items():
        if not scenario.mechanism(key).on:
            continue
        for need in mechanism.needs:
            if not scenario.mechanism(need).on:
                where = latest(values, [f"{key}.on", f"{need}.on"])
                yield Problem(f"{key} is on but {need}, which it needs, is off", key, where, f"write {key}: off too")


def _own_shares(scenario: Scenario, values: Values) -> Iterable[Problem]:
    if scenario.calibration == "off":
        return
    for key, paths in OWN_SHARES.items():
        for path in paths if not scenario.mechanism(key).on else ():
            if _get(scenario, path) > 0:
                what = f"{_get(scenario, path):g} is stated, but {key} is off, so nobody can leave for this reason"
                cure = f"write {path}: 0 and share it out among the other reasons, or {key}: on"
                yield Problem(what, path, latest(values, [f"{key}.on", path]), cure)


def _silence(scenario: Scenario, values: Values) -> Iterable[Problem]:
    if scenario.calibration == "off" or scenario.mechanism("voice").on:
        return
    path, stated = "stated.silent_share_of_lost", scenario.stated.silent_share_of_lost
    if stated < 1:
        what = f"{stated:g} is stated, but voice is off, so all who leave are silent"
        yield Problem(what, path, latest(values, ["voice.on", path]), f"write {path}: 1, or voice: on")


def _suppliers(scenario: Scenario, values: Values) -> Iterable[Problem]:
    rivals = scenario.mechanism("rivals")
    if rivals.zero_sum and not rivals.on:
        what = "everyone is to have a supplier, but rivals is off, so that nobody else supplies anyone"
        cure = "write rivals: on, or zero_sum: false"
        yield Problem(what, "rivals.zero_sum", latest(values, ["rivals.on", "rivals.zero_sum"]), cure)


def _dependent_solved(scenario: Scenario, values: Values) -> Iterable[Problem]:
    if scenario.calibration == "off":
        return
    for path, item in values.items():
        if path in book() and book()[path].role == "solved" and item.place.origin != "solved":
            what = "is solved from what is stated, so it cannot be typed while calibration is on"
            yield Problem(what, path, str(item.place), "write calibration: off, or take the line out")
