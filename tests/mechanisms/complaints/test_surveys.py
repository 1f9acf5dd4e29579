"""What surveys find (F23): samples and their error by hand, silent grievances handed to the desk, intention against behaviour."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from loyaltysim import kernels
from loyaltysim.core.codes import CUSTOMER
from loyaltysim.mechanisms.complaints.surveys import standard_error
from loyaltysim.model import metric_columns, simulate
from loyaltysim.scenario import Scenario
from tests.support.outspoken import OUTSPOKEN, SURVEYED, figures_of
from tests.support.worlds import played

pytestmark = pytest.mark.markets


def test_the_sample_by_hand_f23() -> None:
    """Five customers of rows 0, 2, 4, 6, 8, satisfied 0, .2, .4, .6, .8: those whose draw is below the chance are asked."""
    roll, generation = np.arange(0, 10, 2, dtype=np.int32), np.zeros(10, np.uint16)
    satisfaction = np.arange(10, dtype=np.float32) / 10
    key = np.uint64(7)
    draws = kernels.rng.uniforms(key, roll, generation)
    rows, totals = kernels.complaints.sample(roll, generation, key, float(np.sort(draws)[3]), satisfaction)
    assert rows.tolist() == roll[draws < np.sort(draws)[3]].tolist()
    assert len(rows) == 3
    assert totals.tolist() == pytest.approx([2.0])


def test_the_sampling_error_by_hand_f23() -> None:
    """.2, .4, .6 out of 12: standard deviation .2, over sqrt 3, times the root of the nine twelfths not asked."""
    assert standard_error(np.array([0.2, 0.4, 0.6]), 12) == pytest.approx(0.2 / math.sqrt(3) * math.sqrt(0.75))
    assert standard_error(np.array([0.2, 0.4, 0.6]), 3) == 0


def test_what_is_measured_misses_the_truth_as_the_error_says_f23(small: Callable[..., Scenario]) -> None:
    """The misses in standard errors have mean 0 and mean square 1, within 3 standard errors over 12 x 24 surveys."""
    scenario = small(**{**OUTSPOKEN, **SURVEYED, "surveys.budget": 800.0, "strategies": {"today": {}}})
    misses = []
    for replication in range(12):
        months = simulate(scenario, replication, ["today"])[0].months[1:]
        told, answers, errors, true, customers = (
            months[:, metric_columns()[name]]
            for name in ("survey_sum", "survey_answers", "survey_error_sum", "survey_true_sum", "survey_customers")
        )
        misses.extend((told / answers - true / customers) / (errors / answers))
    z = np.array(misses)
    assert abs(z.mean()) < 3 / math.sqrt(z.size)
    assert abs((z**2).mean() - 1) < 3 * math.sqrt(2 / z.size)


def test_found_grievances_are_cases_like_any_other_but_not_public_f23(small: Callable[..., Scenario]) -> None:
    found = 0
    everyone = {"surveys.budget": 1e6, "surveys.response": 1.0, "surveys.telling": 1.0, "survey_fatigue.refusal": 0.0}
    for world, report in played(small(**everyone, **{"desk.budget": 1e5, "grievance.indifference": 0.3}), 12):
        people = world.people
        assert world.voiced.tolist() == world.grieved.tolist()
        assert report["grievances"] == report["complaints"] + report["grievances_found"]
        assert report["surveyed"] == report["survey_customers"] == report["survey_answers"]
        assert report["survey_error_sum"] == 0
        assert np.all(people.complained[world.found[people.status[world.found] == CUSTOMER]] == 1)
        assert not np.isin(world.public, world.found).any()
        assert report["decided_large_silent"] == 0
        found += world.found.size
    assert found > 20


def test_without_a_desk_what_is_found_stays_a_silent_grievance_f23(small: Callable[..., Scenario]) -> None:
    alone = {"desk.on": False, "voice.on": False, "surveys.budget": 2_000.0, "grievance.indifference": 0.3}
    found = 0.0
    for world, report in played(small(**alone), 12):
        assert world.voiced.size == 0
        assert report["decided_large_silent"] == report["grievances"]
        found += report["grievances_found"]
    assert found > 0


def test_those_who_say_that_they_will_leave_leave_more_often_but_far_from_all(small: Callable[..., Scenario]) -> None:
    """Item 7, intention against behaviour."""
    runs = figures_of(small, SURVEYED, {"surveys.budget": 4_000.0, "surveys.response": 0.8}, pairs=12)
    kept, missed = (np.array([run[name] for run in runs]) for name in ("intention_kept", "intention_missed"))
    gap = kept - missed
    assert gap.mean() > 3 * gap.std(ddof=1) / math.sqrt(len(gap))
    assert kept.mean() < 0.8


def test_the_answers_of_a_month_are_looked_back_on_in_the_next(small: Callable[..., Scenario]) -> None:
    before = None
    for world, report in played(small(**{"surveys.budget": 400.0}), 6):
        if before is not None:
            assert report["intended"] == before["survey_intending"]
            assert report["denied"] == before["survey_answers"] - before["survey_intending"]
        before = dict(report.values)
        assert world.intending.size == report["survey_intending"]
