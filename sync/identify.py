"""Which lead a record belongs to: asked in the transaction that saves the record.

The identity table knows every key that ever led to a lead (record ids, our own key, links of
neighbours, e-mail addresses). A record whose keys lead nowhere founds a lead; keys that lead to
several unite them into the oldest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from config.mapping import MappingRules, System
from domain.record import Record
from domain.stage import Cause, Transition
from domain.values import LeadId, RecordRef, RuleHash
from handoff.routing import RoutingState
from mapping.addresses import company_domain
from mapping.identity import IdentityKey, KeyKind, keys_of, resolve
from store import handoffs, identity, leads, ledger, records
from store import installation as notebook
from store.engine import Tx


@dataclass(frozen=True, slots=True)
class Met:
    """A record and the keys it is recognised by, strongest first."""

    record: Record
    keys: tuple[IdentityKey, ...]


def identify(
    tx: Tx, changed: Sequence[Record], rules: MappingRules, *, rule_hash: RuleHash, now: datetime, armed_at: datetime
) -> set[LeadId]:
    """Give every person record its lead; returns the leads that this touched."""
    met = [Met(record, keys_of(record, system)) for record in changed if (system := _system(record, rules))]
    if not met:
        return set()
    stored = identity.find(tx, sorted({_plain(key) for one in met for key in one.keys}))
    known = {key: stored[_plain(key)] for one in met for key in one.keys if _plain(key) in stored}
    homes = _found_and_unite(tx, met, known, rule_hash=rule_hash, now=now, armed_at=armed_at)
    refs = {one.record.ref: homes[index] for index, one in enumerate(met)}
    records.assign(tx, refs)
    identity.claim(tx, {_plain(key): homes[index] for index, one in enumerate(met) for key in one.keys})
    _index(tx, met, rules)
    emails = {key.value: homes[i] for i, one in enumerate(met) for key in one.keys if key.kind is KeyKind.EMAIL}
    claimed = ledger.claim_unclaimed(tx, refs, emails)
    return set(homes) | claimed


def _plain(key: IdentityKey) -> tuple[str, str]:
    """A key as the store keeps it."""
    return (key.kind.value, key.value)


def _system(record: Record, rules: MappingRules) -> System | None:
    system = rules.systems.get(record.ref.connection)
    return system if system is not None and record.ref.object in system.people.objects else None


def _found_and_unite(
    tx: Tx,
    met: Sequence[Met],
    known: Mapping[IdentityKey, LeadId],
    *,
    rule_hash: RuleHash,
    now: datetime,
    armed_at: datetime,
) -> list[LeadId]:
    """Resolve record by record, so that the second of a pair in one page meets the first."""
    homes = dict(known)
    result: list[LeadId] = []
    moved: dict[LeadId, LeadId] = {}
    for one in met:
        matches = sorted({_follow(moved, lead) for lead in resolve(one.keys, homes)})
        if not matches:
            matches = [_found(tx, now=now, armed_at=armed_at)]
        survivor, *losers = matches
        for loser in losers:
            _unite(tx, survivor, loser, rule_hash, now=now)
            moved[loser] = survivor
        homes.update(dict.fromkeys(one.keys, survivor))
        result.append(survivor)
    return [_follow(moved, lead) for lead in result]


def _unite(tx: Tx, survivor: LeadId, loser: LeadId, rule_hash: RuleHash, *, now: datetime) -> None:
    """Two leads were one person all along; a stage that moves by it is a transition like any other."""
    merged = identity.merge(tx, survivor, loser, now=now)
    _clear_desks(tx, [each.owner for each in merged.closed])
    if merged.lead.stage is not merged.before:
        move = Transition(
            lead_id=survivor,
            at=now,
            before=merged.before,
            after=merged.lead.stage,
            cause=Cause.SYSTEM,
            why=f"united with lead {loser}: one person",
            rule_hash=rule_hash,
        )
        handoffs.save_transitions(tx, [move])


def _clear_desks(tx: Tx, owners: Sequence[str | None]) -> None:
    """A handoff that a merge closes no longer lies on its rep's desk."""
    state = RoutingState.from_json(handoffs.routing_state(tx))
    freed = reduce(RoutingState.took, owners, state)
    if freed != state:
        handoffs.save_routing_state(tx, freed.to_json())


def _follow(moved: Mapping[LeadId, LeadId], lead: LeadId) -> LeadId:
    while lead in moved:
        lead = moved[lead]
    return lead


def _found(tx: Tx, *, now: datetime, armed_at: datetime) -> LeadId:
    installation = notebook.get(tx, "installation_id") or "leadloop"
    return leads.create(tx, 1, now=now, armed_at=armed_at, installation=installation)[0].id


def _index(tx: Tx, met: Sequence[Met], rules: MappingRules) -> None:
    """Keep the way from an account to its people short: by the account they name and by the domain of their address."""
    free_mail = frozenset(rules.free_mail)
    values: dict[RecordRef, dict[str, str]] = {}
    for one in met:
        people, shown = rules.systems[one.record.ref.connection].people, one.record.values
        account = shown.get(people.account) if people.account else None
        domain = company_domain(str(shown.get(people.email) or ""), free_mail)
        named = {"account": account if isinstance(account, str) else "", "domain": domain or ""}
        values[one.record.ref] = {name: value for name, value in named.items() if value}
    records.index_many(tx, values)
