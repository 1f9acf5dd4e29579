"""The command line: help at once, errors in words, exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from loyaltysim.cli import VERBS, main
from loyaltysim.core.errors import RunError

ROOT = Path(__file__).parents[2]


def call(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "loyaltysim", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


HEAVY = ("numpy", "numba", "mesa", "pandas", "matplotlib", "scipy")


def imported(*words: str) -> set[str]:
    """Give the modules that a call of the command has imported when it ends, whether it exits or not."""
    program = f"""
import atexit, sys
atexit.register(lambda: print("imported:", *sys.modules))
from loyaltysim.cli import main
sys.argv = {["loyaltysim", *words]!r}
main(prog_name="loyaltysim")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    return set(done.stdout.split("imported: ")[1].split())


def test_help_lists_the_verbs() -> None:
    done = call("--help")
    assert done.returncode == 0
    assert all(f"  {verb} " in done.stdout for verb in VERBS)
    assert "Shell completion" in done.stdout


def test_help_waits_for_nothing() -> None:
    assert not imported("--help") & {*HEAVY, "pydantic", "ruamel.yaml", "loyaltysim.mechanisms"}


def test_a_bad_scenario_is_answered_without_waiting_for_arithmetic(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text(f"extends: baseline.yml\n{'voice.pirce: 3'}\n")
    (tmp_path / "baseline.yml").write_text((ROOT / "scenarios" / "baseline.yml").read_text())
    assert call("check", str(path)).returncode == 2
    assert not imported("check", str(path)) & set(HEAVY)


def test_every_verb_can_be_asked_for_help() -> None:
    for verb, (line, _) in VERBS.items():
        told = CliRunner().invoke(main, [verb, "--help"])
        assert told.exit_code == 0, verb
        command = main.get_command(click.Context(main), verb)
        assert command is not None
        assert command.get_short_help_str(200) == line


def test_a_misspelt_verb_is_guessed() -> None:
    told = CliRunner().invoke(main, ["chek"])
    assert told.exit_code == 2
    assert "did you mean check?" in told.output


def test_the_verbs_do_what_they_say(tmp_path: Path) -> None:
    study = tmp_path / "study.yml"
    assert "wrote" in call("new", str(study), "--title", "Mine").stdout
    assert "Mine: sound" in call("check", str(study), "--set", "desk.budget+=5", "--months", "70").stdout
    assert "$/ask" in call("explain", "voice.price").stdout
    assert call("diff", str(study), str(study)).stdout == "no difference\n"
    assert json.loads(call("schema").stdout)["properties"]
    assert call("--version").stdout.startswith("loyaltysim, version ")
    assert call("new", str(study)).returncode == 2


def test_the_launcher_of_a_checkout() -> None:
    done = subprocess.run(
        [sys.executable, "cli.py", "check", "scenarios/baseline.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_failed_run_and_an_interruption_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: BaseException) -> click.testing.Result:
        def explode(path: str) -> str:
            raise error

        monkeypatch.setattr("loyaltysim.scenario.explain", explode)
        return CliRunner().invoke(main, ["explain", "voice"])

    failed = fail(RunError("the disk is full"))
    assert (failed.exit_code, failed.stdout, failed.stderr) == (1, "", "the disk is full\n")
    stopped = fail(KeyboardInterrupt())
    assert (stopped.exit_code, stopped.stderr) == (130, "interrupted\n")


def test_a_reader_that_leaves_is_no_error() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "loyaltysim", "schema"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 141
