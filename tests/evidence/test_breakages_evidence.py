"""The known answers notice when a rule of the engine is broken: in a private copy, by the check meant for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.evidence.broken_copies import NOTICED, broken, checked, copied
from tests.evidence.filing import Finding
from tests.support.breakages import BREAKAGES, Breakage

pytestmark = pytest.mark.once

CHECKS = sorted({breakage.check for breakage in BREAKAGES})
AT_ONCE = 2
"""Copies checked at once; each is a process of its own."""


@pytest.mark.evidence
def test_every_broken_rule_is_noticed_and_no_unbroken_copy_is_blamed(
    file: Callable[[Finding], None], tmp_path: Path
) -> None:
    def look(breakage: Breakage) -> list[str] | None:
        home = tmp_path / f"broken-{BREAKAGES.index(breakage)}"
        broken(home, breakage)
        outcome = checked(home, breakage.check)
        return outcome.stdout.splitlines() if outcome.returncode == NOTICED else None

    def passes(check: str) -> bool:
        home = tmp_path / f"whole-{CHECKS.index(check)}"
        copied(home)
        return checked(home, check).returncode == 0

    with ThreadPoolExecutor(AT_ONCE) as pool:
        noticed = dict(zip((breakage.rule for breakage in BREAKAGES), pool.map(look, BREAKAGES), strict=True))
        whole = dict(zip(CHECKS, pool.map(passes, CHECKS), strict=True))
    passed = all(noticed.values()) and all(whole.values())
    file(
        Finding(
            "breakages",
            "A broken rule is noticed",
            f"{sum(map(bool, noticed.values()))} of {len(BREAKAGES)} rules of the engine, broken one at a time, made the check "
            f"meant for them fail; {sum(whole.values())} of {len(CHECKS)} unbroken copies passed",
            passed,
            {"checks": "each check's own"},
            {
                "breakages": {
                    each.rule: {
                        "file": each.file, "line": each.line, "broken": each.broken, "check": each.check,
                        "failed": noticed[each.rule],
                    }
                    for each in BREAKAGES
                },
                "unbroken": whole,
            },
        )
    )  # fmt: skip
    assert [rule for rule, failed in noticed.items() if not failed] == []
    assert [check for check, passed in whole.items() if not passed] == []
