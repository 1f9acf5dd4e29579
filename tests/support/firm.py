"""A small firm on which every command that decides answers within seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from click.testing import CliRunner, Result

from loyaltysim.cli import main

FILE = """\
title: A small question
calibration: off
market: {people: 1_000, customers: 200, burn_in: 3}
months: 6
replications: 3
desk.budget: 40
advertising: {budget: 800, scale: 1_000}
accounts.later_value: false
strategies:
  as today: {}
  advertise: {advertising.budget: {add: 500}}
uncertain:
  market.margin_mean: {low: 20, high: 4_000}
  advertising.scale: {low: 500, high: 2_000}
"""


def written(folder: Path, text: str = FILE) -> Path:
    """Write the firm's scenario into a folder."""
    path = folder / "firm.yml"
    path.write_text(text)
    return path


def call(*words: Any) -> Result:
    """Give a command, as it would be typed."""
    return CliRunner().invoke(main, [str(word) for word in words])


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read every table of a folder, by its name; only what is empty is missing."""
    return {path.stem: pd.read_csv(path, keep_default_na=False, na_values=[""]) for path in folder.glob("*.csv")}
