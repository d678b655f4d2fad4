"""What was read before is read once more for a field that is mapped later: beside what is new, portion by portion."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from connectors.contract import Holds, Pace, Stream
from domain.drift import Drift, DriftKind, Noticed
from domain.place import FieldOf
from domain.record import Cursor, Page, Record
from domain.run import RuleVersion
from domain.values import RecordRef
from store import back_fills, connections, drifts, leads
from store.engine import Store
from sync.loop import Loop, StopAskedError
from sync.widen import PAGES_AT_ONCE, ask_for_gained, fill_back
from tests.unit.sync.looping import NOON, Named, at, looping

PAGES = PAGES_AT_ONCE + 3


@dataclass(slots=True, kw_only=True)
class Book(Named):
    """Contacts, one a page, in order; a cursor is the number of the page it came with."""

    name: str = "hubspot"
    streams: dict[str, Stream] = field(
        default_factory=lambda: {"contacts": Stream(name="contacts", holds=Holds.PEOPLE, pace=Pace.HOT)}
    )
    asked: list[str] = field(default_factory=list)

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        begin = 0 if cursor is None else int(cursor.position)
        self.asked.append(f"{stream} from {begin}")
        for number in range(begin + 1, PAGES + 1):
            ref = RecordRef(connection="hubspot", object=stream, id=str(number))
            shown = Record(ref=ref, values={"email": f"p{number}@acme.example", "fax": "1"}, modified_at=NOON)
            yield Page(stream=stream, cursor=Cursor(position=str(number)), records=(shown,))


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def loop(store: Store, version: RuleVersion, book: Book) -> Iterator[Loop]:
    """A loop that has read all contacts, and is asked for one field more."""
    with looping(store, version, book) as made:
        made.fields = {"hubspot": {"contacts": frozenset({"email"}), "companies": frozenset({"name"})}}
        ask_for_gained(made, "hubspot", now=NOON)
        with store.write(made.epoch) as tx:
            connections.save_cursor(tx, "hubspot", "contacts", Cursor(position="now"), read_at=NOON)
        made.fields = {"hubspot": {"contacts": frozenset({"email", "fax"}), "companies": frozenset({"name", "fax"})}}
        yield made


def asked(loop: Loop) -> list[tuple[str, tuple[str, ...], int]]:
    with loop.store.read() as tx:
        return [(each.stream, each.fields, each.read) for each in back_fills.of(tx)]


def test_only_a_stream_that_was_read_before_is_read_again_and_its_cursor_stays(loop: Loop) -> None:
    ask_for_gained(loop, "hubspot", now=at(1))
    assert asked(loop) == [("contacts", ("fax",), 0)]
    with loop.store.read() as tx:
        assert connections.cursor(tx, "hubspot", "contacts") == Cursor(position="now")


def test_it_is_asked_for_once(loop: Loop, book: Book) -> None:
    ask_for_gained(loop, "hubspot", now=at(1))
    fill_back(loop, "hubspot", now=at(1))
    fill_back(loop, "hubspot", now=at(2))
    ask_for_gained(loop, "hubspot", now=at(3))
    fill_back(loop, "hubspot", now=at(3))
    assert (asked(loop), book.asked) == ([], ["contacts from 0", f"contacts from {PAGES_AT_ONCE}"])


def test_a_portion_at_a_look(loop: Loop) -> None:
    ask_for_gained(loop, "hubspot", now=at(1))
    assert fill_back(loop, "hubspot", now=at(1)).records == PAGES_AT_ONCE
    assert asked(loop) == [("contacts", ("fax",), PAGES_AT_ONCE)]
    assert fill_back(loop, "hubspot", now=at(2)).records == PAGES - PAGES_AT_ONCE
    with loop.store.read() as tx:
        assert back_fills.rows_of(tx, "hubspot", "contacts") == PAGES


def test_who_is_stopped_in_the_middle_goes_on_there(loop: Loop, book: Book) -> None:
    ask_for_gained(loop, "hubspot", now=at(1))
    left = [2]

    def reached(point: str) -> None:
        left[0] -= point == "pull.page_committed"
        if not left[0]:
            raise StopAskedError(point)

    loop.reached = reached
    with pytest.raises(StopAskedError):
        fill_back(loop, "hubspot", now=at(1))
    loop.reached = lambda _point: None
    fill_back(loop, "hubspot", now=at(2))
    assert book.asked == ["contacts from 0", "contacts from 2"]


def test_what_is_asked_for_while_it_is_read_is_read_from_the_start(loop: Loop, book: Book) -> None:
    ask_for_gained(loop, "hubspot", now=at(1))
    fill_back(loop, "hubspot", now=at(1))
    with loop.store.write(loop.epoch) as tx:
        back_fills.ask(tx, "hubspot", "contacts", ["phone"], now=at(2))
    fill_back(loop, "hubspot", now=at(3))
    assert book.asked[-1] == "contacts from 0"
    assert asked(loop) == [("contacts", ("fax", "phone"), PAGES_AT_ONCE)]


def test_a_field_that_is_back_is_not_used_before_all_its_records_were_read(loop: Loop) -> None:
    place = FieldOf(connection="hubspot", object="contacts", field="fax")
    with loop.store.write(loop.epoch) as tx:
        gone = Drift(field=place, kind=DriftKind.GONE)
        drifts.keep_for_reading(tx, gone, noticed=Noticed.LOOK, now=at(1))
        back_fills.ask(tx, "hubspot", "contacts", ["fax"], now=at(1))
    fill_back(loop, "hubspot", now=at(1))
    with loop.store.write(loop.epoch) as tx:
        assert loop.in_force(tx).fields.is_paused("hubspot", "contacts", "fax") is True
        first = leads.due(tx, now=at(1), limit=None)
        leads.clear_due(tx, first, now=at(1))
    fill_back(loop, "hubspot", now=at(2))
    with loop.store.read() as tx:
        assert loop.in_force(tx).fields.is_paused("hubspot", "contacts", "fax") is False
        assert set(first) < set(leads.due(tx, now=at(2), limit=None)), "decided without it, they are decided anew"
