"""The encounter of customer and company: what happens there, and how satisfied it leaves the customer."""
