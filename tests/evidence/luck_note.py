"""The note and the picture of luck's p-values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from loyaltysim.report.drawing import COLOURS, Picture, look, png, titled
from tests.evidence.luck_tests import SMALLEST_P

Judged = Mapping[str, Mapping[str, float]]
HEAD = """# Luck: the p-values

Written by `pytest -m evidence`. Each test gives the p-value of independent uniform draws; the list was fixed before any
was run, and every p must be above 1e-4. A p near 1 is as good as one near 0.5: chi-squares and normal figures are judged
on both sides. Draws are made by the functions that the kernels call, seed {seed}, {n:,} draws a sequence and a pair.
{count} p-values; the smallest is {smallest:.2g} (with {count} fair ones, {expected:.2g} is expected); the p-values
themselves are uniform with p = {evenness:.2g} (tests of one sequence are not independent, so this one is a rough guide).

- *chi-square*: 1,024 cells. *Kolmogorov-Smirnov*: distance to the uniform distribution. *Runs*: changes of side about 1/2;
  runs of rises and falls. *Pairs*: each draw with its successor, 32 x 32 cells. *Block means*: spread of 1,000 blocks'
  means. *Lag*: correlation with the draw so many places later; the period is that of the field that moves fastest.
- *Correlation*: of two sequences at the same people, standard error 1 / sqrt(n) = {error:.1e}. *Cells*: 32 x 32.
"""


def note(sequences: Judged, pairs: Judged, summary: Mapping[str, float]) -> str:
    """Give the note as Markdown: two tables of p-values under what they mean."""
    text = HEAD.format(**summary, error=summary["n"] ** -0.5)
    return text + "\n## Along one field\n\n" + _table(sequences) + "\n## Between neighbours\n\n" + _table(pairs)


def _table(judged: Judged) -> str:
    heads = list(next(iter(judged.values())))
    lines = [["draws", *heads], ["---"] * (len(heads) + 1)]
    lines += [
        [name, *(f"{row[head]:+.1e}" if head == "r" else f"{row[head]:.2g}" for head in heads)]
        for name, row in judged.items()
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def picture(values: Mapping[str, float], n: int) -> bytes:
    """Draw the sorted p-values against what as many fair ones would be on average; a PNG."""
    with look():
        return png(_drawn(np.sort(list(values.values())), n))


def _drawn(p: np.ndarray, n: int) -> Picture:
    title = f"Luck passes all of {p.size} tests"
    if p[0] <= SMALLEST_P:
        title = f"Luck fails {np.count_nonzero(p <= SMALLEST_P)} of {p.size} tests"
    figure, _ = titled(
        6.4, 3.9, title, f"{n:,} draws a test; seeds, replications, months, decisions, people, positions"
    )
    height = figure.get_size_inches()[1]
    axes = figure.add_axes((0.13, 0.62 / height, 0.83, (3.9 - 0.75) / height))
    expected = np.arange(1, p.size + 1) / (p.size + 1)
    axes.loglog(expected, expected, color=COLOURS[0], linewidth=1.2, linestyle=(0, (6, 2)), label="if luck is fair")
    axes.loglog(expected, p, "o", color=COLOURS[1], markersize=3.5, label="measured")
    axes.axhline(SMALLEST_P, color=COLOURS[2], linewidth=1.5, label="smallest allowed, 1e-4")
    axes.set_xlabel("p-value expected at this rank (no unit)")
    axes.set_ylabel("p-value measured (no unit)")
    axes.set_ylim(min(SMALLEST_P / 3, p[0] / 2), 1.5)
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1.0, 0.1))
    return figure
