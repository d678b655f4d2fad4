"""Read-only answers, for sales and marketing alike."""
