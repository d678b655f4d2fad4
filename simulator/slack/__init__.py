"""A Slack workspace: the Web API, incoming webhooks and Socket Mode, as far as an app that sends notices meets them."""
