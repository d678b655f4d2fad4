"""The words of the audit about a write: every one that was announced ends in exactly one way."""

from enum import StrEnum


class Act(StrEnum):
    """How the action of an audit row about a write begins; the details follow in words."""

    WILL = "will"
    """It is put out, and may be sent from now on."""
    TRIED = "tried"
    """It was sent and is to be sent again, or it is not known what became of it."""
    WROTE = "wrote"
    """The end: what the system's last answer said, its refusal too."""
    NOT_SENT = "not sent"
    """The end of one that was never taken out."""
    GIVEN_UP = "given up"
    """The end of one that was taken out before: an earlier try may have arrived."""


ENDS = (Act.WROTE, Act.NOT_SENT, Act.GIVEN_UP)
"""The acts of which every announced write has one in the end. A refused one that a person retries is announced anew."""

LOOP = "loop"
"""The actor of what leadloop does by itself."""
