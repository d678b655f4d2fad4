"""Lifecycle, routing, calendars, clocks, verdicts and recycling: what becomes of a lead, as pure functions."""
