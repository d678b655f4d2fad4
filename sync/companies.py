"""Whom news of an account or of a deal concerns: people who name the account, and people of its e-mail domain.

Both are found by index (`sync/identify.py` keeps the people's part of it), never by looking at everybody. What an
account or a deal was before concerns people, too: those who lose it. And so does what may be the same account in
another system: whose account that is may have this one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from config.mapping import MappingRules, System
from connectors.contract import Holds
from domain.record import Record
from domain.values import LeadId, RecordRef, to_text
from mapping.employer import account_id
from mapping.identity import is_live
from store import records
from store.engine import Tx
from sync.accounts import CROWD, LINK, LOST, crowded, domain_of, is_lost, links_of
from sync.air_cover import note_requests

HEIR = "heir"
"""By which an account is found that was merged into another."""


def keep_company(
    tx: Tx, changed: Collection[Record], holds: Holds, rules: MappingRules, *, now: datetime
) -> set[LeadId]:
    """Index accounts by domain and deals by account; returns the people they concern."""
    found: set[LeadId] = set()
    for connection in sorted({record.ref.connection for record in changed} & rules.systems.keys()):
        system = rules.systems[connection]
        shown = [record for record in changed if record.ref.connection == connection]
        if system.accounts is not None and holds is Holds.ACCOUNTS:
            found |= _keep_accounts(tx, shown, rules)
            found |= people_near(tx, note_requests(tx, shown, system.accounts, now=now), rules)
        elif system.accounts is not None and system.deals is not None:
            found |= _keep_deals(tx, shown, system, rules, now=now)
    return found


def people_near(tx: Tx, accounts: Collection[RecordRef], rules: MappingRules) -> set[LeadId]:
    """Everybody whose account one of these may be: who names it, and who has its domain. `accounts_of` tells which."""
    found: set[LeadId] = set()
    for connection in sorted({ref.connection for ref in accounts} & rules.systems.keys()):
        refs = [ref for ref in accounts if ref.connection == connection]
        shown = list(records.get(tx, refs).values())
        found |= _concerned(tx, refs, rules, domains=_domains(shown, rules), linked=_links(shown, rules))
    return found


def _keep_accounts(tx: Tx, shown: Sequence[Record], rules: MappingRules) -> set[LeadId]:
    """An account that is gone is found by nothing any more, and leads to who took its place."""
    refs = [record.ref for record in shown]
    before = records.indexed(tx, refs, "domain")
    linked = {
        (target, each)
        for target in _link_targets(rules.systems[shown[0].ref.connection])
        for each in records.indexed(tx, refs, LINK + target).values()
    }
    records.index_many(tx, {record.ref: _index_of(record, rules) for record in shown})
    linked |= _links(shown, rules)
    return _concerned(tx, refs, rules, domains={*before.values(), *_domains(shown, rules)}, linked=linked)


def _index_of(account: Record, rules: MappingRules) -> dict[str, str]:
    linked = {LINK + target: "" for target in _link_targets(rules.systems[account.ref.connection])}
    if not is_live(account):
        return {"domain": "", HEIR: account.merged_into.id if account.merged_into is not None else "", **linked}
    linked |= {LINK + ref.connection: ref.id for ref in links_of(account, rules)}
    return {"domain": "".join(_domains([account], rules)), HEIR: "", **linked}


def _link_targets(system: System) -> set[str]:
    """The systems that its accounts may be linked with."""
    return {each.partition(":")[0] for each in system.accounts.links.values()} if system.accounts is not None else set()


def _links(accounts: Iterable[Record], rules: MappingRules) -> set[tuple[str, str]]:
    """(connection, id) of what another tool says is the same account."""
    return {(ref.connection, ref.id) for each in accounts for ref in links_of(each, rules)}


def _domains(accounts: Iterable[Record], rules: MappingRules) -> set[str]:
    found = ((each, rules.systems[each.ref.connection].accounts) for each in accounts)
    return {domain for each, words in found if words is not None and (domain := domain_of(each, words))}


def _keep_deals(tx: Tx, shown: Sequence[Record], system: System, rules: MappingRules, *, now: datetime) -> set[LeadId]:
    """A deal concerns the people of its account, and of the one that it was taken from. When it was first seen as lost
    is kept with it: whoever edits it later tells no news."""
    words, accounts = system.deals, system.accounts
    if words is None or accounts is None:
        return set()
    connection, refs = shown[0].ref.connection, [record.ref for record in shown]
    before = records.indexed(tx, refs, "account")
    told = {record.ref: record.values.get(words.account) for record in shown}
    accounts_now = {ref: account_id(value) for ref, value in told.items()}
    since = records.indexed(tx, refs, LOST)
    lost = {each.ref: since.get(each.ref, to_text(now)) if is_lost(each, words) else "" for each in shown}
    records.index_many(tx, {ref: {"account": value, LOST: lost[ref]} for ref, value in accounts_now.items()})
    ids = sorted({*before.values(), *filter(None, accounts_now.values())})
    theirs = [RecordRef(connection=connection, object=accounts.object, id=each) for each in ids]
    stored = records.get(tx, theirs).values()
    return _concerned(tx, theirs, rules, domains=_domains(stored, rules), linked=_links(stored, rules))


def _concerned(
    tx: Tx,
    accounts: Sequence[RecordRef],
    rules: MappingRules,
    *,
    domains: Collection[str],
    linked: Collection[tuple[str, str]],
) -> set[LeadId]:
    """The people of these accounts of one system, and of what may be the same elsewhere."""
    found: set[LeadId] = set()
    if not accounts:
        return found
    own, ids = accounts[0].connection, sorted(each.id for each in accounts)
    by_domain = sorted(set(domains) - crowded(tx, rules, domains, most=CROWD + len(accounts)))  # before and after it
    for connection, system in rules.systems.items():
        same = set(ids)
        if connection != own:
            same = {each for target, each in linked if target == connection}
            same |= _counterparts(tx, connection, system, {LINK + own: ids, "domain": by_domain})
        found |= _by_name(tx, connection, system, same)
        found |= _people(tx, connection, system, "domain", by_domain)
    return found


def _counterparts(tx: Tx, connection: str, system: System, known_by: Mapping[str, Sequence[str]]) -> set[str]:
    """The accounts of a system that are found by one of these values: name of the index → values."""
    if system.accounts is None:
        return set()
    found = (records.find(tx, connection, system.accounts.object, name, values) for name, values in known_by.items())
    return {record.ref.id for each in found for rows in each.values() for record in rows}


def _by_name(tx: Tx, connection: str, system: System, ids: Collection[str]) -> set[LeadId]:
    """The leads whose person records name one of these accounts, or one that was merged into it."""
    every, ahead = set(ids), set(ids)
    while ahead and system.accounts is not None:
        former = chain(*records.find(tx, connection, system.accounts.object, HEIR, sorted(ahead)).values())
        ahead = {record.ref.id for record in former} - every
        every |= ahead
    return _people(tx, connection, system, "account", sorted(every))


def _people(tx: Tx, connection: str, system: System, name: str, values: Sequence[str]) -> set[LeadId]:
    refs: list[RecordRef] = []
    for person in system.people.objects if values else ():
        rows = records.find(tx, connection, person, name, values)
        refs += [record.ref for record in chain(*rows.values())]
    return set(records.lead_of(tx, refs).values())
