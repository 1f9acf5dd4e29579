"""One month of a life in short sentences that can be read aloud. Each says what the record holds, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loyaltysim.report.life import Month, Talk

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
TIMES = ("never", "once", "twice", "three times", "four times", "five times")
SINS = {
    "apathy": ("did not care about them", "met apathy"),
    "brush_off": ("brushed them off", "were brushed off"),
    "coldness": ("was cold to them", "were treated coldly"),
    "condescension": ("talked down to them", "were talked down to"),
    "robotism": ("gave them the phrase that everyone gets", "got the phrase that everyone gets"),
    "rule_book": ("hid behind the rule-book", "were shown the rule-book"),
    "run_around": ("sent them on to someone else", "were sent on to someone else"),
}
OUTCOMES = {
    "ignored": "was never answered",
    "logged": "was logged, but not resolved",
    "resolved": "was resolved",
    "resolved_fast": "was resolved within the promised time",
}
LEFT = {
    "died": "They died, or closed down.",
    "moved": "They moved away.",
    "friends": "They left to follow friends.",
    "rival": "A rival lured them away.",
}
CAME = {
    "advertising": ("Advertising brought them: they joined as a new customer.", "Advertising brought them back."),
    "talk": (
        "What they had heard brought them: they joined as a new customer.",
        "What they had heard brought them back.",
    ),
    "unprompted": ("They joined as a new customer, of their own accord.", "They came back of their own accord."),
    "winback": ("They were won back.", "The company asked them back, and they came."),
}


def calendar(month: int, start: str) -> str:
    """Name the calendar month of a month's number, as March 2028; month 1 is `start` (YYYY-MM)."""
    year, first = (int(part) for part in start.split("-"))
    whole = year * 12 + first - 1 + month - 1
    return f"{MONTHS[whole % 12]} {whole // 12}"


def times(number: int) -> str:
    """Say how often in words."""
    return TIMES[number] if number < len(TIMES) else f"{number} times"


def counted(number: int, word: str, plural: str = "") -> str:
    """Say a number with its word: 1 encounter, 2 encounters."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence does: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def sentences(month: Month, complaint_of: str = "") -> Iterator[str]:
    """Tell everything of a month but quiet encounters; `complaint_of`: the calendar month of the complaint that is open."""
    yield from heard(month.heard)
    yield from encounters(month)
    yield from grievance(month)
    yield from complaint(month, complaint_of)
    yield from leaving(month, complaint_of)
    yield from afterwards(month)


def heard(talks: Sequence[Talk]) -> Iterator[str]:
    """Tell what reached them, by whom, bad news first."""
    for news, number in (("bad", "bad"), ("good", "good")):
        told = [talk for talk in talks if getattr(talk, number)]
        for known, whom in ((True, "whom they know"), (False, "whom they do not know")):
            people = [str(talk.other) for talk in told if talk.known is known]
            if people:
                named = f"person {people[0]}" if len(people) == 1 else f"persons {listed(people)}"
                yield f"They heard something {news} about the company from {named}, {whom}."


def encounters(month: Month) -> Iterator[str]:
    """Tell the encounters that were not ordinary."""
    if month.indifferent == 1:
        act = SINS[next(iter(month.sins))][0] if month.sins else "was indifferent to them"
        yield f"A clerk {act} ({month.indifferent_at})."
    elif month.indifferent:
        acts = [f"{times(number)} they {SINS[kind][1]}" for kind, number in month.sins.items()]
        told = f": {listed(acts)}" if acts else ""
        yield f"{month.indifferent} of their {month.met} encounters were indifferent, the first at {month.indifferent_at}{told}."
    if month.failed:
        often = "" if month.failed == 1 else f" {times(month.failed)}, first"
        yield f"The product or the process failed them{often} ({month.failed_at})."
    if month.wowed:
        yield "One encounter delighted them." if month.wowed == 1 else f"{month.wowed} encounters delighted them."
    if month.intruded:
        yield "A small intrusion annoyed them."


def grievance(month: Month) -> Iterator[str]:
    """Tell a grievance, and whether it was voiced."""
    if not month.grievance:
        return
    what = {"indifference": "the indifference", "product": "the failure"}[month.grievance]
    small = " It was a small problem." if month.severity == "small" else ""
    again = " It was not the first of late." if month.repeated else ""
    yield f"They could not let {what} pass: it was a reason to leave.{small}{again}"
    if not month.voiced:
        yield "They said nothing."
    elif month.found:
        yield "They said nothing, until a survey asked; the desk was told."
    else:
        way = f" ({month.channel})" if month.channel else ""
        yield f"They complained{way}{', for all to see' if month.public else ''}."


def complaint(month: Month, complaint_of: str) -> Iterator[str]:
    """Tell a complaint's way, and how it ended."""
    if month.detours:
        yield f"The complaint was {listed(month.detours)}."
    if month.voiced and month.case_open:
        yield "At the month's end it was still open."
    if month.outcome in OUTCOMES:
        which = "It" if month.voiced else f"The complaint of {complaint_of}" if complaint_of else "Their complaint"
        yield f"{which} {OUTCOMES[month.outcome]}."
    if month.outcome and month.stayed and not month.left:
        yield "They stayed."


def leaving(month: Month, complaint_of: str = "") -> Iterator[str]:
    """Tell that they left, why, and whether a rival has them now."""
    if not month.left:
        return
    if month.left in LEFT:
        if month.outcome and month.stayed:
            yield "They stayed over it."
        elif complaint_of and not month.outcome:
            yield "Their complaint was still open."
        yield LEFT[month.left]
        return
    yield "They left over it, and went to a rival." if month.to_rival else "They left over it."


def afterwards(month: Month) -> Iterator[str]:
    """Tell what they said to others, reviews, and who tried to have them back."""
    if month.review_posted:
        yield "They wrote a bad review."
    if month.review_withdrawn:
        yield "They took their bad review back."
    yield from told(month)
    if month.came:
        yield CAME[month.came][month.is_back()]
        if month.is_back() and not month.returned:
            yield "They had been gone for so long that they count as a new customer."
    elif month.attempted:
        yield "The company tried to win them back, in vain."


def told(month: Month) -> Iterator[str]:
    """Tell how many others heard of it from them."""
    for news, each in (("bad", month.told_bad()), ("good", month.told_good())):
        people = [talk for talk in month.told if getattr(talk, news)]
        if not people:
            continue
        known = sum(talk.known for talk in people)
        often = "" if each == len(people) else f", in {each} messages"
        whom = {len(people): "all of whom they know", 0: "none of whom they know"}.get(
            known, f"{known} of whom they know"
        )
        if len(people) == 1:
            whom = "whom they know" if known else "whom they do not know"
        yield f"They told {counted(len(people), 'other')} something {news}{often}, {whom}."
