"""`leadloop explain LEAD --mapping`: what each system shows, how that is read, and what would be written there."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.mapping import Role, SyncRule
from domain.change import Conflict
from domain.decision import Desired
from domain.place import Place
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from leadloop import exits, screen
from leadloop.app import open_app
from leadloop.finding import find_lead, unknown
from mapping.agreement import Base, stands_for
from mapping.compiled import MappedProperty
from mapping.fitness import fit
from mapping.merge_lead import LeadMerge, country_of
from mapping.said import SAID, waits
from mapping.scalars import as_text
from mapping.wishes import FieldWish
from store.engine import Tx
from sync.loop import InForce
from sync.material import Material, gather, users
from sync.merged import merged_of
from sync.same import same

_COLUMNS = ("property", "place", "shows", "read_as", "lead_has", "would_write", "note")


def run(folder: Path, lead: str, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found = find_lead(tx, lead)
        if found is None:
            screen.say(unknown(lead))
            return exits.BAD_DATA
        rules = app.in_force(tx)
        rows = mapped_rows(tx, found, rules, now=app.clock.refresh())
    if as_json:
        screen.document({"lead": found, "rule_hash": rules.hash, "mapping": rows})
        return exits.OK
    screen.show(f"Lead {found} · as of the last pull · rules {rules.hash[:8]}\n")
    titles = ("property", "where", "shows", "read as", "the lead has", "would be written", "why")
    told = [row for row in rows if _says_something(row)]
    screen.table("Field by field", titles, [[_cell(row, name) for name in _COLUMNS] for row in told])
    if len(told) < len(rows):
        screen.say(f"{len(rows) - len(told)} more are blank, and stay so: `--json` has them.")
    return exits.OK


def _says_something(row: Mapping[str, Any]) -> bool:
    return bool(row["writes"] or row["shows"] is not None or row["lead_has"] is not None)


def _cell(row: Mapping[str, Any], name: str) -> str:
    if name == "place":
        return f"{row['system']} {row['object']}.{row['field']}"
    if name == "would_write":
        return (as_text(row[name]) if row[name] is not None else "a blank") if row["writes"] else ""
    return "" if row[name] is None else as_text(row[name])


def mapped_rows(tx: Tx, lead: LeadId, rules: InForce, *, now: datetime) -> list[dict[str, Any]]:
    """A row for every property and every system that the lead is in."""
    (material,) = gather(tx, [lead], rules.mapping, users(tx, rules.mapping), now=now)
    sight = _Sight(material=material, merged=merged_of(material, rules.fields), rules=rules)
    return [row for one in rules.fields.properties for row in sight.rows(one)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """One lead, seen through the rules."""

    material: Material
    merged: LeadMerge
    rules: InForce

    def rows(self, one: MappedProperty) -> Iterator[dict[str, Any]]:
        records = {record.ref: record for record in self.material.records}
        for ref in sorted(self.merged.heads.values()):
            field = one.fields.get((ref.connection, ref.object))
            if field is not None:
                yield self._row(one, records[ref], field)

    def _row(self, one: MappedProperty, record: Record, field: str) -> dict[str, Any]:
        country = None if one is self.rules.fields.country else country_of(self.merged.values, self.rules.fields)
        reading = one.reads(record.ref.connection).read(record.values.get(field), country)
        wish = self._wish(record.ref, field)
        note = self._note(one, record.ref, field, wish)
        if note is None and field not in record.values:
            note = "the record came without it"
        elif note is None and reading.problem is not None:
            note = reading.problem
        writes = wish is not None and note is None and not same(wish.value, record.values.get(field))
        return {
            "property": one.rule.name,
            "rule": one.rule.sync.value if one.rule.role is Role.SHARED else one.rule.role.value,
            "system": record.ref.connection,
            "object": record.ref.object,
            "id": record.ref.id,
            "field": field,
            "shows": record.values.get(field),
            "read_as": None if reading.problem is not None else reading.value,
            "lead_has": self._known(one, record.ref.connection),
            "writes": writes,
            "would_write": wish.value if writes and wish is not None else None,
            "note": note,
        }

    def _known(self, one: MappedProperty, connection: str) -> Value:
        """What all systems come to together; of what reps answer, what they did in this one."""
        name = one.rule.name
        return self.merged.values.get(name, self.merged.answers.get((name, connection)))

    def _wish(self, ref: RecordRef, field: str) -> FieldWish | Desired | None:
        """What the mapping says now; of what is decided, what was last decided."""
        wishes: list[FieldWish | Desired] = [*self.merged.desired]
        shared = self.rules.fields.role_of(ref, field) is Role.SHARED
        wishes += () if shared else self.material.desired
        return next((each for each in wishes if (each.ref, each.field) == (ref, field)), None)

    def _note(self, one: MappedProperty, ref: RecordRef, field: str, wish: FieldWish | Desired | None) -> str | None:
        """Why nothing is written although something might be."""
        conflict = next((each for each in self.merged.conflicts if each.property == one.rule.name), None)
        if conflict is not None:
            return f"{self._why_undecided(one, conflict)}: `leadloop conflicts list`"
        if one.rule.role is Role.SHARED and one.rule.sync is SyncRule.DONT_SYNC and not one.rule.made_of:
            return "Don't sync" if len(one.rule.fields) > 1 else "only here"
        return None if wish is None else self._obstacle(ref, field, wish)

    def _why_undecided(self, one: MappedProperty, conflict: Conflict) -> str:
        """What set the sides apart: the systems show what they showed where only the rules did."""
        name = one.rule.name
        if waits(self.material.bases.get((name, SAID))):
            return "a side changed after somebody decided"
        heads = {self.merged.heads[connection] for connection in conflict.values}
        sides = [record for record in self.material.records if record.ref in heads]
        bases = [self._base(name, record.ref.connection) for record in sides]
        if not all(bases):
            return "never agreed"
        if sum(not self._stands(one, *side) for side in zip(sides, bases, strict=True)) > 1:
            return "both sides changed"
        agreed = {as_text(base.value) for base in bases if base is not None and base.value is not None}
        return "never agreed" if len(agreed) > 1 else "nobody changed it, the rules read the sides differently now"

    def _base(self, name: str, connection: str) -> Base | None:
        at = (name, connection)
        return self.merged.bases.get(at) or self.material.bases.get(at)

    def _stands(self, one: MappedProperty, record: Record, base: Base | None) -> bool:
        at = (record.ref.connection, record.ref.object)
        shown = record.values[one.fields[at]]
        country = None if one is self.rules.fields.country else country_of(self.merged.values, self.rules.fields)
        plain = one.reads(record.ref.connection).read(shown, country).value
        return stands_for(shown, plain, base, one.shapes.get(at))

    def _obstacle(self, ref: RecordRef, field: str, wish: FieldWish | Desired) -> str | None:
        if isinstance(wish, FieldWish) and wish.problem is not None:
            return wish.problem
        if not self.rules.fields.may_write(ref, field):
            return "left to others: `decided` in mapping.yaml"
        if self.rules.fields.is_paused(ref.connection, ref.object, field):
            return "paused: `leadloop doctor`"
        return self._misfit(ref, field, wish.value)

    def _misfit(self, ref: RecordRef, field: str, value: Value) -> str | None:
        told = self.rules.described.get((ref.connection, ref.object), {}).get(field)
        found = fit(value, told, vendor=self.rules.types.get(ref.connection, ""))
        return f"stays at home: {Place(ref=ref, field=field).field} {found.words}" if found.why is not None else None
