"""Which class of the blast radius the write of one field belongs to: features.md D."""

from config.mapping import Property, Role, SyncRule
from domain.radius import WriteClass
from domain.values import Value

_BY_DECISION = frozenset({Role.STATUS, Role.OWNER, Role.ANSWER})


def class_of(role: Role, before: Value, *, ours: bool, decided: bool, moved: bool) -> WriteClass | None:
    """None where nothing is at stake.

    `ours`: we wrote what the field shows; of our own properties: we wrote that field of the record before. `decided`:
    the write comes with a decision, which was counted when it was made. `moved`: the property was in another field of
    that object before, so that blanks there do not say that the field is ours.
    """
    if is_blank(before):
        harmless = role is Role.OWNED and not moved
        return None if harmless or ours or _was_counted(role, decided=decided) else WriteClass.ADDITIVE
    if role is not Role.SHARED and (ours or _was_counted(role, decided=decided)):
        return None
    return WriteClass.DESTRUCTIVE


def _was_counted(role: Role, *, decided: bool) -> bool:
    return decided and role in _BY_DECISION


def is_light(prop: Property, value: Value, *, ours: bool) -> bool:
    """Whether a write needs no room: it replaces what we wrote ourselves, or carries a refusal to the other side.

    A whole column of them may wait all the same: a mistake in the mapping is one, whoever wrote the values.
    """
    return ours or (prop.sync is SyncRule.NO_WINS and value is prop.no_is)


def is_blank(value: Value) -> bool:
    return value is None or value == ""
