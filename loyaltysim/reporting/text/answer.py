"""The answer in one sentence, what would turn it, and one small table for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.analysis.recommendation import (
    NPV,
    Recommendation,
    compare_with_reference,
    has_too_few_replications,
    is_all_alike,
    recommend,
)
from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.text.console import as_cell, begin_table
from loyaltysim.reporting.text.names import name_heading, quote_name, to_text
from loyaltysim.reporting.text.numbers import Money, format_horizon, format_share, money_for, round_amount
from loyaltysim.stats.intervals import Comparison, interval

if TYPE_CHECKING:
    from rich.table import Table

    from loyaltysim.results.results import Results
    from loyaltysim.stats.sequential import SequentialVerdict

MOST_NAMED = 3
FEW = 10
"""Replications below which a number of replications that would decide is rough."""
SO_FEW = "so few replications cannot say how sure that is"
ONE_ONLY = "in the one replication run; one replication cannot say how sure that is."
RULE = "by a rule that holds at every look"


def render_answer(results: Results) -> str:
    """Say which strategy is worth most and how sure that is.

    Further lines tell if that is not sure when all pairs are judged at once, and if value after the horizon decides it.
    """
    found = recommend(results)
    if not found.runner_up:
        return render_worth(results)
    lines = (render_lead(results, found), describe_joint_doubt(found), describe_later_value(results, found))
    return "\n".join(line for line in lines if line)


def render_worth(results: Results) -> str:
    """Say what the only strategy is worth."""
    worth = interval(results.figures[results.reference][NPV])
    money = money_for(results.currency, worth)
    text = f"{name_heading(results.reference, results.strategies)} is worth {money.full(worth.mean)} over {format_horizon(results.months)}"
    if not worth.known:
        return f"{text} {ONE_ONLY}"
    ends = "" if is_all_alike(worth) else f"95 %: {money.span(worth)}, "
    return f"{text} ({ends}{worth.n} replications{f'; {SO_FEW}' if has_too_few_replications(worth) else ''})."


def render_lead(results: Results, found: Recommendation) -> str:
    """Say by how much the best leads the runner-up, or that it cannot be told which of them is best."""
    gain, over, n = found.lead, f"over {format_horizon(results.months)}", found.replications
    money = money_for(results.currency, gain)
    best, second = (quote_name(name, results.strategies) for name in (found.best, found.runner_up))
    first = name_heading(found.best, results.strategies)
    if found.is_tie:
        where = "the one replication run" if n == 1 else f"each of {n} replications"
        return f"{first} and {second} earn exactly the same {over}, in {where}."
    lead = f"{first} earns {money.full(gain.mean)} more than {second} {over}"
    if n == 1:
        return f"{lead} {ONE_ONLY}"
    if found.is_significant:
        span = "" if is_all_alike(gain) else f" (95 %: {money.span(gain)})"
        unsure = f"; {SO_FEW}" if has_too_few_replications(gain) else ""
        return f"{lead}{span}, and wins in {found.wins} of {n} replications{unsure}."
    return (
        f"Cannot tell whether {best} or {second} earns more {over}: the difference is {money.full(gain.mean)} "
        f"(95 %: {money.span(gain)}), and {best} wins in {found.wins} of {n} replications; "
        f"{describe_need(found)} would decide."
    )


def describe_need(found: Recommendation) -> str:
    """Say how many replications it would take, and how rough that is."""
    needed = found.replications_to_decide
    count = "more than 10,000 replications" if needed is None else f"about {round_amount(needed):,} replications"
    return f"roughly, from so few, {count}" if found.replications < FEW else count


def describe_joint_doubt(found: Recommendation) -> str:
    """Say that the ranking, whose intervals hold for all pairs at once, is less sure than the sentence; else nothing."""
    if not found.is_significant or found.is_significant_jointly:
        return ""
    return (
        "That is judged step by step (Holm), which decides most; the intervals of ranking.csv hold for all pairs at once, are "
        "wider, and by them the lead is not sure: more replications would settle it."
    )


def describe_later_value(results: Results, found: Recommendation) -> str:
    """Say what changes when the value after the horizon is left out; empty when neither winner nor a sign does."""
    if found.within_horizon and found.hangs_on_later_value:
        return f"Without the value after the horizon, {describe_other_winner(results, found.within_horizon)}."
    lines = [line for name in results.strategies[1:] if (line := describe_turned_sign(results, name))]
    if not lines:
        return ""
    more = f"; and {len(lines) - MOST_NAMED} more change sign" if len(lines) > MOST_NAMED else ""
    return f"Without the value after the horizon, {'; '.join(lines[:MOST_NAMED])}{more}."


def describe_other_winner(results: Results, contest: Comparison) -> str:
    """Say who comes first by another figure, by how much, and whether that is sure."""
    gain = contest.difference
    money = money_for(results.currency, gain)
    best, second = (quote_name(name, results.strategies) for name in (contest.best, contest.second))
    span = f" (95 %: {money.span(gain)})" if gain.known and not is_all_alike(gain) else ""
    if gain.known and not contest.decided:
        return f"{best} comes first, but it cannot be told from {second}: {money.full(gain.mean)} more{span}"
    return f"{best} comes first, {money.full(gain.mean)} ahead of {second}{span}"


def describe_turned_sign(results: Results, strategy: str) -> str:
    """Say how a strategy's difference from the first changes its sign; empty if it does not, or only by luck."""
    full, within = compare_with_reference(results, strategy)
    is_sure = results.replications == 1 or not (full.holds_zero and within.holds_zero)
    if full.mean * within.mean >= 0.0 or not is_sure:
        return ""
    money = money_for(results.currency, full, within)
    became, was = ("loses", "gaining") if within.mean < 0 else ("gains", "losing")
    unsure = " (which may be luck)" if within.known and within.holds_zero else ""
    name, first = (quote_name(each, results.strategies) for each in (strategy, results.reference))
    lost, won = money.full(abs(within.mean)), money.full(abs(full.mean))
    return f"{name} {became} {lost}{unsure} against {first} instead of {was} {won}"


def render_sequential_answer(results: Results, verdict: SequentialVerdict) -> str:
    """Say what is worth most by the interval that a study may claim which went on until it was settled."""
    gain, n = verdict.difference, results.replications
    money = money_for(results.currency, gain)
    over = f"over {format_horizon(results.months)}"
    span = f"95 %, {RULE}: {money.span(gain)}"
    end = (
        f"settled after {n} replications"
        if verdict.settled
        else f"not settled after {n} replications, the most allowed"
    )
    if not verdict.second:
        return f"{name_heading(verdict.best)} is worth {money.full(gain.mean)} {over} ({span}); {end}."
    best, second = (quote_name(name, results.strategies) for name in (verdict.best, verdict.second))
    if gain.low > 0.0:
        first = name_heading(verdict.best, results.strategies)
        lead = f"{first} earns {money.full(gain.mean)} more than {second} {over} ({span}); {end}."
    else:
        lead = f"Cannot tell whether {best} or {second} earns more {over}: the difference is {money.full(gain.mean)} ({span}); {end}."
    return "\n".join(line for line in (lead, describe_later_value(results, recommend(results))) if line)


def render_table(results: Results) -> Table:
    """Lay out one row a strategy for the terminal: worth, difference from the first, customers, churn."""
    grid = begin_table()
    first, *others = render_heads(results)
    grid.add_column(first, overflow="fold", max_width=30, min_width=10)
    for each in others:
        grid.add_column(as_cell(each), justify="right", no_wrap=True)
    for name in results.strategies:
        grid.add_row(as_cell(to_text(name)), *(as_cell(cell) for cell in render_cells(results, name)))
    return grid


def render_heads(results: Results) -> list[str]:
    """Return the heads of the table's columns, with line breaks."""
    first = to_text(results.reference)
    sure = "\n(95 %)" if results.replications > 1 else ""
    compared = [f"against\n{first if len(first) <= 14 else 'the first'}{sure}", "without value\nafter the\nhorizon"]
    between = compared if len(results.strategies) > 1 else []
    return ["strategy", "worth (NPV)", *between, "customers\nat the end", "churn\na year"]


def compute_cells(results: Results, name: str) -> list[float | None]:
    """Return the figures behind a strategy's cells; None where there is nothing to compare."""
    figures, first = results.figures[name], name == results.reference
    spans = compare_with_reference(results, name) if len(results.strategies) > 1 else ()
    last = (interval(figures[metric]).mean for metric in ("customers", "churn_annual"))
    return [interval(figures[NPV]).mean, *(None if first else span.mean for span in spans), *last]


def render_cells(results: Results, name: str) -> list[str]:
    """Return a strategy's cells after its name, each difference with its interval in a second line."""
    differences = {each: compare_with_reference(results, each) for each in results.strategies[1:]}
    money = money_for(results.currency, *(span for pair in differences.values() for span in pair))
    figures = results.figures[name]
    cells = [choose_money(results).full(interval(figures[NPV]).mean)]
    if name in differences:
        cells += ["\n".join(part for part in money.within(span, signed=True) if part) for span in differences[name]]
    elif differences:
        cells += ["", ""]
    customers, churn = (interval(figures[metric]).mean for metric in ("customers", "churn_annual"))
    return [*cells, format_fixed(customers), format_share(churn)]


def choose_money(results: Results) -> Money:
    """Choose one size for all strategies' worths, with decimals enough to tell from each other those that differ."""
    worths = [interval(results.figures[name][NPV]).mean for name in results.strategies]
    apart = [abs(compare_with_reference(results, name)[0].mean) for name in results.strategies[1:]]
    return Money(results.currency, max(map(abs, worths)), min((each for each in apart if each > 0.0), default=0.0))
