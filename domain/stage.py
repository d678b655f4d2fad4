"""Where a lead stands and how it got there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.values import LeadId, RuleHash, Value


class Stage(StrEnum):
    """Every lead is in exactly one."""

    KNOWN = "known"
    ENGAGED = "engaged"
    MQL = "mql"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    QUALIFIED = "qualified"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"


class Cause(StrEnum):
    """Who or what moved a lead."""

    RULE = "rule"
    PERSON = "person"
    SYSTEM = "system"
    TIME = "time"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One move, with its reason in words and the rules that were in force."""

    lead_id: LeadId
    at: datetime
    before: Stage
    after: Stage
    cause: Cause
    why: str
    rule_hash: RuleHash
    handoff: int | None = None


class SignalKind(StrEnum):
    STAGE = "stage"
    OWNER = "owner"
    VERDICT = "verdict"
    OUTCOME = "outcome"
    SCORECARD = "scorecard"
    RETURN_DATE = "return_date"
    """Only where one was taken back: what it says is read as it stands."""
    SNOOZE = "snooze"
    LEFT_LIST = "left_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A foreign change of stage, owner, answer or list: not equal to the base and not ours.

    `property` is the lead property that changed (for LEFT_LIST the list's name), `value` its new
    canonical value, `connection` where it was seen, `at` when the record was last changed there.
    """

    kind: SignalKind
    connection: str
    property: str
    value: Value
    at: datetime
    by_button: bool = False
    """Said in a notice, so that the systems do not show it yet."""
