"""Requests for air cover are kept once per account, the oldest first."""

from datetime import UTC, datetime, timedelta

from domain.air_cover import CoverRequest
from domain.values import RecordRef
from store import air_cover
from store.engine import Store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def asked(number: int, minutes: int, owner: str = "005S") -> CoverRequest:
    ref = RecordRef(connection="salesforce", object="Account", id=f"001{number}")
    return CoverRequest(ref=ref, owner=owner, asked_at=NOON + timedelta(minutes=minutes))


def test_a_request_is_there_once_with_its_last_owner_until_it_is_dropped(store: Store) -> None:
    with store.write() as tx:
        air_cover.put(tx, [asked(1, 5), asked(2, 0)])
        air_cover.put(tx, [asked(1, 5, "005F")])
        assert air_cover.every(tx) == [asked(2, 0), asked(1, 5, "005F")]
        air_cover.drop(tx, [asked(2, 0).ref, asked(9, 0).ref])
        assert air_cover.every(tx) == [asked(1, 5, "005F")]
