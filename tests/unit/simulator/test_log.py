"""The request log, which every test of leadloop trusts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator.clock import Clock
from simulator.log import Effect, Log

AT = datetime(2026, 1, 5, 9, 30, 0, 123_000, tzinfo=UTC)
EFFECT = Effect(op="update", type="Lead", id="00Q1", before={"Status": "Open"}, after={"Status": "Closed"})


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = Log(tmp_path / "log.jsonl", Clock())
    yield log
    log.close()


def append(log: Log, path: str = "/x") -> int:
    return log.append(system="salesforce", method="GET", path=path, status=200, effects=[])


def test_a_line_says_who_asked_what_and_what_it_did(log: Log) -> None:
    log.append(system="hubspot", method="PATCH", path="/crm", status=204, effects=[EFFECT], at=AT)
    (line,) = map(json.loads, log.lines())
    del line["wall"]
    assert line == {
        "seq": 1,
        "at": "2026-01-05T09:30:00.123Z",
        "system": "hubspot",
        "method": "PATCH",
        "path": "/crm",
        "status": 204,
        "effects": [EFFECT],
    }


def test_an_act_brings_its_words_into_the_line(log: Log) -> None:
    log.append(system="salesforce", method="POST", path="/_simulator/act", status=200, effects=[], act={"do": "call"})
    (line,) = map(json.loads, log.lines())
    assert line["act"] == {"do": "call"}


def test_numbers_start_at_one_and_have_no_gap(log: Log) -> None:
    assert [append(log) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert [json.loads(line)["seq"] for line in log.lines()] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("since", "expected"), [(0, [1, 2, 3]), (2, [3]), (3, []), (99, [])])
def test_a_follower_gets_only_the_lines_after_the_one_it_knows(log: Log, since: int, expected: list[int]) -> None:
    for number in range(3):
        append(log, path=f"/ü{number}")
    assert [json.loads(line)["seq"] for line in log.lines(since)] == expected


def test_lines_written_while_reading_wait_for_the_next_reader(log: Log) -> None:
    append(log)
    lines = log.lines()
    first = next(lines)
    append(log)
    assert json.loads(first)["seq"] == 1
    assert list(lines) == []


def test_text_that_is_no_unicode_is_written_all_the_same(log: Log) -> None:
    effect = Effect(op="update", type="Lead", id="1", before=None, after={"Name": "\ud800"})
    log.append(system="salesforce", method="PATCH", path="/x", status=200, effects=[effect])
    (line,) = map(json.loads, log.lines())
    assert line["effects"][0]["after"] == {"Name": "\ud800"}


def test_a_line_tells_headers_only_where_there_are_any(log: Log) -> None:
    append(log)
    told = {"sforce-auto-assign": "FALSE"}
    log.append(system="salesforce", method="GET", path="/x", status=200, effects=[], headers=told)
    without, with_headers = map(json.loads, log.lines())
    assert "headers" not in without
    assert with_headers["headers"] == told
