"""A store with something in every view, and with everything that a view must leave out."""

from datetime import UTC, datetime, timedelta

from domain.activity import Activity, ActivityKind
from domain.audit import LOOP
from domain.first_touch import FirstTouch
from domain.record import Record
from domain.run import OutboxStatus
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RecordRef, RuleHash
from store import audit, erasing, first_touches, handoffs, leads, ledger, records, runs
from store.audit import AuditEntry
from store.engine import Tx
from store.erasing import Person
from store.schema import membership, outbox, score
from tests.reference.crowd import SPAN, Crowd, gather
from tests.unit.store.examples import RULES, handoff

ADDRESS = "zora.quill@globex.example"
LONG_AGO = datetime(1969, 12, 31, 23, 59, 59, 250_001, tzinfo=UTC)


def fill(tx: Tx, seed: int = 3, people: int = 20) -> tuple[Crowd, LeadId]:
    """A crowd, and one more who was there and is erased: their number."""
    crowd = gather(tx, seed, people)
    gone = leads.create(tx, 1, now=crowd.began, installation="LL")[0].id
    _husk(tx, gone, crowd)
    living = sorted(each for each in leads.get(tx, map(LeadId, range(1, gone + 1))) if each != gone)
    for place, lead in enumerate(living):
        _records(tx, lead, crowd)
        _score(tx, lead, crowd, place)
        _lists(tx, lead, crowd, place)
        _came(tx, lead, crowd, place)
        _write(tx, lead, crowd, place)
    _acts(tx, living[0])
    _runs(tx, crowd)
    _done(tx, crowd, gone)
    refs = (RecordRef(connection="crm", object="Lead", id=f"00Q{gone}"),)
    words = (ADDRESS,)
    erasing.erase(
        tx, Person(leads=(gone,), records=refs, emails=(ADDRESS,), keys=(), words=words), now=crowd.now, actor="mia"
    )
    return crowd, gone


def _husk(tx: Tx, gone: LeadId, crowd: Crowd) -> None:
    """Whatever an erasure leaves the numbers and dates of."""
    handoffs.save(tx, [handoff(gone)])
    moved = Transition(
        lead_id=gone, at=crowd.began, before=Stage.KNOWN, after=Stage.MQL, cause=Cause.RULE, why="", rule_hash=RULES
    )
    handoffs.save_transitions(tx, [moved])
    _records(tx, gone, crowd)


def _records(tx: Tx, lead: LeadId, crowd: Crowd) -> None:
    at = crowd.now + timedelta(microseconds=int(lead))
    ids = [("crm", "Lead", f"00Q{lead}"), ("hub", "contacts", str(lead)), ("list", "people", f"p{lead}@globex.example")]
    refs = [RecordRef(connection=name, object=kind, id=number) for name, kind, number in ids]
    shown = [Record(ref=ref, values={}, modified_at=at, archived=ref.id.endswith("4")) for ref in refs]
    records.upsert(tx, shown, seen_at=at)
    records.assign(tx, dict.fromkeys(refs, lead))


def _score(tx: Tx, lead: LeadId, crowd: Crowd, place: int) -> None:
    tx.execute(
        score.insert().values(
            lead_id=lead, as_of=crowd.now, rule_hash="r1", engagement=-1 if place == 1 else 74_255 + place, sales=5_000,
            fit_percent=None if place % 3 == 0 else 70, grade="?" if place % 3 == 0 else "B", step="hot", why="words",
            excluded="a student" if place % 4 == 0 else None, last_point_at=None, lines=[],
        )
    )  # fmt: skip


def _lists(tx: Tx, lead: LeadId, crowd: Crowd, place: int) -> None:
    member = (True, False, None)[place % 3]
    tx.execute(
        membership.insert().values(
            lead_id=lead, connection="hub", list="LL · Nurture · Timing", member=member, why="words",
            shown=not place % 2, since=None if place % 3 else crowd.now,
        )
    )  # fmt: skip


def _came(tx: Tx, lead: LeadId, crowd: Crowd, place: int) -> None:
    campaign = ("", "Fair", f"to {ADDRESS}")[place % 3]
    at = None if place % 4 == 0 else crowd.began
    touch = FirstTouch(channel="Event", campaign=campaign, at=at, decided_at=crowd.now, rules="c1", revision=1)
    first_touches.settle(tx, {lead: touch})


def _write(tx: Tx, lead: LeadId, crowd: Crowd, place: int) -> None:
    status = list(OutboxStatus)[place % len(OutboxStatus)]
    tx.execute(
        outbox.insert().values(
            id=place + 1, key=f"k{place}", connection="crm", lane="background", kind="fields", object="Lead",
            record_id=ADDRESS if place == 2 else f"00Q{lead}", lead_id=None if place == 5 else lead, target=f"t{place}",
            change='{"values":{"LL_Why__c":"\\u0000"}}', before="{}", cause="words", rule_hash="r1", run_id=None,
            status=status.value, ignored=place == 4, attempts=place, due_at=crowd.now, code="", message="words",
            created_at=crowd.began + timedelta(hours=place), settled_at=crowd.now if status == "done" else None,
        )
    )  # fmt: skip


def _acts(tx: Tx, lead: LeadId) -> None:
    """One before all clocks, and one that nobody is known to have done."""
    ref = RecordRef(connection="crm", object="Lead", id="old")
    old = Activity(
        connection="crm", stream="s", external_id="old", kind=ActivityKind.EMAIL_SENT, occurred_at=LONG_AGO, record=ref
    )
    stranger = Activity(
        connection="crm", stream="s", external_id="x", kind=ActivityKind.PAGE_VIEWED, occurred_at=LONG_AGO,
        email=ADDRESS,
    )  # fmt: skip
    ledger.add(tx, [old, stranger], seen_at=LONG_AGO + SPAN)
    ledger.claim_unclaimed(tx, {ref: lead}, {})


def _runs(tx: Tx, crowd: Crowd) -> None:
    first = runs.start(tx, "schedule", now=crowd.began)
    runs.finish(tx, first, now=crowd.now, counts={"read": 12, "applied": 3}, failures=["crm: away", "hub: away"])
    runs.start(tx, "manual", now=crowd.now, actor="mia")


def _done(tx: Tx, crowd: Crowd, gone: LeadId) -> None:
    about = AuditEntry(
        at=crowd.now, actor=LOOP, action="will raise the band", connection="crm", object="Lead", record_id="00Q1",
        lead_id=LeadId(1), fields=("LL_Band__c", "LL_Score__c"), rule_hash=RuleHash("r1"),
    )  # fmt: skip
    proposed = AuditEntry(at=crowd.now, actor="mia", action=f"proposed 1: erase {ADDRESS}", record_id=ADDRESS)
    words = " under the same account of the system: held approve of many"
    agreed = AuditEntry(at=crowd.now, actor="mia", action=f"approved proposal 1 of mia@acme.example{words}")
    audit.append(tx, [about, proposed, agreed, AuditEntry(at=crowd.now, actor="mia", action="erased", lead_id=gone)])
