"""What the simulator is measured against: a textbook model of the same market, and the docking of the two."""
