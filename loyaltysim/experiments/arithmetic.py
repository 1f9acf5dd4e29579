"""The arithmetic that consultants do on a spreadsheet, beside the simulation, with a bridge whose steps add up exactly.

The closed form is the market damage model of TARP (Consumer Complaint Handling in America, 1979 and 1986; Goodman,
Strategic Customer Service, 2009): problems x voice x outcome x value. Everyone is alike, staff are as they are today,
nothing is remembered, nobody's talk brings or costs a customer, and a lever has at once the effect of its mean over the
horizon. Every share follows by algebra from what the scenario states.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.core.codes import OUTCOMES
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.lazy import np, pd
from loyaltysim.experiments.ablations import STEPS, Stage, ablate, step_rows
from loyaltysim.experiments.decision import Row, build_frame
from loyaltysim.experiments.options import RunOptions, Source, prepare_scenario
from loyaltysim.results.tables import csv_text
from loyaltysim.scenario import count_grades
from loyaltysim.scenario.registry import levers, parameter_registry
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    from loyaltysim.core.records import RunRecord
    from loyaltysim.scenario import Scenario

Levers = Mapping[str, float]
"""The value of each lever by path."""
NEEDED = ("service", "recovery", "grievance", "satisfaction", "touchpoints", "staff")
BRIDGE_REPLICATIONS = 10
"""How often each market between the closed form and the simulation is simulated."""
MONTHS_A_YEAR = 12
BRIDGED = "revenue lost"
"""The figure of the mean year that has a bridge of its own."""
SPREADSHEET = "arithmetic"
"""The first row of a bridge."""
YEAR = ("strategy", "figure", "unit", "arithmetic", "simulated", "ci_low", "ci_high")


@dataclass(frozen=True)
class Question:
    """Reckon SCENARIO as on a spreadsheet (problems x voice x outcome x value); say what makes the simulation differ.

    What the arithmetic leaves out is restored part by part, in the order shown (in another order the steps would
    differ), each market solved anew to show what is stated; the steps add up to the difference.
    """

    def compare(self, source: Source, options: RunOptions) -> Arithmetic:
        """Compute the closed form, simulate the scenario, and bridge the two part by part; nothing is written.

        The mechanisms that the arithmetic leaves out are switched on one after the other (`ablate`), on common random
        numbers, each market solved to show the same stated figures.

        Args:
            source: What the scenario is read from.
            options: How it is carried out.

        Returns:
            The finding.

        Raises:
            InputError: For what the arithmetic cannot be done for.
            RunError: When a market cannot be solved or simulated.
        """
        number = BRIDGE_REPLICATIONS if options.replications is None else options.replications
        if number < 1:
            cure = f"write 1 or more, or leave it out for {BRIDGE_REPLICATIONS}"
            raise InputError(Problem(f"{number} replications are none", where="--replications", cure=cure))
        scenario = prepare_scenario(source, replace(options, replications=number))
        check_stated(scenario)
        stages = ablate(scenario, executor=options.executor, threads=options.threads or 0)
        forms = {name: compute_closed_form(scenario, name) for name in scenario.strategies}
        tables = {
            "year": tabulate_year(scenario, forms, stages[-1]),
            "bridge": tabulate_bridge(
                {name: form.npv for name, form in forms.items()}, stages, lambda record: record.figures["npv"]
            ),
            "bridge_lost": tabulate_bridge(
                {name: compute_year(scenario, form)[BRIDGED][1] for name, form in forms.items()},
                stages,
                lambda record: measure_year(scenario, record)[BRIDGED],
            ),
        }
        return Arithmetic(scenario, stages[-1].scenario, **tables, rests_on=count_grades(stages[-1].scenario))


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """`year`: a year of each strategy on the spreadsheet and simulated; `bridge`: the steps between the two.

    The bridge holds, for the first strategy its net present value, for the others their gain against it: the
    arithmetic, each step, and the simulation, which is their sum. `bridge_lost` holds the same steps of the revenue
    lost a year over problems. `rests_on`: how many figures of each evidence grade these rest on, the weakest first.
    `solved`: the scenario with its base rates.
    """

    scenario: Scenario
    solved: Scenario
    year: pd.DataFrame
    bridge: pd.DataFrame
    bridge_lost: pd.DataFrame
    rests_on: dict[str, int]
    folder: Path | None = None

    @property
    def files(self) -> dict[str, str]:
        """The tables as CSV, and together with the evidence grades as JSON, by the files' names."""
        tables = {"year": self.year, "bridge": self.bridge, "bridge_lost": self.bridge_lost}
        together = {name: json.loads(table.to_json(orient="records")) for name, table in tables.items()}
        together["rests_on"] = dict(self.rests_on)
        each = {f"{name}.csv": csv_text(table) for name, table in tables.items()}
        return each | {"arithmetic.json": json.dumps(together, indent=1, ensure_ascii=False) + "\n"}


def check_stated(scenario: Scenario) -> None:
    """Refuse a scenario for which there is nothing stated to reckon with. Raises InputError."""
    if scenario.calibration == "off":
        cure = "write calibration: on; the arithmetic starts from what is stated"
        raise InputError(Problem("nothing is solved from what is stated", "calibration", cure=cure))
    for key in NEEDED:
        if not scenario.mechanism(key).on:
            what = f"{key} is off, and without it there are no problems to reckon with"
            raise InputError(Problem(what, key, cure=f"write {key}: on"))
    stated = scenario.stated
    if not stated.churn_annual > 0 or stated.reasons.product + stated.reasons.indifference <= 0:
        what = "nobody is stated to leave over a problem"
        raise InputError(Problem(what, "stated.reasons", cure="state a churn and a share of product or indifference"))


def tabulate_bridge(
    arithmetic: Mapping[str, float], stages: Sequence[Stage], outcome: Callable[[RunRecord], float]
) -> pd.DataFrame:
    """Return the bridge of an outcome: strategy, step, what, value, ci_low, ci_high.

    Args:
        arithmetic: The outcome by the closed form, for each strategy. The first strategy's bridge is of the outcome
            itself, the others' of their difference from the first.
        stages: The markets from the bare one to the scenario itself, simulated.
        outcome: What is read from a run.
    """
    first, rows = next(iter(arithmetic)), list[Row]()
    for name in arithmetic:
        by_hand = arithmetic[name] - (arithmetic[first] if name != first else 0.0)
        levels: list[tuple[str, str, float | np.ndarray]] = [
            (SPREADSHEET, "closed form, everyone alike, from what is stated", by_hand)
        ]
        for stage in stages:
            level = stage.outcome(outcome, name)
            levels.append((stage.name, stage.doc, level - stage.outcome(outcome, first) if name != first else level))
        rows += [(name, *row) for row in step_rows(levels)]
    return build_frame(rows, ("strategy", *STEPS))


def tabulate_year(scenario: Scenario, forms: Mapping[str, ClosedForm], stage: Stage) -> pd.DataFrame:
    """Return a mean year of the horizon: strategy, figure, unit, arithmetic, simulated, ci_low, ci_high."""
    rows: list[Row] = []
    for name, form in forms.items():
        each = [measure_year(scenario, record) for record in stage.records if record.strategy == name]
        for figure, (unit, value) in compute_year(scenario, form).items():
            span = interval(np.array([simulated[figure] for simulated in each]))
            rows.append((name, figure, unit, value, span.mean, span.low, span.high))
    return build_frame(rows, YEAR)


def compute_year(scenario: Scenario, form: ClosedForm) -> dict[str, tuple[str, float]]:
    """Return a mean year by arithmetic, figure by figure with its unit."""
    currency, customer_years = scenario.currency, MONTHS_A_YEAR * form.customers
    problems = customer_years * form.problems
    resolved = problems * form.voiced * form.answered * form.solved
    lost = customer_years * form.lost
    talk = scenario.word_of_mouth
    return {
        "customers": ("customers", form.customers),
        "problems": ("a year", problems),
        "voiced": ("a year", problems * form.voiced),
        "resolved": ("a year", resolved),
        "lost over problems": ("a year", lost),
        "kept after a problem": ("a year", problems - lost),
        "lost in all": ("a year", customer_years * form.left),
        "value of a customer": (currency, form.value),
        "margin at risk": (f"{currency} a year", problems * form.value),
        "margin lost": (f"{currency} a year", lost * form.value),
        "revenue lost": (f"{currency} a year", lost * form.value / scenario.accounts.margin_share),
        "told bad news": ("people a year", (problems - resolved) * talk.told_when_unhappy if talk.on else 0.0),
        "spent": (f"{currency} a year", MONTHS_A_YEAR * form.spent),
    }


def measure_year(scenario: Scenario, record: RunRecord) -> dict[str, float]:
    """Return the same figures of a simulated run; a customer's value is that of the customers of month 0."""
    figures, value = record.figures, record.figures["clv"]
    flows = {
        "problems": figures["grievances"],
        "voiced": figures["complaints"],
        "resolved": sum(
            figures[f"decided_{size}_{end}"] for size in ("large", "small") for end in ("resolved", "resolved_fast")
        ),
        "lost over problems": figures["left_product"] + figures["left_indifference"],
        "kept after a problem": sum(value for name, value in figures.items() if name.startswith("stayed_")),
        "lost in all": figures["left"],
        "told bad news": figures["messages_bad"],
        "spent": figures["spent"],
    }
    year = {name: flow * MONTHS_A_YEAR / scenario.months for name, flow in flows.items()}
    return year | {
        "customers": figures["customers_start"] / scenario.months,
        "value of a customer": value,
        "margin at risk": year["problems"] * value,
        "margin lost": year["lost over problems"] * value,
        "revenue lost": year["lost over problems"] * value / scenario.accounts.margin_share,
    }


@dataclass(frozen=True)
class ClosedForm:
    """One strategy by arithmetic.

    `customers`: their mean number over the horizon; `problems`, `lost` (over problems), `left` (for any reason):
    chances of a customer-month; `voiced`: share of the problems; `answered`: share of what is voiced; `solved`: share
    of what is answered; `joined`, `spent`: a month; `value`: of a customer, `npv`: of the strategy, in the scenario's
    currency.
    """

    customers: float
    problems: float
    voiced: float
    answered: float
    solved: float
    lost: float
    left: float
    joined: float
    spent: float
    value: float
    npv: float


def compute_closed_form(scenario: Scenario, strategy: str) -> ClosedForm:
    """Return what a strategy does by arithmetic: problems x voice x outcome x value.

    Args:
        scenario: Solved or not; only what it states and its levers count.
        strategy: The strategy's name.
    """
    today: Levers = {path: float(scenario.value_at(path)) for path in levers()}
    plan = scenario.plan(strategy)
    mean = {**today, **{path: math.fsum(months) / len(months) for path, months in plan.items()}}
    stated, customers = scenario.stated, float(scenario.market.customers)
    over = stated.reasons.product + stated.reasons.indifference
    stays = compute_staying(scenario)

    problems, voiced = compute_problems(scenario, stays)
    cases_today = voiced * problems * customers
    if scenario.voice.on:
        voiced = 1 - (1 - voiced) * silence_left(scenario, mean) / silence_left(scenario, today)
    cases = voiced * problems * customers

    answered, solved = compute_outcomes(scenario, today, mean, cases / cases_today if cases_today else 1.0)
    good = stated.outcomes.resolved + stated.outcomes.resolved_fast
    fast = stated.outcomes.resolved_fast / good if good else 0.0
    outcome = {
        "ignored": 1 - answered,
        "logged": answered * (1 - solved),
        "resolved": answered * solved * (1 - fast),
        "resolved_fast": answered * solved * fast,
    }
    stay = (1 - voiced) * stays["silent"] + voiced * math.fsum(share * stays[name] for name, share in outcome.items())
    lost = problems * (1 - stay)
    left = lost + (1 - over) * stated.monthly_hazard
    joined = stated.monthly_hazard * customers + compute_acquired(scenario, mean) - compute_acquired(scenario, today)
    spent = compute_spending(scenario, mean, cases, answered)

    margin, discount = scenario.market.margin_mean, (1 + scenario.discount_rate) ** (-1 / MONTHS_A_YEAR)
    number, customer_months, npv = customers, 0.0, 0.0
    for month in range(1, scenario.months + 1):
        npv += (margin * number - spent) * discount**month
        customer_months += number
        number += joined - left * number
    npv += margin * number * scenario.accounts.later_multiple(scenario) * discount ** (scenario.months + 1)
    value = margin / (1 / discount - 1 + stated.monthly_hazard)
    return ClosedForm(
        customer_months / scenario.months, problems, voiced, answered, solved, lost, left, joined, spent, value, npv
    )


def compute_staying(scenario: Scenario) -> dict[str, float]:
    """Return the share that stays after each outcome of a problem, large and small problems together."""
    small, recovery = scenario.grievance.small_share, scenario.recovery
    return {
        name: recovery.behaviour
        * ((1 - small) * getattr(recovery.kept, name) + small * getattr(recovery.kept_small, name))
        for name in OUTCOMES
    }


def compute_problems(scenario: Scenario, stays: Mapping[str, float]) -> tuple[float, float]:
    """Return the monthly chance of a problem and the share voiced today: those that lose whom the scenario states.

    With s of those lost over problems having spoken, odds(voiced) = odds(s) x (1 - stays silent) / (1 - stays voiced).
    """
    stated = scenario.stated
    over = stated.reasons.product + stated.reasons.indifference
    lost_voiced = 1 - math.fsum(getattr(stated.outcomes, name) * stays[name] for name in OUTCOMES[1:])
    lost_silent = 1 - stays["silent"]
    spoke = min(0.999, (1 - stated.silent_share_of_lost) / over) if scenario.voice.on else 0.0
    odds = spoke / (1 - spoke) * lost_silent / max(1e-9, lost_voiced)
    voiced = odds / (1 + odds)
    return over * stated.monthly_hazard / max(1e-9, (1 - voiced) * lost_silent + voiced * lost_voiced), voiced


def compute_outcomes(scenario: Scenario, today: Levers, mean: Levers, cases: float) -> tuple[float, float]:
    """Return which share of what is voiced is answered, and of that solved; `cases`: the ratio to today's cases.

    Where money saturates, 1 - exp(-money / scale), k times as much of it leaves (1 - share)**k undone.
    """
    desk, stated = scenario.desk, scenario.stated.outcomes
    if not desk.on:
        return 0.0, 0.0
    answered = 1 - stated.ignored
    money = today["desk.budget"] * (1 - today["desk.causes"])
    ratio = mean["desk.budget"] * (1 - mean["desk.causes"]) / money / cases if money and cases else 1.0
    solved = (stated.resolved + stated.resolved_fast) / max(1e-9, answered)
    unpaid = max(0.0, 1 - (1 - solved) * math.exp(today["desk.compensation"] / desk.compensation_scale))
    reached = min(1.0, unpaid / desk.solvable) if desk.solvable else 0.0
    unpaid = desk.solvable * (1 - (1 - reached) ** ratio)
    return 1 - stated.ignored**ratio, 1 - (1 - unpaid) * math.exp(-mean["desk.compensation"] / desk.compensation_scale)


def compute_acquired(scenario: Scenario, chosen: Levers) -> float:
    """Return how many customers advertising and win-back bring a month at some levers."""
    advertising, winback = scenario.advertising, scenario.winback
    found = 0.0
    if advertising.on and scenario.joining.on:
        budget, scale = float(scenario.value_at("advertising.budget")), advertising.scale
        most = budget / -math.expm1(-budget / scale) if budget else scale
        found += most * -math.expm1(-chosen["advertising.budget"] / scale) / scenario.stated.acquisition_cost
    if winback.on and scenario.market.margin_mean > 0:
        price = winback.cost_per_dollar * winback.horizon * scenario.market.margin_mean
        found += chosen["winback.budget"] / price
    return found


def compute_spending(scenario: Scenario, chosen: Levers, cases: float, answered: float) -> float:
    """Return what is spent a month: every budget, hiring, receiving complaints, and compensation for each answered."""
    budgets = math.fsum(
        value
        for path, value in chosen.items()
        if parameter_registry()[path].cost == "itself" and scenario.mechanism(path.partition(".")[0]).on
    )
    staff = scenario.staff
    hires = staff.turnover * scenario.market.customers / staff.customers_each
    each = answered * chosen["desk.compensation"] + scenario.channels.mean_cost()
    return budgets + hires * (staff.hire_cost + chosen["staff.selectivity"]) + cases * each


def silence_left(scenario: Scenario, chosen: Levers) -> float:
    """Return the share of the unprompted silence that asking and surveys leave."""
    voice, surveys, customers = scenario.voice, scenario.surveys, scenario.market.customers
    asked = min(1.0, chosen["surveys.budget"] / surveys.price / customers) if surveys.on else 0.0
    left = voice.silence_left ** (chosen["voice.budget"] / voice.price / customers)
    return max(1e-12, left * (1 - asked * surveys.response * surveys.telling))
