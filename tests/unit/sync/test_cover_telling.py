"""Once a week a rep hears of their accounts with air cover, when they begin to work in it."""

from typing import Any

import pytest

from domain.air_cover import CoverRequest
from domain.record import Record
from domain.run import GoLive, RuleVersion
from domain.values import RecordRef, Value
from store import air_cover, records
from store.engine import Store
from sync.cover_telling import plan_cover_digest
from sync.outgoing import OpenRun
from sync.push import push
from tests.unit.sync.looping import NOON, at
from tests.unit.sync.test_noticing import FAY, Desk, desk

MIDNIGHT = -12 * 60
DAY = 24 * 60
ACCOUNT = RecordRef(connection="salesforce", object="Account", id="001000000000001AAA")
USER = RecordRef(connection="salesforce", object="User", id="005000000000001AAA")


def asked(it: Desk) -> None:
    """Fay, a rep, has ticked the box on Globex."""
    user: dict[str, Value] = {"Email": FAY, "IsActive": True, "Name": "Fay"}
    rows = [
        Record(ref=USER, values=user, modified_at=NOON),
        Record(ref=ACCOUNT, values={"Name": "Globex", "OwnerId": USER.id}, modified_at=NOON),
    ]
    with it.loop.store.write(it.loop.epoch) as tx:
        records.upsert(tx, rows, seen_at=NOON)
        air_cover.put(tx, [CoverRequest(ref=ACCOUNT, owner=USER.id, asked_at=NOON)])


def told(it: Desk, minutes: int) -> list[str]:
    """What was sent until then, once it was planned and pushed."""
    plan_cover_digest(it.loop, now=at(minutes), run=OpenRun())
    push(it.loop, "slack", now=at(minutes))
    return [str(change.values["text"]) for change in it.slack.written]


TOLD = "Your accounts with air cover: 1\n• Globex: air cover until 6 Nov. 0 people: nobody did anything since."


def test_a_rep_is_told_once_a_week_from_when_they_work_in_it(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        asked(it)
        assert told(it, MIDNIGHT) == [], "the working week has not begun"
        assert told(it, 0) == [TOLD]
        assert told(it, 4 * DAY) == [TOLD], "once a week"
        assert len(told(it, 7 * DAY)) == 2
        assert {change.values["to"] for change in it.slack.written} == {FAY}


def test_whoever_asks_for_nothing_is_told_nothing(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        assert told(it, 0) == []


@pytest.mark.parametrize(
    "step",
    [{"go_live": GoLive.OBSERVE}, {"go_live": GoLive.SCORES}, {"go_live": GoLive.PILOT, "pilot_teams": ["Elsewhere"]}],
    ids=["observe", "scores", "another team's pilot"],
)
def test_before_leads_are_handed_off_nobody_is_told(store: Store, version: RuleVersion, step: dict[str, Any]) -> None:
    with desk(store, version, **step) as it:
        asked(it)
        assert told(it, 0) == []


def test_where_reps_hear_nothing_they_hear_nothing_of_this(store: Store, version: RuleVersion) -> None:
    with desk(store, version, notices={"reps": None}) as it:
        asked(it)
        assert told(it, 0) == []


def test_what_is_over_is_told_once_and_not_for_as_long_as_the_box_stays_ticked(
    store: Store, version: RuleVersion
) -> None:
    with desk(store, version) as it:
        asked(it)
        for day in range(0, 10 * 7, 7):
            told(it, day * DAY)
        texts = [str(change.values["text"]).partition("Globex: ")[2] for change in it.slack.written]
        assert [text.partition(".")[0].partition(" 6 Nov")[0] for text in texts] == [
            *["air cover until"] * 9,
            "over since",
        ]
        assert [len(told(it, day * DAY)) for day in (70, 77, 364)] == [10, 10, 10]


def test_nobody_is_told_when_nobody_is_told_anything(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        asked(it)
        assert told(it, 9 * 60) == [], "Monday at nine in the evening"
        assert told(it, 5 * DAY) == [], "Saturday at noon"
        assert told(it, DAY) == [TOLD]
    quiet = {"quiet": {"start": "11:00", "end": "16:00"}}
    with desk(store, version, notices=quiet) as it:
        asked(it)
        assert told(it, 7 * DAY) == []


def test_between_two_looks_nothing_is_asked_of_the_store(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        assert told(it, 0) == []
        asked(it)
        assert told(it, 14) == [], "looked at it fourteen minutes ago"
        assert told(it, 15) == [TOLD]


def test_a_process_that_begins_anew_tells_nobody_twice(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        asked(it)
        assert told(it, 0) == [TOLD]
        it.loop.cover_looked_at = None
        assert told(it, 1) == [TOLD]
