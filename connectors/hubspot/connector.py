"""The HubSpot connector: what the loop sees of a portal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from connectors.contract import Holds, Stream, Surroundings
from connectors.http import SYSTEM_WALL
from connectors.hubspot.answers import failure, next_after, rows_of
from connectors.hubspot.catalogue import SHAPES, Catalogue, streams
from connectors.hubspot.client import Client, Operation
from connectors.hubspot.engagements import activities
from connectors.hubspot.happenings import Happenings, since_of
from connectors.hubspot.lists import Lists
from connectors.hubspot.reading import Reading, record_of
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import moment
from connectors.hubspot.writing import Writing
from connectors.pacing import Wall
from domain.change import Change, Receipt
from domain.record import AccountInfo, Cursor, Field, Page, Record
from domain.values import RecordRef, to_text

ARCHIVED_AGAIN = timedelta(hours=20)
OWNERS = 100


class HubSpot:
    """One portal: reads, writes, describes and keeps lists."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        self._surroundings = surroundings
        self._streams = streams(settings)
        self._client = Client(settings, surroundings, wall=wall)
        self._catalogue = Catalogue(self._client, surroundings)
        self._reading = Reading(self._client, self._catalogue, surroundings, settings)
        self._happenings = Happenings(self._client, surroundings, settings)
        self._lists = Lists(self._client, surroundings, per_call=settings.members_per_call)
        self._writing = Writing(self._client, self._catalogue, self._lists)

    @property
    def name(self) -> str:
        return self._surroundings.connection

    @property
    def streams(self) -> Mapping[str, Stream]:
        return self._streams

    def account(self) -> AccountInfo:
        answer = self._client.get("/account-info/v3/details")
        if not answer.ok:
            raise failure(answer, "to tell which portal this is")
        told = answer.json()
        return AccountInfo(
            account_id=str(told["portalId"]),
            name=f"portal {told['portalId']}",
            user=str(told.get("uiDomain") or ""),
            time_zone=str(told.get("timeZone") or "UTC"),
            is_test=str(told.get("accountType") or "") in {"SANDBOX", "DEVELOPER_TEST"},
        )

    def describe(self, stream: str) -> Mapping[str, Field]:
        """Every property that `read` returns, by name."""
        return self._catalogue.fields("contacts" if stream == "contacts_archived" else stream)

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what changed after the cursor, oldest first where HubSpot can. May repeat, never skips."""
        if stream == "owners":
            return self._owners()
        if stream == "lists":
            return self._lists.read()
        if stream == "contacts_archived":
            return self._archived(cursor)
        if stream in SHAPES:
            return self._objects(stream, cursor)
        return self._happenings.read(stream, cursor)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Yield one receipt per change, in the same order. The same key has one effect."""
        return self._writing.write(changes)

    def _objects(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        acts = self._streams[stream].holds is Holds.ACTIVITIES
        for rows, safe in self._reading.rows(stream, cursor):
            if acts:
                found = activities(self._client, self.name, stream, rows) if rows else []
                yield Page(stream=stream, cursor=safe, activities=tuple(found))
            else:
                yield Page(stream=stream, cursor=safe, records=self._records(stream, rows))

    def _records(self, stream: str, rows: Sequence[dict[str, object]]) -> tuple[Record, ...]:
        return tuple(record_of(self.name, stream, row, self._catalogue) for row in rows)

    def _archived(self, cursor: Cursor | None) -> Iterator[Page]:
        """Deleted contacts are in no search: once a day the recycle bin is listed."""
        now = self._surroundings.clock.now()
        if cursor is not None and now - since_of(cursor) < ARCHIVED_AGAIN:
            return
        after: str | None = None
        read = Cursor(position=f'{{"at": "{to_text(now)}"}}')
        while True:
            rows, after = self._reading.list_page("contacts", SHAPES["contacts"], after, archived=True)
            kept = read if after is None else cursor or Cursor(position='{"at": "1970-01-01T00:00:00Z"}')
            yield Page(stream="contacts_archived", cursor=kept, records=self._records("contacts", rows))
            if after is None:
                return

    def _owners(self) -> Iterator[Page]:
        """Everybody who may own a record, those who left included."""
        api = self._client.sdk.crm.owners.owners_api
        for archived in (False, True):
            after: str | None = None
            while True:
                options = {"after": after} if after else {}
                answer = self._client.send(
                    Operation(method="GET", path="/crm/v3/owners"),
                    lambda options=options, archived=archived, **more: api.get_page(
                        limit=OWNERS, archived=archived, **options, **more
                    ),
                )
                rows = rows_of(answer, "to list owners")
                records = tuple(self._owner(row, archived=archived) for row in rows)
                yield Page(stream="owners", cursor=Cursor(position="{}"), records=records)
                after = next_after(answer)
                if after is None:
                    break

    def _owner(self, row: dict[str, object], *, archived: bool) -> Record:
        name = f"{row.get('firstName') or ''} {row.get('lastName') or ''}".strip()
        return Record(
            ref=RecordRef(connection=self.name, object="owners", id=str(row["id"])),
            values={
                "email": str(row.get("email") or "").lower() or None,
                "name": name or None,
                "user_id": str(row.get("userId") or "") or None,
                "active": not archived,
            },
            modified_at=moment(row.get("updatedAt")),
            archived=archived,
        )


__all__ = ["HubSpot", "Settings"]
