"""The endpoints that tell what people did: forms and submissions, e-mail events, page visits."""

from simulator.hubspot.answers import paged
from simulator.hubspot.call import Answer, Call
from simulator.hubspot.forms import SUBMISSION_PAGE, Form
from simulator.hubspot.happenings import EMAIL_TYPES, PAGE_VISIT
from simulator.hubspot.kinds import kind_of
from simulator.hubspot.portal import CONTACTS
from simulator.hubspot.refusals import RefusedError, invalid, not_found
from simulator.hubspot.settings import Tier
from simulator.hubspot.stamps import parse_ms

FORM_PAGE, EVENT_PAGE, VISIT_PAGE = 100, 1_000, 1_000


def forms(call: Call) -> Answer:
    limit = call.query.whole("limit", 20, most=FORM_PAGE)
    rows = call.portal.forms.listed(archived=call.query.flag("archived"))
    start = int(call.query.one("after") or 0)
    following = str(start + limit) if start + limit < len(rows) else None
    return Answer(paged([form.shown() for form in rows[start : start + limit]], following, call.link))


def _form(call: Call) -> Form:
    form = call.portal.forms.by_guid(call.params["id"])
    if form is None:
        raise not_found(f"Form {call.params['id']} not found")
    return form


def form(call: Call) -> Answer:
    return Answer(_form(call).shown())


def submissions(call: Call) -> Answer:
    """Newest first, 50 at most; more than that is a 400 and not a shorter page."""
    limit = call.query.whole("limit", 20, most=SUBMISSION_PAGE)
    try:
        rows, after = call.portal.forms.page(_form(call), after=call.query.one("after"), limit=limit)
    except ValueError as error:
        raise invalid("Unable to parse value for query parameter: after") from error
    return Answer(paged([row.shown() for row in rows], after, call.link))


def email_events(call: Call) -> Answer:
    """The legacy e-mail events: newest first, `offset` as far as `hasMore`."""
    type_, recipient = call.query.one("eventType"), call.query.one("recipient")
    if type_ is not None and type_ not in EMAIL_TYPES:
        raise invalid(f"Unknown eventType {type_}")
    rows = [
        event
        for event in call.portal.happenings.events_between(_ms(call, "startTimestamp"), _ms(call, "endTimestamp"))
        if type_ in (None, event.type) and (recipient is None or event.recipient == recipient.lower())
    ]
    limit = call.query.whole("limit", 10, most=EVENT_PAGE)
    before = _place(call, "offset")
    rest = [event for event in rows if before is None or (event.created_ms, event.number) < before]
    page = rest[:limit]
    return Answer(
        {
            "hasMore": len(rest) > limit,
            "offset": f"{page[-1].created_ms}-{page[-1].number}" if page else "",
            "events": [event.shown(call.portal.settings.portal_id) for event in page],
        }
    )


def event_types(call: Call) -> Answer:
    _enterprise(call)
    return Answer({"eventTypes": [PAGE_VISIT]})


def visits(call: Call) -> Answer:
    """Web activity, newest first; needs an Enterprise hub and either a contact or an event type."""
    _enterprise(call)
    key, type_ = call.query.one("objectId"), call.query.one("eventType")
    if key is None and type_ is None:
        raise invalid("Either objectId or eventType is required")
    contact_id = None if key is None else _contact_id(call, key)
    found = call.portal.happenings.visits_between(
        _ms(call, "occurredAfter"), _ms(call, "occurredBefore"), contact_id=contact_id
    )
    rows = found if type_ in (None, PAGE_VISIT) else []
    limit, before = call.query.whole("limit", 100, most=VISIT_PAGE), _place(call, "after")
    rest = [row for row in rows if before is None or (row.occurred_ms, row.number) < before]
    page = rest[:limit]
    after = f"{page[-1].occurred_ms}-{page[-1].number}" if len(rest) > limit else None
    table = call.portal.objects.table(CONTACTS)
    return Answer(paged([row.shown(table.resolve(row.contact_id)) for row in page], after, call.link))


def _contact_id(call: Call, key: str) -> int:
    kind = kind_of(call.query.one("objectType") or "contact")
    if kind is not CONTACTS:
        raise invalid(f"No events are kept for object type {kind.type_id}")
    return call.portal.objects.require(kind, key).id


def _enterprise(call: Call) -> None:
    if call.portal.settings.tier is not Tier.ENTERPRISE:
        raise RefusedError(403, "This account does not have access to event analytics.", category="FORBIDDEN")


def _place(call: Call, name: str) -> tuple[int, int] | None:
    """Where a page ended: newer rows do not move it."""
    text = call.query.one(name)
    if text is None:
        return None
    ms, _, number = text.partition("-")
    if not (ms.isdigit() and number.isdigit()):
        raise invalid(f"Unable to parse value for query parameter: {name}")
    return int(ms), int(number)


def _ms(call: Call, name: str) -> int | None:
    text = call.query.one(name)
    try:
        return None if text is None else parse_ms(text)
    except ValueError as error:
        raise invalid(f"Unable to parse value for query parameter: {name}") from error
