"""The fingerprint of the sources: every file that counts, wherever below it lies, and not where the package lies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from loyaltysim.core.fingerprint import PACKAGE, SIMULATING, SOLVING, environment_fingerprint, source_fingerprint

FILES = {"engine.py": "e = 1\n", "mechanisms/desk.py": "d = 1\n", "mechanisms/complaints/winback.py": "w = 1\n"}
ROOMS = ("engine", "mechanisms")


@pytest.fixture
def digest_of(tmp_path: Path):
    """Lay out a package anew, with some files otherwise (None: not there), and give the fingerprint of its rooms."""
    laid = 0

    def digest(**changed: str | None) -> str:
        nonlocal laid
        laid += 1
        for name, text in {**FILES, **changed}.items():
            if text is not None:
                place = tmp_path / f"package {laid}" / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
        return source_fingerprint(*ROOMS, package=tmp_path / f"package {laid}")

    return digest


def test_where_the_package_lies_and_what_is_no_source_do_not_count(digest_of) -> None:
    assert digest_of() == digest_of() == digest_of(**{"mechanisms/notes.md": "n", "elsewhere/x.py": "x = 1\n"})


def test_every_file_counts_in_sub_folders_too(digest_of) -> None:
    digests = [digest_of(), *(digest_of(**{name: "changed = 2\n"}) for name in FILES)]
    digests.append(digest_of(**{"mechanisms/complaints/deeper/new.py": ""}))
    digests.append(digest_of(**{"mechanisms/complaints/winback.py": None}))
    assert len(set(digests)) == len(digests)


def test_a_file_that_is_moved_or_swapped_counts(digest_of) -> None:
    moved = digest_of(**{"mechanisms/desk.py": None, "mechanisms/complaints/desk.py": FILES["mechanisms/desk.py"]})
    swapped = digest_of(
        **{"mechanisms/desk.py": FILES["engine.py"], "engine.py": FILES["mechanisms/desk.py"]},
    )
    assert len({digest_of(), moved, swapped}) == 3


def test_a_room_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir()
    for room in ("engine", "kernels"):
        with pytest.raises(FileNotFoundError, match=room):
            source_fingerprint(room, package=tmp_path)


def test_the_order_of_the_rooms_does_not_count() -> None:
    assert source_fingerprint(*SIMULATING) == source_fingerprint(*reversed(SIMULATING)) != source_fingerprint(*SOLVING)


def test_all_that_the_model_imports_counts() -> None:
    """Modules that a simulation loads lie in the rooms that count, but for the package's own front."""
    asked = "import sys; from loyaltysim.model import simulate; from loyaltysim.scenario import Scenario\n"
    asked += "small = {'calibration': 'off', 'market.people': 500, 'market.customers': 100, 'months': 1}\n"
    asked += "simulate(Scenario().replace(small, source='test'), 0, ['as today'])\n"
    asked += "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'loyaltysim'), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = {Path(file).relative_to(PACKAGE).with_suffix("").as_posix() for file in done.stdout.split("\n") if file}
    uncounted = {file for file in loaded if not any(file == room or file.startswith(f"{room}/") for room in SIMULATING)}
    assert uncounted == {"__init__", "stats/__init__"}


def test_the_environment_is_that_of_the_sources_and_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    here = environment_fingerprint()
    digests = {here}
    for name, value in (
        ("loyaltysim.core.fingerprint.program_version", "0"),
        ("loyaltysim.core.fingerprint.machine", "another"),
        ("loyaltysim.core.fingerprint.version", "0"),
        ("platform.python_version", "4"),
    ):
        with monkeypatch.context() as other:
            other.setattr(name, lambda *package, value=value: value)
            digests.add(environment_fingerprint.__wrapped__())
    assert len(digests) == 5
    assert environment_fingerprint.__wrapped__() == here
