"""Where the recommendation turns, in words: the value, how sure, and what it costs to be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_number
from loyaltysim.experiments.breakeven import BreakevenFinding, Crossover, point_today
from loyaltysim.experiments.decision import NPV
from loyaltysim.reporting.text.formats import (
    Money,
    Wording,
    as_cell,
    begin_table,
    format_horizon,
    format_quantity,
    money_for,
    name_heading,
    quote_name,
)
from loyaltysim.stats.intervals import Interval, compare_best, interval
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.designs import Factor, Point
    from loyaltysim.scenario import Scenario

MOST_NAMED = 3


def render(found: BreakevenFinding) -> Wording:
    """Return the answer, and what else is worth knowing."""
    scenario, factor, names, points = found.scenario, found.factor, found.names, found.usable
    notes = [
        describe_other_crossovers(scenario, factor, found.others, names),
        describe_regret(scenario, factor, points, names),
        describe_left_out(scenario, names),
        describe_impossible(factor, found.points),
    ]
    if found.plane:
        notes.append(describe_frontier(scenario, found.tables["frontier"], found.plane, names))
    return Wording(render_answer(scenario, factor, points, found.crossovers, names), notes)


def render_answer(
    scenario: Scenario, factor: Factor, points: Sequence[Point], found: Sequence[Crossover], names: Sequence[str]
) -> str:
    """Say where the recommendation turns; or that it does not, and where it is nearest to.

    Args:
        scenario: As it is today.
        factor: What was varied.
        points: Those that could be simulated, lowest first.
        found: Where the recommendation turns, lowest first.
        names: The strategies that were compared.
    """
    if not found:
        return describe_no_crossover(scenario, factor, points, names)
    value = scenario.flat()[factor.path]
    doubt = describe_doubt_of_today(found, value, names)
    today = f"today it is {format_quantity(value, factor.unit, scenario.currency)}{doubt}"
    turns = "; and ".join(describe_crossover(scenario, factor, each, names) for each in found)
    by = ", by the means alone" if any(each.anywhere for each in found) else ""
    more = f" It turns {len(found)} times in the range looked at{by}." if len(found) > 1 else ""
    return f"{turns[:1].upper()}{turns[1:]}; {today}.{more}"


def describe_doubt_of_today(found: Sequence[Crossover], today: float, names: Sequence[str]) -> str:
    """Say that today's value may be on either side of a turn; empty where it is surely on one."""
    near = [each for each in found if each.at.known and each.at.low <= today <= each.at.high]
    nearest = min(near, key=lambda each: abs(each.at.mean - today)) if near else None
    if nearest is None or nearest.anywhere:
        return ""
    which = "that interval" if len(found) == 1 else f"the interval of the turn at {format_number(nearest.at.mean)}"
    below, above = (quote_name(name, names) for name in (nearest.below, nearest.above))
    return f", within {which}, so it is not known whether {below} or {above} is better today"


def describe_crossover(scenario: Scenario, factor: Factor, found: Crossover, names: Sequence[str]) -> str:
    """Say from which strategy to which the recommendation turns, and at which value."""
    below, above = (quote_name(name, names) for name in (found.below, found.above))
    if found.anywhere:
        return (
            f"cannot tell whether {below} or {above} is better, wherever {factor.path} lies from "
            f"{format_number(factor.low)} to {format_number(factor.high)}: by the means alone they change places "
            f"{format_roughly(scenario, factor, found)}{format_ends(factor, found.at)}"
        )
    value = format_quantity(found.at.mean, factor.unit, scenario.currency)
    ends = format_ends(factor, found.at)
    return f"the recommendation turns from {below} to {above} where {factor.path} rises past {value}{ends}"


def format_roughly(scenario: Scenario, factor: Factor, found: Crossover) -> str:
    """Write to two digits what is no better known."""
    return f"at about {format_quantity(float(f'{found.at.mean:.2g}'), factor.unit, scenario.currency)}"


def format_ends(factor: Factor, at: Interval) -> str:
    """Write the interval of a value of the axis, whose ends may lie outside the range."""
    if not at.known:
        return ""
    low, high = (format_number(end) if isfinite(end) else "" for end in (at.low, at.high))
    if low and high:
        return f" (95 %: {low} to {high})"
    if not low and not high:
        return f" (95 %: anywhere from below {format_number(factor.low)} to above {format_number(factor.high)})"
    return f" (95 %: {low} or more)" if low else f" (95 %: {high} or less)"


def describe_no_crossover(scenario: Scenario, factor: Factor, points: Sequence[Point], names: Sequence[str]) -> str:
    """Say that the best stays the best in the whole range, and where its lead is least."""
    contests = [(compare_best(point.of(NPV)), point) for point in points]
    contest, nearest = min(contests, key=lambda each: each[0].difference.mean)
    gap = contest.difference
    money = money_for(scenario.currency, gap)
    best, second = (quote_name(name, names) for name in (contest.best, contest.second))
    low, high = (points[end].values[factor.path] for end in (0, -1))
    where = format_quantity(nearest.values[factor.path], factor.unit, scenario.currency)
    sure = f" (95 %: {money.span(gap)}{', so even that is not sure' if gap.holds_zero else ''})" if gap.known else ""
    return (
        f"Nothing turns: {best} stays {name_first(scenario, names)} for every {factor.path} from {format_number(low)} "
        f"to {format_number(high)}; its lead is least at {where}, {money.full(gap.mean)} over {second} in "
        f"{format_horizon(scenario.months)}{sure}."
    )


def name_first(scenario: Scenario, names: Sequence[str]) -> str:
    """Say what comes first among the strategies compared."""
    return "the best" if len(names) == len(scenario.strategies) else "the better of the two"


def describe_left_out(scenario: Scenario, names: Sequence[str]) -> str:
    """Say that two strategies alone were compared; empty where all were."""
    others = [quote_name(name, scenario.strategies) for name in scenario.strategies if name not in names]
    return f"Only these two were compared; another may be better than both: {', '.join(others)}." if others else ""


def describe_other_crossovers(
    scenario: Scenario, factor: Factor, found: Sequence[Crossover], names: Sequence[str]
) -> str:
    """Say where strategies that are not the best change places; the reference's are left to the table."""
    first, each = next(iter(scenario.strategies)), []
    for crossover in found:
        if first in (crossover.below, crossover.above):
            continue
        below, above = (quote_name(name, names) for name in (crossover.below, crossover.above))
        where = f"overtakes {below} at {format_quantity(crossover.at.mean, factor.unit, scenario.currency)}"
        if crossover.anywhere:
            where = f"may overtake {below}, by the means alone {format_roughly(scenario, factor, crossover)}"
        each.append(f"{above} {where}{format_ends(factor, crossover.at)}")
    more = f"; and {len(each) - MOST_NAMED} more" if len(each) > MOST_NAMED else ""
    return f"Further down the order, {'; '.join(each[:MOST_NAMED])}{more}." if each else ""


def describe_regret(scenario: Scenario, factor: Factor, points: Sequence[Point], names: Sequence[str]) -> str:
    """Say what whoever keeps to today's recommendation loses at worst in the range; empty where nothing is lost."""
    contest = compare_best(point_today(scenario, factor, points).of(NPV))
    losses = []
    for point in points:
        worth = point.of(NPV)
        best = rank_by_mean(worth)[0]
        losses.append((interval(worth[best] - worth[contest.best]), point.values[factor.path], best))
    worst, value, best = max(losses, key=lambda loss: loss[0].mean)
    if worst.mean <= 0.0:
        return ""
    money = money_for(scenario.currency, worst)
    where, better = format_quantity(value, factor.unit, scenario.currency), quote_name(best, scenario.strategies)
    sure = f" (95 %: {money.span(worst)})" if worst.known else ""
    which = name_first(scenario, names) if len(names) < len(scenario.strategies) else "best"
    is_best = f"is {which}" if contest.decided else f"seems {which}, not surely,"
    return (
        f"{name_heading(contest.best, scenario.strategies)} {is_best} at today's value. Whoever keeps to it loses at "
        f"most {money.full(worst.mean)}{sure} within the range: at {where}, where {better} is better."
    )


def describe_impossible(factor: Factor, points: Iterable[Point]) -> str:
    """Say which values no market can have, and why; empty where all could be simulated."""
    wrong = sorted((point.values[factor.path], point.error) for point in points if point.error)
    if not wrong:
        return ""
    values = ", ".join(format_number(value) for value, _ in wrong)
    return f"No market can have {factor.path} at {values}: {wrong[-1][1]}."


def describe_frontier(scenario: Scenario, table: pd.DataFrame, plane: Sequence[Factor], names: Sequence[str]) -> str:
    """Say who wins how much of a map, how much of it is sure, and what keeping to today's best loses at worst."""
    known = table[table.error == ""]
    if not len(known):
        return "No cell of the map could be simulated."
    across, up = plane
    counts = known.best.value_counts().items()
    wins = ", ".join(f"{quote_name(name, scenario.strategies)} in {count}" for name, count in counts)
    worst = known.loc[known.regret.idxmax()]
    keeps, money = quote_name(worst.recommended, scenario.strategies), Money(scenario.currency, float(worst.regret))
    sure = int((known.decided == "yes").sum())
    lost = (
        f"loses at most {money.full(float(worst.regret))}, at {across.path} {format_number(worst[across.path])} and "
        f"{up.path} {format_number(worst[up.path])}."
        if worst.regret > 0
        else "loses nothing anywhere on it."
    )
    gone = f" {len(table) - len(known)} cells are of no possible market." if len(table) > len(known) else ""
    return (
        f"On the map of {across.path} by {up.path}, of {len(known)} cells {name_first(scenario, names)} is {wins} "
        f"({sure} of them surely, each cell at 95 %). Keeping to {keeps} {lost}{gone}"
    )


def render_table(found: Finding) -> Table:
    """Lay out the curve for the terminal: a row a value, who is best, its lead, and the regret."""
    curve = found.tables["breakeven_curve"]
    known = curve[curve.error == ""]
    grid = begin_table()
    unit = str(known.unit.iloc[0]).replace("$", found.scenario.currency)
    grid.add_column(f"{known.path.iloc[0]}\n({unit})", justify="right")
    names = list(dict.fromkeys(known.strategy))
    for name in names:
        grid.add_column(as_cell(quote_name(name, names)), justify="right")
    grid.add_column("best")
    money = Money(found.scenario.currency, float(known.npv.max()), float(known.npv.max()) / 1000)
    for value, rows in known.groupby("value"):
        best = rows[rows.best == "yes"].strategy.iloc[0]
        cells = [money.full(float(rows[rows.strategy == name].npv.iloc[0])) for name in names]
        grid.add_row(format_number(value), *cells, as_cell(quote_name(best, names)))
    return grid
