"""Whatever a file holds, the answer is a scenario or an InputError, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import check
from loyaltysim.scenario.registry import blocks, parameter_registry
from loyaltysim.scenario.yaml_format import write_flow

PATHS = st.sampled_from(
    [*parameter_registry(), *blocks(), "strategies", "uncertain", "extends", "nothing", "desk.budgets"]
)
LEAVES = st.sampled_from(["off", "on", "", "x", "2027-03", "file", None, True, 0, -1, 3, 0.5, 1e308, 10**400])
WORDS = st.sampled_from(["low", "high", "add", "value", "times", "from", "to", "ramp", "a", "name"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PATHS | WORDS, inner, max_size=3), max_leaves=6
)


def answer(text: str, folder: Path) -> str:
    path = folder / "study.yml"
    path.write_text(text, encoding="utf-8")
    try:
        return check(path)
    except InputError as error:
        return str(error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@given(data=st.dictionaries(PATHS, VALUES, max_size=4))
def test_any_values(data: dict[str, object], folder: Path) -> None:
    assert answer(write_flow(data), folder)


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.text("a:-[]{}#&*!|>'\"%@\t\n 1", max_size=40)
)
def test_any_text(text: str, folder: Path) -> None:
    assert answer(text, folder)


@pytest.mark.parametrize("text", ["[" * 5_000, "a: " + "{b: " * 5_000, "- " * 5_000, "a: |\n\x00", "? " * 3_000])
def test_deep_and_strange_text(text: str, folder: Path) -> None:
    assert "study.yml" in answer(text, folder)
