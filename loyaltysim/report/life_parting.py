"""Where two lives of one person part: the first month in which something else happens to them, and why; and in mood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loyaltysim.report.life import EVENTS, Life, Month, Setting

FATE = ("grievance", "voiced", "found", "outcome", "stayed", "left", "to_rival", "attempted", "came", "returned")
"""What befalls a person beyond encounters and talk."""
HAPPENS = tuple(name for name in EVENTS if name not in ("standing", "tenure"))
"""What happens, without what only follows from it."""
READABLE = 0.005
"""The least difference of satisfaction that a reader of two decimals can see."""


@dataclass(frozen=True)
class Parting:
    """A month in which one life differs from the reference's, in what (a field of Month), and the cause in words."""

    month: int
    field: str
    cause: str


def parting(setting: Setting, reference: Life, other: Life) -> Parting | None:
    """Find the first month in which anything else happens than in the reference; None for the same events to the end."""
    return _first(setting, reference, other, HAPPENS)


def fork(setting: Setting, reference: Life, other: Life) -> Parting | None:
    """Find the first month in which their fate differs: a grievance, a complaint, how it ended, leaving, coming; None if it never does."""
    return _first(setting, reference, other, FATE)


def mood_apart(reference: Life, other: Life, until: int | None = None) -> tuple[float, int | None]:
    """Give the largest difference of satisfaction before month `until` (None: to the end), and the first month with a readable one."""
    apart = [
        (abs(ours.satisfaction - theirs.satisfaction), theirs.month)
        for ours, theirs in zip(reference.months, other.months, strict=False)
        if ours.was_customer and theirs.was_customer and (until is None or theirs.month < until)
    ]
    first = next((month for size, month in apart if size >= READABLE), None)
    return max((size for size, _ in apart), default=0.0), first


def _first(setting: Setting, reference: Life, other: Life, names: Sequence[str]) -> Parting | None:
    for ours, theirs in zip(reference.months, other.months, strict=False):
        if any(_of(ours, name) != _of(theirs, name) for name in names):
            differs = next(name for name in HAPPENS if _of(ours, name) != _of(theirs, name))
            if differs == "heard" and names is FATE:  # what was heard this month is not what decided it
                differs = next(name for name in HAPPENS[1:] if _of(ours, name) != _of(theirs, name))
            return Parting(theirs.month, differs, " ".join(_cause(setting, differs, ours, theirs)))
    return None


def _of(month: Month, name: str) -> object:
    value = getattr(month, name)
    return dict(value) if isinstance(value, Mapping) else value


def _cause(setting: Setting, field: str, ours: Month, theirs: Month) -> Iterator[str]:
    """Say what differed first, and the levels behind it; "there" is the reference."""
    if field == "heard":
        yield from _of_talk(ours, theirs)
    elif field in ("indifferent", "sins", "indifferent_at", "wowed"):
        more = {"indifferent": "indifferent", "wowed": "delightful"}.get(field, "")
        told = f"{_number(theirs, field)} {more} here, {_number(ours, field)} there" if more else "of another kind"
        yield f"The luck is the same, the staff are not: the month's encounters were {told}. There are {theirs.staff} staff here, with a mean care of {_level(theirs.care)}, and {ours.staff} there, with {_level(ours.care)}."
    elif field in ("met", "failed", "failed_at"):
        what = "encounters" if field == "met" else "failures"
        yield f"The luck is the same, the company is not: {_number(theirs, field)} {what} here, {_number(ours, field)} there."
    elif field in ("grievance", "severity", "repeated", "intruded"):
        yield _of_grievance(ours, theirs)
    elif field in ("voiced", "found", "surveyed"):
        yield (
            "The same problem: here they said so, there they kept silent."
            if theirs.voiced
            else (
                "The same problem: there they said so, here they kept silent."
                if ours.voiced
                else "Here a survey asked them."
                if theirs.surveyed
                else "There a survey asked them."
            )
        )
    elif field in ("channel", "public", "detours", "outcome", "stayed", "case_open"):
        yield _of_complaint(ours, theirs)
    elif field in ("left", "to_rival"):
        yield f"The same month ended otherwise: {_end(theirs)} here, {_end(ours)} there. When grievances arise, satisfaction was {_level(theirs.satisfaction_grieving)} here and {_level(ours.satisfaction_grieving)} there."
    elif field in ("came", "returned", "attempted"):
        yield f"Something else brought them: {theirs.came or 'nothing'} here, {ours.came or 'nothing'} there."
    else:
        yield "What they told others differed."
    if theirs.levers != ours.levers:
        yield _of_levers(setting, theirs.levers, ours.levers)


def _of_talk(ours: Month, theirs: Month) -> Iterator[str]:
    """Name who told them something in one world only: that person's own life had gone otherwise."""
    for here, mine, others in (("here", theirs, ours), ("there", ours, theirs)):
        for news in ("bad", "good"):
            elsewhere = {talk.other for talk in others.heard if getattr(talk, news)}
            talk = next((t for t in mine.heard if getattr(t, news) and t.other not in elsewhere), None)
            if talk:
                whom = "whom they know" if talk.known else "whom they do not know"
                yield f"Only {here} did person {talk.other}, {whom}, tell them something {news}: that person's month before had gone otherwise."
                return
    yield "They heard as much from the same people, but not as often."


def _of_grievance(ours: Month, theirs: Month) -> str:
    level = f"When it arose, satisfaction was {_level(theirs.satisfaction_grieving)} here and {_level(ours.satisfaction_grieving)} there."
    if theirs.grievance and not ours.grievance:
        return f"The same encounters: here they could not let it pass, there they did. {level}"
    if ours.grievance and not theirs.grievance:
        return f"The same encounters: here they let it pass, there they could not. {level}"
    return f"The same encounters left another mark. {level}"


def _of_complaint(ours: Month, theirs: Month) -> str:
    here, there = _way(theirs), _way(ours)
    if here != there:
        return f"The same complaint went another way: here it was {here}, there it was {there}."
    if theirs.channel != ours.channel:
        return f"The same complaint came another way: here by {theirs.channel or 'none'}, there by {ours.channel or 'none'}."
    return "The same complaint went another way through the departments."


def _of_levers(setting: Setting, here: Mapping[str, float], there: Mapping[str, float]) -> str:
    changed = [
        path
        for path in sorted({*here, *there})
        if here.get(path, setting.usual[path]) != there.get(path, setting.usual[path])
    ]
    told = [
        f"{path.replace('.', ' ').replace('_', ' ')}, {here.get(path, setting.usual[path]):,g} {setting.units[path]} here and {there.get(path, setting.usual[path]):,g} there"
        for path in changed
    ]
    return f"What the firm does differs this month: {'; '.join(told)}." if told else ""


def _number(month: Month, field: str) -> int | str:
    value = getattr(month, field)
    return value if isinstance(value, int) else len(value)


def _level(value: float) -> str:
    return f"{value:.3f}"


def _way(month: Month) -> str:
    words = {
        "resolved_fast": "resolved within the promised time",
        "logged": "logged, but not resolved",
        "": "still open",
    }
    end = words.get(month.outcome, month.outcome)
    return f"{end} and they stayed" if month.outcome and month.stayed else end


def _end(month: Month) -> str:
    return f"they left ({month.left})" if month.left else "they stayed"
