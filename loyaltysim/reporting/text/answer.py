"""What is told of a run: the answer in one sentence, one small table, and what is worth reading beside them.

That is the risk of the recommendation, budgets that are not equal, what pilots told, runs that failed, and where the
time of a run went.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.analysis.recommendation import (
    NPV,
    Recommendation,
    compare_with_reference,
    compute_lead_risk,
    has_too_few_replications,
    is_all_alike,
    recommend,
)
from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.text.formats import (
    Money,
    as_cell,
    begin_table,
    format_horizon,
    format_payback_range,
    format_share,
    money_for,
    name_heading,
    quote_name,
    round_amount,
    to_text,
)
from loyaltysim.stats.intervals import Comparison, interval
from loyaltysim.stats.ranking import WORST

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.core.records import PilotRecord
    from loyaltysim.results.results import Profile, Results
    from loyaltysim.stats.sequential import SequentialVerdict

MOST_NAMED, MOST_NUMBERS, SLOWEST = 3, 10, 5
"""Strategies, failed replications and months that are named one by one."""
UNEQUAL = 0.01
"""Budgets that differ by more than this share are not equal."""
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
    whose = name_heading(results.reference, results.strategies)
    text = f"{whose} is worth {money.full(worth.mean)} over {format_horizon(results.months)}"
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
        f"Cannot tell whether {best} or {second} earns more {over}: the difference is {money.full(gain.mean)} (95 %: "
        f"{money.span(gain)}), and {best} wins in {found.wins} of {n} replications; {describe_need(found)} would "
        "decide."
    )


def describe_need(found: Recommendation) -> str:
    """Say how many replications it would take, and how rough that is."""
    needed = found.replications_to_decide
    count = "more than 10,000 replications" if needed is None else f"about {round_amount(needed):,} replications"
    return f"roughly, from so few, {count}" if found.replications < FEW else count


def describe_joint_doubt(found: Recommendation) -> str:
    """Say that the ranking, whose intervals hold for all pairs at once, is less sure; else nothing."""
    if not found.is_significant or found.is_significant_jointly:
        return ""
    return (
        "That is judged step by step (Holm), which decides most; the intervals of ranking.csv hold for all pairs at "
        "once, are wider, and by them the lead is not sure: more replications would settle it."
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
    end = f"settled after {n} replications"
    end = end if verdict.settled else f"not {end}, the most allowed"
    if not verdict.second:
        return f"{name_heading(verdict.best)} is worth {money.full(gain.mean)} {over} ({span}); {end}."
    best, second = (quote_name(name, results.strategies) for name in (verdict.best, verdict.second))
    if gain.low > 0.0:
        first = name_heading(verdict.best, results.strategies)
        lead = f"{first} earns {money.full(gain.mean)} more than {second} {over} ({span}); {end}."
    else:
        lead = f"Cannot tell whether {best} or {second} earns more {over}: "
        lead += f"the difference is {money.full(gain.mean)} ({span}); {end}."
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


def describe_risk(results: Results) -> str:
    """Say how the best strategy fares against the runner-up in one market, first year and all, and in bad luck."""
    found = recommend(results)
    if not found.runner_up or found.replications < 2:
        return ""
    risk = compute_lead_risk(results, found)
    money = money_for(results.currency, found.lead_alone, risk.first_year)
    best, second = (quote_name(name, results.strategies) for name in (found.best, found.runner_up))
    ends = format_payback_range(risk.payback)
    earned = f"its lead is earned by month {risk.payback.mean:.0f}{f' (95 %: {ends})' if ends else ''}"
    earned = earned if isfinite(risk.payback.mean) else "its lead comes only after the horizon"
    chance = found.chance
    return (
        f"In one market {best} beats {second} with a chance of {100 * chance.mean:.0f} % (95 %: "
        f"{100 * chance.low:.0f} to {100 * chance.high:.0f}); {earned}; in the first year it is "
        f"{money.signed(risk.first_year.mean)} ({money.span(risk.first_year)}), and in the worst {100 * WORST:.0f} % "
        f"of markets {money.signed(risk.in_worst)} on average."
    )


def describe_unequal_budgets(results: Results, budgets: Mapping[str, float]) -> str:
    """Warn where the strategies (the reference apart) do not spend the same; empty where they do."""
    asked = {name: budgets[name] for name in results.strategies if name != results.reference and name in budgets}
    if len(asked) < 2 or max(asked.values()) - min(asked.values()) <= UNEQUAL * max(map(abs, asked.values())):
        return ""
    money = Money(results.currency, max(map(abs, asked.values())))
    amounts = ", ".join(f"{quote_name(name, results.strategies)} {money.signed(each)}" for name, each in asked.items())
    return (
        "The budgets are not equal. A month, on average over the horizon, beyond "
        f"{quote_name(results.reference, results.strategies)}: {amounts}."
    )


def describe_pilots(results: Results) -> list[str]:
    """Say for each pilot what it estimated on average, of what that is made, what it teaches and how it was decided.

    The mean estimate is taken apart: estimate = true effect on all + disturbance of the arms + luck of who was drawn.
    """
    return [describe_pilot(name_heading(name, results.strategies), found) for name, found in results.pilots.items()]


def describe_pilot(strategy: str, found: Sequence[PilotRecord]) -> str:
    """Say what the pilot of one strategy estimated, of what that is made, what it teaches and how it was decided."""
    estimate, true, calm = np.array([(each.estimate, each.truth, each.undisturbed) for each in found]).T
    held = sum(each.low <= each.truth <= each.high for each in found)
    out = sum(each.rolled_out for each in found)
    half = 100 * np.mean([(each.high - each.low) / 2 for each in found])
    errors = f" (+- one standard error over {len(found)} replications)" if len(found) > 1 else ""
    return (
        f"Pilot of {strategy}, in points of customers kept: estimate {format_points(estimate)} = true effect on all "
        f"{format_points(true)}, the arms disturbing each other {format_points(estimate - calm)}, the luck of who was "
        f"in which arm {format_points(calm - true)}{errors}. {describe_lesson(estimate - calm, true)} One pilot's "
        f"interval reaches some {half:.1f} to either side; it held the truth in {held} of {len(found)}. Rolled out in "
        f"{out}."
    )


def describe_lesson(disturbance: np.ndarray, true: np.ndarray) -> str:
    """Say what the arms' disturbing each other makes of a pilot like this; float64 (replications,) each, as shares.

    It counts where its 95 % interval leaves zero out. The luck of the draw is left aside: it is another one each time.
    """
    span = interval(disturbance)
    if not span.known:
        return ""
    if span.holds_zero:
        return "Such a pilot is right but for luck: that the arms disturb each other is not to be seen."
    side = "too well of" if span.mean > 0 else "too badly of"
    effect = interval(true)
    hidden = -span.mean / effect.mean if not effect.holds_zero else 0.0
    share = f"{100 * hidden:.0f} %" if hidden < 1 else "all"
    part = f", hiding {share} of its {'harm' if effect.mean < 0 else 'good'}" if hidden > 0 else ""
    return f"Luck aside, such a pilot speaks {side} the plan{part}."


def format_points(figures: np.ndarray) -> str:
    """Write the mean of shares in points of a hundred, with its standard error where there is one."""
    error = f" +- {100 * figures.std(ddof=1) / figures.size**0.5:.1f}" if figures.size > 1 else ""
    return f"{100 * figures.mean():+.1f}{error}"


def render_failures(failed: pd.DataFrame, strategies: Sequence[str], left: int) -> str:
    """Say which runs failed, how many replications are left to compare, and the first error; empty where none failed.

    Args:
        failed: The table of `analysis.summary.build_failures`.
        strategies: Those that are compared.
        left: In how many replications they are.
    """
    if not len(failed):
        return ""
    which = []
    for name, rows in failed.groupby("strategy", sort=False):
        numbers = [f"{number}" for number in rows.replication[:MOST_NUMBERS]]
        more = f" and {len(rows) - MOST_NUMBERS} more" if len(rows) > MOST_NUMBERS else ""
        word = "replication" if len(rows) == 1 else "replications"
        gone = "" if name in strategies else " (none of its runs ended, so it is not compared)"
        which.append(f"{quote_name(str(name), strategies)} in {word} {', '.join(numbers)}{more}{gone}")
    count = (
        f"{len(failed)} {'run' if len(failed) == 1 else 'runs'} failed and {'is' if len(failed) == 1 else 'are'} left "
        "out"
    )
    compared = f"{left} replication{'' if left == 1 else 's'}, in which every run of all that is compared ended,"
    return (
        f"{count}: {'; '.join(which)}. What is told rests on {compared} since strategies are compared on common luck. "
        f"The error{'' if len(failed) == 1 else ', of the first'}: {to_text(str(failed.error.iloc[0]))}"
    )


def render_heading(profile: Profile) -> str:
    """Say what was measured."""
    runs = "1 run" if profile.runs == 1 else f"{profile.runs} runs"
    return f"Processor time of {len(profile.months)} months in {runs}: {profile.total:.3f} s"


def render_mechanisms(profile: Profile) -> Table:
    """Lay out one row a mechanism: its seconds, its share of them, and nanoseconds a person-month."""
    grid = begin_profile("mechanism", "seconds", "share", "ns a person-month")
    for name, seconds in {**profile.mechanisms, "all": profile.total}.items():
        share = seconds / profile.total if profile.total else 0.0
        grid.add_row(name, f"{seconds:.4f}", f"{share:.1%}", f"{1e9 * seconds / profile.person_months:.2f}")
    return grid


def render_months(profile: Profile) -> Table:
    """Lay out the slowest months, each with its slowest mechanism, and what a month takes in the median."""
    grid = begin_profile("month", "seconds", "ns a person-month", "most of it")
    people = profile.person_months / len(profile.months)
    seconds = [sum(month.values()) for month in profile.months]
    for number in sorted(range(len(seconds)), key=lambda month: -seconds[month])[:SLOWEST]:
        month = profile.months[number]
        slowest = max(month, key=lambda name: month[name])
        grid.add_row(str(number + 1), f"{seconds[number]:.4f}", f"{1e9 * seconds[number] / people:.2f}", slowest)
    middle = median(seconds)
    grid.add_row("median", f"{middle:.4f}", f"{1e9 * middle / people:.2f}", "")
    return grid


def begin_profile(*heads: str) -> Table:
    """Return a table of these columns without rows, the first flush left."""
    grid = begin_table()
    for number, head in enumerate(heads):
        grid.add_column(head, justify="right" if number else "left", no_wrap=True)
    return grid
