"""Shapes that the client has no model for, from HubSpot's documentation as facts of this project (2026-11)."""

from collections.abc import Mapping

from tests.hubspot_contract.shapes import (
    Checker,
    anything,
    flag,
    list_of,
    map_of,
    moment,
    one_of,
    shape,
    text,
    text_or_null,
    whole,
)

_CONTEXT = map_of(list_of(text))
_ERROR = shape(
    {"message": text},
    {"code": text, "in": text, "subCategory": text, "context": _CONTEXT, "category": text, "status": text},
)
_REFUSED: Mapping[str, Checker] = {
    "category": text,
    "correlationId": text,
    "subCategory": text,
    "requestId": text,
    "context": _CONTEXT,
    "errors": list_of(_ERROR),
    "links": map_of(text),
    "error": text,
    "error_description": text,
}
REFUSAL = shape({"status": text, "message": text}, _REFUSED)
"""Any refusal: "all error fields optional" is HubSpot's own word, the two that are always seen are asked for."""

LIMITED = shape(
    {
        "status": one_of("error"),
        "message": text,
        "errorType": one_of("RATE_LIMIT"),
        "policyName": one_of("DAILY", "TEN_SECONDLY_ROLLING", "SECONDLY"),
        "correlationId": text,
    },
    {"groupName": text, "requestId": text},
)
"""A 429 has no category."""

_NEXT = shape({"after": text}, {"link": text})
_PAGING = shape({}, {"next": _NEXT, "prev": shape({"before": text}, {"link": text})})


def _page(row: Checker) -> Checker:
    return shape({"results": list_of(row)}, {"paging": _PAGING, "total": whole})


SUBMISSIONS = _page(
    shape(
        {"submittedAt": whole, "values": list_of(shape({"name": text, "value": text}, {"objectTypeId": text}))},
        {"pageUrl": text, "conversionId": text, "pageTitle": text},
    )
)
EMAIL_EVENTS = shape(
    {
        "hasMore": flag,
        "offset": text,
        "events": list_of(shape({"id": text, "type": text, "created": whole}, open_=True)),
    }
)
FORM = shape({"id": text, "name": text, "createdAt": moment, "archived": flag}, open_=True)
FORMS = _page(FORM)
"""The client's models of forms hold one kind of several; the daemon reads these keys."""

ACCOUNT = shape(
    {"portalId": whole, "timeZone": text, "accountType": text},
    {
        "companyCurrency": text,
        "additionalCurrencies": list_of(text),
        "utcOffset": text,
        "utcOffsetMilliseconds": whole,
        "uiDomain": text,
        "dataHostingLocation": text,
    },
)
_USED = shape({"name": text, "usageLimit": whole, "currentUsage": whole, "resetsAt": moment}, open_=True)
USAGE = _page(_USED)

_ANSWER_OF_MANY: Mapping[str, Checker] = {
    "status": one_of("PENDING", "PROCESSING", "CANCELED", "COMPLETE"),
    "startedAt": moment,
    "completedAt": moment,
    "requestedAt": moment,
    "numErrors": whole,
    "errors": list_of(anything),
    "links": map_of(text),
}
_CHOICE: Mapping[str, Checker] = {
    "channel": one_of("EMAIL"),
    "legalBasis": text_or_null,
    "legalBasisExplanation": text_or_null,
    "businessUnitId": whole,
    "setStatusSuccessReason": text_or_null,
    "source": text,
    "status": one_of("SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED"),
    "subscriptionName": text,
    "subscriberIdString": text,
    "timestamp": moment,
}
_STATUS = shape(
    {"channel": _CHOICE["channel"], "status": _CHOICE["status"]},
    {**_CHOICE, "subscriptionId": whole, "wideStatusType": one_of("PORTAL_WIDE", "BUSINESS_UNIT_WIDE")},
)
STATUSES = shape({"results": list_of(_STATUS)}, _ANSWER_OF_MANY)
SET_STATUS = shape(
    {"subscriptionId": whole, "statusState": _CHOICE["status"], "channel": one_of("EMAIL")},
    {"legalBasis": text, "legalBasisExplanation": text},
)
DEFINITIONS = shape(
    {"results": list_of(shape({"id": text, "name": text, "isActive": flag}, open_=True))}, _ANSWER_OF_MANY
)
READ_STATUSES = shape({"inputs": list_of(text)})

TOKEN_FORM = shape(
    {"grant_type": one_of("refresh_token", "authorization_code"), "client_id": text, "client_secret": text},
    {"refresh_token": text, "code": text, "redirect_uri": text, "scope": text},
)
TOKEN = shape(
    {"access_token": text, "refresh_token": text, "expires_in": whole, "token_type": text},
    {"id_token": text, "hub_id": whole, "user_id": whole, "scopes": list_of(text)},
)
TOKEN_TOLD = shape({}, open_=True)

IDS = list_of(text)
JOURNAL = shape({"url": text, "expiresAt": moment, "currentOffset": text}, open_=True)
FLOW = shape({"id": text}, open_=True)
FLOWS = _page(FLOW)
MERGE = shape({"primaryObjectId": text, "objectIdToMerge": text})
ERASE = shape({"objectId": text}, {"idProperty": text})
