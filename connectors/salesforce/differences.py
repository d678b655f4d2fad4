"""Whether a field that is there can hold what leadloop writes; a field is never changed, so the mend is told."""

from collections.abc import Iterator

from domain.fitting import FieldFitting
from domain.record import Field


def difference(one: FieldFitting, there: Field) -> str:
    """What keeps the field from its use, and how to mend it; nothing when it serves."""
    if there.type is not one.type:
        return (
            f"is of type {there.type.value}, and leadloop needs {one.type.value}. "
            "Delete it in Setup once its values are saved, or name another field in mapping.yaml"
        )
    found = "; ".join(_shortcomings(one, there))
    return f"{found}. Change it in Setup > Object Manager > {one.object} > Fields & Relationships" if found else ""


def _shortcomings(one: FieldFitting, there: Field) -> Iterator[str]:
    if one.length is not None and there.length is not None and there.length < one.length:
        yield f"holds {there.length} characters, and leadloop writes up to {one.length}"
    lacking = [value for value in one.options if value not in there.options]
    if lacking and (there.restricted or one.by_reps):
        yield f"lacks the values {', '.join(lacking)}"
    if one.unique and not there.unique:
        yield "is no unique External ID, so that a creation whose answer is lost is made twice"
