"""The ledger: kept once, never rewritten, in the hands of the right lead."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.activity import Activity, ActivityKind
from domain.identity import Claim, Tie
from domain.lead import Fact
from domain.values import LeadId
from store import audit, identity, ledger, records
from store.engine import Store
from tests.unit.store.examples import NOON, activity, at, found, ref
from tests.unit.store.waiting import wait_for_a_waiter


def test_an_activity_comes_back_as_it_was_with_the_time_it_was_seen(store: Store) -> None:
    did = Activity(
        connection="hubspot",
        stream="calls",
        external_id="77",
        kind=ActivityKind.CALL_LOGGED,
        occurred_at=at(-3),
        record=ref("00Q1"),
        email="ana@acme.example",
        actor="0051",
        automated=True,
        properties={"minutes": 3, "said": "replace Zendesk before May", "connected": True},
    )
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        assert ledger.add(tx, [did], seen_at=at(1)) == [(did.key, ana)]
        (kept,) = ledger.activities_of(tx, [ana])[ana]
    assert kept.seen_at == at(1)
    assert kept.key == did.key
    assert kept == Activity(
        **{name: getattr(did, name) for name in Activity.__dataclass_fields__ if name != "seen_at"}, seen_at=at(1)
    )


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_a_person_did_who_is_being_written_down_at_this_moment_is_theirs(store: Store) -> None:
    did = activity("1", email="ana@acme.example")
    puller = Thread(target=store.transact, args=(lambda tx: ledger.add(tx, [did], seen_at=NOON),))
    with store.write() as tx:
        identity.alone(tx)
        (ana,) = found(tx, "00Q1")
        puller.start()
        wait_for_a_waiter(store)
        claim = Claim(kind="email", value="ana@acme.example", ref=ref("00Q1"), lead_id=ana, tie=Tie.EMAIL, since=NOON)
        identity.claim(tx, [claim])
        assert ledger.claim_unclaimed(tx, {ref("00Q1"): ana}, {"ana@acme.example": ana}) == set()
    puller.join()
    with store.read() as tx:
        assert [each.key for each in ledger.activities_of(tx, [ana])[ana]] == [did.key]


def test_the_same_page_again_adds_nothing(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        page = [activity(str(number), of="00Q1", minute=-number) for number in range(1200)]
        assert len(ledger.add(tx, page, seen_at=at(1))) == 1200
        assert ledger.add(tx, page, seen_at=at(2)) == []
        kept = ledger.activities_of(tx, [ana])[ana]
    assert {each.seen_at for each in kept} == {at(1)}
    assert [each.occurred_at for each in kept] == sorted(each.occurred_at for each in page)


def test_an_address_leads_to_a_lead_when_no_record_does(store: Store) -> None:
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        own = Claim(kind="email", value="ana@acme.example", ref=ref("00Q1"), lead_id=ana, tie=Tie.EMAIL, since=NOON)
        identity.claim(tx, [own])
        by_email = activity("1", email="ana@acme.example")
        by_record = activity("2", of="00Q2", email="ana@acme.example")
        assert ledger.add(tx, [by_email, by_record], seen_at=NOON) == [(by_email.key, ana), (by_record.key, ben)]


def test_what_nobody_is_known_for_waits_until_somebody_is(store: Store) -> None:
    with store.write() as tx:
        by_email, by_record = activity("1", email="ana@acme.example"), activity("2", of="00Q9")
        added = ledger.add(tx, [by_email, by_record, activity("3", email="x@y.example")], seen_at=NOON)
        assert [lead for _, lead in added] == [None, None, None]
        ana, ben = found(tx, "00Q1", "00Q9")
        assert ledger.claim_unclaimed(tx, {ref("00Q9"): ben}, {"ana@acme.example": ana}) == {ana, ben}
        assert ledger.claim_unclaimed(tx, {ref("00Q9"): ben}, {"ana@acme.example": ana}) == set()
        mine = ledger.activities_of(tx, [ana, ben])
    assert {lead: [each.external_id for each in did] for lead, did in mine.items()} == {ana: ["1"], ben: ["2"]}


def test_a_retracted_activity_counts_no_more_and_is_reported_once(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        ledger.add(tx, [activity("1", of="00Q1"), activity("2", of="00Q1")], seen_at=NOON)
        gone = activity("1", of="00Q1", retracted=True)
        assert ledger.add(tx, [gone], seen_at=at(1)) == [(gone.key, ana)]
        assert ledger.add(tx, [gone], seen_at=at(2)) == []
        assert [each.external_id for each in ledger.activities_of(tx, [ana])[ana]] == ["2"]


def test_what_its_system_took_back_and_shows_again_counts_again_and_the_audit_knows_of_both(store: Store) -> None:
    live, gone = activity("1", of="00Q1"), activity("1", of="00Q1", retracted=True)
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        ledger.add(tx, [live], seen_at=NOON)
        ledger.add(tx, [gone], seen_at=at(1))
        assert ledger.add(tx, [live], seen_at=at(2)) == [(live.key, ana)]
        assert ledger.add(tx, [live], seen_at=at(3)) == []
        (kept,) = ledger.activities_of(tx, [ana])[ana]
        assert kept.seen_at == NOON
        (told,) = audit.of_lead(tx, ana)
    assert (told.at, told.actor, told.object, told.record_id) == (at(2), "hubspot", "forms", "1")
    assert told.action == "restored: the system took it back at 2026-11-22T12:01:00Z and shows it again"


def test_what_was_taken_back_before_it_was_seen_counts_once_it_is_shown(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        gone, live = activity("1", of="00Q1", retracted=True), activity("1", of="00Q1")
        assert ledger.add(tx, [gone], seen_at=NOON) == []
        assert ledger.activities_of(tx, [ana]) == {}
        assert ledger.add(tx, [live], seen_at=at(1)) == [(live.key, ana)]
        assert [each.external_id for each in ledger.activities_of(tx, [ana])[ana]] == ["1"]


@pytest.mark.parametrize("first", ["person", "system"])
def test_what_a_person_retracted_stays_out_whatever_the_system_shows(store: Store, first: str) -> None:
    live, gone = activity("1", of="00Q1"), activity("1", of="00Q1", retracted=True)
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        ledger.add(tx, [live], seen_at=NOON)
        if first == "system":
            ledger.add(tx, [gone], seen_at=at(1))
        touched = ledger.retract(tx, [live.key], reason="a test of ours", at=at(2))
        assert touched == ({ana} if first == "person" else set())
        assert ledger.add(tx, [gone], seen_at=at(3)) == []
        assert ledger.add(tx, [live], seen_at=at(4)) == []
        assert ledger.activities_of(tx, [ana]) == {}


def test_the_last_word_of_a_page_counts(store: Store) -> None:
    live, gone = activity("1", of="00Q1"), activity("1", of="00Q1", retracted=True)
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        assert ledger.add(tx, [live, gone], seen_at=NOON) == []
        assert ledger.add(tx, [gone, live], seen_at=at(1)) == [(live.key, ana)]


def test_one_happening_of_two_records_counts_once_where_they_are_one_person(store: Store) -> None:
    """A call read again after a merge comes under the id of the merged contact; it was taken back under that only."""
    calls = [replace(activity(f"77:{each}", of=each), stream="calls") for each in ("00Q1", "00Q2")]
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        ledger.add(tx, [*calls, activity("77:5", of="00Q1"), activity("77:6", of="00Q1")], seen_at=at(1))
        apart = ledger.activities_of(tx, [ana, ben])
        identity.merge(tx, ana, ben, now=at(2))
        together = ledger.activities_of(tx, [ana])[ana]
        ledger.add(tx, [replace(calls[1], retracted=True)], seen_at=at(3))
        after = ledger.activities_of(tx, [ana])[ana]
    assert [sorted(each.external_id for each in apart[lead]) for lead in (ana, ben)] == [
        ["77:00Q1", "77:5", "77:6"],
        ["77:00Q2"],
    ]
    assert sorted(each.external_id for each in together) == ["77:00Q1", "77:5", "77:6"]
    assert sorted(each.external_id for each in after) == ["77:5", "77:6"]


def test_as_it_was_known_then_what_was_retracted_later_still_stands(store: Store) -> None:
    live, gone = activity("1", of="00Q1"), activity("1", of="00Q1", retracted=True)
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        ledger.add(tx, [live], seen_at=at(0))
        ledger.add(tx, [gone], seen_at=at(5))
    with store.read() as tx:
        then = {minute: ledger.activities_of(tx, [ana], known_at=at(minute)) for minute in (4, 5)}
        assert {minute: len(each.get(ana, [])) for minute, each in then.items()} == {4: 1, 5: 0}
        assert ledger.activities_of(tx, [ana]) == {}


def test_retracting_with_a_reason_names_the_leads_it_touches(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        did = activity("1", of="00Q1")
        ledger.add(tx, [did], seen_at=NOON)
        assert ledger.retract(tx, [did.key], reason="clicked by a mail scanner", at=at(1)) == {ana}
        assert ledger.retract(tx, [did.key], reason="clicked by a mail scanner", at=at(2)) == set()


def test_a_fact_is_appended_only_when_it_changes(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        first = ledger.put_facts(tx, ana, {"title": "VP Ops", "fax": None, "size": 400}, since=at(-9), seen_at=at(0))
        assert first == {"title", "size"}
        assert ledger.put_facts(tx, ana, {"title": "VP Ops", "size": 400}, since=at(1), seen_at=at(1)) == set()
        assert ledger.put_facts(tx, ana, {"title": None}, since=at(2), seen_at=at(2)) == {"title"}
        assert ledger.put_facts(tx, ana, {"title": "VP Ops"}, since=at(2), seen_at=at(2)) == {"title"}
        facts = ledger.facts_of(tx, [ana])[ana]
    assert [each for each in facts if each.name == "title"] == [
        Fact(name="title", value="VP Ops", since=at(-9), seen_at=at(0)),
        Fact(name="title", value=None, since=at(2), seen_at=at(2)),
        Fact(name="title", value="VP Ops", since=at(2), seen_at=at(2)),
    ]


def test_facts_of_many_leads_go_in_together(store: Store) -> None:
    with store.write() as tx:
        made = found(tx, *(f"00Q{number}" for number in range(600)))
        values: dict[LeadId, dict[str, str | int | float | bool | None]] = {lead: {"size": lead} for lead in made}
        since = dict.fromkeys(made, NOON)
        assert ledger.put_facts_many(tx, values, since=since, seen_at=NOON) == {lead: {"size"} for lead in made}
        assert ledger.put_facts_many(tx, values, since=since, seen_at=at(1)) == {}
        assert {lead: facts[-1].value for lead, facts in ledger.facts_of(tx, made).items()} == {n: n for n in made}


ROWS = st.builds(
    lambda number, whom, retracted: activity(str(number), of=whom, minute=number, retracted=retracted),
    st.integers(0, 8),
    st.sampled_from(["00Q1", "00Q2", "00Q9"]),
    st.booleans(),
)
PAGES = st.lists(st.lists(ROWS, max_size=6), max_size=6)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=PAGES)
def test_repeats_and_retractions_in_any_order_count_once(
    store: Store, empty: Callable[[], None], pages: list[list[Activity]]
) -> None:
    check_counted_once(store, empty, pages)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=PAGES)
def test_repeats_and_retractions_in_any_order_count_once_on_postgresql(
    store: Store, empty: Callable[[], None], pages: list[list[Activity]]
) -> None:
    check_counted_once(store, empty, pages)


def check_counted_once(store: Store, empty: Callable[[], None], pages: list[list[Activity]]) -> None:
    """A key counts as its system last showed it, for the lead it was first seen with; only a change is reported."""
    empty()
    with store.write() as tx:
        found(tx, "00Q1", "00Q2")
    counts: dict[tuple[str, str, str], bool] = {}
    whose: dict[tuple[str, str, str], str] = {}
    for page in pages:
        with store.write() as tx:
            reported = [key for key, _ in ledger.add(tx, page, seen_at=NOON)]
        last = {each.key: each for each in page}
        assert sorted(reported) == sorted(key for key, each in last.items() if counts.get(key, False) is each.retracted)
        for key, each in last.items():
            counts[key] = not each.retracted
            whose.setdefault(key, each.record.id if each.record else "")
    with store.read() as tx:
        leads = records.lead_of(tx, [ref("00Q1"), ref("00Q2")])
        kept = ledger.activities_of(tx, leads.values())
    counted = {each.key for did in kept.values() for each in did}
    assert counted == {key for key, live in counts.items() if live and whose[key] != "00Q9"}


def test_a_person_who_uses_the_systems_words_is_a_person_all_the_same(store: Store) -> None:
    did = activity("1", of="00Q1")
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        ledger.add(tx, [did], seen_at=NOON)
        assert ledger.retract(tx, [did.key], reason="the system took it back", at=at(1)) == {ana}
        assert ledger.add(tx, [did], seen_at=at(2)) == [], "what a person retracted stays out for good"
        assert ledger.activities_of(tx, [ana]) == {}
