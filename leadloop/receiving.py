"""Hands the webhook receiver what it needs: the connections that can be told, the inbox, the pinned accounts."""

import os
from collections.abc import Sequence
from datetime import datetime

from connectors.abilities import WebhookSource
from domain.hint import Hint
from leadloop.app import App, crash_points
from store import connections, inbox
from store.engine import Tx
from web.metrics import Received
from web.webhooks import Receiver, Reception


def receiver(app: App, received: Received) -> Receiver | None:
    """None unless webhooks are switched on. A standby receives, too: whoever leads follows what it kept."""
    settings = app.settings.webhooks
    if settings.public_url is None:
        return None
    reached = crash_points(os.environ)

    def account_of(connection: str) -> str | None:
        with app.store.read() as tx:
            found = connections.get(tx, connection)
        return None if found is None else found.account_id

    def keep(hints: Sequence[Hint], now: datetime) -> int:
        def add(tx: Tx) -> int:
            added = inbox.add(tx, hints, now=now)
            reached("webhook.before_commit")
            return added

        return app.store.transact(add)

    reception = Reception(
        sources={name: each for name, each in app.connect().items() if isinstance(each, WebhookSource)},
        public_url=settings.public_url,
        account_of=account_of,
        keep=keep,
        now=app.clock.refresh,
    )
    return Receiver(reception, received, host=settings.host, port=settings.port)
