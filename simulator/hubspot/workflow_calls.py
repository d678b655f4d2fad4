"""The automation API: which workflows there are, and what each does."""

from simulator.hubspot.answers import paged
from simulator.hubspot.call import Answer, Call
from simulator.hubspot.refusals import not_found

PAGE = 100


def page(call: Call) -> Answer:
    """`GET /automation/v4/flows`."""
    limit = call.query.whole("limit", PAGE, most=PAGE)
    after = int(call.query.one("after") or 0)
    rows = [one for one in call.portal.workflows.every() if one.id > after]
    more = str(rows[limit - 1].id) if len(rows) > limit else None
    return Answer(paged([one.shown() for one in rows[:limit]], more, call.link))


def read(call: Call) -> Answer:
    """`GET /automation/v4/flows/{id}`."""
    found = call.portal.workflows.get(call.params["id"])
    if found is None:
        raise not_found()
    return Answer(found.whole())
