"""The codes that columns hold, each with its word."""

from __future__ import annotations

PROSPECT, CUSTOMER, LOST = 0, 1, 2

REASONS = ("died", "moved", "friends", "rival", "product", "indifference")
DIED, MOVED, FRIENDS, RIVAL, PRODUCT, INDIFFERENCE = range(6)
LEFT = tuple(f"left_{reason}" for reason in REASONS)
NEVER_COMPLAINED = tuple(f"never_complained_{reason}" for reason in REASONS)
"""The metrics of departures, by reason."""

WINS = {
    "advertising": "joined_by_advertising",
    "talk": "joined_by_talk",
    "unprompted": "joined_unprompted",
    "winback": "winback_returned",
}
"""Ways in which customers are won, with the metric that counts them."""
RELATIONSHIP = "relationship"
"""A way in which none is truly won: it is what sales tells."""

OUTCOMES = ("silent", "ignored", "logged", "resolved", "resolved_fast")
SILENT, IGNORED, LOGGED, RESOLVED, RESOLVED_FAST = range(5)

SEVERITIES = ("large", "small")
LARGE, SMALL = range(2)

NONE = -1
LONG_AGO = -32000

MONTHS_A_YEAR = 12
DAYS_A_MONTH = 365.25 / 12
HOURS_A_MONTH = 24 * DAYS_A_MONTH

MISCLASSIFIED, PASSED_ON, STALLED, MISLAID = 1, 2, 4, 8
"""What happens to a case between departments: flags that add up."""
