"""Hold the engine against the known answers, and write down how it did: a table as CSV and one picture each.

A picture shows what is published as lines with their tolerance band, and what was simulated as marks.
"""

from __future__ import annotations

import csv
import importlib
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.lazy import np
from loyaltysim.reporting.charts.style import COLOURS, FAINT, Picture, literal, look, png, titled
from loyaltysim.validation import FOLDER, KNOWN
from loyaltysim.validation.checks import Curve, KnownAnswer, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TABLE = "validation.csv"
HEADER = ("known answer", "check", "source", "published", "simulated", "tolerance", "reason", "verdict")
WIDTH_OF_PANEL, HEIGHT, MOST_ABREAST = 4.1, 4.1, 3
LINES = ("-", (0, (5, 2)), (0, (1, 1.5)))
MARKS = ("o", "s", "D")
LONG_TICKS = 4
Style = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """The known answers as they came out, and the folder that holds the table and the figures."""

    answers: tuple[KnownAnswer, ...]
    folder: Path

    @property
    def passed(self) -> bool:
        """Whether every check of every known answer passed."""
        return all(known.passed for known in self.answers)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table, a row a check, in the order of `HEADER`; simulated figures have six digits."""
        return [
            (
                known.name,
                check.what,
                known.source,
                check.published,
                f"{check.simulated:.6g}",
                check.tolerance,
                check.reason,
                "passed" if check.passed else "FAILED",
            )
            for known in self.answers
            for check in known.checks
        ]


def validate(
    names: Sequence[str] = (), *, out: str | Path | None = None, done: Callable[[KnownAnswer], None] | None = None
) -> Verdict:
    """Run the named known answers (all of them without names), write table and figures, and give the verdict.

    `out`: the folder, by default results/validation; what stands there of the same known answers is replaced, all at
    the end. `done` hears of each as it is finished. Raises InputError for an unknown name and for a folder that cannot
    be written, RunError if writing fails in the end.
    """
    chosen = [find_name(name) for name in ((names,) if isinstance(names, str) else names)] or list(KNOWN)
    folder = Path(out) if out is not None else FOLDER
    pictures = {name: folder / f"{name}.png" for name in chosen}
    check_writable(folder, [*pictures.values(), folder / TABLE])
    answers = []
    for name in pictures:
        answers.append(importlib.import_module(f"loyaltysim.validation.{KNOWN[name]}").answer())
        if done:
            done(answers[-1])
    verdict = Verdict(tuple(answers), folder)
    drawn = {pictures[known.name]: draw(known) for known in answers}
    try:
        for path, content in drawn.items():
            write_file(path, content)
        write_file(folder / TABLE, format_table([*read_other_rows(folder / TABLE, verdict), *verdict.rows]).encode())
    except OSError as error:
        raise RunError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return verdict


def check_writable(folder: Path, files: Sequence[Path]) -> None:
    """Make the folder and a file in it, before anything is computed; InputError if that cannot be."""
    cure = "name a folder that can be written to, or one that does not exist yet"
    for file in files:
        if file.is_dir():
            what = f"{file} is a folder, where a file of that name is to be written"
            raise InputError(Problem(what, where="--out", cure=cure))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        what = f"{folder} cannot be written to: {error.strerror or error}"
        raise InputError(Problem(what, where="--out", cure=cure)) from error


def read_other_rows(table: Path, verdict: Verdict) -> list[tuple[str, ...]]:
    """Return the rows that a table holds of known answers other than those just run; none if it is no such table."""
    run_now = {known.name for known in verdict.answers}
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(table.read_text(encoding="utf-8")))]
    except (OSError, ValueError, csv.Error):
        return []
    if not rows or rows[0] != HEADER:
        return []
    return [row for row in rows[1:] if row and row[0] in KNOWN.keys() - run_now]


def find_name(name: str) -> str:
    """Return the name of a known answer as the table has it; raises InputError for an unknown one."""
    if name.upper() not in KNOWN:
        raise InputError(Problem(f"there is no known answer {name!r}", cure=f"there are {', '.join(KNOWN)}"))
    return name.upper()


def format_table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as CSV under the header, in the order of the names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    ordered = sorted(rows, key=lambda row: row[0])
    writer.writerows(ordered)
    return text.getvalue()


def write_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def draw(known: KnownAnswer) -> bytes:
    """Draw a known answer as PNG, its panels side by side, at most three to a row."""
    with look():
        return png(_picture(known))


def _picture(known: KnownAnswer) -> Picture:
    abreast = min(len(known.panels), MOST_ABREAST)
    rows = -(-len(known.panels) // abreast)
    width = max(WIDTH_OF_PANEL * abreast, 5.5)
    passed = sum(check.passed for check in known.checks)
    subtitle = f"{known.source}. {passed} of {len(known.checks)} checks passed. {_legend(known)}"
    picture, top = titled(width, HEIGHT * rows, f"{known.name}: {known.title}", subtitle)
    height = HEIGHT * rows + top
    for number, panel in enumerate(known.panels):
        row, column = divmod(number, abreast)
        left = (column + 0.21) * width / abreast
        foot = 1.0 if len(panel.ticks) > LONG_TICKS else 0.55
        bottom = (rows - 1 - row) * HEIGHT + foot
        wide, strip = 0.74 / abreast, 0.85
        if not any(curve.low for curve in panel.published):
            axes = picture.add_axes((left / width, bottom / height, wide, (HEIGHT - foot - 0.35) / height))
            _panel(axes, None, panel)
            continue
        lower = picture.add_axes((left / width, bottom / height, wide, strip / height))
        body = HEIGHT - foot - strip - 0.5
        upper = picture.add_axes((left / width, (bottom + strip + 0.15) / height, wide, body / height), sharex=lower)
        _panel(upper, lower, panel)
    return picture


def _legend(known: KnownAnswer) -> str:
    bars = any(curve.error for panel in known.panels for curve in panel.simulated)
    return "The band is the tolerance" + ("; bars are 3 standard errors." if bars else ".")


def _panel(upper: Axes, lower: Axes | None, panel: Panel) -> None:
    """Draw a panel; `lower` holds how far simulated and published lie apart, None where there is no tolerance band."""
    for number, curve in enumerate(panel.published):
        _published(upper, lower, curve, number, discrete=bool(panel.ticks))
    for number, curve in enumerate(panel.simulated):
        kind = _mark(number)
        bars: Style = {"yerr": curve.error, "elinewidth": 1.1, "capsize": 2.5} if curve.error else {}
        upper.errorbar(curve.x, curve.y, label=literal(curve.name), zorder=3, **bars, **kind)
        if not lower and not panel.ticks:
            upper.plot(curve.x, curve.y, color=kind["color"], alpha=0.35, linewidth=0.9)
        if lower:
            lower.plot(curve.x, _apart(curve, panel.published[number]), **kind)
            lower.set_ylabel(f"difference\n({literal(panel.unit)})", fontsize=8)
            upper.tick_params(labelbottom=False)
    upper.set_title(literal(panel.title), fontsize=10, loc="left")
    upper.set_ylabel(literal(panel.y_label), fontsize=9)
    upper.legend(frameon=False, fontsize=8, loc="best")
    for axes in filter(None, (upper, lower)):
        axes.tick_params(labelsize=9)
        axes.grid(axis="y", color=FAINT, alpha=0.25, linewidth=0.6)
    foot = lower or upper
    foot.set_xlabel(literal(panel.x_label))
    if panel.ticks:
        turned: Style = {"rotation": 28, "ha": "right"} if len(panel.ticks) > LONG_TICKS else {}
        foot.set_xticks(list(panel.ticks), [literal(tick) for tick in panel.ticks.values()], fontsize=8, **turned)
        foot.set_xlim(min(panel.ticks) - 0.5, max(panel.ticks) + 0.5)


def _published(upper: Axes, lower: Axes | None, curve: Curve, number: int, discrete: bool) -> None:
    """Draw a published curve and its band; apart, the band around no difference."""
    colour, dashes = COLOURS[number * 2 % len(COLOURS)], LINES[number % len(LINES)]
    if discrete:
        upper.plot(curve.x, curve.y, "_", markersize=16, markeredgewidth=1.8, color=colour, label=literal(curve.name))
    else:
        upper.plot(curve.x, curve.y, color=colour, linestyle=dashes, linewidth=1.6, label=literal(curve.name))
    if not curve.low or lower is None:
        return
    under, over = ([edge - y for edge, y in zip(side, curve.y, strict=True)] for side in (curve.low, curve.high))
    if discrete:
        bars: Style = {"width": 0.5, "color": colour, "alpha": 0.18}
        lower.bar(curve.x, [high - low for low, high in zip(under, over, strict=True)], bottom=under, **bars)
        return
    upper.fill_between(curve.x, curve.low, curve.high, color=colour, alpha=0.18, linewidth=0)
    lower.fill_between(curve.x, under, over, color=colour, alpha=0.18, linewidth=0)
    lower.axhline(0, color=FAINT, linewidth=0.8)


def _mark(number: int) -> Style:
    colour = COLOURS[(number * 2 + 1) % len(COLOURS)]
    kind = {"marker": MARKS[number % len(MARKS)], "color": colour, "markerfacecolor": "none"}
    return {**kind, "linestyle": "", "markersize": 5.5, "markeredgewidth": 1.5}


def _apart(simulated: Curve, published: Curve) -> list[float]:
    """Return simulated less published, the published curve taken straight between its points."""
    return [y - float(np.interp(x, published.x, published.y)) for x, y in zip(simulated.x, simulated.y, strict=True)]
