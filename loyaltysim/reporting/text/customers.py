"""Single customers: a life as text and month by month, and what one lost customer is worth.

A life has a line for each month in which something turned, and one for each spell between.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from loyaltysim.reporting.text.formats import (
    WIDTH_OF_STORIES,
    Money,
    begin_table,
    format_horizon,
    name_heading,
    to_text,
)
from loyaltysim.scenario.strategies import month_name
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    from rich.table import Table

    from loyaltysim.experiments.observer import Life, Month, Person, Setting, Talk

SINGLE = 999.0
"""The largest figure that money in single dollars is written for: a customer is worth some hundreds or thousands."""
BARELY = 1.25
"""Mean numbers of ties within this factor are nearly the same."""
Span = Callable[[int, str, str], Interval]
HEADS = {"own": "own\nmargin", "stayed": "others\nwho leave", "came": "others who\ndo not come"}
HEADS |= {"spent": "spending", "worth": "worth"}


def render_story(setting: Setting, person: Person, lives: Sequence[Life]) -> str:
    """Return the lives as text, the first strategy's whole, each other from the month on in which its fate differs."""
    names = [life.strategy for life in lives]
    of = f" of {to_text(setting.title)!r}" if setting.title else ""
    luck = f"seed {setting.seed}, replication {setting.replication}"
    margin = f"{person.margin:,.2f} {setting.currency}"
    tenure = f" for {format_horizon(person.tenure)}, satisfaction {person.satisfaction:.2f}"
    gone = f", left {format_horizon(person.gone)} ago" if person.gone else ""
    since = tenure if person.standing == "customer" else gone
    several = f"; the same luck under {len(lives)} strategies" if len(lives) > 1 else ""
    lines = [
        f"Person {person.number:,}{of} ({luck}){several}.",
        f"At the end of {month_name(0, setting.start)}: {person.standing}{since}; margin {margin} a month; "
        f"{person.ties} ties; against a mean of 1, fickleness {person.fickleness:.1f}, talkativeness "
        f"{person.talkativeness:.1f}, readiness to complain {person.readiness:.1f}.",
        "",
    ]
    for life in lives:
        paid = sum(month.was_customer for month in life.months)
        earned = f"{paid * person.margin:,.2f} {setting.currency}"
        whose = name_heading(life.strategy, names)
        lines.append(f"{whose}: {render_fate(setting, life)}; margin paid {earned} ({paid} months).")
    for life in lives:
        lines += ["", f"-- {to_text(life.strategy)} --"]
        months = life.months
        if life is not lives[0]:
            events, fate = (
                f"from {month_name(month, setting.start)} on" if month else "in no month"
                for month in (life.events_differ(lives[0]), life.fate_differs(lives[0]))
            )
            lines.append(f'Against "{to_text(lives[0].strategy)}": events differ {events}, fate {fate}.')
            months = months[(life.fate_differs(lives[0]) or len(months) + 1) - 1 :]
        for (turning, _), group in groupby(months, key=lambda month: (month.is_turning(), month.was_customer)):
            spell = list(group)
            for part in [[month] for month in spell] if turning else [spell]:
                first, last = (month_name(part[at].month, setting.start) for at in (0, -1))
                told = [*(describe_turns(part[0], margin) if turning else ()), *describe_counts(part)]
                lines.append(f"{first if first == last else f'{first} to {last}'}: {'; '.join(told)}.")
    wrap = partial(textwrap.fill, width=WIDTH_OF_STORIES, break_on_hyphens=False, subsequent_indent="  ")
    return "\n".join(map(wrap, lines))


def render_fate(setting: Setting, life: Life) -> str:
    """Return in one line what became of a person under a strategy."""
    months = life.months
    if not any(month.was_customer or month.came for month in months):
        return "never a customer"
    told = [f"grievances {sum(bool(m.grievance) for m in months)}, voiced {sum(m.voiced for m in months)}"]
    for month in months:
        when = month_name(month.month, setting.start)
        if month.left:
            told.append(f"left in {when} ({month.left})")
        if month.came:
            told.append(f"{'back' if month.is_back() else 'came'} in {when} ({month.came})")
    if not life.ended():
        told.append(f"{'a' if months[-1].standing == 'customer' else 'not a'} customer at the end")
    return "; ".join(told)


def describe_turns(month: Month, margin: str) -> Iterator[str]:
    """Tell what befell them in a month beyond encounters and talk; `margin`: theirs, a month."""
    if month.grievance:
        about = [month.failed_at] if month.grievance == "product" else [month.indifferent_at, *month.sins]
        about += ["small"] * (month.severity == "small") + ["repeated"] * month.repeated
        yield f"grievance about {month.grievance} ({', '.join(about).replace('_', ' ')})"
        way = ", ".join([month.channel] * bool(month.channel) + ["in public"] * month.public)
        said = "told a survey" if month.found else f"complained ({way})" if way else "complained"
        yield said if month.voiced else "kept silent"
    yield from month.detours
    if month.outcome and month.outcome != "silent":
        yield f"complaint {month.outcome.replace('_', ' ')}"
    elif month.voiced and month.case_open:
        yield "complaint still open"
    if month.outcome and month.stayed:
        yield "stayed over it"
    if month.left:
        yield f"left ({month.left}{', to a rival' if month.to_rival else ''}), {margin} a month lost"
    if month.review_posted or month.review_withdrawn:
        yield f"bad review {'posted' if month.review_posted else 'withdrawn'}"
    if month.came:
        forgotten = ", counted as new" if month.is_back() and not month.returned else ""
        yield f"{'back' if month.is_back() else 'came'} ({month.came}{forgotten}), {margin} a month won"
    elif month.attempted:
        yield "win-back tried in vain"


def describe_counts(months: Sequence[Month]) -> Iterator[str]:
    """Sum up encounters, satisfaction and talk."""
    if months[0].was_customer:
        kinds = (("indifferent", "indifferent"), ("failed", "failed"), ("wowed", "delightful"))
        counted = [(sum(getattr(month, name) for month in months), word) for name, word in kinds]
        met = f"encounters {sum(month.met for month in months)}"
        yield ", ".join([met, *(f"{word} {n}" for n, word in counted if n)])
        if not months[-1].left:
            yield f"satisfaction {months[0].satisfaction_before:.2f} to {months[-1].satisfaction:.2f}"
    elif not months[0].came:
        yield "no customer"
    for verb in ("heard", "told"):
        words = [(sum(getattr(m, f"{verb}_{news}")() for m in months), news) for news in ("bad", "good")]
        if told := [f"{number} {news}" for number, news in words if number]:
            yield f"{verb} {', '.join(told)}"


def build_months(lives: Sequence[Life]) -> pd.DataFrame:
    """Return one row a strategy and month with the fields of Month.

    Talk has four columns each way: messages bad and good, and with whom.
    """
    months = ((life.strategy, month) for life in lives for month in life.months)
    return pd.DataFrame([{"strategy": strategy} | dict(flatten_month(month)) for strategy, month in months])


def flatten_month(month: Month) -> Iterator[tuple[str, object]]:
    """Yield the cells of a month: what is a mapping or a list there is one text here."""
    for each in fields(month):
        value = getattr(month, each.name)
        if each.name in ("heard", "told"):
            yield from flatten_talk(each.name, value)
        elif isinstance(value, Mapping):
            yield each.name, "; ".join(f"{key} {number:g}" for key, number in value.items())
        else:
            yield each.name, "; ".join(value) if isinstance(value, tuple) else value


def flatten_talk(name: str, talks: Sequence[Talk]) -> Iterator[tuple[str, object]]:
    """Yield how many bad and good messages were `heard` or `told`, and from or to whom."""
    for news in ("bad", "good"):
        yield f"{name}_{news}", sum(getattr(talk, news) for talk in talks)
        people = [f"{talk.other}{'' if talk.known else ' (not known)'}" for talk in talks if getattr(talk, news)]
        yield f"{name}_{news}_{'from' if name == 'heard' else 'to'}", "; ".join(people)


def render_values(months: list[int], span: Span, currency: str) -> str:
    """Say what one customer lost in each month is worth, and how much of it is their own margin."""
    lines = []
    for month in months:
        whole, own, rest = (span(month, "all", item) for item in ("worth", "own", "rest"))
        money = Money(currency, SINGLE)
        sure = f" (95 %: {money.span(rest)})" if rest.known else ""
        fewer = span(month, "all", "messages_bad")
        word, size = ("more", -fewer) if fewer.mean < 0 else ("fewer", fewer)
        how_sure = f" (95 %: {size.low:.1f} to {size.high:.1f})" if size.known else ""
        lines.append(
            f"One customer lost in month {month} is worth {money.full(whole.mean)}: {money.full(own.mean)} of own "
            f"margin and {money.full(rest.mean)} of the rest, others' margin and the firm's spending{sure}; "
            f"{abs(size.mean):.1f}{how_sure} {word} bad messages are told than if they had stayed."
        )
    return "\n".join(lines)


def describe_columns(found: pd.DataFrame) -> Iterator[str]:
    """Say what the columns mean, and whether the thirds by ties are thirds at all."""
    meanings = dict(zip(found.item, found.meaning, strict=True))
    for item, head in HEADS.items():
        yield f"  {head.replace(chr(10), ' ')}: {meanings[item]}"
    ties = found[found.ties != "all"].mean_ties
    if ties.max() < BARELY * ties.min():
        yield f"  Everyone has nearly as many ties ({ties.min():.1f} to {ties.max():.1f}), so the thirds barely differ."


def render_table(found: pd.DataFrame, span: Span, currency: str) -> Table:
    """Lay out one row a month of leaving and number of ties; each figure with its 95 % interval below it."""
    grid = begin_table()
    for head in ("lost in\nmonth", "ties", "mean\nties", *HEADS.values()):
        grid.add_column(head, justify="left" if head == "ties" else "right", no_wrap=True)
    for (month, ties), rows in found.groupby(["month", "ties"], sort=False):
        spans = [span(month, ties, item) for item in HEADS]
        money = Money(currency, SINGLE)
        cells = [f"{money.full(each.mean)}\n{money.span(each)}".rstrip("\n") for each in spans]
        grid.add_row(str(month) if ties == "all" else "", str(ties), f"{rows.mean_ties.iloc[0]:.1f}", *cells)
    return grid
