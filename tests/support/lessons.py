"""What the lessons of the scenario library claim: of a scenario's strategy, that a figure is more or less than another's."""

from __future__ import annotations

from pathlib import Path

TODAY = "as today"
MORE, LESS = +1, -1
CLAIMS = [
    ("tea-caddy", "shared record", LESS, "cases_stalled", "as today"),
    ("tea-caddy", "shared record", LESS, "response_time", "more handlers"),
    ("tea-caddy", "more handlers", MORE, "cases_stalled", "as today"),
    ("tea-caddy", "more handlers", MORE, "npv", "shared record"),
    ("parking-stamp", "trusted staff", LESS, "sin_rule_book", "as today"),
    ("parking-stamp", "trusted staff", LESS, "left_indifference", "as today"),
    ("parking-stamp", "trusted staff", LESS, "lost_margin", "as today"),
    ("parking-stamp", "trusted staff", MORE, "npv", "as today"),
    ("role-swap", "role swaps", LESS, "failures", "as today"),
    ("role-swap", "role swaps", LESS, "grievances_product", "larger desk"),
    ("role-swap", "role swaps", LESS, "cases_passed_on", "as today"),
    ("role-swap", "larger desk", MORE, "cases_passed_on", "as today"),
    ("role-swap", "larger desk", MORE, "cases_counted_solved", "role swaps"),
    ("role-swap", "larger desk", MORE, "cases_counted_solved", "as today"),
    ("role-swap", "larger desk", MORE, "npv", "role swaps"),
    ("number-portability", "listen and recover", LESS, "lost_to_rivals", "as today"),
    ("number-portability", "advertising", MORE, "lost_to_rivals", "as today"),
    ("number-portability", "advertising", MORE, "lost_to_rivals", "listen and recover"),
    ("number-portability", "advertising", MORE, "won_from_rivals", "listen and recover"),
    ("number-portability", "advertising", MORE, "won_from_rivals", "as today"),
    ("training-stopped", "training for one year", MORE, "npv", "as today"),
    ("training-stopped", "training kept up", MORE, "npv", "training for one year"),
    ("smile-campaign", "smile campaign", MORE, "mood_shown", "as today"),
    ("smile-campaign", "smile campaign", LESS, "mood_mean", "as today"),
    ("smile-campaign", "smile campaign", LESS, "satisfaction", "as today"),
    ("smile-campaign", "smile campaign", MORE, "burnout_mean", "as today"),
    ("smile-campaign", "treating staff well", MORE, "mood_shown", "as today"),
    ("smile-campaign", "treating staff well", MORE, "satisfaction", "as today"),
    ("smile-campaign", "treating staff well", MORE, "npv", "smile campaign"),
    ("24-or-48-hours", "common standards", LESS, "broken_promises", "as today"),
    ("24-or-48-hours", "common standards", LESS, "failures", "as today"),
    ("24-or-48-hours", "mending touchpoints", MORE, "npv", "common standards"),
    ("silent-majority", "asking, bad recovery", MORE, "complaints", "as today"),
    ("silent-majority", "asking, bad recovery", MORE, "churn_annual", "as today"),
    ("silent-majority", "asking, good recovery", LESS, "churn_annual", "good recovery"),
    ("silent-majority", "asking, good recovery", MORE, "npv", "good recovery"),
    ("silent-majority", "asking, good recovery", MORE, "npv", "as today"),
    ("silent-majority", "asking, bad recovery", LESS, "npv", "as today"),
    ("silent-majority", "asking, good recovery", LESS, "npv_without_later_value", "as today"),
    ("wows-or-fewer-intrusions", "small kindnesses", MORE, "joined_by_talk", "fewer intrusions"),
    ("wows-or-fewer-intrusions", "small kindnesses", MORE, "messages_good", "as today"),
    ("wows-or-fewer-intrusions", "small kindnesses", MORE, "joined", "as today"),
    ("wows-or-fewer-intrusions", "small kindnesses", MORE, "npv", "fewer intrusions"),
    ("wows-or-fewer-intrusions", "fewer intrusions", LESS, "churn_annual", "as today"),
    ("wows-or-fewer-intrusions", "fewer intrusions", LESS, "churn_annual", "small kindnesses"),
    ("recovery-for-one-year", "for one year", MORE, "npv", "as today"),
    ("recovery-for-one-year", "kept up", MORE, "npv", "for one year"),
    ("recovery-for-one-year", "for one year", MORE, "npv_without_later_value", "as today"),
    ("believed-worst-touchpoint", "by audit", LESS, "failure_rate", "by belief"),
    ("believed-worst-touchpoint", "by audit", MORE, "mended_share", "by belief"),
    ("believed-worst-touchpoint", "by audit", MORE, "npv", "by belief"),
    ("pilot", "asking all at once", MORE, "churn_annual", "as today"),
    ("win-back-or-keep", "keep", MORE, "npv", "win back"),
    ("win-back-or-keep", "keep", MORE, "npv", "as today"),
    ("win-back-or-keep", "win back", LESS, "npv", "as today"),
]  # fmt: skip
ROOT = Path(__file__).parents[2]
NO_LESSON = {"baseline.yml", "evidence.yml", "recovery-or-acquisition.yml"}
LIBRARY = sorted(file.name for file in (ROOT / "scenarios").glob("*.yml") if file.name not in NO_LESSON)
