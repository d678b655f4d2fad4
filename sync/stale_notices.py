"""Notices that are not true any more before they could be sent: taken back when their lead is planned."""

from collections.abc import Sequence

from domain.decision import IntentKind
from handoff.delivery import out_of_date, read_notice
from store import handoffs
from store.engine import Tx
from sync.wanted import Wanted

OLD = "decided by an earlier release"


def stale_notices(tx: Tx, wanted: Sequence[Wanted]) -> dict[str, str]:
    """Of the open notices of these leads those that are out of date, by key, with the reason."""
    told = {
        each.lead_id: [(key, intent) for key, intent in each.intents if intent.kind is IntentKind.NOTICE]
        for each in wanted
    }
    theirs = handoffs.all_of(tx, [lead for lead, notices in told.items() if notices])
    found: dict[str, str] = {}
    for lead, notices in told.items():
        for key, intent in notices:
            notice = read_notice(intent.step, intent.handoff, intent.payload)
            stale = out_of_date(notice, theirs.get(lead, ())) if notice is not None else OLD
            if stale is not None:
                found[key] = stale
    return found
