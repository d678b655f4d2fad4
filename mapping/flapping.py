"""When somebody else's value is an overwriting of ours, and when there have been too many of them.

Only what puts our value back is a fight: what a person answers, and what we would write anew for another reason,
is not.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.mapping import Role

_OURS_ALONE = frozenset({Role.OWNED})


def is_overwriting(role: Role, *, still_there: bool, same_again: bool) -> bool:
    """Whether the field was taken from us: our confirmed value is gone, and we are about to write there again.

    `still_there`: the system shows what we wrote last. `same_again`: we would write the very same value. In a field
    that others are meant to write (owner, status, what is known of the person) only that is a fight; in our own, of
    which we alone know the value, any write is. An answer is a person's to give.
    """
    if still_there or role is Role.ANSWER:
        return False
    return same_again or role in _OURS_ALONE


def counted(times: Sequence[datetime], *, now: datetime, hours: int) -> tuple[datetime, ...]:
    """The overwritings that count at `now`, this one included."""
    return (*(at for at in times if at > now - timedelta(hours=hours)), now)


def is_field_lost(records: int, *, leads: int, floor: int, share_percent: float) -> bool:
    """Whether a field that is stopped on so many records is to be stopped on all."""
    return records >= max(floor, leads * share_percent / 100)
