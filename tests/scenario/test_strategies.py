"""What a strategy does to a lever, month by month."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.strategies import month_name, month_number


def planned(change: Any, *, months: int = 12, budget: float = 2_000.0) -> tuple[float, ...]:
    spec = Scenario().replace(
        {"months": months, "desk.budget": budget, "strategies": {"today": {}, "new": {"desk.budget": change}}},
        source="test",
    )
    return spec.plan("new")["desk.budget"]


def test_a_number_sets_and_words_change_what_the_file_has() -> None:
    assert planned(500) == (500.0,) * 12
    assert planned({"value": 500}) == (500.0,) * 12
    assert planned({"add": 500}) == (2_500.0,) * 12
    assert planned({"times": 1.5}) == (3_000.0,) * 12


def test_dates_are_inclusive_months() -> None:
    assert planned({"add": 1, "from": "2027-03", "to": "2027-04"}) == (
        *(2_000.0,) * 2,
        2_001.0,
        2_001.0,
        *(2_000.0,) * 8,
    )
    assert planned({"add": 1, "to": "2027-01"})[:2] == (2_001.0, 2_000.0)
    assert planned({"add": 1, "from": "2027-12", "to": "2039-01"})[-2:] == (2_000.0, 2_001.0)


def test_a_ramp_spreads_a_change_in_equal_steps() -> None:
    assert planned({"add": 600, "ramp": 6})[:7] == (2_100.0, 2_200.0, 2_300.0, 2_400.0, 2_500.0, 2_600.0, 2_600.0)
    assert planned({"value": 0, "ramp": 2, "from": "2027-02"})[:4] == (2_000.0, 1_000.0, 0.0, 0.0)


def test_a_list_is_applied_in_order() -> None:
    assert planned([{"add": 1_000}, {"times": 2}])[0] == 6_000.0
    assert planned([{"times": 2}, {"add": 1_000}])[0] == 5_000.0
    steps = [{"add": 100, "to": "2027-01"}, {"value": 7, "from": "2027-03"}]
    assert planned(steps)[:4] == (2_100.0, 2_000.0, 7.0, 7.0)


def test_only_levers_that_change_are_planned() -> None:
    spec = Scenario().replace({"strategies": {"today": {}, "both": {"desk": {"budget": 1, "causes": 0.5}}}}, "test")
    assert spec.plan("today") == {}
    assert sorted(spec.plan("both")) == ["desk.budget", "desk.causes"]
    with pytest.raises(InputError, match=r"there is no strategy 'bth'.*\n.*did you mean both\?"):
        spec.plan("bth")


def test_a_lever_may_not_leave_its_range_in_any_month() -> None:
    planned({"add": -2_000})
    with pytest.raises(InputError, match=r"makes desk.budget -1 in 2027-06 \(month 6\), below 0"):
        planned({"add": -2_001, "from": "2027-06"})
    with pytest.raises(InputError, match="above 1"):
        Scenario().replace({"strategies": {"a": {"desk.causes": {"times": 21}}}}, "test")


def test_without_strategies_there_is_today() -> None:
    assert list(Scenario().strategies) == ["as today"]
    assert Scenario().plan("as today") == {}


@given(
    months=st.integers(1, 60),
    first=st.integers(1, 60),
    length=st.integers(0, 60),
    ramp=st.integers(0, 24),
    add=st.floats(0, 1e6),
)
def test_months_within_the_dates_change_and_no_others(
    months: int, first: int, length: int, ramp: int, add: float
) -> None:
    first = min(first, months)
    last = min(first + length, months)
    dates = {"from": month_name(first, "2027-01"), "to": month_name(first + length, "2027-01")}
    values = planned({"add": add, "ramp": ramp, **dates}, months=months)
    assert len(values) == months
    for month, value in enumerate(values, 1):
        if first <= month <= last:
            share = min(1.0, (month - first + 1) / ramp) if ramp else 1.0
            assert value == pytest.approx(2_000 + add * share, rel=1e-12)
        else:
            assert value == 2_000


@given(months=st.integers(-500, 5_000))
def test_calendar_months_count_on(months: int) -> None:
    assert month_number(month_name(months, "2027-01"), "2027-01") == months
    assert [month_name(*at) for at in ((1, "2027-01"), (60, "2027-01"), (3, "2027-11"))] == [
        "2027-01",
        "2031-12",
        "2028-01",
    ]
