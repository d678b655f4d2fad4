"""The words that were found in status fields on the first day stay: a stage that was only read off what stood there
has moved nobody. Blanks are filled, and what only ever goes forward may go on.
"""

from collections.abc import Iterable, Sequence

from config.mapping import Role
from domain.record import Record
from mapping.compiled import FieldMap
from mapping.wishes import FieldWish


def keep_found(wishes: Sequence[FieldWish], records: Iterable[Record], fields: FieldMap) -> tuple[FieldWish, ...]:
    """The wishes without those that would replace a status."""
    shown = {record.ref: record.values for record in records}
    forward = {
        (one.rule.name, name)
        for one in fields.decided
        if one.rule.role is Role.STATUS
        for name in one.rule.forward_only
    }
    return tuple(
        wish
        for wish in wishes
        if fields.roles[wish.property] is not Role.STATUS
        or (wish.property, wish.ref.connection) in forward
        or shown.get(wish.ref, {}).get(wish.field) in (None, "")
    )
