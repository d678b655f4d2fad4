"""Two leads were united and are two people: each gets back what it had, and what came since goes where its record goes.

What a split gives back at once is what the merge found, to the last row. Unions are undone in the reverse order of
their making, because a later one was made of what an earlier one had brought.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from domain.handoff import Handoff
from domain.identity import Claim, Tie
from domain.values import LeadId, RecordRef
from store import audit, handoffs, identity, joining, leads, rawrows, unions
from store.audit import AuditEntry
from store.chunks import run_many
from store.columns import from_json, to_micros
from store.engine import Tx
from store.merging import BY_HANDOFF, BY_KEY, BY_RECORD, point
from store.rawrows import Raw
from store.schema import activity, conflict, handoff, intent, lead, outbox, record, score
from store.unions import Union

_STANDING = (
    "stage", "stage_since", "owner", "mql_since", "return_at", "recycled_as", "times_recycled", "left_lists",
    "nurture_withheld", "set_aside_because", "reached", "silent_since",
)  # fmt: skip
_UNKNOWN: Raw = {"set_aside_because": None, "reached": "{}", "silent_since": None}
"""What a union that was made before there were these columns does not remember."""
_SHOWN = ("shown_score", "shown_band", "shown_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What a split made. `records`: what went to the loser; `reopened`: handoffs that the merge had closed."""

    survivor: LeadId
    loser: LeadId
    records: tuple[RecordRef, ...]
    reopened: tuple[Handoff, ...]


def hindrance(tx: Tx, union: Union) -> str | None:
    """Why this union cannot be undone now, in words; None when it can."""
    if union.split_at is not None:
        return f"Union {union.id} was undone at {union.split_at:%Y-%m-%d %H:%M} UTC already."
    if not union.is_kept:
        return (
            f"What union {union.id} was made of is no longer known: it was forgotten after its time, or because a "
            "person was erased. A record can be taken out of the lead instead: give its system, object and id."
        )
    later = [
        each
        for each in unions.of_leads(tx, [union.survivor])
        if each.id > union.id and each.split_at is None and each.is_kept
    ]
    if later:
        return f"Union {later[0].id} was made later, of what this one had brought: split that first."
    end = leads.survivor(tx, union.survivor)
    return None if end == union.survivor else f"Lead {union.survivor} is part of lead {end} by now, and that stays so."


def given_back(tx: Tx, union: Union) -> list[RecordRef]:
    """The records that go to the loser: those it brought, and what holds to them alone of what came since."""
    memory = unions.memory(tx, union.id) or {"records": []}
    brought = {RecordRef(connection=c, object=o, id=i) for c, o, i in memory["records"]}
    claims = identity.claims_of_leads(tx, [union.survivor]).get(union.survivor, [])
    mine = {ref for ref in _records_of(tx, union.survivor) if ref in brought}
    since = {one.ref: one.since for one in claims if one.tie is Tie.SELF}
    fresh = {ref for ref in _records_of(tx, union.survivor) - mine if since.get(ref, union.at) > union.at}
    return sorted(_drawn_in(mine, fresh, claims))


def _drawn_in(mine: set[RecordRef], fresh: set[RecordRef], claims: Iterable[Claim]) -> set[RecordRef]:
    """What came since and shares a key with the loser's records and with none of the survivor's. The lead key does
    not count: we wrote it ourselves."""
    keys: dict[RecordRef, set[tuple[str, str]]] = {}
    for one in claims:
        if one.tie is not Tie.LEAD_KEY:
            keys.setdefault(one.ref, set()).add(one.key)
    others = {key for ref, theirs in keys.items() if ref not in mine | fresh for key in theirs}
    while drawn := {ref for ref in fresh - mine if _holds_to(keys.get(ref, set()), mine, keys, others)}:
        mine = mine | drawn
    return mine


def _holds_to(
    own: set[tuple[str, str]],
    mine: Collection[RecordRef],
    keys: Mapping[RecordRef, set[tuple[str, str]]],
    others: set[tuple[str, str]],
) -> bool:
    return not own & others and any(own & keys.get(ref, set()) for ref in mine)


def split(tx: Tx, union: Union, *, by: str, now: datetime) -> Split:
    """Undo a union; the same keys do not unite the two again. ValueError when it cannot be undone: see `hindrance`."""
    if (words := hindrance(tx, union)) is not None:
        raise ValueError(words)
    memory = unions.memory(tx, union.id) or {}
    current = rawrows.of_lead(tx, lead, union.survivor, column="id", locked=True)[0]
    refs = given_back(tx, union)
    went_on = _part_handoffs(tx, union, memory, {ref.id for ref in refs})
    _move_rows(tx, union, memory, refs)
    alone = {ref.connection for ref in refs} - {ref.connection for ref in _records_of(tx, union.survivor)}
    joining.part(tx, union.survivor, union.loser, memory["single"], theirs_alone=alone)
    as_before = _part_standing(tx, union, memory, current, went_on=went_on, now=now)
    reopened = _reopen(tx, union, memory["ended"], as_before, now=now)
    for one, other in memory["apart"]:
        unions.let_join(tx, LeadId(one), LeadId(other))
    keep_apart(tx, union.survivor, union.loser, by=by, now=now)
    unions.note_split(tx, union.id, by=by, now=now)
    _note(tx, f"split: union {union.id} undone", union.survivor, union.loser, by=by, now=now)
    return Split(survivor=union.survivor, loser=union.loser, records=tuple(refs), reopened=reopened)


def take_out(tx: Tx, refs: Collection[RecordRef], *, of: LeadId, installation: str, by: str, now: datetime) -> LeadId:
    """Make a lead of its own of records that had come to another; returns it. What happened before opens nothing."""
    alone = {ref.connection for ref in refs} - {ref.connection for ref in _records_of(tx, of) - set(refs)}
    (made,) = leads.create(tx, 1, now=now, installation=installation, armed_at=now)
    move_records(tx, refs, of=of, to=made.id)
    joining.take_along(tx, of, made.id, alone)
    keep_apart(tx, of, made.id, by=by, now=now)
    leads.touch(tx, [of, made.id])
    _note(tx, f"split: {', '.join(map(str, sorted(refs)))} taken out", of, made.id, by=by, now=now)
    return made.id


def _note(tx: Tx, action: str, one: LeadId, other: LeadId, *, by: str, now: datetime) -> None:
    entry = AuditEntry(at=now, actor=by, action=f"{action}, leads {one} and {other}")
    audit.append(tx, [replace(entry, lead_id=each) for each in (one, other)])


def _records_of(tx: Tx, lead_id: LeadId) -> set[RecordRef]:
    rows = rawrows.of_lead(tx, record, lead_id)
    return {RecordRef(connection=row["connection"], object=row["object"], id=row["id"]) for row in rows}


def move_records(tx: Tx, refs: Collection[RecordRef], *, of: LeadId, to: LeadId) -> None:
    """Give records to another lead, and whatever lies with them: activities, wishes, claims, writes."""
    for table, prefix, name in BY_RECORD:
        rawrows.move_records(tx, table, refs, of=of, to=to, prefix=prefix, id=name)
    _move_by_address(tx, of=of, to=to)


def _move_by_address(tx: Tx, *, of: LeadId, to: LeadId) -> None:
    """Activities that name no record go with the address that only the other lead is known by now."""
    keys = identity.keys_of(tx, [of, to])
    addresses = [{key.value for key in keys.get(each, ()) if key.kind == Tie.EMAIL.value} for each in (to, of)]
    gone = sorted(addresses[0] - addresses[1])
    columns = activity.c
    for address in gone:
        tx.execute(
            update(activity)
            .where(columns.lead_id == of, columns.record_id.is_(None), columns.email == address)
            .values(lead_id=to)
        )


def _move_rows(tx: Tx, union: Union, memory: Mapping[str, Any], refs: Collection[RecordRef]) -> None:
    of, to = union.survivor, union.loser
    move_records(tx, refs, of=of, to=to)
    for table, key in BY_KEY:
        rawrows.move(tx, table, key, memory["keys"].get(table.name, ()), of=of, to=to)
    shift = memory["facts"]["shift"]
    run_many(
        tx,
        f"UPDATE fact SET lead_id = ?, number = number - {int(shift)} WHERE lead_id = ? AND name = ? AND number = ?",  # noqa: S608 - a number of our own
        [(to, of, name, number + shift) for name, number in memory["facts"]["theirs"]],
    )
    tx.execute(update(lead).where(lead.c.id.in_(memory["followers"]), lead.c.merged_into == of).values(merged_into=to))
    for number in memory["conflicts"]:
        tx.execute(
            update(conflict)
            .where(conflict.c.id == number, conflict.c.closed_at == conflict.c.opened_at)
            .values(closed_at=None)
        )
    rawrows.put_back(tx, score, memory["score"])


def _part_handoffs(tx: Tx, union: Union, memory: Mapping[str, Any], their_ids: Collection[str]) -> LeadId:
    """Every handoff gets its owner and number back, with what happened to it since; one that was opened since goes
    where its task is. Returns whose handoff went on.

    Numbers pass below nought on their way, so that no two rows ever share one.
    """
    numbers = memory["handoffs"]
    later = _opened_since(tx, union, {after for _, _, after in numbers})
    links = {each.number: each.after for each in handoffs.all_of(tx, [union.survivor]).get(union.survivor, [])}
    home = {after: (LeadId(owner), before) for owner, before, after in numbers}
    for owner, before, after in numbers:
        _renumber(tx, (union.survivor, after), (owner, -before))
    went_on = LeadId(memory["leading"] or union.survivor)
    used = max((before for owner, before, _ in numbers if owner == union.loser), default=0)
    for number in later:
        went_on = union.loser if _is_about(tx, union.survivor, number, their_ids) else union.survivor
        if went_on == union.loser:
            used += 1
            _renumber(tx, (union.survivor, number), (union.loser, -used))
            home[number] = (union.loser, used)
    for table, column in BY_HANDOFF:
        both = table.c.lead_id.in_([union.survivor, union.loser])
        tx.execute(update(table).where(both, column < 0).values({column.name: -column}))
    _part_links(tx, union, links, home)
    return went_on


def _part_links(tx: Tx, union: Union, links: Mapping[int, int | None], home: Mapping[int, tuple[LeadId, int]]) -> None:
    """A handoff names the one that it follows on by the number that it has now; one of somebody else's none."""
    for number, after in links.items():
        if after is not None:
            owner, now = home.get(number, (union.survivor, number))
            target, link = home.get(after, (union.survivor, after))
            point(tx, owner, {now: link if target == owner else None})


def _renumber(tx: Tx, before: tuple[LeadId, int], after: tuple[LeadId, int]) -> None:
    for table, column in BY_HANDOFF:
        this = (table.c.lead_id == before[0], column == before[1])
        tx.execute(update(table).where(*this).values({"lead_id": after[0], column.name: after[1]}))


def _opened_since(tx: Tx, union: Union, known: Collection[int]) -> list[int]:
    every = handoffs.all_of(tx, [union.survivor]).get(union.survivor, [])
    return [each.number for each in every if each.number not in known]


def _is_about(tx: Tx, lead_id: LeadId, number: int, ids: Collection[str]) -> bool:
    """Whether a handoff's task names one of these records and none else of the lead's."""
    keys = select(intent.c.key).where(intent.c.lead_id == lead_id, intent.c.handoff == number)
    rows = tx.execute(select(outbox.c.change).where(outbox.c.key.in_(keys))).scalars()
    return any(value in ids for change in rows for value in from_json(change)["values"].values())


def _part_standing(
    tx: Tx, union: Union, memory: Mapping[str, Any], current: Raw, *, went_on: LeadId, now: datetime
) -> set[LeadId]:
    """Both stand as they did; where the lead has moved on since, whose handoff went on stands where it stands now.

    Returns who stands as before.
    """
    ours, theirs, joined = ({**_UNKNOWN, **memory[name]} for name in ("ours", "theirs", "joined"))
    moved_on = any(current[name] != joined[name] for name in _STANDING)
    is_shown = all(current[name] == joined[name] for name in _SHOWN)
    before = {union.survivor: ours, union.loser: theirs}
    rows = []
    for number, row in before.items():
        standing = {name: current[name] for name in _STANDING} if moved_on and number == went_on else {}
        shown = {name: current[name] if number == union.survivor else None for name in _SHOWN}
        revision = max(row["revision"], current["revision"] if number == union.survivor else 0) + 1
        rows.append(
            {**row, **({} if is_shown else shown), **standing}
            | {"revision": revision, "due": True, "merged_into": None, "armed_at": to_micros(now)}
        )
    rawrows.put_back(tx, lead, rows)
    return set(before) - ({went_on} if moved_on else set())


def _reopen(
    tx: Tx, union: Union, ended: Sequence[Raw], as_before: Collection[LeadId], *, now: datetime
) -> tuple[Handoff, ...]:
    """Handoffs that the merge closed go on, where the lead stands as it did; their clocks stood still meanwhile."""
    stood_still = to_micros(now) - to_micros(union.at)
    found = []
    for row in ended:
        owner = LeadId(row["lead_id"])
        if owner not in as_before or handoffs.open_of(tx, [owner]):
            continue
        clocks = {name: row[name] + stood_still for name in ("touch_due_at", "outcome_due_at") if row[name] is not None}
        rawrows.put_back(tx, handoff, [{**row, **clocks}])
        found.append(handoffs.open_of(tx, [owner])[owner])
    return tuple(found)


def keep_apart(tx: Tx, one: LeadId, other: LeadId, *, by: str, now: datetime) -> None:
    """No key that both have now or come to have unites them again; only what their system does to them from now on."""
    keys = identity.keys_of(tx, [one, other])
    both = set(keys.get(one, ())) & set(keys.get(other, ()))
    known = [key.value for key in both if key.kind == "record"]
    unions.set_apart(tx, one, other, known=known, by=by, now=now)
