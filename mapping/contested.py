"""Whose a field is that our rules write: a verdict by what a survey found. What a machine writes too is contested."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from config.mapping import MappingRules, Role, Whose
from domain.survey import AUTOMATED, SETS_FIELDS, Author, AutomationKind, Survey, Written
from mapping.written import WrittenField, written_fields

_ASSIGNMENT_FIELD = "OwnerId"
_OUR_OWN = frozenset({Role.OWNED, Role.ANSWER})
_PEOPLE_ARE_MEANT_TO = frozenset({Role.ANSWER, Role.OWNER, Role.STATUS})


class Verdict(StrEnum):
    """What a field is to us."""

    FREE = "free"
    """Nobody else wrote it."""
    SHARED = "shared"
    """People, imports or the vendor write it too."""
    CONTESTED = "contested"
    """A machine writes it too: whose it is has to be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldVerdict:
    """One field that our rules write. `decided`: what mapping.yaml says of it."""

    field: WrittenField
    verdict: Verdict
    reasons: tuple[str, ...]
    decided: Whose | None

    @property
    def is_open(self) -> bool:
        return self.verdict is Verdict.CONTESTED and self.decided is None


def verdicts(surveys: Mapping[str, Survey], rules: MappingRules, types: Mapping[str, str]) -> tuple[FieldVerdict, ...]:
    """One per field that the rules write in a connection that was surveyed, the contested ones first."""
    found = [
        _verdict(field, surveys[field.connection], rules)
        for field in written_fields(rules, types)
        if field.connection in surveys
    ]
    order = list(reversed(Verdict))
    return tuple(sorted(found, key=lambda each: (order.index(each.verdict), each.field)))


def undecided(surveys: Mapping[str, Survey], rules: MappingRules, types: Mapping[str, str]) -> tuple[FieldVerdict, ...]:
    """Contested fields of which mapping.yaml says nothing."""
    return tuple(each for each in verdicts(surveys, rules, types) if each.is_open)


def _verdict(field: WrittenField, survey: Survey, rules: MappingRules) -> FieldVerdict:
    key = rules.systems[field.connection].people.key
    ours = {line.name for line in survey.written if line.field == key and line.author is Author.INTEGRATION}
    others = [line for line in survey.written if _is_about(line, field, survey) and not _is_ours(line, ours)]
    reasons, verdict = [_in_words(line, field) for line in others], Verdict.FREE
    if others:
        verdict = Verdict.SHARED
    if any(line.author in AUTOMATED and line.field for line in others):
        verdict = Verdict.CONTESTED
    for sets, words in _automated(field, survey):
        reasons.append(words)
        verdict = max(verdict, sets, key=list(Verdict).index)
    return FieldVerdict(
        field=field,
        verdict=verdict,
        reasons=tuple(dict.fromkeys(reasons)),
        decided=rules.decided.get(field.connection, {}).get(field.place),
    )


def _is_about(line: Written, field: WrittenField, survey: Survey) -> bool:
    """Who changed records last tells something of a field without history, if it was a machine, and if the field is
    not one of our own, which nobody else knows."""
    if line.object != field.object:
        return False
    if line.field:
        return line.field == field.field
    is_untracked = field.field in survey.untracked.get(field.object, ())
    return is_untracked and line.author in AUTOMATED and field.role not in _OUR_OWN


def _is_ours(line: Written, ours: set[str]) -> bool:
    """By the system's word, or because it writes our key, which nobody else does."""
    return line.author is Author.OURS or (line.author is Author.INTEGRATION and line.name in ours)


def _in_words(line: Written, field: WrittenField) -> str:
    times = f"{line.changes:,} change{'s' if line.changes != 1 else ''}"
    if line.author in (Author.PERSON, Author.VISITOR, Author.UNKNOWN):
        one, many = _COUNTED[line.author]
        who = f"{line.authors} {one if line.authors == 1 else many}"
        meant = ", as they are meant to" if field.role in _PEOPLE_ARE_MEANT_TO and line.author is Author.PERSON else ""
        return f"{who}: {times}{meant}"
    named = line.name if line.author is Author.NEIGHBOUR else f"{line.author} {line.name}".strip()
    if not line.field:
        many = "s" if line.changes != 1 else ""
        return f"{named} changed {line.changes:,} record{many} last; which fields, no history tells"
    return f"{named}: {times}"


_COUNTED = {
    Author.PERSON: ("person", "people"),
    Author.VISITOR: ("form or chat", "forms and chats"),
    Author.UNKNOWN: ("unknown user", "unknown users"),
}


def _automated(field: WrittenField, survey: Survey) -> Iterator[tuple[Verdict, str]]:
    """What is active on the field, and what that makes of it."""
    for one in survey.automations:
        if one.object != field.object:
            continue
        if one.kind in SETS_FIELDS and field.field in one.fields:
            yield Verdict.CONTESTED, f"{one.kind} {one.name} sets it"
        elif one.kind is AutomationKind.ASSIGNMENT_RULE and field.field == _ASSIGNMENT_FIELD:
            yield Verdict.SHARED, f"assignment rule {one.name} gives new records an owner"
        elif one.kind is AutomationKind.VALIDATION_RULE and field.field in one.fields:
            yield Verdict.FREE, f"validation rule {one.name} asks for it"


def waiting_places(
    surveys: Mapping[str, Survey], rules: MappingRules, types: Mapping[str, str]
) -> frozenset[tuple[str, str, str]]:
    """(connection, object, field) of what is not written until it is decided."""
    fields = [each.field for each in undecided(surveys, rules, types)] if surveys else []
    return frozenset((field.connection, field.object, field.field) for field in fields)
