"""What a run says of its progress while it goes on."""

from __future__ import annotations

import pytest

from loyaltysim.execution.progress import LineDisplay, Progress, progress_details, progress_line


def test_the_pace_in_words() -> None:
    step = Progress("simulating", 12, 150, 4.0)
    assert progress_details(step) == "12/150 runs, 3 a second, 46 s left"
    assert progress_line(Progress("calibrating")) == "calibrating"
    assert (
        progress_line(Progress("simulating", 1, 1000, 1.0)) == "simulating: 1/1,000 runs, 1 a second, 16 min 39 s left"
    )


def test_short_runs_write_no_progress_lines(capsys: pytest.CaptureFixture[str]) -> None:
    lines = LineDisplay()
    lines(Progress("simulating", 1, 2, 1.0))
    assert capsys.readouterr().err == ""


def test_long_runs_write_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyaltysim.execution.progress.SECONDS_BETWEEN_LINES", 0.0)
    lines = LineDisplay()
    lines(Progress("simulating", 1, 2, 1.0))
    assert capsys.readouterr().err == "simulating: 1/2 runs, 1 a second, 1 s left\n"


def test_the_pace_tells_what_was_done_before_and_who_leads() -> None:
    step = Progress("simulating", 50, 150, 4.0, reused=30, best="recovery leads so far")
    assert progress_details(step) == "50/150 runs (30 done before), 5 a second, 20 s left; recovery leads so far"
    assert progress_details(Progress("simulating", 30, 150, 0.0, reused=30)) == "30/150 runs (30 done before)"
    assert progress_details(Progress("simulating", 12, 0, 4.0)) == "12 runs, 3 a second"
    assert progress_details(Progress("simulating", 10, 100_010, 1.0)).endswith("2 h 46 min left")
