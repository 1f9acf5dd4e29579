"""What every room of the house stands on: declarations, tables, luck, the month's pipeline, the record, errors."""
