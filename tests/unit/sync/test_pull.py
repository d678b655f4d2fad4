"""Which streams a pull reads, what one that cannot be understood leaves undone, and what a listing counts for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from config.settings import BlastRadius, Schedule, Settings
from connectors.contract import Holds, Pace, Stream
from domain.decision import Membership
from domain.errors import ContractError, FencedError, TransientError
from domain.record import Cursor, Page, Record
from domain.run import RuleVersion
from domain.values import LeadId, RecordRef, Value
from store import connections, desired, leads, records
from store.engine import Store, Tx
from sync.loop import Loop, StopAskedError
from sync.pull import due_streams, pull, waits_of
from tests.unit.sync.looping import Reading, at, looping, lose_the_lead, stream
from tests.unit.sync.material import NOW

SLOW_S = 1800


class Streams:
    """A reader of four streams of different pace; reading it is not this file's business."""

    streams: Mapping[str, Stream] = {
        "contacts": Stream(name="contacts", holds=Holds.PEOPLE, pace=Pace.HOT),
        "forms": Stream(name="forms", holds=Holds.ACTIVITIES, pace=Pace.HAND_RAISE),
        "owners": Stream(name="owners", holds=Holds.USERS, pace=Pace.SLOW),
        "lists": Stream(name="lists", holds=Holds.LISTS, pace=Pace.NIGHTLY),
    }

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        raise NotImplementedError


def due(read_at: Mapping[str, datetime]) -> list[str]:
    return due_streams(Streams(), read_at, waits_of(Schedule(), hot=timedelta(minutes=5)), now=NOW)


def test_what_was_never_read_is_due() -> None:
    assert due({}) == ["contacts", "forms", "owners", "lists"]


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(seconds=1), ["forms"]),
        (timedelta(minutes=5), ["contacts", "forms"]),
        (timedelta(minutes=30), ["contacts", "forms", "owners"]),
        (timedelta(hours=20), ["contacts", "forms", "owners", "lists"]),
    ],
)
def test_every_pace_has_its_rest_and_a_raised_hand_none(ago: timedelta, expected: list[str]) -> None:
    assert due(dict.fromkeys(Streams.streams, NOW - ago)) == expected


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=365)])
def test_what_was_read_in_the_future_is_due_for_the_clock_was_set_back(ahead: timedelta) -> None:
    assert due(dict.fromkeys(Streams.streams, NOW + ahead)) == ["contacts", "forms", "owners", "lists"]


def test_a_cycle_by_hand_reads_hot_streams_whenever_it_is_asked_to() -> None:
    just_read = dict.fromkeys(Streams.streams, NOW - timedelta(seconds=1))
    waits = waits_of(Schedule(), hot=timedelta())
    assert due_streams(Streams(), just_read, waits, now=NOW) == ["contacts", "forms"]


@pytest.mark.parametrize(("age_s", "is_due"), [(SLOW_S - 1, False), (SLOW_S, True), (SLOW_S + 1, True)])
def test_a_slow_stream_is_due_once_its_interval_has_passed(age_s: int, is_due: bool) -> None:
    assert ("owners" in due({"owners": NOW - timedelta(seconds=age_s)})) is is_due


def page(name: str, position: str = "1", *shown: Record) -> Page:
    return Page(stream=name, cursor=Cursor(position=position), records=shown)


def person(number: int) -> Record:
    """Nobody has this record yet."""
    ref = RecordRef(connection="salesforce", object="Lead", id=f"00Q{number}")
    return Record(ref=ref, values={"Email": f"p{number}@globex.example"}, modified_at=at(0))


def cursors(loop: Loop) -> dict[str, str]:
    with loop.store.read() as tx:
        return {name: cursor.position for name, cursor in connections.cursors(tx, "salesforce").items()}


UNKNOWN = ContractError("there is no `results`")


def test_a_stream_of_unknown_shape_stops_alone_and_keeps_its_cursor(store: Store, version: RuleVersion) -> None:
    system = Reading(
        streams={
            "User": stream("User", Holds.USERS),
            "Account": stream("Account", Holds.ACCOUNTS),
            "Lead": stream("Lead", Holds.PEOPLE),
            "Task": stream("Task", Holds.ACTIVITIES),
        },
        pages={
            "User": [page("User", "idle")],
            "Account": [page("Account", "a", person(9)), UNKNOWN],
            "Lead": [page("Lead", "l", person(1))],
            "Task": [page("Task", "t"), UNKNOWN],
        },
    )
    with looping(store, version, system) as loop:
        with pytest.raises(ContractError, match=r"Account: there is no `results`; Task: there is no `results`"):
            pull(loop, "salesforce", now=at(0))
        assert system.asked == ["User@", "Account@", "Lead@", "Task@"]
        assert cursors(loop) == {"User": "idle", "Account": "a", "Lead": "l", "Task": "t"}
        with store.read() as tx:
            assert leads.count(tx) == 1


def test_cursors_that_moved_without_a_row_are_saved_when_the_system_goes_away(
    store: Store, version: RuleVersion
) -> None:
    streams = {"User": stream("User", Holds.USERS), "Lead": stream("Lead", Holds.PEOPLE)}
    pages: dict[str, list[Page | Exception]] = {"User": [page("User", "idle")], "Lead": [TransientError("gone")]}
    with looping(store, version, Reading(streams=streams, pages=pages)) as loop:
        with pytest.raises(TransientError):
            pull(loop, "salesforce", now=at(0))
        assert cursors(loop) == {"User": "idle"}


def test_the_cursor_of_a_page_without_a_row_is_not_saved_over_that_of_a_later_one(
    store: Store, version: RuleVersion
) -> None:
    pages: dict[str, list[Page | Exception]] = {"Lead": [page("Lead", "1"), page("Lead", "2", person(1))]}
    with looping(store, version, Reading(streams={"Lead": stream("Lead", Holds.PEOPLE)}, pages=pages)) as loop:
        pull(loop, "salesforce", now=at(0))
        assert cursors(loop) == {"Lead": "2"}


def test_a_page_that_comes_after_the_lead_was_lost_is_kept_by_nobody(store: Store, version: RuleVersion) -> None:
    def losing(point: str) -> None:
        if point == "pull.page_received":
            lose_the_lead(store)

    pages: dict[str, list[Page | Exception]] = {"Lead": [page("Lead", "1", person(1))]}
    with looping(store, version, Reading(streams={"Lead": stream("Lead", Holds.PEOPLE)}, pages=pages)) as loop:
        loop.reached = losing
        with pytest.raises(FencedError):
            pull(loop, "salesforce", now=at(0))
        assert cursors(loop) == {}
        with store.read() as tx:
            assert leads.count(tx) == 0


def test_a_stream_that_waits_for_its_system_can_be_stopped_and_keeps_what_it_waits_for(
    store: Store, version: RuleVersion
) -> None:
    def stopping(point: str) -> None:
        if point == "pull.page_idle":
            raise StopAskedError(point)

    pages: dict[str, list[Page | Exception]] = {"Lead": [page("Lead", "a job"), page("Lead", "its rows")]}
    waiting = Reading(streams={"Lead": stream("Lead", Holds.PEOPLE)}, pages=pages)
    with looping(store, version, waiting) as loop:
        loop.reached = stopping
        with pytest.raises(StopAskedError):
            pull(loop, "salesforce", now=at(0))
        assert cursors(loop) == {"Lead": "a job"}


@dataclass(slots=True, kw_only=True)
class Bundling(Reading):
    """Reads its streams together as well; after `together` comes an answer of unknown shape."""

    together: list[Page] = field(default_factory=list)

    def read_bundle(self, cursors: Mapping[str, Cursor | None]) -> Iterator[Page]:
        self.asked.append("together")
        yield from self.together
        raise UNKNOWN


def test_a_bundle_of_unknown_shape_is_read_one_by_one_from_where_it_broke_off(
    store: Store, version: RuleVersion
) -> None:
    system = Bundling(
        streams={
            "Lead": stream("Lead", Holds.PEOPLE, Pace.HOT),
            "Contact": stream("Contact", Holds.PEOPLE, Pace.HOT),
            "Task": stream("Task", Holds.ACTIVITIES, Pace.HOT),
        },
        together=[page("Lead", "l1", person(1))],
        pages={"Lead": [page("Lead", "l2", person(2))], "Contact": [UNKNOWN], "Task": [page("Task", "t1")]},
    )
    with looping(store, version, system) as loop:
        with pytest.raises(ContractError, match=r"^Contact: there is no `results`$"):
            pull(loop, "salesforce", now=at(0))
        assert system.asked == ["together", "Lead@l1", "Contact@", "Task@"]
        assert cursors(loop) == {"Lead": "l2", "Task": "t1"}


def test_deals_that_are_due_go_along_in_the_call_that_asks_for_people(store: Store, version: RuleVersion) -> None:
    hot = {"Lead": stream("Lead", Holds.PEOPLE, Pace.HOT), "Task": stream("Task", Holds.ACTIVITIES, Pace.HOT)}
    due = {
        "Opportunity": stream("Opportunity", Holds.DEALS),
        "OpportunityContactRole": stream("OpportunityContactRole", Holds.ROLES),
        "Campaign": stream("Campaign", Holds.CAMPAIGNS),
        "Account": stream("Account", Holds.ACCOUNTS),
    }
    bundles: list[list[str]] = []

    class Noting(Bundling):
        def read_bundle(self, cursors: Mapping[str, Cursor | None]) -> Iterator[Page]:
            bundles.append(list(cursors))
            yield from ()

    system = Noting(streams={**due, **hot}, pages={})
    with looping(store, version, system) as loop:
        pull(loop, "salesforce", now=at(0))
    assert system.asked == ["Account@"]
    assert bundles == [["Lead", "Task", "Opportunity", "OpportunityContactRole", "Campaign"]]


def test_what_a_night_compares_keeps_nobody_waiting_who_was_just_changed(store: Store, version: RuleVersion) -> None:
    """A comparison of every id of a large org takes minutes."""
    system = Bundling(
        streams={
            "deletions": stream("deletions", Holds.PEOPLE, Pace.NIGHTLY),
            "User": stream("User", Holds.USERS),
            "Lead": stream("Lead", Holds.PEOPLE, Pace.HOT),
            "Task": stream("Task", Holds.ACTIVITIES, Pace.HOT),
        },
        pages={"Lead": [page("Lead", "l")], "deletions": [page("deletions", "d")]},
    )
    with looping(store, version, system) as loop:
        pull(loop, "salesforce", now=at(0))
        assert system.asked == ["User@", "together", "Lead@", "Task@", "deletions@"]


LIST = "LL · With sales"


def listing(*numbers: int, minute: float) -> Page:
    values = {"name": LIST, "members": ";".join(f"00Q{n}" for n in numbers), "member_object": "Lead"}
    ref = RecordRef(connection="salesforce", object="lists", id="12")
    return page("lists", str(minute), Record(ref=ref, values=values, modified_at=at(minute)))


def listed(tx: Tx, count: int) -> list[LeadId]:
    """Leads whom we put on the list, and whom it showed."""
    ids = [each.id for each in leads.create(tx, count, now=at(0), installation="LL")]
    people = [person(number) for number in range(count)]
    records.upsert(tx, people, seen_at=at(0))
    records.assign(tx, {each.ref: lead for each, lead in zip(people, ids, strict=True)})
    belong = [Membership(lead_id=each, list=LIST, member=True, why="") for each in ids]
    desired.save_memberships(tx, belong, connection="salesforce")
    desired.members_shown(tx, "salesforce", LIST, added=ids, removed=())
    leads.clear_due(tx, ids, now=at(0))
    return ids


def taken_off(loop: Loop, ids: list[LeadId]) -> set[int]:
    """Whose membership counts as ended by a person, by their place in `ids`."""
    with loop.store.read() as tx:
        rows = desired.memberships_of(tx, ids)
    return {ids.index(lead) for lead, entries in rows.items() for _, _, shown in entries if shown is False}


def lists_of(*pages: Page) -> Reading:
    return Reading(streams={"lists": stream("lists", Holds.LISTS, Pace.NIGHTLY)}, pages={"lists": [*pages]})


def test_an_empty_listing_takes_nobody_off_and_is_told_of_once(store: Store, version: RuleVersion) -> None:
    system = lists_of(listing(minute=1))
    with looping(store, version, system) as loop:
        with store.write(loop.epoch) as tx:
            ids = listed(tx, 50)
        with pytest.raises(ContractError, match="came back without 50 of 50 members"):
            pull(loop, "salesforce", now=at(1))
        assert taken_off(loop, ids) == set()
        with store.read() as tx:
            assert leads.due(tx, now=at(1), limit=None) == []
        system.pages["lists"] = [listing(minute=2)]
        assert pull(loop, "salesforce", now=at(60 * 24)).records == 1
        assert taken_off(loop, ids) == set()


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        pytest.param(20, 18, {18, 19}, id="a tenth is believed"),
        pytest.param(20, 17, set(), id="more than a tenth is not"),
        pytest.param(3, 2, {2}, id="one of a short list is believed"),
        pytest.param(3, 1, set(), id="two of a short list are not"),
    ],
)
def test_a_listing_that_is_much_smaller_takes_nobody_off(
    store: Store, version: RuleVersion, before: int, after: int, gone: set[int]
) -> None:
    with looping(store, version, lists_of(listing(*range(after), minute=1))) as loop:
        with store.write(loop.epoch) as tx:
            ids = listed(tx, before)
        if gone:
            pull(loop, "salesforce", now=at(1))
        else:
            with pytest.raises(ContractError, match=f"without {before - after} of {before} members"):
                pull(loop, "salesforce", now=at(1))
        assert taken_off(loop, ids) == gone
        with store.read() as tx:
            assert {ids.index(lead) for lead in leads.due(tx, now=at(1), limit=None)} == gone


def test_an_operator_can_say_that_people_emptied_the_list(store: Store, version: RuleVersion) -> None:
    system, narrow = lists_of(listing(minute=1)), Settings()
    with looping(store, version, system) as loop:
        with store.write(loop.epoch) as tx:
            ids = listed(tx, 5)
        with pytest.raises(ContractError):
            pull(loop, "salesforce", now=at(1))
        loop.settings = narrow.model_copy(update={"blast_radius": BlastRadius(smaller_sweep_percent=100)})
        pull(loop, "salesforce", now=at(60 * 24))
        assert taken_off(loop, ids) == {0, 1, 2, 3, 4}


def test_who_joined_or_left_by_our_own_hand_while_the_list_was_read_is_left_alone(
    store: Store, version: RuleVersion
) -> None:
    """The listing was made before our pusher moved them: 0 has left since, 3 has joined; a person took 2 off."""
    with looping(store, version) as loop:
        with store.write(loop.epoch) as tx:
            ids = listed(tx, 4)
            desired.members_forgotten(tx, "salesforce", LIST, ids[3:])

        def our_own_hand(point: str) -> None:
            if point == "pull.page_received":
                with store.write(loop.epoch) as tx:
                    desired.members_forgotten(tx, "salesforce", LIST, ids[:1])
                    desired.members_shown(tx, "salesforce", LIST, added=ids[3:], removed=())

        loop.connections = {"salesforce": lists_of(listing(0, 1, minute=1))}
        loop.reached = our_own_hand
        pull(loop, "salesforce", now=at(1))
        with store.read() as tx:
            assert desired.shown_members(tx, "salesforce", LIST) == {ids[1], ids[3]}
        assert taken_off(loop, ids) == {2}


def test_a_list_that_reads_as_before_is_compared_with_what_we_know(store: Store, version: RuleVersion) -> None:
    """Read before our join, then a person took the joined one off: the list reads the same twice."""
    system = lists_of(listing(0, minute=1))
    with looping(store, version, system) as loop:
        with store.write(loop.epoch) as tx:
            ids = listed(tx, 2)
            desired.members_forgotten(tx, "salesforce", LIST, ids[1:])
        pull(loop, "salesforce", now=at(1))
        with store.write(loop.epoch) as tx:
            desired.members_shown(tx, "salesforce", LIST, added=ids[1:], removed=())
        system.pages["lists"] = [listing(0, minute=60 * 24)]
        pull(loop, "salesforce", now=at(60 * 24))
        assert taken_off(loop, ids) == {1}


def test_people_of_several_objects_are_on_one_list(store: Store, version: RuleVersion) -> None:
    """A campaign's members are leads and contacts: each names its object, and a converted one stands there twice."""
    values: dict[str, Value] = {"name": LIST, "members": "Contact:0031;Lead:00Q0;Lead:00Q1"}
    ref = RecordRef(connection="salesforce", object="Campaign", id="701")
    system = lists_of(page("lists", "1", Record(ref=ref, values=values, modified_at=at(1))))
    with looping(store, version, system) as loop:
        with store.write(loop.epoch) as tx:
            ids = listed(tx, 3)
            contact = RecordRef(connection="salesforce", object="Contact", id="0031")
            records.upsert(tx, [Record(ref=contact, values={}, modified_at=at(0))], seen_at=at(0))
            records.assign(tx, {contact: ids[1]})
        pull(loop, "salesforce", now=at(1))
        assert taken_off(loop, ids) == {2}
