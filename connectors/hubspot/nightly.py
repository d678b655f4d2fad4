"""What is read once a night: the recycle bin, and beside it every contact by id and stamp."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.hubspot.client import Client
from connectors.hubspot.moments import cursor_at, moment_of
from connectors.hubspot.recycle_bin import RecycleBin
from connectors.hubspot.shapes import SHAPES
from connectors.hubspot.sweep import Sweep
from domain.record import Cursor, Page, Record

LIST_AGAIN = timedelta(hours=20)


class Nightly:
    """The stream of contacts that no search shows. Without a `sweep` it is the recycle bin alone."""

    def __init__(self, client: Client, recycle_bin: RecycleBin, sweep: Sweep | None) -> None:
        self._client = client
        self._bin = recycle_bin
        self._sweep = sweep

    def pages(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Nothing while the last night is fresh; an interrupted one begins anew, so the cursor moves at its end."""
        now, last = self._client.now(), moment_of(cursor)
        if now - last < LIST_AGAIN:
            return
        for records in self._records(now, is_first=cursor is None):
            yield Page(stream=stream, cursor=cursor_at(last), records=records)
        yield Page(stream=stream, cursor=cursor_at(now))

    def _records(self, now: datetime, *, is_first: bool) -> Iterator[tuple[Record, ...]]:
        """The bin after the living: who is deleted between the two stands in it. The first night all was just read."""
        shape, listed = SHAPES["contacts"], set[str]()
        sweep = None if is_first else self._sweep
        if sweep is not None:
            yield from sweep.changed(shape, listed, now=now)
        for records in self._bin.records(shape):
            listed.update(record.ref.id for record in records)
            yield records
        if sweep is not None:
            yield from sweep.vanished(shape, listed, now=now)
