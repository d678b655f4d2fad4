"""Once a night: who was deleted and taken out of the recycle bin before it was read, and who came back.

A query of everything shows the bin, so what is deleted is read within a cycle. What is deleted for good shows nowhere:
Salesforce lists it for 15 days (getDeleted), less when the list grows large. So once a week, and whenever that list
does not reach back, every id is compared with what was read before; in the other nights those that changed since the
last one, for a row may show later than any cursor stays behind.
"""

import json
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from connectors.contract import Known, Surroundings, late_of
from connectors.doubts import Doubts
from connectors.salesforce.asking import Asking, Told
from connectors.salesforce.catalogue import NEEDS, Catalogue
from connectors.salesforce.client import Client
from connectors.salesforce.ids import Ids
from connectors.salesforce.rows import Row, record_of, tidy
from connectors.salesforce.soql import one_of, select
from domain.errors import ContractError, NotAllowedError
from domain.record import Cursor, Page, Record, deleted_for_good
from domain.values import RecordRef, from_text, to_text

OBJECTS = ("Lead", "Contact")
LOOK_AGAIN = timedelta(hours=20)
SWEEP_AGAIN = timedelta(days=6, hours=20)
OVERLAP = timedelta(hours=2)
"""A deletion may be listed after its date, as any change may."""
BY_ID = 200
ADVICE = "look whether Salesforce's integration user still sees them all (View All Records)"
_NOT_LISTED = frozenset({"INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT"})


Found: TypeAlias = tuple[tuple[Record, ...], frozenset[str]]
"""Records of a page, and the ids of those among them that came late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`at`: deletions before it were looked at; `swept`: when every id was compared last."""

    at: datetime
    swept: datetime

    @staticmethod
    def of(cursor: Cursor) -> "Position":
        try:
            told = json.loads(cursor.position)
            return Position(at=from_text(told["at"]), swept=from_text(told["swept"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ContractError("a saved Salesforce cursor cannot be read; reset the stream") from error

    def cursor(self) -> Cursor:
        return Cursor(position=json.dumps({"at": to_text(self.at), "swept": to_text(self.swept)}))


class Deletions:
    """A stream of records whose end no query shows. Without a memory (`known`) nothing is compared.

    `objects`: what it is about. One of them that cannot be looked at holds back no other.
    """

    def __init__(
        self,
        stream: str,
        client: Client,
        asking: Asking,
        catalogue: Catalogue,
        *,
        objects: Sequence[str],
        surroundings: Surroundings,
        passed: Callable[[str], datetime | None],
    ) -> None:
        self._stream = stream
        self._client = client
        self._passed = passed
        self._objects = tuple(objects)
        self._connection = surroundings.connection
        self._known = surroundings.known
        words, percent = surroundings.confirmations, surroundings.smaller_sweep_percent
        self._doubts = Doubts(words, connection=self._connection, stream=stream, advice=ADVICE, percent=percent)
        self._asking = asking
        self._catalogue = catalogue
        self._ids = Ids(client, asking)

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """Nothing while the last night is fresh; an interrupted one begins anew, so the cursor moves at its end.

        The first night all was just read.
        """
        if cursor is not None and self._client.now() - Position.of(cursor).at < LOOK_AGAIN:
            return
        self._doubts.tell_again(self._client.now())
        now = self._begin()
        before = Position(at=now, swept=now) if cursor is None else Position.of(cursor)
        swept, troubles = 0, []
        for object_name in self._objects if cursor is not None else ():
            try:
                swept += yield from self._night(object_name, before, now=now)
            except NotAllowedError:
                raise
            except ContractError as error:
                troubles.append(str(error))
        if troubles:
            raise self._doubts.trouble("; ".join(troubles), now=now)
        done = now if swept == len(self._objects) else before.swept
        yield Page(stream=self._stream, cursor=Position(at=now, swept=done).cursor())

    def _begin(self) -> datetime:
        """Salesforce's now: an answer must have come first, for it tells the time. Any will do, a refusal, too."""
        if self._objects and not self._client.has_answered:
            with suppress(ContractError):
                self._catalogue.fields(self._objects[0])
        return self._client.now().replace(microsecond=0)

    def _night(self, object_name: str, before: Position, *, now: datetime) -> Generator[Page, None, bool]:
        """One object; returns whether every id was compared."""
        gone = self._told_gone(object_name, before.at - OVERLAP, now)
        swept = gone is None or now - before.swept >= SWEEP_AGAIN
        found = self._sweep(object_name, now=now) if swept else self._day(object_name, gone or (), before, now=now)
        for records, late in found:
            yield Page(stream=self._stream, cursor=before.cursor(), records=records, late=late)
        return swept

    def _day(self, object_name: str, gone: Sequence[str], before: Position, *, now: datetime) -> Iterator[Found]:
        """Of one night and the day before it: what changed and was never seen, and who is told to be gone."""
        yield from self._missed(object_name, set(), since=before.at - OVERLAP, now=now)
        yield from self._read_all(object_name, self._living(object_name, gone), now=now)

    def _told_gone(self, object_name: str, since: datetime, until: datetime) -> list[str] | None:
        """The ids that Salesforce lists as deleted; None when its list does not reach back or is too long."""
        span = {"start": since.isoformat(), "end": until.isoformat()}
        told = Told.of(self._client.get(f"sobjects/{object_name}/deleted/", span, large=True))
        if any(refusal.code in _NOT_LISTED for refusal in told.refusals):
            return None
        if told.status == 404 and object_name in NEEDS:
            raise NotAllowedError(f"Salesforce has no {object_name} that its user may see")
        if not told.ok:
            raise told.failure(f"to list deleted records of {object_name}")
        try:
            reaches_back = from_text(told.body["earliestDateAvailable"]) <= since
            gone = [str(row["id"]) for row in told.body["deletedRecords"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"Salesforce listed deleted records of {object_name} in an unknown shape") from error
        return gone if reaches_back else None

    def _living(self, object_name: str, gone: Sequence[str]) -> list[str]:
        """Those that we still take for living; who was never read is not missed."""
        if self._known is None:
            return []
        known = self._known.of(self._connection, object_name, gone)
        return [each for each in gone if each in known and not known[each].archived]

    def _sweep(self, object_name: str, *, now: datetime) -> Iterator[Found]:
        """Records that are unknown, newer than known or back from the bin; then those that stand in no list."""
        if self._known is None:
            return
        listed: set[str] = set()
        yield from self._missed(object_name, listed, since=None, now=now)
        live = list(self._known.live(self._connection, object_name))
        missing = [each for each in live if each not in listed]
        self._doubts.check(object_name, missing, known=len(live), shows_none=not listed)
        yield from self._read_all(object_name, missing, now=now)
        self._doubts.settle(object_name)

    def _missed(self, object_name: str, listed: set[str], *, since: datetime | None, now: datetime) -> Iterator[Found]:
        """Of what changed since then: records that are unknown, newer than known or back from the bin, and which of
        them came late. Adds every id seen to `listed`."""
        if self._known is None:
            return
        passed = self._passed(object_name)
        for stamps in self._ids.living(object_name, since=since):
            listed.update(stamps)
            known = self._known.of(self._connection, object_name, list(stamps))
            missed = [each for each, at in stamps.items() if _is_missed(known.get(each), at)]
            back = {each for each in missed if each in known and known[each].archived}
            late = late_of({each: stamps[each] for each in missed if each not in back}, passed)
            yield from self._read_all(object_name, missed, back, late=late, now=now)

    def _read_all(
        self,
        object_name: str,
        ids: Sequence[str],
        back: Collection[str] = (),
        *,
        late: frozenset[str] = frozenset(),
        now: datetime,
    ) -> Iterator[Found]:
        """Each as it stands, in the bin or not; what can be read no more is archived with nothing left of it."""
        for start in range(0, len(ids), BY_ID):
            asked = ids[start : start + BY_ID]
            found = {row["Id"]: record_of(self._connection, object_name, row) for row in self._rows(object_name, asked)}
            records = tuple(
                _as_of(found[each], each in back, now) if each in found else self._gone(object_name, each, now)
                for each in asked
            )
            yield records, late.intersection(asked)

    def _rows(self, object_name: str, ids: Sequence[str]) -> list[Row]:
        fields = self._catalogue.to_read(object_name)
        told = self._asking.ask(select(fields, object_name, where=one_of("Id", ids)), large=True)
        if any(refusal.code == "INVALID_FIELD" for refusal in told.refusals):
            self._catalogue.forget(object_name)
            fields = self._catalogue.to_read(object_name)
            told = self._asking.ask(select(fields, object_name, where=one_of("Id", ids)), large=True)
        if not told.ok:
            raise told.failure(f"to read {object_name} by id")
        rows = [row for page in self._ids.pages(told, object_name) for row in page]
        return tidy(rows, self._catalogue.moments(object_name))

    def _gone(self, object_name: str, record_id: str, now: datetime) -> Record:
        return deleted_for_good(RecordRef(connection=self._connection, object=object_name, id=record_id), at=now)


def _is_missed(known: Known | None, at: datetime) -> bool:
    return known is None or known.archived or at > known.modified_at


def _as_of(record: Record, back: bool, now: datetime) -> Record:
    """Of a restored record the version is now: its stamp may be older than its deletion."""
    return replace(record, modified_at=max(record.modified_at, now)) if back else record
