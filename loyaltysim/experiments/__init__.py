"""One file a question: many simulations on common random numbers, brought to a finding; no sentence and no picture."""
