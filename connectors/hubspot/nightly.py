"""What is read once a night of an object: its recycle bin, and beside it every living record by id and stamp."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from connectors.contract import Surroundings
from connectors.doubts import Doubts
from connectors.hubspot.belonging import as_remembered
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client
from connectors.hubspot.moments import cursor_at, moment_of
from connectors.hubspot.objects import Objects
from connectors.hubspot.recycle_bin import RecycleBin
from connectors.hubspot.shapes import NIGHTLY, SHAPES
from connectors.hubspot.sweep import Sweep
from domain.errors import ContractError, NotAllowedError
from domain.record import Cursor, Page, Record

LIST_AGAIN = timedelta(hours=20)
ADVICE = "look whether HubSpot's token still sees them all"


class Nightly:
    """A stream of what no search shows. Without a memory to compare with it is the recycle bin alone."""

    def __init__(
        self,
        stream: str,
        client: Client,
        objects: Objects,
        *,
        catalogue: Catalogue,
        surroundings: Surroundings,
        passed: Callable[[str], datetime | None],
    ) -> None:
        """`passed`: up to which stamp the stream of what lives was read for good."""
        name, self._known = surroundings.connection, surroundings.known
        self._stream = stream
        self._shape = SHAPES[NIGHTLY[stream]]
        self._passed = passed
        self._client = client
        self._objects = objects
        self._bin = RecycleBin(name, objects, catalogue)
        known = self._known
        self._sweep = None if known is None else Sweep(name, client, objects, catalogue=catalogue, known=known)
        words, percent = surroundings.confirmations, surroundings.smaller_sweep_percent
        self._doubts = Doubts(words, connection=name, stream=stream, advice=ADVICE, percent=percent)

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """Nothing while the last night is fresh; an interrupted one begins anew, so the cursor moves at its end."""
        last = moment_of(cursor)
        if self._client.now() - last < LIST_AGAIN:
            return
        self._doubts.tell_again(self._client.now())
        now = self._objects.begin(self._shape)
        try:
            for records, late in self._records(now, is_first=cursor is None):
                yield Page(stream=self._stream, cursor=cursor_at(last), records=records, late=late)
        except NotAllowedError:
            raise
        except ContractError as error:
            raise self._doubts.trouble(str(error), now=now) from error
        yield Page(stream=self._stream, cursor=cursor_at(now))

    def _records(self, now: datetime, *, is_first: bool) -> Iterator[tuple[tuple[Record, ...], frozenset[str]]]:
        """The bin after the living: who is deleted between the two stands in it. The first night all was just read."""
        listed, sweep = set[str](), None if is_first else self._sweep
        if sweep is not None:
            passed = self._passed(NIGHTLY[self._stream])
            yield from sweep.changed(self._shape, listed, passed=passed, now=now)
        shows_none = not listed
        for records in self._bin.records(self._shape):
            listed.update(record.ref.id for record in records)
            yield self._remembered(records), frozenset()
        if sweep is not None:
            for records in sweep.vanished(self._shape, listed, self._doubts, shows_none=shows_none, now=now):
                yield self._remembered(records), frozenset()

    def _remembered(self, records: tuple[Record, ...]) -> tuple[Record, ...]:
        return records if self._known is None else tuple(as_remembered(self._known, records))
