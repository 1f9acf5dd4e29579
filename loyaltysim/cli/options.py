"""What the verbs share: a verb's name and line in the help, and the options that several of them take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from loyaltysim.cli import VERBS
from loyaltysim.execution.executors import PLACE

Function = Callable[..., Any]
REMOTE = "allow-remote"
A_PATH = click.Path(path_type=Path)

SCENARIO = click.argument("scenario", type=A_PATH)
FOLDER = click.argument("folder", type=A_PATH)
THREADS = click.option(
    "--threads", type=int, metavar="N", help="Threads a replication (default: the processors left idle)."
)
MONTHS = click.option("--months", type=int, metavar="N", help="How many months to simulate.")
SEED = click.option("--seed", type=int, metavar="N", help="Which luck to meet.")
SET = click.option("--set", multiple=True, metavar="PATH=VALUE", help="Set a value, or add with PATH+=VALUE.")
REPLICATIONS_HELP = "How often to repeat with other luck"
REPLICATIONS = click.option("--replications", type=int, metavar="N", help=f"{REPLICATIONS_HELP}.")


def replications(default: int) -> Callable[[Function], Function]:
    """Give the option of how often to repeat, for a verb that does not ask the scenario how often."""
    return click.option("--replications", type=int, metavar="N", help=f"{REPLICATIONS_HELP} (default: {default}).")


def out(what: str) -> Callable[[Function], Function]:
    """Give the option of where results go, which are never overwritten; `what` goes there."""
    return click.option("--out", type=A_PATH, metavar="DIR", help=f"{what} (new or empty folder).")


def verb(name: str) -> Callable[[Function], click.Command]:
    """Make a verb's function its command, with the line that the help of all verbs has for it."""
    return click.command(name, short_help=VERBS[name])


def _note_remote(ctx: click.Context, param: click.Parameter, allowed: bool) -> None:
    ctx.meta[REMOTE] = allowed


def _with_remote(ctx: click.Context, param: click.Parameter, where: str | None) -> str | None:
    return f"{where}?{REMOTE}" if where and where.startswith("dask://") and ctx.meta.get(REMOTE) else where


def EXECUTOR(function: Function) -> Function:  # noqa: N802 - an option among the others
    """Give the option of where to compute; with `--allow-remote` its value ends in `?allow-remote`."""
    places = f"in-process, processes, processes:N or dask://HOST:PORT (default: {PLACE})."
    where = click.option("--executor", metavar="WHERE", callback=_with_remote, help=places)
    told = "Let a dask scheduler be on another machine without TLS."
    allow = click.option(
        "--allow-remote", is_flag=True, is_eager=True, expose_value=False, callback=_note_remote, help=told
    )
    return where(allow(function))
