"""What we decided about a lead, as fields of the records that are written to.

Our own properties are written as decided; answers are only ever cleared, for they are the reps', unless a rep gave
one elsewhere (`stated`), which the records then show; the owner goes to Leads, never to a Contact or an Account; a
vendor's status follows our stage where the rules say how.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from config.mapping import MappingRules, Role
from domain.record import Record
from domain.stage import Stage
from domain.values import Value
from mapping.compiled import FieldMap, MappedProperty
from mapping.scalars import as_text
from mapping.wishes import FieldWish
from mapping.written import OWNERLESS_OBJECTS

QUEUE_PREFIX = "queue:"
LIFECYCLE = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
)
"""HubSpot's own order of `lifecyclestage`, which only moves forward: a step back answers success and is ignored."""


def project(
    properties: Mapping[str, Value],
    heads: Mapping[str, Record],
    rules: MappingRules | FieldMap,
    *,
    users: Mapping[tuple[str, str], str],
    ladders: Mapping[tuple[str, str], Sequence[str]] | None = None,
    stated: Set[str] = frozenset(),
) -> tuple[FieldWish, ...]:
    """Lead properties that we own, as wishes for the heads' fields; total: what cannot be projected is left out.

    `users`: (connection, e-mail) → user id. `ladders`: (connection, field) → a forward-only field's options in
    their order, where they are not HubSpot's own. `stated`: answers that a rep gave elsewhere. Shared properties are
    not ours: see `merge_lead`.
    """
    lead = _Decided(properties=properties, users=users, ladders=ladders or {}, stated=stated)
    seats = [((record.ref.connection, record.ref.object), record) for record in heads.values()]
    return tuple(
        _wish(one, record, field, value)
        for one in _compiled(rules).decided
        if one.rule.role is Role.STATUS or one.rule.name in properties
        for record, field, value in lead.values_for(one, _places(one, seats))
    )


def _wish(one: MappedProperty, record: Record, field: str, value: Value) -> FieldWish:
    """Our own properties in the system's words; owner and status are in them already."""
    if one.rule.role is not Role.OWNED or not one.spoken:
        return FieldWish(ref=record.ref, field=field, property=one.rule.name, value=value)
    said = one.say(record.ref.connection, value, None)
    return FieldWish(ref=record.ref, field=field, property=one.rule.name, value=said.value, problem=said.problem)


def _places(one: MappedProperty, seats: Sequence[tuple[tuple[str, str], Record]]) -> list[tuple[Record, str]]:
    """The records that have a field for the property, with that field."""
    return [(record, field) for place, record in seats if (field := one.fields.get(place)) is not None]


def _compiled(rules: MappingRules | FieldMap) -> FieldMap:
    return rules if isinstance(rules, FieldMap) else FieldMap(rules, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """A lead as decided, and what is needed to say it in a vendor's words."""

    properties: Mapping[str, Value]
    users: Mapping[tuple[str, str], str]
    ladders: Mapping[tuple[str, str], Sequence[str]]
    stated: Set[str] = frozenset()

    def values_for(
        self, one: MappedProperty, places: Sequence[tuple[Record, str]]
    ) -> Iterator[tuple[Record, str, Value]]:
        """The values to write in these fields, or nothing at all: a blank is a value here."""
        decided = self.properties.get(one.rule.name)
        match one.rule.role:
            case Role.STATUS:
                for record, field in places:
                    yield from ((record, field, word) for word in self._status(one, record, field))
            case Role.OWNED:
                value = one.read.read(decided, None).value
                yield from ((record, field, value) for record, field in places)
            case Role.ANSWER if decided is None or one.rule.name in self.stated:
                yield from ((record, field, decided) for record, field in places)
            case Role.OWNER:
                email = _owner_email(decided) or ""
                for record, field in places:
                    if _takes_owner(record) and (record.ref.connection, email) in self.users:
                        yield record, field, self.users[record.ref.connection, email]

    def _status(self, one: MappedProperty, record: Record, field: str) -> Iterator[Value]:
        """The vendor's word for our stage; nothing for a stage without one, or a step back where only forward goes."""
        connection, stage = record.ref.connection, self.properties.get("stage")
        words = one.words.get(connection, {})
        word = words.get(str(stage))
        if word is None:
            return
        shown = record.values.get(field)
        order = self.ladders.get((connection, field)) or _order(words)
        if connection not in one.rule.forward_only or shown is None or _is_step_forward(word, shown, order):
            yield word


def _owner_email(given: Value) -> str | None:
    """The rep's address; None for a queue and for nobody: neither is ever written as an owner."""
    text = "" if given is None else as_text(given).strip().casefold()
    return None if not text or text.startswith(QUEUE_PREFIX) else text


def _takes_owner(record: Record) -> bool:
    return record.ref.object not in OWNERLESS_OBJECTS


def _order(words: Mapping[str, str]) -> Sequence[str]:
    if set(words.values()) <= set(LIFECYCLE):
        return LIFECYCLE
    return tuple(dict.fromkeys(words[stage.value] for stage in Stage if stage.value in words))


def _is_step_forward(word: str, shown: Value, order: Sequence[str]) -> bool:
    """Whether `word` comes after what is shown; what stands outside the known order is not touched."""
    return word in order and shown in order and order.index(word) > order.index(str(shown))
