"""How two dates of one thing differ, where one of them lies in the window and the other one does not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reports.pages.differences import Because, Cause
from reports.pages.yardsticks import Dated

_DAY = timedelta(days=1)


def apart(
    own: Sequence[Dated], others: Sequence[Dated], *, zone: ZoneInfo, passes: Sequence[datetime] = ()
) -> Because | None:
    """`own`: where it is not counted, `others`: where it is; None where one of them has no date. `passes`: the dates of
    the lead's passes, of which a field may hold another one."""
    if not own or not others:
        return None
    mine, other = min(((one, each) for one in own for each in others), key=lambda pair: abs(pair[0].at - pair[1].at))
    words = f"{mine.at.astimezone(zone):%-d %b %Y}"
    if (mine.is_day or other.is_day) and _days(mine, other, zone) <= 1:
        return Because(cause=Cause.ZONE, words=words)
    if len(passes) > 1 and any(abs(each - mine.at) < _DAY for each in passes):
        return Because(cause=Cause.ANOTHER_TIME, words=words)
    return Because(cause=Cause.LATER if mine.at > other.at else Cause.EARLIER, words=words)


def _days(one: Dated, other: Dated, zone: ZoneInfo) -> int:
    return abs((one.at.astimezone(zone).date() - other.at.astimezone(zone).date()).days)
