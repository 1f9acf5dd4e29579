"""The command line: each verb calls the public function of the same name.

Verbs are imported when they are called for, so that `--help` and a mistyped word are answered at once. Errors are told
here, once: wrong input is exit status 2, a failed run 1, Ctrl-C 130, SIGTERM 143 and a terminal that hangs up 129. The
two signals end a command as cleanly as Ctrl-C does: one line, a manifest that says so, no process left.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from types import FrameType, MappingProxyType
from typing import Any, NamedTuple

import click

from loyaltysim import DECISIONS, __version__
from loyaltysim.core.errors import InputError, RunError


class Verb(NamedTuple):
    """A verb of the command line: its line in the help, and the file of this folder that holds its click command."""

    line: str
    module: str


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "run": Verb("Simulate every strategy of a scenario.", "run"),
        **{name: Verb(line, "decide") for name, line in DECISIONS.items()},
        "resume": Verb("Finish an interrupted run.", "run"),
        "rerun": Verb("Repeat a run and compare the bits.", "run"),
        "report": Verb("Draw the report of a run's folder anew.", "run"),
        "check": Verb("Check a scenario and say what it holds.", "scenario"),
        "new": Verb("Start a scenario from a template.", "scenario"),
        "explain": Verb("Explain a parameter, lever, block or metric.", "scenario"),
        "audit": Verb("List what an answer rests on, the weakest evidence first.", "scenario"),
        "arithmetic": Verb("Put the spreadsheet's arithmetic beside the simulation.", "customers"),
        "worth": Verb("Say what one lost customer is worth.", "customers"),
        "customer": Verb("Tell the life of one customer under each strategy.", "customers"),
        "diff": Verb("Say what differs between two scenarios.", "scenario"),
        "validate": Verb("Hold the engine against published results.", "scenario"),
        "schema": Verb("Print the JSON Schema of scenarios, for editors.", "scenario"),
    }
)
"""Each verb by its name, in the order of the help."""

WRONG_INPUT, RUN_FAILED, READER_GONE = 2, 1, 141

COMPLETION = (
    'Shell completion: eval "$(_LOYALTYSIM_COMPLETE=bash_source loyaltysim)" in ~/.bashrc; zsh_source or fish_source '
    "likewise."
)


class Verbs(click.Group):
    """A group that imports a verb only when it is called for, and tells every error in one place."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the verbs in the order of the help."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb; None if there is none of this name."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"loyaltysim.cli.{VERBS[cmd_name].module}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, or say which one was probably meant."""
        close = get_close_matches(args[0], VERBS, n=1)
        if args[0] not in VERBS and close:
            ctx.fail(f"there is no command {args[0]!r}; did you mean {close[0]}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.line) for name, verb in VERBS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out a verb; what the user or the machine can mend is told in words, without a traceback."""

        try:
            with handling_signals():
                return super().invoke(ctx)
        except InputError as error:
            _leave(str(error), WRONG_INPUT)
        except RunError as error:
            _leave(str(error), RUN_FAILED)
        except KeyboardInterrupt as interrupt:
            _leave(str(interrupt) or "interrupted", status_of(interrupt))
        except BrokenPipeError:
            _leave_quietly()


def _leave(message: str, status: int) -> None:
    with suppress(OSError):  # the terminal may be gone
        click.echo(message, err=True)
    sys.exit(status)


def _leave_quietly() -> None:
    """Leave without a word: whoever read the output has closed it (`| head`), so nothing may be flushed to it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    sys.exit(READER_GONE)


@click.group(cls=Verbs, epilog=COMPLETION, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="loyaltysim")
def main() -> None:
    """Simulate where a service company's next dollar earns most: service, complaints, win-back or advertising."""


class TerminatedError(KeyboardInterrupt):
    """A signal asked to end; `number` is the signal's."""

    number = int(signal.SIGTERM)


class HangUpError(TerminatedError):
    """The terminal is gone."""

    number = int(getattr(signal, "SIGHUP", 1))


def status_of(interrupt: KeyboardInterrupt) -> int:
    """Return the exit status that shells expect: 128 and the signal's number."""
    return 128 + (interrupt.number if isinstance(interrupt, TerminatedError) else int(signal.SIGINT))


@contextmanager
def handling_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an interrupt of what runs within; a signal ignored from outside (nohup) stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heard = [number for number in numbers if before[number] == signal.SIG_DFL]

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in heard:  # a second one must not disturb the end, which is short
            signal.signal(each, signal.SIG_IGN)
        raise TerminatedError if number == signal.SIGTERM else HangUpError

    for number in heard:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
