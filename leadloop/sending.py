"""A report that somebody sends by hand: made by the command itself, put out by whoever leads.

The daemon gets the page ready-made, for while it does what an operator asked it does nothing else.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from config.notices import Channel
from connectors.abilities import Carries
from leadloop import exits
from leadloop.answers import Answer
from leadloop.app import App
from sync.delivering import put_out_by_hand
from sync.loop import Loop
from sync.report_telling import Made

SEND = "send report"
"""The kind of request by which a daemon is asked."""
OBSERVING = "Nothing is sent while `go_live` is `observe`: nothing leaves the house then."


def as_payload(made: Made, channel: Channel, *, name: str, by: str) -> dict[str, Any]:
    return {"channel": channel.model_dump(exclude_none=True), "made": asdict(made), "name": name, "by": by}


def send_one(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """As `as_payload` says it."""
    channel = Channel.model_validate(payload["channel"])
    count = put_out_by_hand(
        loop, channel, _made(payload["made"]), name=payload["name"], now=app.clock.refresh(), actor=payload["by"]
    )
    return {"messages": count, "exit_code": exits.OK} if count else {"error": OBSERVING, "exit_code": exits.TRY_AGAIN}


def _made(told: Mapping[str, Any]) -> Made:
    pages = {Carries(how): page for how, page in told["pages"].items()}
    return Made(**{**told, "lines": tuple(told["lines"]), "pages": pages})
