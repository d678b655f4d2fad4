"""What the mapping would like a record to show."""

from dataclasses import dataclass

from domain.values import RecordRef, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWish:
    """One vendor field of one record, the value it should hold in its system's own words, and the lead property behind
    it. `problem`: why it cannot be said there, in words without the value, which is ours then and stays at home."""

    ref: RecordRef
    field: str
    property: str
    value: Value
    problem: str | None = None
