"""What the pure floors conclude about a lead; `sync/` does what these values say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.handoff import Assignment, Handoff, StepTaken
from domain.lead import Lead
from domain.rule_problem import RuleProblem
from domain.stage import Transition
from domain.values import LeadId, RecordRef, RuleHash, Value


class IntentKind(StrEnum):
    """Create-once effects."""

    TASK = "task"
    CREATE_LEAD = "create_lead"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Something to be created once. The key is hash(lead, handoff number, kind, step), see `store/`.

    `payload` holds canonical values (subject, body, due_at, owner, ...); the connector's object and
    field names are put in when it is planned.
    """

    lead_id: LeadId
    handoff: int
    kind: IntentKind
    step: str
    payload: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Whether a lead belongs on a list that we keep, with the reason."""

    lead_id: LeadId
    list: str
    member: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """One field of one record as it should be, in canonical form, with its cause."""

    lead_id: LeadId
    ref: RecordRef
    field: str
    property: str
    value: Value
    cause: str
    rule_hash: RuleHash


class BlastClass(StrEnum):
    """How dangerous a decision is; the limits of each stand in the settings."""

    DESTRUCTIVE = "destructive"
    HANDOFF = "handoff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything decided about one lead at one moment: saved in one transaction.

    `lead` is the lead as it stands afterwards. `properties` are lead properties that we own and
    project (stage, owner, queue, score, why, …), in canonical form. `unarmed` marks a lead above the
    line whose crossing no fresh behaviour explains: it is listed, not handed off.
    """

    lead: Lead
    transitions: tuple[Transition, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    """The open handoff and any that this decision closed, as they stand afterwards, by number."""
    assignment: Assignment | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)
    stated: frozenset[str] = frozenset()
    """Of these properties the reps' own answers that they gave elsewhere: the systems are to show them."""
    memberships: tuple[Membership, ...] = ()
    intents: tuple[Intent, ...] = ()
    blast: BlastClass | None = None
    hand_raise: bool = False
    unarmed: bool = False
    wake_at: datetime | None = None
    notes: tuple[str, ...] = ()
    """Health findings in words (an unmapped owner, a list a person emptied)."""
    problems: tuple[RuleProblem, ...] = ()
    """Rules of lifecycle.yaml and routing.yaml that could not be told about the lead; they count as not met."""
    has_routed: bool = False
    """Whether the routing rules were asked: what was found earlier of them stands otherwise."""
    steps: tuple[StepTaken, ...] = ()
    """The steps of its clocks that came due."""
