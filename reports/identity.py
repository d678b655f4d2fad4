"""Who is who, and why: a lead's records, the keys they claim, the unions that made it, and what looks doubtful."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.identity import Claim, Doubt, Tie
from domain.record import Record
from domain.values import LeadId, RecordRef
from mapping.identity import is_live
from mapping.recognition import parts_of
from store import duplicates, identity, records, unions
from store.engine import Tx
from store.unions import Union

EMAIL = "email"
_UNIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One lead. `parts`: its living records, in groups that have a key in common; `shared`: its keys that other leads
    have, too; `apart`: from whom a person keeps it."""

    lead: LeadId
    records: Sequence[Record]
    claims: Sequence[Claim]
    unions: Sequence[Union]
    parts: Sequence[tuple[RecordRef, ...]]
    shared: Mapping[str, Sequence[LeadId]]
    apart: Sequence[LeadId]
    doubts: Sequence[Doubt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`mailboxes`: addresses of several leads; `loose`: leads whose records have nothing in common any more."""

    mailboxes: Mapping[str, Sequence[LeadId]]
    loose: Mapping[LeadId, Sequence[tuple[RecordRef, ...]]]
    doubts: Sequence[Doubt]
    unions: Sequence[Union]


def show(tx: Tx, lead: LeadId) -> Standing:
    claims = identity.claims_of_leads(tx, [lead]).get(lead, [])
    theirs = records.of_leads(tx, [lead]).get(lead, [])
    made = unions.of_leads(tx, [lead])
    everybody = identity.claimants(tx, {identity.Key(*one.key) for one in claims if one.tie is Tie.EMAIL})
    shared = {key.value: _leads(found) for key, found in sorted(everybody.items()) if len(_leads(found)) > 1}
    return Standing(
        lead=lead,
        records=theirs,
        claims=claims,
        unions=made,
        parts=_parts(claims, theirs, made),
        shared=shared,
        apart=unions.kept_apart(tx, lead),
        doubts=unions.doubts_of(tx, lead),
    )


def overview(tx: Tx) -> Overview:
    """Looks at every lead with several records: not for a cycle."""
    shared = identity.shared(tx, EMAIL)
    return Overview(
        mailboxes={address: _leads(claims) for address, claims in shared.items()},
        loose=_loose(tx),
        doubts=unions.doubts(tx),
        unions=unions.newest(tx, _UNIONS),
    )


def _leads(claims: Iterable[Claim]) -> list[LeadId]:
    return sorted({one.lead_id for one in claims})


def _loose(tx: Tx) -> dict[LeadId, Sequence[tuple[RecordRef, ...]]]:
    several = duplicates.with_several_records(tx)
    claims = identity.claims_of_leads(tx, several)
    suspects = [lead for lead in several if len(parts_of(claims.get(lead, ()), _refs(claims.get(lead, ())))) > 1]
    theirs = records.of_leads(tx, suspects)
    made: dict[LeadId, list[Union]] = {}
    for union in unions.of_leads(tx, suspects):
        made.setdefault(union.survivor, []).append(union)
    parts = {lead: _parts(claims.get(lead, ()), theirs.get(lead, ()), made.get(lead, ())) for lead in suspects}
    return {lead: found for lead, found in parts.items() if len(found) > 1}


def _refs(claims: Iterable[Claim]) -> set[RecordRef]:
    return {one.ref for one in claims}


def _parts(claims: Iterable[Claim], theirs: Iterable[Record], made: Iterable[Union]) -> Sequence[tuple[RecordRef, ...]]:
    """Whom a person joined holds together by that word."""
    if any(each.tie is Tie.HAND and each.split_at is None for each in made):
        return [tuple(sorted(record.ref for record in theirs if is_live(record)))]
    living = {record.ref for record in theirs if is_live(record)}
    every = parts_of(claims, {record.ref for record in theirs})
    return [kept for part in every if (kept := tuple(ref for ref in part if ref in living))]
