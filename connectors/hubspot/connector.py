"""The HubSpot connector: what the loop sees of a portal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from connectors.contract import Holds, ProvisionItem, Stream, Surroundings
from connectors.http import SYSTEM_WALL
from connectors.hubspot.answers import body_of, known_shape
from connectors.hubspot.batches import Batches
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client
from connectors.hubspot.engagements import activities_of
from connectors.hubspot.forms import Forms
from connectors.hubspot.guard import Guard
from connectors.hubspot.happenings import Happenings
from connectors.hubspot.lists import Lists
from connectors.hubspot.nightly import Nightly
from connectors.hubspot.objects import Objects
from connectors.hubspot.owners import owner_pages
from connectors.hubspot.provisioning import Provisioning
from connectors.hubspot.reading import Reading
from connectors.hubspot.records import records_of
from connectors.hubspot.recycle_bin import RecycleBin
from connectors.hubspot.settings import Settings
from connectors.hubspot.shapes import SHAPES, streams
from connectors.hubspot.sweep import Sweep
from connectors.hubspot.windows import CEILING
from connectors.hubspot.writing import Writing
from connectors.pacing import Wall
from domain.change import Change, Receipt
from domain.record import AccountInfo, Cursor, Field, Page


class HubSpot:
    """One portal: reads, writes, describes, keeps lists, makes our properties, finds what became of a creation."""

    def __init__(
        self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL, ceiling: int = CEILING
    ) -> None:
        self._name = surroundings.connection
        self._streams = streams(settings)
        self._client = client = Client(settings, surroundings, wall=wall)
        self._catalogue = catalogue = Catalogue(client, surroundings)
        objects = Objects(client, catalogue, page_size=settings.page_size)
        self._reading = Reading(objects, settings, ceiling=ceiling)
        known = surroundings.known
        sweep = None if known is None else Sweep(self._name, objects, catalogue, known)
        self._nightly = Nightly(client, RecycleBin(self._name, objects, catalogue), sweep)
        overlap = timedelta(minutes=max(settings.lag_minutes, settings.late_minutes))
        self._forms = Forms(client, self._name, overlap=overlap)
        self._happenings = Happenings(client, self._name, overlap=overlap)
        self._lists = Lists(client, self._name, per_call=settings.members_per_call)
        batches, guard = Batches(client, catalogue), Guard(objects, catalogue)
        self._writing = Writing(batches, guard, objects, self._lists, members=settings.members_per_call)
        self._provisioning = Provisioning(client, catalogue, surroundings)

    @property
    def name(self) -> str:
        return self._name

    @property
    def streams(self) -> Mapping[str, Stream]:
        return self._streams

    def account(self) -> AccountInfo:
        """Say which portal the token opens; changes nothing."""
        doing = "to tell which portal this is"
        told = body_of(self._client.get("/account-info/v3/details"), doing)
        with known_shape(doing):
            return AccountInfo(
                account_id=str(told["portalId"]),
                name=f"portal {told['portalId']}",
                user=str(told.get("uiDomain") or ""),
                time_zone=str(told.get("timeZone") or "UTC"),
                is_test=told.get("accountType") in ("SANDBOX", "DEVELOPER_TEST"),
            )

    def describe(self, stream: str) -> Mapping[str, Field]:
        """Every property that `read` returns, by name."""
        return self._catalogue.fields("contacts" if stream == "contacts_archived" else stream)

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what changed after the cursor, oldest first where HubSpot can. May repeat, never skips."""
        match stream:
            case "owners":
                return owner_pages(self._client, self._name)
            case "lists":
                return self._lists.read()
            case "contacts_archived":
                return self._nightly.pages(stream, cursor)
            case "forms":
                return self._forms.pages(cursor)
            case _ if stream in SHAPES:
                return self._objects(stream, cursor)
            case _:
                return self._happenings.read(stream, cursor)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Yield one receipt per change, in the same order. The same key has one effect."""
        return self._writing.write(changes)

    def settle(self, change: Change) -> Receipt | None:
        """Find a creation by its unique property. Other writes may simply be sent again: None."""
        return self._writing.find(change)

    def missing(self) -> Sequence[ProvisionItem]:
        """What leadloop needs in the portal, and whether it is there."""
        return self._provisioning.items()

    def provision(self, items: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        """Create what is not there; returns what exists afterwards."""
        return self._provisioning.make(items)

    def _objects(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        shape = SHAPES[stream]
        done = self._streams[stream].holds is Holds.ACTIVITIES
        for rows, safe in self._reading.rows(stream, cursor):
            if done:
                found = activities_of(self._client, self._name, stream, rows)
                yield Page(stream=stream, cursor=safe, activities=found)
            else:
                records = records_of(self._name, shape, rows, self._catalogue.fields(shape.object))
                yield Page(stream=stream, cursor=safe, records=records)


__all__ = ["HubSpot", "Settings"]
