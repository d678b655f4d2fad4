"""A person's word on a conflict: what every side is to show from now on, whatever rule could not decide.

It is kept beside what was agreed, under a name that no connection has, until every side shows the same. Meanwhile each
side is taken to be agreed with at what it showed: one that moves after the word has not been heard, so that is a
conflict again.
"""

from collections.abc import Mapping, Sequence

from domain.values import Value
from mapping.agreement import Base, settled
from mapping.views import View

SAID = "@said"
"""In place of a connection: the words on this lead's properties."""

OVER = Base(value=None, vendor_form=None)
"""Takes the place of a word that was carried out."""

_WAITS = True
"""In place of a vendor's form: a blank may be somebody's word as well."""


def word(value: Value) -> Base:
    """A word that is to be carried out."""
    return Base(value=value, vendor_form=_WAITS)


def waits(kept: Base | None) -> bool:
    """Whether there is a word, and sides that do not follow it yet."""
    return kept is not None and kept.vendor_form is _WAITS


def is_followed(views: Sequence[View]) -> bool:
    """Whether nothing is left to be done: the sides show one value, be it what was said or what they came to since."""
    first = views[0]
    if any(one.problem is not None for one in views):
        return False
    return all(one.value == first.value for one in views) or all(one.plain == first.plain for one in views)


def at_rest(
    values: Mapping[str, Value], shown: Mapping[str, Value], bases: Mapping[str, Base | None]
) -> dict[str, Base]:
    """Every side agreed with as it stands, by connection: none of them brings any news."""
    found = {name: settled(bases.get(name), value, shown[name]) for name, value in values.items()}
    return {name: base for name, base in found.items() if base is not None}
