"""Where somebody came from: as it was decided once, and by today's rules for whom that is still to come.

It is decided when somebody has been known for a while, so that what the other system knows of them is read by then, and
it stays so whatever is read, retracted or ruled later.
"""

from datetime import datetime, timedelta

from config.reports import UNKNOWN
from domain.activity import Activity
from domain.first_touch import FirstTouch
from mapping.channels import Channels, is_touch, words_of
from reports.histories import Life

SETTLES = timedelta(days=1)
"""So long somebody has been known before it is decided where they came from."""


def channel_of(life: Life, channels: Channels) -> str:
    decided = life.first_touch
    if decided is not None and decided.channel != UNKNOWN:
        return decided.channel
    return channels.of_lead(life.activities, life.facts)


def first_of(life: Life) -> Activity | None:
    """The touch by which they came: as it was decided; where that is gone, or not decided, the first there is."""
    touches = [each for each in life.activities if is_touch(each)]
    at = life.first_touch.at if life.first_touch is not None else None
    return next((each for each in touches if each.occurred_at == at), touches[0] if touches else None)


def decide(life: Life, channels: Channels, *, now: datetime) -> FirstTouch:
    """By these rules and what is known now."""
    first = next(filter(is_touch, life.activities), None)
    return FirstTouch(
        channel=channels.of_lead(life.activities, life.facts),
        campaign=campaign_in(first) if first is not None else "",
        at=first.occurred_at if first is not None else None,
        decided_at=now,
        rules=channels.hash,
        revision=life.lead.revision,
    )


def campaign_in(touch: Activity) -> str:
    return str(words_of(touch).get("campaign") or "")
