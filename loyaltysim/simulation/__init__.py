"""A market from its birth to any month, without Mesa."""
