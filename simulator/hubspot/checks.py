"""What HubSpot looks at before it takes the properties of a write."""

from collections.abc import Iterable, Mapping, Sequence

from simulator.hubspot.kinds import Kind
from simulator.hubspot.owners import Owners
from simulator.hubspot.properties import Property, canonical
from simulator.hubspot.record import Record
from simulator.hubspot.refusals import BadValueError, RefusedError, bad_values, conflict
from simulator.hubspot.schema import Schema
from simulator.hubspot.settings import Rule
from simulator.hubspot.table import Table

Values = dict[str, str | None]


class Checks:
    """Turns raw property values into the ones HubSpot would keep, or refuses them all at once."""

    def __init__(self, schema: Schema, owners: Owners, rules: Sequence[Rule] = ()) -> None:
        self._schema = schema
        self._owners = owners
        self._rules = rules

    def read(self, kind: Kind, raw: Mapping[str, object], *, trusted: bool = False) -> Values:
        """Canonical values, None for cleared ones. `trusted` also writes read-only properties."""
        kept: Values = {}
        found: list[BadValueError] = []
        for name, value in raw.items():
            try:
                kept[name] = self._one(kind, name, value, trusted=trusted)
            except BadValueError as bad:
                found.append(bad)
        if found:
            raise bad_values(found)
        return kept

    def _one(self, kind: Kind, name: str, value: object, *, trusted: bool) -> str | None:
        definition = self._schema.of(kind).live(name)
        if definition is None:
            raise BadValueError(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
        if definition.read_only and not trusted:
            raise BadValueError(name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
        text = canonical(definition, value)
        if name == "hubspot_owner_id" and text is not None and self._owners.get(text) is None:
            raise BadValueError(name, "INVALID_OWNER_ID", f"{text} is not the id of an owner")
        return text

    def complete(self, kind: Kind, values: Values) -> None:
        """Refuse a new record without the properties its type requires."""
        missing = [name for name in kind.required if not values.get(name)]
        if missing:
            raise bad_values(
                [BadValueError(name, "REQUIRED_PROPERTY", f'Property "{name}" is required') for name in missing]
            )

    def demands(self, kind: Kind, values: Values, *, own: Record | None) -> None:
        """Refuse a contact that an administrator's rule finds incomplete after this write."""
        after = {**(own.values if own is not None else {}), **values}
        missing = [rule for rule in self._rules if after.get(rule.when) == rule.is_ and not after.get(rule.needs)]
        if missing and kind.name == "contacts":
            raise bad_values(
                [
                    BadValueError(
                        rule.needs,
                        "REQUIRED_PROPERTY",
                        f'Property "{rule.needs}" is required while "{rule.when}" is "{rule.is_}"',
                    )
                    for rule in missing
                ]
            )

    def claims(self, table: Table, values: Values, *, own: Record | None = None) -> None:
        """Refuse a unique value that another record holds (409 for a contact's e-mail)."""
        for definition in self.uniques(table.kind, values):
            value = values[definition.name]
            holder = table.find_unique(definition.name, value) if value else None
            if holder is not None and holder is not own:
                raise _taken(table.kind, definition.name, value or "", holder)

    def uniques(self, kind: Kind, names: Iterable[str]) -> list[Property]:
        known = self._schema.of(kind).properties
        return [known[name] for name in names if name in known and known[name].unique]

    def goes_back(self, kind: Kind, before: str | None, after: str | None) -> bool:
        """Whether a lifecycle stage would move backward, which HubSpot ignores without a word."""
        definition = self._schema.of(kind).live("lifecyclestage")
        if definition is None or not before or not after:
            return False
        order = definition.option_values
        return before in order and order.index(after) < order.index(before)


def _taken(kind: Kind, name: str, value: str, holder: Record) -> RefusedError:
    if name == "email":
        return conflict(f"{kind.singular.capitalize()} already exists. Existing ID: {holder.id}")
    return bad_values(
        [
            BadValueError(
                name,
                "CONFLICTING_UNIQUE_VALUE",
                f"Cannot set {name} to {value}. {holder.id} already has that value.",
            )
        ]
    )
