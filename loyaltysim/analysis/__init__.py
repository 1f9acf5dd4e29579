"""Results turned into tables and contrasts."""
