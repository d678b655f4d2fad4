"""Which handler answers which path, what it counts against and which scopes it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from simulator.hubspot import (
    account_calls,
    activity_calls,
    association_calls,
    batch,
    list_calls,
    records,
    workflow_calls,
)
from simulator.hubspot.call import Answer, Call
from simulator.hubspot.kinds import Kind

Handler = Callable[[Call], Answer]


class Counted(Enum):
    """The limit a request counts against."""

    BURST = "ten-secondly and daily"
    SEARCH = "five a second per account, and daily; no headers"
    ASSOCIATIONS = "ten-secondly and daily limits of their own, and the account's daily one"
    NOTHING = "no limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation; `scopes` are alternatives, `{}` in one stands for the object type."""

    method: str
    path: str
    handler: Handler
    scopes: tuple[str, ...] = ()
    counted: Counted = Counted.BURST

    def needed(self, kind: Kind | None) -> frozenset[str]:
        """The scopes for this object type; engagements go by those of contacts."""
        name = kind.name if kind is not None and not kind.engagement else "contacts"
        return frozenset(scope.format(name) for scope in self.scopes)


def _rows(scopes: tuple[str, ...], *rows: tuple[str, str, Handler], counted: Counted = Counted.BURST) -> list[Endpoint]:
    return [
        Endpoint(method=method, path=path, handler=handler, scopes=scopes, counted=counted)
        for method, path, handler in rows
    ]


OBJECTS = "/crm/v3/objects/{type}"
LISTS = "/crm/v3/lists"
PROPERTIES = "/crm/v3/properties/{type}"
PAIR = "/crm/v4/associations/{from}/{to}"
ONE = "/crm/v4/objects/{from}/{id}/associations"
CONSENT = "/communication-preferences/v4/statuses/{email}"
READ, WRITE = ("crm.objects.{}.read",), ("crm.objects.{}.write",)

ENDPOINTS: tuple[Endpoint, ...] = (
    *_rows(READ, ("POST", f"{OBJECTS}/search", records.search), counted=Counted.SEARCH),
    *_rows(
        READ,
        ("POST", f"{OBJECTS}/batch/read", batch.read),
        ("GET", OBJECTS, records.page),
        ("GET", f"{OBJECTS}/{{id}}", records.read),
    ),
    *_rows(
        WRITE,
        ("POST", f"{OBJECTS}/batch/create", batch.create),
        ("POST", f"{OBJECTS}/batch/update", batch.update),
        ("POST", f"{OBJECTS}/batch/upsert", batch.upsert),
        ("POST", f"{OBJECTS}/batch/archive", batch.archive),
        ("POST", f"{OBJECTS}/merge", records.merge),
        ("POST", f"{OBJECTS}/gdpr-delete", records.erase),
        ("POST", OBJECTS, records.create),
        ("PATCH", f"{OBJECTS}/{{id}}", records.change),
        ("DELETE", f"{OBJECTS}/{{id}}", records.archive),
    ),
    *_rows(
        (),
        ("POST", f"{PAIR}/batch/read", association_calls.read),
        ("POST", f"{PAIR}/batch/create", association_calls.create),
        ("POST", f"{PAIR}/batch/associate/default", association_calls.create_default),
        ("POST", f"{PAIR}/batch/archive", association_calls.remove_many),
        ("GET", f"{PAIR}/labels", association_calls.labels),
        counted=Counted.ASSOCIATIONS,
    ),
    *_rows(
        (),
        ("GET", f"{ONE}/{{to}}", association_calls.page),
        ("PUT", f"{ONE}/default/{{to}}/{{other}}", association_calls.put_default),
        ("PUT", f"{ONE}/{{to}}/{{other}}", association_calls.put),
        ("DELETE", f"{ONE}/{{to}}/{{other}}", association_calls.remove),
    ),
    *_rows(
        ("crm.objects.owners.read",),
        ("GET", "/crm/v3/owners", account_calls.owners),
        ("GET", "/crm/v3/owners/{id}", account_calls.owner),
    ),
    *_rows(
        ("crm.schemas.{}.read", "crm.objects.{}.read"),
        ("GET", PROPERTIES, account_calls.properties),
        ("POST", f"{PROPERTIES}/batch/read", account_calls.read_properties),
        ("GET", f"{PROPERTIES}/groups", account_calls.groups),
        ("GET", f"{PROPERTIES}/groups/{{name}}", account_calls.group),
        ("GET", f"{PROPERTIES}/{{name}}", account_calls.property_),
    ),
    *_rows(
        ("crm.schemas.{}.write",),
        ("POST", f"{PROPERTIES}/batch/create", account_calls.create_properties),
        ("POST", f"{PROPERTIES}/groups", account_calls.create_group),
        ("POST", PROPERTIES, account_calls.create_property),
        ("PATCH", f"{PROPERTIES}/{{name}}", account_calls.change_property),
        ("DELETE", f"{PROPERTIES}/{{name}}", account_calls.archive_property),
    ),
    *_rows(
        ("crm.lists.read",),
        ("GET", LISTS, list_calls.several),
        ("POST", f"{LISTS}/search", list_calls.search),
        ("GET", f"{LISTS}/object-type-id/{{type}}/name/{{name:path}}", list_calls.by_name),
        ("GET", f"{LISTS}/records/{{type}}/{{id}}/memberships", list_calls.of_record),
        ("GET", f"{LISTS}/{{id}}", list_calls.read),
        ("GET", f"{LISTS}/{{id}}/memberships", list_calls.members),
    ),
    *_rows(
        ("crm.lists.write",),
        ("POST", LISTS, list_calls.create),
        ("PUT", f"{LISTS}/{{id}}/update-list-name", list_calls.rename),
        ("DELETE", f"{LISTS}/{{id}}", list_calls.delete),
        ("PUT", f"{LISTS}/{{id}}/memberships/add", list_calls.add),
        ("PUT", f"{LISTS}/{{id}}/memberships/remove", list_calls.remove),
        ("PUT", f"{LISTS}/{{id}}/memberships/add-and-remove", list_calls.add_and_remove),
        ("PUT", f"{LISTS}/{{id}}/memberships/add-from/{{source}}", list_calls.add_from),
        ("DELETE", f"{LISTS}/{{id}}/memberships", list_calls.remove_all),
    ),
    *_rows(
        ("forms",),
        ("GET", "/marketing/v3/forms", activity_calls.forms),
        ("GET", "/marketing/v3/forms/{id}", activity_calls.form),
        ("GET", "/form-integrations/v1/submissions/forms/{id}", activity_calls.submissions),
    ),
    *_rows(
        ("automation",),
        ("GET", "/automation/v4/flows", workflow_calls.page),
        ("GET", "/automation/v4/flows/{id}", workflow_calls.read),
    ),
    *_rows(("content",), ("GET", "/email/public/v1/events", activity_calls.email_events)),
    *_rows(
        (),
        ("GET", "/events/v3/events", activity_calls.visits),
        ("GET", "/events/v3/events/event-types", activity_calls.event_types),
        ("GET", "/account-info/v3/details", account_calls.details),
        ("GET", "/account-info/v3/api-usage/daily/private-apps", account_calls.usage),
    ),
    *_rows(
        ("communication_preferences.read", "communication_preferences.read_write"),
        ("GET", "/communication-preferences/v4/definitions", account_calls.definitions),
        ("GET", CONSENT, account_calls.statuses),
        ("GET", f"{CONSENT}/unsubscribe-all", account_calls.wide_status),
    ),
    *_rows(
        ("communication_preferences.read_write",),
        ("POST", CONSENT, account_calls.set_status),
        ("POST", f"{CONSENT}/unsubscribe-all", account_calls.unsubscribe_all),
    ),
    *_rows((), ("POST", "/oauth/v1/token", account_calls.token), counted=Counted.NOTHING),
)
