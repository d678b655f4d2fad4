"""Owners that are nobody somewhere: reps whom the rules name, and whoever the records, or open handoffs, say the leads
belong to.

A lead of theirs reaches no rep, or only in one of the systems; somebody has to say who they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from config.mapping import MappingRules, Role
from config.routing import RoutingRules
from config.rules import Rules
from config.territories import TerritoryTable
from domain.handoff import Rep
from domain.stage import Stage
from domain.values import LeadId
from store import owned
from store.engine import Tx

DONE = (Stage.CUSTOMER, Stage.DISQUALIFIED)
"""Whose owner does nothing for us any more."""
WITH_SALES = frozenset({Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY})

MANAGER = "manager of"

_QUEUE = "00G"
"""How the ids of Salesforce's groups begin, which own leads as queues do (Object Reference, key prefixes)."""


class Fault(StrEnum):
    UNKNOWN = "unknown"
    """No system has such a user."""
    UNMAPPED = "unmapped"
    """A system in which they would have to be does not know their e-mail."""
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerTrouble:
    """`who`: an e-mail, or `system id` where the user itself is not known. `lacks`: systems without a user for them."""

    who: str
    fault: Fault
    lacks: tuple[str, ...]
    named: tuple[str, ...]
    """Where routing.yaml names them."""
    is_stuck: bool
    """Whether they can work no lead: nobody, or gone, where reps work."""
    gets_leads: bool
    """Whether routing.yaml would give them leads."""
    leads: int
    """Open leads whose records show them as owner, or whose handoff they have."""
    with_sales: int
    """How many of those are with sales."""

    @property
    def is_error(self) -> bool:
        """Whether leads are lost by it. A marketer may own contacts, and a rep need not be everywhere."""
        return self.is_stuck and (self.gets_leads or self.with_sales > 0)


@dataclass(slots=True)
class _Leads:
    every: set[LeadId] = field(default_factory=set)
    with_sales: set[LeadId] = field(default_factory=set)

    def add(self, lead: LeadId, stage: Stage) -> None:
        self.every.add(lead)
        if stage in WITH_SALES:
            self.with_sales.add(lead)


def troubles(
    tx: Tx, rules: Rules, reps: Mapping[str, Rep], emails: Mapping[tuple[str, str], str], *, types: Mapping[str, str]
) -> tuple[OwnerTrouble, ...]:
    """Errors first, then by the leads they own. `emails`: (connection, user id) → e-mail; `types`: of connections."""
    named = names_in(rules.routing, rules.territories)
    owning = _owning(tx, rules.mapping, emails, types)
    needed = _needed(rules.mapping)
    found = [
        trouble
        for who in dict.fromkeys((*named, *owning))
        if (trouble := _trouble(who, reps.get(who), needed, named.get(who, ()), owning.get(who, _Leads())))
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_error, -each.leads, each.who)))


def names_in(routing: RoutingRules, territories: TerritoryTable | None = None) -> dict[str, tuple[str, ...]]:
    """E-mail → where routing.yaml, or its table of territories, names it."""
    found: dict[str, list[str]] = {}
    holders = territories.holders if territories is not None else ()
    named = ((email, routing.territories or "the territories") for email in holders if "@" in email)
    for email, place in (*_names(routing), *named):
        found.setdefault(email.casefold(), []).append(place)
    return {email: tuple(dict.fromkeys(places)) for email, places in found.items()}


def _names(routing: RoutingRules) -> Iterator[tuple[str, str]]:
    for pool in routing.pools:
        yield from ((member.email, f"pool {pool.name}") for member in pool.members)
    for rule in routing.rules:
        if rule.to.user is not None:
            yield rule.to.user, f"rule '{rule.name}'"
    for chain in routing.chains:
        if chain.to.user is not None:
            yield chain.to.user, f"chain '{chain.name}'"
    if routing.fallback.user is not None:
        yield routing.fallback.user, "fallback"
    for team in routing.teams:
        if team.manager is not None:
            yield team.manager, f"{MANAGER} {team.name}"


def _needed(mapping: MappingRules) -> tuple[str, ...]:
    """The systems in which a rep has to be somebody: their leads or their tasks are there."""
    owners = [prop for prop in mapping.properties if prop.role is Role.OWNER]
    return tuple(
        name
        for name, system in mapping.systems.items()
        if system.users is not None and (system.tasks is not None or any(name in prop.fields for prop in owners))
    )


def _owning(
    tx: Tx, mapping: MappingRules, emails: Mapping[tuple[str, str], str], types: Mapping[str, str]
) -> dict[str, _Leads]:
    found: dict[str, _Leads] = {}
    for connection, kind, name in _owner_fields(mapping):
        for owner, lead, stage in owned.owners(tx, connection, kind, name, without=DONE):
            if types.get(connection) == "salesforce" and owner.startswith(_QUEUE):
                continue
            found.setdefault(emails.get((connection, owner), f"{connection} {owner}"), _Leads()).add(lead, stage)
    for email, lead, stage in owned.holders(tx):
        found.setdefault(email, _Leads()).add(lead, stage)
    return found


def _owner_fields(mapping: MappingRules) -> Iterator[tuple[str, str, str]]:
    """(connection, object, field) of every field that shows who owns a person."""
    for prop in mapping.properties:
        if prop.role is not Role.OWNER:
            continue
        for connection, system in mapping.systems.items():
            for kind in system.people.objects:
                place = prop.fields.get(connection)
                name = place.get(kind) if isinstance(place, Mapping) else place
                if system.users is not None and name is not None:
                    yield connection, kind, name


def _trouble(
    who: str, rep: Rep | None, needed: Iterable[str], named: tuple[str, ...], leads: _Leads
) -> OwnerTrouble | None:
    known = {connection for connection, _ in rep.user_ids} if rep is not None else set()
    lacks = tuple(name for name in needed if name not in known)
    if rep is None:
        fault = Fault.UNKNOWN
    elif not rep.active:
        fault = Fault.INACTIVE
    elif lacks:
        fault = Fault.UNMAPPED
    else:
        return None
    return OwnerTrouble(
        who=who,
        fault=fault,
        lacks=lacks,
        named=named,
        is_stuck=fault is not Fault.UNMAPPED or bool(rep is not None and rep.lacks),
        gets_leads=not all(place.startswith(MANAGER) for place in named),
        leads=len(leads.every),
        with_sales=len(leads.with_sales),
    )


def sentence(one: OwnerTrouble) -> str:
    """`mia@acme.example is no active user: owns 12 leads (3 with sales), named by pool SDR`."""
    match one.fault:
        case Fault.UNKNOWN:
            said = "is a user of no system"
        case Fault.UNMAPPED:
            said = f"is nobody in {', '.join(one.lacks)}"
        case Fault.INACTIVE:
            said = "is no active user"
    told = []
    if one.leads:
        sales = f" ({one.with_sales:,} with sales)" if one.with_sales else ""
        told.append(f"owns {one.leads:,} open lead{'s' if one.leads != 1 else ''}{sales}")
    told += [f"named by {place}" for place in one.named]
    return f"{one.who} {said}: {', '.join(told)}"


def mend(one: OwnerTrouble) -> str:
    """Who does what about it."""
    if one.fault is Fault.INACTIVE:
        give = "Give their leads to somebody else." if one.leads else ""
        return f"{give} {'Take them out of routing.yaml.' if one.named else ''}".strip()
    where = ", ".join(one.lacks) or "the systems"
    return (
        f"Add them as a user of {where}. Where they have another e-mail there, say so in mapping.yaml: "
        "`known_as` under the system's `users`."
    )
