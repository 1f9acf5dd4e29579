"""The options of the command line, made from what the experiments declare, and arguments that several verbs take."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import Field
from pathlib import Path
from typing import Any

import click

from loyaltysim.cli import VERBS
from loyaltysim.experiments.options import Option, RunOptions, default_of, flag_of, options_of

Function = Callable[..., Any]
REMOTE = "allow-remote"
A_PATH = click.Path(path_type=Path)
TYPES: dict[str, Any] = {"Path": A_PATH, "str": str, "int": int, "float": float}
"""The click type of an option by a word in its annotation, the first that is there; text else."""

SCENARIO = click.argument("scenario", type=A_PATH)
FOLDER = click.argument("folder", metavar="DIR", type=A_PATH)


class Side(click.ParamType):
    """One of several values of an option; an option in its place means that a value is missing."""

    name = "side"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take a path with or without its range; refuse what begins as an option does."""
        if value.startswith("-"):
            self.fail(
                f"a map has two sides, and {value} stands for one\n    name two paths: --map PATH PATH", param, ctx
            )
        return value


def add_options(kind: type, *, leave_out: Collection[str] = (), **help_of: str) -> Callable[[Function], Function]:
    """Return a decorator that adds the options which a dataclass declares to a click command.

    Args:
        kind: A dataclass whose fields are declared with `option`.
        leave_out: Fields that this command does not take.
        **help_of: Lines of help in place of the declared ones.
    """
    made = [
        make_option(name, each, told, help_of.get(name, told.help))
        for name, (each, told) in options_of(kind).items()
        if name not in leave_out
    ]

    def add(function: Function) -> Function:
        for decorate in reversed(made):
            function = decorate(function)
        return function

    return add


def make_option(name: str, each: Field[object], told: Option, line: str) -> Callable[[Function], Function]:
    """Return the click option of a declared field."""
    if name == "executor":
        return executor_option(line)
    flag, default = flag_of(name, told), default_of(each)
    if default is False:
        return click.option(flag, name, is_flag=True, help=line)
    kind = next((found for word, found in TYPES.items() if word in str(each.type).split("[")[0].split()), None)
    if told.sides > 1:
        return click.option(flag, name, nargs=told.sides, type=Side(), metavar=told.metavar, help=line)
    if told.several:
        return click.option(flag, name, multiple=True, metavar=told.metavar, help=line)
    shown = {} if told.is_required or default in (None, ()) else {"default": default}
    return click.option(flag, name, type=kind, required=told.is_required, metavar=told.metavar, help=line, **shown)


def executor_option(line: str) -> Callable[[Function], Function]:
    """Return the option of where to compute; with `--allow-remote` its value ends in `?allow-remote`."""
    where = click.option("--executor", metavar="WHERE", callback=_with_remote, help=line)
    told = "Let a dask scheduler be on another machine without TLS."
    allow = click.option(
        "--allow-remote", is_flag=True, is_eager=True, expose_value=False, callback=_note_remote, help=told
    )
    return lambda function: where(allow(function))


def _note_remote(ctx: click.Context, param: click.Parameter, allowed: bool) -> None:
    ctx.meta[REMOTE] = allowed


def _with_remote(ctx: click.Context, param: click.Parameter, where: str | None) -> str | None:
    return f"{where}?{REMOTE}" if where and where.startswith("dask://") and ctx.meta.get(REMOTE) else where


def run_options(
    most_replications: int | None = None,
    *,
    default_replications: int | None = None,
    leave_out: Collection[str] = (),
    out: str = "",
) -> Callable[[Function], Function]:
    """Return a decorator that adds the options which every command that simulates takes.

    Args:
        most_replications: How many of the scenario's replications are taken where none are asked for.
        default_replications: How many are taken whatever the scenario says.
        leave_out: Fields that this command does not take.
        out: What goes into the folder, where it is not the results.
    """
    declared = {name: told.help for name, (_, told) in options_of(RunOptions).items()}
    end = "."
    if most_replications is not None:
        end = f" (default: the scenario's, {most_replications} at most)."
    elif default_replications is not None:
        end = f" (default: {default_replications})."
    place = f"{out} (new or empty folder)." if out else declared["out"]
    return add_options(RunOptions, leave_out=leave_out, replications=declared["replications"] + end, out=place)


def verb(name: str, help: str | None = None) -> Callable[[Function], click.Command]:
    """Return a decorator that makes a function the command of a verb, with the line that the help of all verbs has for
    it."""
    return click.command(name, short_help=VERBS[name].line, help=help)
