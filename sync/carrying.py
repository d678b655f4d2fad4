"""What a neighbour carries for us: not written there, but looked after until it has arrived."""

from collections.abc import Iterator, Mapping, Sequence

from config.mapping import Role
from domain.place import Place
from domain.record import Record
from domain.values import Value
from mapping.compiled import FieldMap
from mapping.wishes import FieldWish
from sync.same import same


def awaited(
    wishes: Sequence[FieldWish], values: Mapping[str, Value], heads: Mapping[str, Record], fields: FieldMap
) -> frozenset[Place]:
    """Carried fields of the heads that do not show yet what they should.

    `wishes`: of all that we decide. `values`: of what is known of the person, as their master system has it; a blank
    there is nothing to wait for.
    """
    if not fields.carried:
        return frozenset()
    return frozenset((*_decided(wishes, heads, fields), *_known(values, heads, fields)))


def _decided(wishes: Sequence[FieldWish], heads: Mapping[str, Record], fields: FieldMap) -> Iterator[Place]:
    """Only what is wished in a master system, too: a Contact's owner, which we never write, is nothing to wait for."""
    shown = {record.ref: record.values for record in heads.values()}
    here = [wish for wish in wishes if wish.ref in shown]
    mastered = {wish.property for wish in here if not fields.is_carried(wish.ref, wish.field)}
    for wish in here:
        if not fields.is_carried(wish.ref, wish.field) or wish.property not in mastered or wish.value is None:
            continue
        if not same(wish.value, shown[wish.ref].get(wish.field)):
            yield Place(ref=wish.ref, field=wish.field)


def _known(values: Mapping[str, Value], heads: Mapping[str, Record], fields: FieldMap) -> Iterator[Place]:
    for one in fields.properties:
        value = values.get(one.rule.name)
        if one.rule.role is not Role.SHARED or value is None:
            continue
        for record in heads.values():
            field = one.field_of(record)
            if field is None or not fields.is_carried(record.ref, field):
                continue
            if one.reads(record.ref.connection).read(record.values.get(field), None).value != value:
                yield Place(ref=record.ref, field=field)
