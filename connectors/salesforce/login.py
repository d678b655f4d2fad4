"""Logging in to Salesforce: our own OAuth, one login at a time per connection, the token kept for the next start.

simple-salesforce's own renewal drops headers, runs without a lock and recurses; none of it is used.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import jwt

from connectors.addresses import checked_origin, is_loopback
from connectors.contract import Surroundings
from connectors.http import Answer, Call
from connectors.salesforce.settings import HOSTS, Auth, Settings
from domain.errors import ContractError, CredentialsError, SettingsError

_locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
"""By connection and login address: both lanes and the puller of one connection wait for one login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A token and the host it is for; never shown."""

    token: str
    instance_url: str

    def __repr__(self) -> str:
        return f"Session(instance_url={self.instance_url!r})"


class Login:
    """Gives the current session; makes a new one when there is none or when the old one is refused."""

    def __init__(self, settings: Settings, surroundings: Surroundings, post: Callable[[Call], Answer]) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._post = post
        self._session: Session | None = None

    def session(self) -> Session:
        if self._session is None:
            self._session = self._loaded() or self._renew(None)
        return self._session

    def renew(self, refused: Session) -> Session:
        """A session other than the refused one: what another thread got meanwhile, or a new login."""
        self._session = self._renew(refused)
        return self._session

    def _renew(self, refused: Session | None) -> Session:
        key = (self._surroundings.connection, self._settings.login_url)
        with _locks[key]:
            kept = self._loaded()
            if kept is not None and kept != refused:
                return kept
            session = self._log_in()
            told = json.dumps({"token": session.token, "instance_url": session.instance_url})
            self._surroundings.tokens.save(self._surroundings.connection, told)
            return session

    def _loaded(self) -> Session | None:
        """The kept session, unless it is for another place than the settings name now."""
        if self._settings.auth is Auth.SESSION_ID:
            return self._given()
        told = self._surroundings.tokens.load(self._surroundings.connection)
        try:
            kept = json.loads(told) if told else None
            return (
                Session(token=str(kept["token"]), instance_url=self._trusted(str(kept["instance_url"])))
                if kept
                else None
            )
        except (ValueError, KeyError, TypeError, ContractError):
            return None

    def _given(self) -> Session:
        given = self._settings.session_id
        return Session(token=given.get_secret_value() if given else "", instance_url=self._settings.login_url)

    def _log_in(self) -> Session:
        if self._settings.auth is Auth.SESSION_ID:
            raise CredentialsError(
                self._said("the given session has ended and cannot be renewed. Give a new session_id")
            )
        url = f"{self._settings.login_url}/services/oauth2/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        call = Call(
            method="POST", url=url, headers=headers, body=urlencode(self._form()).encode(), idempotent=True, calls=0
        )
        answer = self._post(call)
        if not answer.ok:
            raise CredentialsError(self._said(f"the login was refused ({_reason(answer)}). {self._mend()}"))
        return self._read(answer)

    def _read(self, answer: Answer) -> Session:
        told = answer.json()
        token, instance = (
            (told.get("access_token"), told.get("instance_url")) if isinstance(told, dict) else (None, None)
        )
        if not isinstance(token, str) or not isinstance(instance, str) or not token:
            raise ContractError(self._said("the token answer has neither access_token nor instance_url"))
        return Session(token=token, instance_url=self._trusted(instance))

    def _trusted(self, instance_url: str) -> str:
        """The instance that the token is for: Salesforce's, or the very simulator that login_url names."""
        try:
            origin = checked_origin(instance_url, hosts=HOSTS)
        except ValueError as error:
            raise ContractError(self._said(f"the instance address cannot be trusted: {error}")) from error
        if is_loopback(origin) != is_loopback(self._settings.login_url):
            raise ContractError(self._said("the login leads to another machine than login_url names"))
        if is_loopback(origin) and origin != self._settings.login_url:
            raise ContractError(self._said("the simulator named another address than login_url"))
        return origin

    def _form(self) -> dict[str, str]:
        settings = self._settings
        if settings.auth is Auth.JWT_BEARER:
            return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self._assertion()}
        secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
        return {"grant_type": "client_credentials", "client_id": settings.client_id or "", "client_secret": secret}

    def _assertion(self) -> str:
        settings = self._settings
        expires = self._surroundings.clock.now() + timedelta(minutes=3)
        claims = {
            "iss": settings.client_id,
            "sub": settings.username,
            "aud": settings.jwt_audience or settings.login_url,
            "exp": int(expires.timestamp()),
        }
        key = settings.private_key.get_secret_value() if settings.private_key else ""
        try:
            return jwt.encode(claims, key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise SettingsError(self._said("private_key is not a PEM private key (RSA)")) from error

    def _mend(self) -> str:
        if self._settings.auth is Auth.JWT_BEARER:
            return "Check client_id, username, the app's certificate and that the user is pre-authorised"
        return "Check client_id and client_secret, and the app's run-as user"

    def _said(self, what: str) -> str:
        return f"Salesforce connection '{self._surroundings.connection}': {what}."


def _reason(answer: Answer) -> str:
    """The vendor's own code: `invalid_client_id`. The description may repeat what we sent, so it stays out."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return f"HTTP {answer.status}"
    code = told.get("error") if isinstance(told, dict) else None
    return code if isinstance(code, str) and code.isidentifier() else f"HTTP {answer.status}"
