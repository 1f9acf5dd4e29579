"""From a grievance to its answer: who complains, through which channel, and what the desk does about it."""
