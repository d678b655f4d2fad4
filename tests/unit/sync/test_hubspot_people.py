"""Who a HubSpot contact is, through merges, further addresses, deletion and restoring: read for real, kept for real."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from connectors.hubspot.connector import HubSpot
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.record import Record
from domain.run import RuleVersion
from domain.values import LeadId, RecordRef
from mapping.heads import head
from store import leads, records
from store.engine import Store
from store.known import StoreRecords
from store.schema import record_value
from sync.identify import identify
from sync.intake import intake_of, keep
from sync.loop import Loop
from sync.pull import pull
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess, surroundings
from tests.unit.sync.looping import looping

FIELDS = {
    "contacts": frozenset({"firstname", "lastname", "company", "jobtitle", "hs_additional_emails", "ll_lead_key"})
}
STREAMS = ("contacts", "contacts_archived")
NIGHT_S = 21 * 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A loop that reads one portal, and what it made of it."""

    rig: HubSpotRig
    loop: Loop
    connector: HubSpot

    def pull(self, *, after_s: float = 0.0) -> datetime:
        now = self.rig.simulator.time(advance_s=after_s)
        pull(self.loop, "hubspot", now=now)
        return now

    def lead(self, contact: str) -> LeadId | None:
        with self.loop.store.read() as tx:
            return records.lead_of(tx, [ref(contact)]).get(ref(contact))

    def record(self, contact: str) -> Record:
        with self.loop.store.read() as tx:
            return records.get(tx, [ref(contact)])[ref(contact)]

    def head(self, lead: LeadId) -> str | None:
        with self.loop.store.read() as tx:
            found = head(records.of_leads(tx, [lead])[lead], self.loop.in_force(tx).mapping.systems["hubspot"])
        return found.ref.id if found is not None else None

    def count(self) -> int:
        with self.loop.store.read() as tx:
            return leads.count(tx)


def ref(contact: str) -> RecordRef:
    return RecordRef(connection="hubspot", object="contacts", id=contact)


@contextmanager
def reading(rig: HubSpotRig, store: Store, version: RuleVersion) -> Iterator[Kept]:
    around = surroundings("hubspot", rig.simulator, fields=FIELDS, budget=rig.budget, wire=rig.wire)
    connector = HubSpot(rig.settings(streams=STREAMS), replace(around, known=StoreRecords(store)), wall=rig.fast.wall)
    with looping(store, version, connector) as loop:
        yield Kept(rig=rig, loop=loop, connector=connector)


@pytest.fixture(params=["v3", "2026-03"])
def kept(
    simulator: SimulatorProcess, request: pytest.FixtureRequest, store: Store, version: RuleVersion
) -> Iterator[Kept]:
    with ExitStack() as stack:
        rig = HubSpotRig(simulator, stack, generation=request.param)
        yield stack.enter_context(reading(rig, store, version))


def merge(kept: Kept, winner: str, loser: str) -> str:
    return str(kept.rig.simulator.act("merge", system="hubspot", id=winner, loser_id=loser)["id"])


def erase(kept: Kept, contact: str) -> None:
    kept.rig.simulator.act("delete", system="hubspot", id=contact, gdpr=True)


def test_a_merge_makes_one_lead_and_its_new_record_the_one_that_is_written_to(kept: Kept) -> None:
    winner, loser = kept.rig.seed(2)
    kept.pull()
    assert kept.lead(winner) != kept.lead(loser)
    merged = merge(kept, winner, loser)
    kept.pull(after_s=1_200)
    (lead,) = {kept.lead(each) for each in (winner, loser, merged)}
    assert lead is not None
    assert kept.head(lead) == merged
    assert [kept.record(each).merged_into for each in (winner, loser)] == [ref(merged)] * 2
    assert kept.record(loser).values == {}


def test_a_merge_of_the_merged_leads_on_from_every_former_id(kept: Kept) -> None:
    first, second, third = kept.rig.seed(3)
    kept.pull()
    once = merge(kept, first, second)
    kept.pull(after_s=1_200)
    twice = merge(kept, once, third)
    kept.pull(after_s=1_200)
    (lead,) = {kept.lead(each) for each in (first, second, third, once, twice)}
    assert lead is not None
    assert kept.head(lead) == twice


def test_a_former_id_that_an_old_page_shows_once_more_stays_merged(kept: Kept) -> None:
    winner, loser = kept.rig.seed(2)
    kept.pull()
    old = kept.record(winner)
    merged = merge(kept, winner, loser)
    kept.pull(after_s=1_200)
    with kept.loop.store.write(kept.loop.epoch) as tx:
        assert records.upsert(tx, [old], seen_at=kept.rig.simulator.now()) == []
    assert kept.record(winner).merged_into == ref(merged)


@pytest.mark.parametrize("was_known", [True, False], ids=["known before", "never read"])
def test_a_page_from_before_a_merge_that_is_kept_after_it_brings_nobody_back(kept: Kept, *, was_known: bool) -> None:
    """One thread read the contact, the other kept the merge; or a late search shows an edit from before it."""
    winner, loser = kept.rig.seed(2)
    if was_known:
        kept.pull()
    kept.rig.simulator.time(advance_s=60)
    kept.rig.touch(loser)
    row = kept.rig.held("contacts")[loser]
    late = Record(ref=ref(loser), values={"email": str(row["email"])}, modified_at=kept.rig.simulator.now())
    merged = merge(kept, winner, loser)
    now = kept.pull(after_s=1_200)
    with kept.loop.store.write(kept.loop.epoch) as tx:
        intake = intake_of(tx, kept.loop, kept.connector, STREAMS, connection="hubspot", now=now)
        keep(tx, intake, "contacts", shown=[late, kept.record(merged)])
        found = records.find(tx, "hubspot", "contacts", "domain", ["people.example"])
    stays = kept.record(loser)
    assert (stays.merged_into, stays.values) == (ref(merged), {})
    assert loser not in {each.ref.id for rows in found.values() for each in rows}


def test_a_write_to_a_former_id_touches_nobody_and_the_new_one_is_known_by_then(kept: Kept) -> None:
    winner, loser = kept.rig.seed(2)
    kept.pull()
    merged = merge(kept, winner, loser)
    change = Change(key="k1", kind=ChangeKind.FIELDS, object="contacts", id=loser, values={"ll_score": 9})
    (receipt,) = kept.connector.write([change])
    assert (receipt.outcome, receipt.code) == (ReceiptOutcome.GONE, "MERGED")
    assert merged in receipt.message
    assert kept.rig.held("contacts")[merged].get("ll_score") is None


def test_a_further_address_founds_no_second_lead(kept: Kept) -> None:
    """The address of the merged away: another tool creates a contact with it anew under the same person's name."""
    winner, loser = kept.rig.seed(2)
    second = str(kept.rig.held("contacts")[loser]["email"])
    merged = merge(kept, winner, loser)
    kept.pull(after_s=1_200)
    lead, before = kept.lead(merged), kept.count()
    refounded = Record(ref=ref("999"), values={"email": second.upper()}, modified_at=kept.rig.simulator.now())
    with kept.loop.store.write(kept.loop.epoch) as tx:
        rules = kept.loop.in_force(tx)
        records.upsert(tx, [refounded], seen_at=kept.rig.simulator.now())
        assert identify(
            tx,
            [refounded],
            rules.mapping,
            rule_hash=rules.hash,
            now=refounded.modified_at,
            armed_at=refounded.modified_at,
        ) == {lead}
    assert kept.count() == before


def test_a_privacy_deletion_empties_the_record_and_no_old_page_brings_it_back(kept: Kept) -> None:
    contact, stays = kept.rig.seed(2)
    kept.pull()
    kept.pull(after_s=NIGHT_S)
    old = kept.record(contact)
    assert old.values["lastname"] == "Zanzibarova"
    erase(kept, contact)
    kept.pull(after_s=NIGHT_S)
    gone = kept.record(contact)
    assert (gone.archived, gone.values) == (True, {})
    with kept.loop.store.write(kept.loop.epoch) as tx:
        assert records.upsert(tx, [old], seen_at=kept.rig.simulator.now()) == []
        assert tx.execute(select(record_value).where(record_value.c.id == contact)).all() == []
    assert kept.record(contact).values == {}
    assert kept.record(stays).values["lastname"] == "Zanzibarova"


def test_a_merged_person_who_is_erased_leaves_nothing_under_the_former_ids(kept: Kept) -> None:
    winner, loser = kept.rig.seed(2)
    kept.pull()
    kept.pull(after_s=NIGHT_S)
    merged = merge(kept, winner, loser)
    kept.pull(after_s=1_200)
    erase(kept, merged)
    kept.pull(after_s=NIGHT_S)
    assert [kept.record(each).values for each in (winner, loser, merged)] == [{}, {}, {}]


def test_a_deleted_contact_is_no_head_and_a_restored_one_is_again(kept: Kept) -> None:
    (contact,) = kept.rig.seed(1)
    kept.pull()
    lead = kept.lead(contact)
    assert lead is not None
    kept.rig.remove(contact)
    kept.pull(after_s=NIGHT_S)
    assert (kept.head(lead), kept.record(contact).archived) == (None, True)
    kept.rig.simulator.act("edit", system="hubspot", id=contact, restore=True)
    kept.pull(after_s=NIGHT_S)
    assert (kept.head(lead), kept.record(contact).archived) == (contact, False)
    assert kept.lead(contact) == lead


def test_what_was_deleted_before_the_first_load_stands_in_the_bin(kept: Kept) -> None:
    (contact,) = kept.rig.seed(1)
    kept.rig.remove(contact)
    kept.pull(after_s=timedelta(hours=1).total_seconds())
    assert kept.record(contact).archived


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_history_the_store_shows_what_the_portal_holds(kept: Kept, seed: int) -> None:
    """Edits, merges, deletions and restorings while search is late and out of order; then a night to settle."""
    rig, chance = kept.rig, random.Random(seed)
    rig.simulator.settings(lag_s={"hubspot": 600.0})
    rig.tune(search_shuffled=True)
    rig.stack.callback(rig.simulator.settings, lag_s={"hubspot": 0.0})
    living, binned = list(rig.seed(9)), list[str]()
    for _ in range(24):
        match chance.choice(("edit", "edit", "merge", "delete", "restore", "pull")):
            case "edit":
                rig.touch(chance.choice(living))
            case "merge" if len(living) > 4:
                winner, loser = chance.sample(living, 2)
                living = [*(each for each in living if each not in (winner, loser)), merge(kept, winner, loser)]
            case "delete" if len(living) > 4:
                binned.append(living.pop(chance.randrange(len(living))))
                rig.remove(binned[-1])
            case "restore" if binned:
                living.append(binned.pop())
                rig.simulator.act("edit", system="hubspot", id=living[-1], restore=True)
            case "pull":
                kept.pull(after_s=chance.choice((60, 400, 1_500)))
    for _ in range(3):
        kept.pull(after_s=NIGHT_S)
    held = rig.held("contacts")
    assert {each: kept.record(each).values["jobtitle"] for each in living} == {
        each: held[each].get("jobtitle") for each in living
    }
    assert [kept.record(each).archived for each in (*living, *binned)] == [False] * len(living) + [True] * len(binned)
    assert len({kept.lead(each) for each in living}) == len(living)
    assert {each: kept.head(lead) for each in living if (lead := kept.lead(each))} == {each: each for each in living}
