"""What no month may lose: people and dollars."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, LOST, REASONS
from loyaltysim.core.records import Report
from loyaltysim.core.tables import World
from loyaltysim.mechanisms import catalog

COSTS = [name for name, metric in catalog().items() if metric.account == "cost"]


def check_people(world: World, report: Report, before: float) -> None:
    people = world.people
    assert report["customers_start"] == before
    assert before + report["joined"] + report["returned"] - report["left"] == report["customers"]
    assert np.count_nonzero(people.status == CUSTOMER) == report["customers"]
    assert sum(report[f"left_{reason}"] for reason in REASONS) == report["left"]
    assert report["left_voiced"] + report["left_unvoiced"] == report["left"]
    assert (
        sum(report[f"never_complained_{reason}"] for reason in REASONS) == report["never_complained"] <= report["left"]
    )
    assert np.all(people.reason[people.status == LOST] >= 0)
    assert np.all(people.reason[people.status != LOST] == -1)
    assert np.count_nonzero(people.open_case) == report["complaints_open"]
    assert np.all(people.status[people.open_case == 1] == CUSTOMER)
    assert report["grievances"] == report["grievances_indifference"] + report["grievances_product"]
    brought = report["joined_by_advertising"] + report["joined_by_talk"] + report["joined_unprompted"]
    assert brought + report["winback_returned"] == report["joined"] + report["returned"]


def check_dollars(report: Report) -> None:
    assert report["spent"] == pytest.approx(sum(report[name] for name in COSTS), rel=1e-9)
    assert report["net"] == pytest.approx(report["margin"] - report["spent"], rel=1e-9, abs=1e-9)
