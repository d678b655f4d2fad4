"""A person decides what no rule could: the loop's own cycle carries it out, past the plan and the blast radius.

A decision is only for the values that the person saw. Where a side shows another one by now nothing is changed, and
the conflict is there to be decided anew, under another name.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.change import Conflict
from domain.values import LeadId, Value
from mapping.agreement import Base
from mapping.compiled import MappedProperty
from mapping.fitness import fit
from mapping.merge_lead import LeadMerge, country_of
from mapping.said import SAID, at_rest, word
from mapping.scalars import as_text
from mapping.wording import words_of
from store import audit, bases, conflicts, leads
from store.audit import AuditEntry
from store.chunks import chunks
from store.conflicts import Open
from store.engine import Tx
from sync.loop import InForce, Loop
from sync.material import Material, gather, users
from sync.merged import merged_of

_LONGEST = 10
"""Figures of a number: the databases count no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the sides are to show: what one connection shows, a value of the person's own, or, without either, what
    was last agreed."""

    connection: str | None = None
    value: str | None = None

    @property
    def words(self) -> str:
        """For the audit: without the value."""
        if self.connection is not None:
            return f"as in {self.connection}"
        return "by a value of their own" if self.value is not None else "as it was agreed before"


@dataclass(slots=True)
class Decided:
    """How many were decided, and by name why the others were not. `moved`: the numbers of those that a side left."""

    count: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    moved: list[int] = field(default_factory=list)


class _RefusedError(Exception):
    """Why one conflict is not decided, in words without its values."""


class _MovedError(_RefusedError):
    def __init__(self) -> None:
        super().__init__("a side moved since it was listed: decide it as it stands now")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One conflict as it stands now, with all that is needed to decide it."""

    conflict: Conflict
    material: Material
    merged: LeadMerge
    prop: MappedProperty

    def base_of(self, connection: str) -> Base | None:
        at = (self.prop.rule.name, connection)
        return self.merged.bases.get(at) or self.material.bases.get(at)

    def shown(self, connection: str) -> Value:
        ref = self.merged.heads[connection]
        record = next(each for each in self.material.records if each.ref == ref)
        return record.values[self.prop.fields[ref.connection, ref.object]]


def resolve(loop: Loop, names: Iterable[str], choice: Choice, *, by: str, now: datetime) -> Decided:
    """Decide the conflicts of these names, as `store.conflicts` gives them."""
    decided = Decided()
    for some in chunks(dict.fromkeys(names)):
        with loop.store.write(loop.epoch) as tx:
            _resolve(tx, loop.in_force(tx), some, choice, decided, by=by, now=now)
    return decided


def try_out(tx: Tx, rules: InForce, names: Iterable[str], choice: Choice, *, now: datetime) -> Decided:
    """What deciding them would come to; nothing is saved."""
    tried = Decided()
    for some in chunks(dict.fromkeys(names)):
        list(_asked(tx, some, rules, now=now).judge(some, choice, tried))
    return tried


def _resolve(
    tx: Tx, rules: InForce, names: Sequence[str], choice: Choice, decided: Decided, *, by: str, now: datetime
) -> None:
    asked = _asked(tx, names, rules, now=now)
    still = {lead: {one.conflict.property: one.conflict for one in theirs} for lead, theirs in asked.cases.items()}
    fresh: dict[LeadId, dict[tuple[str, str], Base]] = {}
    said_by: list[AuditEntry] = []
    for case, said in asked.judge(names, choice, decided):
        lead = case.material.lead.id
        fresh.setdefault(lead, {}).update(_as_said(case, said))
        del still[lead][case.conflict.property]
        said_by.append(_told(case, choice, rules, by=by, now=now))
    audit.append(tx, said_by)
    bases.save_bases(tx, {lead: _kept(theirs) for lead, theirs in fresh.items()})
    conflicts.save(tx, {lead: list(theirs.values()) for lead, theirs in still.items()}, now=now)
    leads.touch(tx, fresh)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What somebody asks to be decided, as it stands now."""

    known: Mapping[int, Open]
    cases: Mapping[LeadId, Sequence[_Case]]
    rules: InForce

    def judge(self, names: Iterable[str], choice: Choice, decided: Decided) -> Iterator[tuple[_Case, Value]]:
        """Those that can be decided, each with what its sides are to show; the others are noted with why not."""
        for name in names:
            one = self.known.get(number_of(name) or 0)
            try:
                case = _stands(name, one, self.cases)
                said = _chosen(case, choice, self.rules)
                _refuse_unsayable(case, said, self.rules)
            except _RefusedError as error:
                decided.refused[name] = str(error)
                if one is not None and isinstance(error, _MovedError):
                    decided.moved.append(one.number)
                continue
            decided.count += 1
            yield case, said


def _asked(tx: Tx, names: Sequence[str], rules: InForce, *, now: datetime) -> _Asked:
    known = conflicts.get(tx, [number for name in names if (number := number_of(name)) is not None])
    cases = _cases(tx, {one.lead_id for one in known.values()}, rules, now=now)
    return _Asked(known=known, cases=cases, rules=rules)


def number_of(name: str) -> int | None:
    """The number in the name of a conflict."""
    number = name.partition("-")[0]
    return int(number) if number.isdecimal() and len(number) < _LONGEST else None


def _cases(tx: Tx, ids: Collection[LeadId], rules: InForce, *, now: datetime) -> dict[LeadId, list[_Case]]:
    """What is undecided of these leads by what is known of them now."""
    people = users(tx, rules.mapping)
    props = {one.rule.name: one for one in rules.fields.shared}
    found: dict[LeadId, list[_Case]] = {}
    for material in gather(tx, sorted(ids), rules.mapping, people, now=now):
        merged = merged_of(material, rules.fields)
        found[material.lead.id] = [
            _Case(conflict=each, material=material, merged=merged, prop=props[each.property])
            for each in merged.conflicts
        ]
    return found


def _stands(name: str, asked: Open | None, cases: Mapping[LeadId, Sequence[_Case]]) -> _Case:
    """The conflict that is meant, if it still is what the person saw."""
    theirs = cases.get(asked.lead_id, ()) if asked is not None else ()
    now = next((each for each in theirs if asked and each.conflict.property == asked.conflict.property), None)
    if asked is None or now is None:
        raise _RefusedError("it is decided already, or the sides agree by now")
    if asked.name != name or now.conflict.values != asked.conflict.values:
        raise _MovedError
    return now


def _chosen(case: _Case, choice: Choice, rules: InForce) -> Value:
    """The value that every side is to show, in its canonical form."""
    sides = case.conflict.values
    if choice.connection is not None:
        if choice.connection not in sides:
            raise _RefusedError(f"{choice.connection} has no say in it: {', '.join(sorted(sides))}")
        value = sides[choice.connection]
        return None if value is None else _read(case, value, rules)
    if choice.value is not None:
        return _read(case, choice.value, rules)
    kept = {name: base.value for name in sides if (base := case.material.bases.get((case.prop.rule.name, name)))}
    agreed = {_read(case, value, rules, name) for name, value in kept.items() if value is not None}
    if len(agreed) != 1:
        raise _RefusedError("no one value was agreed before: choose a side, or give a value")
    return agreed.pop()


def _read(case: _Case, value: Value, rules: InForce, connection: str | None = None) -> Value:
    """`connection`: whose words it may be in."""
    reading = case.prop.reads(connection or "").again().read(value, _country(case, rules))
    if reading.problem is not None or reading.value is None:
        raise _RefusedError(f"its value cannot be read: {reading.problem or 'it is blank'}")
    return reading.value


def _country(case: _Case, rules: InForce) -> str | None:
    return None if case.prop is rules.fields.country else country_of(case.merged.values, rules.fields)


def _refuse_unsayable(case: _Case, value: Value, rules: InForce) -> None:
    """A word that a side has no word for, or whose field would not take it, would be decided and stay at home."""
    for connection, shown in case.conflict.values.items():
        ref = case.merged.heads[connection]
        at = (ref.connection, ref.object)
        field = case.prop.fields[at]
        is_ours = rules.fields.may_write(ref, field) and not rules.fields.is_paused(*at, field)
        if shown == value or not is_ours:
            continue
        said = case.prop.say(connection, value, _country(case, rules))
        if said.problem is not None:
            raise _RefusedError(f"it cannot be said in {connection}: {said.problem}; {_way_out(case, connection)}")
        found = fit(said.value, rules.described.get(at, {}).get(field), vendor=rules.types.get(connection, ""))
        if found.why is not None:
            nearest = f" (nearest: {found.hint})" if found.hint else ""
            raise _RefusedError(f"{connection} {ref.object}.{field} {found.words}{nearest}: choose another value")


def _way_out(case: _Case, connection: str) -> str:
    own = case.prop.spoken[connection]
    ours = sorted({as_text(value) for word in words_of(case.prop.rule, connection) if (value := own.meaning(word))})
    choose = f"choose one of {', '.join(ours)}, or " if ours else ""
    return f"{choose}say in mapping.yaml how {connection} writes it"


def _as_said(case: _Case, value: Value) -> dict[tuple[str, str], Base]:
    """The word, and every side as it was when it was said."""
    sides, name = case.conflict.values, case.prop.rule.name
    shown = {each: case.shown(each) for each in sides}
    rest = at_rest(sides, shown, {each: case.base_of(each) for each in sides})
    return {(name, SAID): word(value), **{(name, each): base for each, base in rest.items()}}


def _kept(theirs: Mapping[tuple[str, str], Base]) -> dict[tuple[str, str], bases.Base]:
    return {at: (base.value, base.vendor_form, base.learnt) for at, base in theirs.items()}


def _told(case: _Case, choice: Choice, rules: InForce, *, by: str, now: datetime) -> AuditEntry:
    name = case.prop.rule.name
    return AuditEntry(
        at=now,
        actor=by,
        action=f"decided a conflict: {name} {choice.words}",
        lead_id=case.material.lead.id,
        fields=(name,),
        rule_hash=rules.hash,
    )
