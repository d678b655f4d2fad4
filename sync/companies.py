"""Whom news of an account or of a deal concerns: people who name the account, and people of its e-mail domain.

Both are found by index (`sync/identify.py` keeps the people's part of it), never by looking at everybody.
"""

from collections.abc import Collection, Sequence
from itertools import chain

from config.mapping import MappingRules, System
from connectors.contract import Holds
from domain.record import Record
from domain.values import LeadId, RecordRef
from store import records
from store.engine import Tx


def keep_company(tx: Tx, changed: Collection[Record], holds: Holds, rules: MappingRules) -> set[LeadId]:
    """Index accounts by domain and deals by account; returns the people they concern."""
    accounts = []
    for record in changed:
        system = rules.systems.get(record.ref.connection)
        if system is None:
            continue
        if holds is Holds.ACCOUNTS and system.accounts is not None:
            _index(tx, record, _domain(record, system))
            accounts.append(record.ref)
        elif system.deals is not None and system.accounts is not None:
            account = record.values.get(system.deals.account)
            if isinstance(account, str) and account:
                records.index_values(tx, record.ref, {"account": account})
                accounts.append(RecordRef(connection=record.ref.connection, object=system.accounts.object, id=account))
    return _by_name(tx, accounts, rules) | _by_domain(tx, accounts, rules)


def _index(tx: Tx, account: Record, domain: str) -> None:
    """Let the account be found by its domain; one that was deleted is nobody's any more."""
    if account.archived:
        records.drop_index(tx, [account.ref])
    elif domain:
        records.index_values(tx, account.ref, {"domain": domain})


def _domain(account: Record, system: System) -> str:
    domain = account.values.get(system.accounts.domain) if system.accounts is not None else None
    return host(domain) if isinstance(domain, str) else ""


def host(website: str) -> str:
    """`https://www.Acme.example/x` and `acme.example` are both `acme.example`."""
    bare = website.strip().lower().split("://")[-1].split("/")[0].split(":")[0]
    return bare.removeprefix("www.")


def _by_name(tx: Tx, accounts: Sequence[RecordRef], rules: MappingRules) -> set[LeadId]:
    """The leads whose person records name one of these accounts."""
    by_connection: dict[str, list[str]] = {}
    for ref in accounts:
        by_connection.setdefault(ref.connection, []).append(ref.id)
    found: set[LeadId] = set()
    for connection, ids in by_connection.items():
        found |= _people(tx, connection, rules.systems[connection], "account", ids)
    return found


def _by_domain(tx: Tx, accounts: Sequence[RecordRef], rules: MappingRules) -> set[LeadId]:
    """The leads of any system whose address is at the domain of one of these accounts."""
    stored = records.get(tx, set(accounts)).values()
    domains = {domain for record in stored if (domain := _domain(record, rules.systems[record.ref.connection]))}
    found: set[LeadId] = set()
    for connection, system in rules.systems.items() if domains else ():
        found |= _people(tx, connection, system, "domain", sorted(domains))
    return found


def _people(tx: Tx, connection: str, system: System, name: str, values: Sequence[str]) -> set[LeadId]:
    refs: list[RecordRef] = []
    for person in system.people.objects:
        rows = records.find(tx, connection, person, name, values)
        refs += [record.ref for record in chain.from_iterable(rows.values())]
    return set(records.lead_of(tx, refs).values())
