"""Everything the pure floors need to know about a batch of leads, read in a handful of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.mapping import MappingRules, System
from domain.activity import Activity
from domain.decision import Desired, Membership
from domain.handoff import Assignment, Handoff, Rep
from domain.lead import Account, Fact, Lead
from domain.record import Record
from domain.run import GoLive
from domain.values import LeadId, RecordRef
from mapping.addresses import company_domain
from mapping.agreement import Base
from store import bases, desired, handoffs, held, leads, ledger, records
from store.engine import Tx
from sync.firstday import went_live_at

EARLIER_STEPS = frozenset(step.value for step in GoLive if step is not GoLive.LIVE)
"""Held sets of those who crossed while no handoffs were made for them."""
BASELINE = "baseline"
"""The held set of those who stood above the line on the first day; released by the day."""
METERED = EARLIER_STEPS | {BASELINE}
"""Backlogs: once approved they go by the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One lead with all that belongs to it. `handoffs` by number; `approved`: a held crossing was let through."""

    lead: Lead
    records: Sequence[Record] = ()
    facts: Sequence[Fact] = ()
    activities: Sequence[Activity] = ()
    handoffs: Sequence[Handoff] = ()
    bases: Mapping[tuple[str, str], Base] = field(default_factory=dict)
    desired: Sequence[Desired] = ()
    memberships: Sequence[tuple[str, Membership, bool | None]] = ()
    account: Account | None = None
    assignment: Assignment | None = None
    """How the open handoff last found its rep."""
    is_new: bool = False
    """To be given its first stage: never decided since the baseline stands."""
    at_baseline: bool = False
    """Met before the baseline stood: what stands in its fields is history, not an answer to us."""
    approved: bool = False

    @property
    def open_handoff(self) -> Handoff | None:
        last = self.handoffs[-1] if self.handoffs else None
        return last if last is not None and last.is_open else None


def gather(tx: Tx, ids: Sequence[LeadId], rules: MappingRules, users: "Users", *, now: datetime) -> list[Material]:
    """The material of these leads, in the order asked; ids that no longer are leads are left out."""
    found = leads.get(tx, ids)
    order = [each for each in ids if each in found]
    their_records = records.of_leads(tx, order)
    their_facts = ledger.facts_of(tx, order)
    their_activities = ledger.activities_of(tx, order)
    their_handoffs = handoffs.all_of(tx, order)
    their_bases = bases.bases_of(tx, order)
    their_desired = desired.of_leads(tx, order)
    their_memberships = desired.memberships_of(tx, order)
    their_assignments = handoffs.assignments_of(tx, order)
    accounts = _accounts(tx, their_records, rules, users)
    approved = held.approved(tx, order, now=now, metered=METERED)
    new = leads.never_scored(tx, order)
    went_live = went_live_at(tx)
    return [
        Material(
            lead=found[each],
            records=their_records.get(each, ()),
            facts=their_facts.get(each, ()),
            activities=their_activities.get(each, ()),
            handoffs=their_handoffs.get(each, ()),
            bases={
                key: Base(value=b[0], vendor_form=b[1], learnt=b[2]) for key, b in their_bases.get(each, {}).items()
            },
            desired=their_desired.get(each, ()),
            memberships=their_memberships.get(each, ()),
            account=accounts.get(each),
            assignment=their_assignments[each][-1] if their_assignments.get(each) else None,
            is_new=each in new and went_live is not None,
            at_baseline=went_live is None or (each in new and found[each].stage_since <= went_live),
            approved=each in approved,
        )
        for each in order
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """The people and queues of every connection, both ways round."""

    reps: Mapping[str, Rep]
    emails: Mapping[tuple[str, str], str]
    """(connection, user id) → e-mail."""
    ids: Mapping[tuple[str, str], str]
    """(connection, e-mail) → user id."""


def users(tx: Tx, rules: MappingRules) -> Users:
    """Read reps from the user records of every connection; the e-mail is what they share."""
    seen: dict[str, list[tuple[str, Record]]] = {}
    for connection, system in rules.systems.items():
        if system.users is None:
            continue
        for record in records.of_object(tx, connection, system.users.object):
            email = str(record.values.get(system.users.email) or "").lower()
            if email:
                seen.setdefault(email, []).append((connection, record))
    reps = {email: _rep(email, found, rules) for email, found in seen.items()}
    ids = {(connection, email): record.ref.id for email, found in seen.items() for connection, record in found}
    return Users(reps=reps, ids=ids, emails={(c, user_id): email for (c, email), user_id in ids.items()})


def _rep(email: str, found: Sequence[tuple[str, Record]], rules: MappingRules) -> Rep:
    """Active only where every system that says so agrees: somebody who left one of them has left."""
    active = available = True
    name = email.partition("@")[0]
    for connection, record in found:
        words = rules.systems[connection].users
        if words is None:
            continue
        active &= not record.archived and (words.active is None or record.values.get(words.active) is not False)
        available &= words.available is None or record.values.get(words.available) is not False
        name = str(record.values.get(words.name) or name) if words.name else name
    user_ids = tuple(sorted((connection, record.ref.id) for connection, record in found))
    return Rep(email=email, name=name, active=active, available=available, user_ids=user_ids)


def _accounts(
    tx: Tx, people: Mapping[LeadId, Sequence[Record]], rules: MappingRules, users: Users
) -> dict[LeadId, Account]:
    """The account a person record names; else the one account whose domain is the person's own."""
    found: dict[LeadId, Account] = {}
    domains = _domains(people, rules)
    for connection, system in rules.systems.items():
        if system.accounts is not None:
            chosen = _account_records(tx, people, connection, system, domains)
            deals = _deals_of(tx, connection, system, {record.ref.id for record in chosen.values()})
            for lead, record in chosen.items():
                found.setdefault(lead, _account(record, system, deals.get(record.ref.id, ()), users))
    return found


def _account_records(
    tx: Tx,
    people: Mapping[LeadId, Sequence[Record]],
    connection: str,
    system: System,
    domains: Mapping[LeadId, str],
) -> dict[LeadId, Record]:
    """Lead → account record of one connection; a domain that several accounts share says nothing."""
    if system.accounts is None:
        return {}
    kind = system.accounts.object
    named = _named_accounts(people, connection, system.people.account)
    refs = {lead: RecordRef(connection=connection, object=kind, id=account) for lead, account in named.items()}
    stored = records.get(tx, set(refs.values()))
    likely = records.find(tx, connection, kind, "domain", sorted(set(domains.values())))
    found = {lead: stored[ref] for lead, ref in refs.items() if ref in stored and not stored[ref].archived}
    for lead, domain in domains.items():
        candidates = likely.get(domain, [])
        if lead not in found and len(candidates) == 1:
            found[lead] = candidates[0]
    return found


def _named_accounts(
    people: Mapping[LeadId, Sequence[Record]], connection: str, field_name: str | None
) -> dict[LeadId, str]:
    if field_name is None:
        return {}
    return {
        lead: str(record.values[field_name])
        for lead, rows in people.items()
        for record in rows
        if record.ref.connection == connection and not record.archived and record.values.get(field_name)
    }


def _domains(people: Mapping[LeadId, Sequence[Record]], rules: MappingRules) -> dict[LeadId, str]:
    free_mail = frozenset(rules.free_mail)
    found: dict[LeadId, str] = {}
    for lead, rows in people.items():
        for record in rows:
            system = rules.systems.get(record.ref.connection)
            address = record.values.get(system.people.email) if system else None
            domain = company_domain(str(address), free_mail) if address else None
            if domain:
                found.setdefault(lead, domain)
    return found


def _deals_of(tx: Tx, connection: str, system: System, accounts: set[str]) -> dict[str, list[Record]]:
    if system.deals is None or not accounts:
        return {}
    return records.find(tx, connection, system.deals.object, "account", sorted(accounts))


def _account(record: Record, system: System, deals: Sequence[Record], users: Users) -> Account:
    words, deal = system.accounts, system.deals
    values = record.values
    live = [row for row in deals if not row.archived]
    owner = values.get(words.owner) if words and words.owner else None
    kind = values.get(words.type) if words and words.type else None
    return Account(
        ref=record.ref,
        name=str(values.get(words.name) or "") if words else "",
        owner=users.emails.get((record.ref.connection, str(owner))) if owner else None,
        is_customer=bool(words and kind in words.customer_values),
        open_deals=sum(1 for row in live if deal and row.values.get(deal.closed) is not True),
        won_deals=sum(1 for row in live if deal and row.values.get(deal.won) is True),
        values=values,
    )
