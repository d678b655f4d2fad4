"""What the mapping would like a record to show."""

from dataclasses import dataclass

from domain.values import RecordRef, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWish:
    """One vendor field of one record, the canonical value it should hold, and the lead property behind it."""

    ref: RecordRef
    field: str
    property: str
    value: Value
