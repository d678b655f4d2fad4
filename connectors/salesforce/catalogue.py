"""Which objects are read, with which fields: what describe shows of what is wanted, never a constant list.

A field that vanished, or that the integration user may not see, is left out instead of breaking the query.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.contract import Holds, Pace, Stream, Surroundings
from connectors.described import Described
from connectors.http import Answer
from connectors.salesforce.answers import failure
from connectors.salesforce.client import Client
from connectors.salesforce.settings import Settings
from connectors.salesforce.soql import checked_name
from domain.errors import ContractError, LeadloopError, NotAllowedError
from domain.record import Field, FieldType

TASK_KEY = "LL_Key__c"
"""Our unique field on Task: marks the tasks that we created."""

DELETIONS = "deletions"
"""The stream of leads and contacts whose end no query shows."""
ROLE_DELETIONS = "role_deletions"
"""The stream of contact roles that were taken off: their IsDeleted follows the opportunity alone."""
ROLES = "OpportunityContactRole"
RATES = "CurrencyType"
RECORD_TYPE = "RecordType.DeveloperName"
"""A record's type by the name that admins gave it: rules never name things by id."""

NEEDS: Mapping[str, str] = {
    ROLES: "Read on Opportunity and Contact for the integration user",
    ROLE_DELETIONS: "Read on Opportunity and Contact for the integration user",
    "Campaign": "Read on Campaign for the integration user",
    RATES: "several currencies",
}
"""Streams that an org may lack or not show, and what gives them. Without them everything else goes on."""
NOTHING_TO_DO = frozenset({RATES})
"""Of these nobody is told: an org with one currency has no rates."""

_STAMPS = ("Id", "IsDeleted", "CreatedDate", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
_WORK = (*_STAMPS, "WhoId", "OwnerId", "Subject", "Description")
_TYPES = {
    "boolean": FieldType.BOOLEAN,
    "int": FieldType.NUMBER,
    "long": FieldType.NUMBER,
    "double": FieldType.NUMBER,
    "currency": FieldType.NUMBER,
    "percent": FieldType.NUMBER,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "picklist": FieldType.PICKLIST,
    "multipicklist": FieldType.MULTIPICKLIST,
    "reference": FieldType.REFERENCE,
}
_ROUNDED = frozenset({"double", "currency", "percent"})
_NO_SCALAR = frozenset({"address", "location", "base64", "anyType", "complexvalue", "json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the connector itself needs of an object: fields, fields across a relationship, a fixed filter."""

    holds: Holds
    always: tuple[str, ...]
    related: tuple[str, ...] = ()
    """The first is needed; the others are left out where the integration user may not see them."""
    where: str = ""


SHAPES: Mapping[str, Shape] = {
    "Lead": Shape(
        holds=Holds.PEOPLE,
        always=(*_STAMPS, "MasterRecordId", "OwnerId", "IsConverted", "ConvertedContactId", "ConvertedAccountId"),
    ),
    "Contact": Shape(holds=Holds.PEOPLE, always=(*_STAMPS, "MasterRecordId", "OwnerId", "AccountId")),
    "Account": Shape(holds=Holds.ACCOUNTS, always=(*_STAMPS, "MasterRecordId", "OwnerId", "Name", "Website", "Type")),
    "Opportunity": Shape(
        holds=Holds.DEALS,
        always=(*_STAMPS, "OwnerId", "Name", "AccountId", "ContactId", "StageName", "Amount", "IsClosed", "IsWon"),
    ),
    ROLES: Shape(holds=Holds.ROLES, always=(*_STAMPS, "OpportunityId", "ContactId", "Role", "IsPrimary")),
    "Campaign": Shape(
        holds=Holds.CAMPAIGNS, always=(*_STAMPS, "Name", "Type", "Status", "ActualCost", "StartDate", "EndDate")
    ),
    RATES: Shape(holds=Holds.RATES, always=(*_STAMPS, "IsoCode", "ConversionRate", "IsCorporate", "IsActive")),
    "User": Shape(holds=Holds.USERS, always=(*_STAMPS, "Name", "Email", "IsActive", "UserType", "TimeZoneSidKey")),
    "Group": Shape(
        holds=Holds.USERS, always=(*_STAMPS, "Name", "DeveloperName", "Type", "Email"), where="Type = 'Queue'"
    ),
    "Task": Shape(
        holds=Holds.ACTIVITIES,
        always=(
            *(*_WORK, "Status", "IsClosed", "TaskSubtype", "ActivityDate", "CompletedDateTime"),
            *("CallDurationInSeconds", "CallDisposition", "CallType", TASK_KEY),
        ),
    ),
    "Event": Shape(
        holds=Holds.ACTIVITIES, always=(*_WORK, "StartDateTime", "DurationInMinutes", "IsChild", "IsAllDayEvent")
    ),
    "CampaignMember": Shape(
        holds=Holds.ACTIVITIES,
        always=(*_STAMPS, "CampaignId", "LeadId", "ContactId", "Status", "HasResponded", "FirstRespondedDate"),
        related=("Campaign.Name", "Campaign.Type"),
    ),
}


def streams(settings: Settings, mapped: Collection[str] = ()) -> Mapping[str, Stream]:
    """The objects named in the settings; one named as hot and slow is hot. Those that not every org has are read where
    the mapping asks for them."""
    paces: dict[str, Pace] = {**dict.fromkeys(settings.slow, Pace.SLOW), **dict.fromkeys(settings.hot, Pace.HOT)}
    found: dict[str, Stream] = {}
    for name, pace in paces.items():
        if name not in NEEDS or name in mapped:
            found[name] = Stream(name=name, holds=SHAPES[name].holds, pace=pace)
    if DELETIONS in settings.nightly:
        found[DELETIONS] = Stream(name=DELETIONS, holds=Holds.PEOPLE, pace=Pace.NIGHTLY)
    if ROLE_DELETIONS in settings.nightly and ROLES in found:
        found[ROLE_DELETIONS] = Stream(name=ROLE_DELETIONS, holds=Holds.ROLES, pace=Pace.NIGHTLY)
    return found


class Catalogue(Described):
    """What describe says, kept for a while or until it proves wrong."""

    def __init__(self, client: Client, surroundings: Surroundings) -> None:
        super().__init__(surroundings)
        self._client = client
        self._narrowed: dict[str, datetime] = {}

    def to_read(self, stream: str) -> tuple[str, ...]:
        """The fields of a query: wanted by us or by mapping and rules, and there."""
        known, shape = self.fields(stream), SHAPES[stream]
        wanted = dict.fromkeys([*shape.always, *sorted(self._surroundings.fields.get(stream, frozenset()))])
        return tuple(name for name in wanted if name in known)

    def moments(self, stream: str) -> tuple[str, ...]:
        """Those of the fields of a query that are times."""
        known = self.fields(stream)
        return tuple(name for name in self.to_read(stream) if known[name].type is FieldType.DATETIME)

    def related(self, stream: str) -> tuple[str, ...]:
        """The fields across a relationship, which no describe of this object tells of."""
        shape, at = SHAPES[stream], self._narrowed.get(stream)
        narrow = at is not None and self._surroundings.clock.now() - at < self._surroundings.describe_again
        return shape.related[:1] if narrow else shape.related

    def narrow(self, stream: str) -> bool:
        """Do without what can be done without across relationships, for a while; False when nothing is left."""
        if len(self.related(stream)) <= 1:
            return False
        self._narrowed[stream] = self._surroundings.clock.now()
        return True

    def _describe(self, object_name: str) -> Mapping[str, Field]:
        answer = self._client.get(f"sobjects/{checked_name(object_name)}/describe", large=True)
        if not answer.ok:
            raise _unseen(answer, object_name)
        told = answer.json()
        rows = told.get("fields") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise ContractError(f"Salesforce described {object_name} in a shape we do not know")
        fields = {row["name"]: _field(row) for row in rows if row.get("type") not in _NO_SCALAR}
        return fields | {field.name: field for field in _record_type(fields, told.get("recordTypeInfos"))}


def _unseen(answer: Answer, object_name: str) -> LeadloopError:
    """What an org has not got and what its user may not see look alike: there is no such object."""
    error = failure(answer, f"to describe {object_name}")
    if object_name in NEEDS and answer.status == 404:
        return NotAllowedError(str(error))
    return error


def _record_type(fields: Mapping[str, Field], told: Any) -> Iterator[Field]:
    """The name behind RecordTypeId, which objects with record types of their own have."""
    if "RecordTypeId" not in fields:
        return
    rows = [row for row in told if isinstance(row, dict) and not row.get("master")] if isinstance(told, list) else []
    names = tuple(str(row["developerName"]) for row in rows if row.get("developerName"))
    yield Field(name=RECORD_TYPE, label="Record Type", type=FieldType.PICKLIST, options=names, writable=False)


def _field(row: Mapping[str, Any]) -> Field:
    values = row.get("picklistValues") or []
    active = [value for value in values if value.get("active", True)]
    labels = tuple(value.get("label") or value["value"] for value in active)
    options = tuple(value["value"] for value in active)
    return Field(
        name=row["name"],
        label=row.get("label") or row["name"],
        type=_TYPES.get(row.get("type", ""), FieldType.TEXT),
        length=row.get("length") or None,
        options=options,
        restricted=bool(row.get("restrictedPicklist")),
        writable=bool(row.get("updateable")),
        nullable=bool(row.get("nillable", True)),
        unique=bool(row.get("unique")),
        refers_to=tuple(row.get("referenceTo") or ()),
        creatable=bool(row.get("createable")),
        required=bool(row.get("createable")) and not (row.get("nillable", True) or row.get("defaultedOnCreate")),
        digits=_digits(row),
        is_email=row.get("type") == "email",
        scale=row.get("scale") if row.get("type") in _ROUNDED else None,
        is_phone=row.get("type") == "phone",
        labels=labels if labels != options else (),
        retired=tuple(value["value"] for value in values if not value.get("active", True)),
    )


def _digits(row: Mapping[str, Any]) -> int | None:
    """Before the point: `digits` of a whole number, of others what the places after it leave of `precision`."""
    return (row.get("digits") or 0) or (row.get("precision") or 0) - (row.get("scale") or 0) or None
