"""Which streams a pull reads, and how a website becomes a domain."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest

from config.settings import Schedule
from connectors.contract import Holds, Pace, Stream
from domain.record import Cursor, Page
from sync.pull import due_streams, host, waits_of
from tests.unit.sync.material import NOW

SLOW_S = 1800


class Streams:
    """A reader of four streams of different pace; reading it is not this file's business."""

    streams: Mapping[str, Stream] = {
        "contacts": Stream(name="contacts", holds=Holds.PEOPLE, pace=Pace.HOT),
        "forms": Stream(name="forms", holds=Holds.ACTIVITIES, pace=Pace.HAND_RAISE),
        "owners": Stream(name="owners", holds=Holds.USERS, pace=Pace.SLOW),
        "lists": Stream(name="lists", holds=Holds.LISTS, pace=Pace.NIGHTLY),
    }

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        raise NotImplementedError


def due(read_at: Mapping[str, datetime]) -> list[str]:
    return due_streams(Streams(), read_at, waits_of(Schedule(), hot=timedelta(minutes=5)), now=NOW)


def test_what_was_never_read_is_due() -> None:
    assert due({}) == ["contacts", "forms", "owners", "lists"]


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(seconds=1), ["forms"]),
        (timedelta(minutes=5), ["contacts", "forms"]),
        (timedelta(minutes=30), ["contacts", "forms", "owners"]),
        (timedelta(hours=20), ["contacts", "forms", "owners", "lists"]),
    ],
)
def test_every_pace_has_its_rest_and_a_raised_hand_none(ago: timedelta, expected: list[str]) -> None:
    assert due(dict.fromkeys(Streams.streams, NOW - ago)) == expected


def test_a_cycle_by_hand_reads_hot_streams_whenever_it_is_asked_to() -> None:
    just_read = dict.fromkeys(Streams.streams, NOW - timedelta(seconds=1))
    waits = waits_of(Schedule(), hot=timedelta())
    assert due_streams(Streams(), just_read, waits, now=NOW) == ["contacts", "forms"]


@pytest.mark.parametrize(("age_s", "is_due"), [(SLOW_S - 1, False), (SLOW_S, True), (SLOW_S + 1, True)])
def test_a_slow_stream_is_due_once_its_interval_has_passed(age_s: int, is_due: bool) -> None:
    assert ("owners" in due({"owners": NOW - timedelta(seconds=age_s)})) is is_due


@pytest.mark.parametrize(
    "website",
    ["acme.example", "www.acme.example", "https://www.Acme.example/x?y", "http://acme.example:8080", " ACME.example "],
)
def test_a_website_is_its_host(website: str) -> None:
    assert host(website) == "acme.example"
