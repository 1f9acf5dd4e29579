"""The notebooks run from top to bottom, and what they say is borne out: their hidden cells check the figures they show."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.machines

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OF_MANY_MARKETS = ("01", "03", "04", "05", "06", "07", "08", "09", "11")


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def cells(path: Path, kind: str) -> list[Any]:
    return [cell for cell in read(path).cells if cell.cell_type == kind]


def test_there_are_eleven() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(1, 12)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_has_a_question_a_prediction_and_a_hidden_answer(path: Path) -> None:
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    for part in (
        "**Question.**",
        "## Predict first",
        "## What is folklore here",
        "## Exercise",
        "<summary>Answer</summary>",
    ):
        assert text.count(part) == 1, part
    assert text.index("## Predict first") < text.index("## Exercise")
    tagged = [(tag, cell) for cell in cells(path, "code") for tag in cell.metadata.get("tags", ())]
    assert [tag for tag, _ in tagged] == ["check", "answer"]
    for tag, cell in tagged:
        assert cell.metadata.jupyter.source_hidden, tag
        assert "assert " in cell.source, tag


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_is_valid_bare_and_uses_the_public_names_only(path: Path) -> None:
    nbformat.validate(read(path))
    code = cells(path, "code")
    assert not any(cell.outputs or cell.execution_count for cell in code)
    kept = [cell.source for cell in code if "anniversary.py" not in cell.source]  # a mechanism imports as mechanisms do
    imported = set(re.findall(r"^\s*(?:from|import) (loyaltysim\S*.*)$", "\n".join(kept), re.MULTILINE))
    assert imported == {"loyaltysim as ls"}


def run(path: Path, folder: Path) -> None:
    NotebookClient(
        read(path), kernel_name="python3", timeout=600, resources={"metadata": {"path": str(folder)}}
    ).execute()


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.markets] if path.name[:2] in OF_MANY_MARKETS else [], id=path.stem)
        for path in NOTEBOOKS
    ],
)
def test_each_runs_and_its_figures_bear_out_its_text(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    run(path, tmp_path)
