"""Mail by SMTP: messages to people."""
