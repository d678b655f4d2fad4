"""What two systems last agreed on for one property: the third party of a three-way merge."""

from dataclasses import dataclass, replace

from domain.values import Value
from mapping.equal_forms import Shape, is_equal_form

BEFORE_UNION = "@before"
"""Follows a property's name where two leads that became one had agreed differently: what either of them showed."""
LEARNT_KEPT = 8
"""A vendor that answers differently each time must not fill the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The canonical value last agreed with one connection, the form the vendor showed it in, and forms learnt to
    be equal to it (the vendor trims, rounds or reformats what we write)."""

    value: Value
    vendor_form: Value
    learnt: tuple[Value, ...] = ()


def agree(value: Value, shown: Value) -> Base:
    """The base after a receipt: we wrote the canonical `value`, and the record now holds `shown`."""
    base = Base(value=value, vendor_form=value)
    return base if shown == value else learn(base, shown)


def learn(base: Base, shown: Value) -> Base:
    """The base once the vendor has answered our own write of its value with `shown`: an equal form from now on.

    Only for what is known to be the echo of our write; a person's change must never come here.
    """
    kept = tuple(form for form in base.learnt if form != shown)
    return replace(base, vendor_form=shown, learnt=(*kept, shown)[-LEARNT_KEPT:])


def stands_for(shown: Value, plain: Value, base: Base | None, shape: Shape | None = None) -> bool:
    """Whether a side is where it was at the base; `plain` is the canonical form of what it shows, `shape` what its
    field does to values."""
    if base is None:
        return False
    if plain == base.value or shown in base.learnt or plain in base.learnt:
        return True
    if shown is not None and shown == base.vendor_form:
        return True
    return shape is not None and plain is not None and is_equal_form(plain, base.value, shape)


def settled(base: Base | None, value: Value, shown: Value) -> Base | None:
    """The base of a side that is in agreement at `value`; None when there is nothing new to keep."""
    if base is None:
        return None if value is None else Base(value=value, vendor_form=shown)
    if base.value != value:
        return Base(value=value, vendor_form=shown)
    return None if base.vendor_form == shown else replace(base, vendor_form=shown)
