"""Which lead a record belongs to: asked in the transaction that saves the record.

A record claims keys: itself, ids that lead to it, our own key, links of neighbours, e-mail addresses; what it shows no
more it gives back. One whose keys lead nowhere founds a lead; keys that lead to several unite them into the oldest,
within limits where nobody but a common key says so. A record that shows the keys it had is where it was: most records
of most pages, which cost one statement between them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.mapping import MappingRules, System
from config.settings import DestructiveLimit
from domain.identity import STRONGEST, Cause, Claim, Doubt, Tie
from domain.record import Record
from domain.values import LeadId, RecordRef, RuleHash
from mapping.addresses import company_domain
from mapping.employer import account_id
from mapping.identity import IdentityKey, KeyKind, is_erased, is_live, record_key, ties_of
from mapping.mailboxes import Mailboxes, name_fields, words_of_name
from mapping.recognition import Circle, Met
from store import audit, head_count, identity, leads, ledger, records, restored, unions
from store.audit import AuditEntry
from store.engine import Tx
from store.identity import Key
from sync.uniting import installation_of, unite

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What every record of a page is identified under. `limit`: on unions in 24 hours; None: no limit yet."""

    rule_hash: RuleHash
    now: datetime
    armed_at: datetime
    limit: DestructiveLimit | None = None


def identify(
    tx: Tx,
    changed: Sequence[Record],
    rules: MappingRules,
    *,
    rule_hash: RuleHash,
    now: datetime,
    armed_at: datetime,
    limit: DestructiveLimit | None = None,
) -> set[LeadId]:
    """Give every person record its lead; returns the leads that this touched."""
    page = _met(changed, rules)
    if not page:
        return set()
    desks = Mailboxes(rules.identity)
    claimed = identity.claims_of(tx, [met.ref for met in page])
    homes = {met.ref: home for met in page if (home := _home(met, claimed.get(met.ref, {}))) is not None}
    fresh = [met for met in page if _is_news(met, claimed.get(met.ref, {}), desks)]
    touched: set[LeadId] = set()
    if fresh:
        moment = Moment(rule_hash=rule_hash, now=now, armed_at=armed_at, limit=limit)
        meeting = _gather(tx, fresh, homes, rules, moment)
        for met in fresh:
            meeting.place(met)
        homes = meeting.save(claimed)
        touched = _waiting(tx, fresh, homes)
    _index(tx, page, rules)
    return {homes[met.ref] for met in page} | touched


def _met(changed: Iterable[Record], rules: MappingRules) -> list[Met]:
    fields = name_fields(rules)
    return [
        Met(record=record, ties=ties_of(record, system), name=words_of_name(record, fields))
        for record in changed
        if (system := _system(record, rules))
    ]


def _system(record: Record, rules: MappingRules) -> System | None:
    system = rules.systems.get(record.ref.connection)
    return system if system is not None and record.ref.object in system.people.objects else None


def _home(met: Met, claims: Mapping[Key, Claim]) -> LeadId | None:
    own = claims.get(_plain(record_key(met.ref)))
    return own.lead_id if own is not None else None


def _is_news(met: Met, claims: Mapping[Key, Claim], desks: Mailboxes) -> bool:
    """Whether it has to be looked at. Who shares a desk's address may have got a name, which changes what it means."""
    if {key: claim.tie for key, claim in claims.items()} != {_plain(key): tie for key, tie in met.ties.items()}:
        return True
    return any(key.kind is KeyKind.EMAIL and desks.is_desk(key.value) for key in met.ties)


def _plain(key: IdentityKey) -> Key:
    """A key as the store keeps it."""
    return Key(key.kind.value, key.value)


def _gather(
    tx: Tx, fresh: Sequence[Met], homes: dict[RecordRef, LeadId], rules: MappingRules, moment: Moment
) -> "_Meeting":
    """Who else claims the keys of these records, what they are called, and how many records they have."""
    most = rules.identity.max_records
    circle = Circle(desks=Mailboxes(rules.identity), most=most)
    others = identity.claimants(tx, {_plain(key) for met in fresh for key in met.ties})
    circle.add(claim for claims in others.values() for claim in claims)
    circle.add(
        _our_own(tx, {key.value for met in fresh for key in met.ties if key.kind is KeyKind.LEAD_KEY}, others, moment)
    )
    fields = name_fields(rules)
    for ref, record in records.get(tx, circle.strangers(fresh)).items():
        circle.names[ref] = words_of_name(record, fields) if is_live(record) else ()
    around = circle.leads()
    sizes = identity.sizes(tx, around) if around else {}
    return _Meeting(tx=tx, circle=circle, homes=homes, sizes=sizes, most=most, moment=moment)


def _our_own(tx: Tx, keys: Collection[str], claimed: Mapping[Key, object], moment: Moment) -> Iterator[Claim]:
    """Leads whose key stands on a record for the first time: one that we created and that is read before we hear so."""
    unclaimed = [key for key in keys if Key(KeyKind.LEAD_KEY.value, key) not in claimed]
    for key, lead in leads.by_key(tx, unclaimed).items():
        yield Claim(
            kind=KeyKind.LEAD_KEY.value,
            value=key,
            ref=RecordRef(connection="", object="", id=key),
            lead_id=leads.survivor(tx, lead.id),
            tie=Tie.LEAD_KEY,
            since=moment.now,
        )


@dataclass(slots=True, kw_only=True)
class _Meeting:
    """A page's records on their way to their leads, one after the other, so that the second of a pair meets the first.

    Leads that are founded on the way have numbers below nought until all are known.
    """

    tx: Tx
    circle: Circle
    homes: dict[RecordRef, LeadId]
    sizes: dict[LeadId, int]
    most: int
    moment: Moment
    page: list[Met] = field(default_factory=list)
    founded: int = 0
    moved: dict[LeadId, LeadId] = field(default_factory=dict)
    joined: dict[RecordRef, Tie] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    room: int | None = None

    def place(self, met: Met) -> None:
        """Give it its lead, and unite with that whoever else it is."""
        ties = self._ties(met)
        home = self.homes.get(met.ref)
        home = None if home is None else self._follow(home)
        if home is None:
            home = self._join(met, ties)
            self.sizes[home] = self.sizes.get(home, 0) + is_live(met.record)
        for lead, tie in _strongest_first(ties):
            if (other := self._follow(lead)) != home:
                home = self._unite(home, other, tie, met)
        self.homes[met.ref] = home
        self.circle.place(met, home)
        self.page.append(met)

    def _ties(self, met: Met) -> dict[LeadId, Tie]:
        found: dict[LeadId, Tie] = {}
        for lead, tie in self.circle.matches(met).items():
            end = self._follow(lead)
            found[end] = min(tie, found.get(end, tie), key=STRONGEST.__getitem__)
        return found

    def _join(self, met: Met, ties: Mapping[LeadId, Tie]) -> LeadId:
        """The lead it holds to most and that has room for it; else one of its own."""
        for lead, tie in _strongest_first(ties):
            if tie.is_certain or self.sizes.get(lead, 0) < self.most:
                self.joined[met.ref] = tie
                return lead
        self.founded += 1
        return LeadId(-self.founded)

    def _unite(self, home: LeadId, other: LeadId, tie: Tie, met: Met) -> LeadId:
        """One lead of two, where nothing speaks against it; returns where the record is now."""
        cause = self._against(home, other, tie, met)
        if cause is not None:
            doubt = Doubt(one=home, other=other, tie=tie, cause=cause, since=self.moment.now)
            self.doubts += [] if cause is Cause.APART else [doubt]
            return home
        survivor, loser = sorted((home, other), key=_age)
        if loser > 0:
            unite(self.tx, survivor, loser, self.moment.rule_hash, now=self.moment.now, tie=tie)
            self.room = self.room if tie.is_certain or self.room is None else self.room - 1
        else:
            self.joined |= {ref: tie for ref, lead in self.homes.items() if self._follow(lead) == loser}
        self.moved[loser] = survivor
        self.sizes[survivor] = self.sizes.get(survivor, 0) + self.sizes.pop(loser, 0)
        return survivor

    def _against(self, home: LeadId, other: LeadId, tie: Tie, met: Met) -> Cause | None:
        known = unions.apart(self.tx, home, other) if min(home, other) > 0 else None
        if known is not None and not (tie is Tie.SYSTEM and self._is_new_to(known, met)):
            return Cause.APART
        if tie.is_certain:
            return None
        if self.sizes.get(home, 0) + self.sizes.get(other, 0) > self.most:
            return Cause.TOO_MANY
        return Cause.ROOM if min(home, other) > 0 and not self._has_room() else None

    def _is_new_to(self, known: Collection[str], met: Met) -> bool:
        """Whether its system says more than it had said when a person split the two."""
        return any(tie is Tie.SYSTEM and key.value not in known for key, tie in met.ties.items())

    def _has_room(self) -> bool:
        if self.moment.limit is None:
            return True
        if self.room is None:
            limit = self.moment.limit
            share = int(head_count.about(self.tx, now=self.moment.now) * limit.share_percent / 100)
            used = unions.guessed_since(self.tx, self.moment.now - DAY)
            self.room = min(max(limit.floor, share), limit.ceiling) - used
        return self.room > 0

    def _follow(self, lead: LeadId) -> LeadId:
        while lead in self.moved:
            lead = self.moved[lead]
        return lead

    def save(self, claimed: Mapping[RecordRef, Mapping[Key, Claim]]) -> dict[RecordRef, LeadId]:
        """Found the leads that are new, and keep where every record is, what it claims, and why."""
        tx, now = self.tx, self.moment.now
        numbers = self._found()
        homes = {ref: numbers.get(end := self._follow(lead), end) for ref, lead in self.homes.items()}
        placed = {met.ref: homes[met.ref] for met in self.page if _home(met, claimed.get(met.ref, {})) is None}
        records.assign(tx, placed)
        fresh: list[Claim] = []
        gone: list[Claim] = []
        for met in self.page:
            before = claimed.get(met.ref, {})
            wanted = met.claims((_key(key), claim.tie) for key, claim in before.items())
            fresh += [
                _claim(met.ref, key, tie, homes[met.ref], now)
                for key, tie in wanted.items()
                if (known := before.get(_plain(key))) is None or known.tie is not tie
            ]
            gone += [claim for key, claim in before.items() if _key(key) not in wanted]
        identity.release(tx, gone)
        identity.claim(tx, fresh)
        unions.forget(tx, [homes[met.ref] for met in self.page if is_erased(met.record)])
        self._save_doubts(numbers)
        self._note_joined(homes)
        return homes

    def _save_doubts(self, numbers: Mapping[LeadId, LeadId]) -> None:
        """Of pairs that are still two in the end."""
        found = []
        for doubt in self.doubts:
            one, other = (numbers.get(end := self._follow(each), end) for each in (doubt.one, doubt.other))
            found += [replace(doubt, one=one, other=other)] if one != other else []
        unions.save_doubts(self.tx, found)

    def _note_joined(self, homes: Mapping[RecordRef, LeadId]) -> None:
        entries = [
            AuditEntry(
                at=self.moment.now,
                actor=unions.LOOP,
                action=f"joined the lead: {tie.words}",
                connection=ref.connection,
                object=ref.object,
                record_id=ref.id,
                lead_id=homes[ref],
                rule_hash=self.moment.rule_hash,
            )
            for ref, tie in self.joined.items()
        ]
        audit.append(self.tx, entries)

    def _found(self) -> dict[LeadId, LeadId]:
        wanted = sorted({end for lead in self.homes.values() if (end := self._follow(lead)) < 0}, key=_age)
        if not wanted:
            return {}
        made = leads.create(
            self.tx,
            len(wanted),
            now=self.moment.now,
            armed_at=self.moment.armed_at,
            installation=installation_of(self.tx),
            keys=self._had(wanted),
        )
        return dict(zip(wanted, [lead.id for lead in made], strict=True))

    def _had(self, wanted: Sequence[LeadId]) -> dict[int, str]:
        """Keys that leads were given between a backup and its restore: what was created for them has them in its
        own, so that under another one everything would be created once more."""
        places, found = {lead: place for place, lead in enumerate(wanted)}, dict[int, str]()
        for met in self.page:
            place = places.get(self._follow(self.homes[met.ref]))
            for key in sorted(key.value for key in met.ties if key.kind is KeyKind.LEAD_KEY):
                if place is not None and key not in found.values() and restored.is_ours(self.tx, key):
                    found.setdefault(place, key)
        known = leads.by_key(self.tx, found.values())
        return {place: key for place, key in found.items() if key not in known}


def _strongest_first(ties: Mapping[LeadId, Tie]) -> list[tuple[LeadId, Tie]]:
    return sorted(ties.items(), key=lambda pair: (STRONGEST[pair[1]], _age(pair[0])))


def _age(lead: LeadId) -> tuple[bool, int]:
    """The oldest first; those that are founded on this page are younger than all others."""
    return (lead < 0, abs(lead))


def _key(key: Key) -> IdentityKey:
    return IdentityKey(kind=KeyKind(key.kind), value=key.value)


def _claim(ref: RecordRef, key: IdentityKey, tie: Tie, lead: LeadId, since: datetime) -> Claim:
    return Claim(kind=key.kind.value, value=key.value, ref=ref, lead_id=lead, tie=tie, since=since)


def _waiting(tx: Tx, fresh: Sequence[Met], homes: Mapping[RecordRef, LeadId]) -> set[LeadId]:
    """What people did before anybody knew who they are."""
    refs = {met.ref: homes[met.ref] for met in fresh}
    emails = {key.value: homes[met.ref] for met in fresh for key in met.ties if key.kind is KeyKind.EMAIL}
    return ledger.claim_unclaimed(tx, refs, emails)


def _index(tx: Tx, page: Sequence[Met], rules: MappingRules) -> None:
    """Keep the way from an account to its people short: by the account they name and by the domain of their address."""
    free_mail = frozenset(rules.free_mail)
    values: dict[RecordRef, dict[str, str]] = {}
    for met in page:
        people, shown = rules.systems[met.ref.connection].people, met.record.values
        account = account_id(shown.get(people.account)) if people.account else ""
        domain = company_domain(str(shown.get(people.email) or ""), free_mail)
        values[met.ref] = {"account": account, "domain": domain or ""}
    records.index_many(tx, values)
