"""What is taken when the caller names nothing: read by the functions that act on it, and by the help of the command line.

Nothing heavy is imported here, so that the help is shown at once.
"""

from __future__ import annotations

PLACE = "processes"
"""Where replications are computed."""
BRIDGE_REPLICATIONS = 10
"""How often each market between the spreadsheet's arithmetic and the simulation is simulated."""
GROUP_PERCENT = 1
"""How many leave together when a lost customer's worth is sought, in percent of the customers at the start."""
FINDS = ("lost-in-silence", "saved", "regained", "most-talkative")
"""Ways to pick a life worth telling; the first is taken when nobody is named."""
