"""The public functions: what they take, that Python and the command line do the same, and what they leave behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

import loyaltysim as ls
from loyaltysim import api
from loyaltysim.cli import VERBS, main
from loyaltysim.core.errors import InputError, RunError
from loyaltysim.execution.progress import Progress
from loyaltysim.experiments.options import OF_THE_FOLDER, RunKeywords, RunOptions, flag_of, options_of
from loyaltysim.mechanisms import unregister
from loyaltysim.study import Study
from tests.support.anniversary import Anniversary
from tests.support.firm import FILE, written

QUESTIONS = {
    "run": "run",
    "breakeven": "breakeven",
    "sweep": "sweep",
    "sensitivity": "sensitivity",
    "optimise": "optimise",
    "customer": "customer_history",
    "worth": "customer_value",
    "arithmetic": "arithmetic",
}
"""In which file of `experiments` the question of each verb is declared."""
LEFT_OUT = {
    "resume": OF_THE_FOLDER,
    "rerun": OF_THE_FOLDER,
    "customer": ("replications", "executor"),
    "check": ("out", "executor", "threads", "quiet"),
}
"""Options of RunOptions that a verb does not take on the command line."""
DECISIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "breakeven": (
        {
            "over": "market.margin_mean=20:4000",
            "between": "advertise,as today",
            "frontier": ("market.margin_mean=20:4000:2", "advertising.scale=500:2000:2"),
        },
        ["--over", "market.margin_mean=20:4000", "--between", "advertise,as today", "--map",
         "market.margin_mean=20:4000:2", "advertising.scale=500:2000:2"],
    ),
    "sweep": (
        {"over": ["market.margin_mean=20:4000:3", "desk.budget=0:40:2"], "design": "grid"},
        ["--over", "market.margin_mean=20:4000:3", "--over", "desk.budget=0:40:2", "--design", "grid"],
    ),
    "sensitivity": ({"points": 9, "trajectories": 2}, ["--points", "9", "--trajectories", "2"]),
    "optimise": (
        {"budget": 500.0, "levers": ("desk.budget", "advertising.budget"), "at_most": "advertising.budget=300"},
        ["--budget", "500", "--levers", "desk.budget,advertising.budget", "--at-most", "advertising.budget=300"],
    ),
}  # fmt: skip
"""What is asked of each command that decides, in Python and on the command line."""
MEASURED = ("started", "duration_s", "simulation_s", "person_months_per_second")
"""Entries of a manifest that tell the time."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call beside the small firm's scenario, firm.yml."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path)


def question(verb: str) -> type | None:
    place = QUESTIONS.get(verb)
    return import_module(f"loyaltysim.experiments.{place}").Question if place else None


def files(folder: str | Path) -> dict[str, bytes]:
    """Read all files of a folder, and of the manifest what does not tell the time."""
    root = Path(folder)
    found = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    if "manifest.json" in found:
        entries = json.loads(found["manifest.json"])
        found["manifest.json"] = json.dumps({k: v for k, v in entries.items() if k not in MEASURED}).encode()
    return found


def command(*words: str) -> str:
    """Give a command as it would be typed; returns its standard output."""
    done = CliRunner().invoke(main, [*words, "--executor", "in-process"] if words[0] != "customer" else list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


# What the functions take.


@pytest.mark.parametrize("verb", QUESTIONS)
def test_a_function_takes_the_fields_of_its_question_by_name_and_those_of_a_run(verb: str) -> None:
    source, *asked, rest = signature(getattr(api, verb)).parameters.values()
    declared = fields(question(verb))  # type: ignore[arg-type]
    assert getattr(ls, verb) is getattr(api, verb)
    assert source.kind is Parameter.POSITIONAL_OR_KEYWORD
    assert [each.name for each in asked] == [each.name for each in declared]
    assert {each.kind for each in asked} <= {Parameter.KEYWORD_ONLY}
    defaults = [Parameter.empty if each.default is MISSING else each.default for each in declared]
    assert [each.default for each in asked] == defaults
    assert [each.annotation for each in asked] == [each.type for each in declared]
    assert (rest.kind, rest.annotation) == (Parameter.VAR_KEYWORD, "Unpack[RunKeywords]")


@pytest.mark.parametrize("verb", ["simulate", "resume", "rerun"])
def test_what_simulates_without_a_question_takes_the_options_of_a_run_alone(verb: str) -> None:
    _, rest = signature(getattr(api, verb)).parameters.values()
    assert (rest.kind, rest.annotation) == (Parameter.VAR_KEYWORD, "Unpack[RunKeywords]")


def test_the_keywords_are_the_fields_of_the_options() -> None:
    declared = {each.name: each.type for each in fields(RunOptions) if each.name != "began"}
    assert {name: told.__forward_arg__ for name, told in RunKeywords.__annotations__.items()} == declared


@pytest.mark.parametrize("verb", [*QUESTIONS, "resume", "rerun", "check"])
def test_a_verb_has_the_options_that_are_declared_and_no_other(verb: str) -> None:
    declared = {
        name: each
        for kind in (RunOptions, question(verb))
        if kind is not None
        for name, each in options_of(kind).items()
        if name not in LEFT_OUT.get(verb, ())
    }
    made = {each.name: each for each in _command(verb).params if isinstance(each, click.Option)}
    others = {"allow_remote"} if "executor" in declared else set()
    assert set(made) == {*declared, *others, *(["form"] if verb == "run" else [])}
    for name, (field, told) in declared.items():
        option = made[name]
        assert option.opts == [flag_of(name, told)]
        assert (option.multiple, option.nargs, option.required) == (told.several, told.sides, told.is_required)
        assert option.is_flag == (field.default is False)
        if field.default is not False and field.default not in (None, (), MISSING):
            assert option.default == field.default


def _command(verb: str) -> click.Command:
    found = main.get_command(click.Context(main), verb)
    assert found is not None
    return found


def test_every_verb_is_a_public_function() -> None:
    assert set(VERBS) <= set(dir(ls))
    assert all(callable(getattr(ls, verb)) for verb in VERBS)


# What they are given.


def test_a_file_a_mapping_and_a_scenario_leave_the_same_folder() -> None:
    sources: dict[str, Any] = {"file": "firm.yml", "mapping": YAML(typ="safe").load(FILE), "own": ls.load("firm.yml")}
    for name, source in sources.items():
        ls.run(source, out=name, executor="in-process", quiet=True)
    by_file, by_mapping, by_scenario = (files(name) for name in sources)
    assert by_scenario == by_file
    assert set(by_mapping) == set(by_file)
    of_places = ("scenario.yml", "audit.csv")  # they say where each figure was written
    for name in of_places:
        assert re.sub(rb"firm\.yml:\d+", b"dict", by_file[name]) == by_mapping[name]
    rest = set(by_file) - {*of_places, "report.xlsx", "manifest.json"}
    assert {name: by_mapping[name] for name in rest} == {name: by_file[name] for name in rest}
    hashes = {name: json.loads((Path(name) / "manifest.json").read_text())["scenario_sha256"] for name in sources}
    assert len(set(hashes.values())) == 1


def test_what_a_call_says_lies_over_every_kind_of_source() -> None:
    sources: list[Any] = ["firm.yml", Path("firm.yml"), YAML(typ="safe").load(FILE), ls.load("firm.yml")]
    for source in sources:
        study = ls.simulate(
            source, months=4, replications=2, seed=9, overrides="desk.budget=7", executor="in-process", quiet=True
        )
        scenario = study.scenario
        assert (scenario.months, scenario.replications, scenario.seed, scenario.desk.budget) == (4, 2, 9, 7.0)


def test_mechanisms_of_ones_own_take_part() -> None:
    cards = YAML(typ="safe").load(FILE) | {"anniversary": {"price": 4}, "anniversary.budget": 30}
    with pytest.raises(InputError, match="anniversary"):
        ls.simulate(cards, quiet=True)
    try:
        study = ls.simulate(cards, mechanisms=[Anniversary], executor="in-process", quiet=True)
        assert (study.results.figures["as today"]["cards_sent"] > 0).all()
    finally:
        unregister(Anniversary)


# That Python and the command line do the same.


def test_run_is_the_same_from_python_and_from_the_command_line() -> None:
    study = ls.run("firm.yml", overrides=["desk.budget=60"], months=5, out="python", executor="in-process", quiet=True)
    told = command("run", "firm.yml", "--set", "desk.budget=60", "--months", "5", "--out", "line")
    assert files("line") == files("python")
    assert told.startswith(study.answer)
    assert {"report.html", "report.xlsx"} <= set(files("python"))


def test_a_run_until_it_is_precise_is_the_same_from_both() -> None:
    study = ls.run("firm.yml", precision=0.5, most_replications=6, out="python", executor="in-process", quiet=True)
    command("run", "firm.yml", "--precision", "50%", "--most-replications", "6", "--out", "line")
    assert files("line") == files("python")
    assert study.scenario.replications <= 6


@pytest.mark.parametrize("verb", DECISIONS)
def test_a_decision_is_the_same_from_python_and_from_the_command_line(verb: str) -> None:
    asked, words = DECISIONS[verb]
    found = getattr(ls, verb)("firm.yml", **asked, replications=2, out="python", executor="in-process", quiet=True)
    told = command(verb, "firm.yml", *words, "--replications", "2", "--out", "line", "--quiet")
    kept = files("python")
    assert files("line") == kept
    assert told.startswith(found.answer)
    assert {f"{name}.csv" for name in found.tables} == {name for name in kept if name.endswith(".csv")}
    assert {"report.html", "report.xlsx", "manifest.json", "scenario.yml"} <= set(kept)
    assert found.answer.splitlines()[0] in json.loads(kept["manifest.json"])["answer"]
    assert ls.report("python") == Path("python/report.html")
    assert files("python") == kept


def test_a_customer_is_the_same_from_python_and_from_the_command_line() -> None:
    life = ls.customer("firm.yml", find="most-talkative", strategy=["as today"], out="python", quiet=True)
    told = command("customer", "firm.yml", "--find", "most-talkative", "--strategy", "as today", "--out", "line")
    assert files("line") == files("python")
    assert told.startswith(life.story)
    named = ls.customer("firm.yml", customer_id=life.id, strategy="as today", quiet=True)
    assert (named.story, named.folder) == (life.story, None)
    assert command("customer", "firm.yml", "--id", str(life.id), "--strategy", "as today") == named.story + "\n"


@pytest.mark.parametrize(("old", "new"), [("set", "overrides"), ("id", "customer_id"), ("map", "frontier")])
def test_a_keyword_of_before_is_answered_with_the_one_of_now(old: str, new: str) -> None:
    with pytest.raises(InputError, match=rf"{old}: .*\n.*(write|called) {new}"):
        ls.run("firm.yml", **{old: 1})


@pytest.mark.parametrize("name", ["replications", "executor"])
def test_what_has_no_effect_on_one_customers_life_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"{name}: .*one replication.*\n.*leave it out"):
        ls.customer("firm.yml", **{name: 2})


def test_a_lost_customers_worth_is_the_same_from_python_and_from_the_command_line() -> None:
    found = ls.worth("firm.yml", leaves=[1, 3], group=4, out="python", executor="in-process", quiet=True)
    told = command("worth", "firm.yml", "--leaves", "1,3", "--group", "4", "--out", "line", "--quiet")
    assert files("line") == files("python")
    from loyaltysim.reporting.text.customers import render_values

    assert told.startswith(render_values([1, 3], found.span, found.scenario.currency))


def test_the_arithmetic_is_the_same_from_python_and_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    text = FILE.replace("calibration: off\n", "")
    Path("stated.yml").write_text(text)
    monkeypatch.setattr(
        "loyaltysim.experiments.ablations.solve", lambda scenario: scenario.replace({"calibration": "off"}, "test")
    )
    found = ls.arithmetic("stated.yml", replications=2, out="python", executor="in-process", quiet=True)
    told = command("arithmetic", "stated.yml", "--replications", "2", "--out", "line", "--quiet")
    kept = files("python")
    assert files("line") == kept
    assert {"year.csv", "bridge.csv", "arithmetic.json"} <= set(kept)
    assert "A mean year of the horizon" in told
    assert found.folder == Path("python")


# A study in memory.


def test_simulate_gives_the_study_of_run_and_leaves_no_file() -> None:
    kept = ls.run("firm.yml", out="kept", executor="in-process", quiet=True)
    before = sorted(Path().rglob("*"))
    study = ls.simulate("firm.yml", executor="in-process", quiet=True)
    _assert_equal(study, kept)
    pd.testing.assert_frame_equal(study.months, kept.months)
    pd.testing.assert_frame_equal(study.frame, kept.frame)
    assert study.plot.money()._repr_png_() == Path("kept/figures/money.png").read_bytes()
    assert study.folder is None
    assert repr(study) == repr(kept).replace("; files in kept", "")
    assert sorted(Path().rglob("*")) == before


def _assert_equal(study: Study, other: Study) -> None:
    """Compare figures bit for bit and tables."""
    assert (study.answer, study.said, study.rests_on) == (other.answer, other.said, other.rests_on)
    assert list(study.results.strategies) == list(other.results.strategies)
    for name, figures in study.results.figures.items():
        for metric, values in figures.items():
            assert np.array_equal(values, other.results.figures[name][metric], equal_nan=True), (name, metric)
    tables = ("summary", "departures", "complaints", "money", "touchpoints", "business", "pilots", "duel", "ranking",
              "failures")  # fmt: skip
    for name in tables:
        pd.testing.assert_frame_equal(getattr(study, name), getattr(other, name))


def test_simulate_refuses_a_folder_with_the_cure() -> None:
    with pytest.raises(InputError, match=r"^out: simulate writes nothing\n    leave it out, or call run"):
        ls.simulate("firm.yml", out="out")
    assert not Path("out").exists()


@pytest.mark.parametrize("again", [ls.resume, ls.rerun], ids=["resume", "rerun"])
def test_what_stands_in_the_folder_is_not_asked_for_again(again: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=r"^months: it stands in the folder"):
        again("out", months=3)


def test_a_folder_that_is_taken_or_cannot_be_is_refused_before_anything_is_read() -> None:
    Path("taken").mkdir()
    Path("taken/file").touch()
    for verb in (*QUESTIONS, "optimise"):
        asked = {"budget": 5.0} if verb == "optimise" else {}
        with pytest.raises(InputError, match="--out: taken is not empty"):
            getattr(ls, verb)("no-such-scenario.yml", out="taken", **asked)


# What is shown while they work.


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("run", {}),
    ("simulate", {}),
    ("breakeven", {"over": "market.margin_mean=20:4000"}),
    ("sweep", {"over": "desk.budget=0:40:2"}),
    ("customer", {"find": "most-talkative"}),
    ("worth", {"leaves": [1]}),
]


@pytest.mark.parametrize(("name", "asked"), CALLS, ids=[name for name, _ in CALLS])
def test_progress_is_shown_on_standard_error_unless_quiet_or_heard_elsewhere(
    name: str, asked: dict[str, Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyaltysim.execution.progress.SECONDS_BETWEEN_LINES", 0.0)
    function = getattr(ls, name)
    if name != "customer":
        asked = asked | {"replications": 2, "executor": "in-process"}
    function("firm.yml", **asked, quiet=True)
    assert capfd.readouterr() == ("", "")
    heard: list[Progress] = []
    function("firm.yml", **asked, progress=heard.append)
    assert capfd.readouterr() == ("", "")
    assert heard[0].phase == "reading"
    function("firm.yml", **asked)
    out, shown = capfd.readouterr()
    assert (out, shown.splitlines()[0]) == ("", "reading the scenario")


def test_a_misspelt_keyword_gets_its_cure() -> None:
    with pytest.raises(InputError, match="did you mean overrides"):
        ls.simulate("firm.yml", overides=["desk.budget=1"], quiet=True)


@pytest.mark.parametrize("option", ["seed", "replications", "months"])
def test_what_stands_in_a_folder_is_refused_even_at_zero(option: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it stands in the folder"):
        ls.resume(tmp_path, **{option: 0})


def test_a_sweep_of_one_strategy_tells_its_worth_and_names_no_runner_up() -> None:
    asked = {"over": "desk.budget=0:10:2", "overrides": ["months=3"], "executor": "in-process", "quiet": True}
    alone = ls.load("firm.yml").replace({"strategies": {"as today": {}}}, source="test")
    found = ls.sweep(alone, **asked)
    assert list(found.winners.best) == ["as today", "as today"]
    assert found.winners.second.tolist() == ["", ""]
    assert found.sweep[found.sweep.metric == "npv"]["mean"].notna().all()
    assert "only one strategy" in found.answer


def test_where_today_cannot_be_simulated_a_study_of_points_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> np.ndarray:
        raise ValueError("boom")

    monkeypatch.setattr("loyaltysim.execution.tasks.compute_figures", fail)
    asked = {"over": ["desk.budget=0:100", "voice.budget=0:100"], "executor": "in-process", "quiet": True}
    for verb in (ls.sweep, ls.sensitivity):
        with pytest.raises(RunError, match="today's market could not be simulated: ValueError: boom"):
            verb("firm.yml", **asked)
