"""What is counted about accounts: how many people name one, when a rep last did something with one of them, and the
domains that very many have.

People and touches are asked only of the few accounts that nothing else tells apart, so that nothing has to be kept for
it: a count along an index for each, and the activities of its people alone.
"""

from collections.abc import Iterable
from datetime import datetime

from domain.activity import MARKETING_KINDS, ActivityKind
from store.chunks import read_many
from store.columns import from_micros
from store.engine import Tx

_HUMAN = ", ".join(f"'{kind.value}'" for kind in ActivityKind if kind not in MARKETING_KINDS)
_PEOPLE = (
    "FROM record_value v JOIN record r ON r.connection = v.connection AND r.object = v.object AND r.id = v.id "
    "{more}WHERE v.connection = ? AND v.object = ? AND v.name = 'account' AND v.value IN ({{keys}}) "
    "AND NOT r.archived AND r.merged_into IS NULL AND r.converted_to IS NULL "
)
_COUNT = f"SELECT v.value, count(*) {_PEOPLE.format(more='')}GROUP BY v.value"
_LATEST = (
    f"SELECT v.value, max(a.occurred_at) {_PEOPLE.format(more='JOIN activity a ON a.lead_id = r.lead_id ')}"
    f"AND a.kind IN ({_HUMAN}) AND NOT a.automated AND a.retracted_at IS NULL GROUP BY v.value"
)

_CROWDED = (
    "SELECT value, count(*) FROM record_value WHERE connection = ? AND object = ? AND name = 'domain' "
    "AND value IN ({keys}) GROUP BY value"
)


def crowded(tx: Tx, connection: str, object: str, domains: Iterable[str], *, most: int) -> frozenset[str]:
    """Those of the domains that more living accounts of this object have than `most`."""
    rows = read_many(tx, _CROWDED, domains, given=(connection, object))
    return frozenset(str(row[0]) for row in rows if row[1] > most)


def count(tx: Tx, connection: str, object: str, accounts: Iterable[str]) -> dict[str, int]:
    """Account id → living person records of this object that name it; accounts without any are left out."""
    return {str(row[0]): int(row[1]) for row in read_many(tx, _COUNT, accounts, given=(connection, object))}


def last_touched(tx: Tx, connection: str, object: str, accounts: Iterable[str]) -> dict[str, datetime]:
    """Account id → when a rep, no machine, last did something with one of these people."""
    rows = read_many(tx, _LATEST, accounts, given=(connection, object))
    return {str(row[0]): from_micros(row[1]) for row in rows if row[1] is not None}
