"""One pass of a lead from marketing to sales and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.values import LeadId, RuleHash, Value


class HandoffKind(StrEnum):
    NEW_BUSINESS = "new_business"
    OPEN_DEAL = "open_deal"
    CUSTOMER = "customer"
    PARTNER = "partner"


class Verdict(StrEnum):
    """The rep's answer to *take it?*"""

    ACCEPT = "accept"
    WRONG_PERSON = "wrong_person"
    DATA_WRONG = "data_wrong"
    NOT_TARGET = "not_target"
    ALREADY_WORKING = "already_working"


class Outcome(StrEnum):
    """The rep's answer to *what came of it?*; the last five are given by the loop itself."""

    MEETING = "meeting"
    QUALIFIED = "qualified"
    NOT_NOW = "not_now"
    NO_BUDGET = "no_budget"
    NO_NEED = "no_need"
    CHOSE_ANOTHER = "chose_another"
    UNREACHABLE = "unreachable"
    LEFT_COMPANY = "left_company"
    WENT_QUIET = "went_quiet"
    NOT_TARGET = "not_target"
    LOST = "lost"
    """The deal that came of it was lost; under which reason, the deal itself says."""
    MERGED = "merged"
    ERASED = "erased"
    """The person was forgotten while a rep had them."""


class Queue(StrEnum):
    """Where a lead waits in sight of everybody when no rep can have it."""

    UNASSIGNED = "unassigned"
    NEEDS_DATA = "needs_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """Somebody who may be given leads. `email` is the key that both systems share."""

    email: str
    name: str
    active: bool = True
    available: bool = True
    user_ids: tuple[tuple[str, str], ...] = ()
    """(connection, the system's user id) pairs."""
    lacks: tuple[str, ...] = ()
    """Systems that keep reps' tasks and in which they are nobody: they could not work a lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A rep for a handoff and the trace of the choice: which rule, why them, why not the others."""

    lead_id: LeadId
    handoff: int
    owner: str
    at: datetime
    rule: str
    why: str
    trace: tuple[str, ...]
    rule_hash: RuleHash


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """One step of a handoff's clocks, as it was taken. `enforced`: it acted; otherwise it was only counted."""

    lead_id: LeadId
    handoff: int
    step: str
    owner: str
    due_at: datetime
    at: datetime
    enforced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """One pass from MQL to its outcome, numbered per lead from 1.

    Exactly one of `owner` (the rep's e-mail) and `queue` is set while it is open. `touch_due_at`
    runs only with an owner. `steps` are the clock steps already taken (`remind`, `manager`, …):
    none is taken twice. `score` is marketing's own number at hand-over, in thousandths.
    """

    lead_id: LeadId
    number: int
    kind: HandoffKind
    opened_at: datetime
    why: str
    hand_raise: bool
    score: int
    band: str
    owner: str | None = None
    queue: Queue | None = None
    queue_cause: str | None = None
    assigned_at: datetime | None = None
    touch_due_at: datetime | None = None
    touched_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    """`touch`, `verdict`, `status` or `scorecard`."""
    outcome_due_at: datetime | None = None
    verdict: Verdict | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    tried: tuple[str, ...] = field(default=())
    """Reps who had this handoff before, by e-mail; they are not asked again."""
    steps: tuple[str, ...] = field(default=())
    scorecard: tuple[tuple[str, Value], ...] = field(default=())
    """What its rep answered of the scorecard, by factor, as they wrote it; None: to be blank until they answer."""
    after: int | None = None
    """The number of the handoff that it follows on: the next link of a chain, or the road back."""

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def asked_anew(self) -> tuple[tuple[str, Value], ...]:
        """The scorecard for whoever has it next: what was answered is to be blank."""
        return tuple((name, None) for name, _ in self.scorecard)
