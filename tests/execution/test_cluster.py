"""A dask scheduler as the place to compute: the same bits, deaths survived, and nothing sent where it should not go."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from loyaltysim.cli import main
from loyaltysim.core.errors import InputError, RunError
from loyaltysim.core.fingerprint import environment_fingerprint
from loyaltysim.execution import cluster, executors
from loyaltysim.execution.evaluator import Evaluator, Request
from loyaltysim.execution.executors import ExecutorPlace, parse_place
from loyaltysim.execution.run_cache import RunCache
from loyaltysim.scenario import Scenario
from tests.support.schedulers import Here, free_port, scheduler

STUDY = Path(__file__).parents[2] / "scenarios" / "recovery-or-acquisition.yml"
pytestmark = [
    pytest.mark.machines,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed", "ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with scheduler(tmp_path_factory.mktemp("dask")) as started:
        yield started


def refused(where: str, *more: str) -> str:
    done = CliRunner().invoke(main, ["run", str(STUDY), "--executor", where, "--out", "out", *more])
    assert done.exit_code == 2
    assert not Path("out").exists()
    return done.stderr


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("dask://127.0.0.1:8786", ExecutorPlace("dask", host="127.0.0.1", port=8786)),
        ("dask://a-b.example:1?allow-remote", ExecutorPlace("dask", host="a-b.example", port=1, anywhere=True)),
        ("dask://[::1]:8786", ExecutorPlace("dask", host="::1", port=8786)),
    ],
)
def test_the_place_is_read(text: str, place: ExecutorPlace) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text", ["dask://", "dask://host", "dask://host:0", "dask://host:99999", "dask:host:1", "dask://u@h:1"]
)
def test_a_place_written_wrongly_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="dask://HOST:PORT"):
        parse_place(text)


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    port = free_port()
    assert f"no scheduler answers at 127.0.0.1:{port}" in refused(f"dask://127.0.0.1:{port}")
    assert "no scheduler answers at no.such.host.invalid:8786" in refused("dask://no.such.host.invalid:8786")


def test_who_answers_otherwise_than_a_scheduler_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the port of a web page: it speaks, but not as a scheduler does."""
    monkeypatch.chdir(tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        assert "there is no dask scheduler" in refused(f"dask://127.0.0.1:{other.server_port}")
        other.shutdown()


def test_another_machine_needs_encryption_or_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tried: list[Any] = []

    def nobody(address: Any, timeout: float) -> Any:
        tried.append(address)
        raise OSError("nobody")

    monkeypatch.setattr(cluster.socket, "create_connection", nobody)
    said = refused("dask://192.0.2.1:8786")
    assert "192.0.2.1 is another machine" in said
    assert "--allow-remote" in said
    assert "0.0.0.0 is another machine or open to others" in refused("dask://0.0.0.0:8786")
    assert not tried
    assert "no scheduler answers at 192.0.2.1:8786" in refused("dask://192.0.2.1:8786", "--allow-remote")
    assert tried == [("192.0.2.1", 8786)]


def certificates(folder: Path, *names: str) -> dict[str, str]:
    """Give dask's configuration with empty files for certificates."""
    for name in names:
        (folder / name).write_text("")
    return {f"distributed.comm.tls.{name}": str(folder / name) for name in names}


def test_certificates_that_are_not_complete_are_told(tmp_path: Path) -> None:
    import dask
    import distributed  # noqa: F401 - it has the defaults that the configuration is laid over

    with (
        dask.config.set(certificates(tmp_path, "ca-file")),
        pytest.raises(InputError, match=r"no file for distributed\.comm\.tls\.client\.cert"),
        executors.open_executor("dask://127.0.0.1:8786", 3),
    ):
        pass


def test_with_certificates_another_machine_is_spoken_to_by_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dask
    import distributed  # noqa: F401 - it has the defaults that the configuration is laid over

    tried: list[str] = []

    async def greeting(address: str, **how: Any) -> Any:
        tried.append(address)
        return SimpleNamespace(abort=lambda: None)

    def connecting(address: str, **how: Any) -> Any:
        tried.append(address)
        assert how["security"].require_encryption
        raise OSError("nobody")

    with dask.config.set(certificates(tmp_path, *cluster.CERTIFICATES)):
        monkeypatch.setattr(cluster.socket, "create_connection", lambda *call, **how: cluster.socket.socket())
        monkeypatch.setattr("distributed.Security.get_connection_args", lambda security, role: {})
        monkeypatch.setattr("distributed.comm.connect", greeting)
        monkeypatch.setattr("distributed.Client", connecting)
        with (
            pytest.raises(InputError, match="no scheduler answers"),
            executors.open_executor("dask://192.0.2.1:8786", 3),
        ):
            pass
    assert tried == ["tls://192.0.2.1:8786"] * 2


def test_without_workers_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WORKERS_PATIENCE_S", 0.2)
    with (
        scheduler(tmp_path, workers=0) as empty,
        pytest.raises(InputError, match="has no workers"),
        executors.open_executor(empty.where, 3),
    ):
        pass


def test_workers_of_another_program_are_refused(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = cluster.program_version()
    monkeypatch.setattr(cluster, "program_version", lambda: "9.9.9+00000000")
    with pytest.raises(InputError) as refusal, executors.open_executor(here.where, 3):
        pass
    assert f"has loyaltysim {theirs}, and this is 9.9.9" in str(refusal.value)
    assert "install the same version on every machine" in str(refusal.value)
    with pytest.raises(RunError, match=r"has loyaltysim 9\.9\.9\+00000000, and this is another"):
        cluster.call_checked("another", max, 1, 2)


def test_runs_of_another_kind_of_machine_are_not_kept(
    here: Here, monkeypatch: pytest.MonkeyPatch, small: Callable[..., Scenario]
) -> None:
    class Never(RunCache):
        def figures(self, keys: Any) -> Any:
            raise AssertionError("the cache was asked")

    monkeypatch.setattr("loyaltysim.core.fingerprint.machine", lambda: "another processor")
    environment_fingerprint.cache_clear()
    try:
        with Evaluator(here.where, cache=Never()) as lab:
            assert not next(lab.evaluate([Request(small(), ("as today",), (0,))])).error
    finally:
        environment_fingerprint.cache_clear()


@pytest.mark.markets
def test_a_worker_that_is_killed_changes_no_bit(small: Callable[..., Scenario], tmp_path: Path) -> None:
    asks = [Request(small(seed=seed), ("as today",), tuple(range(8))) for seed in range(6)]
    with Evaluator("in-process") as lab:
        expected = {answer.number: answer.figures["as today"] for answer in lab.evaluate(asks)}
    found = {}
    with scheduler(tmp_path) as started, Evaluator(started.where) as lab:
        for answer in lab.evaluate(asks):
            if not found:
                started.workers[0].send_signal(signal.SIGKILL)
                started.workers[0].wait()
            assert not answer.error
            found[answer.number] = answer.figures["as today"]
    assert sorted(found) == list(range(6))
    for number, figures in expected.items():
        assert all(np.array_equal(figures[name], found[number][name], equal_nan=True) for name in figures)
