"""The Salesforce connector: what the loop sees of an org."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from connectors.abilities import ProvisionItem
from connectors.contract import Stream, Surroundings
from connectors.gates import Gates, Opened
from connectors.http import SYSTEM_WALL
from connectors.pacing import Wall
from connectors.salesforce import prices
from connectors.salesforce.asking import Asking
from connectors.salesforce.bulk_ingest import BulkIngest
from connectors.salesforce.bulk_query import BulkQuery
from connectors.salesforce.bulk_writing import BulkWriting
from connectors.salesforce.campaigns import OBJECT as CAMPAIGN
from connectors.salesforce.campaigns import STREAM as LISTS
from connectors.salesforce.campaigns import Campaigns
from connectors.salesforce.catalogue import (
    DELETIONS,
    NEEDS,
    NOTHING_TO_DO,
    ROLE_DELETIONS,
    ROLES,
    Catalogue,
    streams,
)
from connectors.salesforce.client import Client
from connectors.salesforce.deletions import OBJECTS, Deletions
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.metadata_folder import folder
from connectors.salesforce.provisioning import Provisioning
from connectors.salesforce.reading import Reading
from connectors.salesforce.settings import Auth, Settings
from connectors.salesforce.shortfall import Shortfall
from connectors.salesforce.soql import select
from connectors.salesforce.survey import Surveying
from connectors.salesforce.writing import Writing
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ContractError
from domain.fitting import Fittings
from domain.record import AccountInfo, Cursor, Field, Page
from domain.survey import FieldChange, FieldHistory, Survey


class Salesforce:
    """One org: reads (alone or bundled), writes, describes, and finds out what became of a lost answer."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        self._name = surroundings.connection
        self._api_version = settings.api_version
        self._page_size = settings.page_size
        self._settings, self._mapped = settings, surroundings.fields
        self._client = Client(settings, surroundings, wall=wall)
        self._catalogue = Catalogue(self._client, surroundings)
        asking = Asking(self._client)
        self._lookup = Lookup(asking, self._catalogue)
        lag = timedelta(minutes=settings.lag_minutes)
        bulk = BulkQuery(self._client, more_than=settings.bulk_rows, portion=settings.page_size)
        self._reading = Reading(
            self._client, asking, self._catalogue, bulk=bulk, connection=surroundings.connection, lag=lag
        )
        self._gates = Gates(self._name, NEEDS, now=self._client.now, unspoken=NOTHING_TO_DO)
        read = (*settings.hot, *settings.slow)
        self._deletions = {
            stream: Deletions(
                stream,
                self._client,
                asking,
                self._catalogue,
                objects=[each for each in objects if each in read],
                surroundings=surroundings,
                passed=self._reading.passed,
            )
            for stream, objects in ((DELETIONS, OBJECTS), (ROLE_DELETIONS, (ROLES,)))
        }
        self._surveying = Surveying(self._client, asking, self._catalogue, connection=surroundings.connection)
        self._bulk_from = settings.bulk_writes
        ingest = BulkIngest(self._client, more_than=settings.bulk_writes)
        in_bulk = BulkWriting(ingest, self._lookup, self._catalogue, assigns_leads=settings.assign_new_leads)
        self._writing = Writing(self._client, self._lookup, self._catalogue, bulk=in_bulk)
        self._shortfall = Shortfall(self._client, asking, self._catalogue, self._lookup)
        self._provisioning = Provisioning(self._client, asking, self._catalogue)
        self._campaigns = Campaigns(self._client, asking, connection=surroundings.connection, names=surroundings.lists)

    @property
    def name(self) -> str:
        return self._name

    @property
    def streams(self) -> Mapping[str, Stream]:
        found = streams(self._settings, self._mapped)
        return {**found, LISTS.name: LISTS} if self._campaigns.kept else found

    def account(self) -> AccountInfo:
        """Two calls. The org comes first: a session that has ended is told by 401 there, by a web page at userinfo."""
        asked = select(("Id", "Name", "IsSandbox", "OrganizationType", "TimeZoneSidKey"), "Organization", limit=1)
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
            is_test=org.get("IsSandbox") is True or org.get("OrganizationType") == "Developer Edition",
        )

    def describe(self, stream: str, *, anew: bool = False) -> Mapping[str, Field]:
        """Every field that the integration user may see."""
        name = _described_as(stream)
        if anew:
            self._catalogue.forget(name)
        return self._catalogue.fields(name)

    def reserved(self, object: str) -> Mapping[str, Collection[str]]:
        """The statuses that a lead has by being converted."""
        if object != "Lead":
            return {}
        rows = self._lookup.rows(select(("ApiName",), "LeadStatus", where="IsConverted = true"), deleted=False)
        return {"Status": [str(row["ApiName"]) for row in rows]}

    def described_at(self, stream: str) -> datetime | None:
        return self._catalogue.asked_at(_described_as(stream))

    def reading_calls(self, stream: str, rows: int) -> int:  # noqa: ARG002 - a page holds as much of every stream
        """About how many calls it takes to read so many rows of a stream from its start, a page each."""
        return math.ceil(rows / self._page_size)

    def writing_calls(self, changes: Sequence[Change]) -> int:
        """How many calls it takes to write these together when nothing is refused. Asks nobody."""
        return prices.writing_calls(changes, bulk_from=self._bulk_from)

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what changed after the cursor, oldest first. May repeat, never skips."""
        return self._gates.pages(stream, cursor, self._open) if stream in NEEDS else self._open(stream, cursor)

    def _open(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        if stream in self._deletions:
            return self._deletions[stream].pages(cursor)
        return self._campaigns.read() if stream == LISTS.name else self._reading.read(stream, cursor)

    @property
    def resting(self) -> Mapping[str, str]:
        """Objects that the org or our user's permissions do not give us, as last told, with the reason."""
        return self._gates.resting

    def knock(self) -> Mapping[str, str]:
        """Ask for one page of each stream that may be refused, and tell as `resting`."""
        for stream in sorted(self.streams.keys() & NEEDS.keys()):
            next(self.read(stream, None), None)
        return self.resting

    def waking(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Cursor | None]:
        """Ends rests after a `knock` that was answered; else what was just granted would rest for the day."""
        return self._gates.waking(cursors)

    def read_bundle(self, cursors: Mapping[str, Cursor | None]) -> Iterator[Page]:
        """As `read`, for every stream named, with the first pages in one call.

        A stream that cannot be read holds back no other: the first such error is raised after the last page.
        """
        failed: ContractError | None = None
        together: dict[str, Cursor | None] = {}
        for name, cursor in cursors.items():
            try:
                if name == LISTS.name or name in self._deletions:
                    yield from self.read(name, cursor)
                else:
                    yield from self._let_in(name, cursor, together)
            except ContractError as error:
                failed = failed or error
        yield from self._reading.read_bundle(together)
        if failed is not None:
            raise failed

    def _let_in(self, name: str, cursor: Cursor | None, together: dict[str, Cursor | None]) -> Iterator[Page]:
        """Add it to what is read together, unless it is one that rests."""
        if name not in NEEDS:
            together[name] = cursor
            return
        match self._gates.opened(name, cursor, lambda: self._catalogue.fields(name)):
            case Opened(cursor=reached):
                together[name] = reached
            case Page() as closing:
                yield closing

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Yield one receipt per change, in the same order. The same key has one effect."""
        return self._writing.write(changes)

    @property
    def bulk_from(self) -> int:
        """More changes than this of one object go by a Bulk job."""
        return self._bulk_from

    def history(self, object: str, fields: Collection[str], *, since: datetime, sample: int) -> Sequence[FieldChange]:
        """The latest changes of those of the fields whose history the org keeps."""
        return self._surveying.history(object, fields, since=since, sample=sample)

    def changes_of(
        self, object: str, fields: Collection[str], ids: Collection[str], *, since: datetime
    ) -> FieldHistory:
        """Every change since then of those of the fields whose history the org keeps, of these records."""
        return self._surveying.changes_of(object, fields, ids, since=since)

    def survey(self, fields: Mapping[str, Collection[str]], *, since: datetime, sample: int) -> Survey:
        """Who wrote these fields since then, what is active on their objects, and what could not be seen."""
        return self._surveying.survey(fields, since=since, sample=sample)

    def needed(self, fittings: Fittings) -> Sequence[ProvisionItem]:
        """What leadloop needs in the org, and whether it is there; changes nothing."""
        return self._shortfall.items(fittings)

    def provision(self, items: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        """Make what is not there and has no problem; the items as they stand now."""
        return self._provisioning.make(items)

    def manual(self, fittings: Fittings, items: Sequence[ProvisionItem] = ()) -> Mapping[str, str]:
        """A package that an admin deploys where the integration user may not change Setup."""
        return folder(fittings, items, api_version=self._api_version)

    def settle(self, change: Change) -> Receipt | None:
        """Find a creation by its External Id. Other writes may simply be sent again: None."""
        if change.kind is not ChangeKind.CREATE or not change.unique:
            return None
        value = str(change.values.get(change.unique) or "")
        found = self._lookup.by_key(change.object, change.unique, [value]).get(value) if value else None
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=found[0]) if found else None


_DESCRIBED_AS = {DELETIONS: "Lead", ROLE_DELETIONS: ROLES, LISTS.name: CAMPAIGN}


def _described_as(stream: str) -> str:
    return _DESCRIBED_AS.get(stream, stream)


__all__ = ["Auth", "Salesforce", "Settings"]
