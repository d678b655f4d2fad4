"""While no handoffs are made: keep who would have been handed off, and what today's process shows meanwhile.

It is for `leadloop compare` alone. Every value of a status or owner field is kept when it changes, not only those that
are taken for a sign today: whoever names other signs afterwards has the same days told by them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from config.mapping import Role
from domain.run import GoLive
from domain.stage import Cause
from store import watched
from store.engine import Tx
from store.watched import ForeseenHandoff, ShownValue
from sync.conclude import Conclusion
from sync.guard import Room
from sync.loop import InForce
from sync.material import Material

THEIRS = frozenset({Role.STATUS, Role.OWNER})


def watch(
    tx: Tx,
    room: Room,
    materials: Iterable[Material],
    *,
    saved: Sequence[Conclusion],
    held: Mapping[str, Sequence[Conclusion]],
    rules: InForce,
    now: datetime,
) -> None:
    """Keep what is to be compared of one batch; once everybody is handed off there is nothing to compare."""
    if room.go_live is GoLive.LIVE:
        return
    by_lead = {each.lead.id: each for each in materials}
    kept_back = held.get(room.go_live.value, ())
    crossed = [_foreseen(each, room.go_live, now=now) for each in kept_back if _would_open(each, by_lead[each.lead_id])]
    watched.note_foreseen(tx, crossed, since=room.step_since)
    shown = [value for each in saved for value in _shown(each, by_lead[each.lead_id], rules, now=now)]
    watched.note_shown(tx, shown)


def _would_open(conclusion: Conclusion, material: Material) -> bool:
    """Whether we ourselves would have handed the lead off: a person who does it is today's process."""
    decision = conclusion.decision
    if material.open_handoff is not None or not decision.handoffs or not decision.handoffs[-1].is_open:
        return False
    return not any(move.cause is Cause.PERSON for move in decision.transitions[:1])


def _foreseen(conclusion: Conclusion, step: GoLive, *, now: datetime) -> ForeseenHandoff:
    decision, score = conclusion.decision, conclusion.score
    moves, given = decision.transitions, decision.assignment
    return ForeseenHandoff(
        lead_id=conclusion.lead_id,
        at=now,
        step=step,
        score=score.engagement,
        band=score.band,
        fit_percent=score.fit_percent,
        why=conclusion.words,
        cause=moves[0].why if moves else decision.handoffs[-1].why,
        hand_raise=decision.hand_raise,
        owner=given.owner if given is not None else None,
        rule=given.rule if given is not None else None,
        rule_hash=score.rule_hash,
    )


def _shown(conclusion: Conclusion, material: Material, rules: InForce, *, now: datetime) -> Iterator[ShownValue]:
    """The status and owner fields in which something new was seen. A field that was always blank tells nothing."""
    changed_at = {record.ref: record.modified_at for record in material.records}
    for each in conclusion.agreed:
        if each.base is None or rules.fields.roles.get(each.property) not in THEIRS:
            continue
        before = material.bases.get((each.property, each.connection))
        if before is None and each.base.value is None:
            continue
        head = conclusion.heads.get(each.connection)
        yield ShownValue(
            lead_id=conclusion.lead_id,
            property=each.property,
            connection=each.connection,
            value=each.base.value,
            before=before.value if before is not None else None,
            is_first=before is None,
            at=min(changed_at.get(head, now) if head is not None else now, now),
            seen_at=now,
        )
