"""Pages that both sides want to read: what each figure is, what it counts, and the leads behind it."""
