"""What one lead looks like to the handoff floor at the moment it is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.account import Account
from domain.activity import Activity, ActivityKind
from domain.handoff import Assignment, Handoff, Rep
from domain.lead import Lead
from domain.score import Score
from domain.scorecard import Scorecard
from domain.stage import Signal
from domain.values import Value
from handoff.earshot import Earshot

VERDICT = "verdict"
OUTCOME = "outcome"
RETURN_DATE = "return_date"
RENEWAL_DATE = "renewal_date"
SNOOZE = "snooze_until"
OWNER = "owner"
SCORECARD = "scorecard"

TOUCHES: Mapping[ActivityKind, str] = {
    ActivityKind.CALL_LOGGED: "a call",
    ActivityKind.MEETING_BOOKED: "a meeting",
    ActivityKind.EMAIL_SENT: "an e-mail",
}
"""What counts as following up, unless a sequence did it; notes and open tasks do not."""

REPLIES = frozenset({ActivityKind.EMAIL_REPLIED, ActivityKind.FORM_SUBMITTED, ActivityKind.EVENT_ATTENDED})
"""What only somebody does who can be reached; a click or a page view may be a machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """One lead with everything a decision about it depends on.

    `values` are its properties, answers of reps included, `changed_at` since when they have them (as far
    as that is known). `handoff` is the open one, `past` the closed ones. `sales` are what reps did, newest
    last. `words` is the score's reason. `approved`: a person let its held crossing through. `assignment` is
    how the open handoff last found its rep and `recent` what the person did lately, newest last: both only
    for words. `held`: its crossing, or what else the blast radius held, waits for a person's word.
    """

    lead: Lead
    score: Score
    values: Mapping[str, Value] = field(default_factory=dict)
    changed_at: Mapping[str, datetime] = field(default_factory=dict)
    handoff: Handoff | None = None
    past: Sequence[Handoff] = ()
    signals: Sequence[Signal] = ()
    sales: Sequence[Activity] = ()
    account: Account | None = None
    is_customer: bool = False
    is_partner: bool = False
    has_open_deal: bool = False
    converted: bool = False
    member_of: frozenset[str] = frozenset()
    """Lists it is on or was to be on."""
    heard_at: datetime | None = None
    """When the person last did anything themselves."""
    words: str = ""
    needs_baseline: bool = False
    is_provisional: bool = False
    """Its stage comes from the baseline alone, which was not confirmed, so that another table gives another one."""
    approved: bool = False
    held: bool = False
    numbers_from: int = 1
    """The least number of its next handoff: those below it may have been used before a restore."""
    was_given: bool = False
    """The systems show a rep at work on it, by a decision that a restore took away."""
    lacks: tuple[str, ...] = ()
    """Properties that are blank and without which the lead cannot be created where reps work."""
    barred: str = ""
    """The closed gates that keep the lead from wherever reps work, in words; empty where it can come to one."""
    scorecard: Scorecard | None = None
    """What reps answered of it in this pass, the newest answers included; None where nobody ever did."""
    assignment: Assignment | None = None
    recent: Sequence[Activity] = ()
    replies: Sequence[Activity] = ()
    """Everything by which they showed that they can be reached, newest last."""
    earshot: Earshot = field(default_factory=Earshot)
    """How far reps were heard when this was put together."""

    def text(self, name: str) -> str:
        """A property as stripped text, empty when it is blank."""
        value = self.values.get(name)
        return "" if value is None else str(value).strip()

    @property
    def person(self) -> str:
        """The person's name as it is known, else their address, else our key."""
        name = f"{self.text('first_name')} {self.text('last_name')}".strip()
        return name or self.text("email") or self.lead.key

    @property
    def company(self) -> str:
        return self.text("company") or (self.sure_account.name if self.sure_account is not None else "")

    @property
    def sure_account(self) -> Account | None:
        """Theirs beyond doubt: a likely one is only told of, and nobody gets a lead by it."""
        return self.account if self.account is not None and self.account.is_sure else None

    @property
    def lost_reason(self) -> str | None:
        """Why the account's last lost deal was lost, as its system has it; None where it does not say."""
        said = self.sure_account.lost_reason if self.sure_account is not None else None
        return said.strip() or None if said is not None else None

    @property
    def next_number(self) -> int:
        numbers = [each.number for each in self.past]
        if self.handoff is not None:
            numbers.append(self.handoff.number)
        return max(self.numbers_from, max(numbers, default=0) + 1)


def rep_of(value: Value, reps: Mapping[str, Rep]) -> Rep | None:
    """The rep whom an e-mail, in any case, or a system's user id stands for."""
    if not isinstance(value, str) or not value:
        return None
    found = reps.get(value) or reps.get(value.casefold())
    if found is not None:
        return found
    return next((rep for rep in reps.values() if any(user == value for _, user in rep.user_ids)), None)


def is_by(activity: Activity, rep: Rep) -> bool:
    """Tell whether this rep did it, in whatever system."""
    return (activity.connection, activity.actor) in rep.user_ids


def is_touch(activity: Activity) -> bool:
    """Tell whether a person followed up by it."""
    return activity.kind in TOUCHES and not activity.automated and not activity.retracted


def present_owner(view: LeadView, reps: Mapping[str, Rep]) -> Rep | None:
    """Whom the lead belongs to now, as decided here or else as the CRM shows it."""
    return rep_of(view.lead.owner, reps) or rep_of(view.values.get(OWNER), reps)


def last_spoke(view: LeadView, reps: Mapping[str, Rep]) -> Rep | None:
    """The rep who spoke with them last: by what was logged, else the latest handoff that was touched."""
    for activity in reversed(view.sales):
        if is_touch(activity):
            for rep in reps.values():
                if is_by(activity, rep):
                    return rep
    for handoff in sorted(view.past, key=lambda each: each.number, reverse=True):
        owner = rep_of(handoff.owner, reps)
        if handoff.touched_at is not None and owner is not None:
            return owner
    return None
