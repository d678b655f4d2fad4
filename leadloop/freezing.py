"""The one place that is asked whether a change may be made now by one person; while not, it is kept for a second one.

Never asked: the loop itself, a hand-raise, a step back of go-live, `held discard`, pausing.
"""

from dataclasses import dataclass
from datetime import datetime

from config.settings import Settings
from domain.freeze import Frozen
from leadloop import exits, screen
from leadloop.actor import account, actor
from store import proposals
from store.engine import Store, Tx
from store.proposals import Deed, Person, Proposal


def frozen_at(settings: Settings, now: datetime) -> Frozen | None:
    """What stands against a change by one person; None: it may be made."""
    return settings.freeze.at(now, settings.time_zone) if settings.freeze is not None else None


def frozen_as_data(frozen: Frozen | None) -> dict[str, str] | None:
    return {"until": frozen.last.isoformat(), "why": frozen.why} if frozen is not None else None


def myself() -> Person:
    return Person(login=actor(), account=account())


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A change that waits for a second person, and what it waits for."""

    proposal: Proposal
    frozen: Frozen

    def say(self) -> int:
        """Tell whoever asked for it; the exit code with which that ends."""
        number = self.proposal.number
        screen.say(f"Changes are frozen {self.frozen.in_words}, so nothing is in force yet: it takes a second person.")
        screen.say(
            f"This is proposal {number} until {self.proposal.expires_at:%Y-%m-%d %H:%M} UTC. Under another login: "
            f"`leadloop proposals show {number}`, then `leadloop proposals approve {number}`."
        )
        return exits.HELD


def keep_if_frozen(store: Store, settings: Settings, deed: Deed, *, now: datetime) -> Kept | None:
    """None: go on and do it. Else it is kept, and nothing of it is in force."""
    frozen = frozen_at(settings, now)
    if frozen is None:
        return None
    with store.write() as tx:
        return Kept(proposal=proposals.propose(tx, deed, by=myself(), now=now), frozen=frozen)


def word(tx: Tx, settings: Settings, *, now: datetime) -> str:
    """A line for `status`; empty where there is nothing to tell."""
    frozen, count = frozen_at(settings, now), proposals.count_waiting(tx, now=now)
    wait = "1 proposal waits" if count == 1 else f"{count} proposals wait"
    if frozen is not None:
        tail = f"; {wait}: `leadloop proposals list`" if count else ""
        return f"frozen {frozen.in_words}: changes need a second person{tail}"
    return f"{wait} for a second person: `leadloop proposals list`" if count else ""
