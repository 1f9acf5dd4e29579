"""Five touchpoints whose repair can be worked out by hand."""

from __future__ import annotations

FIVE = [
    {"name": "door", "stage": "site", "kind": "brand", "importance": 1.0, "failure": 1.0, "fix_cost": 100.0, "ease": 1.0},
    {"name": "desk", "stage": "shopping", "kind": "people", "importance": 4.0, "failure": 2.0, "fix_cost": 100.0},
    {"name": "till", "stage": "shopping", "kind": "channel", "importance": 2.0, "failure": 0.0, "fix_cost": 100.0},
    {"name": "bill", "stage": "satisfaction", "kind": "communication", "importance": 2.0, "failure": 1.0, "fix_cost": 100.0},
    {"name": "site", "stage": "search", "kind": "channel", "importance": 1.0, "failure": 1.0, "fix_cost": 100.0},
]  # fmt: skip
ALONE = {"desk.causes": 0.0, "consistency.on": False}
