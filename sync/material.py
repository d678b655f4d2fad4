"""Everything the pure floors need to know about a batch of leads, read in a handful of statements."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules
from domain.account import Account
from domain.activity import Activity
from domain.decision import Desired, Membership
from domain.evidence import Evidence
from domain.handoff import Assignment, Handoff, Rep
from domain.lead import Fact, Lead
from domain.notice import Pressed
from domain.record import Record
from domain.run import GoLive
from domain.values import LeadId
from handoff.earshot import Earshot
from handoff.lifecycle import BEFORE_SALES
from mapping.agreement import Base
from store import bases, desired, evidence, first_stages, handoffs, held, leads, ledger, presses, records, restored
from store.engine import Tx
from sync.accounts import accounts_of
from sync.air_cover import covers_now
from sync.firstday import went_live_at
from sync.hearing import earshot

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
    unagreed: Set[tuple[str, str]] = frozenset()
    """Where something was agreed once and nothing is any more: two leads that differed became one."""
    desired: Sequence[Desired] = ()
    memberships: Sequence[tuple[str, Membership, bool | None]] = ()
    account: Account | None = None
    assignment: Assignment | None = None
    """How the open handoff last found its rep."""
    evidence: Sequence[Evidence] = ()
    """What histories told of its sides, and what they are still to be asked."""
    is_new: bool = False
    """To be given its first stage: never decided since the baseline stands."""
    is_provisional: bool = False
    """Of a new lead: it has a stage, and only from a baseline that was not confirmed."""
    stands_as_found: bool = False
    """Its stage is the one that the baseline read off its fields: nothing has moved it since."""
    at_baseline: bool = False
    """Met before the baseline stood: what stands in its fields is history, not an answer to us."""
    approved: bool = False
    presses: Sequence[Pressed] = ()
    """What was answered by a button and not heard yet."""
    is_after_restore: bool = False
    """A backup was put back not long ago: the systems may show what we decided and do not know of."""
    numbers_from: int = 1
    """The least number of its next handoff."""

    @property
    def open_handoff(self) -> Handoff | None:
        last = self.handoffs[-1] if self.handoffs else None
        return last if last is not None and last.is_open else None


def gather(
    tx: Tx,
    ids: Sequence[LeadId],
    rules: MappingRules,
    users: "Users",
    *,
    now: datetime,
    lifecycle: LifecycleRules | None = None,
) -> list[Material]:
    """The material of these leads, in the order asked; ids that no longer are leads are left out.

    `lifecycle`: without it nobody has air cover, for whoever looks at something else.
    """
    found = leads.get(tx, ids)
    order = [each for each in ids if each in found]
    told = _told(tx, order)
    covers = covers_now(tx, rules, lifecycle, now=now) if lifecycle is not None else {}
    accounts = accounts_of(tx, told.records, told.activities, rules, users.emails, covers=covers)
    approved = held.approved(tx, order, now=now, metered=METERED)
    new, went_live = leads.never_scored(tx, order), went_live_at(tx)
    put_back = restored.last(tx)
    in_sales = (each for each in order if found[each].stage not in BEFORE_SALES)
    provisional = first_stages.provisional(tx, [each for each in in_sales if not told.handoffs.get(each)])
    return [
        Material(
            lead=found[each],
            records=told.records.get(each, ()),
            facts=told.facts.get(each, ()),
            activities=told.activities.get(each, ()),
            handoffs=told.handoffs.get(each, ()),
            bases={key: base for key, base in told.bases.get(each, {}).items() if base is not None},
            unagreed=frozenset(key for key, base in told.bases.get(each, {}).items() if base is None),
            desired=told.desired.get(each, ()),
            memberships=told.memberships.get(each, ()),
            account=accounts.get(each),
            assignment=told.assignments[each][-1] if told.assignments.get(each) else None,
            is_new=each in new and went_live is not None,
            is_provisional=each in new and each in provisional,
            stands_as_found=each in provisional,
            at_baseline=went_live is None or (each in new and found[each].stage_since <= went_live),
            approved=each in approved,
            evidence=told.evidence.get(each, ()),
            presses=told.presses.get(each, ()),
            is_after_restore=put_back is not None and put_back.is_recent(now),
            numbers_from=1 if put_back is None else put_back.numbers_from(found[each].key, _newest(told, each)),
        )
        for each in order
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is written down of a batch, by lead."""

    records: Mapping[LeadId, Sequence[Record]]
    facts: Mapping[LeadId, Sequence[Fact]]
    activities: Mapping[LeadId, Sequence[Activity]]
    handoffs: Mapping[LeadId, Sequence[Handoff]]
    bases: Mapping[LeadId, Mapping[tuple[str, str], Base | None]]
    desired: Mapping[LeadId, Sequence[Desired]]
    memberships: Mapping[LeadId, Sequence[tuple[str, Membership, bool | None]]]
    assignments: Mapping[LeadId, Sequence[Assignment]]
    evidence: Mapping[LeadId, Sequence[Evidence]]
    presses: Mapping[LeadId, Sequence[Pressed]]


def _told(tx: Tx, ids: Sequence[LeadId]) -> _Told:
    return _Told(
        records=records.of_leads(tx, ids),
        facts=ledger.facts_of(tx, ids),
        activities=ledger.activities_of(tx, ids),
        handoffs=handoffs.all_of(tx, ids),
        bases={lead: dict(_bases(rows)) for lead, rows in bases.all_of(tx, ids).items()},
        desired=desired.of_leads(tx, ids),
        memberships=desired.memberships_of(tx, ids),
        assignments=handoffs.assignments_of(tx, ids),
        evidence=evidence.of_leads(tx, ids),
        presses=presses.unheard_of(tx, ids),
    )


def _newest(told: _Told, lead: LeadId) -> datetime | None:
    return max((each.occurred_at for each in told.activities.get(lead, ())), default=None)


def _bases(rows: Mapping[tuple[str, str], bases.Base | None]) -> Iterator[tuple[tuple[str, str], Base | None]]:
    for key, kept in rows.items():
        yield key, Base(value=kept[0], vendor_form=kept[1], learnt=kept[2]) if kept is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """The people and queues of every connection, both ways round."""

    reps: Mapping[str, Rep]
    emails: Mapping[tuple[str, str], str]
    """(connection, user id) → e-mail."""
    ids: Mapping[tuple[str, str], str]
    """(connection, e-mail) → user id."""
    earshot: Earshot = field(default_factory=Earshot)
    """How far they were heard."""


def users(tx: Tx, rules: MappingRules) -> Users:
    """Read reps from the user records of every connection; the e-mail is what they share.

    A system may have several users of one e-mail, as after somebody came back: the active one is them.
    """
    seen: dict[str, dict[str, list[Record]]] = {}
    for connection, system in rules.systems.items():
        if system.users is None:
            continue
        known_as = {here.casefold(): there.casefold() for here, there in system.users.known_as.items()}
        for record in records.of_object(tx, connection, system.users.object):
            here = str(record.values.get(system.users.email) or "").casefold()
            if here:
                seen.setdefault(known_as.get(here, here), {}).setdefault(connection, []).append(record)
    chosen = {
        email: [(connection, _best(several, rules)) for connection, several in found.items()]
        for email, found in seen.items()
    }
    return Users(
        reps={email: _rep(email, found, seen[email], rules) for email, found in chosen.items()},
        ids={(connection, email): record.ref.id for email, found in chosen.items() for connection, record in found},
        emails={
            (record.ref.connection, record.ref.id): email
            for email, found in seen.items()
            for several in found.values()
            for record in several
        },
        earshot=earshot(tx, rules),
    )


def _best(several: Sequence[Record], rules: MappingRules) -> Record:
    return min(several, key=lambda record: (not _is_active(record, rules), record.ref.id))


def _is_active(record: Record, rules: MappingRules) -> bool:
    words = rules.systems[record.ref.connection].users
    said = record.values.get(words.active) if words is not None and words.active is not None else None
    return not record.archived and said is not False


def _rep(
    email: str, found: Sequence[tuple[str, Record]], every: Mapping[str, Sequence[Record]], rules: MappingRules
) -> Rep:
    """Active only where every system that says so agrees: somebody who left one of them has left."""
    active = available = True
    name = email.partition("@")[0]
    for connection, record in found:
        words = rules.systems[connection].users
        if words is None:
            continue
        active &= _is_active(record, rules)
        available &= words.available is None or record.values.get(words.available) is not False
        name = str(record.values.get(words.name) or name) if words.name else name
    user_ids = tuple(sorted((place, each.ref.id) for place, several in every.items() for each in several))
    lacks = tuple(place for place in rules.workplaces if place not in every)
    return Rep(email=email, name=name, active=active, available=available, user_ids=user_ids, lacks=lacks)
