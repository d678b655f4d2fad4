"""Lists are judged by what mail did: members, whom it reached, who answered, who cannot be written to."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from domain.activity import Activity, ActivityKind
from domain.decision import Membership
from domain.identity import Claim, Tie
from domain.values import LeadId, RecordRef
from store import desired, identity, leads, ledger, list_health, mailings
from store.engine import Store, Tx
from store.list_health import Flags

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
LONG_AGO = NOW - timedelta(days=90)
LIST = "LL · Nurture · Timing"
FLAGS = Flags(opted_out="opted_out", marketing_contact="marketing_contact")


def person(tx: Tx, number: int, *, at: datetime = LONG_AGO, listed: bool = True) -> LeadId:
    """Somebody with an address, on the list since then."""
    (lead,) = leads.create(tx, 1, now=at, installation="LL")
    ref = RecordRef(connection="hubspot", object="contacts", id=str(number))
    claim = Claim(kind="email", value=address(number), ref=ref, lead_id=lead.id, tie=Tie.EMAIL, since=at)
    identity.claim(tx, [claim])
    if listed:
        join(tx, lead.id, at=at)
        desired.members_shown(tx, "hubspot", LIST, added=[lead.id], removed=[])
    return lead.id


def address(number: int) -> str:
    return f"person{number}@acme.example"


def join(tx: Tx, lead: LeadId, *, at: datetime, member: bool = True, why: str = "rejected: Not now") -> None:
    row = Membership(lead_id=lead, list=LIST, member=member, why=why)
    desired.save_memberships(tx, [row], connection="hubspot", now=at)


def did(tx: Tx, number: int, kind: ActivityKind, at: datetime, **properties: bool) -> None:
    done = Activity(
        connection="hubspot",
        stream="email_events",
        external_id=f"{number}-{kind}-{at.isoformat()}",
        kind=kind,
        occurred_at=at,
        email=address(number),
        properties=properties,
    )
    ledger.add(tx, [done], seen_at=NOW)


def the_list(tx: Tx) -> list_health.Counted:
    """With as many people behind each figure as it says."""
    (found,) = list_health.counted(tx, FLAGS, since=SINCE, returned="returned to sales")
    people = the_people(tx)
    assert (found.members, found.reached, found.returned) == tuple(
        len(set(each)) for each in (people.members, people.reached, people.returned)
    )
    assert found.did == {kind: len(set(who)) for kind, who in people.did.items()}
    assert found.unmailable == Counter(people.unmailable.values())
    return found


def the_people(tx: Tx) -> list_health.People:
    return list_health.behind(tx, FLAGS, since=SINCE, returned="returned to sales")["hubspot", LIST]


def test_a_mail_reached_whom_it_was_delivered_to_and_whoever_did_something_with_one(store: Store) -> None:
    with store.write() as tx:
        for number in range(1, 6):
            person(tx, number)
        mailings.note(
            tx, "hubspot", {address(1): NOW - timedelta(days=3), address(2): LONG_AGO, "who@else.example": NOW}
        )
        did(tx, 3, ActivityKind.EMAIL_OPENED, NOW - timedelta(days=2))
        did(tx, 4, ActivityKind.EMAIL_BOUNCED, NOW - timedelta(days=2))
        did(tx, 5, ActivityKind.EMAIL_CLICKED, LONG_AGO)
        found = the_list(tx)
        assert (found.members, found.reached, found.written, found.oldest) == (5, 2, 3, LONG_AGO)


def test_who_is_behind_each_figure_of_a_list_is_told_by_number(store: Store) -> None:
    with store.write() as tx:
        one, two, three = (person(tx, number) for number in (1, 2, 3))
        back = person(tx, 4, listed=False)
        join(tx, back, at=LONG_AGO)
        join(tx, back, at=NOW - timedelta(days=2), member=False, why="returned to sales")
        did(tx, 3, ActivityKind.EMAIL_REPLIED, NOW - timedelta(days=2))
        did(tx, 2, ActivityKind.EMAIL_BOUNCED, NOW - timedelta(days=2))
        found = the_people(tx)
        assert (found.members, found.reached, found.returned) == ([one, two, three], [three], [back])
        assert found.did == {ActivityKind.EMAIL_REPLIED: [three]}
        assert found.unmailable == {two: "the last mail bounced"}


def test_an_older_delivery_does_not_replace_a_newer_one(store: Store) -> None:
    with store.write() as tx:
        person(tx, 1)
        for days in (3, 60, 3):
            mailings.note(tx, "hubspot", {address(1): NOW - timedelta(days=days)})
        (member,) = list_health.members(tx, "hubspot", LIST, FLAGS, limit=10)
        assert member.mailed_at == NOW - timedelta(days=3)


def test_answers_are_people_and_a_machine_s_click_is_none(store: Store) -> None:
    with store.write() as tx:
        person(tx, 1)
        person(tx, 2)
        for days in (1, 2):
            did(tx, 1, ActivityKind.EMAIL_CLICKED, NOW - timedelta(days=days))
        did(tx, 2, ActivityKind.EMAIL_CLICKED, NOW - timedelta(days=1), filtered=True)
        did(tx, 2, ActivityKind.EMAIL_REPLIED, NOW - timedelta(days=1))
        assert the_list(tx).did == {ActivityKind.EMAIL_CLICKED: 1, ActivityKind.EMAIL_REPLIED: 1}


def test_who_cannot_be_written_to_is_counted_once_with_the_first_reason(store: Store) -> None:
    with store.write() as tx:
        no, bounced, again, free = (person(tx, number) for number in (1, 2, 3, 4))
        (nameless,) = leads.create(tx, 1, now=LONG_AGO, installation="LL")
        join(tx, nameless.id, at=LONG_AGO)
        desired.members_shown(tx, "hubspot", LIST, added=[nameless.id], removed=[])
        facts = {no: {"opted_out": True, "marketing_contact": False}, free: {"marketing_contact": False}}
        facts |= {again: {"opted_out": True}, bounced: {"marketing_contact": True}}
        ledger.put_facts_many(tx, facts, since=dict.fromkeys(facts, LONG_AGO), seen_at=LONG_AGO)
        ledger.put_facts_many(tx, {again: {"opted_out": False}}, since={again: NOW}, seen_at=NOW)
        did(tx, 2, ActivityKind.EMAIL_BOUNCED, NOW - timedelta(days=2))
        did(tx, 3, ActivityKind.EMAIL_BOUNCED, NOW - timedelta(days=9))
        did(tx, 3, ActivityKind.EMAIL_OPENED, NOW - timedelta(days=2))
        assert the_list(tx).unmailable == {
            "opted out": 1,
            "has no address": 1,
            "the last mail bounced": 1,
            "is no marketing contact": 1,
        }
        told = {each.lead: each.why_not for each in list_health.members(tx, "hubspot", LIST, FLAGS, limit=10)}
        assert told == {
            no: "opted out",
            nameless.id: "has no address",
            bounced: "the last mail bounced",
            free: "is no marketing contact",
            again: None,
        }


@pytest.mark.parametrize(("days", "returned"), [(2, 1), (60, 0)])
def test_who_came_back_to_sales_lately_is_counted_with_the_list_that_they_left(
    store: Store, days: int, returned: int
) -> None:
    with store.write() as tx:
        person(tx, 1)
        back, gone = person(tx, 2, listed=False), person(tx, 3, listed=False)
        for lead, why in ((back, "returned to sales"), (gone, "opted out")):
            join(tx, lead, at=LONG_AGO)
            join(tx, lead, at=NOW - timedelta(days=days), member=False, why=why)
        assert (the_list(tx).members, the_list(tx).returned) == (1, returned)


@pytest.mark.parametrize(
    ("mailed_days_ago", "joined_days_ago", "sleeps"),
    [(None, 90, True), (45, 90, True), (3, 90, False), (None, 3, False)],
)
def test_a_list_sleeps_when_no_mail_reached_anybody_for_as_long_as_somebody_waits_there(
    store: Store, mailed_days_ago: int | None, joined_days_ago: int, sleeps: bool
) -> None:
    with store.write() as tx:
        person(tx, 1, at=NOW - timedelta(days=joined_days_ago))
        person(tx, 2, at=NOW)
        if mailed_days_ago is not None:
            mailings.note(tx, "hubspot", {address(1): NOW - timedelta(days=mailed_days_ago)})
        assert list_health.asleep(tx, since=SINCE) == ({("hubspot", LIST)} if sleeps else set())


def test_since_when_somebody_is_on_a_list_stays_while_they_are(store: Store) -> None:
    with store.write() as tx:
        lead = person(tx, 1, listed=False)
        for days, member in ((9, True), (5, True), (3, False), (1, True)):
            join(tx, lead, at=NOW - timedelta(days=days), member=member)
            (row,) = tx.exec_driver_sql("SELECT since FROM membership").scalars()
            wanted = {9: 9, 5: 9, 3: 3, 1: 1}[days]
            assert row == (NOW - timedelta(days=wanted)).timestamp() * 1_000_000
