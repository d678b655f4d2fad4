"""The blast radius of field writes: what is too much waits in a frozen set, the other fields of the record go.

A pass looks at every lead first. Records with something to weigh are put off until the weight of each column is known,
so that a column that is held is held from its first write on; then they are planned once more, and judged.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import orjson

from config.settings import Settings
from domain.audit import LOOP
from domain.place import FieldOf, Place
from domain.radius import HeldStatus, HeldWrite, WriteClass
from domain.values import LeadId
from store import audit, blast, head_count, heldwrites
from store import installation as notebook
from store import rules as rule_store
from store.audit import AuditEntry
from store.chunks import chunks
from store.engine import Tx
from store.heldwrites import KeptWrite
from store.outbox import OutboxDraft
from sync.classes import Columns, Unsaved, know, suspects, weighed
from sync.loop import InForce
from sync.weighing import Scales, Weighed, Word, in_order

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
MOVED, ADDED = "moved_columns", "added_columns"
"""The notebook's pages with the fields that a property was moved to, or that came, by a publication."""
PORTION = 500
_EVERYTHING = "*"

_CAUSES = {
    WriteClass.DESTRUCTIVE: "would replace more of what people wrote than 24 hours may (blast_radius)",
    WriteClass.ADDITIVE: "would fill in more than 24 hours may (blast_radius)",
    WriteClass.SCORE: "more leads would show another band than 24 hours may bring (blast_radius)",
}


Kept: TypeAlias = Mapping[LeadId, Mapping[Place, KeptWrite]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The rules and limits by which the writes of a pass are judged."""

    columns: Columns
    since: datetime
    """When the rules in force were published."""
    scales: Scales
    unsaved: Unsaved | None = None

    def weigh(
        self, tx: Tx, drafts: Sequence[OutboxDraft], kept: Kept, *, now: datetime, first: int = 0
    ) -> dict[LeadId, Weighed]:
        """`first`: the number of the first of these drafts in the pass."""
        found = list(suspects(drafts, self.columns))
        known = know(tx, found, kept, self.unsaved, now=now)
        return weighed(found, known, drafts, since=self.since, now=now, first=first)


def gate(tx: Tx, settings: Settings, rules: InForce, *, now: datetime) -> Gate:
    """As it stands at the beginning of a pass: it takes a look at every lead."""
    version = rule_store.current(tx)
    limits = _limits(settings, head_count.about(tx, now=now))
    used = blast.written_since(tx, now - DAY)
    scales = Scales(
        limits=limits,
        left={kind: limits[kind] - used.get(kind, 0) for kind in WriteClass},
        waiting=heldwrites.open_columns(tx),
        hand_raises=settings.blast_radius.hand_raises_per_hour - blast.hand_raises_since(tx, now - HOUR),
        day=f"{now:%Y-%m-%d}",
    )
    columns = Columns.of(rules, moved=noted(tx, MOVED), added=noted(tx, ADDED))
    return Gate(columns=columns, since=version.published_at if version else now, scales=scales)


def _limits(settings: Settings, count: int) -> dict[WriteClass, int]:
    radius = settings.blast_radius
    destructive = max(radius.destructive.floor, int(count * radius.destructive.share_percent / 100))
    return {
        WriteClass.DESTRUCTIVE: min(destructive, radius.destructive.ceiling),
        WriteClass.ADDITIVE: max(radius.additive.floor, int(count * radius.additive.share_percent / 100)),
        WriteClass.SCORE: max(radius.score.floor, int(count * radius.score.band_change_percent / 100)),
    }


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What of some drafts may not go (`back`: draft → fields), what of it is to be held, what goes by approval."""

    back: dict[int, set[str]] = field(default_factory=dict)
    held: dict[str, list[HeldWrite]] = field(default_factory=dict)
    approved: list[tuple[Place, int]] = field(default_factory=list)

    def carried_out(self, drafts: Sequence[OutboxDraft], *, first: int = 0) -> list[OutboxDraft]:
        """The drafts without what may not go."""
        rest = (_less(draft, self.back.get(number, ())) for number, draft in enumerate(drafts, start=first))
        return [draft for draft in rest if draft is not None]


def verdict(found: Iterable[Weighed], scales: Scales | None) -> Verdict:
    """What people have said, and what the scales say about the rest; None: the rest is not asked about now."""
    told = Verdict()
    for lead in in_order(list(found)):
        for piece in lead.pieces:
            if piece.word is Word.APPROVED:
                told.approved.append((piece.write.place, piece.draft))
            elif piece.word in {Word.HELD, Word.DISCARDED}:
                told.back.setdefault(piece.draft, set()).add(piece.name)
        for name, pieces in (scales.hold(lead) if scales is not None else {}).items():
            told.held.setdefault(name, []).extend(piece.write for piece in pieces)
            for piece in pieces:
                told.back.setdefault(piece.draft, set()).add(piece.name)
    return told


def _less(draft: OutboxDraft, names: Collection[str]) -> OutboxDraft | None:
    """The write without these fields; None when that is all of it."""
    if not names:
        return draft
    change = draft.change
    values = {name: value for name, value in change.values.items() if name not in names}
    if not values:
        return None
    expected = {name: value for name, value in change.expected.items() if name in values}
    change = replace(change, values=values, expected=expected, guarded=change.guarded.intersection(values))
    return replace(draft, change=change, before={name: draft.before.get(name) for name in values})


@dataclass(slots=True, kw_only=True)
class Pass:
    """One pass over everything that is to be planned. `put_off`: leads with something to weigh."""

    settings: Settings
    put_off: dict[LeadId, bool] = field(default_factory=dict)
    _gate: Gate | None = None
    _rules: InForce | None = None

    def next(self, ids: Sequence[LeadId], limit: int) -> list[LeadId]:
        """Those of the leads that were not looked at yet."""
        return [lead for lead in ids if lead not in self.put_off][:limit]

    def order(self) -> list[LeadId]:
        """Who was put off: who asked to be called comes first."""
        return sorted(self.put_off, key=lambda lead: (not self.put_off[lead], lead))

    def goes_on_with(self, rules: InForce) -> bool:
        """Whether these are the rules that everything was weighed under."""
        return rules is self._rules

    def look(
        self, tx: Tx, ids: Sequence[LeadId], drafts: Sequence[OutboxDraft], rules: InForce, *, now: datetime
    ) -> list[OutboxDraft]:
        """What may go at once. Records with something to weigh are put on the scales, and their leads put off."""
        if self._gate is None or not self.goes_on_with(rules):
            self._gate, self._rules = gate(tx, self.settings, rules, now=now), rules
            self.put_off.clear()  # what was weighed under other rules is weighed again
        kept = heldwrites.of_leads(tx, ids)
        found = self._gate.weigh(tx, drafts, kept, now=now)
        _forget_unwished(tx, kept, found, now=now)
        later = {piece.draft for lead in found.values() for piece in lead.fresh}
        for lead in found.values():
            if lead.fresh:
                self._gate.scales.put(lead)
                self.put_off[lead.lead_id] = lead.hand_raise
        told = verdict(found.values(), None)
        told.back |= {number: {_EVERYTHING, *drafts[number].change.values} for number in later}
        heldwrites.used(tx, [at for at, number in told.approved if number not in later], now=now)
        return told.carried_out(drafts)

    def judge(
        self, tx: Tx, ids: Sequence[LeadId], drafts: Sequence[OutboxDraft], *, now: datetime
    ) -> list[OutboxDraft]:
        """What of those that were put off goes, now that everything is on the scales. The rest is held."""
        if self._gate is None:
            raise LookupError("nobody was looked at, so nobody was put off")
        kept = heldwrites.of_leads(tx, ids)
        found = self._gate.weigh(tx, drafts, kept, now=now)
        told = verdict(found.values(), self._gate.scales)
        held = {write.place for writes in told.held.values() for write in writes}
        fresh = {piece.write.place for lead in found.values() for piece in lead.fresh}
        _forget_unwished(tx, kept, found, fresh - held, now=now)
        hold(tx, told.held, self._gate.scales.limits, now=now)
        heldwrites.used(tx, [at for at, _ in told.approved], now=now)
        book(tx, self._gate.scales, now=now)
        return told.carried_out(drafts)


def _forget_unwished(
    tx: Tx, kept: Kept, found: Mapping[LeadId, Weighed], gone: Collection[Place] = (), *, now: datetime
) -> None:
    """Nobody is asked any more about what is wished no longer; `gone`: what is to be written after all."""
    wished = {piece.write.place for lead in found.values() for piece in lead.pieces}
    places = [
        place
        for known in kept.values()
        for place, each in known.items()
        if place in gone or (each.status is HeldStatus.OPEN and place not in wished)
    ]
    heldwrites.forget(tx, places, now=now)


def hold(tx: Tx, held: Mapping[str, Sequence[HeldWrite]], limits: Mapping[WriteClass, int], *, now: datetime) -> None:
    """Freeze these writes under their names; a set opens only by an approval."""
    about = {name: _about(writes, limits) for name, writes in held.items()}
    heldwrites.hold(tx, held, about=about, now=now)
    audit.append(
        tx,
        [
            AuditEntry(
                at=now, actor=LOOP, action=f"held in {name}: {len(writes)} fields", rule_hash=writes[0].rule_hash
            )
            for name, writes in sorted(held.items())
        ],
    )


def hold_planned(tx: Tx, settings: Settings, planned: Sequence[tuple[str, HeldWrite]], *, now: datetime) -> None:
    """Freeze what a plan said would be held."""
    held: dict[str, list[HeldWrite]] = {}
    for name, write in planned:
        held.setdefault(name, []).append(write)
    if held:
        hold(tx, held, _limits(settings, head_count.about(tx, now=now)), now=now)


def _about(writes: Sequence[HeldWrite], limits: Mapping[WriteClass, int]) -> dict[str, object]:
    kind = writes[0].kind
    return {
        "cause": _CAUSES[kind],
        "kind": kind.value,
        "limit": limits.get(kind),
        "rule_hash": writes[0].rule_hash,
    }


def book(tx: Tx, scales: Scales, *, now: datetime) -> None:
    """Count the leads that were let through since this was done last."""
    for kind, count in scales.taken.items():
        blast.count_writes(tx, kind, count, at=now)
    scales.taken.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What of one lead's plan goes, and what is held in which set."""

    changes: tuple[OutboxDraft, ...]
    held: tuple[tuple[str, HeldWrite], ...] = ()


def preview(
    tx: Tx, at: Gate, plans: Mapping[LeadId, Sequence[OutboxDraft]], unsaved: Unsaved, *, now: datetime
) -> dict[LeadId, Judged]:
    """What of these plans would go, and what would be held; nothing is saved. The scales tell then what it took."""
    at = replace(at, unsaved=unsaved)
    found: dict[LeadId, Weighed] = {}
    firsts: dict[LeadId, int] = {}
    count = 0
    for portion in chunks(plans, PORTION):
        drafts = [draft for lead in portion for draft in plans[lead]]
        found |= at.weigh(tx, drafts, heldwrites.of_leads(tx, portion), now=now, first=count)
        for lead in portion:
            firsts[lead] = count
            count += len(plans[lead])
    for each in found.values():
        at.scales.put(each)
    told = verdict(found.values(), at.scales)
    held: dict[LeadId, list[tuple[str, HeldWrite]]] = {}
    for name, writes in told.held.items():
        for write in writes:
            held.setdefault(write.lead_id, []).append((name, write))
    return {
        lead: Judged(changes=tuple(told.carried_out(drafts, first=firsts[lead])), held=tuple(held.get(lead, ())))
        for lead, drafts in plans.items()
    }


def allowed(
    tx: Tx, settings: Settings, rules: InForce, drafts: Sequence[OutboxDraft], *, now: datetime
) -> tuple[list[OutboxDraft], set[LeadId]]:
    """What of a plan there is still room for, and the leads of which something was kept back: the room is taken."""
    at = gate(tx, settings, rules, now=now)
    ids = sorted({draft.lead_id for draft in drafts if draft.lead_id is not None})
    found = at.weigh(tx, drafts, heldwrites.of_leads(tx, ids), now=now)
    for each in found.values():
        at.scales.put(each)
    told = verdict(found.values(), at.scales)
    heldwrites.used(tx, [place for place, _ in told.approved], now=now)
    book(tx, at.scales, now=now)
    return told.carried_out(drafts), {write.lead_id for writes in told.held.values() for write in writes}


def noted(tx: Tx, page: str) -> frozenset[FieldOf]:
    """The columns on a page of the notebook: see MOVED and ADDED."""
    return frozenset(FieldOf(**each) for each in orjson.loads(notebook.get(tx, page) or "[]"))
