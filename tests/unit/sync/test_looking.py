"""Which foreign changes of stage, owner, verdict and list the loop takes note of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.decision import Desired
from domain.handoff import Handoff, HandoffKind
from domain.stage import Signal, SignalKind
from domain.values import RecordRef, Value
from mapping.agreement import Base
from mapping.merge_lead import ABOUT, LeadMerge
from sync.looking import find_signals, heard_scorecard, look
from sync.loop import InForce
from sync.material import Material
from tests.unit.scoring.material import activity, score
from tests.unit.scoring.material import rules as scoring_rules
from tests.unit.sync.material import ANA, EARLIER, LEAD, PERSON, USERS, ana, member, record, wish

At = tuple[str, str]
LONG_AGO = EARLIER - timedelta(days=300)
OWNER, STATUS, VERDICT = ("owner", "salesforce"), ("status", "salesforce"), ("verdict", "salesforce")


def merge(answers: Mapping[At, Value]) -> LeadMerge:
    return LeadMerge(
        values={},
        desired=(),
        bases={},
        conflicts=(),
        heads={"salesforce": LEAD, "hubspot": PERSON},
        answers=answers,
        unread=(),
    )


def material(bases: Mapping[At, Value] | None = None, **more: Any) -> Material:
    known = {at: Base(value=value, vendor_form=value) for at, value in (bases or {}).items()}
    return Material(lead=ana(), records=(record(LEAD), record(PERSON)), bases=known, **more)


def signals(
    rules: InForce, shown: Mapping[At, Value], agreed: Mapping[At, Value], desired: tuple[Desired, ...] = ()
) -> tuple[Signal, ...]:
    return find_signals(merge(shown), material(agreed, desired=desired), rules, USERS)


def test_what_was_agreed_is_no_signal(rules: InForce) -> None:
    assert signals(rules, {OWNER: "005F", STATUS: "Open"}, {OWNER: "005F", STATUS: "Open"}) == ()


def test_an_owner_or_status_never_agreed_is_learnt_and_no_signal(rules: InForce) -> None:
    assert signals(rules, {OWNER: "005F", STATUS: "Open"}, {}) == ()


def test_an_answer_in_a_field_never_seen_blank_is_an_answer(rules: InForce) -> None:
    (signal,) = signals(rules, {VERDICT: "Wrong person"}, {})
    assert (signal.kind, signal.value) == (SignalKind.VERDICT, "Wrong person")


def test_our_own_write_is_no_signal_though_its_receipt_was_lost(rules: InForce) -> None:
    ours = (wish(LEAD, "OwnerId", "005S", property="owner"),)
    assert signals(rules, {OWNER: "005S"}, {OWNER: "005F"}, ours) == ()


def test_a_foreign_owner_is_told_by_address(rules: InForce) -> None:
    (found,) = signals(rules, {OWNER: "005S"}, {OWNER: "005F"})
    assert found == Signal(
        kind=SignalKind.OWNER, connection="salesforce", property="owner", value="sam@acme.example", at=EARLIER
    )


def test_an_owner_whom_nobody_knows_is_told_by_id(rules: InForce) -> None:
    (found,) = signals(rules, {OWNER: "00G9"}, {OWNER: "005F"})
    assert found.value == "00G9"


@pytest.mark.parametrize(
    ("at", "before", "after", "kind"),
    [
        (STATUS, "Open - Not Contacted", "Working - Contacted", SignalKind.STAGE),
        (("lifecycle", "hubspot"), "lead", "opportunity", SignalKind.STAGE),
        (VERDICT, None, "Wrong person", SignalKind.VERDICT),
        (("outcome", "salesforce"), None, "No budget", SignalKind.OUTCOME),
    ],
)
def test_a_foreign_status_or_answer_is_a_signal(
    rules: InForce, at: At, before: Value, after: Value, kind: SignalKind
) -> None:
    (found,) = signals(rules, {at: after}, {at: before})
    assert (found.kind, found.connection, found.property, found.value) == (kind, at[1], at[0], after)


def test_the_other_answers_are_only_read(rules: InForce) -> None:
    assert signals(rules, {("return_date", "salesforce"): "2027-01-01"}, {("return_date", "salesforce"): None}) == ()


def test_an_answer_is_as_old_as_the_record_it_stands_in_not_as_the_lead_that_was_converted(rules: InForce) -> None:
    contact = RecordRef(connection="salesforce", object="Contact", id="003000000000001AAA")
    rows = (record(contact), replace(record(LEAD, converted_to=contact), modified_at=LONG_AGO))
    heads = {"salesforce": contact}
    merged = replace(merge({VERDICT: "Not our target"}), heads=heads)
    (found,) = find_signals(merged, Material(lead=ana(), records=rows), rules, USERS)
    assert found.at == EARLIER


@pytest.mark.parametrize(
    ("wanted", "shown", "left"), [(True, False, True), (True, True, False), (True, None, False), (False, False, False)]
)
def test_only_a_wanted_member_who_is_gone_was_taken_off_by_hand(
    rules: InForce, wanted: bool, shown: bool | None, left: bool
) -> None:
    known = material(memberships=(("hubspot", member("LL · With sales", joins=wanted), shown),))
    found = find_signals(merge({}), known, rules, USERS)
    expected = Signal(
        kind=SignalKind.LEFT_LIST, connection="hubspot", property="LL · With sales", value=None, at=EARLIER
    )
    assert found == ((expected,) if left else ())


BUDGET = ("budget", "salesforce")


def test_an_answered_factor_is_an_answer_and_one_taken_back_too(rules: InForce) -> None:
    (given,) = signals(rules, {BUDGET: 4}, {})
    assert (given.kind, given.property, given.value) == (SignalKind.SCORECARD, "budget", 4)
    (taken_back,) = signals(rules, {BUDGET: None}, {BUDGET: 4})
    assert (taken_back.kind, taken_back.value) == (SignalKind.SCORECARD, None)


def test_a_contact_that_shows_none_of_its_leads_answers_takes_none_back(rules: InForce) -> None:
    left = replace(record(LEAD), converted_to=RecordRef(connection="salesforce", object="Contact", id="003A"))
    after = replace(material({BUDGET: 4}), records=(left, record(PERSON)))
    assert find_signals(merge({BUDGET: None}), after, rules, USERS) == ()
    (given,) = find_signals(merge({BUDGET: 5}), after, rules, USERS)
    assert given.value == 5


def test_a_new_answer_speaks_for_the_card_as_it_stands_except_for_what_is_to_be_blank(rules: InForce) -> None:
    known = material()
    assert heard_scorecard(known, {"budget": 3}, (), rules) is None, "nobody answered"
    fresh = signals(rules, {BUDGET: 4}, {})
    card = heard_scorecard(known, {"budget": 4, "timing": 2}, fresh, rules)
    assert card is not None
    assert dict(card.answers) == {"budget": 4, "timing": 2}
    again = Handoff(
        lead_id=ANA,
        number=2,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=EARLIER,
        why="came back",
        hand_raise=False,
        score=0,
        band="B warm",
        scorecard=(("timing", None),),
    )
    anew = heard_scorecard(replace(known, handoffs=(again,)), {"budget": 4, "timing": 2}, fresh, rules)
    assert anew is not None
    assert dict(anew.answers) == {"budget": 4, "timing": None}


def test_what_a_mail_scanner_did_is_not_among_what_the_person_did_last() -> None:
    swept = [
        activity("email_clicked", ago=timedelta(hours=1), id=f"s{number}", url=f"/{number}", since_sent_s=2)
        for number in range(4)
    ]
    own = activity("email_clicked", id="own", url="/1")
    done = (own, *swept)
    view = look(
        material(activities=done),
        merge({}),
        {},
        score=score(scoring_rules(), done),
        words="",
        signals=(),
        changed_at={},
    )
    assert view.recent == (own,)


OUTCOME, RETURN = ("outcome", "salesforce"), ("return_date", "salesforce")


@pytest.mark.parametrize(
    ("at", "kind"), [(VERDICT, SignalKind.VERDICT), (OUTCOME, SignalKind.OUTCOME), (RETURN, SignalKind.RETURN_DATE)]
)
def test_an_answer_that_was_taken_back_is_heard(rules: InForce, at: At, kind: SignalKind) -> None:
    (found,) = signals(rules, {at: None}, {at: "2027-01-01"})
    assert (found.kind, found.property, found.value) == (kind, at[0], None)


@pytest.mark.parametrize("at", [VERDICT, OUTCOME, RETURN])
def test_a_blank_that_we_wrote_for_a_new_pass_takes_nothing_back(rules: InForce, at: At) -> None:
    ours = (wish(LEAD, "LL_Verdict__c", None, property=at[0]),)
    assert signals(rules, {at: None}, {at: "2027-01-01"}, ours) == ()


@pytest.mark.parametrize("at", [VERDICT, OUTCOME, RETURN])
def test_a_record_that_speaks_for_another_one_now_takes_none_of_its_answers_back(rules: InForce, at: At) -> None:
    contact = RecordRef(connection="salesforce", object="Contact", id="003000000000001AAA")
    merged = replace(merge({at: None}), heads={"salesforce": contact, "hubspot": PERSON})
    known = material({at: "2027-01-01", (ABOUT, "salesforce"): str(LEAD)})
    rows = (*known.records, record(contact))
    assert find_signals(merged, replace(known, records=rows), rules, USERS) == ()
    told = replace(
        known, records=rows, bases={**known.bases, (ABOUT, "salesforce"): Base(value=str(contact), vendor_form=None)}
    )
    assert [each.kind for each in find_signals(merged, told, rules, USERS)] == [SignalKind(at[0])]


@pytest.mark.parametrize(
    ("shown", "before", "is_heard"),
    [
        pytest.param("Accept", ("Accept", None), False, id="what one of the two showed"),
        pytest.param(None, ("Accept", None), False, id="the other one's blank"),
        pytest.param("Wrong person", ("Accept", None), True, id="said since"),
        pytest.param("Wrong person", None, False, id="nobody knows what they showed"),
        pytest.param(None, ("Accept", "Wrong person"), True, id="taken back since"),
    ],
)
def test_what_was_said_in_the_minutes_of_a_union_is_told_from_what_either_lead_had_shown(
    rules: InForce, shown: Value, before: tuple[Value, ...] | None, is_heard: bool
) -> None:
    aside = (
        {} if before is None else {("verdict@before", "salesforce"): Base(value=None, vendor_form=None, learnt=before)}
    )
    known = Material(lead=ana(), records=(record(LEAD), record(PERSON)), bases=aside, unagreed=frozenset({VERDICT}))
    assert bool(find_signals(merge({VERDICT: shown}), known, rules, USERS)) is is_heard


def test_an_answer_of_the_person_is_seen_however_much_they_did_since() -> None:
    reply = activity("email_replied", ago=timedelta(days=30), id="reply")
    gone = activity("form_submitted", ago=timedelta(days=20), id="gone", retracted=True)
    visits = [activity("page_viewed", ago=timedelta(hours=hour), id=f"v{hour}") for hour in range(40)]
    done = (*visits, gone, reply)
    view = look(
        material(activities=done),
        merge({}),
        {},
        score=score(scoring_rules(), done),
        words="",
        signals=(),
        changed_at={},
    )
    assert (view.replies, reply in view.recent) == ((reply,), False)
