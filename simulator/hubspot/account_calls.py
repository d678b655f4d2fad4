"""The endpoints around the records: owners, property definitions, account, usage, consent, tokens."""

from typing import Any

from simulator.hubspot.answers import Json, paged, shown_property
from simulator.hubspot.batch import batch_answer
from simulator.hubspot.call import Answer, Call
from simulator.hubspot.consent import SUBSCRIPTIONS, Consent, Status
from simulator.hubspot.refusals import RefusedError, invalid, not_found
from simulator.hubspot.schema import Group
from simulator.hubspot.stamps import iso, to_ms

OWNER_PAGE = 500
BATCH = 100


def owners(call: Call) -> Answer:
    """Active owners, or with `archived=true` the deactivated ones."""
    limit = call.query.whole("limit", 100, most=OWNER_PAGE)
    after = int(call.query.one("after") or 0)
    rows = call.portal.owners.listed(archived=call.query.flag("archived"), email=call.query.one("email"))
    rest = [row for row in rows if row.id >= after]
    following = str(rest[limit].id) if len(rest) > limit else None
    return Answer(paged([row.shown() for row in rest[:limit]], following, call.link))


def owner(call: Call) -> Answer:
    by_user = call.query.one("idProperty") == "userId"
    found = (call.portal.owners.by_user if by_user else call.portal.owners.get)(call.params["id"])
    if found is None or found.archived is not call.query.flag("archived"):
        raise not_found(f"Owner with id {call.params['id']} not found")
    return Answer(found.shown())


def properties(call: Call) -> Answer:
    archived = call.query.flag("archived")
    rows = call.portal.schema.of(call.kind).properties.values()
    return Answer({"results": [shown_property(row) for row in rows if row.archived is archived]})


def property_(call: Call) -> Answer:
    archived = call.query.flag("archived")
    return Answer(shown_property(call.portal.schema.get(call.kind, call.params["name"], archived=archived)))


def create_property(call: Call) -> Answer:
    made = call.portal.schema.create(call.kind, call.fields(), at_ms=call.now_ms, effects=call.effects)
    return Answer(shown_property(made), 201)


def create_properties(call: Call) -> Answer:
    """`batch/create`: names in use are told in a 207, the others are made."""
    results: list[Json] = []
    errors: list[Json] = []
    for row in call.inputs(BATCH):
        try:
            made = call.portal.schema.create(call.kind, row, at_ms=call.now_ms, effects=call.effects)
        except RefusedError as refused:
            errors.append({**refused.body, "context": {"name": [str(row.get("name"))]}})
        else:
            results.append(shown_property(made))
    return batch_answer(call, results, errors, status=201)


def read_properties(call: Call) -> Answer:
    schema = call.portal.schema.of(call.kind)
    found = [schema.live(str(row.get("name"))) for row in call.inputs(BATCH)]
    missing = sum(one is None for one in found)
    errors: list[Json] = [not_found("Some properties do not exist").body] if missing else []
    return batch_answer(call, [shown_property(one) for one in found if one is not None], errors)


def change_property(call: Call) -> Answer:
    made = call.portal.schema.change(
        call.kind, call.params["name"], call.fields(), at_ms=call.now_ms, effects=call.effects
    )
    return Answer(shown_property(made))


def archive_property(call: Call) -> Answer:
    call.portal.schema.archive(call.kind, call.params["name"], at_ms=call.now_ms, effects=call.effects)
    return Answer(None, 204)


def groups(call: Call) -> Answer:
    return Answer({"results": [_group(one) for one in call.portal.schema.of(call.kind).groups.values()]})


def group(call: Call) -> Answer:
    found = call.portal.schema.of(call.kind).groups.get(call.params["name"])
    if found is None:
        raise not_found(f"Property group {call.params['name']} does not exist")
    return Answer(_group(found))


def create_group(call: Call) -> Answer:
    made = call.portal.schema.create_group(call.kind, call.fields(), effects=call.effects)
    return Answer(_group(made), 201)


def _group(one: Group) -> Json:
    return {"name": one.name, "label": one.label, "displayOrder": one.display_order, "archived": False}


def details(call: Call) -> Answer:
    settings = call.portal.settings
    offset = call.portal.limits.midnight(call.now).utcoffset()
    seconds = round(offset.total_seconds()) if offset is not None else 0
    sign, minutes = ("-" if seconds < 0 else "+"), abs(seconds) // 60
    return Answer(
        {
            "portalId": int(settings.portal_id),
            "accountType": settings.account_type,
            "timeZone": settings.time_zone,
            "companyCurrency": settings.home_currency,
            "additionalCurrencies": sorted(settings.rates),
            "utcOffset": f"{sign}{minutes // 60:02d}:{minutes % 60:02d}",
            "utcOffsetMilliseconds": seconds * 1000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )


def usage(call: Call) -> Answer:
    used, midnight = call.portal.limits.usage(call.now)
    return Answer(
        {
            "results": [
                {
                    "name": "private-apps-api-calls-daily",
                    "usageLimit": call.portal.settings.daily_calls["hubspot"],
                    "currentUsage": used,
                    "collectedAt": iso(call.now_ms),
                    "fetchStatus": "SUCCESS",
                    "resetsAt": iso(to_ms(midnight)),
                }
            ]
        }
    )


def definitions(call: Call) -> Answer:  # noqa: ARG001  # every handler takes the call
    rows = [{"id": str(key), "name": name, "isActive": True} for key, name in SUBSCRIPTIONS.items()]
    return Answer({"status": "COMPLETE", "results": rows})


def _email(call: Call) -> str:
    return call.params["email"].strip().lower()


def _choices(call: Call) -> Consent:
    return call.portal.consent_of(_email(call), at_ms=call.now_ms)


def _channel(call: Call) -> None:
    if call.query.one("channel") != "EMAIL":
        raise invalid("channel is required and must be EMAIL")


def statuses(call: Call) -> Answer:
    _channel(call)
    return _consent(call, _choices(call).statuses(_email(call)))


def set_status(call: Call) -> Answer:
    body = call.fields()
    try:
        subscription, status = int(body.get("subscriptionId") or 0), Status(str(body.get("statusState")))
    except ValueError as error:
        raise invalid(f"Invalid subscriptionId or statusState: {error}") from error
    if subscription not in SUBSCRIPTIONS:
        raise not_found(f"Subscription {subscription} does not exist")
    call.portal.choose(_email(call), subscription, status, call.write)
    after = {"subscriptionId": subscription, "status": status.value}
    call.effects.append({"op": "update", "type": "subscriptions", "id": _email(call), "before": {}, "after": after})
    return _consent(call, _choices(call).statuses(_email(call)))


def wide_status(call: Call) -> Answer:
    _channel(call)
    return _consent(call, [_choices(call).wide(_email(call))])


def unsubscribe_all(call: Call) -> Answer:
    _channel(call)
    call.portal.unsubscribe(_email(call), call.write)
    return _consent(call, _choices(call).statuses(_email(call)))


def _consent(call: Call, rows: list[dict[str, Any]]) -> Answer:
    return batch_answer(call, rows)


def token(call: Call) -> Answer:
    form = {str(key): str(value) for key, value in call.fields().items()}
    return Answer(call.portal.tokens.refresh(form, portal_id=call.portal.settings.portal_id, now_ms=call.now_ms))
