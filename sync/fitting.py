"""Holds what is to be written against what the systems told of their fields: what would be refused stays at home, and
the rest of its row goes.

Without it one job title that is too long costs a hand-raiser's owner, stage and reason.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from domain.decision import Desired
from domain.misfit import Misfit, Why
from domain.record import Field
from domain.values import RecordRef, Value
from mapping.fitness import Fit, fit
from sync.loop import InForce
from sync.same import same


@dataclass(slots=True)
class Fitting:
    """One lead's writes being fitted. `misfits`: what stays at home."""

    rules: InForce
    misfits: list[Misfit] = field(default_factory=list)

    def wish(self, row: Desired, shown: Value) -> Desired | None:
        """A wish in its field's own type; None where it stays at home, or is shown already."""
        ref = row.ref
        found = self._fit(row.value, ref, row.field)
        if found.why is not None:
            self._keep(ref, row.field, found, row.property)
            return None
        if found.value == row.value and found.value.__class__ is row.value.__class__:
            return row
        return None if same(found.value, shown) else replace(row, value=found.value)

    def new(
        self, connection: str, kind: str, values: Mapping[str, Value], *, needed: Collection[str]
    ) -> dict[str, Value] | None:
        """A record to be created, without what would be refused; None while it lacks what it cannot do without."""
        ref = RecordRef(connection=connection, object=kind, id="")
        needed = {*needed, *self._required(connection, kind)}
        taken: dict[str, Value] = {}
        for name, value in values.items():
            found = self._fit(value, ref, name, creating=True)
            if found.why is None:
                taken[name] = found.value
                continue
            words = f"{found.words}, and no {kind} is created without it" if name in needed else found.words
            self._keep(ref, name, replace(found, words=words), self._property(ref, name))
        lacking = {name for name in needed if taken.get(name) is None}
        for name in sorted(lacking - (values.keys() - taken.keys())):
            words = f"no {kind} is created without it, and nothing fills it"
            self._keep(ref, name, Fit(value=None, why=Why.MISSING, words=words), self._property(ref, name))
        return None if lacking else taken

    def _fit(self, value: Value, ref: RecordRef, name: str, *, creating: bool = False) -> Fit:
        told = self._told(ref.connection, ref.object).get(name)
        return fit(value, told, vendor=self.rules.types.get(ref.connection, ""), creating=creating)

    def _told(self, connection: str, kind: str) -> Mapping[str, Field]:
        return self.rules.described.get((connection, kind), {})

    def _required(self, connection: str, kind: str) -> Iterator[str]:
        return (name for name, told in self._told(connection, kind).items() if told.required)

    def _property(self, ref: RecordRef, name: str) -> str:
        place = (ref.connection, ref.object)
        return next((one.rule.name for one in self.rules.fields.properties if one.fields.get(place) == name), "")

    def _keep(self, ref: RecordRef, name: str, found: Fit, prop: str) -> None:
        if found.why is not None:
            self.misfits.append(
                Misfit(ref=ref, field=name, property=prop, why=found.why, words=found.words, hint=found.hint)
            )
