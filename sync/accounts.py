"""The accounts of a batch of leads, in a handful of statements.

All that can be an account of theirs is read at once: what their records name (followed to who took its place), what
has the domain of an address, what those are linked with elsewhere. `mapping/account_match.py` chooses.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter

from config.conditions import compile_condition
from config.deals import Deals
from config.mapping import Accounts, MappingRules
from domain.account import Account, Certainty
from domain.activity import Activity
from domain.record import Record
from domain.values import LeadId, RecordRef, from_text
from handoff.air_cover import Cover, Standing
from mapping.account_match import AccountMatch, Candidate, Fact, match, tied
from mapping.addresses import website_domain
from mapping.employer import Employer, account_id, employer_of
from mapping.heads import touches
from mapping.identity import is_live
from store import colleagues, records
from store.engine import Tx

LOST = "lost"
"""Since when a deal is known as lost: kept with it as the moment in words."""
LINK = "link:"
"""By which an account is found that another tool links with one elsewhere: `link:salesforce` → the id there."""


CROWD = 200
"""So many accounts of one system at one domain: it is a host of web pages, and no company's own."""


def accounts_of(
    tx: Tx,
    people: Mapping[LeadId, Sequence[Record]],
    activities: Mapping[LeadId, Sequence[Activity]],
    rules: MappingRules,
    emails: Mapping[tuple[str, str], str],
    *,
    covers: Mapping[RecordRef, Cover] | None = None,
) -> dict[LeadId, Account]:
    """The account of every lead that has one. `emails`: (connection, user id) → the rep's e-mail. `covers`: the
    requests for air cover as they stand."""
    if not any(system.accounts for system in rules.systems.values()):
        return {}
    free_mail = frozenset(rules.free_mail)
    told = {
        lead: employer_of(rows, rules, free_mail=free_mail, touched=_touched(rows, activities.get(lead, ())))
        for lead, rows in people.items()
    }
    shared = frozenset(map(website_domain, rules.shared_domains))
    register = _Register(tx=tx, rules=rules, emails=emails, shared=shared, covers=covers or {})
    register.read(list(told.values()))
    return {lead: account for lead, each in told.items() if (account := register.account_of(each)) is not None}


def domain_of(record: Record, accounts: Accounts) -> str:
    """The domain that the account's web address stands for; empty where it has none."""
    website = record.values.get(accounts.domain)
    return website_domain(website) if isinstance(website, str) else ""


def crowded(tx: Tx, rules: MappingRules, domains: Collection[str], *, most: int = CROWD) -> frozenset[str]:
    """Those of the domains that nobody is told an account by: too many of one system have them."""
    systems = [(name, system.accounts) for name, system in rules.systems.items() if system.accounts is not None]
    found = (colleagues.crowded(tx, name, words.object, sorted(domains), most=most) for name, words in systems)
    return frozenset[str]().union(*found) if domains else frozenset()


def links_of(record: Record, rules: MappingRules) -> tuple[RecordRef, ...]:
    """The same account elsewhere, as another tool keeps it."""
    words = rules.systems[record.ref.connection].accounts
    found = []
    for name, target in words.links.items() if words is not None else ():
        connection, _, kind = target.partition(":")
        if value := account_id(record.values.get(name)):
            found.append(RecordRef(connection=connection, object=kind, id=value))
    return tuple(found)


def deciders(rules: MappingRules) -> list[str]:
    """The systems that know accounts, the one that decides first: where reps get their tasks, then where deals are."""
    known = ((name, system) for name, system in rules.systems.items() if system.accounts is not None)
    return [name for *_, name in sorted((one.tasks is None, one.deals is None, name) for name, one in known)]


def _touched(rows: Sequence[Record], done: Sequence[Activity]) -> Mapping[RecordRef, datetime] | None:
    """Only where a system has several records of the person does it matter whom the reps deal with."""
    return touches(done) if len({row.ref.connection for row in rows}) < len(rows) else None


def is_lost(deal: Record, words: Deals) -> bool:
    return is_live(deal) and deal.values.get(words.closed) is True and deal.values.get(words.won) is not True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deals:
    """What an account's deals come to. `lost_at`: when we saw the last one that was lost, `lost_reason`: its reason."""

    open: int = 0
    won: int = 0
    lost_at: datetime | None = None
    lost_reason: str | None = None


def _told_of(deals: Sequence[Record], words: Deals, lost_at: Mapping[RecordRef, str]) -> _Deals:
    living = [each for each in deals if is_live(each)]
    lost = [(from_text(lost_at[each.ref]), each.ref, each) for each in living if each.ref in lost_at]
    at, _, last = max(lost, default=(None, None, None), key=lambda one: one[:2])
    reason = last.values.get(words.lost_reason) if last is not None and words.lost_reason is not None else None
    return _Deals(
        open=sum(each.values.get(words.closed) is not True for each in living),
        won=sum(each.values.get(words.won) is True for each in living),
        lost_at=at,
        lost_reason=str(reason) if reason is not None else None,
    )


@dataclass(slots=True, kw_only=True)
class _Register:
    """The accounts that a batch may belong to. Whoever tells the same of their company has the same account.

    `heirs`: account → the living one that has its place. `accounts`: as they would be nobody's yet.
    """

    tx: Tx
    rules: MappingRules
    emails: Mapping[tuple[str, str], str]
    heirs: dict[RecordRef, RecordRef] = field(default_factory=dict)
    by_domain: dict[str, list[RecordRef]] = field(default_factory=dict)
    linked_by: dict[tuple[str, str], list[RecordRef]] = field(default_factory=dict)
    accounts: dict[RecordRef, Account] = field(default_factory=dict)
    candidates: dict[RecordRef, Candidate] = field(default_factory=dict)
    matched: dict[Employer, Account | None] = field(default_factory=dict)
    people: dict[RecordRef, int] = field(default_factory=dict)
    touched: dict[RecordRef, datetime | None] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    covers: Mapping[RecordRef, Cover] = field(default_factory=dict)

    def read(self, told: Sequence[Employer]) -> None:
        """Everything that `account_of` will need of these, but for what tells equals apart."""
        order = deciders(self.rules)
        found = self._living({ref for each in told for ref in each.named})
        theirs = {domain for each in told for domain in each.domains}
        theirs |= {domain for each in found.values() if (domain := self._domain(each))}
        domains = sorted(theirs - crowded(self.tx, self.rules, theirs))
        for connection in order if domains else ():
            found |= {record.ref: record for record in self._at(connection, domains)}
        found |= self._living({ref for record in found.values() for ref in links_of(record, self.rules)} - found.keys())
        for connection in order:
            found |= {record.ref: record for record in self._linked_with(connection, list(found))}
        for place, connection in enumerate(order):
            self._enter([each for ref, each in found.items() if ref.connection == connection], connection, place=place)

    def _living(self, refs: Collection[RecordRef]) -> dict[RecordRef, Record]:
        """The records, or what has taken their place; what was deleted or never read is left out."""
        known: dict[RecordRef, Record] = {}
        ahead = set(refs)
        while ahead:
            met = records.get(self.tx, ahead)
            known |= met
            ahead = {each.merged_into for each in met.values() if each.merged_into is not None} - known.keys()
        ends = {ref: end for ref in refs if (end := _end(ref, known)) is not None}
        self.heirs |= {ref: end.ref for ref, end in ends.items()}
        return {end.ref: end for end in ends.values()}

    def _at(self, connection: str, domains: Collection[str]) -> Iterable[Record]:
        words = self.rules.systems[connection].accounts
        rows = records.find(self.tx, connection, words.object, "domain", domains) if words is not None else {}
        for domain, found in rows.items():
            living = [each for each in found if is_live(each)]
            self.by_domain.setdefault(domain, []).extend(each.ref for each in living)
            yield from living

    def _linked_with(self, connection: str, refs: Sequence[RecordRef]) -> Iterator[Record]:
        """The accounts of a system that lead to one of these."""
        words = self.rules.systems[connection].accounts
        for target in sorted({each.partition(":")[0] for each in words.links.values()}) if words is not None else ():
            ids = sorted(ref.id for ref in refs if ref.connection == target)
            rows = records.find(self.tx, connection, words.object, LINK + target, ids) if words is not None else {}
            for linked_id, found in rows.items():
                living = [each for each in found if is_live(each)]
                self.linked_by.setdefault((target, linked_id), []).extend(each.ref for each in living)
                yield from living

    def _domain(self, record: Record) -> str:
        words = self.rules.systems[record.ref.connection].accounts
        return domain_of(record, words) if words is not None else ""

    def _enter(self, found: Sequence[Record], connection: str, *, place: int) -> None:
        """Note what these accounts of one system are worth knowing for."""
        words = self.rules.systems[connection].accounts
        if words is None or not found:
            return
        is_house = compile_condition(words.house, subject="account") if words.house is not None else None
        deals = self._deals(connection, {record.ref.id for record in found})
        for record in found:
            told = deals.get(record.ref.id, _Deals())
            cover = self.covers.get(record.ref)
            account = Account(
                ref=record.ref,
                name=str(record.values.get(words.name) or ""),
                certainty=Certainty.LIKELY,
                owner=self._owner(record, words),
                is_house=is_house is not None and is_house(record.values),
                is_customer=words.type is not None and record.values.get(words.type) in words.customer_values,
                is_partner=words.type is not None and record.values.get(words.type) in words.partner_values,
                territory=_territory(record, words),
                open_deals=told.open,
                won_deals=told.won,
                lost_at=told.lost_at,
                lost_reason=told.lost_reason,
                covered_until=cover.until if cover is not None and cover.standing is Standing.COVERED else None,
                cover_turns_at=cover.turns_at if cover is not None else None,
            )
            self.accounts[record.ref] = account
            self.candidates[record.ref] = Candidate(
                ref=record.ref,
                name=account.name,
                precedence=place,
                domain=domain_of(record, words),
                links=frozenset(self.heirs.get(ref, ref) for ref in links_of(record, self.rules)),
                has_open_deal=told.open > 0,
                is_customer=account.is_customer or told.won > 0,
            )

    def _owner(self, record: Record, words: Accounts) -> str | None:
        owner = record.values.get(words.owner) if words.owner else None
        return self.emails.get((record.ref.connection, str(owner))) if owner else None

    def _deals(self, connection: str, accounts: Collection[str]) -> dict[str, "_Deals"]:
        """By account id."""
        words = self.rules.systems[connection].deals
        if words is None:
            return {}
        rows = records.find(self.tx, connection, words.object, "account", sorted(accounts))
        lost = [each.ref for deals in rows.values() for each in deals if is_lost(each, words)]
        lost_at = records.indexed(self.tx, lost, LOST) if lost else {}
        return {account: _told_of(deals, words, lost_at) for account, deals in rows.items()}

    def account_of(self, told: Employer) -> Account | None:
        employer = replace(told, named=self._now(told.named))
        if employer not in self.matched:
            found = self._match(employer)
            self.matched[employer] = self._account(found) if found is not None else None
        return self.matched[employer]

    def _now(self, named: Sequence[RecordRef]) -> tuple[RecordRef, ...]:
        """Of each system the first that still lives."""
        found: dict[str, RecordRef] = {}
        for ref in named:
            if ref in self.heirs:
                found.setdefault(ref.connection, self.heirs[ref])
        return tuple(found.values())

    def _match(self, employer: Employer) -> AccountMatch | None:
        domains = (*employer.domains, *(self.candidates[ref].domain for ref in employer.named))
        refs = dict.fromkeys((*employer.named, *(ref for each in domains for ref in self.by_domain.get(each, ()))))
        linked = (ref for each in refs for ref in self._linked(each))
        candidates = [self.candidates[ref] for ref in dict.fromkeys((*refs, *linked))]
        return match(employer, self._weighed(employer, candidates), shared=self.shared)

    def _linked(self, account: RecordRef) -> Iterator[RecordRef]:
        yield from (ref for ref in self.candidates[account].links if ref in self.candidates)
        yield from self.linked_by.get((account.connection, account.id), ())

    def _weighed(self, employer: Employer, candidates: list[Candidate]) -> list[Candidate]:
        """With what has to be counted, for those that nothing else tells apart."""
        if len({each.precedence for each in candidates}) == len(candidates):
            return candidates
        if level := tied(employer, candidates, Fact.PEOPLE, shared=self.shared):
            self._count([ref for ref in level if ref not in self.people])
            candidates = [replace(each, people=self.people.get(each.ref, 0)) for each in candidates]
            level = tied(employer, candidates, Fact.TOUCH, shared=self.shared)
            self._look_for_touches([ref for ref in level if ref not in self.touched])
            candidates = [replace(each, touched_at=self.touched.get(each.ref)) for each in candidates]
        return candidates

    def _count(self, level: Collection[RecordRef]) -> None:
        """How many people name each of these."""
        self.people |= dict.fromkeys(level, 0)
        for ref, kind, ids in _asked(level, self.rules):
            for account, count in colleagues.count(self.tx, ref.connection, kind, ids).items():
                self.people[replace(ref, id=account)] += count

    def _look_for_touches(self, level: Collection[RecordRef]) -> None:
        """When a rep last did something with one of the people of each."""
        self.touched |= dict.fromkeys(level)
        for ref, kind, ids in _asked(level, self.rules):
            for account, at in colleagues.last_touched(self.tx, ref.connection, kind, ids).items():
                place = replace(ref, id=account)
                self.touched[place] = max(at, self.touched[place] or at)

    def _account(self, found: AccountMatch) -> Account:
        """With what is known of the same company elsewhere. A deal may stand in both systems: it counts once."""
        own, *also = (self.accounts[ref] for ref in (found.ref, *found.also))
        every = (own, *also)
        is_house = any(each.is_house for each in every)
        owner = next((each.owner for each in every if each.owner is not None), None)
        _, lost = max(((each.lost_at, each) for each in every if each.lost_at), key=itemgetter(0), default=(None, own))
        return replace(
            own,
            certainty=found.certainty,
            why=found.why,
            owner=None if is_house else owner,
            is_house=is_house,
            is_customer=any(each.is_customer for each in every),
            is_partner=any(each.is_partner for each in every),
            territory=next((each.territory for each in every if each.territory is not None), None),
            open_deals=max(each.open_deals for each in every),
            won_deals=max(each.won_deals for each in every),
            lost_at=lost.lost_at,
            lost_reason=lost.lost_reason,
            covered_until=max((each.covered_until for each in every if each.covered_until), default=None),
            cover_turns_at=min((each.cover_turns_at for each in every if each.cover_turns_at), default=None),
            also=found.also,
            rivals=found.rivals,
        )


def _end(ref: RecordRef, known: Mapping[RecordRef, Record]) -> Record | None:
    """The living record at the end of a chain of merges; None where there is none, or it leads in a circle."""
    seen: set[RecordRef] = set()
    record = known.get(ref)
    while record is not None and record.merged_into is not None and record.ref not in seen:
        seen.add(record.ref)
        record = known.get(record.merged_into)
    return record if record is not None and is_live(record) else None


def _territory(record: Record, words: Accounts) -> str | None:
    said = record.values.get(words.territory) if words.territory is not None else None
    return str(said).strip() or None if said is not None else None


def _asked(level: Collection[RecordRef], rules: MappingRules) -> Iterator[tuple[RecordRef, str, list[str]]]:
    """Any of these accounts of one system, the objects of people that may name them, and their ids."""
    for ref in list(level)[:1]:
        people = rules.systems[ref.connection].people
        for kind in people.objects if people.account is not None else ():
            yield ref, kind, sorted(each.id for each in level)
