"""What routing is asked: for whom a rep is sought, and what is known already of who it may be."""

from dataclasses import dataclass
from datetime import datetime

from config.routing import Target
from domain.handoff import HandoffKind
from handoff.view import LeadView


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The link of a chain that a rep is sought for. `before`: who handed it on, and has it back when nobody is left."""

    chain: str
    to: Target
    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request for a rep. `back_to`: a rep who had the lead before and is asked again first, `back_why` in words.

    `link`: asked for in place of the rules.
    """

    view: LeadView
    kind: HandoffKind
    hand_raise: bool
    now: datetime
    tried: tuple[str, ...] = ()
    back_to: str | None = None
    back_why: str = "asked for better data"
    link: Link | None = None
    returns: bool = False
    """Whether `back_to` handed it on and has it back, which no limit stands against."""
