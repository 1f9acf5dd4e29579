"""How to ask again what a command was asked: the line that its manifest, page and workbook show."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

SCENARIO = "scenario.yml"


def command_line(verb: str, options: Mapping[str, Any]) -> str:
    """Give the line that repeats a command in the folder of its results.

    `options` by name, in the order of the line: True is a flag, a list an option that is given once an item, a tuple an
    option of several values; None, False and what is empty are left out.
    """
    words = ["loyaltysim", verb, SCENARIO]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif isinstance(value, list):
            words += [word for item in value for word in (flag, _text(item))]
        elif isinstance(value, tuple):
            words += [flag, *map(_text, value)] if value else []
        elif value not in (None, False, ""):
            words += [flag, _text(value)]
    return shlex.join(words)


def _text(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
