"""Slack: messages to people and channels, and what people answer in them."""
