"""What is told about results: tables, pictures and the answer in one sentence. Reads results, never a running model."""
