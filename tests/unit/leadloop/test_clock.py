"""The clock that follows the simulator's."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import SettingsError
from leadloop.clock import CUT, SimulatorClock, SystemClock, clock_of
from tests.rig import Reply, stub_server

OFFSETS_S = {"now": 0.0}


def answer(_method: str, path: str, _body: bytes) -> Reply:
    assert path == "/_simulator/time"
    return 200, {"Content-Type": "application/json"}, json.dumps({"offset_s": OFFSETS_S["now"]}).encode()


def test_it_is_the_wall_and_the_offset_and_never_runs_backwards() -> None:
    OFFSETS_S["now"] = 86_400.0
    with stub_server(answer) as address:
        clock = SimulatorClock(f"{address}/")
        ahead = clock.now() - datetime.now(UTC)
        assert timedelta(hours=23, minutes=59) < ahead <= timedelta(days=1)
        OFFSETS_S["now"] = 0.0
        assert clock.now() <= clock.refresh() <= clock.now()
        OFFSETS_S["now"] = 864_000.0
        assert clock.now() - datetime.now(UTC) <= timedelta(days=1)
        assert clock.refresh() - datetime.now(UTC) > timedelta(days=9)


def test_a_proxy_of_the_environment_is_not_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    OFFSETS_S["now"] = 0.0
    with stub_server(answer) as address:
        assert SimulatorClock(address).now().tzinfo is UTC


def test_a_simulator_that_does_not_answer_is_a_setting_to_mend() -> None:
    with (
        stub_server(lambda *_: (200, {}, b"<html>")) as address,
        pytest.raises(SettingsError, match=r"does not answer\. Start it with `leadloop simulator`"),
    ):
        clock_of(address)
    with pytest.raises(SettingsError, match="does not answer"):
        clock_of("http://127.0.0.1:9")


def test_a_world_that_has_come_to_its_end_has_one_time() -> None:
    clock = clock_of("2026-10-13T02:00:00+02:00")
    assert clock.now() == clock.refresh() == datetime(2026, 10, 13, 0, tzinfo=UTC)


def test_system_is_the_wall() -> None:
    assert isinstance(clock_of("system"), SystemClock)


@dataclass
class Machine:
    wall: datetime = datetime(2026, 9, 7, 12, tzinfo=UTC)
    counter: float = 0.0

    def clock(self) -> SystemClock:
        return SystemClock(wall=lambda: self.wall, counter=lambda: self.counter)

    def passes(self, seconds: float) -> datetime:
        self.wall, self.counter = self.wall + timedelta(seconds=seconds), self.counter + seconds
        return self.wall


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=3), timedelta(days=365)])
def test_a_wall_that_is_set_is_not_believed_against_every_system(jump: timedelta) -> None:
    machine = Machine()
    clock = machine.clock()
    clock.hear("salesforce", machine.wall)
    clock.hear("hubspot", machine.wall + timedelta(seconds=2))
    right = machine.passes(60)
    machine.wall += jump
    assert CUT <= clock.now() - right <= CUT + timedelta(seconds=2)
    machine.passes(3600)
    assert CUT <= clock.refresh() - right - timedelta(hours=1) <= CUT + timedelta(seconds=2)


def test_one_system_that_agrees_with_the_wall_is_enough_and_so_are_less_than_three_minutes() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.hear("salesforce", machine.wall - timedelta(days=1))
    clock.hear("hubspot", machine.wall + timedelta(minutes=2.9))
    assert clock.now() == machine.wall
    clock.hear("hubspot", machine.wall + timedelta(minutes=3.1))
    assert clock.now() > machine.wall


def test_nobody_told_the_time_so_it_is_the_walls() -> None:
    machine = Machine()
    assert machine.clock().now() == machine.wall


def test_an_answer_that_tells_whole_seconds_puts_no_time_back() -> None:
    machine = Machine()
    clock, theirs = machine.clock(), machine.wall + timedelta(days=1)
    clock.hear("salesforce", theirs)
    machine.counter += 5.9
    before = clock.now()
    clock.hear("salesforce", theirs + timedelta(seconds=5))
    assert clock.now() == before
    machine.counter += 2
    assert clock.now() == theirs + timedelta(seconds=8)


def test_a_clock_that_was_an_hour_ahead_is_put_back() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += timedelta(hours=1)
    assert clock.now() == machine.wall
    machine.wall -= timedelta(hours=1)
    assert clock.now() == machine.wall
