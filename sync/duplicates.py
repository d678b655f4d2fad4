"""A person's word on leads that are likely one person: they are one, or they are not, and either can be taken back.

Uniting leads merges no records of a vendor: the records of one lead share one score, on its heads, and one handoff.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.identity import Tie
from domain.values import LeadId, RuleHash
from mapping.duplicates import group_name
from store import audit, group_words, leads, unions, unmerging
from store.audit import AuditEntry
from store.engine import Tx
from store.group_words import Spoken, Word
from store.unions import Union
from sync.loop import Loop
from sync.uniting import part, unite


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of a word: whether it was followed, and the sentence for who said it."""

    ok: bool
    words: str


def confirm(loop: Loop, ids: Collection[LeadId], *, by: str, now: datetime) -> Heard:
    """They are one person: one lead from now on, the eldest's."""
    name = group_name(ids)
    with loop.store.write(loop.epoch) as tx:
        found = leads.get(tx, ids)
        if found.keys() != set(ids):
            return Heard(ok=False, words=f"{name} is not what it was: its leads were united otherwise meanwhile.")
        rules = loop.in_force(tx)
        eldest, *others = sorted(found)
        for other in others:
            unite(tx, eldest, other, rules.hash, now=now, tie=Tie.HAND, by=by)
        _say(tx, name, Word.CONFIRMED, found, by=by, now=now)
        _audit(tx, found, f"confirmed as one person: {name}", by=by, now=now)
    united = ", ".join(map(str, others))
    return Heard(ok=True, words=f"{name}: one person. What was lead {united} belongs to lead {eldest} now.")


def dismiss(tx: Tx, ids: Collection[LeadId], *, by: str, now: datetime) -> Heard:
    """They are different people: not shown again while these are the members."""
    name = group_name(ids)
    _say(tx, name, Word.DISMISSED, ids, by=by, now=now)
    _audit(tx, ids, f"dismissed as different people: {name}", by=by, now=now)
    return Heard(ok=True, words=f"{name}: different people. It is not shown again unless its members change.")


def reopen(loop: Loop, name: str, *, by: str, now: datetime) -> Heard:
    """Take back what was said of a group: it is shown again, and who was united by it is parted."""
    with loop.store.write(loop.epoch) as tx:
        spoken = group_words.get(tx, [name]).get(name)
        if spoken is None:
            return Heard(ok=False, words=f"{name}: nobody confirmed or dismissed it.")
        made = _made_by(tx, spoken)
        hindrance = _hindrance(tx, made)
        if hindrance is not None:
            return Heard(ok=False, words=f"{name} stays one lead. {hindrance}")
        _part(tx, made, loop.in_force(tx).hash, by=by, now=now)
        group_words.take_back(tx, [name])
        _audit(tx, spoken.leads, f"open again: {name}", by=by, now=now)
    if not made:
        return Heard(ok=True, words=f"{name} is open again.")
    again = ", ".join(str(each.loser) for each in reversed(made))
    return Heard(
        ok=True, words=f"{name} is open again. Lead {again} is a lead of its own, with what came to its records."
    )


def _made_by(tx: Tx, spoken: Spoken) -> list[Union]:
    """The unions that this word made and nobody has split since, newest first."""
    if spoken.word is not Word.CONFIRMED:
        return []
    return [
        each
        for each in unions.of_leads(tx, spoken.leads)
        if each.tie is Tie.HAND and each.at == spoken.said_at and each.split_at is None
        if {each.survivor, each.loser} <= set(spoken.leads)
    ]


def _hindrance(tx: Tx, made: Sequence[Union]) -> str | None:
    """Why they cannot be parted: all of them are, or none. Each of the others is hindered by the newer ones alone."""
    for each in made:
        if not each.is_kept or each is made[0]:
            words = unmerging.hindrance(tx, each)
            if words is not None:
                return words
        if (now_part_of := leads.survivor(tx, each.survivor)) != each.survivor:
            return f"Lead {each.survivor} is part of lead {now_part_of} by now: split that first."
    return None


def _part(tx: Tx, made: Sequence[Union], rule_hash: RuleHash, *, by: str, now: datetime) -> None:
    for each in made:
        part(tx, each, rule_hash, by=by, now=now)


def _say(tx: Tx, name: str, word: Word, ids: Collection[LeadId], *, by: str, now: datetime) -> None:
    group_words.say(tx, Spoken(name=name, word=word, leads=tuple(sorted(ids)), said_by=by, said_at=now))


def _audit(tx: Tx, ids: Collection[LeadId], action: str, *, by: str, now: datetime) -> None:
    audit.append(tx, [AuditEntry(at=now, actor=by, action=action, lead_id=lead) for lead in sorted(ids)])
