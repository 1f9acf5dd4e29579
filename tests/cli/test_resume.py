"""A run that was killed is finished as if nothing had happened; a finished one is repeated to the bit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from loyaltysim.cli import main
from loyaltysim.results.run_folder import lock_folder
from tests.support.killed_runs import MOST_IN_FLIGHT, Scene, files_of, killed_when, scene

pytestmark = pytest.mark.machines

REPLICATIONS = 20


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    here = scene(tmp_path_factory.mktemp("undisturbed") / "scene", REPLICATIONS)
    process = here.run()
    _, said = process.communicate(timeout=300)
    assert (process.returncode, said) == (0, "")
    return here


def said(*arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text()))


@pytest.mark.parametrize("computed", [1, 13, 39])
def test_a_killed_run_is_resumed_to_the_same_bytes_and_computes_nothing_twice(
    undisturbed: Scene, tmp_path: Path, computed: int
) -> None:
    here = scene(tmp_path / "scene", REPLICATIONS)
    killed_when(here.run(), here, computed)
    assert manifest(here.out)["status"] == "interrupted"
    there = here.stored()
    assert here.resumed() == (0, "")
    assert files_of(here.out) == files_of(undisturbed.out)
    told = manifest(here.out)
    assert (told["status"], told["runs"], told["runs_reused"]) == ("done", here.runs, there)
    assert here.runs <= here.computed() <= here.runs + MOST_IN_FLIGHT
    before, after = ({k: v for k, v in manifest(each.out).items() if k in ("answer", "rests_on", "machine", "versions", "seed")} for each in (undisturbed, here))  # fmt: skip
    assert before == after


def test_another_study_reuses_the_runs(undisturbed: Scene) -> None:
    more = undisturbed.place / "more.yml"
    more.write_text((undisturbed.place / "study.yml").read_text().replace("recovery:", "another name:"))
    before = undisturbed.computed()
    process = undisturbed.begin("run", str(more), "--out", str(undisturbed.place / "more"), "--replications", "22")
    process.communicate(timeout=300)
    assert undisturbed.computed() == before + 4
    assert manifest(undisturbed.place / "more")["runs_reused"] == undisturbed.runs


def test_what_can_be_resumed_and_what_not_is_said_with_the_cure(undisturbed: Scene, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, what in ((tmp_path / "none", "no such folder"), (tmp_path / "empty", "there is no manifest.json")):
        for verb in ("resume", "rerun"):
            refused = said(verb, folder)
            assert refused.exit_code == 2
            assert what in refused.stderr
            assert "name the folder of a run" in refused.stderr
    assert not list((tmp_path / "empty").iterdir())
    done = said("resume", undisturbed.out)
    assert done.exit_code == 2
    assert "there is nothing to finish" in done.stderr


def copied(undisturbed: Scene, place: Path, **told: Any) -> Path:
    place.mkdir()
    for name in ("scenario.yml", "months.parquet", "manifest.json"):
        (place / name).write_bytes((undisturbed.out / name).read_bytes())
    (place / "manifest.json").write_text(json.dumps(manifest(place) | told))
    return place


@pytest.mark.parametrize("verb", ["resume", "rerun"])
def test_a_folder_of_another_version_is_refused_and_left_alone(undisturbed: Scene, tmp_path: Path, verb: str) -> None:
    status = "interrupted" if verb == "resume" else "done"
    folder = copied(undisturbed, tmp_path / "old", status=status, versions={"loyaltysim": "0.0.1"})
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    refused = said(verb, folder)
    assert refused.exit_code == 2
    assert "pip install loyaltysim==0.0.1" in refused.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_changed_scenario_is_refused(undisturbed: Scene, tmp_path: Path) -> None:
    folder = copied(undisturbed, tmp_path / "changed", status="interrupted")
    text = (folder / "scenario.yml").read_text()
    assert "seed: 2026" in text
    (folder / "scenario.yml").write_text(text.replace("seed: 2026", "seed: 2027"))
    refused = said("resume", folder)
    assert refused.exit_code == 2
    assert "no longer the one of this run" in refused.stderr


def test_a_folder_that_another_process_is_at_is_refused(undisturbed: Scene, tmp_path: Path) -> None:
    folder = copied(undisturbed, tmp_path / "busy", status="interrupted")
    program = f"import sys; from loyaltysim.cli import main; main(['resume', {str(folder)!r}])"
    with lock_folder(folder):
        refused = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "another process is at this run now" in refused.stderr


def test_an_interrupted_run_is_no_run_to_repeat(undisturbed: Scene, tmp_path: Path) -> None:
    folder = copied(undisturbed, tmp_path / "half", status="interrupted")
    refused = said("rerun", folder)
    assert refused.exit_code == 2
    assert f"loyaltysim resume {folder}" in refused.stderr


def altered(folder: Path, change: float) -> None:
    """Change one figure of the run by a share: customers in the last month of the last run."""
    with pq.ParquetFile(folder / "months.parquet") as kept:
        groups = [kept.read_row_group(number) for number in range(kept.num_row_groups)]
    values = groups[-1]["value"].to_numpy().copy()
    names = np.array(groups[-1]["metric"].to_pylist())
    values[np.flatnonzero(names == "customers")[-1]] *= 1 + change
    groups[-1] = groups[-1].set_column(4, groups[-1].schema.field("value"), pa.array(values))
    with pq.ParquetWriter(folder / "months.parquet", groups[0].schema) as writer:
        for group in groups:
            writer.write_table(group)


@pytest.mark.parametrize(
    ("change", "machine", "status"), [(0.0, "", 0), (1e-12, "", 1), (1e-12, "other", 0), (1e-6, "other", 1)]
)
def test_a_run_is_repeated_and_compared(
    undisturbed: Scene, tmp_path: Path, change: float, machine: str, status: int
) -> None:
    folder = copied(undisturbed, tmp_path / "again", **({"machine": machine} if machine else {}))
    if change:
        altered(folder, change)
    found = said("rerun", folder, "--executor", "in-process")
    assert found.exit_code == status
    assert ("Not compared bit for bit" in found.stdout) is bool(machine)
    assert ("1e-09" in found.stdout) is bool(machine)
    if machine:
        assert "machine other then" in found.stdout
    if status:
        assert "1 differ" in found.stdout
        assert "recovery, replication 19, month 12, customers:" in found.stdout
    else:
        assert found.stdout.startswith("The same: all ")


def test_a_changed_figure_of_a_replication_is_noticed(undisturbed: Scene, tmp_path: Path) -> None:
    folder = copied(undisturbed, tmp_path / "figures")
    kept = pq.read_table(undisturbed.out / "figures.parquet")
    names, values = np.array(kept["metric"].to_pylist()), kept["value"].to_numpy().copy()
    values[np.flatnonzero(names == "npv")[0]] += 1e-6
    pq.write_table(kept.set_column(3, kept.schema.field("value"), pa.array(values)), folder / "figures.parquet")
    found = said("rerun", folder, "--executor", "in-process")
    assert found.exit_code == 1
    assert "1 differ" in found.stdout
    assert "as today, replication 0, npv:" in found.stdout
