"""manifest.json is read as it was written; what is none is wrong input, by one set of rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError, RunError
from loyaltysim.results.manifest import check_files, read_manifest, recording_status, repeat_command
from loyaltysim.results.run_folder import ExistingRunFolder, RunFolder, create_run_folder, read_run_folder

ENTRIES = {"status": "interrupted", "title": 'ü "☎"\n=1', "seed": 7, "discount_rate": 0.1, "left_out": [2], "files": {}}


def test_entries_come_back_in_their_order_and_later_ones_replace(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, [])
    folder.update_manifest(**ENTRIES)
    folder.update_manifest(seed=8, answer="The best.")
    found = read_manifest(tmp_path, "seed", "answer")
    assert found == ENTRIES | {"seed": 8, "answer": "The best."}
    assert list(found) == [*ENTRIES, "answer"]


def test_done_says_the_sum_of_every_table_and_a_changed_one_is_noticed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, [])
    for name in ("a.csv", "b.parquet", "c.html"):
        folder.write(name, "x\n")
    folder.mark_done(answer="The best.")
    found = read_manifest(tmp_path)
    assert (found["status"], list(found["files"])) == ("done", ["a.csv", "b.parquet"])
    check_files(tmp_path, found)
    folder.write("a.csv", "y\n")
    with pytest.raises(InputError, match=r"a\.csv cannot be read: it is no longer what the command wrote"):
        check_files(tmp_path, found)
    folder.drop("a.csv")
    with pytest.raises(InputError, match=r"a\.csv cannot be read: it is missing"):
        check_files(tmp_path, found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "it holds no results: there is no manifest.json"),
        ('{"status": ', "manifest.json cannot be read"),
        ("[]", "it holds no names with values"),
        ('{"status": "done"}', "it does not say 'seed'"),
    ],
)
def test_what_is_no_manifest_is_wrong_input(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(InputError, match=said):
        read_manifest(tmp_path, "status", "seed")
    with pytest.raises(InputError, match="there is no such folder"):
        read_manifest(tmp_path / "none")


@pytest.mark.parametrize(
    ("error", "seen", "status"),
    [(RunError("no luck"), RunError, "failed"), (KeyboardInterrupt(), KeyboardInterrupt, "interrupted")],
)
def test_how_a_command_ended_is_recorded(
    tmp_path: Path, error: BaseException, seen: type[BaseException], status: str
) -> None:
    folder = create_run_folder(tmp_path / "out", None)
    folder.update_manifest(**ENTRIES)
    with pytest.raises(seen), recording_status(folder, began=0.0):
        raise error
    found = read_manifest(tmp_path / "out")
    assert (found["status"], found.get("error", "")) == (status, "no luck" if status == "failed" else "")
    assert found["duration_s"] > 0


def test_wrong_input_leaves_nothing_but_what_stood_there(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "out", None)
    folder.update_manifest(**ENTRIES)
    with pytest.raises(InputError), recording_status(folder, began=0.0):
        raise InputError
    assert not (tmp_path / "out").exists()


def test_a_stored_run_is_carried_on_with_its_entries(tmp_path: Path) -> None:
    from loyaltysim import __version__

    first = create_run_folder(tmp_path / "out", None)
    first.update_manifest(**ENTRIES, versions={"loyaltysim": __version__}, scenario_sha256="ab")
    stored = read_run_folder(tmp_path / "out")
    assert (stored.command, stored.is_done, stored.is_whole) == ("", False, False)
    again = ExistingRunFolder(stored)
    again.update_manifest(status="done", runs_failed=1)
    again.rollback()
    stored = read_run_folder(tmp_path / "out")
    assert (stored.is_done, stored.is_whole, stored.manifest["title"]) == (True, False, ENTRIES["title"])
    text = json.dumps(dict(stored.manifest) | {"versions": {}})
    (tmp_path / "out/manifest.json").write_text(text)
    with pytest.raises(InputError, match="this run is of loyaltysim unknown"):
        read_run_folder(tmp_path / "out")


def test_the_line_that_repeats_a_command() -> None:
    options = {
        "over": ["a=1:2", "b c=3:4"],
        "map": ("x", "y", 2),
        "until_decided": True,
        "set": [],
        "seed": None,
        "p": 0.1,
    }
    line = "loyaltysim sweep scenario.yml --over a=1:2 --over 'b c=3:4' --map x y 2 --until-decided --p 0.1"
    assert repeat_command("sweep", options) == line
