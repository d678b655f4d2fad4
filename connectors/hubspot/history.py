"""Who changed a property when: HubSpot keeps the history of every property, given for 50 records a call."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from connectors.hubspot.answers import NOT_FOUND, Row, body_of, known_shape, rows_in
from connectors.hubspot.client import SEARCH, Client
from connectors.hubspot.paging import next_after
from connectors.hubspot.shapes import SHAPES
from connectors.hubspot.values import moment, read, to_ms
from domain.errors import TransientError
from domain.record import Field
from domain.survey import HUBSPOT_CONNECTOR, Author, FieldChange
from domain.values import RecordRef

RECORDS_PER_CALL = 50
SEARCH_PAGE = 200
_AUTHORS: Mapping[Author, frozenset[str]] = {
    Author.PERSON: frozenset(
        {"CRM_UI", "CRM_UI_BULK_ACTION", "CONTACTS", "CONTACTS_WEB", "MOBILE_IOS", "MOBILE_ANDROID", "SALES"}
        | {"BATCH_UPDATE", "BCC_TO_CRM", "GMAIL_INTEGRATION", "SIDEKICK"}
    ),
    Author.VISITOR: frozenset({"FORM", "MEETINGS", "CONVERSATIONS", "EMAIL", "CHATSPOT", "PUBLIC_OBJECT_UNSUBSCRIBE"}),
    Author.WORKFLOW: frozenset(
        {"AUTOMATION_PLATFORM", "AUTOMATION_JOURNEY", "WORKFLOWS", "WORKFLOW_CONTACT_DELETE_ACTION", "SEQUENCES"}
    ),
    Author.INTEGRATION: frozenset(
        {"INTEGRATION", "API", "EXTENSION", "INTEGRATIONS_PLATFORM", "INTEGRATIONS_SYNC", "FIVETRAN", "MARKETPLACE"}
    ),
    Author.NEIGHBOUR: frozenset({"SALESFORCE"}),
    Author.IMPORT: frozenset({"IMPORT", "CONTACT_IMPORT", "COMPANY_IMPORT", "BULK_IMPORT"}),
}
_AUTHOR_OF = {word: author for author, words in _AUTHORS.items() for word in words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a sample brought: the changes, how many records were looked at, and what they show now."""

    changes: tuple[FieldChange, ...]
    rows: tuple[Row, ...]


class History:
    """Reads the history of the records that changed last."""

    def __init__(self, client: Client, *, connection: str) -> None:
        self._client = client
        self._connection = connection

    def looked(self, object_name: str, fields: Collection[str], *, since: datetime, sample: int) -> Looked:
        """Changes since then of these properties, of at most `sample` records: one search per 200, one read per 50."""
        ids = list(self._latest(object_name, since, sample))
        rows = tuple(
            row
            for start in range(0, len(ids), RECORDS_PER_CALL)
            for row in self._read(object_name, ids[start : start + RECORDS_PER_CALL], sorted(fields))
        )
        changes = tuple(change for row in rows for change in self._changes(object_name, row, since))
        return Looked(changes=changes, rows=rows)

    def changes(
        self, object_name: str, fields: Mapping[str, Field], ids: Collection[str], *, since: datetime
    ) -> tuple[FieldChange, ...]:
        """Of these records, and what each made: one read per 50. A record that is not there any more has no changes."""
        wanted, names = sorted(ids), sorted(fields)
        return tuple(
            change
            for start in range(0, len(wanted), RECORDS_PER_CALL)
            for row in self._read(object_name, wanted[start : start + RECORDS_PER_CALL], names)
            for change in self._changes(object_name, row, since, fields)
        )

    def _latest(self, object_name: str, since: datetime, sample: int) -> Iterator[str]:
        """Ids of the records that changed last, newest first."""
        stamp, doing = SHAPES[object_name].stamp, f"to find the {object_name} that changed last"
        filters = [{"propertyName": stamp, "operator": "GTE", "value": str(to_ms(since))}]
        left, after = sample, "0"
        while left > 0:
            body = {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": stamp, "direction": "DESCENDING"}],
                "properties": [stamp],
                "limit": min(SEARCH_PAGE, left),
                "after": after,
            }
            request = self._client.sdk.crm.objects.search_api.do_search(object_name, body)
            told = body_of(self._client.send(request, bucket=SEARCH), doing)
            with known_shape(doing):
                found = [str(row["id"]) for row in rows_in(told, doing)]
            yield from found
            following = next_after(told)
            if following is None or not found:
                return
            left, after = left - len(found), following

    def _read(self, object_name: str, ids: Sequence[str], names: Sequence[str]) -> list[Row]:
        doing = f"to read the history of {object_name}"
        body: dict[str, Any] = {
            "inputs": [{"id": each} for each in ids],
            "properties": list(names),
            "propertiesWithHistory": list(names),
        }
        told = body_of(self._client.send(self._client.sdk.crm.objects.batch_api.read(object_name, body)), doing)
        if any(error.get("category") not in NOT_FOUND for error in told.get("errors") or ()):
            raise TransientError(f"HubSpot could not read the history of some {object_name}")
        return rows_in(told, doing)

    def _changes(
        self, object_name: str, row: Row, since: datetime, valued: Mapping[str, Field] = MappingProxyType({})
    ) -> Iterator[FieldChange]:
        """`valued`: the fields of which a change tells what it made."""
        with known_shape(f"to read the history of {object_name}"):
            ref = RecordRef(connection=self._connection, object=object_name, id=str(row["id"]))
            for field, versions in (row.get("propertiesWithHistory") or {}).items():
                for version in versions:
                    if (at := moment(version["timestamp"])) >= since:
                        author, author_id, name = author_of(version)
                        told = field in valued and "value" in version
                        made = (read(version["value"], valued[field]),) if told else ()
                        yield FieldChange(
                            ref=ref, field=field, at=at, author=author, author_id=author_id, name=name, made=made
                        )


def author_of(version: Mapping[str, Any]) -> tuple[Author, str, str]:
    """Who made this version: kind, the vendor's id, and the name of whoever is no person."""
    author = _AUTHOR_OF.get(str(version.get("sourceType") or "").upper(), Author.SYSTEM)
    source = str(version.get("sourceId") or "")
    own_id = str(version.get("updatedByUserId") or source)
    if author in (Author.PERSON, Author.VISITOR):
        return author, own_id, ""
    if author is Author.NEIGHBOUR:
        return author, own_id, HUBSPOT_CONNECTOR
    # A workflow's id may be that of one enrolment (`enrollmentId:…`), which names nothing.
    name = str(version.get("sourceLabel") or "") or (source if ":" not in source else "")
    return author, own_id, name or str(version.get("sourceType") or "")
