"""Make docs/validation.md and docs/figures anew: `python -m tools.write_validation`."""

from __future__ import annotations

from pathlib import Path

from loyaltysim.validation.checks import KnownAnswer
from loyaltysim.validation.runner import validate

DOCS = Path(__file__).resolve().parents[1] / "docs"
INTRODUCTION = """\
# Known answers

What others have published or what algebra gives, and what the simulator shows. Each known answer is an ordinary scenario
with parts switched off or set, played by the ordinary engine: its months are the real months, and no mechanism is written
for a known answer. Two of them are not runs as a user makes them. K6 plays the months one by one: its budgets depend on
how many customers there are as a month begins, which no scenario can say, and it adds up the value by itself from each
month's margin and spending, since its periods are discounted as the publication does. K8's fit of a neighbour's defection
plays the months one by one too, sets nothing, and reads after each who left and whose neighbours they were. Run them with

```
loyaltysim validate            # all, about two minutes of processor time; exit status 1 if any check fails
loyaltysim validate K3 K6      # some
```

The same code is in the tests (`tests/validation/`). Seeds were fixed beforehand; a tolerance stands beside each figure with
its reason, "3 standard errors" being those of the simulated figure. In the pictures lines are published, marks simulated, the
grey band is the tolerance, and the lower strip shows the difference on its own scale. Where nothing is published but a sign,
marks are joined by a faint line and bars through them are 3 standard errors over replications on common luck.

K5's figure is (1 + i) x value - 1, for a margin of 1 a period at interest i. In the accounts everyone who starts pays a
first margin at the end of the first period, so their value is 1 / (1 + i - r). In the published sum, r / (1 + i - r), the
payment at the end of the first period is already that of those who renewed. Times (1 + i) moves every margin a period
nearer, and less 1 takes away the first one, for which nobody had to renew.

What is shown here is that the engine does what its rules say and that known results follow from them. It is no evidence that
the rules hold in a particular market. TARP's rates (K1) are intentions, not behaviour.

The signs of K8 hold in the small markets tried, and these were not all fixed beforehand. The first setting for weak ties told
good and bad news at once, and there weak ties made bad news *less* harmful (by .06 of those who join): strong ties bring it
to the very people whom good news would have won. With each kind of news alone, as checked below, weak ties help both. Training's
gain was not clear over 6 pairs of runs (28,000 $, 3 standard errors 31,000 $) and is over 12. The best of a grid of spendings
is picked and tested on the same runs, which favours it a little. "More unequal customers make bad talk dearer" holds because
`market.margin_ties` makes the well tied the valuable ones; where margins are independent of ties, as by default, nothing in the model makes it so.

## What the known answers do not cover

No known answer has a rule of its own for: the delivery of messages (that each told message reaches one hearer once),
how ready the lost are to return and when they are forgotten (`joining.lost_factor`, `joining.logged_factor`, `joining.forget`),
rivals and what they hold, and reviews. All of these but reviews are covered by the docking: an ordinary person-by-person Mesa
model of the month's core (`benchmarks/textbook.py` and `textbook_person.py`), written from
[docs/odd.md](odd.md) alone, whose figures must equal the engine's within a tolerance fixed beforehand
([docs/evidence/docking.md](evidence/docking.md)). Reviews, and that nobody is counted twice, are left to tests
(`tests/invariants/`: conservation of people and grievances, counts, which columns a mechanism may write).

That twin has 355 lines, more than the few of a textbook example, because it carries the core whole: voice, desk, outcomes,
satisfaction, friends, rivals, talk, joining and returning, and the steady start. A smaller twin would leave out the very
rules in which two writers' readings can differ. It is docked at rates ten times the solved ones, so that twelve months
hold a decade of events: at today's rates 100 replications of a market small enough for Mesa could hardly tell a wrong rule
from luck ([ADR 11](adr/0011-docking-at-ten-times-the-rates.md)).

This page is made by `python -m tools.write_validation`.

Parameters that only known answers switch on: `market.fickleness_kind: beta` (K4), `joining.imitation` (K3),
`advertising.response: chance` (K6), `market.margin_ties` (K8), `recovery.paradox` (K8).
"""


def section(known: KnownAnswer) -> str:
    """Return a known answer's section: source, figure, table."""
    lines = [f"## {known.name}: {known.title}", "", f"Source: {known.source}.", "",
             f"![{known.title}: published and simulated](figures/{known.name}.png)", "",
             "| check | published | simulated | tolerance | why so wide | verdict |", "|---|---|---|---|---|---|"]  # fmt: skip
    for check in known.checks:
        verdict = "passed" if check.passed else "**FAILED**"
        cells = (check.what, check.published, f"{check.simulated:.5g}", check.tolerance, check.reason, verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run all known answers and write the page and its figures."""
    verdict = validate(out=DOCS / "figures")
    page = DOCS / "validation.md"
    temporary = page.with_suffix(".md.new")
    temporary.write_text("\n".join([INTRODUCTION, *map(section, verdict.answers)]), encoding="utf-8")
    temporary.replace(page)


if __name__ == "__main__":
    main()
