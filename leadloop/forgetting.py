"""A person's order to erase somebody: carried out by whoever leads, this process or the daemon."""

from collections.abc import Mapping
from typing import Any

from domain.values import LeadId
from leadloop import exits
from leadloop.answers import Answer
from leadloop.app import App
from store import erased
from sync.cycle import recover_claims
from sync.erase import erase_due
from sync.loop import Loop

ERASE = "erase"
"""The kind of request by which a daemon is asked."""


def erase_one(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """`lead`: its number, `by`: who says so, `reason`: why, without a word about whom."""
    now, lead = app.clock.refresh(), LeadId(payload["lead"])
    recover_claims(loop, now=now)
    with loop.store.write(loop.epoch) as tx:
        erased.ask(tx, [lead], by=payload["by"], reason=payload["reason"], now=now)
    erase_due(loop, now=now)
    with loop.store.read() as tx:
        is_done = all(each.lead_id != lead for each in erased.waiting(tx))
    return {"lead": lead, "erased": is_done, "exit_code": exits.OK if is_done else exits.SOME_FAILED}
