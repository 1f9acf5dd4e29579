"""The description of the model is made of the declarations, each part in its one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError
from tools.write_odd import filled, parts

ROOT = Path(__file__).parents[2]


def test_the_committed_description_of_the_model_is_the_generated_one() -> None:
    page = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    assert filled(page) == page, "run python -m tools.write_odd"


def test_a_column_that_the_description_lacks_is_put_in() -> None:
    page = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines(keepends=True) if line.startswith("| `satisfaction` | float32"))
    assert filled(page.replace(row, "")) == page


def test_each_mechanism_has_one_place_in_the_description() -> None:
    page = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    marker = "<!-- generated: submodel desk -->"
    with pytest.raises(InputError, match=r"docs/odd\.md: submodel desk: must stand in the page once"):
        filled(page.replace(marker, ""))
    with pytest.raises(InputError, match="submodel weather"):
        filled(page + "<!-- generated: submodel weather -->\n<!-- end -->\n")
    with pytest.raises(InputError, match="submodel desk"):
        filled(page + f"{marker}\n<!-- end -->\n")


def test_the_box_of_a_submodel_has_its_numbers_columns_and_figures() -> None:
    box = parts()["submodel apology"]
    for told in ("`price` 1 $/apology", "`offered` 0.5 share", "`people.satisfaction`", "`apologies`"):
        assert told in box
