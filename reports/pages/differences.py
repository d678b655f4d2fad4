"""Why one system counts a lead and another does not: every cause there is, in the order in which they are asked for.

The first that fits is the cause. One that nobody has thought of is told as `unexplained`, before all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Cause(StrEnum):
    """In the order of precedence; the values are the words that figures are named by."""

    ERASED = "erased"
    UNREAD = "unread"
    # The system has no record of the person, or an empty one that a gate keeps so.
    OPTED_OUT = "opted-out"
    EXCLUDED = "excluded"
    SUSPENDED = "suspended"
    CREATION_REFUSED = "creation-refused"
    LACKS_DATA = "lacks-data"
    STEP = "go-live-step"
    CREATION_WAITS = "creation-waits"
    NO_ADDRESS = "no-address"
    NOT_CREATED = "not-created"
    # It had one.
    MERGED = "merged"
    DELETED = "deleted"
    # It has one that could hold the date, and what would be written there does not stand there.
    NOT_MAPPED = "not-mapped"
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    UNSURE = "unsure"
    HELD = "held"
    CONFLICT = "conflict"
    MISFIT = "misfit"
    NOT_OURS = "not-ours"
    OVERWRITTEN = "overwritten"
    WAITING = "waiting"
    # It has another date.
    TAKEN_BACK = "taken-back"
    ZONE = "day-apart"
    ANOTHER_TIME = "another-time"
    LATER = "later"
    EARLIER = "earlier"
    # Leadloop has none.
    BEFORE = "before-leadloop"
    RULES_FAIL = "rules-fail"
    HELD_BACK = "held-back"
    UNDECIDED = "undecided"
    # Nothing stands in the way: nothing was to be written.
    SET_THERE = "set-there"
    NEVER_TOLD = "never-told"
    SKIPPED = "skipped"
    ENDED = "ended"
    UNDATED = "undated"
    STALE = "stale"
    UNEXPLAINED = "unexplained"


class Twice(StrEnum):
    """Why a system shows more records than it has people."""

    CONVERTED = "converted"
    DUPLICATE = "duplicates"
    NOBODY = "nobodys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Why one lead is not counted somewhere. `words`: what is known of it beyond the cause, free of values."""

    cause: Cause
    words: str = ""

    @property
    def told(self) -> str:
        return f"{LABELS[self.cause]}: {self.words}" if self.words else LABELS[self.cause]


LABELS: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.UNEXPLAINED: "unexplained",
        Cause.ERASED: "erased: only dates are left",
        Cause.UNREAD: "the system was never read",
        Cause.OPTED_OUT: "kept out by a gate, after a no to contact",
        Cause.EXCLUDED: "kept out by a gate",
        Cause.SUSPENDED: "the connection stands still",
        Cause.CREATION_REFUSED: "creation refused",
        Cause.CREATION_WAITS: "waits to be created",
        Cause.STEP: "nothing is written at this step of go-live",
        Cause.LACKS_DATA: "cannot be created: something is not known",
        Cause.NO_ADDRESS: "no record there, and no e-mail to match by",
        Cause.NOT_CREATED: "no record there, and none is created",
        Cause.MERGED: "merged away there",
        Cause.DELETED: "deleted there",
        Cause.NOT_MAPPED: "its kind of record has no field for the date",
        Cause.HIDDEN: "the field is gone, hidden or of another type",
        Cause.UNREADABLE: "what stands there is no date",
        Cause.ZONE: "a day apart, at the edge of the window",
        Cause.ANOTHER_TIME: "came several times: dated by another one",
        Cause.LATER: "dated later",
        Cause.EARLIER: "dated earlier",
        Cause.REFUSED: "the write was refused",
        Cause.UNSURE: "written, and the answer was lost",
        Cause.HELD: "the write waits for a person's word",
        Cause.WAITING: "waits to be written",
        Cause.HELD_BACK: "the lead waits for a person's word",
        Cause.UNDECIDED: "news of the lead is not decided yet",
        Cause.MISFIT: "the value does not fit its field",
        Cause.CONFLICT: "in conflict: both sides changed it",
        Cause.NOT_OURS: "the field is left to somebody else",
        Cause.OVERWRITTEN: "cleared or overwritten there by somebody else",
        Cause.BEFORE: "was there before leadloop looked",
        Cause.TAKEN_BACK: "taken back, and the other one does not go back",
        Cause.RULES_FAIL: "the rules fail for the lead",
        Cause.SET_THERE: "set by a person or another tool, never qualified here",
        Cause.NEVER_TOLD: "never qualified here, so nothing was written",
        Cause.SKIPPED: "came farther at once, so that this date stayed blank",
        Cause.ENDED: "the pass is over, and its date was cleared",
        Cause.UNDATED: "shows the stage without this date",
        Cause.STALE: "not read since",
    }
)
_ASK = "`leadloop why-not LEAD` tells more of each."
MENDS: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.UNEXPLAINED: "Look at `leadloop report journey LEAD`, and tell us.",
        Cause.ERASED: "Nothing: the person asked for it.",
        Cause.UNREAD: "`leadloop doctor` says what is missing.",
        Cause.OPTED_OUT: "Nothing, or `gates` in mapping.yaml.",
        Cause.EXCLUDED: "Mend the value, or `gates` in mapping.yaml.",
        Cause.SUSPENDED: "`leadloop doctor` says what is missing; it goes on by itself then.",
        Cause.CREATION_REFUSED: "Mend it there, then `leadloop errors retry`.",
        Cause.CREATION_WAITS: _ASK,
        Cause.STEP: "`leadloop golive` tells what the next step needs.",
        Cause.LACKS_DATA: "Fill in what is missing: the queue `needs_data`.",
        Cause.NO_ADDRESS: "Give the person an e-mail in either system.",
        Cause.NOT_CREATED: "Create them there, or let `create: create_at_mql` in mapping.yaml do it.",
        Cause.MERGED: "Nothing: another record goes on.",
        Cause.DELETED: "Restore it there if it was a mistake.",
        Cause.NOT_MAPPED: "Map the date for that object in mapping.yaml.",
        Cause.HIDDEN: "`leadloop status` names the field; give the integration user access.",
        Cause.UNREADABLE: "Mend the values there, or the property's type.",
        Cause.ZONE: "Map a date with its time.",
        Cause.ANOTHER_TIME: "Nothing: one field holds one of several dates.",
        Cause.LATER: "Nothing: it counts in another window.",
        Cause.EARLIER: "Nothing: it counts in another window.",
        Cause.REFUSED: "Mend it there, then `leadloop errors retry`.",
        Cause.UNSURE: "Nothing: the next cycles clear it up.",
        Cause.HELD: "`leadloop held list`, then approve or discard.",
        Cause.WAITING: "Nothing: it goes by itself.",
        Cause.HELD_BACK: "`leadloop held list`, then approve or discard.",
        Cause.UNDECIDED: "Nothing: the next cycle does it.",
        Cause.MISFIT: "`leadloop errors list` says who mends it how.",
        Cause.CONFLICT: "`leadloop conflicts list`.",
        Cause.NOT_OURS: "`decided` in mapping.yaml says so.",
        Cause.OVERWRITTEN: "`leadloop survey` says who writes there.",
        Cause.BEFORE: "Nothing: nobody knows since when.",
        Cause.TAKEN_BACK: "Nothing, or let the stage be cleared: see Connecting HubSpot.",
        Cause.RULES_FAIL: "Mend the rule or the value, then `leadloop config publish`.",
        Cause.SET_THERE: "Agree who may set the stage there.",
        Cause.NEVER_TOLD: "Nothing: see why the other one counts it.",
        Cause.SKIPPED: "Nothing: whoever came farther counts here, too.",
        Cause.ENDED: "Nothing: the date ends with the pass.",
        Cause.UNDATED: "Set the date where the stage is set.",
        Cause.STALE: "Start `leadloop serve`, or `leadloop run`.",
    }
)
TWICE: Mapping[Twice, str] = MappingProxyType(
    {
        Twice.CONVERTED: "converted Leads beside their Contacts",
        Twice.DUPLICATE: "more records of one person",
        Twice.NOBODY: "records that belong to no lead",
    }
)
TWICE_MENDS: Mapping[Twice, str] = MappingProxyType(
    {
        Twice.CONVERTED: "Nothing: count one of the two objects.",
        Twice.DUPLICATE: "Merge them there: `leadloop duplicates`.",
        Twice.NOBODY: "`leadloop identity list`.",
    }
)
