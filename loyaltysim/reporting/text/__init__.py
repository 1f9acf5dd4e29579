"""Findings in words, one topic a file."""
