"""The public functions: the verbs of the command line, with the same options, the same folder and the same report.

`import loyaltysim as ls; study = ls.run("scenario.yml"); study.summary`. A scenario is a file's path, what such a file
holds (a dict), or a Scenario. Every function that simulates also takes the options of `RunOptions` by name: `out`,
`replications`, `months`, `seed`, `overrides`, `executor`, `threads`, `quiet`, `progress`, `mechanisms`. Wrong input
raises InputError, and nothing is written; what fails on the way raises RunError; KeyboardInterrupt leaves a manifest
that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from loyaltysim import DECISIONS
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.execution.progress import display
from loyaltysim.experiments import arithmetic as arithmetic_experiment
from loyaltysim.experiments import breakeven as breakeven_experiment
from loyaltysim.experiments import customer_history, customer_value
from loyaltysim.experiments import optimise as optimise_experiment
from loyaltysim.experiments import run as run_experiment
from loyaltysim.experiments import sensitivity as sensitivity_experiment
from loyaltysim.experiments import sweep as sweep_experiment
from loyaltysim.experiments.decision import Question, open_decision, write_result_folder
from loyaltysim.experiments.options import (
    OF_THE_FOLDER,
    RunKeywords,
    RunOptions,
    Source,
    calibrate_scenario,
    flag_of,
    options_of,
    prepare_scenario,
)
from loyaltysim.results.manifest import MANIFEST, corrupt_folder
from loyaltysim.results.reader import ReportSource, read_source
from loyaltysim.results.run_folder import (
    ExistingRunFolder,
    RunFolder,
    StoredRun,
    check_writable,
    lock_folder,
    read_run_folder,
    remove_partial_files,
)
from loyaltysim.results.tables import csv_text

if TYPE_CHECKING:
    from loyaltysim.experiments.arithmetic import Arithmetic
    from loyaltysim.experiments.customer_value import CustomerValue
    from loyaltysim.experiments.run import Rerun
    from loyaltysim.study import CustomerLife, Decision, Study


NOT_OF_A_CUSTOMER = {
    "replications": "leave it out, or name one replication: replication=0",
    "executor": "leave it out",
}
"""Options without effect on the life of one customer, each with what to do instead."""


def run(
    scenario: Source,
    *,
    precision: str | float | None = None,
    until_decided: bool = False,
    most_replications: int | None = None,
    profile: bool = False,
    **options: Unpack[RunKeywords],
) -> Study:
    """Simulate every strategy of a scenario and keep results, tables and report in a folder.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        precision: Add replications until the deciding difference is known to this share of the best's NPV, as "2%".
        until_decided: Add replications until the best is told from all others, by a rule that holds at every look.
        most_replications: At how many such a study ends.
        profile: Measure where the time goes, see `study.profile`.
        **options: As in RunOptions.

    Returns:
        The study: tables, answer, pictures, and the folder of the same.

    Raises:
        InputError: For what can be mended in the input; nothing is written.
        RunError: When the run fails.
    """
    asked = run_experiment.Question(precision, until_decided, most_replications, profile)
    with show_progress(RunOptions(**options)) as chosen:
        rule = asked.read_rule(chosen)
        prepared = prepare_scenario(scenario, chosen)
        run_experiment.check_rule(rule, prepared)
        solved = calibrate_scenario(prepared, chosen)
        with run_experiment.open_run(solved, chosen, rule, profile=profile) as opened:
            return complete_run(opened)


def simulate(scenario: Source, **options: Unpack[RunKeywords]) -> Study:
    """Simulate every strategy of a scenario in memory: the same Study, but no folder is written.

    For loops of other tools, which call it many times. `out` is refused.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        **options: As in RunOptions, without `out`.

    Returns:
        The study; its `folder` is None.

    Raises:
        InputError: For what can be mended in the input.
        RunError: When the run fails.
    """
    if options.get("out") is not None:
        cure = "leave it out, or call run, which keeps a folder"
        raise InputError(Problem("simulate writes nothing", where="out", cure=cure))
    with show_progress(RunOptions(**options)) as chosen:
        solved = calibrate_scenario(prepare_scenario(scenario, chosen), chosen)
        opened = run_experiment.ScenarioRun(solved, chosen)
        from loyaltysim.study import build_study  # loads pandas, as below: wrong input need not wait for it

        return build_study(opened.scenario, opened.simulate(), None, opened.runs)


def complete_run(opened: run_experiment.ScenarioRun) -> Study:
    """Simulate an open run, and write its tables and report into its folder."""
    from loyaltysim.reporting.build import build_report
    from loyaltysim.study import build_study, write_tables

    folder = opened.folder
    if folder is None:
        raise TypeError("a run in memory has no folder to complete")
    results = opened.simulate()
    study = build_study(opened.scenario, results, folder.path, opened.runs, opened.verdict)
    if opened.verdict:
        opened.write_verdict(folder)
    write_tables(folder, study)
    folder.update_manifest(  # what is drawn tells it too
        answer=study.answer,
        rests_on=study.rests_on,
        strategies=list(results.strategies),
        runs_failed=len(opened.runs.failures),
        left_out=list(results.left_out),
    )
    for name, content in build_report(ReportSource.from_memory(folder.path, results)).items():
        folder.write(name, content)
    opened.finish(folder)
    return study


def resume(
    folder: str | Path,
    **options: Unpack[RunKeywords],
) -> Study | Decision:
    """Finish the interrupted run, or command, of a folder, or try again what failed in it.

    Its files are then those of one undisturbed. Runs that were done are taken from the cache of finished runs.

    Args:
        folder: The folder.
        **options: `executor`, `threads`, `quiet` and `progress`, as in RunOptions; what was asked stands in the folder.

    Returns:
        What the interrupted function would have returned.

    Raises:
        InputError: For a folder that holds nothing unfinished, or an option that it says itself; it stays as it is.
        RunError: When it fails again.
    """
    refuse_stored_options(options)
    with show_progress(RunOptions(**options)) as chosen:
        chosen.check()
        found = read_run_folder(folder)
        stored = run_experiment.load_stored_scenario(found)
        if found.is_whole:
            again = (
                f"loyaltysim rerun {found.path}" if not found.command else f"in this folder, {found.manifest['repeat']}"
            )
            what = f"this {found.command or 'run'} is done: there is nothing to finish"
            raise InputError(Problem(what, where=str(found.path), cure=f"to repeat it: {again}"))
        with lock_folder(found.path):
            remove_partial_files(found.path)
            if found.command:
                return decide(stored_question(found), stored, chosen, ExistingRunFolder(found))
            rule = run_experiment.stored_rule(found.manifest)
            run_experiment.check_rule(rule, stored, str(found.path))
            with run_experiment.open_run(stored, chosen, rule, folder=ExistingRunFolder(found)) as opened:
                return complete_run(opened)


def rerun(folder: str | Path, **options: Unpack[RunKeywords]) -> Rerun:
    """Repeat the finished run of a folder, every run computed anew, and compare every figure of every month.

    Bit for bit on the same machine and versions, else within 1e-9 of each figure. Nothing is written.

    Args:
        folder: The folder of a finished run.
        **options: `executor`, `threads`, `quiet` and `progress`, as in RunOptions.

    Returns:
        How many figures were compared, and which differ.

    Raises:
        InputError: For a folder that holds no finished run, or an option that it says itself.
        RunError: As `run` does.
    """
    refuse_stored_options(options)
    with show_progress(RunOptions(**options)) as chosen:
        return run_experiment.rerun(folder, chosen)


def refuse_stored_options(options: RunKeywords) -> None:
    """Refuse options that stand in a folder of results already. Raises InputError."""
    for name in OF_THE_FOLDER:
        if options.get(name) not in (None, (), []):
            cure = "leave it out, or call run with the folder's scenario.yml, which keeps a folder of its own"
            raise InputError(Problem("it stands in the folder, and stays as it is", where=name, cure=cure))


def report(folder: str | Path) -> Path:
    """Draw report.html, report.xlsx and figures/*.png of a folder of results anew, the same bytes as before.

    Args:
        folder: A folder that a command has finished.

    Returns:
        The page's path. Nothing is simulated.

    Raises:
        InputError: For a folder that is no run, or was not finished; nothing is written.
        RunError: Where it cannot be written to.
    """
    place = Path(folder)
    material = read_source(place)
    from loyaltysim.reporting.build import (  # loads matplotlib: what cannot be drawn is refused before
        REPORT,
        build_report,
    )

    files = build_report(material)
    kept = RunFolder(place, [])
    for name, content in files.items():
        kept.write(name, content)
    return place / REPORT


def breakeven(
    scenario: Source,
    *,
    over: str = "stated.acquisition_cost",
    between: str | Sequence[str] = (),
    frontier: Sequence[str] = (),
    **options: Unpack[RunKeywords],
) -> Decision:
    """Find where along a parameter or lever the recommendation of a scenario changes.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        over: `PATH=LOW:HIGH`, or PATH alone (half to three times today's value).
        between: The two strategies to compare (default: all, by the best).
        frontier: Two such texts, over which to draw who wins.
        **options: As in RunOptions.

    Returns:
        Tables `breakeven` (a row a crossover), `breakeven_curve` (a row a point and strategy), `frontier` (a row a
        cell).

    Raises:
        InputError: For what can be mended in the input.
        RunError: When the simulations fail.
    """
    return decide(breakeven_experiment.Question(over, between, frontier), scenario, RunOptions(**options))


def sweep(
    scenario: Source,
    *,
    over: str | Sequence[str] = (),
    design: str | None = None,
    points: int | None = None,
    most_points: int = 1_000,
    **options: Unpack[RunKeywords],
) -> Decision:
    """Simulate every strategy of a scenario over any parameters or levers.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        over: Texts `PATH=LOW:HIGH:STEPS` (default: the `uncertain` block).
        design: `grid` (the default where `over` is given), `lhs` (where not), `sobol`, or a CSV file with a column a
            path.
        points: How many, for `lhs` and `sobol`.
        most_points: Beyond how many a design is refused.
        **options: As in RunOptions.

    Returns:
        Tables `sweep` (a row a point, strategy and metric) and `winners` (a row a point).

    Raises:
        InputError: For what can be mended in the input.
        RunError: When the simulations fail.
    """
    return decide(sweep_experiment.Question(over, design, points, most_points), scenario, RunOptions(**options))


def sensitivity(
    scenario: Source,
    *,
    over: str | Sequence[str] = (),
    trajectories: int = 4,
    points: int | None = None,
    most_points: int = 1_000,
    **options: Unpack[RunKeywords],
) -> Decision:
    """Find what the recommendation of a scenario hangs on.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        over: Texts `PATH=LOW:HIGH` (default: the `uncertain` block).
        trajectories: Of Morris's screening.
        points: Of the Latin hypercube besides (default: 16).
        most_points: Of both, beyond which it is refused.
        **options: As in RunOptions.

    Returns:
        Tables `sensitivity` (a row an input) and `points` (a row a point and strategy).

    Raises:
        InputError: For what can be mended in the input.
        RunError: When the simulations fail.
    """
    asked = sensitivity_experiment.Question(over, trajectories, points, most_points)
    return decide(asked, scenario, RunOptions(**options))


def optimise(
    scenario: Source,
    *,
    budget: float,
    levers: str | Sequence[str] = (),
    by_year: bool = False,
    robust: str | None = None,
    at_most: str | Sequence[str] = (),
    **options: Unpack[RunKeywords],
) -> Decision:
    """Find the best split of an extra monthly budget over the levers of a scenario; money may be left unspent.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        budget: In the scenario's currency a month, beyond today's levers.
        levers: Among which (default: those declared as main).
        by_year: Another split each year.
        robust: Over worlds drawn from `uncertain`, by the `mean`, the `worst` tenth or the greatest `regret`.
        at_most: Texts LEVER=X, the most that a lever may get.
        **options: As in RunOptions.

    Returns:
        Tables `optimise` (the split), `next_dollar` (marginal values, overspending points), `spending_curve`, `tried`.

    Raises:
        InputError: For what can be mended in the input.
        RunError: When the simulations fail.
    """
    asked = optimise_experiment.Question(budget, levers, by_year, robust, at_most)
    return decide(asked, scenario, RunOptions(**options))


def decide(
    question: Question, scenario: Source, options: RunOptions, folder: ExistingRunFolder | None = None
) -> Decision:
    """Answer a decision question, and keep its tables, its answer in words and its report in a folder.

    Args:
        question: What is asked.
        scenario: A file's path, what such a file holds, or a Scenario.
        options: How it is carried out.
        folder: The folder of an interrupted command, to be finished there with the scenario as it is.

    Returns:
        What was found.

    Raises:
        InputError: For what can be mended in the input; nothing is left behind.
        RunError: When the simulations fail.
    """
    words = import_module(f"loyaltysim.reporting.text.{question.verb}")
    with show_progress(options) as chosen:
        prepared = prepare_scenario(scenario, chosen, None if folder else question.most_replications)
        plan = question.plan(prepared)
        solved = calibrate_scenario(prepared, chosen)
        with open_decision(question.verb, solved, plan.options, chosen, folder) as opened:
            finding = plan.find(opened)
            told = words.render(finding)
            opened.finish(finding.tables, told.answer, told.notes)
        report(opened.folder.path)
    from loyaltysim.study import Decision

    return Decision(question.verb, finding, told.answer, opened.folder.path, told.notes)


def stored_question(found: StoredRun) -> Question:
    """Return the question that an interrupted command was asked, from its folder.

    Raises InputError for an unknown one.
    """
    if found.command not in DECISIONS:
        raise corrupt_folder(found.path, MANIFEST, f"there is no command {found.command!r}")
    kind = import_module(f"loyaltysim.experiments.{found.command}").Question
    stored: dict[str, Any] = found.manifest["options"]
    names = {flag_of(name, told)[2:].replace("-", "_"): name for name, (_, told) in options_of(kind).items()}
    question: Question = kind(**{names[key]: value for key, value in stored.items()})
    return question


def customer(
    scenario: Source,
    *,
    customer_id: int | None = None,
    find: str | None = None,
    strategy: str | Sequence[str] = (),
    replication: int = 0,
    **options: Unpack[RunKeywords],
) -> CustomerLife:
    """Follow one customer of a scenario under each strategy, on the same luck.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        customer_id: The person's number in the market, from 0.
        find: How to pick one worth telling: `lost-in-silence` (the default), `saved`, `regained` or `most-talkative`.
        strategy: One or several names (default: all), the first of which is the reference.
        replication: In which replication's luck.
        **options: As in RunOptions; `out`, a folder, keeps the story, the months and the picture.

    Returns:
        The customer's life, with `.story`, `.months` and `.strip()`.

    Raises:
        InputError: For a number that is no person or no number, two ways to choose one, or a search that finds nobody.
    """
    for name, cure in NOT_OF_A_CUSTOMER.items():
        if options.get(name) is not None:
            raise InputError(
                Problem("a customer is followed in one replication, in this process", where=name, cure=cure)
            )
    with show_progress(RunOptions(**options)) as chosen:
        check_writable(chosen.out)
        asked = customer_history.Question(customer_id, find, strategy, replication)
        history = asked.find_history(scenario, chosen)
        from loyaltysim.study import CustomerLife

        life = CustomerLife(history)
        if chosen.out is None:
            return life
        from loyaltysim.reporting.charts import customer_history as customer_charts

        files = customer_charts.draw_files(life.strip()) | {
            "story.txt": life.story + "\n",
            "months.csv": csv_text(life.months),
        }
        return replace(life, folder=write_result_folder(chosen.out, life.scenario, files))


def worth(
    scenario: Source,
    *,
    leaves: Sequence[int] = (),
    group: int | None = None,
    **options: Unpack[RunKeywords],
) -> CustomerValue:
    """Say what one lost customer of a scenario is worth, by month of leaving and by number of ties.

    The same world is simulated with and without the departure of a small group over a grievance they do not voice, on
    common luck.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        leaves: At the end of which months they leave (default: the first, and a third and two thirds into the horizon).
        group: How many leave together, to lower noise (default: 1 % of the customers at the start).
        **options: As in RunOptions; `out`, a folder, keeps the table and what it rests on.

    Returns:
        The table of figures, each the mean over replications with its 95 % interval.

    Raises:
        InputError: For a month outside the horizon, a group that is none or too large, or a scenario without
            grievances.
        RunError: When a replication fails.
    """
    with show_progress(RunOptions(**options)) as chosen:
        check_writable(chosen.out)
        found = customer_value.Question(leaves, group).find_value(scenario, chosen)
        return replace(found, folder=write_result_folder(chosen.out, found.scenario, found.files))


def arithmetic(scenario: Source, **options: Unpack[RunKeywords]) -> Arithmetic:
    """Reckon a scenario as consultants do on a spreadsheet, simulate it, and bridge the two part by part.

    Args:
        scenario: A file's path, what such a file holds, or a Scenario.
        **options: As in RunOptions (10 replications unless given); `out`, a folder, keeps tables and JSON.

    Returns:
        A mean year of each strategy both ways, and the steps between the two, which add up.

    Raises:
        InputError: For what the arithmetic cannot be done for.
        RunError: When a market cannot be solved or simulated.
    """
    with show_progress(RunOptions(**options)) as chosen:
        check_writable(chosen.out)
        found = arithmetic_experiment.Question().compare(scenario, chosen)
        return replace(found, folder=write_result_folder(chosen.out, found.solved, found.files))


@contextmanager
def show_progress(options: RunOptions) -> Iterator[RunOptions]:
    """Show progress on standard error, unless it is heard elsewhere or left out.

    Yields the options with who hears of it.
    """
    if options.progress or options.quiet:
        yield options
        return
    with display() as listener:
        yield replace(options, progress=listener)
