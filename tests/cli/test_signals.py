"""Ctrl-C, SIGTERM and a terminal that hangs up end a run at once and leave nobody behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from loyaltysim.cli import handling_signals
from tests.support.run_script import script

pytestmark = pytest.mark.machines


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def begun(executor: str) -> subprocess.Popen[str]:
    """Start a long run and give it when its first replication has begun."""
    slow = "slow" if executor == "in-process" else "stand_ins.slow"
    process = subprocess.Popen(
        script(executor=executor, replications=500, before=f"tasks.simulate_records = {slow}"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not Path("begun").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert Path("begun").exists()
    return process


@pytest.mark.parametrize("executor", ["in-process", "processes:2"])
@pytest.mark.parametrize(
    ("number", "to_group", "status"),
    [
        (signal.SIGINT, True, 130),
        (signal.SIGTERM, False, 143),
        (signal.SIGTERM, True, 143),
        (signal.SIGHUP, False, 129),
        (signal.SIGHUP, True, 129),
    ],
)
def test_a_signal_ends_the_run_at_once_with_one_line(executor: str, number: int, to_group: bool, status: int) -> None:
    process = begun(executor)
    (os.killpg if to_group else os.kill)(process.pid, number)
    # returns only when nobody holds the pipes any more
    out, said_last = process.communicate(timeout=20)
    assert process.returncode == status
    assert (out, said_last) == ("", "interrupted; what there is lies in out\n")
    assert json.loads(Path("out/manifest.json").read_text())["status"] == "interrupted"


def test_workers_end_when_their_parent_is_killed() -> None:
    process = begun("processes:2")
    process.kill()
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGKILL


def test_a_signal_that_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with handling_signals():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)
