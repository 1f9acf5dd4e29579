"""The answer in one sentence, what would turn it, and one small table for the terminal."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.text.names import name_heading, quote_name, to_text
from loyaltysim.reporting.text.numbers import Money, format_horizon, format_share, money_for, round_amount
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Comparison, Interval, compare_best, interval, paired
from loyaltysim.stats.ranking import multiple_comparison_with_best
from loyaltysim.stats.sequential import SequentialVerdict

if TYPE_CHECKING:
    from rich.table import Table

WITH, WITHOUT = "npv", "npv_without_later_value"
MOST_NAMED = 3
FEWEST, FEW, ENOUGH = 5, 10, 30
SO_FEW = "so few replications cannot say how sure that is"


def answer(results: Results) -> str:
    """Say which strategy is worth most and how sure that is.

    Further lines tell if that is not sure when all pairs are judged at once, and if value after the horizon decides it.
    """
    if len(results.strategies) == 1:
        return _worth_of_one(results)
    contest = compare_best(results.by_strategy(WITH))
    first = _sentence(results, contest)
    return "\n".join(line for line in (first, _not_together(results, contest), later_value_matters(results)) if line)


def _not_together(results: Results, contest: Comparison) -> str:
    """Say that the ranking, whose intervals hold for all pairs at once, is less sure than the sentence; else nothing."""
    if not contest.decided or multiple_comparison_with_best(results.by_strategy(WITH))[contest.best].low >= 0.0:
        return ""
    return (
        "That is judged step by step (Holm), which decides most; the intervals of ranking.csv hold for all pairs at once, are "
        "wider, and by them the lead is not sure: more replications would settle it."
    )


def _worth_of_one(results: Results) -> str:
    worth = interval(results.figures[results.reference][WITH])
    money = money_for(results.currency, worth)
    text = f"{name_heading(results.reference, results.strategies)} is worth {money.full(worth.mean)} over {format_horizon(results.months)}"
    if worth.known:
        ends = "" if all_alike(worth) else f"95 %: {money.span(worth)}, "
        return f"{text} ({ends}{worth.n} replications{f'; {SO_FEW}' if too_few(worth) else ''})."
    return f"{text} in the one replication run; one replication cannot say how sure that is."


def _sentence(results: Results, contest: Comparison) -> str:
    gain, over = contest.difference, f"over {format_horizon(results.months)}"
    money = money_for(results.currency, gain)
    best, second = (quote_name(name, results.strategies) for name in (contest.best, contest.second))
    first, n = name_heading(contest.best, results.strategies), results.replications
    if gain.mean == 0.0 and (gain.low == gain.high or n == 1):
        return f"{first} and {second} earn exactly the same {over}, in {_of(n)}."
    lead = f"{first} earns {money.full(gain.mean)} more than {second} {over}"
    if n == 1:
        return f"{lead} in the one replication run; one replication cannot say how sure that is."
    if contest.decided:
        wins = f"and wins in {contest.wins} of {n} replications"
        span = "" if all_alike(gain) else f" (95 %: {money.span(gain)})"
        return f"{lead}{span}, {wins}; {SO_FEW}." if too_few(gain) else f"{lead}{span}, {wins}."
    return (
        f"Cannot tell whether {best} or {second} earns more {over}: the difference is {money.full(gain.mean)} "
        f"(95 %: {money.span(gain)}), and {best} wins in {contest.wins} of {n} replications; "
        f"{_needed(contest.needed, n)} would decide."
    )


def _of(n: int) -> str:
    return "the one replication run" if n == 1 else f"each of {n} replications"


def too_few(span: Interval) -> bool:
    """Tell whether so few replications stand behind an interval that it must not be taken at its word."""
    return span.known and (span.n < FEWEST or all_alike(span))


def all_alike(span: Interval) -> bool:
    """Tell whether fewer than 30 figures agree to the last digits: luck has then not been met, and is not measured."""
    size = max(abs(span.mean), abs(span.low), abs(span.high))
    return span.known and span.n < ENOUGH and isfinite(size) and span.high - span.low <= 1e-6 * size


def _needed(count: int | None, n: int) -> str:
    said = "more than 10,000 replications" if count is None else f"about {round_amount(count):,} replications"
    return f"roughly, from so few, {said}" if n < FEW else said


def later_value_matters(results: Results) -> str:
    """Say what changes when the value after the horizon is left out; empty when neither winner nor a sign does."""
    with_it, without = compare_best(results.by_strategy(WITH)), compare_best(results.by_strategy(WITHOUT))
    one = results.replications == 1
    if with_it.best != without.best and (one or with_it.decided or without.decided):
        return f"Without the value after the horizon, {_other_winner(results, without)}."
    turned = [line for name in results.strategies[1:] if (line := _turned(results, name))]
    if not turned:
        return ""
    more = f"; and {len(turned) - MOST_NAMED} more change sign" if len(turned) > MOST_NAMED else ""
    return f"Without the value after the horizon, {'; '.join(turned[:MOST_NAMED])}{more}."


def _other_winner(results: Results, contest: Comparison) -> str:
    gain = contest.difference
    money = money_for(results.currency, gain)
    best, second = (quote_name(name, results.strategies) for name in (contest.best, contest.second))
    span = f" (95 %: {money.span(gain)})" if gain.known and not all_alike(gain) else ""
    if gain.known and not contest.decided:
        return f"{best} comes first, but it cannot be told from {second}: {money.full(gain.mean)} more{span}"
    return f"{best} comes first, {money.full(gain.mean)} ahead of {second}{span}"


def _turned(results: Results, strategy: str) -> str:
    """Say how a strategy's difference from the first changes its sign; empty if it does not, or only by luck."""
    full, bare = gaps(results, strategy)
    sure = results.replications == 1 or not (full.holds_zero and bare.holds_zero)
    if full.mean * bare.mean >= 0.0 or not sure:
        return ""
    money = money_for(results.currency, full, bare)
    became, was = ("loses", "gaining") if bare.mean < 0 else ("gains", "losing")
    unsure = " (which may be luck)" if bare.known and bare.holds_zero else ""
    name, first = (quote_name(each, results.strategies) for each in (strategy, results.reference))
    lost, won = money.full(abs(bare.mean)), money.full(abs(full.mean))
    return f"{name} {became} {lost}{unsure} against {first} instead of {was} {won}"


def gaps(results: Results, strategy: str) -> tuple[Interval, Interval]:
    """Give a strategy's paired NPV difference from the first, with and without the value after the horizon."""
    ours, theirs = results.figures[strategy], results.figures[results.reference]
    return paired(ours[WITH], theirs[WITH]), paired(ours[WITHOUT], theirs[WITHOUT])


def table(results: Results) -> Table:
    """Lay out one row a strategy for the terminal: worth, difference from the first, customers, churn."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    first, *others = heads(results)
    grid.add_column(first, overflow="fold", max_width=30, min_width=10)
    for each in others:
        grid.add_column(Text(each), justify="right", no_wrap=True)
    for name in results.strategies:
        grid.add_row(Text(to_text(name)), *(Text(cell) for cell in cells(results, name)))
    return grid


def heads(results: Results) -> list[str]:
    """Give the heads of the table's columns, with line breaks."""
    first = to_text(results.reference)
    sure = "\n(95 %)" if results.replications > 1 else ""
    compared = [f"against\n{first if len(first) <= 14 else 'the first'}{sure}", "without value\nafter the\nhorizon"]
    between = compared if len(results.strategies) > 1 else []
    return ["strategy", "worth (NPV)", *between, "customers\nat the end", "churn\na year"]


def values(results: Results, name: str) -> list[float | None]:
    """Give the figures behind a strategy's cells; None where there is nothing to compare."""
    figures, first = results.figures[name], name == results.reference
    between = [None if first else span.mean for span in gaps(results, name)] if len(results.strategies) > 1 else []
    ends = (interval(figures[metric]).mean for metric in ("customers", "churn_annual"))
    return [interval(figures[WITH]).mean, *between, *ends]


def cells(results: Results, name: str) -> list[str]:
    """Give a strategy's cells after its name, each with its interval in a second line."""
    differences = {each: gaps(results, each) for each in results.strategies[1:]}
    money = money_for(results.currency, *(span for pair in differences.values() for span in pair))
    gap, figures = differences.get(name), results.figures[name]
    told = [_worths(results).full(interval(figures[WITH]).mean)]
    if len(results.strategies) > 1:
        told += [_with_span(money, span) for span in gap] if gap else ["", ""]
    return [
        *told,
        format_fixed(interval(figures["customers"]).mean),
        format_share(interval(figures["churn_annual"]).mean),
    ]


def _worths(results: Results) -> Money:
    """Choose one size for all strategies' worths, with decimals enough to tell from each other those that differ."""
    worths = [interval(results.figures[name][WITH]).mean for name in results.strategies]
    apart = [abs(gaps(results, name)[0].mean) for name in results.strategies[1:]]
    return Money(results.currency, max(map(abs, worths)), min((each for each in apart if each > 0.0), default=0.0))


def _with_span(money: Money, span: Interval) -> str:
    """Write a difference in the unit of its column, and its interval below it."""
    return "\n".join(part for part in money.within(span, signed=True) if part)


# The answer of a study that went on until it was settled, with the interval that such a study may claim.

RULE = "by a rule that holds at every look"


def sequential_answer(results: Results, found: SequentialVerdict) -> str:
    """Say what is worth most, by how much and how sure that is, and whether it is settled."""
    gain, n = found.difference, results.replications
    money = money_for(results.currency, gain)
    over = f"over {format_horizon(results.months)}"
    span = f"95 %, {RULE}: {money.span(gain)}"
    end = (
        f"settled after {n} replications" if found.settled else f"not settled after {n} replications, the most allowed"
    )
    if not found.second:
        return f"{name_heading(found.best)} is worth {money.full(gain.mean)} {over} ({span}); {end}."
    best, second = (quote_name(name, results.strategies) for name in (found.best, found.second))
    if gain.low > 0.0:
        first = name_heading(found.best, results.strategies)
        return f"{first} earns {money.full(gain.mean)} more than {second} {over} ({span}); {end}."
    return f"Cannot tell whether {best} or {second} earns more {over}: the difference is {money.full(gain.mean)} ({span}); {end}."
