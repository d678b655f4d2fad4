"""The nightly look at every contact: what search never showed is read, the restored come back, the erased are told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.hubspot.connector import HubSpot
from connectors.hubspot.moments import cursor_at
from connectors.testing import failure_of, found_in
from domain.errors import ContractError
from domain.record import Page, Record
from tests.contract.hubspot_rig import WANTED, HubSpotRig
from tests.rig import surroundings
from tests.unit.connectors.hubspot.portal import NOW, Portal, connected, page, row

LAST_NIGHT = cursor_at(NOW - timedelta(hours=24))
STAMP = datetime.fromisoformat("2026-11-20T10:00:00Z")


class Kept:
    """Keeps records as the store does: the newest version of each."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    def of(self, connection: str, object: str, ids: Sequence[str]) -> Mapping[str, Record]:
        assert (connection, object) == ("marketing", "contacts")
        return {each: self.records[each] for each in ids if each in self.records}

    def live(self, connection: str, object: str) -> Iterator[str]:
        assert (connection, object) == ("marketing", "contacts")
        merged = {each for one in self.records.values() for each in one.former_ids}
        yield from [each for each, one in self.records.items() if not one.archived and each not in merged]

    def keep(self, pages: Iterable[Page]) -> list[Page]:
        kept = list(pages)
        for one in (record for each in kept for record in each.records):
            before = self.records.get(one.ref.id)
            if before is None or one.modified_at > before.modified_at:
                self.records[one.ref.id] = one
        return kept


def sweeping(rig: HubSpotRig, kept: Kept) -> HubSpot:
    around = surroundings("marketing", rig.simulator, fields={"contacts": WANTED}, budget=rig.budget, wire=rig.wire)
    return HubSpot(rig.settings(), replace(around, known=kept), wall=rig.fast.wall)


def next_night(rig: HubSpotRig, kept: Kept) -> list[Page]:
    cursor = cursor_at(rig.simulator.time())
    rig.simulator.time(advance_s=21 * 3_600)
    return kept.keep(sweeping(rig, kept).read("contacts_archived", cursor))


def first_day(rig: HubSpotRig, count: int) -> tuple[Kept, Sequence[str]]:
    """Everything read once."""
    kept, keys = Kept(), rig.seed(count)
    kept.keep(rig.connector().read("contacts", None))
    kept.keep(rig.connector().read("contacts_archived", None))
    return kept, keys


def test_what_search_never_showed_is_read_at_night_and_nothing_else(rig: HubSpotRig) -> None:
    kept, keys = first_day(rig, 3)
    rig.simulator.time(advance_s=60)
    rig.touch(keys[1])
    new = rig.seed(1)[0]
    since = rig.simulator.seq()
    pages = next_night(rig, kept)
    live = {each for each, one in kept.records.items() if not one.archived}
    assert found_in(pages) & live == {keys[1], new}
    assert kept.records[keys[1]].values["jobtitle"] == rig.held("contacts")[keys[1]]["jobtitle"]
    lines = [line for line in rig.simulator.log(since) if "/objects/contacts" in line["path"]]
    assert not any("search" in line["path"] for line in lines)
    reads = [line for line in lines if line["path"].endswith("/batch/read")]
    assert len(reads) == 1


def test_a_second_night_reads_nothing_again(rig: HubSpotRig) -> None:
    kept, _ = first_day(rig, 3)
    next_night(rig, kept)
    since = rig.simulator.seq()
    pages = next_night(rig, kept)
    assert {one.ref.id for each in pages for one in each.records if not one.archived} == set()
    assert [line for line in rig.simulator.log(since) if line["path"].endswith("/batch/read")] == []


def test_a_contact_that_was_erased_is_reported_archived_with_nothing_in_it(rig: HubSpotRig) -> None:
    kept, keys = first_day(rig, 3)
    rig.simulator.act("delete", system="hubspot", id=keys[0], gdpr=True)
    next_night(rig, kept)
    gone = kept.records[keys[0]]
    assert (gone.archived, dict(gone.values)) == (True, {})
    assert [kept.records[each].archived for each in keys] == [True, False, False]


def test_a_restored_contact_comes_back_although_its_stamp_did_not_move(rig: HubSpotRig) -> None:
    """As HubSpot does where a restore moves no stamp: the record is older than its deletion."""
    kept, keys = first_day(rig, 2)
    held = kept.records[keys[0]]
    kept.records[keys[0]] = replace(held, archived=True, modified_at=held.modified_at + timedelta(hours=1))
    next_night(rig, kept)
    assert not kept.records[keys[0]].archived
    assert kept.records[keys[0]].values["company"] == "Test Works"


def test_a_merged_contact_is_not_taken_for_erased(rig: HubSpotRig) -> None:
    kept, keys = first_day(rig, 3)
    merged = rig.simulator.act("merge", system="hubspot", id=keys[0], loser_id=keys[1])["id"]
    next_night(rig, kept)
    assert kept.records[merged].former_ids == (keys[0], keys[1])
    assert not any(kept.records[each].archived for each in keys)
    next_night(rig, kept)
    assert not any(kept.records[each].archived for each in keys)


def test_a_deleted_contact_stands_in_the_bin_and_keeps_what_it_held(rig: HubSpotRig) -> None:
    kept, keys = first_day(rig, 2)
    rig.remove(keys[0])
    next_night(rig, kept)
    assert kept.records[keys[0]].archived
    assert kept.records[keys[0]].values["company"] == "Test Works"


def held(*numbers: int, **more: Any) -> Kept:
    kept = Kept()
    with connected(Portal(lambda *_: page([row(number) for number in numbers]))) as connector:
        kept.keep(connector.read("contacts", None))
    kept.records = {each: replace(one, **more) for each, one in kept.records.items()}
    return kept


def night(kept: Kept, live: list[int], *, binned: Sequence[int] = (), late: Sequence[int] = ()) -> tuple[Portal, Any]:
    """A portal that lists `live`; `late` are those that only batch read knows."""

    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/batch/read"):
            ids = [int(one["id"]) for one in told["inputs"]]
            return page([row(each) for each in ids if each in (*live, *late)])
        return page([row(each) for each in (binned if told.get("archived") == ["true"] else live)])

    portal = Portal(answer)
    with connected(portal, known=kept) as connector:
        pages = list(connector.read("contacts_archived", LAST_NIGHT))
    return portal, {one.ref.id: one.archived for each in pages for one in each.records}


def test_only_ids_and_stamps_are_listed_and_only_what_is_missing_is_read() -> None:
    portal, found = night(held(1, 2, 3), [1, 2, 3, 4])
    assert found == {"4": False}
    living, _ = portal.calls("/objects/contacts")
    assert living["properties"] == ["lastmodifieddate"]
    (read,) = portal.calls("/batch/read")
    assert read["inputs"] == [{"id": "4"}]
    assert "email" in read["properties"]


def test_a_contact_restored_between_the_two_listings_is_alive() -> None:
    _, found = night(held(1, 2), [1], late=[2])
    assert found == {"2": False}


def test_without_a_store_to_compare_with_only_the_bin_is_read() -> None:
    portal = Portal(lambda *_: page([]))
    with connected(portal) as connector:
        list(connector.read("contacts_archived", LAST_NIGHT))
    assert [told["archived"] for told in portal.calls("/objects/contacts")] == [["true"]]


def test_the_first_night_reads_the_bin_alone() -> None:
    portal = Portal(lambda *_: page([]))
    with connected(portal, known=Kept()) as connector:
        list(connector.read("contacts_archived", None))
    assert [told["archived"] for told in portal.calls("/objects/contacts")] == [["true"]]


def test_that_most_people_are_gone_in_a_night_is_not_believed() -> None:
    """A key that sees less than before must not bury everybody."""
    failure_of(ContractError, lambda: night(held(*range(1, 203)), [1]))
    _, found = night(held(*range(1, 201)), list(range(1, 181)))
    assert sum(found.values()) == 20


def test_that_more_than_a_tenth_is_gone_in_a_night_is_not_believed() -> None:
    failure_of(ContractError, lambda: night(held(*range(1, 301)), list(range(1, 270))))
    _, found = night(held(*range(1, 301)), list(range(1, 271)))
    assert sum(found.values()) == 30


def test_a_night_that_was_interrupted_begins_anew() -> None:
    portal = Portal(lambda *_: page([row(1), row(2)]))
    kept = held(1)
    with connected(portal, known=kept) as connector:
        first = next(connector.read("contacts_archived", LAST_NIGHT))
        assert first.cursor == LAST_NIGHT
        *_, last = connector.read("contacts_archived", first.cursor)
        assert last.cursor == cursor_at(NOW)
