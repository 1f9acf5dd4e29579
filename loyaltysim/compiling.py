"""The first time, kernels are compiled from both ends of the month at once: the process that needs them begins at the
first, and a companion at the last. Each finds on disk what the other has made, so the wait is about half as long. The one
that waits tells which kernel it begins; where the companion would make or is making the same, they have met, and it ends.
Neither looks for garbage while the compiler works, which makes nothing else but would be searched all the time.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from loyaltysim import kernels
from loyaltysim.core.threads import usable_processors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyaltysim.core.tables import World

PEOPLE = 100


@cache
def find_company() -> None:
    """Start the companion, once a process, if no kernel was ever compiled here and a processor is free for it."""
    if "NUMBA_DISABLE_JIT" in os.environ or compiled_before():
        return
    collect_nothing_while_compiling()
    worker = multiprocessing.parent_process() is not None
    if worker or usable_processors() < 2:
        return
    companion = subprocess.Popen(
        [sys.executable, "-m", "loyaltysim.compiling"],
        bufsize=0,  # nothing must be left to write when it has ended
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the one who waits; the companion is ended with it
    )
    atexit.register(companion.kill)
    assert companion.stdin is not None
    tell_what_is_begun(companion.stdin)


def compiled_before() -> bool:
    """Tell whether the kernel that every month needs stands on disk; true as well where Numba does not say."""
    tell = kernels.talk.tell
    try:
        folder = Path(tell._cache.cache_path)  # Numba has no public way to ask
    except AttributeError:
        return True
    return any(folder.glob("talk.tell-*.nbi"))


def collect_nothing_while_compiling() -> None:
    """Let Python look for no garbage while a kernel is compiled: a seventh of the time that compiling takes."""
    from numba.core import event

    class Pause(event.Listener):
        kernels = 0  # being compiled now: one may call for another

        def on_start(self, event: object) -> None:
            self.kernels += 1
            gc.disable()

        def on_end(self, event: object) -> None:
            self.kernels -= 1
            if not self.kernels:
                gc.enable()

    if gc.isenabled():
        event.register("numba:compile", Pause())


def tell_what_is_begun(companion: IO[bytes]) -> None:
    """Write to the companion, a line each, the name of the kernel that this process compiles now, or an empty one."""

    def tell(name: str) -> None:
        with suppress(OSError, ValueError):  # it has ended
            companion.write(f"{name}\n".encode())

    _at_each_kernel(tell)


def end_where_the_other_is(other: IO[bytes]) -> None:
    """End this process when both compile the same kernel, by what the other one tells."""
    here = there = ""

    def compare() -> None:
        if here and here == there:
            os._exit(0)

    def note(name: str) -> None:
        nonlocal here
        here = name
        compare()

    def listen() -> None:
        nonlocal there
        for line in other:
            there = line.decode().strip()
            compare()

    _at_each_kernel(note)
    threading.Thread(target=listen, daemon=True).start()


def _at_each_kernel(call: Callable[[str], object]) -> None:
    """Call with a kernel's name when it is begun to be compiled, and with an empty one at its end; not for what it calls."""
    from numba.core import event

    luck = f"{kernels.__name__}.luck"  # called all over the month: says nothing about how far one has come

    class Listener(event.Listener):
        depth = 0

        def on_start(self, event: Any) -> None:
            self.depth += 1
            if self.depth == 1:
                made = event.data["dispatcher"].py_func
                if made.__module__ != luck:
                    call(f"{made.__module__}.{made.__qualname__}")

        def on_end(self, event: object) -> None:
            self.depth -= 1
            if self.depth == 0:
                call("")

    event.register("numba:compile", Listener())


def compile_backwards() -> None:
    """Play a month of a market without customers, the last mechanism first, so that each kernel meets its types."""
    for _ in _backwards():
        pass


def compile_to_the_middle() -> None:
    """Do so until all kernels of a mechanism are found on disk: there the other end has been."""
    found, made = _found_and_made()
    for _ in _backwards():
        found_before, made_before = found, made
        found, made = _found_and_made()
        if found > found_before and made == made_before:
            return


def _found_and_made() -> tuple[int, int]:
    """Count the kernels that this process has loaded from disk and compiled."""
    files = [module for name, module in list(sys.modules.items()) if name.startswith(f"{kernels.__name__}.")]
    stats = {id(thing): thing.stats for file in files for thing in vars(file).values() if hasattr(thing, "stats")}
    found, made = (
        sum(sum(getattr(each, kind).values()) for each in stats.values()) for kind in ("cache_hits", "cache_misses")
    )
    return found, made


def _backwards() -> Iterator[None]:
    import numpy as np

    from loyaltysim.core.record import Report
    from loyaltysim.core.streams import Draws
    from loyaltysim.mechanisms import FORM, MONTH

    collect_nothing_while_compiling()
    world, report = blank(), Report(FORM)
    for mechanism in reversed(MONTH):
        # what has no meaning in an empty world has nothing to compile there: the other end will come to it
        with suppress(ArithmeticError, ValueError, IndexError), np.errstate(all="ignore"):
            mechanism.model_validate({}).step(world, Draws(0, 0, mechanism.key, 1), report)
        yield


def blank() -> World:
    """Give a market of a hundred people without customers, in a firm of ones, for the types alone."""
    import numpy as np

    from loyaltysim.core.tables import World, build_tables, empty_rolls
    from loyaltysim.mechanisms import MONTH

    rows = dict.fromkeys(("people", "staff", "touchpoints", "cases", "handlers", "firm"), PEOPLE)
    world = World(build_tables(MONTH, rows), np.zeros(1, np.int64), np.empty(0, np.int32))
    world.rolls = empty_rolls(MONTH)
    world.month = 1
    for name in world.firm.columns:
        getattr(world.firm, name)[:] = 1  # what the firm has none of, others divide by
    return world


if __name__ == "__main__":
    gc.disable()
    end_where_the_other_is(sys.stdin.buffer)
    compile_to_the_middle()
    os._exit(0)  # all is on disk; to take the process down in order would take a quarter of a second
