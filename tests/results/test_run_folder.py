"""A run's folder: its name, never overwritten, whole files or none, and plain words when it cannot be written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from loyaltysim.core.errors import InputError, RunError
from loyaltysim.results import months, run_folder
from loyaltysim.results.months import write_months
from loyaltysim.results.tables import csv_text
from tests.support.invented_firm import FakeScenario, results


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Recovery or acquisition?", "recovery-or-acquisition"),
        ("../../etc/passwd", "etc-passwd"),
        ("Gr\u00fcn und R\u00f6te", "grun-und-rote"),
        ("???", "scenario"),
        ("a" * 99, "a" * 60),
    ],
)
def test_slugs(name: str, made: str) -> None:
    assert run_folder.slug(name) == made


def test_each_run_gets_a_folder_of_its_own() -> None:
    names = [run_folder.create_run_folder(None, FakeScenario()).path for _ in range(3)]
    assert [str(name) for name in names] == [f"results/fake-study-abcdef-{n}" for n in (1, 2, 3)]
    assert all(not list(name.iterdir()) for name in names)


def test_a_gap_left_by_a_deleted_folder_harms_nothing() -> None:
    for _ in range(3):
        run_folder.create_run_folder(None, FakeScenario())
    Path("results/fake-study-abcdef-2").rmdir()
    (Path("results/fake-study-abcdef-1") / "mine").write_text("kept")
    assert run_folder.create_run_folder(None, FakeScenario()).path.name == "fake-study-abcdef-2"
    assert (Path("results/fake-study-abcdef-1") / "mine").read_text() == "kept"


def test_a_chosen_folder_may_be_new_deep_or_empty() -> None:
    assert run_folder.create_run_folder("a/b/c", FakeScenario()).path.is_dir()
    assert run_folder.create_run_folder("a/b/c", FakeScenario()).path == Path("a/b/c")


def test_a_folder_that_holds_something_is_refused() -> None:
    Path("full").mkdir()
    Path("full/mine").write_text("mine")
    with pytest.raises(InputError, match="never overwritten"):
        run_folder.create_run_folder("full", FakeScenario())
    with pytest.raises(InputError, match="is a file"):
        run_folder.create_run_folder("full/mine", FakeScenario())
    assert Path("full/mine").read_text() == "mine"


def test_a_place_under_a_file_is_said_plainly() -> None:
    Path("file").write_text("")
    with pytest.raises(RunError, match="cannot make the folder file/below"):
        run_folder.create_run_folder("file/below", FakeScenario())


def test_a_failed_write_leaves_no_half_file() -> None:
    folder = run_folder.create_run_folder("out", FakeScenario())
    folder.write("whole.csv", "first\n")

    def half() -> None:
        with folder.new("whole.csv") as file:
            file.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(RunError, match=r"cannot write out/whole.csv: No space left on device"):
        half()
    assert [path.name for path in folder.path.iterdir()] == ["whole.csv"]
    assert (folder.path / "whole.csv").read_text() == "first\n"


def test_a_folder_that_is_rolled_back_is_gone_with_what_was_made_for_it() -> None:
    folder = run_folder.create_run_folder("a/b", FakeScenario())
    folder.update_manifest(status="interrupted")
    folder.write("figures/x.png", b"x")
    folder.rollback()
    assert not Path("a").exists()


def test_a_folder_that_is_rolled_back_spares_what_was_there_before() -> None:
    Path("a").mkdir()
    Path("a/mine").write_text("mine")
    folder = run_folder.create_run_folder("a/b", FakeScenario())
    folder.rollback()
    assert [path.name for path in Path("a").iterdir()] == ["mine"]


def test_the_manifest_gathers_what_is_told() -> None:
    folder = run_folder.create_run_folder("out", FakeScenario())
    folder.update_manifest(status="interrupted", seed=1)
    folder.update_manifest(status="done")
    assert json.loads((folder.path / "manifest.json").read_text()) == {"status": "done", "seed": 1}


def full_disk(folder: run_folder.RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(self: run_folder.RunFolder, name: str, content: str | bytes) -> None:
        raise RunError(f"cannot write {name}: No space left on device")

    monkeypatch.setattr(run_folder.RunFolder, "write", no_room)


def test_on_a_full_disk_the_end_is_told_in_the_old_manifests_place(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run_folder.create_run_folder("out", FakeScenario())
    folder.update_manifest(
        status="interrupted", title="a title that is longer than what follows it, so that the file shrinks"
    )
    full_disk(folder, monkeypatch)
    assert folder.force_manifest(status="failed", title="") == ""
    assert json.loads((folder.path / "manifest.json").read_text()) == {"status": "failed", "title": ""}


def test_a_manifest_that_would_mislead_is_removed_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run_folder.create_run_folder("out", FakeScenario())
    folder.update_manifest(status="interrupted")
    full_disk(folder, monkeypatch)
    monkeypatch.setattr("os.fsync", lambda number: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert folder.force_manifest(status="failed") == "out/manifest.json could not be written and was removed"
    assert not (folder.path / "manifest.json").exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    frame = pd.DataFrame({"strategy": [f'{start}cmd|"/c calc"!A1, "x"'], "mean": [-1.5], "ci_low": [float("nan")]})
    rows = list(csv.reader(io.StringIO(csv_text(frame), newline="")))
    assert rows[1] == [f"'{start}" + 'cmd|"/c calc"!A1, "x"', "-1.5", ""]


def test_csv_keeps_every_digit_and_unix_line_ends() -> None:
    text = csv_text(pd.DataFrame({"mean": [0.1 + 0.2, 1e-300, 12]}))
    assert text == "mean\n0.30000000000000004\n1e-300\n12.0\n"


def test_months_are_tidy_and_complete() -> None:
    study = results(replications=3, months=14)
    folder = run_folder.create_run_folder("out", FakeScenario())
    with folder.new("months.parquet") as file:
        write_months(study, file)
    found = pd.read_parquet(folder.path / "months.parquet")
    assert list(found.columns) == ["strategy", "replication", "month", "metric", "value"]
    left = found[(found.strategy == "recovery") & (found.replication == 2) & (found.metric == "left")]
    assert list(left.month) == list(range(15))
    assert list(left.value) == list(study.path("recovery", "left")[2])
    assert sorted(found[found.metric == "churn_annual"].month.unique()) == [12, 13, 14]
    assert "nothing" not in set(found.metric)
    worth = found[(found.metric == "npv") & (found.strategy == "recovery")]
    assert list(worth.value) == list(study.figures["recovery"]["npv"])
    assert set(worth.month) == {14}


def test_many_replications_are_written_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    study = results(replications=5, months=3)
    whole, pieces = io.BytesIO(), io.BytesIO()
    write_months(study, whole)
    monkeypatch.setattr(months, "REPLICATIONS_AT_ONCE", 2)
    write_months(study, pieces)
    pd.testing.assert_frame_equal(pd.read_parquet(whole), pd.read_parquet(pieces))
