"""About how many leads there are, for limits that are a share of all of them: a tick must not count every lead.

A hundred thousand more leads do not change a limit in any way that somebody would see; a scan of ten million would be
most of what a tick costs.
"""

from datetime import datetime, timedelta

import orjson
from sqlalchemy import func, select

from store import installation as notebook
from store import leads
from store.columns import from_micros, to_micros
from store.engine import Tx
from store.schema import lead

SMALL = 10_000
"""So many are counted each time: it takes about a millisecond."""
GROWTH_PERCENT = 1
"""Counted anew when so many more numbers were given to leads."""
DAY = timedelta(hours=24)
"""Counted anew after this: leads become fewer where they turn out to be one person."""
_PAGE = "lead_count"


def about(tx: Tx, *, now: datetime) -> int:
    """Exactly for small installations; else as last counted, which `recount` keeps to one percent."""
    last = _last_number(tx)
    if last <= SMALL:
        return leads.count(tx)
    kept = _kept(tx, last, now=now)
    return leads.count(tx) if kept is None else kept


def recount(tx: Tx, *, now: datetime) -> None:
    """Count anew if what was counted last is too old by now. For a transaction that has locked nothing yet."""
    last = _last_number(tx)
    if last > SMALL and _kept(tx, last, now=now) is None:
        counted = {"leads": leads.count(tx), "last": last, "at": to_micros(now)}
        notebook.put(tx, _PAGE, orjson.dumps(counted).decode())


def _kept(tx: Tx, last: int, *, now: datetime) -> int | None:
    """None: not counted yet, too long ago, or too many have come since."""
    text = notebook.get(tx, _PAGE)
    if text is None:
        return None
    counted = orjson.loads(text)
    grown = abs(last - counted["last"]) * 100 > GROWTH_PERCENT * counted["leads"]
    is_old = not timedelta() <= now - from_micros(counted["at"]) < DAY
    return None if grown or is_old else int(counted["leads"])


def _last_number(tx: Tx) -> int:
    return tx.execute(select(func.max(lead.c.id))).scalar() or 0
