"""The first schema, in four portions."""
