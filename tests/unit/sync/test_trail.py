"""What becomes of a write stands in the audit, try by try, until it ends; and it ends once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.change import Change, Receipt, ReceiptOutcome
from domain.errors import LeadloopError, RateLimitedError, TransientError
from domain.run import RuleVersion
from store import audit, audit_joins, intents, leads, outbox
from store.audit import AuditEntry, Wanted
from store.engine import Store
from store.outbox import OutboxDraft
from sync.loop import Loop
from sync.outgoing import put
from sync.push import push, settle_unsure
from tests.unit.store.examples import creation, draft
from tests.unit.sync.looping import NOON, Writing, applied, at, looping

Does = Callable[[Sequence[Change]], Iterator[Receipt]]
LATER = 9_999
NUMBERS = count(1)


@pytest.fixture
def system() -> Writing:
    return Writing()


@pytest.fixture
def loop(store: Store, version: RuleVersion, system: Writing) -> Iterator[Loop]:
    with looping(store, version, system) as made:
        yield made


def put_out(loop: Loop, *drafts: OutboxDraft, actor: str = "loop") -> None:
    with loop.store.write(loop.epoch) as tx:
        put(tx, drafts, now=NOON, run_id=7, random_bytes=lambda size: b"k" * size, actor=actor)


def sent(loop: Loop, *, minute: float) -> None:
    """One push, whatever it ends with."""
    with suppress(LeadloopError):
        push(loop, "salesforce", now=at(minute))


def rows_of(loop: Loop) -> list[AuditEntry]:
    """Everything that is told of writes, once it is sure that no write has a loose end."""
    with loop.store.read() as tx:
        assert list(audit_joins.loose_ends(tx, now=at(LATER))) == []
        return [entry for _, entry in audit.rows(tx, Wanted()) if entry.outbox_key is not None]


def told(loop: Loop) -> list[str]:
    return [entry.action for entry in rows_of(loop)]


def row_ids(loop: Loop) -> list[int]:
    with loop.store.read() as tx:
        return [row.id for row in outbox.of_run(tx, 7)]


def raising(error: LeadloopError) -> Does:
    def fail(_changes: Sequence[Change]) -> Iterator[Receipt]:
        raise error
        yield

    return fail


def answering(outcome: ReceiptOutcome, *, retryable: bool = False) -> Does:
    def answer(changes: Sequence[Change]) -> Iterator[Receipt]:
        for each in changes:
            yield Receipt(key=each.key, outcome=outcome, id=each.id, retryable=retryable)

    return answer


LOST = raising(TransientError("no answer"))
UNSENT = raising(TransientError("nobody there", sent=False))
BUSY = raising(RateLimitedError("slow down", retry_after_s=1))
LOCKED = answering(ReceiptOutcome.REFUSED, retryable=True)
REFUSED = answering(ReceiptOutcome.REFUSED)
GONE = answering(ReceiptOutcome.GONE)
UNKNOWN = answering(ReceiptOutcome.UNKNOWN)
GIVEN_UP = "given up: a newer change of the same record took its place"
UNWANTED = "given up: a person wants no more of it"


@pytest.mark.parametrize(
    ("does", "after"),
    [
        pytest.param(lambda changes: map(applied, changes), ["wrote: applied"], id="applied"),
        pytest.param(REFUSED, ["wrote: refused"], id="refused for good"),
        pytest.param(GONE, ["wrote: gone"], id="gone"),
        pytest.param(LOCKED, ["tried: refused"], id="refused for the moment"),
        pytest.param(UNKNOWN, ["tried: unknown"], id="unknown"),
        pytest.param(LOST, ["tried: TransientError"], id="answer lost"),
        pytest.param(UNSENT, [], id="never sent"),
        pytest.param(BUSY, [], id="turned away"),
    ],
)
def test_a_write_is_announced_and_then_told_as_it_went(
    loop: Loop, system: Writing, does: Does, after: list[str]
) -> None:
    put_out(loop, draft())
    system.does = does
    sent(loop, minute=1)
    assert told(loop) == ["will fields", *after]


def test_the_same_write_again_is_not_announced_again(loop: Loop) -> None:
    put_out(loop, draft(), creation("k1"))
    put_out(loop, draft(), creation("k1"))
    assert told(loop) == ["will fields", "will create"]


def test_a_write_that_waited_when_a_newer_one_came_ends_unsent_and_the_newer_has_a_key_of_its_own(loop: Loop) -> None:
    put_out(loop, draft(values={"LL_Score__c": 1}))
    put_out(loop, draft(values={"LL_Score__c": 2}))
    sent(loop, minute=1)
    assert told(loop) == [
        "will fields",
        "not sent: a newer change of the same record took its place",
        "will fields",
        "wrote: applied",
    ]
    first, ended, second, _ = (entry.outbox_key for entry in rows_of(loop))
    assert first == ended != second


def test_one_that_may_have_arrived_is_given_up_and_not_called_unsent(loop: Loop, system: Writing) -> None:
    put_out(loop, draft(values={"LL_Score__c": 1}))
    system.does = LOST
    sent(loop, minute=1)
    put_out(loop, draft(values={"LL_Score__c": 2}))
    assert told(loop) == ["will fields", "tried: TransientError", GIVEN_UP, "will fields"]


def test_a_refused_one_whose_place_another_takes_had_its_end_already(loop: Loop, system: Writing) -> None:
    put_out(loop, draft(values={"LL_Score__c": 1}))
    system.does = REFUSED
    sent(loop, minute=1)
    put_out(loop, draft(values={"LL_Score__c": 2}))
    assert told(loop) == ["will fields", "wrote: refused", "will fields"]


def test_a_persons_retry_of_a_refused_one_is_an_announcement_of_hers(loop: Loop, system: Writing) -> None:
    put_out(loop, draft())
    system.does = REFUSED
    sent(loop, minute=1)
    with loop.store.write(loop.epoch) as tx:
        outbox.retry(tx, row_ids(loop), now=at(2), actor="ana")
    system.does = lambda changes: map(applied, changes)
    sent(loop, minute=3)
    found = [(entry.actor, entry.action) for entry in rows_of(loop)]
    assert found == [
        ("loop", "will fields"),
        ("loop", "wrote: refused"),
        ("ana", "will fields"),
        ("loop", "wrote: applied"),
    ]


def test_an_unsure_one_that_a_person_gives_up_ends_there(loop: Loop, system: Writing) -> None:
    put_out(loop, creation("k1", unique=None))
    system.does = UNKNOWN
    sent(loop, minute=1)
    with loop.store.write(loop.epoch) as tx:
        outbox.ignore(tx, row_ids(loop), now=at(2), actor="ana")
    assert told(loop) == ["will create", "tried: unknown", UNWANTED]


def test_one_that_a_person_gave_up_while_its_system_was_asked_about_it_ends_once(loop: Loop, system: Writing) -> None:
    put_out(loop, draft())
    system.does = UNKNOWN
    sent(loop, minute=1)

    def meanwhile(change: Change) -> Receipt:
        with loop.store.write() as tx:
            outbox.ignore(tx, row_ids(loop), now=at(2), actor="ana")
        return applied(change)

    system.finds = meanwhile
    settle_unsure(loop, "salesforce", now=at(2))
    assert told(loop) == ["will fields", "tried: unknown", UNWANTED]


def test_a_creation_that_nobody_wants_any_more_ends_unsent_with_the_reason(loop: Loop) -> None:
    put_out(loop, creation("k1"))
    with loop.store.write(loop.epoch) as tx:
        intents.cancel(tx, {"k1": "the lead was assigned anew"}, now=at(1))
    assert told(loop) == ["will create", "not sent: the lead was assigned anew"]


def test_what_a_dead_leader_had_claimed_was_tried(loop: Loop) -> None:
    put_out(loop, draft())
    with loop.store.write(loop.epoch) as tx:
        outbox.claim(tx, "salesforce", lane=None, limit=9, owner="dead", epoch=loop.epoch - 1, now=NOON)
        outbox.reclaim(tx, epoch=loop.epoch, now=at(1))
    sent(loop, minute=2)
    assert told(loop) == ["will fields", "tried: the process stopped before an answer", "wrote: applied"]


def test_the_same_values_have_the_same_hmac_before_and_after_and_other_values_another(loop: Loop) -> None:
    with loop.store.write(loop.epoch) as tx:
        lead, other = (each.id for each in leads.create(tx, 2, now=NOON, installation="LL"))
    put_out(
        loop, draft("00Q1", lead_id=lead), draft("00Q2", lead_id=other), draft("00Q3", lead_id=lead, values={"A": 1})
    )
    sent(loop, minute=1)
    found = [(entry.record_id, entry.values_hmac) for entry in rows_of(loop)]
    before, after = dict(found[:3]), dict(found[3:])
    assert before == after
    assert None not in before.values()
    assert before["00Q1"] == before["00Q2"] != before["00Q3"], "the tests' keys are all alike"


STEPS = (
    "put",
    "put another",
    "create",
    "send",
    "lose",
    "lock",
    "refuse",
    "doubt",
    "turn away",
    "die",
    "retry",
    "ignore",
)
DOES = {
    "send": lambda changes: map(applied, changes),
    "lose": LOST,
    "lock": LOCKED,
    "refuse": REFUSED,
    "doubt": UNKNOWN,
    "turn away": UNSENT,
}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=12))
def test_whatever_happens_to_a_write_it_has_one_end_for_each_announcement(
    loop: Loop, system: Writing, steps: list[str]
) -> None:
    number = next(NUMBERS)
    for minute, step in enumerate(steps, start=number * 100):
        _take(loop, system, step, record=f"00Q{number}", minute=minute * 30.0)
        told(loop)


def _take(loop: Loop, system: Writing, step: str, *, record: str, minute: float) -> None:
    if step in DOES:
        system.does = DOES[step]
        sent(loop, minute=minute)
        return
    if step in {"put", "put another", "create"}:
        value = 1 if step == "put" else minute
        made = creation(f"k{record}", unique=None) if step == "create" else draft(record, values={"LL_Score__c": value})
        put_out(loop, made)
        return
    with loop.store.write(loop.epoch) as tx:
        if step == "die":
            outbox.claim(tx, "salesforce", lane=None, limit=9, owner="dead", epoch=loop.epoch - 1, now=at(minute))
            outbox.reclaim(tx, epoch=loop.epoch, now=at(minute))
        else:
            act = outbox.retry if step == "retry" else outbox.ignore
            act(tx, [row.id for row in outbox.of_run(tx, 7)], now=at(minute), actor="ana")
