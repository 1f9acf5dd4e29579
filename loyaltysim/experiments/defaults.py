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
STARTS_BYTES = 256 * 2**20
"""How much each worker keeps of markets at month 0."""
TASK_SECONDS = 1.0
"""How long a task should take: long enough that sending it costs nothing, short enough to be spread evenly."""
STORE_BYTES = 2 * 2**30
"""How much is kept of finished runs before those not used for longest go."""
MOST_DEATHS = 3
"""How many workers may die over one task before it is given up."""
