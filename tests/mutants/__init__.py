"""Bugs put in on purpose: `python3 run.py mutants`. Whoever trusts a suite has to have seen it fail."""
