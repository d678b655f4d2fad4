"""Renewing a vendor's token: one at a time over threads, lanes and processes, and not again at once after a refusal.

A refresh token may be good for one use only, and vendors count logins: Salesforce locks a user out above 3,600 an
hour. So what is kept says with which credentials it was got, what was used up for it, and how often.
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from connectors.contract import Surroundings
from domain.errors import CredentialsError, TransientError, WrongAccountError
from domain.values import from_text, to_text

QUIET = timedelta(minutes=1)
"""After a refused login the same credentials are not tried again before."""
LOGINS_PER_HOUR = 60
_HOUR = timedelta(hours=1)

_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""By connection: the threads of this process wait here, not each at the lock that all processes share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of one connection's login. Never shown.

    `place`: where the token is for. `refresh_token`: the newest, where the vendor gives such. `pending`: it was sent,
    and what came back was not kept yet. `refused`: what was said when a login was refused, at `refused_at`.
    """

    token: str = ""
    place: str = ""
    expires_at: datetime | None = None
    refresh_token: str = ""
    pending: bool = False
    logins: tuple[datetime, ...] = ()
    refused: str = ""
    refused_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Kept(place={self.place!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A vendor's answer to a login. `account_id`: the org or portal that it names, where it does."""

    token: str
    place: str = ""
    expires_at: datetime | None = None
    refresh_token: str = ""
    account_id: str | None = None

    def __repr__(self) -> str:
        return f"Granted(place={self.place!r})"


LogIn = Callable[[Kept], Granted]
"""Asks the vendor; CredentialsError when it refuses."""


class Renewal:
    """One connection's token. `credentials` are the settings that it is got with: others make what is kept void.

    `single_use`: a login uses up a refresh token, so nothing may be lost in between.
    """

    def __init__(
        self, surroundings: Surroundings, credentials: str, log_in: LogIn, *, single_use: bool = False
    ) -> None:
        self._surroundings = surroundings
        self._credentials = credentials
        self._log_in = log_in
        self._single_use = single_use

    def kept(self) -> Kept:
        """What was kept for these credentials; empty when there is nothing, or nothing that can be read."""
        told = self._surroundings.tokens.load(self._surroundings.connection)
        try:
            return _read(told, self._credentials) if told else Kept()
        except (ValueError, KeyError, TypeError, AttributeError):
            return Kept()

    def renew(self, usable: Callable[[Kept], bool]) -> Kept:
        """What somebody else got meanwhile if it is `usable`, else a new login. Kept before anybody uses it."""
        connection = self._surroundings.connection
        with _locks[connection], self._surroundings.tokens.alone(connection):
            kept = self.kept()
            if kept.token and usable(kept):
                return kept
            self._check_may_ask(kept)
            return self._renewed(kept)

    def _renewed(self, kept: Kept) -> Kept:
        now = self._surroundings.clock.now()
        asked = replace(kept, token="", refused="", refused_at=None, pending=self._single_use)
        if self._single_use:
            self._save(asked)  # a store that cannot write is found out before the refresh token is used up
        # Only what was answered counts: a vendor whose door was shut for an hour would be left alone for another.
        answered = replace(asked, logins=(*(each for each in kept.logins if _within(now, each, _HOUR)), now))
        try:
            granted = self._log_in(kept)
        except CredentialsError as error:
            self._save(replace(answered, refused=str(error), refused_at=now))
            raise
        new = replace(
            answered,
            token=granted.token,
            place=granted.place,
            expires_at=granted.expires_at,
            refresh_token=granted.refresh_token,
            pending=False,
        )
        self._check_account(granted, new)
        self._save(new)
        return new

    def _check_may_ask(self, kept: Kept) -> None:
        now = self._surroundings.clock.now()
        if self._single_use and not self._surroundings.tokens.keeps:
            raise CredentialsError(
                f"Connection '{self._surroundings.connection}': a refresh token may be good for one use only, and "
                "without LEADLOOP_KEY the next one cannot be kept. `leadloop init` makes a key"
            )
        if kept.refused and kept.refused_at is not None and _within(now, kept.refused_at, QUIET):
            raise CredentialsError(kept.refused)
        if sum(_within(now, each, _HOUR) for each in kept.logins) >= LOGINS_PER_HOUR:
            raise TransientError(
                f"connection '{self._surroundings.connection}' logged in {LOGINS_PER_HOUR} times within an hour and "
                "every session ended at once: leadloop waits rather than have the user locked out",
                sent=False,
            )

    def _check_account(self, granted: Granted, new: Kept) -> None:
        """A token for another account is not kept; the refresh token that came with it is, the old one being spent."""
        pins = self._surroundings.pins
        if pins is None or granted.account_id is None:
            return
        try:
            pins.check(self._surroundings.connection, granted.account_id)
        except WrongAccountError:
            self._save(replace(new, token=""))
            raise

    def _save(self, kept: Kept) -> None:
        self._surroundings.tokens.save(self._surroundings.connection, _written(kept, self._credentials))


def fingerprint(*parts: str | None) -> str:
    """Tells one set of credentials from another without being one."""
    return hashlib.sha256("\0".join(part or "" for part in parts).encode()).hexdigest()[:32]


def _within(now: datetime, at: datetime, span: timedelta) -> bool:
    """A clock that was set back makes no moment of the past recent for ever."""
    return timedelta(0) <= now - at < span


def _written(kept: Kept, credentials: str) -> str:
    told = {
        "token": kept.token,
        "for": credentials,
        "place": kept.place,
        "expires_at": to_text(kept.expires_at) if kept.expires_at else None,
        "refresh_token": kept.refresh_token,
        "pending": kept.pending,
        "logins": [to_text(each) for each in kept.logins],
        "refused": kept.refused,
        "refused_at": to_text(kept.refused_at) if kept.refused_at else None,
    }
    return orjson.dumps(told).decode()


def _read(told: str, credentials: str) -> Kept:
    kept = orjson.loads(told)
    if kept["for"] != credentials:
        return Kept()
    return Kept(
        token=str(kept["token"]),
        place=str(kept["place"]),
        expires_at=from_text(kept["expires_at"]) if kept["expires_at"] else None,
        refresh_token=str(kept["refresh_token"]),
        pending=kept["pending"] is True,
        logins=tuple(map(from_text, kept["logins"])),
        refused=str(kept["refused"]),
        refused_at=from_text(kept["refused_at"]) if kept["refused_at"] else None,
    )
