"""A life in words: who it is, what became of them under each strategy, and the months, quiet spells summed up."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from loyaltysim.report.life import Life, Month, Person, Setting
from loyaltysim.report.life_parting import READABLE, fork, mood_apart, parting
from loyaltysim.report.life_sentences import calendar, counted, listed, sentences, times
from loyaltysim.report.text.names import name_heading, quote_name, to_text
from loyaltysim.report.text.numbers import format_fixed, format_horizon

WIDTH = 96
Telling = Callable[[Setting, Life, int], Iterator[str]]


def story(setting: Setting, person: Person, lives: Sequence[Life]) -> str:
    """Tell the turning points of each life and sum up the spells between; what a life shares with the first is told once."""
    return _told(setting, person, lives, _spells)


def every_month(setting: Setting, person: Person, lives: Sequence[Life]) -> str:
    """Tell every month of each life; what a life shares with the first is told once."""
    return _told(setting, person, lives, _each)


def in_short(setting: Setting, life: Life) -> str:
    """Say in one line what became of a person under a strategy."""
    months = life.months
    wronged, spoke = sum(bool(m.grievance) for m in months), sum(m.voiced for m in months)
    told = []
    if any(month.was_customer or month.came for month in months):
        told = [f"wronged {times(wronged)}, {_spoke(spoke)}" if wronged else "never wronged"]
    for month in months:
        when = calendar(month.month, setting.start)
        if month.left:
            told.append(f"left in {when} ({month.left})")
        if month.came:
            told.append(f"{'back' if month.is_back() else 'came'} in {when} ({month.came})")
    if not told:
        return "never a customer"
    if not life.ended():
        told.append({"customer": "a customer at the end"}.get(months[-1].standing, "not a customer at the end"))
    return "; ".join(told)


def _spoke(number: int) -> str:
    return f"complained {times(number)}" if number else "never complained"


def _told(setting: Setting, person: Person, lives: Sequence[Life], telling: Telling) -> str:
    reference, *others = lives
    names = [life.strategy for life in lives]
    paragraphs = [_title(setting, person, len(lives)), _who(setting, person), ""]
    paragraphs += [f"{name_heading(life.strategy, names)}: {in_short(setting, life)}." for life in lives]
    paragraphs += ["", _heading(reference.strategy), *telling(setting, reference, 1)]
    for life in others:
        paragraphs += ["", _heading(life.strategy), *_against_reference(setting, reference, life, names, telling)]
    return "\n".join(textwrap.fill(each, WIDTH, break_on_hyphens=False, subsequent_indent="  ") for each in paragraphs)


def _title(setting: Setting, person: Person, strategies: int) -> str:
    luck = f"seed {setting.seed}, replication {setting.replication}"
    worlds = "" if strategies == 1 else f"; the same person and the same luck under {strategies} strategies"
    of = f" of {to_text(setting.title)!r}" if setting.title else ""
    return f"Person {person.number:,}{of} ({luck}){worlds}."


def _who(setting: Setting, person: Person) -> str:
    when = calendar(0, setting.start)
    standing = {
        "customer": f"they {_since(person.tenure)}, with a satisfaction of {person.satisfaction:.2f}",
        "prospect": "they are no customer, and were none of late",
        "lost": f"they are no customer: they {f'left {format_horizon(person.gone)} ago' if person.gone else 'have just left'}",
    }[person.standing]
    traits = (
        f"{_against(person.fickleness, 'easily upset')}, {_against(person.talkativeness, 'talkative')} and "
        f"{_against(person.readiness, 'ready to complain')}"
    )
    return (
        f"At the end of {when} {standing}. As a customer they are worth a margin of {person.margin:,.2f} {setting.currency} a month. "
        f"They know {counted(person.ties, 'person', 'people')}. Against the mean person they are {traits}."
    )


def _since(tenure: int) -> str:
    return f"have been a customer for {format_horizon(tenure)}" if tenure else "have just become a customer"


def _against(value: float, word: str) -> str:
    """Compare with the mean person, by the number as it is written."""
    shown = format_fixed(value, 1)
    than = "less" if float(shown) < 0.8 else "more" if float(shown) > 1.2 else "about as"
    return f"{than} {word} ({shown} times)"


def _heading(strategy: str) -> str:
    return f"-- {to_text(strategy)} --"


def _against_reference(
    setting: Setting, reference: Life, life: Life, names: Sequence[str], telling: Telling
) -> Iterator[str]:
    """Tell where a life parts from the reference's, and from the month on in which its fate differs."""
    like = f'under "{quote_name(reference.strategy, names)}"'.replace('""', '"')
    apart, forked = parting(setting, reference, life), fork(setting, reference, life)
    size, first = mood_apart(reference, life, apart.month if apart else None)
    if apart is None:
        yield f"The same {'events' if size else 'life'} as {like}, to the end.{_mood_apart(setting, size, first, '')}"
        return
    when = calendar(apart.month, setting.start)
    yield f"What happens to them is the same as {like} until {when}.{_mood_apart(setting, size, first, f'before {when}')} {apart.cause}"
    if forked is None:
        yield "From then on encounters, talk and mood may differ, but their fate is the same to the end."
        return
    if forked.month > apart.month:
        when = calendar(forked.month, setting.start)
        yield f"Their fate is the same until {when}. {forked.cause}"
    yield from telling(setting, life, forked.month)


def _mood_apart(setting: Setting, size: float, first: int | None, until: str) -> str:
    """Say how far satisfaction lies apart where the events are the same; nothing if it does not."""
    if not size:
        return ""
    before, most = (f" {until}" if until else ""), f"{size:.3f}"
    if first is None:
        return f" Their satisfaction differs by less than {READABLE}{before}."
    when = calendar(first, setting.start)
    if most == f"{READABLE:.3f}":
        return f" Their satisfaction differs by {READABLE} in {when}, and never by more{before}."
    return f" Their satisfaction first differs by {READABLE} or more in {when}; the most that it differs{before} is {most}."


def _each(setting: Setting, life: Life, begin: int) -> Iterator[str]:
    complaint_of = ""
    for month in life.months:
        if month.month >= begin:
            yield _month(setting, month, complaint_of)
        complaint_of = _still_open(setting, month, complaint_of)


def _month(setting: Setting, month: Month, complaint_of: str) -> str:
    told = list(sentences(month, complaint_of))
    ordinary = month.met - month.indifferent - month.failed - month.wowed
    if ordinary and not month.left:
        told.insert(0, f"They had {counted(ordinary, 'ordinary encounter')}.")
    if not told:
        told = ["Nothing happened." if month.was_customer else "They were no customer."]
    return f"{calendar(month.month, setting.start)}: {' '.join(told)}{_mood(month)}"


def _mood(month: Month) -> str:
    if not month.was_customer or month.left:
        return ""
    told = _moved(month.satisfaction_before, month.satisfaction)
    return f" {told}" if told else ""


def _moved(start: float, end: float) -> str:
    """Say how satisfaction moved; nothing unless it shows at two decimals."""
    before, after = f"{start:.2f}", f"{end:.2f}"
    return f"Satisfaction {'rose' if end > start else 'fell'} from {before} to {after}." if before != after else ""


def _still_open(setting: Setting, month: Month, complaint_of: str) -> str:
    """Give the calendar month of the complaint that is open after this month, if one is."""
    if not month.case_open or month.left:
        return ""
    return calendar(month.month, setting.start) if month.voiced else complaint_of


def _spells(setting: Setting, life: Life, begin: int) -> Iterator[str]:
    complaint_of = ""
    told = [month for month in life.months if month.month >= begin]
    before = [month for month in life.months if month.month < begin]
    for month in before:
        complaint_of = _still_open(setting, month, complaint_of)
    for kind, group in groupby(told, key=lambda month: (month.is_turning(), month.was_customer)):
        months = list(group)
        if not kind[0]:
            yield _summed(setting, months)
            continue
        for month in months:
            yield _month(setting, month, complaint_of)
            complaint_of = _still_open(setting, month, complaint_of)


def _summed(setting: Setting, months: Sequence[Month]) -> str:
    """Sum up months in which nothing turned."""
    first, last = (calendar(months[at].month, setting.start) for at in (0, -1))
    when = first if first == last else f"{first} to {last}"
    return f"{when}: {' '.join([*_met(months), *_talked(months)])}"


def _met(months: Sequence[Month]) -> Iterator[str]:
    if not months[0].was_customer:
        yield "They were no customer."
        return
    total = {name: sum(getattr(month, name) for month in months) for name in ("met", "indifferent", "failed", "wowed")}
    of_these = [
        f"{total[name]} {words}"
        for name, words in (("indifferent", "indifferent"), ("failed", "failed"), ("wowed", "delightful"))
        if total[name]
    ]
    yield f"They had {counted(total['met'], 'encounter')}{f', of them {listed(of_these)}' if of_these else ''}."
    if moved := _moved(months[0].satisfaction_before, months[-1].satisfaction):
        yield moved


def _talked(months: Sequence[Month]) -> Iterator[str]:
    for verb, bad, good in (
        ("heard", sum(m.heard_bad() for m in months), sum(m.heard_good() for m in months)),
        ("passed on", sum(m.told_bad() for m in months), sum(m.told_good() for m in months)),
    ):
        told = [counted(number, f"{news} word") for number, news in ((bad, "bad"), (good, "good")) if number]
        if told:
            yield f"They {verb} {listed(told)} about the company."
