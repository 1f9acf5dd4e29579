"""The page, the picture and the README's section, from a record in which every cost is simple."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import performance_page
from benchmarks.bars import BARS, judged
from benchmarks.building import PARTS
from benchmarks.months import MODELS, NETWORKS, name_of
from benchmarks.performance_picture import draw
from benchmarks.plan import FULL

pytestmark = pytest.mark.once

PLAYERS = {"whole": ("engine",), "core": ("engine", "numpy", "twin")}
MONTHS = {"engine": 100.0, "numpy": 500.0, "twin": 20_000.0}
BYTES = {"columns": 90.0, "world": 100.0, "peak": 200.0}


def simple(value: float) -> dict[str, Any]:
    return {"what": "a cost", "unit": "s", "median": value, "min": value, "max": value, "samples": [value, value]}


@pytest.fixture
def record() -> dict[str, Any]:
    figures = {bar.figure: simple(bar.bar) for bar in BARS}
    for model in MODELS:
        for network in NETWORKS:
            for player in PLAYERS[model]:
                for people in getattr(FULL, player):
                    figures[name_of(model, network, player, people)] = simple(MONTHS[player])
    for network in NETWORKS:
        figures |= {
            f"memory.{part}.{network}.{size}": simple(BYTES[part]) for part in PARTS for size in ("big", "huge")
        }
    figures |= {"triad.before": simple(8.0), "triad.after": simple(10.0)}
    machine = {"uncommitted_changes": False, "versions": {"numpy": "2"}, "date": "2027-01-01", "commit": "f" * 40}
    machine |= {"processor": "a processor", "processors": 2, "memory_gb": 8.0, "python": "3.11"}
    bars = [{**bar._asdict(), "median": 1.0, "verdict": verdict} for bar, verdict in judged(figures)]
    load = {"before": 0.0, "after": 1.0}
    return {"quick": False, "repeats": 5, "machine": machine, "load": load, "figures": figures, "bars": bars}


def test_far_markets_are_reckoned_in_proportion(record: dict[str, Any]) -> None:
    # 100 ns x 10^8 people = 10 s a month, 156 months = 26 min; 100 and 200 bytes each.
    assert "| 100,000,000 | uniform mixing | 10.0 s | 26 min | 10.0 GB | 20.0 GB |" in performance_page.page(record)


def test_the_bound_compares_with_the_memorys_pace(record: dict[str, Any]) -> None:
    # Twice 90 bytes at the mean of 8 and 10 GB/s are 20 ns.
    page = performance_page.page(record)
    assert "takes 20 ns a person" in page
    assert "100 ns at 10,000,000 people (5.0 times that)" in page
    assert "not the memory's pace that bounds it" in page


def test_the_page_says_so_where_memory_bounds(record: dict[str, Any]) -> None:
    record["figures"][name_of("whole", "none", "engine", FULL.engine[-1])] = simple(25.0)
    assert "it is the memory that bounds" in performance_page.page(record)


def test_every_missed_bar_is_named_and_those_that_may_be_are_explained(record: dict[str, Any]) -> None:
    assert "missed" not in performance_page.page(record)
    figures = record["figures"]
    for place, bar in enumerate(record["bars"]):
        bar["verdict"], figures[bar["figure"]]["what"] = "missed", f"figure {place}"
    figures |= {f"replication.{player}": simple(value) for player, value in (("engine", 0.02), ("twin", 0.6))}
    figures["start.cold.wall"] = simple(9.0)
    figures[name_of("whole", "none", "engine", FULL.engine[0])] = simple(176.0)
    page = performance_page.page(record)
    assert all(f"**figure {place}.**" in page for place in range(len(BARS)))
    # (176 - 100) ns x 10,000 people are 760 microseconds, 20 for each of 38 mechanisms; half of 100 ns are 500.
    assert "760 more are the fixed work" in page
    assert "20 microseconds each" in page
    # 100 ns x 120,000 person-months are 12 ms, a fiftieth of the twin's 0.6 s.
    assert "it would be 50 times as fast as the twin" in page


def test_the_picture_is_the_same_for_the_same_figures(record: dict[str, Any]) -> None:
    first = draw(record)
    assert first.startswith(b"\x89PNG")
    assert draw(record) == first
    record["figures"][name_of("core", "none", "twin", FULL.twin[0])] = simple(15_000.0)
    assert draw(record) != first


def test_all_is_written_and_the_rest_of_the_readme_is_kept(
    record: dict[str, Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performance_page, "ROOT", tmp_path)
    (tmp_path / "docs" / "figures").mkdir(parents=True)
    front = tmp_path / "README.md"
    front.write_text("before\n<!-- speed: begin -->\nold\n<!-- speed: end -->\nafter\n", encoding="utf-8")
    performance_page.write_page(record)
    text = front.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- speed: begin -->\n## Speed\n")
    assert text.endswith("<!-- speed: end -->\nafter\n")
    assert "old" not in text
    performance_page.write_page(record)
    assert front.read_text(encoding="utf-8") == text
    assert {path.name for path in tmp_path.rglob("performance.*")} == {
        "performance.json",
        "performance.md",
        "performance.png",
    }


def test_a_quick_record_is_no_page(record: dict[str, Any]) -> None:
    with pytest.raises(SystemExit, match="says nothing about speed"):
        performance_page.write_page({**record, "quick": True})


def test_the_projects_readme_has_a_place_for_it() -> None:
    assert performance_page.README_PART.search((performance_page.ROOT / "README.md").read_text(encoding="utf-8"))
