"""Where and how replications are computed: executors, the evaluator of requests, the cache of finished runs."""
