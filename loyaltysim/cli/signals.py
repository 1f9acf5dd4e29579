"""SIGTERM and SIGHUP end a command as cleanly as Ctrl-C does: one line, a manifest that says so, no process left."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = ("SIGTERM", "SIGHUP")


class TerminatedError(KeyboardInterrupt):
    """A signal asked to end; `number` is the signal's."""

    number = int(signal.SIGTERM)


class HangUpError(TerminatedError):
    """The terminal is gone."""

    number = int(getattr(signal, "SIGHUP", 1))


def status_of(interrupt: KeyboardInterrupt) -> int:
    """Give the exit status that shells expect: 128 and the signal's number."""
    return 128 + (interrupt.number if isinstance(interrupt, TerminatedError) else int(signal.SIGINT))


@contextmanager
def handling_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an interrupt of what runs within; a signal ignored from outside (nohup) stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
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
