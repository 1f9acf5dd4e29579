"""Where prices and rates would turn the recommendation, in words: the nearest, how sure, and what the arithmetic leaves out."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from loyaltysim.report.answer import all_alike
from loyaltysim.report.names import head, named
from loyaltysim.report.results import Results
from loyaltysim.report.statistics import Interval
from loyaltysim.report.thresholds import DISCOUNT, MOST_TIMES, SPENDING, Threshold, level, looked_at, scaled, thresholds
from loyaltysim.report.words import fixed, horizon, money_for

ARITHMETIC = (
    "This is arithmetic on this run's luck: a price changes and everybody behaves as before. "
    "What changes behaviour too has to be simulated again: loyaltysim breakeven and loyaltysim sensitivity do that."
)


def said(results: Results) -> str:
    """Say what the best strategy could cost, and what else turns the recommendation soonest; empty where nothing does."""
    found = thresholds(results)
    spending = [_spending(results, each) for each in found if each.quantity == SPENDING]
    others = [each for each in found if each.quantity != SPENDING]
    nearest = [_nearest(results, others[0])] if others else []
    told = " ".join([*_as_it_is(results), *spending, *nearest])
    unsure = " Where today's value lies within an interval, today may be on either side: the answer cannot tell."
    return told + (unsure if told and any(each.holds_today for each in found) else "")


def _as_it_is(results: Results) -> list[str]:
    names = level(results)
    if not names:
        return []
    best, second = (named(name, results.strategies) for name in names)
    return [f"Nothing needs to change for {best} to earn no more than {second}: they are level as it is."]


def said_alone(results: Results) -> str:
    """Say the same where nothing else is beside it, with what it is."""
    told = said(results)
    return f"{told} This is arithmetic on this run's luck, with everybody behaving as before." if told else ""


def _spending(results: Results, each: Threshold) -> str:
    name = head(each.strategy, results.strategies)
    if each.today < 0.0:
        return f"{name}, which costs less than {named(results.reference, results.strategies)}, would have to cost {_dearer(results, each)}{sure(results, each)} before it {_caught(results, each)}."
    beyond = "" if each.strategy == results.reference else f" beyond {named(results.reference, results.strategies)}"
    money = money_for(results.currency, each.at, Interval(each.today))
    more = f"{money.full(each.at.mean)} a month"
    instead = f"{money.full(each.today)}{beyond}" if each.today else "nothing"
    return f"{name} would have to cost {more} instead of {instead}{sure(results, each)} before it {_caught(results, each)}."


def _dearer(results: Results, each: Threshold) -> str:
    """Say how much more than it does a strategy would have to cost that costs less than the first."""
    more = _further(each)
    return f"{money_for(results.currency, more).full(more.mean)} a month more than it does"


def _further(each: Threshold) -> Interval:
    return scaled(each.at, 1.0, -each.today)


def _caught(results: Results, each: Threshold) -> str:
    if not each.turns_to:
        return f"was worth nothing over {horizon(results.months)}"
    return f"earned no more than {named(each.turns_to, results.strategies)}"


def _nearest(results: Results, each: Threshold) -> str:
    at = f"at {value(results, each)}{sure(results, each)}"
    if not each.turns_to:
        return f"Of other prices and rates, {each.meaning} brings it there soonest: {at}."
    return f"Of other prices and rates, {each.meaning} turns it soonest: to {named(each.turns_to, results.strategies)}, {at}."


def value(results: Results, each: Threshold) -> str:
    """Say the value in its own unit beside today's: `52.0 % a year instead of 10.0 %`, `2.30 times today's`."""
    if each.quantity == DISCOUNT:
        return f"{_percent(each.at.mean)} % a year instead of {_percent(each.today)} %"
    if each.quantity == SPENDING and each.today < 0.0:
        return _dearer(results, each)
    if each.unit.startswith(results.currency):
        money = money_for(results.currency, each.at, Interval(each.today))
        a_month = " a month" if each.unit.endswith("/month") else ""
        return f"{money.full(each.at.mean)}{a_month} instead of {money.full(each.today)}"
    return f"{fixed(each.at.mean, 2)} times today's"


def sure(results: Results, each: Threshold) -> str:
    """Say the 95 % interval in brackets; nothing where there is none, or where luck has not been met."""
    told = ends(results, each)
    return f" (95 %: {told})" if told else ""


def ends(results: Results, each: Threshold) -> str:
    """Write the ends of the interval in the value's own unit; an endless one as `or more`, `or less`."""
    if not each.at.known or all_alike(each.at):
        return ""
    if each.quantity == DISCOUNT:
        return open_ended(each.at, _percent)
    if each.quantity == SPENDING and each.today < 0.0:
        return open_ended(_further(each), money_for(results.currency, _further(each)).bare)
    if each.unit.startswith(results.currency):
        return open_ended(each.at, money_for(results.currency, each.at, Interval(each.today)).bare)
    return open_ended(each.at, lambda end: fixed(end, 2))


def open_ended(span: Interval, write: Callable[[float], str]) -> str:
    """Write an interval of which an end may be endless."""
    low, high = (write(end) if isfinite(end) else "" for end in (span.low, span.high))
    if low and high:
        return f"{low} to {high}"
    return f"{low} or more" if low else f"{high} or less" if high else "anywhere"


def times(each: Threshold) -> tuple[str, str]:
    """Write the value and its interval as multiples of today's; nothing where today's is zero."""
    span = each.times_today
    if not isfinite(span.mean):
        return "", ""
    known = span.known and not all_alike(span)
    return fixed(span.mean, 2), open_ended(span, lambda end: fixed(end, 2)) if known else ""


def counted(results: Results) -> str:
    """Say how many of the prices and rates that were followed turn the recommendation, and how far they were followed."""
    turning = len({each.quantity for each in thresholds(results) if each.quantity != SPENDING})
    many = looked_at(results)
    turn = "turns" if turning == 1 else "turn"
    what = f"{turn} the recommendation" if len(results.strategies) > 1 else f"{turn} what is earned into nothing"
    return (
        f"Each of {many} other prices and rates was followed by itself from nothing to {MOST_TIMES:.0f} times today's (the yearly "
        f"discount rate to 100 %): {turning or 'none'} of them {what}."
    )


def _percent(share: float) -> str:
    return fixed(100 * share, 1)
