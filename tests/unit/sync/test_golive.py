"""The first day lasts until everybody was read once, to the end."""

import pytest

from connectors.contract import Holds, Pace
from domain.errors import ConnectorError, ContractError, TransientError
from domain.record import Cursor, Page, Record
from domain.run import RuleVersion
from domain.values import RecordRef
from store.engine import Store
from sync.golive import take_baseline
from sync.loop import Loop
from sync.pull import pull
from tests.unit.sync.looping import Reading, at, looping, stream

NIGHTLY = "deletions"


def person(number: int) -> Page:
    ref = RecordRef(connection="salesforce", object="Lead", id=f"00Q{number}")
    record = Record(ref=ref, values={"Email": f"p{number}@globex.example"}, modified_at=at(0))
    return Page(stream="Lead", cursor=Cursor(position=str(number)), records=(record,))


def idle(name: str) -> Page:
    return Page(stream=name, cursor=Cursor(position="idle"))


def system() -> Reading:
    """The nightly stream has been read, and waits for its night, before the other is come to."""
    streams = {
        NIGHTLY: stream(NIGHTLY, Holds.PEOPLE, Pace.NIGHTLY),
        "Lead": stream("Lead", Holds.PEOPLE, Pace.HOT),
    }
    return Reading(streams=streams, pages={"Lead": [person(1), person(2)], NIGHTLY: [idle(NIGHTLY)]})


def stands(loop: Loop, minutes: float) -> bool:
    with loop.store.write(loop.epoch) as tx:
        return take_baseline(tx, loop, now=at(minutes))


def test_the_baseline_stands_once_everybody_was_read(store: Store, version: RuleVersion) -> None:
    with looping(store, version, system()) as loop:
        assert not stands(loop, 0)
        pull(loop, "salesforce", now=at(0))
        assert stands(loop, 0)


@pytest.mark.parametrize(
    "first",
    [
        [idle("Lead"), TransientError("a Bulk job is still at work")],
        [person(1), TransientError("gone")],
        [person(1), ContractError("a shape that nobody knows")],
    ],
    ids=["not a row yet", "one page of many", "one page, then nonsense"],
)
def test_who_was_read_in_part_is_waited_for(store: Store, version: RuleVersion, first: list[Page | Exception]) -> None:
    """Of those not read yet nobody knows who is a customer or with a rep already."""
    half = system()
    half.pages["Lead"] = first
    with looping(store, version, half) as loop:
        with pytest.raises(ConnectorError):
            pull(loop, "salesforce", now=at(0))
        assert not stands(loop, 0)
        half.pages["Lead"] = [person(2)]
        pull(loop, "salesforce", now=at(5))
        assert stands(loop, 5), "although the nightly stream is not due again"


def test_while_pages_come_in_the_baseline_does_not_stand_yet(store: Store, version: RuleVersion) -> None:
    """The decider looks every few seconds, while a puller reads for an hour."""
    seen: list[bool] = []
    with looping(store, version, system()) as loop:
        loop.reached = lambda point: seen.append(stands(loop, 0)) if point == "pull.page_committed" else None
        pull(loop, "salesforce", now=at(0))
    assert seen == [False, False]
