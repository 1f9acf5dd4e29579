"""What people have heard about the company: last month's messages arrive now, and what was heard before fades.

Messages of one month act from the start of the next, so the order of people cannot matter.
"""

from __future__ import annotations

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, param


class Opinion(Mechanism):
    """Hear what was told last month."""

    market_wide = True

    kept: float = param(0.80, "share/month", "part of what was heard that is remembered a month later")

    heard_good = column("people", "float32", "good messages heard, faded by age", "messages")
    heard_bad = column("people", "float32", "bad messages heard, faded by age", "messages")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Empty the inboxes into what is remembered."""
        people = world.people
        inboxes, heard = (people.inbox_good, people.inbox_bad), (people.heard_good, people.heard_bad)
        threads.over_rows(kernels.word_of_mouth.hear, people.rows, *inboxes, self.kept, *heard)
