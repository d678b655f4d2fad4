"""Every operation of HubSpot that leadloop may use, written down once: path in both generations, bodies, limits.

Models are the installed client's (`package:Model`); where it has none the shape stands in `by_hand`. A request to
anything else is a mistake. The specifications name no limits: these are from HubSpot's documentation (2026-11).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.hubspot_contract import by_hand
from tests.hubspot_contract.shapes import Checker

Body = str | Checker | None
BATCH, HISTORY, ASSOCIATIONS_WRITTEN, ASSOCIATIONS_READ = 100, 50, 2_000, 1_000
SEARCH_PAGE, MEMBERS_PAGE, ASSOCIATIONS_PAGE = 200, 250, 500
ENGAGEMENTS = frozenset({"calls", "emails", "meetings", "notes", "tasks", "communications"})
OBJECTS = ENGAGEMENTS | {"contacts", "companies", "deals", "tickets", "leads", "0-1", "0-2", "0-3", "0-5", "0-136"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`paths`: v3/v4 first, then the dated one where there is one. `answers`: status → body (None: without one)."""

    method: str
    paths: tuple[str, ...]
    answers: Mapping[int, Body]
    body: Body = None
    query: frozenset[str] = frozenset()
    page: int | None = None
    batch: int | None = None
    search: bool = False
    form: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.paths[0]}"


def _at(path: str) -> tuple[str, ...]:
    """The dated spelling of a v3/v4 path; forms, e-mail events and submissions have none."""
    for old, new in (
        ("/crm/v3/objects/", "/crm/objects/2026-03/"),
        ("/crm/v4/objects/", "/crm/objects/2026-03/"),
        ("/crm/v4/associations/", "/crm/associations/2026-03/"),
        ("/crm/v3/owners", "/crm/owners/2026-03"),
        ("/crm/v3/lists", "/crm/lists/2026-03"),
        ("/crm/v3/properties", "/crm/properties/2026-03"),
        ("/events/v3/events", "/events/event-occurrences/2026-03"),
        ("/account-info/v3", "/account-info/2026-03"),
        ("/communication-preferences/v4", "/communication-preferences/2026-03"),
        ("/oauth/v1/", "/oauth/2026-03/"),
    ):
        if path.startswith(old):
            return (path, new + path.removeprefix(old))
    return (path,)


def _op(method: str, path: str, answers: Mapping[int, Body], query: str = "", **more: object) -> Operation:
    return Operation(
        method=method,
        paths=_at(path),
        answers=answers,
        query=frozenset(query.split()),
        **more,  # type: ignore[arg-type]  # keywords of Operation
    )


_ONE, _MANY = "/crm/v3/objects/{type}/{id}", "/crm/v3/objects/{type}"
_PAIR, _JOINED = "/crm/v4/associations/{from}/{to}", "/crm/v4/objects/{from}/{id}/associations"
_WANTED = "properties propertiesWithHistory associations archived"


def _of(package: str, **models: str) -> dict[int, Body]:
    return {int(status.removeprefix("s")): f"{package}:{model}" for status, model in models.items()}


def _objects() -> Iterator[Operation]:
    own = "crm.objects"
    record, batch = "SimplePublicObject", "BatchResponseSimplePublicObject"
    many = {"s200": batch, "s207": f"{batch}WithErrors"}
    yield _op(
        "GET",
        _MANY,
        _of(own, s200="CollectionResponseSimplePublicObjectWithAssociationsForwardPaging"),
        f"limit after {_WANTED}",
        page=100,
    )
    yield _op("GET", _ONE, _of(own, s200="SimplePublicObjectWithAssociations"), f"{_WANTED} idProperty")
    yield _op("POST", _MANY, _of(own, s201=record), body=f"{own}:SimplePublicObjectInputForCreate")
    yield _op("PATCH", _ONE, _of(own, s200=record), "idProperty", body=f"{own}:SimplePublicObjectInput")
    yield _op("DELETE", _ONE, {204: None})
    yield _op(
        "POST",
        f"{_MANY}/search",
        _of(own, s200="CollectionResponseWithTotalSimplePublicObjectForwardPaging"),
        body=f"{own}:PublicObjectSearchRequest",
        search=True,
    )
    yield _op(
        "POST",
        f"{_MANY}/batch/read",
        _of(own, **many),
        "archived",
        body=f"{own}:BatchReadInputSimplePublicObjectId",
        batch=BATCH,
    )
    yield _op(
        "POST",
        f"{_MANY}/batch/create",
        _of(own, s201=batch, s207=f"{batch}WithErrors"),
        body=f"{own}:BatchInputSimplePublicObjectBatchInputForCreate",
        batch=BATCH,
    )
    yield _op(
        "POST",
        f"{_MANY}/batch/update",
        _of(own, **many),
        body=f"{own}:BatchInputSimplePublicObjectBatchInput",
        batch=BATCH,
    )
    yield _op(
        "POST",
        f"{_MANY}/batch/upsert",
        _of(own, s200="BatchResponseSimplePublicUpsertObject", s207="BatchResponseSimplePublicUpsertObjectWithErrors"),
        body=f"{own}:BatchInputSimplePublicObjectBatchInputUpsert",
        batch=BATCH,
    )
    yield _op("POST", f"{_MANY}/batch/archive", {204: None}, body=f"{own}:BatchInputSimplePublicObjectId", batch=BATCH)
    yield _op("POST", f"{_MANY}/merge", _of(own, s200=record), body=by_hand.MERGE)
    yield _op("POST", f"{_MANY}/gdpr-delete", {204: None}, body=by_hand.ERASE)


def _associations() -> Iterator[Operation]:
    own = "crm.associations.v4"
    created = "BatchResponseLabelsBetweenObjectPair"
    read = "BatchResponsePublicAssociationMultiWithLabel"
    yield _op(
        "POST",
        f"{_PAIR}/batch/read",
        _of(own, s200=read, s207=f"{read}WithErrors"),
        body=f"{own}:BatchInputPublicFetchAssociationsBatchRequest",
        batch=ASSOCIATIONS_READ,
    )
    yield _op(
        "POST",
        f"{_PAIR}/batch/create",
        _of(own, s201=created, s207=f"{created}WithErrors"),
        body=f"{own}:BatchInputPublicAssociationMultiPost",
        batch=ASSOCIATIONS_WRITTEN,
    )
    yield _op(
        "POST",
        f"{_PAIR}/batch/associate/default",
        _of(own, s200="BatchResponsePublicDefaultAssociation"),
        body=f"{own}:BatchInputPublicDefaultAssociationMultiPost",
        batch=ASSOCIATIONS_WRITTEN,
    )
    yield _op(
        "POST",
        f"{_PAIR}/batch/archive",
        {204: None},
        body=f"{own}:BatchInputPublicAssociationMultiArchive",
        batch=ASSOCIATIONS_WRITTEN,
    )
    yield _op(
        "GET",
        f"{_PAIR}/labels",
        _of("crm.associations.v4.schema", s200="CollectionResponseAssociationSpecWithLabelNoPaging"),
    )
    yield _op(
        "GET",
        f"{_JOINED}/{{to}}",
        _of(own, s200="CollectionResponseMultiAssociatedObjectWithLabelForwardPaging"),
        "after limit",
        page=ASSOCIATIONS_PAGE,
    )
    yield _op("PUT", f"{_JOINED}/default/{{to}}/{{other}}", _of(own, s200="BatchResponsePublicDefaultAssociation"))
    yield _op(
        "PUT",
        f"{_JOINED}/{{to}}/{{other}}",
        _of(own, s201="LabelsBetweenObjectPair"),
        body=f"{own}:list[AssociationSpec]",
    )
    yield _op("DELETE", f"{_JOINED}/{{to}}/{{other}}", {204: None})


def _properties() -> Iterator[Operation]:
    own, at = "crm.properties", "/crm/v3/properties/{type}"
    batch = "BatchResponseProperty"
    yield _op("GET", at, _of(own, s200="CollectionResponsePropertyNoPaging"), "archived properties")
    yield _op("POST", at, _of(own, s201="ModelProperty"), body=f"{own}:PropertyCreate")
    yield _op(
        "POST",
        f"{at}/batch/create",
        _of(own, s201=batch, s207=f"{batch}WithErrors"),
        body=f"{own}:BatchInputPropertyCreate",
        batch=BATCH,
    )
    yield _op(
        "POST",
        f"{at}/batch/read",
        _of(own, s200=batch, s207=f"{batch}WithErrors"),
        body=f"{own}:BatchReadInputPropertyName",
        batch=BATCH,
    )
    yield _op("GET", f"{at}/groups", _of(own, s200="CollectionResponsePropertyGroupNoPaging"))
    yield _op("POST", f"{at}/groups", _of(own, s201="PropertyGroup"), body=f"{own}:PropertyGroupCreate")
    yield _op("GET", f"{at}/groups/{{name}}", _of(own, s200="PropertyGroup"))
    yield _op("GET", f"{at}/{{name}}", _of(own, s200="ModelProperty"), "archived properties")
    yield _op("PATCH", f"{at}/{{name}}", _of(own, s200="ModelProperty"), body=f"{own}:PropertyUpdate")
    yield _op("DELETE", f"{at}/{{name}}", {204: None})


def _lists() -> Iterator[Operation]:
    own, at = "crm.lists", "/crm/v3/lists"
    changed = _of(own, s200="MembershipsUpdateResponse")
    members = _of(own, s200="ApiCollectionResponseJoinTimeAndRecordId")
    yield _op("GET", at, _of(own, s200="ListsByIdResponse"), "listIds includeFilters")
    yield _op("POST", at, _of(own, s200="ListCreateResponse"), body=f"{own}:ListCreateRequest")
    yield _op("POST", f"{at}/search", _of(own, s200="ListSearchResponse"), body=f"{own}:ListSearchRequest")
    yield _op(
        "GET", f"{at}/object-type-id/{{typeId}}/name/{{name}}", _of(own, s200="ListFetchResponse"), "includeFilters"
    )
    yield _op(
        "GET",
        f"{at}/records/{{typeId}}/{{id}}/memberships",
        _of(own, s200="ApiCollectionResponseRecordListMembershipNoPaging"),
    )
    yield _op("GET", f"{at}/{{id}}", _of(own, s200="ListFetchResponse"), "includeFilters")
    yield _op("DELETE", f"{at}/{{id}}", {204: None})
    yield _op("PUT", f"{at}/{{id}}/update-list-name", _of(own, s200="ListUpdateResponse"), "listName includeFilters")
    yield _op("GET", f"{at}/{{id}}/memberships", members, "after before limit", page=MEMBERS_PAGE)
    yield _op("GET", f"{at}/{{id}}/memberships/join-order", members, "after before limit", page=MEMBERS_PAGE)
    yield _op("PUT", f"{at}/{{id}}/memberships/add", changed, body=by_hand.IDS)
    yield _op("PUT", f"{at}/{{id}}/memberships/remove", changed, body=by_hand.IDS)
    yield _op("PUT", f"{at}/{{id}}/memberships/add-and-remove", changed, body=f"{own}:MembershipChangeRequest")
    yield _op("PUT", f"{at}/{{id}}/memberships/add-from/{{other}}", {204: None})
    yield _op("DELETE", f"{at}/{{id}}/memberships", {204: None})


def _the_rest() -> Iterator[Operation]:
    consent = "/communication-preferences/v4"
    yield _op(
        "GET",
        "/crm/v3/owners",
        _of("crm.owners", s200="CollectionResponsePublicOwnerForwardPaging"),
        "email after limit archived",
        page=500,
    )
    yield _op("GET", "/crm/v3/owners/{id}", _of("crm.owners", s200="PublicOwner"), "idProperty archived")
    yield _op(
        "GET",
        "/events/v3/events",
        _of("events", s200="CollectionResponseExternalUnifiedEvent"),
        "objectType eventType after before limit sort occurredAfter occurredBefore objectId id",
        page=1_000,
    )
    yield _op("GET", "/events/v3/events/event-types", _of("events", s200="VisibleExternalEventTypeNames"))
    yield _op("GET", "/marketing/v3/forms", {200: by_hand.FORMS}, "after limit archived formTypes", page=100)
    yield _op("GET", "/marketing/v3/forms/{id}", {200: by_hand.FORM}, "archived")
    yield _op("GET", "/form-integrations/v1/submissions/forms/{id}", {200: by_hand.SUBMISSIONS}, "limit after", page=50)
    yield _op(
        "GET",
        "/email/public/v1/events",
        {200: by_hand.EMAIL_EVENTS},
        "limit offset startTimestamp endTimestamp eventType recipient campaignId appId",
        page=1_000,
    )
    yield _op("GET", "/account-info/v3/details", {200: by_hand.ACCOUNT})
    yield _op("GET", "/account-info/v3/api-usage/daily/private-apps", {200: by_hand.USAGE})
    yield _op("GET", f"{consent}/definitions", {200: by_hand.DEFINITIONS}, "businessUnitId includeTranslations")
    yield _op("GET", f"{consent}/statuses/{{email}}", {200: by_hand.STATUSES}, "channel businessUnitId")
    yield _op("POST", f"{consent}/statuses/{{email}}", {200: by_hand.STATUSES}, body=by_hand.SET_STATUS)
    yield _op(
        "GET",
        f"{consent}/statuses/{{email}}/unsubscribe-all",
        {200: by_hand.STATUSES},
        "channel businessUnitId verbose",
    )
    yield _op(
        "POST",
        f"{consent}/statuses/{{email}}/unsubscribe-all",
        {200: by_hand.STATUSES},
        "channel businessUnitId verbose",
    )
    yield _op(
        "POST",
        f"{consent}/statuses/batch/read",
        {200: by_hand.STATUSES, 207: by_hand.STATUSES},
        "channel businessUnitId",
        body=by_hand.READ_STATUSES,
        batch=BATCH,
    )
    yield _op("POST", "/oauth/v1/token", {200: by_hand.TOKEN}, body=by_hand.TOKEN_FORM, form=True)
    yield _op("GET", "/oauth/v1/access-tokens/{token}", {200: by_hand.TOKEN_TOLD})
    yield _op("GET", "/automation/v4/flows", {200: by_hand.FLOWS}, "limit after", page=100)
    yield _op("GET", "/automation/v4/flows/{id}", {200: by_hand.FLOW})
    yield _op("GET", "/automation/v4/flows/{id}", {200: by_hand.FLOW})
    yield Operation(
        method="GET", paths=("/webhooks-journal/journal/2026-03/earliest",), answers={200: by_hand.JOURNAL, 204: None}
    )
    yield Operation(
        method="GET",
        paths=("/webhooks-journal/journal/2026-03/offset/{offset}/next",),
        answers={200: by_hand.JOURNAL, 204: None},
    )


OPERATIONS: tuple[Operation, ...] = (*_objects(), *_associations(), *_properties(), *_lists(), *_the_rest())
