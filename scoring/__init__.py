"""The number and its reasons: pure, whole numbers only, recomputed from a lead's own activities and facts."""
