"""What stays at home, in words: when it is so much that the installation's reason says so, and who mends it how."""

from collections.abc import Iterator, Mapping, Sequence

from domain.misfit import Blocked, Why

MANY = 100
"""One value in so many leads is worth saying wherever anybody asks how the installation stands."""


def in_reason(found: Sequence[Blocked], *, leads: int) -> Iterator[str]:
    values = sum(one.values for one in found)
    if values * MANY > leads:
        columns = dict.fromkeys(str(one.column) for one in found)
        yield f"values that stay at home: {values:,}, at {', '.join(columns)}"


def cause(one: Blocked) -> str:
    """In words that follow the field's name."""
    return "cannot be read" if one.why is Why.UNREADABLE else one.words


def nearest(one: Blocked) -> str:
    """The word that most of them may mean, to be put behind anything."""
    return f", nearest {one.hint!r}" if one.hint else ""


def mend(one: Blocked) -> str:
    """Who does what. It goes by itself once that is done."""
    named = f"`{one.property}` in mapping.yaml" if one.property else "mapping.yaml"
    return _MENDS[one.why].format(there=one.column.connection, named=named)


_AT_ITS_ROOT = "Mend the values where they come from, or the type and transforms of {named}."
_MENDS: Mapping[Why, str] = {
    Why.UNREADABLE: "Mend the values in {there}, or the type and transforms of {named}.",
    Why.UNSAID: "Give {named} a word for it: `read` and `write` under `fields: {{{there}: ...}}`.",
    Why.TYPE: _AT_ITS_ROOT,
    Why.LENGTH: "Make the field longer in {there}, or cut it: `truncate(...)` in the transforms of {named}.",
    Why.OPTION: "Add the option in {there}, or translate it: a `map(...)` under "
    "`fields: {{{there}: {{field: ..., read: [...]}}}}` of {named}.",
    Why.DIGITS: _AT_ITS_ROOT,
    Why.DATE: _AT_ITS_ROOT,
    Why.ADDRESS: _AT_ITS_ROOT,
    Why.READ_ONLY: "Give the integration user edit permission in {there}, or set `decided` in mapping.yaml.",
    Why.BLANK: "Set `nulls: ignore` for {named}, or let the field be blank in {there}.",
    Why.MISSING: "Give the field a default in {there}, or map a property to it in mapping.yaml.",
}
