"""`loyaltysim report`: draw the page, the pictures and the workbook of a folder of results anew, from its files alone."""

from __future__ import annotations

from pathlib import Path

import click

from loyaltysim.cli import options


def report(folder: str | Path) -> Path:
    """Draw report.html, report.xlsx and figures/*.png of a folder of results anew; give the page's path.

    The same bytes as before, whether or not they are still there. Nothing is simulated.
    Raises InputError for a folder that is no run, or was not finished (nothing is written), RunError where it cannot be
    written to.
    """
    from loyaltysim.reporting.build import REPORT, build_report
    from loyaltysim.results.reader import read_source
    from loyaltysim.results.run_folder import RunFolder

    place = Path(folder)
    files = build_report(read_source(place))
    kept = RunFolder(place, [])
    for name, content in files.items():
        kept.write(name, content)
    return place / REPORT


@options.verb("report")
@click.argument("folder", metavar="DIR", type=options.A_PATH)
def command(folder: Path) -> None:
    """Draw the report, the pictures and the workbook of DIR anew: a folder that a run has made."""
    click.echo(f"The report is in {report(folder)}")
