"""A token is renewed by one at a time, kept before it is used, and not asked for again and again."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import orjson
import pytest

from connectors.renewal import LOGINS_PER_HOUR, Granted, Kept, Renewal, fingerprint
from connectors.testing import failure_of
from domain.errors import CredentialsError, TransientError, WrongAccountError
from tests.rig import FixedClock, MemoryTokens, surroundings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Pins:
    """Only account A is the right one."""

    def check(self, connection: str, account_id: str) -> None:
        if account_id != "A":
            raise WrongAccountError(account_id)


class Vendor:
    """Gives t1, t2, … with refresh tokens r1, r2, …; `said` instead, where that is set."""

    def __init__(self) -> None:
        self.asked: list[Kept] = []
        self.said: Exception | None = None
        self.account_id = "A"
        self.while_asked: Callable[[], None] = lambda: None

    def __call__(self, kept: Kept) -> Granted:
        self.asked.append(kept)
        self.while_asked()
        if self.said is not None:
            raise self.said
        number = len(self.asked)
        return Granted(token=f"t{number}", refresh_token=f"r{number}", account_id=self.account_id)


class Rig:
    """One connection's renewal over a cache in memory."""

    def __init__(self, *, single_use: bool = False) -> None:
        self.tokens, self.vendor, self.clock = MemoryTokens(), Vendor(), FixedClock(NOON)
        self.single_use = single_use

    def renewal(self, credentials: str = "c1", *, at: datetime = NOON) -> Renewal:
        around = surroundings("crm", FixedClock(at), tokens=self.tokens, pins=Pins())
        return Renewal(around, credentials, self.vendor, single_use=self.single_use)

    def kept(self) -> dict[str, object]:
        told: dict[str, object] = orjson.loads(self.tokens.kept["crm"])
        return told


def other_than(token: str) -> Callable[[Kept], bool]:
    return lambda kept: kept.token != token


def test_what_came_is_kept_before_anybody_gets_it() -> None:
    rig = Rig()
    assert rig.renewal().renew(other_than("")).token == "t1"
    assert (rig.kept()["token"], rig.kept()["refresh_token"]) == ("t1", "r1")
    assert rig.renewal().kept().refresh_token == "r1"


def test_a_refresh_token_is_marked_as_used_before_it_is_sent() -> None:
    """A crash in between is told from a token that was revoked; and a store that cannot write is found out in time."""
    rig = Rig(single_use=True)
    rig.vendor.while_asked = lambda: marks.append(rig.kept()["pending"])
    marks: list[object] = []
    rig.renewal().renew(other_than(""))
    assert (marks, rig.kept()["pending"]) == ([True], False)


def test_a_cache_that_cannot_write_costs_no_refresh_token() -> None:
    class Full(MemoryTokens):
        def save(self, connection: str, token: str) -> None:
            raise OSError("no space left")

    rig = Rig(single_use=True)
    rig.tokens = Full()
    failure_of(OSError, lambda: rig.renewal().renew(other_than("")))
    assert rig.vendor.asked == []


def test_threads_that_were_refused_the_same_token_get_the_one_that_the_first_of_them_got() -> None:
    rig, others = Rig(), threading.Barrier(8)
    found: list[str] = []
    rig.renewal().renew(other_than(""))
    rig.vendor.while_asked = lambda: time.sleep(0.1)  # so that who waits for nobody asks as well meanwhile

    def ask() -> None:
        others.wait()
        found.append(rig.renewal().renew(other_than("t1")).token)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["t2"] * 8


def test_what_was_kept_for_other_credentials_counts_as_none() -> None:
    rig = Rig()
    rig.renewal("c1").renew(other_than(""))
    assert rig.renewal("c2").kept() == Kept()
    assert rig.renewal("c2").renew(other_than("")).token == "t2"


@pytest.mark.parametrize("told", ["", "{", "[]", "null", '{"for":"c1"}', '{"for":"c1","token":"t","logins":["x"]}'])
def test_what_cannot_be_read_counts_as_none(told: str) -> None:
    rig = Rig()
    rig.tokens.kept["crm"] = told
    assert rig.renewal().renew(other_than("")).token == "t1"


def test_a_refusal_is_repeated_from_memory_for_a_minute_by_every_process() -> None:
    rig = Rig()
    rig.vendor.said = CredentialsError("the login was refused")
    for seconds in (0, 1, 59):
        again = rig.renewal(at=NOON + timedelta(seconds=seconds))
        assert str(failure_of(CredentialsError, partial(again.renew, other_than("")))) == "the login was refused"
    assert len(rig.vendor.asked) == 1
    failure_of(CredentialsError, lambda: rig.renewal(at=NOON + timedelta(seconds=60)).renew(other_than("")))
    assert len(rig.vendor.asked) == 2
    rig.vendor.said = None
    assert rig.renewal("c2").renew(other_than("")).token == "t3"


def test_logins_stay_far_below_what_locks_a_user_out() -> None:
    rig = Rig()
    for number in range(LOGINS_PER_HOUR):
        rig.renewal(at=NOON + timedelta(seconds=number)).renew(lambda _: False)
    error = failure_of(TransientError, lambda: rig.renewal(at=NOON + timedelta(minutes=59)).renew(lambda _: False))
    assert error.sent is False
    assert len(rig.vendor.asked) == LOGINS_PER_HOUR
    assert rig.renewal(at=NOON + timedelta(minutes=60)).renew(lambda _: False).token == f"t{LOGINS_PER_HOUR + 1}"


def test_a_login_that_nobody_answered_counts_for_none() -> None:
    """An hour of trying while the vendor's door is shut must not cost another hour once it is open."""
    rig = Rig(single_use=True)
    rig.vendor.said = TransientError("no connection could be made", sent=False)
    for number in range(LOGINS_PER_HOUR):
        failure_of(TransientError, partial(rig.renewal(at=NOON + timedelta(seconds=number)).renew, other_than("")))
    rig.vendor.said = None
    again = rig.renewal(at=NOON + timedelta(minutes=2)).renew(other_than(""))
    assert again.logins == (NOON + timedelta(minutes=2),)


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    rig = Rig()
    rig.vendor.said = CredentialsError("refused")
    failure_of(CredentialsError, lambda: rig.renewal().renew(other_than("")))
    rig.vendor.said = None
    assert rig.renewal(at=NOON - timedelta(days=1)).renew(other_than("")).token == "t2"


def test_a_token_for_another_account_is_not_kept_but_the_refresh_token_beside_it_is() -> None:
    rig = Rig(single_use=True)
    rig.vendor.account_id = "B"
    failure_of(WrongAccountError, lambda: rig.renewal().renew(other_than("")))
    assert (rig.kept()["token"], rig.kept()["refresh_token"]) == ("", "r1")


def test_nothing_that_is_kept_is_shown() -> None:
    for each in (Kept(token="s3cret", refresh_token="s3cret"), Granted(token="s3cret", refresh_token="s3cret")):
        assert "s3cret" not in repr(each)
    assert fingerprint("a", "b") != fingerprint("ab", "") != fingerprint(None, "ab")
    assert "s3cret" not in fingerprint("s3cret")
