"""Where the recommendation turns, in words: the value, how sure, and what it costs to be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_number
from loyaltysim.experiments.breakeven import BreakevenFinding, Crossover, point_today, recommended_today
from loyaltysim.experiments.decision import NPV
from loyaltysim.reporting.text.names import name_heading, quote_name
from loyaltysim.reporting.text.numbers import Money, format_horizon, format_quantity, money_for
from loyaltysim.reporting.text.wording import Wording
from loyaltysim.stats.intervals import Interval, compare_best, interval
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.factors import Factor
    from loyaltysim.experiments.points import Point
    from loyaltysim.scenario import Scenario

MOST_NAMED = 3


def render(found: BreakevenFinding) -> Wording:
    """Return the answer, and what else is worth knowing."""
    scenario, factor, names, points = found.scenario, found.factor, found.names, found.usable
    notes = [
        others(scenario, factor, found.others, names),
        regret(scenario, factor, points, names),
        left_out(scenario, names),
        impossible(factor, found.points),
    ]
    if found.plane:
        notes.append(frontier(scenario, found.tables["frontier"], found.plane, names))
    return Wording(answer(scenario, factor, points, found.crossovers, names), notes)


def answer(
    scenario: Scenario, factor: Factor, points: Sequence[Point], crossovers: Sequence[Crossover], names: Sequence[str]
) -> str:
    """Say where the recommendation turns; or that it does not, and where it is nearest to."""
    if not crossovers:
        return _none(scenario, factor, points, names)
    value = scenario.flat()[factor.path]
    today = f"today it is {format_quantity(value, factor.unit, scenario.currency)}{_unsure(scenario, factor, crossovers, value, names)}"
    told = "; and ".join(_crossover(scenario, factor, crossover, names) for crossover in crossovers)
    by = ", by the means alone" if any(crossover.anywhere for crossover in crossovers) else ""
    more = f" It turns {len(crossovers)} times in the range looked at{by}." if len(crossovers) > 1 else ""
    return f"{told[:1].upper()}{told[1:]}; {today}.{more}"


def _unsure(
    scenario: Scenario, factor: Factor, crossovers: Sequence[Crossover], today: float, names: Sequence[str]
) -> str:
    """Say that today's value may be on either side of a turn; empty where it is surely on one."""
    near = [
        crossover for crossover in crossovers if crossover.at.known and crossover.at.low <= today <= crossover.at.high
    ]
    if not near:
        return ""
    crossover = min(near, key=lambda each: abs(each.at.mean - today))
    if crossover.anywhere:
        return ""
    which = (
        "that interval" if len(crossovers) == 1 else f"the interval of the turn at {format_number(crossover.at.mean)}"
    )
    one, other = (quote_name(name, names) for name in (crossover.below, crossover.above))
    return f", within {which}, so it is not known whether {one} or {other} is better today"


def _crossover(scenario: Scenario, factor: Factor, crossover: Crossover, names: Sequence[str]) -> str:
    below, above = (quote_name(name, names) for name in (crossover.below, crossover.above))
    if crossover.anywhere:
        return (
            f"cannot tell whether {below} or {above} is better, wherever {factor.path} lies from {format_number(factor.low)} to "
            f"{format_number(factor.high)}: by the means alone they change places {_about(scenario, factor, crossover)}{_span(factor, crossover.at)}"
        )
    value = format_quantity(crossover.at.mean, factor.unit, scenario.currency)
    return f"the recommendation turns from {below} to {above} where {factor.path} rises past {value}{_span(factor, crossover.at)}"


def _about(scenario: Scenario, factor: Factor, crossover: Crossover) -> str:
    """Give to two digits what is no better known."""
    return f"at about {format_quantity(float(f'{crossover.at.mean:.2g}'), factor.unit, scenario.currency)}"


def _span(factor: Factor, at: Interval) -> str:
    if not at.known:
        return ""
    ends = [f"{format_number(end)}" if isfinite(end) else "" for end in (at.low, at.high)]
    if all(ends):
        return f" (95 %: {ends[0]} to {ends[1]})"
    if not any(ends):
        return f" (95 %: anywhere from below {format_number(factor.low)} to above {format_number(factor.high)})"
    return f" (95 %: {ends[0]} or more)" if ends[0] else f" (95 %: {ends[1]} or less)"


def _none(scenario: Scenario, factor: Factor, points: Sequence[Point], names: Sequence[str]) -> str:
    nearest = min(points, key=lambda point: compare_best(point.of(NPV)).difference.mean)
    contest = compare_best(nearest.of(NPV))
    gap = contest.difference
    money = money_for(scenario.currency, gap)
    best, second = (quote_name(name, names) for name in (contest.best, contest.second))
    low, high = (points[end].values[factor.path] for end in (0, -1))
    where = format_quantity(nearest.values[factor.path], factor.unit, scenario.currency)
    sure = f" (95 %: {money.span(gap)}{', so even that is not sure' if gap.holds_zero else ''})" if gap.known else ""
    return (
        f"Nothing turns: {best} stays {_first(scenario, names)} for every {factor.path} from {format_number(low)} to {format_number(high)}; its lead is least at "
        f"{where}, {money.full(gap.mean)} over {second} in {format_horizon(scenario.months)}{sure}."
    )


def _first(scenario: Scenario, names: Sequence[str]) -> str:
    """Say what comes first among the strategies compared."""
    return "the best" if len(names) == len(scenario.strategies) else "the better of the two"


def left_out(scenario: Scenario, names: Sequence[str]) -> str:
    """Say that two strategies alone were compared; empty where all were."""
    others = [quote_name(name, scenario.strategies) for name in scenario.strategies if name not in names]
    return f"Only these two were compared; another may be better than both: {', '.join(others)}." if others else ""


def others(scenario: Scenario, factor: Factor, crossovers: Sequence[Crossover], names: Sequence[str]) -> str:
    """Say where strategies that are not the best change places; the reference's are left to the table."""
    first = next(iter(scenario.strategies))
    told = [
        f"{quote_name(crossover.above, names)} {_overtakes(scenario, factor, crossover, names)}{_span(factor, crossover.at)}"
        for crossover in crossovers
        if first not in (crossover.below, crossover.above)
    ]
    more = f"; and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    return f"Further down the order, {'; '.join(told[:MOST_NAMED])}{more}." if told else ""


def _overtakes(scenario: Scenario, factor: Factor, crossover: Crossover, names: Sequence[str]) -> str:
    if crossover.anywhere:
        return f"may overtake {quote_name(crossover.below, names)}, by the means alone {_about(scenario, factor, crossover)}"
    return f"overtakes {quote_name(crossover.below, names)} at {format_quantity(crossover.at.mean, factor.unit, scenario.currency)}"


def regret(scenario: Scenario, factor: Factor, points: Sequence[Point], names: Sequence[str]) -> str:
    """Say what whoever keeps to today's recommendation loses at worst in the range; empty where nothing is lost."""
    keeps = recommended_today(scenario, factor, points)
    losses = [
        (interval(point.of(NPV)[rank_by_mean(point.of(NPV))[0]] - point.of(NPV)[keeps]), point) for point in points
    ]
    worst, point = max(losses, key=lambda loss: loss[0].mean)
    if worst.mean <= 0.0:
        return ""
    money = money_for(scenario.currency, worst)
    where = format_quantity(point.values[factor.path], factor.unit, scenario.currency)
    better = quote_name(rank_by_mean(point.of(NPV))[0], scenario.strategies)
    sure = f" (95 %: {money.span(worst)})" if worst.known else ""
    sure_today = compare_best(point_today(scenario, factor, points).of(NPV)).decided
    which = _first(scenario, names) if len(names) < len(scenario.strategies) else "best"
    is_best = f"is {which}" if sure_today else f"seems {which}, not surely,"
    return (
        f"{name_heading(keeps, scenario.strategies)} {is_best} at today's value. Whoever keeps to it loses at most {money.full(worst.mean)}{sure} "
        f"within the range: at {where}, where {better} is better."
    )


def impossible(factor: Factor, points: Sequence[Point]) -> str:
    """Say which values no market can have, and why; empty where all could be simulated."""
    wrong = sorted((point.values[factor.path], point.error) for point in points if point.error)
    if not wrong:
        return ""
    told = ", ".join(f"{format_number(value)}" for value, _ in wrong)
    return f"No market can have {factor.path} at {told}: {wrong[-1][1]}."


def frontier(scenario: Scenario, table: pd.DataFrame, plane: Sequence[Factor], names: Sequence[str]) -> str:
    """Say who wins how much of a map, how much of that is sure, and what keeping to today's recommendation loses at worst."""
    known = table[table.error == ""]
    if not len(known):
        return "No cell of the map could be simulated."
    counts = known.best.value_counts()
    told = ", ".join(f"{quote_name(name, scenario.strategies)} in {count}" for name, count in counts.items())
    worst = known.loc[known.regret.idxmax()]
    keeps, money = worst.recommended, Money(scenario.currency, float(worst.regret))
    sure = int((known.decided == "yes").sum())
    told_regret = (
        f" Keeping to {quote_name(keeps, scenario.strategies)} loses at most {money.full(float(worst.regret))}, at "
        f"{plane[0].path} {format_number(worst[plane[0].path])} and {plane[1].path} {format_number(worst[plane[1].path])}."
        if worst.regret > 0
        else f" Keeping to {quote_name(keeps, scenario.strategies)} loses nothing anywhere on it."
    )
    lost = len(table) - len(known)
    gone = f" {lost} cells are of no possible market." if lost else ""
    return (
        f"On the map of {plane[0].path} by {plane[1].path}, of {len(known)} cells {_first(scenario, names)} is {told} ({sure} of them surely, "
        f"each cell at 95 %).{told_regret}{gone}"
    )


def table(found: Finding) -> Table:
    """Lay out the curve for the terminal: a row a value, who is best, its lead, and the regret."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    curve = found.tables["breakeven_curve"]
    known = curve[curve.error == ""]
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    unit = str(known.unit.iloc[0]).replace("$", found.scenario.currency)
    grid.add_column(f"{known.path.iloc[0]}\n({unit})", justify="right")
    names = list(dict.fromkeys(known.strategy))
    for name in names:
        grid.add_column(Text(quote_name(name, names)), justify="right")
    grid.add_column("best")
    money = Money(found.scenario.currency, float(known.npv.max()), float(known.npv.max()) / 1000)
    for value, rows in known.groupby("value"):
        best = rows[rows.best == "yes"].strategy.iloc[0]
        cells = [money.full(float(rows[rows.strategy == name].npv.iloc[0])) for name in names]
        grid.add_row(f"{format_number(value)}", *cells, Text(quote_name(best, names)))
    return grid
