"""What outcomes say of rules: columns of what was to be seen, a regression over them, and a draft with its points."""
