"""Whose a record is: who else claims the keys that it carries, and how much that means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from domain.identity import STRONGEST, Claim, Tie
from domain.record import Record
from domain.values import LeadId, RecordRef
from mapping.identity import IdentityKey, KeyKind, is_erased, is_live, is_replaced
from mapping.mailboxes import Mailboxes, are_different, are_same, have_nothing_in_common

Name = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A record as it was just read: the keys it carries and why each is good, and the words of its person's name."""

    record: Record
    ties: Mapping[IdentityKey, Tie]
    name: Name

    @property
    def ref(self) -> RecordRef:
        return self.record.ref

    def claims(self, before: Iterable[tuple[IdentityKey, Tie]]) -> dict[IdentityKey, Tie]:
        """What it claims from now on. What took its place is found by all it was ever known by; what was erased is
        known by nothing but itself."""
        if is_erased(self.record):
            return {key: tie for key, tie in self.ties.items() if tie.is_certain}
        return {**dict(before), **self.ties} if is_replaced(self.record) else dict(self.ties)


@dataclass(slots=True, kw_only=True)
class Circle:
    """Who claims what, as a page goes along. `names`: those of living claimants, where they may matter.

    More claimants than one person has records share a mailbox, whatever they are called.
    """

    desks: Mailboxes
    most: int
    names: dict[RecordRef, Name] = field(default_factory=dict)
    _claims: dict[IdentityKey, dict[RecordRef, tuple[LeadId, Tie]]] = field(default_factory=dict)

    def add(self, claims: Iterable[Claim]) -> None:
        for one in claims:
            key = IdentityKey(kind=KeyKind(one.kind), value=one.value)
            self._claims.setdefault(key, {})[one.ref] = (one.lead_id, one.tie)

    def leads(self) -> set[LeadId]:
        """Whose claims are known."""
        return {lead for claims in self._claims.values() for lead, _ in claims.values()}

    def place(self, met: Met, lead: LeadId) -> None:
        """The record is this lead's from now on."""
        for key, tie in met.ties.items():
            self._claims.setdefault(key, {})[met.ref] = (lead, tie)
        if is_live(met.record):
            self.names[met.ref] = met.name

    def strangers(self, page: Iterable[Met]) -> set[RecordRef]:
        """The claimants whose names matter to somebody on this page and are not known yet."""
        found: set[RecordRef] = set()
        for met in page:
            for key in met.ties:
                others = self._claims.get(key, {}) if key.kind is KeyKind.EMAIL else {}
                found.update(others if len(others) <= self.most else ())
        return found - self.names.keys()

    def matches(self, met: Met) -> dict[LeadId, Tie]:
        """The leads that it has a key in common with, and the strongest such tie."""
        found: dict[LeadId, Tie] = {}
        for key, own in met.ties.items():
            for lead, theirs in self._heard(met, key):
                tie = _joint(own, theirs)
                if lead not in found or STRONGEST[tie] < STRONGEST[found[lead]]:
                    found[lead] = tie
        return found

    def _heard(self, met: Met, key: IdentityKey) -> Iterable[tuple[LeadId, Tie]]:
        claims = self._claims.get(key, {})
        if len(claims) - (met.ref in claims) >= self.most and key.kind is KeyKind.EMAIL:
            return ()
        others = {ref: claim for ref, claim in claims.items() if ref != met.ref}
        if key.kind is not KeyKind.EMAIL or not others:
            return others.values()
        if self._is_shared(met, key.value, others):
            return [claim for ref, claim in others.items() if are_same(met.name, self.names.get(ref, ()))]
        unlike = {
            lead for ref, (lead, _) in others.items() if have_nothing_in_common(met.name, self.names.get(ref, ()))
        }
        return [(lead, tie) for lead, tie in others.values() if lead not in unlike]

    def _is_shared(self, met: Met, address: str, others: Iterable[RecordRef]) -> bool:
        """Whether it is a desk's, or two people of one system have it who are not called the same."""
        by_object: dict[tuple[str, str], list[Name]] = {(met.ref.connection, met.ref.object): [met.name]}
        for ref in others:
            by_object.setdefault((ref.connection, ref.object), []).append(self.names.get(ref, ()))
        return self.desks.is_desk(address) or any(
            are_different(*pair) for names in by_object.values() for pair in combinations(names, 2)
        )


def _joint(own: Tie, theirs: Tie) -> Tie:
    """How two records hold together that carry one key: by what is least the record's own."""
    for tie in (Tie.SYSTEM, Tie.LINK):
        if tie in (own, theirs):
            return tie
    return own if own is not Tie.SELF else theirs


def parts_of(claims: Iterable[Claim], among: Iterable[RecordRef]) -> list[tuple[RecordRef, ...]]:
    """The records of a lead, in groups that have a key in common: one group where all hold together.

    Our own key does not count: it says only that we took them for one.
    """
    keys: dict[RecordRef, set[tuple[str, str]]] = {ref: set() for ref in sorted(among)}
    for one in claims:
        if one.ref in keys and one.tie is not Tie.LEAD_KEY:
            keys[one.ref].add(one.key)
    parts: list[set[RecordRef]] = []
    for ref, own in keys.items():
        near = [part for part in parts if any(own & keys[each] for each in part)]
        parts = [part for part in parts if part not in near] + [{ref}.union(*near)]
    return sorted(tuple(sorted(part)) for part in parts)
