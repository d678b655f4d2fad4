"""What a survey of a living org finds: who writes the fields that our rules would write, and what runs there.

Of people only their number is kept; of everything else the name, because an admin has to find it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.values import RecordRef, Value


class Author(StrEnum):
    """Who changed a value, whatever the system calls it."""

    PERSON = "person"
    VISITOR = "visitor"
    """The person the record is about: a form, a meeting link, a chat."""
    WORKFLOW = "workflow"
    INTEGRATION = "integration"
    NEIGHBOUR = "neighbour"
    """HubSpot's own Salesforce connector."""
    IMPORT = "import"
    SYSTEM = "system"
    """The vendor itself: a calculation, a merge."""
    OURS = "ours"
    UNKNOWN = "unknown"


HUBSPOT_CONNECTOR = "HubSpot's Salesforce connector"

AUTOMATED = frozenset({Author.WORKFLOW, Author.INTEGRATION, Author.NEIGHBOUR})
"""Those that would write again what we overwrite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One change of one field, as a history tells it. `author_id` is the vendor's own; `name` is empty for a person.

    `made`: the value that the field got, where it was asked for and the history tells it.
    """

    ref: RecordRef
    field: str
    at: datetime
    author: Author
    author_id: str
    name: str = ""
    made: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldHistory:
    """What a history told of some records. `at`: the system's own now. `untracked`: fields of which it keeps none."""

    at: datetime
    changes: tuple[FieldChange, ...]
    untracked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one kind of author did to a field in the time looked at; `authors` is how many of that kind and name.

    `field` is empty where only the record's last change is told, because no history of the field is kept.
    """

    object: str
    field: str
    author: Author
    name: str
    authors: int
    changes: int
    last_at: datetime


class AutomationKind(StrEnum):
    FLOW = "flow"
    WORKFLOW = "workflow"
    FIELD_UPDATE = "field update"
    TRIGGER = "Apex trigger"
    VALIDATION_RULE = "validation rule"
    ASSIGNMENT_RULE = "assignment rule"
    DUPLICATE_RULE = "duplicate rule"
    APPROVAL_PROCESS = "approval process"
    EMAIL_ALERT = "e-mail alert"


SETS_FIELDS = frozenset({AutomationKind.FLOW, AutomationKind.WORKFLOW, AutomationKind.FIELD_UPDATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """Something active on an object. `fields`: those that it sets (a validation rule: asks for)."""

    kind: AutomationKind
    object: str
    name: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A field that may not be blank. `when` is empty where it never may, else the condition: `Status is Working`."""

    object: str
    field: str
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another tool that joins the same two systems. `links`: field → the other system's object whose id it holds."""

    name: str
    evidence: tuple[str, ...]
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What could not be looked at, and what would let us."""

    what: str
    grant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found in one system. `sampled`: records (or rows of history) looked at, by object.

    `untracked`: fields of which the system keeps no history, by object; of those only who changed a record last is
    known.
    """

    connection: str
    at: datetime
    since: datetime
    sampled: Mapping[str, int]
    untracked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    written: tuple[Written, ...] = ()
    automations: tuple[Automation, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    unseen: tuple[Unseen, ...] = ()


def summed(changes: Iterable[FieldChange]) -> tuple[Written, ...]:
    """One line per object, field, kind of author and name; the busiest first."""
    found: dict[tuple[str, str, Author, str], list[FieldChange]] = {}
    for change in changes:
        found.setdefault((change.ref.object, change.field, change.author, change.name), []).append(change)
    lines = [
        Written(
            object=key[0],
            field=key[1],
            author=key[2],
            name=key[3],
            authors=len({change.author_id for change in those}),
            changes=len(those),
            last_at=max(change.at for change in those),
        )
        for key, those in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.object, line.field, -line.changes, line.author, line.name)))
