"""How far would prices and rates have to move before the recommendation turns, on the run's own luck?"""

from __future__ import annotations

from loyaltysim.report import figure_thresholds
from loyaltysim.report.charts import chart

thresholds = chart(
    "How far would prices and rates have to move before the recommendation turns, on the run's own luck?"
)(figure_thresholds.thresholds)
