"""A picture has one name, and a new one touches two files: the example of docs/how-to/add-a-picture.md is followed literally."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loyaltysim import plots
from loyaltysim.reporting.charts import charts
from loyaltysim.study import Study

ROOT = Path(__file__).parents[3]
SECTION = '    return Section("reasons", "Why do customers leave?", said, [drawing], [table])\n'


def example(name: str) -> str:
    page = (ROOT / "docs/how-to/add-a-picture.md").read_text()
    found = re.search(rf"<!-- example: {re.escape(name)} -->\s*```\w+\n(.*?)```", page, re.DOTALL)
    assert found, f"docs/how-to/add-a-picture.md has no example {name}"
    return found[1]


@pytest.fixture(scope="module")
def copy(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a copy of the package to which the example is added, and a copy of a finished run."""
    copied = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "loyaltysim", copied / "loyaltysim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(folder, copied / "out")
    (copied / "loyaltysim/reporting/charts/silence.py").write_text(example("charts/silence.py"))
    section = copied / "loyaltysim/reporting/page/sections.py"
    text = section.read_text()
    assert text.count(SECTION) == 1
    text = text.replace(SECTION, example("section")).replace("\nfrom loyaltysim.results.reader", f"\n{example('import')}from loyaltysim.results.reader", 1)  # fmt: skip
    section.write_text(text)
    return copied


def python(copy: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, *words], check=False, cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_picture_is_in_folder_page_and_library(copy: Path) -> None:
    python(copy, "-m", "loyaltysim", "report", "out")
    drawn = (copy / "out/figures/silence.png").read_bytes()
    code = "import sys; from loyaltysim import plots; sys.stdout.write(plots.silence('out')._repr_png_().hex())"
    assert bytes.fromhex(python(copy, "-c", code)) == drawn
    page = (copy / "out/report.html").read_text()
    reasons = page.partition('<section id="reasons"')[2].partition("</section>")[0]
    assert reasons.count("<svg") == 2
    assert "leave in silence under the first strategy" in reasons


def test_a_picture_has_one_name_everywhere(study: Study, folder: Path) -> None:
    files = {file.stem for file in (folder / "figures").glob("*.png")}
    assert files == {name for name, each in charts().items() if not each.tables}
    for name, each in charts().items():
        assert name == each.name == each.draw.__name__ == getattr(study.plot, name).__name__
        assert getattr(plots, name) is each
        assert each.question.endswith("?")
    assert set(charts()) < set(plots.__all__)
    assert set(charts()) < set(dir(study.plot))


def test_a_picture_that_is_not_there_is_no_attribute(study: Study) -> None:
    for owner in (plots, study.plot, plots.DecisionPlots(None)):
        with pytest.raises(AttributeError, match="nothing"):
            getattr(owner, "nothing")  # noqa: B009
