"""Where the recommendation turns, in words: the value, how sure, and what it costs to be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from loyaltysim.report.text.names import name_heading, quote_name
from loyaltysim.report.text.numbers import Money, format_horizon, format_number, format_quantity, money_for
from loyaltysim.stats.intervals import Interval, compare_best, interval
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import pandas as pd

NPV = "npv"
MOST_NAMED = 3


@dataclass(frozen=True)
class Crossover:
    """Where two strategies change places, as a value with its interval (endless ends lie outside the range).

    `decides`: whether the recommendation turns there, and not only an order further down.
    """

    at: Interval
    below: str
    above: str
    decides: bool = True

    @property
    def anywhere(self) -> bool:
        """Whether the interval is open at both ends, so that it may lie anywhere, or nowhere."""
        return self.at.known and not isfinite(self.at.low) and not isfinite(self.at.high)


def answer(spec: Any, axis: Any, points: Sequence[Any], flips: Sequence[Crossover], names: Sequence[str]) -> str:
    """Say where the recommendation turns; or that it does not, and where it is nearest to."""
    if not flips:
        return _none(spec, axis, points, names)
    value = spec.flat()[axis.path]
    today = f"today it is {format_quantity(value, axis.unit, spec.currency)}{_unsure(spec, axis, flips, value, names)}"
    told = "; and ".join(_flip(spec, axis, flip, names) for flip in flips)
    by = ", by the means alone" if any(flip.anywhere for flip in flips) else ""
    more = f" It turns {len(flips)} times in the range looked at{by}." if len(flips) > 1 else ""
    return f"{told[:1].upper()}{told[1:]}; {today}.{more}"


def _unsure(spec: Any, axis: Any, flips: Sequence[Crossover], today: float, names: Sequence[str]) -> str:
    """Say that today's value may be on either side of a turn; empty where it is surely on one."""
    near = [flip for flip in flips if flip.at.known and flip.at.low <= today <= flip.at.high]
    if not near:
        return ""
    flip = min(near, key=lambda each: abs(each.at.mean - today))
    if flip.anywhere:
        return ""
    which = "that interval" if len(flips) == 1 else f"the interval of the turn at {format_number(flip.at.mean)}"
    one, other = (quote_name(name, names) for name in (flip.below, flip.above))
    return f", within {which}, so it is not known whether {one} or {other} is better today"


def _flip(spec: Any, axis: Any, flip: Crossover, names: Sequence[str]) -> str:
    below, above = (quote_name(name, names) for name in (flip.below, flip.above))
    if flip.anywhere:
        return (
            f"cannot tell whether {below} or {above} is better, wherever {axis.path} lies from {format_number(axis.low)} to "
            f"{format_number(axis.high)}: by the means alone they change places {_about(spec, axis, flip)}{_span(axis, flip.at)}"
        )
    value = format_quantity(flip.at.mean, axis.unit, spec.currency)
    return (
        f"the recommendation turns from {below} to {above} where {axis.path} rises past {value}{_span(axis, flip.at)}"
    )


def _about(spec: Any, axis: Any, flip: Crossover) -> str:
    """Give to two digits what is no better known."""
    return f"at about {format_quantity(float(f'{flip.at.mean:.2g}'), axis.unit, spec.currency)}"


def _span(axis: Any, at: Interval) -> str:
    if not at.known:
        return ""
    ends = [f"{format_number(end)}" if isfinite(end) else "" for end in (at.low, at.high)]
    if all(ends):
        return f" (95 %: {ends[0]} to {ends[1]})"
    if not any(ends):
        return f" (95 %: anywhere from below {format_number(axis.low)} to above {format_number(axis.high)})"
    return f" (95 %: {ends[0]} or more)" if ends[0] else f" (95 %: {ends[1]} or less)"


def _none(spec: Any, axis: Any, points: Sequence[Any], names: Sequence[str]) -> str:
    nearest = min(points, key=lambda point: compare_best(point.of(NPV)).difference.mean)
    contest = compare_best(nearest.of(NPV))
    gap = contest.difference
    money = money_for(spec.currency, gap)
    best, second = (quote_name(name, names) for name in (contest.best, contest.second))
    low, high = (points[end].values[axis.path] for end in (0, -1))
    where = format_quantity(nearest.values[axis.path], axis.unit, spec.currency)
    sure = f" (95 %: {money.span(gap)}{', so even that is not sure' if gap.holds_zero else ''})" if gap.known else ""
    return (
        f"Nothing turns: {best} stays {_first(spec, names)} for every {axis.path} from {format_number(low)} to {format_number(high)}; its lead is least at "
        f"{where}, {money.full(gap.mean)} over {second} in {format_horizon(spec.months)}{sure}."
    )


def _first(spec: Any, names: Sequence[str]) -> str:
    """Say what comes first among the strategies compared."""
    return "the best" if len(names) == len(spec.strategies) else "the better of the two"


def left_out(spec: Any, names: Sequence[str]) -> str:
    """Say that two strategies alone were compared; empty where all were."""
    others = [quote_name(name, spec.strategies) for name in spec.strategies if name not in names]
    return f"Only these two were compared; another may be better than both: {', '.join(others)}." if others else ""


def others(spec: Any, axis: Any, flips: Sequence[Crossover], names: Sequence[str]) -> str:
    """Say where strategies that are not the best change places; the reference's are left to the table."""
    first = next(iter(spec.strategies))
    told = [
        f"{quote_name(flip.above, names)} {_overtakes(spec, axis, flip, names)}{_span(axis, flip.at)}"
        for flip in flips
        if first not in (flip.below, flip.above)
    ]
    more = f"; and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    return f"Further down the order, {'; '.join(told[:MOST_NAMED])}{more}." if told else ""


def _overtakes(spec: Any, axis: Any, flip: Crossover, names: Sequence[str]) -> str:
    if flip.anywhere:
        return f"may overtake {quote_name(flip.below, names)}, by the means alone {_about(spec, axis, flip)}"
    return f"overtakes {quote_name(flip.below, names)} at {format_quantity(flip.at.mean, axis.unit, spec.currency)}"


def recommended(spec: Any, axis: Any, points: Sequence[Any]) -> str:
    """Name what is best at the point nearest to today's value; empty without a point."""
    if not points:
        return ""
    return rank_by_mean(_nearest(spec, axis, points).of(NPV))[0]


def _nearest(spec: Any, axis: Any, points: Sequence[Any]) -> Any:
    """Give the point nearest to today's value."""
    today = spec.flat()[axis.path]
    return min(points, key=lambda point: abs(point.values[axis.path] - today))


def regret(spec: Any, axis: Any, points: Sequence[Any], names: Sequence[str]) -> str:
    """Say what whoever keeps to today's recommendation loses at worst in the range; empty where nothing is lost."""
    keeps = recommended(spec, axis, points)
    losses = [
        (interval(point.of(NPV)[rank_by_mean(point.of(NPV))[0]] - point.of(NPV)[keeps]), point) for point in points
    ]
    worst, point = max(losses, key=lambda loss: loss[0].mean)
    if worst.mean <= 0.0:
        return ""
    money = money_for(spec.currency, worst)
    where = format_quantity(point.values[axis.path], axis.unit, spec.currency)
    better = quote_name(rank_by_mean(point.of(NPV))[0], spec.strategies)
    sure = f" (95 %: {money.span(worst)})" if worst.known else ""
    sure_today = compare_best(_nearest(spec, axis, points).of(NPV)).decided
    which = _first(spec, names) if len(names) < len(spec.strategies) else "best"
    is_best = f"is {which}" if sure_today else f"seems {which}, not surely,"
    return (
        f"{name_heading(keeps, spec.strategies)} {is_best} at today's value. Whoever keeps to it loses at most {money.full(worst.mean)}{sure} "
        f"within the range: at {where}, where {better} is better."
    )


def impossible(axis: Any, points: Iterable[Any]) -> str:
    """Say which values no market can have, and why; empty where all could be simulated."""
    wrong = sorted((point.values[axis.path], point.error) for point in points if point.error)
    if not wrong:
        return ""
    told = ", ".join(f"{format_number(value)}" for value, _ in wrong)
    return f"No market can have {axis.path} at {told}: {wrong[-1][1]}."


def frontier(spec: Any, table: pd.DataFrame, plane: Sequence[Any], names: Sequence[str]) -> str:
    """Say who wins how much of a map, how much of that is sure, and what keeping to today's recommendation loses at worst."""
    known = table[table.error == ""]
    if not len(known):
        return "No cell of the map could be simulated."
    counts = known.best.value_counts()
    told = ", ".join(f"{quote_name(name, spec.strategies)} in {count}" for name, count in counts.items())
    worst = known.loc[known.regret.idxmax()]
    keeps, money = worst.recommended, Money(spec.currency, float(worst.regret))
    sure = int((known.decided == "yes").sum())
    told_regret = (
        f" Keeping to {quote_name(keeps, spec.strategies)} loses at most {money.full(float(worst.regret))}, at "
        f"{plane[0].path} {format_number(worst[plane[0].path])} and {plane[1].path} {format_number(worst[plane[1].path])}."
        if worst.regret > 0
        else f" Keeping to {quote_name(keeps, spec.strategies)} loses nothing anywhere on it."
    )
    lost = len(table) - len(known)
    gone = f" {lost} cells are of no possible market." if lost else ""
    return (
        f"On the map of {plane[0].path} by {plane[1].path}, of {len(known)} cells {_first(spec, names)} is {told} ({sure} of them surely, "
        f"each cell at 95 %).{told_regret}{gone}"
    )


def table(found: Any) -> Any:
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
