"""An unhappy customer tells ten others (F4), a happy one five (F5).

Unhappy is who had a grievance that ended below resolved, told once when its outcome is known, leavers too; happy is who
met a wow or a good recovery. Strong ties are neighbours drawn with replacement, weak ties anyone (Goldenberg and
others).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param
from loyaltysim.core.tables import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


FITS = 18
"""The inboxes of 2**18 people, bad or good, are half a mebibyte: what a core's second cache holds."""


class WordOfMouth(Mechanism):
    """Let customers tell."""

    market_wide = True

    told_when_unhappy: float = param(
        10.0,
        "people",
        "people whom an unhappy customer tells",
        low=0,
        high=100,
        source="F4",
        grade="secondary",
        plausible=(6, 28),
    )
    told_when_happy: float = param(
        5.0,
        "people",
        "people whom a happy customer tells",
        low=0,
        high=100,
        source="F5",
        grade="secondary",
        plausible=(4, 16),
    )
    strong: float = param(0.6, "share", "messages that go to neighbours; the rest to anyone")

    inbox_good = column("people", "uint16", "good messages told this month", "messages", writers="opinion")
    inbox_bad = column("people", "uint16", "bad messages told this month", "messages", writers="opinion")

    unhappy_occasions = metric("unhappy customers with something to tell", "occasions", better="lower")
    happy_occasions = metric("happy customers with something to tell", "occasions", better="higher")
    messages_bad = metric("bad messages sent", "messages", better="lower")
    messages_good = metric("good messages sent", "messages", better="higher")
    mean_when_unhappy = metric(
        "people told on an unhappy occasion",
        "people",
        called="told_when_unhappy",
        over="ratio",
        of=("messages_bad", "unhappy_occasions"),
    )
    mean_when_happy = metric(
        "people told on a happy occasion",
        "people",
        called="told_when_happy",
        over="ratio",
        of=("messages_good", "happy_occasions"),
    )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Send this month's messages; they are heard next month."""
        people = world.people
        reach = neighbourhood_size(people.rows)
        parts = threads.over_row_list(
            kernels.word_of_mouth.tell, world.customers_now, people.generation, rng("tells"), people.status,
            people.reason, people.wowed, people.outcome_now, people.talkativeness, self.told_when_unhappy,
            self.told_when_happy, self.strong, world.first, world.tie, people.rows, reach,
        )  # fmt: skip
        deliver(parts, people)
        unhappy, happy, bad, good = threads.count_ranges([counts for _, _, counts in parts])
        report(unhappy_occasions=unhappy, happy_occasions=happy, messages_bad=bad, messages_good=good)


def neighbourhood_size(people: int) -> int:
    """Return the size, as a power of 2, of neighbourhoods whose inboxes stay in the cache and are many enough for the
    threads.
    """
    if threads.allowed_threads() == 1 and people <= 1 << FITS:
        return FITS
    return min(FITS, max(0, people - 1).bit_length() - (4 * threads.allowed_threads()).bit_length())


def deliver(parts: list[tuple[NDArray, NDArray, NDArray]], people: Table) -> None:
    """Put every message into an inbox: each range of neighbourhoods by one thread, so that no two write the same
    inbox.
    """

    def into(place: int, until: int) -> None:
        for heard, begins, _ in parts:
            kernels.word_of_mouth.deliver(place, until, heard, begins, people.inbox_bad, people.inbox_good)

    places = parts[0][1].size // 2
    shares = min(places, len(parts))
    threads.run_together([(into, k * places // shares, (k + 1) * places // shares) for k in range(shares)])
