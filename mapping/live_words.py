"""Words that the rules rely on, compared with the lists that the systems offer: statuses, answers, first stages.

What is written has to stand there letter for letter, or it is refused; what is heard is compared without regard to
capitals, as the rules do. A word that no list offers is never heard, and nobody would notice.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.lifecycle import LIFECYCLE_NAMES, STATUS_NAMES, LifecycleRules
from config.mapping import MappingRules, Property, Role
from config.words import nearest
from domain.handoff import Outcome
from domain.place import FieldOf
from domain.record import Field, FieldType
from mapping.fittings import GIVEN_BY_US

Told = Mapping[str, Mapping[str, Mapping[str, Field]]]
"""Connection → object → field, as the system describes it; a connection that could not be asked is missing."""

_LISTS = frozenset({FieldType.PICKLIST, FieldType.MULTIPICKLIST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Strange:
    """A word and the place where it is not offered; or one that is offered and that the rules do not know."""

    words: str
    mend: str
    field: FieldOf | None = None
    """Where it would be written, and is not offered."""


def strange_words(
    mapping: MappingRules,
    lifecycle: LifecycleRules,
    told: Told,
    *,
    reserved: Mapping[FieldOf, Collection[str]] | None = None,
) -> Iterator[Strange]:
    """Everything that a person should mend before these rules are in force. `reserved`: words that the system keeps
    for what only it does."""
    places = [
        (prop, at, field)
        for prop in mapping.properties
        if prop.role in (Role.STATUS, Role.ANSWER)
        for at, field in _described(prop, mapping, told)
    ]
    for prop, at, field in places:
        if not _is_list(field):
            continue
        if prop.role is Role.STATUS:
            yield from _unwritable(prop, at, field)
            yield from _kept_for_itself(prop, at, (reserved or {}).get(at, ()))
        elif prop.name in ("verdict", "outcome"):
            yield from _unpickable(prop.name, at, field, lifecycle)
    if all(connection in told for prop in mapping.properties if prop.role is Role.STATUS for connection in prop.fields):
        yield from _unheard([(prop, field) for prop, _, field in places if prop.role is Role.STATUS], lifecycle)


def _described(prop: Property, mapping: MappingRules, told: Told) -> Iterator[tuple[FieldOf, Field]]:
    """The fields that the property's values stand in, as far as they were described."""
    for connection, where in prop.fields.items():
        system = mapping.systems.get(connection)
        objects = system.people.objects if system is not None else []
        placed = where if isinstance(where, dict) else dict.fromkeys(objects, where)
        for kind, name in placed.items():
            field = told.get(connection, {}).get(kind, {}).get(name)
            if field is not None:
                yield FieldOf(connection=connection, object=kind, field=name), field


def _is_list(field: Field) -> bool:
    return field.type in _LISTS and bool(field.options)


def _unwritable(prop: Property, at: FieldOf, field: Field) -> Iterator[Strange]:
    for stage, word in prop.values.get(at.connection, {}).items():
        if word not in field.options:
            yield Strange(
                words=f"{at} does not offer `{word}`, which is written for {stage}{_rather(word, field)}",
                mend=f"Name one of its values under `values` of `{prop.name}` in mapping.yaml, or add this one there",
                field=at,
            )


def _kept_for_itself(prop: Property, at: FieldOf, reserved: Collection[str]) -> Iterator[Strange]:
    for stage, word in prop.values.get(at.connection, {}).items():
        if word in reserved:
            yield Strange(
                words=f"{at}: `{word}`, which is written for {stage}, is the status of a lead that was converted there",
                mend=f"Name another of its values under `values` of `{prop.name}` in mapping.yaml",
            )


def _unpickable(name: str, at: FieldOf, field: Field, lifecycle: LifecycleRules) -> Iterator[Strange]:
    """Answers that reps cannot give, and those that nobody would understand."""
    labels = _labels(name, lifecycle)
    offered = {option.casefold() for option in field.options}
    for meaning, label in labels.items():
        if label.casefold() not in offered:
            yield Strange(
                words=f"{at} does not offer `{label}` ({meaning}): reps cannot answer so{_rather(label, field)}",
                mend=f"Add it to the field, or name one of its values under `{name}s` in lifecycle.yaml",
            )
    known = {word.casefold() for pair in labels.items() for word in pair}
    for option in field.options:
        if option.casefold() not in known:
            yield Strange(
                words=f"{at} offers `{option}`, which lifecycle.yaml does not know: whoever picks it is not heard",
                mend=f"Take it off the field, or name it under `{name}s` in lifecycle.yaml",
            )


def _labels(name: str, lifecycle: LifecycleRules) -> dict[str, str]:
    if name == "verdict":
        return {verdict.value: label for verdict, label in lifecycle.verdicts.items()}
    reps = (outcome for outcome in Outcome if outcome not in GIVEN_BY_US and outcome in lifecycle.outcomes)
    return {outcome.value: lifecycle.outcomes[outcome].label for outcome in reps}


def _unheard(places: Sequence[tuple[Property, Field]], lifecycle: LifecycleRules) -> Iterator[Strange]:
    """Statuses that move leads, or give them their first stage, in no list of any system."""
    everywhere = [field for _, field in places]
    statuses = [field for prop, field in places if prop.name in STATUS_NAMES]
    stages = [field for prop, field in places if prop.name in LIFECYCLE_NAMES]
    asked: list[tuple[str, str, Sequence[Field]]] = [
        *((word, "touch_statuses", everywhere) for word in lifecycle.touch_statuses),
        *((word, "status_stages", everywhere) for word in lifecycle.status_stages),
        *((row.status, "the baseline's `status`", statuses) for row in lifecycle.baseline if row.status is not None),
        *((row.lifecycle, "its `lifecycle`", stages) for row in lifecycle.baseline if row.lifecycle is not None),
    ]
    for word, where, fields in dict.fromkeys((word, where, tuple(fields)) for word, where, fields in asked):
        if fields and all(map(_is_list, fields)) and word.casefold() not in _offered(fields):
            yield Strange(
                words=f"no status field offers `{word}`, which lifecycle.yaml waits for in {where}"
                f"{_rather(word, *fields)}",
                mend="Name it as the field does, or take it out of lifecycle.yaml: it is never heard",
            )


def _offered(fields: Iterable[Field]) -> set[str]:
    return {option.casefold() for field in fields for option in field.options}


def _rather(word: str, *fields: Field) -> str:
    """What may have been meant, in words that follow the finding."""
    said = word.casefold()
    for field in fields:
        if said in {each.casefold() for each in field.retired}:
            return ": it is inactive there"
        if same := next((option for option in field.options if option.casefold() == said), None):
            return f": it is `{same}` there, letter for letter"
        by_label = dict(zip((label.casefold() for label in field.labels), field.options, strict=False))
        if said in by_label:
            return f": that is how screens show `{by_label[said]}`"
    near = nearest(word, [option for field in fields for option in field.options])
    return f": did you mean `{near}`?" if near is not None else ""
