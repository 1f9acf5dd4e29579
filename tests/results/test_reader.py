"""A run's folder gives back its results; what is missing or torn is wrong input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.results.figures import write_figures
from loyaltysim.results.months import MONTHS as FILE
from loyaltysim.results.months import write_months
from loyaltysim.results.reader import ReportSource, read_results_of, read_source
from loyaltysim.results.results import Results
from loyaltysim.results.run_folder import RunFolder
from tests.results.conftest import FAILED, MONTHS, NAMES, Firm


@pytest.fixture
def folder(results: Results, tmp_path: Path) -> Path:
    made = RunFolder(tmp_path, [])
    with made.new(FILE) as file:
        write_months(results, file)
    write_figures(results, made)
    made.mark_done(
        title=Firm.title, question="?", lesson="", start=Firm.start, currency=Firm.currency,
        discount_rate=Firm.discount_rate, strategies=list(NAMES), replications=Firm.replications, months=MONTHS,
        left_out=list(results.left_out),
    )  # fmt: skip
    return tmp_path


def test_all_results_come_back(results: Results, folder: Path) -> None:
    found = read_source(folder).results
    assert found is not None
    for name in ("title", "start", "currency", "discount_rate", "strategies", "columns", "numbers", "months"):
        assert getattr(found, name) == getattr(results, name)
    assert list(found.left_out) == [FAILED]
    for name in NAMES:
        assert np.asarray(found.paths[name]).tobytes() == np.asarray(results.paths[name]).tobytes()
        for metric, values in results.figures[name].items():
            np.testing.assert_array_equal(found.figures[name][metric], values, strict=True)
    assert found.pilots == results.pilots
    assert read_results_of(folder).numbers == read_results_of(results).numbers == (0, 1, 3, 4, 5)
    assert ReportSource.from_memory(folder, results).manifest == read_source(folder).manifest


@pytest.mark.parametrize(("source", "said"), [(None, "in None"), (3, "in an object of type 'int'")])
def test_what_holds_no_results_is_refused(source: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_results_of(source)


def test_a_folder_of_tables_alone_has_no_results(tmp_path: Path) -> None:
    made = RunFolder(tmp_path, [])
    made.write("breakeven.csv", "value,npv\n100,\n")
    made.mark_done(command="breakeven")
    source = read_source(tmp_path)
    assert (source.results, source.names) == (None, ("breakeven",))
    assert source.table("points") is None
    table = source.table("breakeven")
    assert table is not None
    assert table.npv.isna().all()
    with pytest.raises(InputError, match="holds a decision's tables"):
        read_results_of(tmp_path)
