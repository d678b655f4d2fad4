"""What an administrator does to a field that holds values: another type, another list of words.

As Salesforce does it, what stands in the records is carried over where the new type can hold it and is lost where it
cannot; a value that left its list stays in the records that hold it.
"""

from dataclasses import replace

from simulator.salesforce.schema import NUMBERS, TEXTS, Kind
from simulator.salesforce.table import Table

_TEXT_LENGTH = 255


def retype(table: Table, name: str, kind: Kind) -> None:
    """Make it a field of another kind."""
    field = table.type.fields[name]
    length = (field.length or _TEXT_LENGTH) if kind in TEXTS else 0
    made = replace(field, kind=kind, length=length, values=() if kind is not Kind.PICKLIST else field.values)
    table.reshape(replace(table.type, fields={**table.type.fields, name: made}))
    for record_id, row in list(table.rows.items()):
        if row.get(name) is not None:
            table.rows[record_id] = {**row, name: _carried(row[name], kind)}


def offer(table: Table, name: str, values: tuple[str, ...]) -> None:
    """Let the list hold these words and no others."""
    made = replace(table.type.fields[name], values=values)
    table.reshape(replace(table.type, fields={**table.type.fields, name: made}))


def _carried(value: object, kind: Kind) -> object:
    if kind in TEXTS:
        whole = isinstance(value, float) and value.is_integer()
        return str(int(value)) if whole and isinstance(value, float) else str(value)
    if kind in NUMBERS:
        return _number(value)
    return None


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
