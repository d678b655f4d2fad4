"""A lead's history told again: what could be known at a moment, moments named in words, and when a line was crossed."""
