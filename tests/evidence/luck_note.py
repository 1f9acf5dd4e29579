"""The note and the picture of luck's p-values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import stats

from loyaltysim.reporting.charts.style import COLOURS, FAINT, Picture, look, png, titled
from tests.evidence.luck_tests import SMALLEST_P

Judged = Mapping[str, Mapping[str, float]]
HEAD = """# Luck: the p-values

Written by `pytest -m evidence`. Each test gives the p-value of independent uniform draws, and every p must be above 1e-4.
Draws are made by the functions that the kernels call, seed {seed}, {n:,} draws a sequence and a pair. The list was fixed
before its first run; after it one pair was laid out anew (a slot and the place in it), for it had compared a number with a
function of itself. Chi-squares and normal figures are judged on both sides, so that draws too even fail like draws too
lumpy.

{count} p-values; the smallest is {smallest:.2g}, and the smallest of {count} fair ones is {expected:.2g} on average. All of
them together: Kolmogorov-Smirnov's p of being uniform is {evenness:.2g} (a guide only, for tests of the same draws are not
independent).

- *chi-square*: 1,024 cells. *Kolmogorov-Smirnov*: distance to the uniform distribution. *Runs*: changes of side about 1/2;
  runs of rises and falls. *Pairs*: each draw with its successor, 32 x 32 cells. *Block means*: spread of 1,000 blocks'
  means. *Lag*: correlation with the draw so many places later; the period is that of the field that moves fastest.
- *r*: the correlation of two sequences at the same people (or the next person, where it says so), of standard error
  1 / sqrt(n) = {error:.1e}; *correlation*: its p-value. *Cells*: 32 x 32.
"""


def note(sequences: Judged, pairs: Judged, summary: Mapping[str, float]) -> str:
    """Give the note as Markdown: two tables of p-values under what they mean."""
    text = HEAD.format(**summary, error=summary["n"] ** -0.5)
    return text + "\n## Along one field\n\n" + _table(sequences) + "\n## Between neighbours\n\n" + _table(pairs)


def _table(judged: Judged) -> str:
    heads = list(dict.fromkeys(head for row in judged.values() for head in row))
    lines = [["draws", *heads], ["---"] * (len(heads) + 1)]
    lines += [[name, *(_cell(row, head) for head in heads)] for name, row in judged.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(row: Mapping[str, float], head: str) -> str:
    if head not in row:
        return "-"
    return f"{row[head]:+.1e}" if head == "r" else f"{row[head]:.2g}"


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
    rank = np.arange(1, p.size + 1)
    expected = rank / (p.size + 1)
    low, high = stats.beta.interval(0.99, rank, p.size + 1 - rank)
    axes.fill_between(expected, low, high, color=FAINT, alpha=0.25, linewidth=0, label="99 % of fair, independent ones")
    axes.loglog(expected, expected, color=COLOURS[0], linewidth=1.2, linestyle=(0, (6, 2)), label="if luck is fair")
    axes.loglog(expected, p, "o", color=COLOURS[1], markersize=3.5, label="measured")
    axes.axhline(SMALLEST_P, color=COLOURS[2], linewidth=1.5, label="smallest allowed, 1e-4")
    axes.set_xlabel("p-value expected at this rank (no unit)")
    axes.set_ylabel("p-value measured (no unit)")
    axes.set_ylim(min(SMALLEST_P / 3, p[0] / 2), 1.5)
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1.0, 0.12))
    return figure
