"""What was agreed with a connection, once another of its records speaks for the lead: a contact after conversion, a
twin, the winner of a merge. What that record never had it did not lose, and what it always had nobody changed."""

from domain.values import Value
from mapping.agreement import Base, stands_for
from mapping.transforms import Reading

_NOTHING = Base(value=None, vendor_form=None)


def taken_over(base: Base, shown: Value, now: Reading, before: Reading | None) -> Base:
    """The base of the new record, which shows `now`; `before` is what the other showed last, None where it has no
    such field or is not known any more.

    What was cleared or changed there before stays a clearing or a change. A value of its own is what the new record
    has always been at: it differs, but it is no news.
    """
    if now.problem is not None or stands_for(shown, now.value, base):
        return base
    if before is not None and before.problem is None and before.value == now.value:
        return base
    return _NOTHING if now.value is None else Base(value=now.value, vendor_form=shown)
