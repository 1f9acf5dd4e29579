"""The vocabulary of the engine: declarations, tables, random streams, the month's schedule, records, errors."""
