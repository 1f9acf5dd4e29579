"""Statistics that know nothing of customers: intervals, ranking, roots, sequential rules, surrogates."""
