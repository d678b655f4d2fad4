"""Contacts: listed once, searched ever after, and nothing lost to a search that is late, unsorted or full."""

import json
import random
import tracemalloc
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.hubspot.reading import Position
from connectors.testing import failure_of, found_in
from domain.errors import ContractError
from domain.record import Cursor, Page, Record
from tests.contract.hubspot_rig import HubSpotRig
from tests.unit.connectors.hubspot.portal import NOW, Portal, connected, page, row

SEARCH = "/crm/v3/objects/contacts/search"
STAMPED = datetime.fromisoformat(row(1)["updatedAt"])


def position(cursor: Cursor) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(cursor.position)
    return told


def end_of(rig: HubSpotRig) -> Cursor:
    return list(rig.connector().read("contacts", None))[-1].cursor


def end_of_many(rig: HubSpotRig) -> Cursor:
    """Where so much stands still that changes are searched: of a portal that changed nearly whole a listing is read."""
    rig.seed(100)
    rig.settle()
    return end_of(rig)


def paths(rig: HubSpotRig, since: int) -> list[str]:
    return [f"{line['method']} {line['path']}" for line in rig.simulator.log(since) if line["system"] == "hubspot"]


def record_of(pages: list[Page], record_id: str) -> Record:
    return {record.ref.id: record for page in pages for record in page.records}[record_id]


def test_the_first_time_everything_is_listed_and_afterwards_only_changes_are_searched(rig: HubSpotRig) -> None:
    keys = rig.seed(3)
    rig.settle()
    since = rig.simulator.seq()
    cursor = end_of(rig)
    assert {path for path in paths(rig, since) if "objects" in path} == {"GET /crm/v3/objects/contacts"}
    rig.touch(keys[1])
    since = rig.simulator.seq()
    pages = list(rig.connector().read("contacts", cursor))
    assert found_in(pages) == {keys[1]}
    assert [path for path in paths(rig, since) if "objects" in path] == [f"POST {SEARCH}"]


def test_an_interrupted_listing_goes_on_where_it_stood(rig: HubSpotRig) -> None:
    keys = set(rig.seed(201))
    pages = rig.connector().read("contacts", None)
    first = next(pages)
    since = rig.simulator.seq()
    rest = list(rig.connector().read("contacts", first.cursor))
    assert found_in([first]) & found_in(rest) == set()
    assert keys <= found_in([first]) | found_in(rest)
    assert not any("search" in path for path in paths(rig, since))


def test_what_changes_while_everything_is_listed_is_read_afterwards(rig: HubSpotRig) -> None:
    keys = rig.seed(201)
    pages = rig.connector().read("contacts", None)
    read = [next(pages)]
    early = min(keys, key=int)
    while early not in found_in(read):
        read.append(next(pages))
    rig.touch(early)
    last = list(pages)[-1].cursor
    assert early in found_in(rig.connector().read("contacts", last))


def test_the_cursor_stays_a_quarter_of_an_hour_behind(rig: HubSpotRig) -> None:
    cursor = end_of(rig)
    for _ in range(2):
        before = rig.simulator.time()
        cursor = list(rig.connector().read("contacts", cursor))[-1].cursor
        at = datetime.fromisoformat(position(cursor)["at"])
        assert before - timedelta(minutes=16) < at <= rig.simulator.time() - timedelta(minutes=15)


def test_a_row_that_search_hid_for_an_hour_is_found_by_the_second_pass(rig: HubSpotRig) -> None:
    key = rig.seed(1)[0]
    rig.settle()
    cursor = end_of(rig)
    rig.simulator.settings(lag_s={"hubspot": 3_600.0})
    rig.touch(key)
    seen: set[str] = set()
    for _ in range(9):
        rig.simulator.time(advance_s=900)
        pages = list(rig.connector().read("contacts", cursor))
        seen |= found_in(pages)
        cursor = pages[-1].cursor
    assert key in seen


def test_without_the_second_pass_that_row_would_be_lost(rig: HubSpotRig) -> None:
    """The test above can fail: the first pass alone never sees the row."""
    key = rig.seed(1)[0]
    rig.settle()
    cursor = end_of(rig)
    rig.simulator.settings(lag_s={"hubspot": 3_600.0})
    rig.touch(key)
    seen: set[str] = set()
    for _ in range(9):
        rig.simulator.time(advance_s=900)
        pages = list(rig.connector(late_minutes=1440).read("contacts", cursor))
        seen |= found_in(pages)
        cursor = pages[-1].cursor
    assert key not in seen


def test_whenever_a_row_is_edited_the_second_pass_finds_it_though_search_is_an_hour_behind(rig: HubSpotRig) -> None:
    """A second pass that came too early would lose those that were edited shortly before it."""
    keys = rig.seed(5)
    rig.settle()
    cursor = end_of(rig)
    rig.simulator.settings(lag_s={"hubspot": 3_600.0})
    seen: set[str] = set()
    for key in (*keys, *[None] * 9):
        if key is not None:
            rig.touch(key)
        rig.simulator.time(advance_s=900)
        pages = list(rig.connector().read("contacts", cursor))
        seen |= found_in(pages)
        cursor = pages[-1].cursor
    assert set(keys) <= seen


def test_the_second_pass_costs_a_search_an_hour(rig: HubSpotRig) -> None:
    rig.settle()
    cursor = end_of(rig)
    rig.simulator.time(advance_s=7_200)
    searches = []
    for _ in range(12):
        since = rig.simulator.seq()
        cursor = list(rig.connector().read("contacts", cursor))[-1].cursor
        searches.append(sum("search" in path for path in paths(rig, since)))
        rig.simulator.time(advance_s=300)
    assert sorted(searches) == [1] * 11 + [2]


@pytest.mark.parametrize("seed", range(3))
def test_late_and_unsorted_results_lose_nothing(rig: HubSpotRig, seed: int) -> None:
    """Edits become visible after up to 14 minutes, each in its own time; people go on editing meanwhile."""
    dice = random.Random(seed)
    keys = rig.seed(40)
    rig.simulator.settings(lag_s={"hubspot": 840.0})
    rig.tune(search_shuffled=True)
    cursor, shown, written = end_of(rig), dict[str, object](), dict[str, str]()
    for cycle in range(25):
        for key in dice.sample(keys, dice.randint(0, 12)) if cycle < 18 else ():
            written[key] = f"Title {cycle}"
            rig.simulator.act("edit", system="hubspot", id=key, jobtitle=written[key])
            rig.simulator.time(advance_s=dice.random())
        rig.simulator.time(advance_s=dice.choice([30, 300]))
        for one in rig.connector(page_size=10).read("contacts", cursor):
            shown |= {record.ref.id: record.values["jobtitle"] for record in one.records}
            cursor = one.cursor
    assert {key: shown.get(key) for key in written} == written


def test_rows_that_are_edited_while_they_are_read_push_no_other_row_out(rig: HubSpotRig) -> None:
    cursor = end_of(rig)
    keys = rig.seed(60)
    read: set[str] = set()
    for one in rig.connector(page_size=10).read("contacts", cursor):
        read |= found_in([one])
        for key in sorted(keys, key=int)[:20]:
            rig.touch(key)
    assert set(keys) <= read


def test_a_window_with_too_many_rows_is_halved(rig: HubSpotRig) -> None:
    cursor = end_of_many(rig)
    keys: set[str] = set()
    for _ in range(8):
        keys |= set(rig.seed(9))
        rig.simulator.time(advance_s=40)
    pages = list(rig.connector(ceiling=20, page_size=10).read("contacts", cursor))
    assert keys <= found_in(pages)
    assert [len(one.records) for one in pages if len(one.records) > 20] == []


def test_the_cursor_moves_with_every_window_that_was_read(rig: HubSpotRig) -> None:
    cursor = end_of_many(rig)
    keys: set[str] = set()
    for _ in range(6):
        keys |= set(rig.seed(9))
        rig.simulator.time(advance_s=1_200)
    pages = list(rig.connector(ceiling=20, page_size=10).read("contacts", cursor))
    at = [position(one.cursor)["at"] for one in pages]
    assert at == sorted(at)
    assert len(set(at)) > 3
    for stop in range(len(pages)):
        rest = rig.connector().read("contacts", pages[stop].cursor)
        assert keys <= found_in(pages[: stop + 1]) | found_in(rest), f"a gap after page {stop + 1}"


def test_one_crowded_millisecond_is_walked_by_id(rig: HubSpotRig) -> None:
    cursor = end_of_many(rig)
    keys = set(rig.seed(205))
    stamps = {rig.held("contacts")[key]["lastmodifieddate"] for key in keys}
    assert len(stamps) == 1
    since = rig.simulator.seq()
    pages = list(rig.connector(ceiling=50, page_size=10).read("contacts", cursor))
    assert keys <= found_in(pages)
    searches = sum("search" in path for path in paths(rig, since))
    assert searches <= 2 * 24 + 205 // 20 + 2


def crowded(count: int) -> Portal:
    """A portal of a million, so many of them stamped in one millisecond, and a search that ends at 10,000."""
    instant = round(datetime.fromisoformat(row(1)["updatedAt"]).timestamp() * 1_000)

    def answer(_: str, __: str, told: Any) -> Any:
        asked = {each["operator"]: int(each["value"]) for each in told["filterGroups"][0]["filters"]}
        if asked.keys() == {"GT"}:
            return page([], total=1_000_000)
        if not asked["GTE"] <= instant < asked["LT"]:
            return page([])
        first = asked.get("GT", 0) + 1
        rows = [row(number) for number in range(first, min(first + told["limit"], count + 1))]
        left = count + 1 - first
        return page(rows, after="more" if left > len(rows) else None, total=left)

    return Portal(answer)


def test_twenty_five_thousand_of_one_millisecond_are_read_once_each_in_flat_memory() -> None:
    """All of them at once would be 25 MB."""
    count, seen = 25_000, 0
    portal = crowded(count)
    with connected(portal) as connector:
        cursor = Position(at=STAMPED - timedelta(hours=1), late=NOW).cursor()
        connector.describe("contacts")
        tracemalloc.start()
        for each in connector.read("contacts", cursor):
            assert [one.ref.id for one in each.records] == [str(seen + 1 + n) for n in range(len(each.records))]
            seen += len(each.records)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert seen == count
    assert peak_bytes < 10_000_000, peak_bytes


def test_more_properties_than_a_search_may_name_are_read_by_id() -> None:
    names = {f"a_rather_long_property_name_{number:03d}": "string" for number in range(90)}

    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/batch/read"):
            return page([row(int(one["id"]), **dict.fromkeys(names, "x")) for one in told["inputs"]])
        return page([row(1), row(2)])

    portal = Portal(answer)
    portal.properties |= names
    with connected(portal, fields=frozenset(names)) as connector:
        (listed,) = connector.read("contacts", None)
        (found,) = connector.read("contacts", listed.cursor)
    for read in (listed, found):
        assert [record.values["a_rather_long_property_name_089"] for record in read.records] == ["x", "x"]
    assert len(json.dumps(portal.calls("/search")[0])) < 3_000


@pytest.mark.parametrize(
    "answer",
    [
        {"total": 1, "results": "many"},
        {"total": 1},
        {"results": []},
        page([], "5"),
        page([row(1) | {"properties": {"lastmodifieddate": "soon"}}]),
        page([{"id": "1"}]),
    ],
    ids=["rows no list", "no rows", "no total", "empty but more", "no stamp", "a row without properties"],
)
def test_a_search_answered_in_another_shape_stops_the_stream(answer: Any) -> None:
    cursor = Cursor(position=json.dumps({"at": "2026-11-22T11:00:00Z", "late": "2026-11-22T11:00:00Z"}))
    portal = Portal(lambda *_: answer)
    with connected(portal) as connector:
        failure_of(ContractError, lambda: list(connector.read("contacts", cursor)))
    assert len(portal.asked) < 5


@pytest.mark.parametrize("method", ["listing", "search"])
def test_pages_that_lead_in_a_circle_stop_the_stream(method: str) -> None:
    at = "2026-11-22T11:00:00Z"
    cursor = Cursor(position=json.dumps({"at": at, "late": at})) if method == "search" else None
    portal = Portal(lambda *_: page([row(1)], "1"))
    with connected(portal) as connector:
        failure_of(ContractError, lambda: list(connector.read("contacts", cursor)))
    assert len(portal.asked) < 6


@pytest.mark.parametrize("wrong", ["not ours", "[]", '{"at": "2026-11-22T11:00:00"}', '{"at": "2026-11-22T11:00:00Z"}'])
def test_a_cursor_that_cannot_be_read_stops_the_stream(wrong: str) -> None:
    with connected(Portal(lambda *_: page([]))) as connector:
        failure_of(ContractError, lambda: list(connector.read("contacts", Cursor(position=wrong))))


def test_a_property_that_is_not_there_is_not_asked_for() -> None:
    portal = Portal(lambda *_: page([row(1)]))
    with connected(portal, fields=frozenset({"ll_score", "ll_vanished"})) as connector:
        list(connector.read("contacts", None))
    (asked,) = portal.calls("/objects/contacts")
    assert asked["properties"] == ["lastmodifieddate", "hs_object_id", "createdate", "email", "ll_score"]


def test_a_merged_contact_names_the_ids_it_had(rig: HubSpotRig) -> None:
    winner, loser = rig.seed(2)
    cursor = end_of(rig)
    merged = rig.simulator.act("merge", system="hubspot", id=winner, loser_id=loser)["id"]
    pages = list(rig.connector().read("contacts", cursor))
    record = record_of(pages, merged)
    assert record.former_ids == (winner, loser)
    assert merged not in (winner, loser)


def test_deleted_contacts_are_listed_once_a_day(rig: HubSpotRig) -> None:
    first, second = rig.seed(2)
    rig.remove(first)
    pages = list(rig.connector().read("contacts_archived", None))
    assert record_of(pages, first).archived
    assert second not in found_in(pages)
    rig.remove(second)
    rig.simulator.time(advance_s=3_600)
    since = rig.simulator.seq()
    assert list(rig.connector().read("contacts_archived", pages[-1].cursor)) == []
    assert paths(rig, since) == []
    rig.simulator.time(advance_s=20 * 3_600)
    assert second in found_in(rig.connector().read("contacts_archived", pages[-1].cursor))


def test_deleting_is_newer_than_the_last_change() -> None:
    gone = row(1) | {"archived": True, "archivedAt": "2026-11-21T09:00:00.000Z"}
    with connected(Portal(lambda *_: page([gone]))) as connector:
        first, _ = connector.read("contacts_archived", None)
    assert first.records[0].modified_at == datetime.fromisoformat("2026-11-21T09:00:00Z")


def test_an_interrupted_listing_of_the_deleted_begins_anew() -> None:
    answers = [page([row(1)], "2"), page([row(2)])]
    with connected(Portal(lambda *_: answers.pop(0) if answers else page([row(1), row(2)]))) as connector:
        first = next(iter(connector.read("contacts_archived", None)))
        assert found_in(connector.read("contacts_archived", first.cursor)) == {"2"}
        assert found_in(connector.read("contacts_archived", first.cursor)) == {"1", "2"}


def test_owners_are_read_with_those_who_left(rig: HubSpotRig) -> None:
    mark = rig.simulator.seq()
    emails = [f"{name}.{mark}@reps.example" for name in ("robin", "sam")]
    rows = [{"email": email, "first_name": "Robin", "last_name": "Reed"} for email in emails]
    rig.simulator.door("POST", "seed", {"hubspot": {"owners": rows}})
    rig.simulator.act("edit", system="hubspot", id=emails[1], active=False)
    records = [record for one in rig.connector().read("owners", None) for record in one.records]
    mine = {record.values["email"]: record for record in records if record.values["email"] in emails}
    assert {email: record.values["active"] for email, record in mine.items()} == {emails[0]: True, emails[1]: False}
    assert mine[emails[0]].values["name"] == "Robin Reed"
