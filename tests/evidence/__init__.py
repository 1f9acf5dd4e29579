"""Long statistical evidence: what it measures, and how it is filed under docs/evidence."""
