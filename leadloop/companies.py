"""Accounts for whoever reads: whose somebody is, who is near one, and which one a person means."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.mapping import MappingRules
from domain.account import Account
from domain.record import Record
from domain.values import LeadId, RecordRef
from mapping.addresses import website_domain
from mapping.identity import full_id, is_live
from reports.call_back import Desk
from store import ledger, records
from store.engine import Tx
from sync.accounts import accounts_of, deciders
from sync.companies import people_near
from sync.loop import InForce
from sync.material import Users, users


@dataclass(frozen=True, slots=True, kw_only=True)
class Companies:
    """By the rules in force, as the records stand now."""

    rules: MappingRules
    users: Users

    def of(self, tx: Tx, leads: Sequence[LeadId]) -> dict[LeadId, Account]:
        """The account of everybody who has one, with how sure it is."""
        people = records.of_leads(tx, leads)
        return accounts_of(tx, people, ledger.activities_of(tx, leads), self.rules, self.users.emails)

    def near(self, tx: Tx, account: RecordRef, also: Collection[RecordRef]) -> set[LeadId]:
        """Everybody whose account it may be, by index."""
        return people_near(tx, [account, *also], self.rules)

    def called(self, tx: Tx, text: str) -> list[tuple[RecordRef, str]]:
        """The living accounts with this id, this domain, or else this name, of the system that decides first.

        Names are in no index: they take one pass over the accounts, never over people.
        """
        for connection in deciders(self.rules):
            if found := self._in(tx, connection, text.strip()):
                return found
        return []

    def _in(self, tx: Tx, connection: str, text: str) -> list[tuple[RecordRef, str]]:
        words = self.rules.systems[connection].accounts
        if words is None or not text:
            return []
        ref = RecordRef(connection=connection, object=words.object, id=full_id(text))
        found: list[Record] = list(records.get(tx, [ref]).values())
        if not found and (domain := website_domain(text)):
            found = records.find(tx, connection, words.object, "domain", [domain]).get(domain, [])
        if not any(map(is_live, found)):
            every = records.of_object(tx, connection, words.object)
            found = [each for each in every if _said(each, words.name).casefold() == text.casefold()]
        return [(each.ref, _said(each, words.name)) for each in found if is_live(each)]


def _said(record: Record, name: str) -> str:
    return str(record.values.get(name) or "").strip()


def companies_of(tx: Tx, rules: InForce) -> Companies:
    return Companies(rules=rules.mapping, users=users(tx, rules.mapping))


def desk_of(companies: Companies, rules: InForce, *, now: datetime) -> Desk:
    """What the hot list looks with: the rules in force and who is who."""
    systems = rules.mapping.systems
    return Desk(
        scorer=rules.scorer,
        reasons=rules.reasons,
        reps=companies.users.reps,
        systems=tuple(sorted(systems, key=lambda name: (systems[name].tasks is None, name))),
        companies=companies,
        opted_out=rules.lifecycle.opted_out_property,
        now=now,
    )
