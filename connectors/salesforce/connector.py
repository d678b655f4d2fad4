"""The Salesforce connector: what the loop sees of an org."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from connectors.contract import Stream, Surroundings
from connectors.http import SYSTEM_WALL
from connectors.pacing import Wall
from connectors.salesforce.asking import Asking
from connectors.salesforce.batches import Batches
from connectors.salesforce.catalogue import Catalogue, streams
from connectors.salesforce.client import Client
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.reading import Reading
from connectors.salesforce.settings import Auth, Settings
from connectors.salesforce.soql import select
from connectors.salesforce.writing import Writing
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ContractError
from domain.record import AccountInfo, Cursor, Field, Page


class Salesforce:
    """One org: reads (alone or bundled), writes, describes, and finds out what became of a lost answer."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        self._name = surroundings.connection
        self._streams = streams(settings)
        self._client = Client(settings, surroundings, wall=wall)
        self._catalogue = Catalogue(self._client, surroundings)
        asking = Asking(self._client)
        self._lookup = Lookup(asking, self._catalogue)
        lag = timedelta(minutes=settings.lag_minutes)
        self._reading = Reading(self._client, asking, self._catalogue, connection=surroundings.connection, lag=lag)
        self._writing = Writing(Batches(self._client), self._lookup, self._catalogue)

    @property
    def name(self) -> str:
        return self._name

    @property
    def streams(self) -> Mapping[str, Stream]:
        return self._streams

    def account(self) -> AccountInfo:
        """Two calls. The org comes first: a session that has ended is told by 401 there, by a web page at userinfo."""
        asked = select(("Id", "Name", "IsSandbox", "TimeZoneSidKey"), "Organization", limit=1)
        rows = self._lookup.rows(asked, deleted=False)
        user = self._client.get("/services/oauth2/userinfo").json()
        org = rows[0] if rows else {}
        account_id = user.get("organization_id") if isinstance(user, dict) else None
        if not isinstance(account_id, str):
            raise ContractError("Salesforce does not tell which org this is")
        return AccountInfo(
            account_id=account_id[:15],
            name=str(org.get("Name") or ""),
            user=str(user.get("preferred_username") or user.get("user_id") or ""),
            time_zone=str(org.get("TimeZoneSidKey") or user.get("zoneinfo") or "UTC"),
            is_test=org.get("IsSandbox") is True,
        )

    def describe(self, stream: str) -> Mapping[str, Field]:
        return self._catalogue.fields(stream)

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what changed after the cursor, oldest first. May repeat, never skips."""
        return self._reading.read(stream, cursor)

    def read_bundle(self, cursors: Mapping[str, Cursor | None]) -> Iterator[Page]:
        """As `read`, for every stream named, with the first pages in one call.

        A stream that cannot be read holds back no other: the first such error is raised after the last page.
        """
        return self._reading.read_bundle(cursors)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Yield one receipt per change, in the same order. The same key has one effect."""
        return self._writing.write(changes)

    def settle(self, change: Change) -> Receipt | None:
        """Find a creation by its External Id. Other writes may simply be sent again: None."""
        if change.kind is not ChangeKind.CREATE or not change.unique:
            return None
        value = str(change.values.get(change.unique) or "")
        found = self._lookup.by_key(change.object, change.unique, [value]).get(value) if value else None
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=found) if found else None


__all__ = ["Auth", "Salesforce", "Settings"]
