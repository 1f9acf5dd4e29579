"""The commands that the docs' pages show do what the pages say."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from loyaltysim.cli import main

pytestmark = pytest.mark.pages

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs/tutorial").glob("*.md"), *(ROOT / "docs/how-to").glob("*.md")])
FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
SHORT = {"run": ["--months", "8", "--replications", "1", "--executor", "in-process"], "customer": ["--months", "30"]}
"""Options that make a page's command quick; the last one given counts."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_pages_commands_work(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page.read_text()
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content)
    for line in (line for block in SHELL.findall(text) for line in block.splitlines()):
        word, *options = shlex.split(line)
        if word != "loyaltysim":
            assert line.startswith(("python3 -m venv", "source .venv/bin/activate", "pip install")), line
            continue
        done = CliRunner().invoke(main, [*options, *SHORT.get(options[0], [])])
        assert done.exit_code == 0, f"{line}: {done.output}"


def test_pages_show_commands() -> None:
    shown = [line for page in PAGES for block in SHELL.findall(page.read_text()) for line in block.splitlines()]
    assert sum(line.startswith("loyaltysim ") for line in shown) > 12
