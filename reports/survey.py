"""What is asked of a survey, and what follows: the lines that mapping.yaml wants, what a neighbour means for us."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.mapping import MappingRules
from domain.survey import HUBSPOT_CONNECTOR, Author, Neighbour, Survey
from mapping.contested import FieldVerdict
from mapping.written import written_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What follows from a neighbour: lines that mapping.yaml lacks, and words."""

    neighbour: Neighbour
    connection: str
    links: Mapping[str, str]
    words: tuple[str, ...]


def fields_to_ask(rules: MappingRules, types: Mapping[str, str]) -> dict[str, dict[str, frozenset[str]]]:
    """Connection → object → the fields that a survey is asked for: what we write, and our key, which tells us apart."""
    asked: dict[str, dict[str, set[str]]] = {}
    for field in written_fields(rules, types):
        own = asked.setdefault(field.connection, {}).setdefault(field.object, set())
        own |= {field.field, rules.systems[field.connection].people.key}
    return {name: {kind: frozenset(fields) for kind, fields in objects.items()} for name, objects in asked.items()}


def lines_to_decide(open_fields: Sequence[FieldVerdict]) -> tuple[str, ...]:
    """The lines that mapping.yaml wants, with the choice left to whoever pastes them."""
    lines = ["decided:"] if open_fields else []
    for connection in dict.fromkeys(each.field.connection for each in open_fields):
        lines.append(f"  {connection}:")
        lines += [
            f"    {each.field.place}: ours # or shared, or theirs{_or_carried(each)}"
            for each in open_fields
            if each.field.connection == connection
        ]
    return tuple(lines)


def _or_carried(field: FieldVerdict) -> str:
    """What the neighbour writes it may bring from the other system for us."""
    return ", or carried" if any(reason.startswith(HUBSPOT_CONNECTOR) for reason in field.reasons) else ""


def advice(surveys: Mapping[str, Survey], rules: MappingRules, types: Mapping[str, str]) -> tuple[Advice, ...]:
    """What each neighbour means for our rules."""
    return tuple(
        Advice(
            neighbour=neighbour,
            connection=name,
            links=_missing_links(neighbour, name, rules, types),
            words=tuple(_consequences(surveys[name], rules, types)),
        )
        for name in surveys
        for neighbour in surveys[name].neighbours
    )


def _missing_links(
    neighbour: Neighbour, connection: str, rules: MappingRules, types: Mapping[str, str]
) -> dict[str, str]:
    """Ids of the other side that the mapping does not recognise people by yet: field → `connection:Object`."""
    others = [name for name, kind in types.items() if kind == "salesforce" and name != connection]
    system = rules.systems.get(connection)
    if system is None or len(others) != 1:
        return {}
    known = system.people.links
    return {field: f"{others[0]}:{kind}" for field, kind in neighbour.links.items() if field not in known}


def _consequences(survey: Survey, rules: MappingRules, types: Mapping[str, str]) -> Iterator[str]:
    yield "Its record ids are the first key that people are matched by; what it does not link is never written to."
    yield (
        "Write stage and owner in one system (owner and status: Salesforce; lists and score: HubSpot) and let it "
        "carry them."
    )
    carried = {(line.object, line.field) for line in survey.written if line.author is Author.NEIGHBOUR and line.field}
    both = [
        field.place
        for field in written_fields(rules, types)
        if field.connection == survey.connection and (field.object, field.field) in carried
    ]
    if both:
        yield (
            f"It carries fields that our rules write too: {', '.join(sorted(both))}. Turn its field sync off there, or "
            "decide `carried` where it brings the other system's value: leadloop then looks after its arrival only."
        )
    yield (
        "If it creates leads in Salesforce, set `create_after_minutes: 20` in mapping.yaml under systems > salesforce, "
        "so that nobody is created twice."
    )


__all__ = [
    "Advice",
    "advice",
    "fields_to_ask",
    "lines_to_decide",
]
