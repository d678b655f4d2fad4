"""What a closed gate means for one lead: what is still written, who is created, and who cannot come to a rep.

Nothing is written to a connection whose write gate is closed, with one exception: a no crosses. That is the refusal
itself in its own field, and coming off lists once the person said it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from config.mapping import System
from domain.change import ChangeKind
from domain.decision import Desired, Membership
from domain.gate import Closed, Way, keeps_out, uncreated, unwritten
from domain.rule_problem import RuleFile, RuleProblem
from domain.run import OutboxStatus
from domain.values import RecordRef
from mapping.compiled import FieldMap
from mapping.gates import CANNOT_BE_TOLD
from mapping.merge_lead import LeadMerge
from mapping.wishes import FieldWish
from store.outbox import OutboxRow
from sync.creating import Entry
from sync.loop import InForce

Wish = TypeVar("Wish", FieldWish, Desired)

ListRow = tuple[str, Membership, bool | None]
"""(connection, what is wanted, what was last shown)."""

WITHDRAWN = "a gate of its connection is closed to the lead now"
_UNSENT = frozenset({OutboxStatus.PENDING, OutboxStatus.WAITING})


def untold(closed: Sequence[Closed]) -> Iterator[RuleProblem]:
    """Gates that are closed because they could not be told."""
    for each in closed:
        if each.errs:
            rule = f"the {each.way} gate of {each.connection}"
            yield RuleProblem(file=RuleFile.MAPPING, rule=rule, words=each.words.removeprefix(f"{CANNOT_BE_TOLD}: "))


def let_through(wishes: Iterable[Wish], closed: Sequence[Closed], fields: FieldMap) -> Iterator[Wish]:
    """The wishes without those for a connection to which nothing is written."""
    shut = unwritten(closed)
    return (wish for wish in wishes if wish.ref.connection not in shut or _is_refusal(wish, fields))


def _is_refusal(wish: FieldWish | Desired, fields: FieldMap) -> bool:
    return wish.property in fields.gates.consents and not fields.is_yes(wish.ref, wish.field, wish.value)


def admitting(entries: Iterable[Entry], closed: Sequence[Closed]) -> tuple[Entry, ...]:
    """Where the person may be created."""
    shut = uncreated(closed)
    return tuple(entry for entry in entries if entry.connection not in shut)


def kept_from_reps(merged: LeadMerge, rules: InForce) -> str:
    """Why no rep can get the lead: every system in which reps have tasks has a gate that is closed to it."""
    works = {name: system for name, system in rules.mapping.systems.items() if system.tasks is not None}
    against = {name: each for name, system in works.items() if (each := _against(name, system, merged)) is not None}
    if not works or against.keys() != works.keys():
        return ""
    return "; ".join(map(keeps_out, against.values()))


def _against(name: str, system: System, merged: LeadMerge) -> Closed | None:
    ways = {Way.WRITE}
    if name not in merged.heads and system.create == "create_at_mql":
        ways.add(Way.CREATE)
    return next((each for each in merged.closed if each.connection == name and each.way in ways), None)


def lists_let_through(rows: Iterable[ListRow], closed: Sequence[Closed]) -> list[ListRow]:
    """Nobody joins or leaves where nothing is written, except who said no: they still come off."""
    shut, saying_no = unwritten(closed), frozenset(each.connection for each in closed if each.after_no)
    return [row for row in rows if row[0] not in shut or (row[0] in saying_no and not row[1].member)]


def overtaken_by_gates(rows: Iterable[OutboxRow], closed: Sequence[Closed], fields: FieldMap) -> list[OutboxRow]:
    """Writes that wait to be sent and may not go any more. A creation that was tried may be there already: it ends as
    any other."""
    shut, uncreatable = unwritten(closed), uncreated(closed)
    return [
        row
        for row in rows
        if row.status in _UNSENT
        and row.connection in (uncreatable if _makes_a_person(row, fields) else shut)
        and not (row.change.kind is ChangeKind.CREATE and row.attempts)
        and not _is_a_no(row, closed, fields)
    ]


def _makes_a_person(row: OutboxRow, fields: FieldMap) -> bool:
    """A task is created, too, and is about somebody who is there."""
    system = fields.rules.systems.get(row.connection)
    return row.change.kind is ChangeKind.CREATE and system is not None and row.change.object in system.people.objects


def _is_a_no(row: OutboxRow, closed: Sequence[Closed], fields: FieldMap) -> bool:
    change = row.change
    if change.kind is ChangeKind.MEMBER:
        return change.member is False and any(each.after_no for each in closed if each.connection == row.connection)
    if change.kind is not ChangeKind.FIELDS or change.id is None:
        return False
    ref = RecordRef(connection=row.connection, object=change.object, id=change.id)
    named = {fields.property_at(ref.connection, ref.object, name) for name in change.values}
    says_yes = any(fields.is_yes(ref, name, value) for name, value in change.values.items())
    return named <= fields.gates.consents and not says_yes
