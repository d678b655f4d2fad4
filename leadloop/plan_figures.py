"""What a plan comes to in figures: writes by kind, calls, and the people it makes."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from config.mapping import MappingRules
from connectors.abilities import Priced
from connectors.contract import BulkWriter, Connector
from domain.change import Change, ChangeKind
from sync.preview import PlannedLead, Preview
from sync.push import BATCH, BULK

Price = Callable[[Sequence[Change]], int]
"""How many calls it takes to write these, one claim of the outbox after the other."""

COUNTED = {ChangeKind.CREATE: "creates", ChangeKind.FIELDS: "updates", ChangeKind.MEMBER: "members"}


def counts_of(found: Preview) -> dict[str, int]:
    """The figures of a plan's last line."""
    counts: Counter[str] = Counter(creates=0, updates=0, members=0, assigns=0, recycles=0, mqls=0, held=0)
    for each in found.leads:
        counts.update(COUNTED[draft.change.kind] for draft in each.changes)
        counts["assigns"] += is_assigned(each)
        counts["recycles"] += moves_to(each, "recycled")
        counts["mqls"] += moves_to(each, "mql")
    counts["held"] = len({lead for ids in (*found.held.values(), *found.waiting.values()) for lead in ids})
    return dict(counts)


def is_assigned(lead: PlannedLead) -> bool:
    return lead.conclusion is not None and lead.conclusion.decision.assignment is not None


def moves_to(lead: PlannedLead, stage: str) -> bool:
    moves = lead.conclusion.decision.transitions if lead.conclusion is not None else ()
    return any(move.after == stage for move in moves)


def price_of(connector: Connector) -> Price:
    """A system that does not know its prices is taken to need a call for each write."""
    if not isinstance(connector, Priced):
        return len
    least = connector.bulk_from if isinstance(connector, BulkWriter) else 0

    def price(changes: Sequence[Change]) -> int:
        portion = BULK if least and len(changes) > least else BATCH
        return sum(connector.writing_calls(some) for some in _portions(changes, portion))

    return price


def calls_of(leads: Iterable[PlannedLead], prices: Mapping[str, Price]) -> dict[str, int]:
    """How many calls these writes take, per connection, when nothing is refused: they go out in this order."""
    changes: dict[str, list[Change]] = {name: [] for name in prices}
    for each in leads:
        for draft in each.changes:
            changes.setdefault(draft.connection, []).append(draft.change)
    return {name: prices.get(name, len)(theirs) for name, theirs in changes.items()}


def newcomers_of(leads: Iterable[PlannedLead], mapping: MappingRules) -> dict[str, dict[str, int]]:
    """Connection → object → how many people are created there."""
    found: dict[str, Counter[str]] = {}
    for draft in (draft for each in leads for draft in each.changes):
        change, system = draft.change, mapping.systems.get(draft.connection)
        if change.kind is ChangeKind.CREATE and system is not None and change.object in system.people.objects:
            found.setdefault(draft.connection, Counter())[change.object] += 1
    return {name: dict(counts) for name, counts in sorted(found.items())}


def _portions(changes: Sequence[Change], size: int) -> Iterable[list[Change]]:
    rest = iter(changes)
    while some := list(islice(rest, size)):
        yield some
