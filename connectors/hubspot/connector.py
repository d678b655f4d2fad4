"""The HubSpot connector: what the loop sees of a portal."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from connectors.abilities import ProvisionItem, Refreshed, WebhookCall
from connectors.contract import Holds, Stream, Surroundings
from connectors.gates import Gates
from connectors.http import SYSTEM_WALL
from connectors.hubspot import prices
from connectors.hubspot.answers import body_of, known_shape
from connectors.hubspot.batches import Batches
from connectors.hubspot.belonging import with_owners
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client
from connectors.hubspot.engagements import activities_of
from connectors.hubspot.forms import Forms
from connectors.hubspot.guard import Guard
from connectors.hubspot.happenings import Happenings
from connectors.hubspot.lists import Lists
from connectors.hubspot.memberships import Memberships
from connectors.hubspot.nightly import Nightly
from connectors.hubspot.objects import Objects
from connectors.hubspot.owners import owner_pages
from connectors.hubspot.provisioning import Provisioning
from connectors.hubspot.reading import Reading
from connectors.hubspot.records import records_of
from connectors.hubspot.refreshing import Refreshing
from connectors.hubspot.settings import Auth, Settings
from connectors.hubspot.shapes import NEEDS, NIGHTLY, SHAPES, streams
from connectors.hubspot.stages import Stages
from connectors.hubspot.survey import Surveying
from connectors.hubspot.tasks import Tasks
from connectors.hubspot.updates import Updates
from connectors.hubspot.webhooks import Webhooks
from connectors.hubspot.windows import CEILING
from connectors.hubspot.writing import Writing
from connectors.pacing import Wall
from domain.change import Change, Receipt
from domain.fitting import Fittings
from domain.hint import Hint
from domain.record import AccountInfo, Cursor, Field, Page
from domain.survey import FieldChange, FieldHistory, Survey


class HubSpot:
    """One portal: reads, writes, describes, keeps lists, makes our properties, finds what became of a creation."""

    def __init__(
        self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL, ceiling: int = CEILING
    ) -> None:
        self._name = surroundings.connection
        self._pins = surroundings.pins if settings.auth is Auth.ACCESS_TOKEN else None
        self._streams = streams(settings)
        self._page_size = settings.page_size
        self._members_per_call = settings.members_per_call
        self._client = client = Client(settings, surroundings, wall=wall)
        self._catalogue = catalogue = Catalogue(client, surroundings)
        objects = Objects(client, catalogue, page_size=settings.page_size)
        self._reading = Reading(objects, settings, ceiling=ceiling)
        self._nightly = {
            stream: Nightly(
                stream,
                client,
                objects,
                catalogue=catalogue,
                surroundings=surroundings,
                passed=self._reading.passed,
            )
            for stream in NIGHTLY
        }
        overlap = timedelta(minutes=max(settings.lag_minutes, settings.late_minutes))
        self._webhooks = Webhooks(self._name, settings, self._streams)
        self._forms = Forms(client, self._name, overlap=overlap)
        heard = self._forms if "forms" in self._streams else None
        self._refreshing = Refreshing(self._name, objects, catalogue, known=surroundings.known, forms=heard)
        self._happenings = Happenings(client, self._name, overlap=overlap)
        self._gates = Gates(self._name, NEEDS, now=client.now)
        self._lists = Lists(client, self._name)
        members = Memberships(client, self._lists, per_call=settings.members_per_call)
        batches, guard = Batches(client, catalogue), Guard(objects, catalogue)
        stages = Stages(batches, guard, objects, catalogue, steps_back=settings.lifecycle_steps_back)
        updates = Updates(batches, guard, objects, stages)
        tasks = Tasks(client, batches, objects)
        per_call = settings.members_per_call
        self._writing = Writing(batches, updates, objects, members=members, tasks=tasks, per_call=per_call)
        self._surveying = Surveying(client, catalogue, connection=self._name)
        self._provisioning = Provisioning(client, catalogue, self._lists)

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
        self._client.keep_zone(str(told.get("timeZone") or ""))
        with known_shape(doing):
            return AccountInfo(
                account_id=str(told["portalId"]),
                name=f"portal {told['portalId']}",
                user=str(told.get("uiDomain") or ""),
                time_zone=str(told.get("timeZone") or "UTC"),
                is_test=told.get("accountType") in ("SANDBOX", "DEVELOPER_TEST", "APP_DEVELOPER"),
            )

    def describe(self, stream: str, *, anew: bool = False) -> Mapping[str, Field]:
        """Every property that `read` returns, by name."""
        name = NIGHTLY.get(stream, stream)
        if anew:
            self._catalogue.forget(name)
        return self._catalogue.fields(name)

    def described_at(self, stream: str) -> datetime | None:
        return self._catalogue.asked_at(NIGHTLY.get(stream, stream))

    def reading_calls(self, stream: str, rows: int) -> int:  # noqa: ARG002 - a page holds as much of every stream
        """About how many calls it takes to read so many rows of a stream from its start, a page each."""
        return math.ceil(rows / self._page_size)

    def writing_calls(self, changes: Sequence[Change]) -> int:
        """How many calls it takes to write these together when nothing is refused. Asks nobody."""
        return prices.writing_calls(changes, members_per_call=self._members_per_call)

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what changed after the cursor, oldest first where HubSpot can. May repeat, never skips."""
        return self._gates.pages(stream, cursor, self._open) if stream in NEEDS else self._open(stream, cursor)

    @property
    def forgets(self) -> Collection[str]:
        """A contact that stands in no listing, in no bin, and under no other id, was erased by a privacy deletion."""
        return ("contacts",)

    @property
    def resting(self) -> Mapping[str, str]:
        """Streams that the portal's subscription or our scopes do not give us, as last told, with the reason."""
        return self._gates.resting

    def knock(self) -> Mapping[str, str]:
        """Ask for one page of each stream that may be refused, and tell as `resting`."""
        for stream in sorted(self._streams.keys() & NEEDS.keys()):
            next(self.read(stream, None), None)
        return self.resting

    def waking(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Cursor | None]:
        """Ends rests after a `knock` that was answered; else a stream that was just given would rest for the day."""
        return self._gates.waking(cursors)

    def _open(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        match stream:
            case "owners":
                return owner_pages(self._client, self._name)
            case "lists":
                return self._lists.read()
            case _ if stream in NIGHTLY:
                return self._nightly[stream].pages(cursor)
            case "forms":
                return self._forms.pages(cursor)
            case _ if stream in SHAPES:
                return self._objects(stream, cursor)
            case _:
                return self._happenings.read(stream, cursor)

    def hints(self, call: WebhookCall, *, account_id: str, now: datetime) -> Sequence[Hint]:
        """What a genuine call of HubSpot's tells of this portal."""
        return self._webhooks.hints(call, account_id=account_id, now=now)

    def refresh(self, hints: Sequence[Hint]) -> Iterator[Refreshed]:
        """Read the records again that the hints name."""
        return self._refreshing.refresh(hints)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Yield one receipt per change, in the same order. The same key has one effect.

        A service key has no login at which its portal would be told, so it is asked about before a batch is written.
        """
        if self._pins is not None:
            self._pins.check(self._name, self.account().account_id)
        return self._writing.write(changes)

    def history(self, object: str, fields: Collection[str], *, since: datetime, sample: int) -> Sequence[FieldChange]:
        """The latest changes of these properties, of the records that changed last."""
        return self._surveying.history(object, fields, since=since, sample=sample)

    def changes_of(
        self, object: str, fields: Collection[str], ids: Collection[str], *, since: datetime
    ) -> FieldHistory:
        """Every change since then of these properties, of these records."""
        return self._surveying.changes_of(object, fields, ids, since=since)

    def survey(self, fields: Mapping[str, Collection[str]], *, since: datetime, sample: int) -> Survey:
        """Who wrote these properties since then, which workflows are on, and what could not be seen."""
        return self._surveying.survey(fields, since=since, sample=sample)

    def settle(self, change: Change) -> Receipt | None:
        """Find a creation by its unique property. Other writes may simply be sent again: None."""
        return self._writing.find(change)

    def needed(self, fittings: Fittings) -> Sequence[ProvisionItem]:
        """What leadloop needs in the portal, and whether it is there."""
        return self._provisioning.needed(fittings)

    def provision(self, items: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        """Make what is not there and has no problem; the items as they stand now."""
        return self._provisioning.make(items)

    def _objects(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        shape = SHAPES[stream]
        done = self._streams[stream].holds is Holds.ACTIVITIES
        for rows, safe in self._reading.rows(stream, cursor):
            if done:
                found = activities_of(self._client, self._name, stream, rows)
                yield Page(stream=stream, cursor=safe, activities=found)
            else:
                told = with_owners(self._client, shape.object, rows, wanted=self._catalogue.wanted(shape.object))
                records = records_of(self._name, shape, told, self._catalogue.fields(shape.object))
                yield Page(stream=stream, cursor=safe, records=records)


__all__ = ["HubSpot", "Settings"]
