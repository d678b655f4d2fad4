"""Plain webhooks: messages as JSON to one address."""
