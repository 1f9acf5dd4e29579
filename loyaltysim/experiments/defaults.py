"""What is taken when the caller names nothing: read by the functions that act on it, and by the help of the command line.

Nothing heavy is imported here, so that the help is shown at once.
"""

from __future__ import annotations

BRIDGE_REPLICATIONS = 10
"""How often each market between the spreadsheet's arithmetic and the simulation is simulated."""
GROUP_PERCENT = 1
"""How many leave together when a lost customer's worth is sought, in percent of the customers at the start."""
BREAKEVEN_OVER = "stated.acquisition_cost"
"""Along what `breakeven` looks."""
BREAKEVEN_REPLICATIONS = 10
"""How often `breakeven` simulates each point, at most, unless told."""
MAP_REPLICATIONS = 4
"""How often it simulates each cell of a map, at most."""
SWEEP_POINTS = 16
"""How many points a Latin hypercube and Sobol's points have, unless told."""
MOST_POINTS = 1_000
"""How many points a design may have before whoever wants more must say so."""
SWEEP_REPLICATIONS = 6
"""How often `sweep` simulates each point, at most, unless told."""
SENSITIVITY_REPLICATIONS = 2
"""How often `sensitivity` simulates each point, at most, unless told."""
TRAJECTORIES, SENSITIVITY_POINTS = 4, 16
"""How many trajectories of Morris's `sensitivity` takes, and how many points of a Latin hypercube besides."""
OPTIMISE_REPLICATIONS = 12
"""How often `optimise` simulates the split that it gives and its neighbours, at most, unless told."""
SEARCH_REPLICATIONS = 6
"""How often it simulates each split that it tries on the way, at most."""
MOST_REPLICATIONS = 200
"""At how many replications a study ends that adds them until it is settled, unless told."""
FINDS = ("lost-in-silence", "saved", "regained", "most-talkative")
"""Ways to pick a life worth telling; the first is taken when nobody is named."""
