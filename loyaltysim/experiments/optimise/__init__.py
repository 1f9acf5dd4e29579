"""The best split of a budget over levers, and what the next dollar in each returns."""
