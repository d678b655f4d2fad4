"""Logging in to Salesforce: our own OAuth, one login at a time per connection, the token kept for the next start.

simple-salesforce's own renewal drops headers, runs without a lock and recurses; none of it is used. Salesforce makes
refresh tokens good for one use (rotation): a used one that is sent again revokes them all, and a person has to
authorise leadloop anew. `connectors/renewal.py` keeps the newest before anything is sent with what came beside it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import jwt
from pydantic import SecretStr

from connectors.addresses import checked_origin, is_loopback
from connectors.contract import Surroundings
from connectors.http import Answer, Call
from connectors.renewal import Granted, Kept, Renewal, fingerprint
from connectors.salesforce.settings import HOSTS, Auth, Settings
from domain.errors import (
    ContractError,
    CredentialsError,
    LeadloopError,
    RateLimitedError,
    SettingsError,
    TransientError,
)

_PASSING = frozenset({"unknown_error", "server_error", "temporarily_unavailable"})
"""Said with 400 by a token endpoint that is not well ("retry your request"); the credentials are."""
_RATE_WAIT_S = 3600.0
_MEND = {
    Auth.CLIENT_CREDENTIALS: "Check client_id and client_secret, and the app's run-as user",
    Auth.JWT_BEARER: "Check client_id, username, the app's certificate and that the user is pre-authorised",
    Auth.REFRESH_TOKEN: (
        "Authorise leadloop anew as the integration user (docs/connecting-salesforce.md, With a refresh token) and "
        "put the new token into refresh_token: the old one will not work again"
    ),
    Auth.SESSION_ID: "Give a new session_id",
}
_BROKE_OFF = (
    "An earlier renewal broke off before its answer was kept, and a refresh token that was used is not accepted again"
)


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
        single_use = settings.auth is Auth.REFRESH_TOKEN
        self._renewal = Renewal(surroundings, _fingerprint(settings), self._log_in, single_use=single_use)

    def session(self) -> Session:
        if self._session is None:
            self._session = self._given() or self._loaded() or self._renew(None)[0]
        return self._session

    def renew(self, refused: Session) -> tuple[Session, bool]:
        """A session other than the refused one, and whether it is a new login's.

        If not, somebody else got it, perhaps so long ago that it has ended as well.
        """
        self._session, is_new = self._renew(refused)
        return self._session, is_new

    def _renew(self, refused: Session | None) -> tuple[Session, bool]:
        if self._settings.auth is Auth.SESSION_ID:
            raise CredentialsError(
                self._said("the given session has ended and cannot be renewed. Give a new session_id")
            )

        is_new = True

        def usable(kept: Kept) -> bool:
            nonlocal is_new
            is_new = self._of(kept) in (None, refused)
            return not is_new

        kept = self._renewal.renew(usable)
        return Session(token=kept.token, instance_url=kept.place), is_new

    def _loaded(self) -> Session | None:
        return self._of(self._renewal.kept())

    def _of(self, kept: Kept) -> Session | None:
        """The kept session, unless it is for another place than the settings name now."""
        try:
            return Session(token=kept.token, instance_url=self._trusted(kept.place)) if kept.token else None
        except ContractError:
            return None

    def _given(self) -> Session | None:
        if self._settings.auth is not Auth.SESSION_ID:
            return None
        return Session(token=_shown(self._settings.session_id), instance_url=self._settings.login_url)

    def _log_in(self, kept: Kept) -> Granted:
        url = f"{self._settings.login_url}/services/oauth2/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        body = urlencode(self._form(kept)).encode()
        answer = self._post(Call(method="POST", url=url, headers=headers, body=body, idempotent=True, calls=0))
        if not answer.ok:
            raise self._refusal(answer, kept)
        return self._read(answer, kept)

    def _refusal(self, answer: Answer, kept: Kept) -> LeadloopError:
        """What a refused token request means; its description may repeat what we sent, so it stays out."""
        reason, told = _reason(answer), _told(answer)
        if reason in _PASSING:
            return TransientError(self._said(f"the login cannot be answered now ({reason})"))
        if "rate exceeded" in str(told.get("error_description", "")).lower():
            words = self._said("too many logins of this user within an hour")
            return RateLimitedError(words, retry_after_s=_RATE_WAIT_S)
        spent = f". {_BROKE_OFF}" if kept.pending and reason == "invalid_grant" else ""
        return CredentialsError(self._said(f"the login was refused ({reason}){spent}. {_MEND[self._settings.auth]}"))

    def _read(self, answer: Answer, kept: Kept) -> Granted:
        told = answer.json()
        token, instance = (
            (told.get("access_token"), told.get("instance_url")) if isinstance(told, dict) else (None, None)
        )
        if not isinstance(token, str) or not isinstance(instance, str) or not token:
            raise ContractError(self._said("the token answer has neither access_token nor instance_url"))
        return Granted(
            token=token,
            place=self._trusted(instance),
            refresh_token=str(told.get("refresh_token") or self._refresh_token(kept)),
            account_id=_org_of(told.get("id")),
        )

    def _refresh_token(self, kept: Kept) -> str:
        """The newest that we were given: the kept one comes after the settings' one, which began the chain."""
        return kept.refresh_token or _shown(self._settings.refresh_token)

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

    def _form(self, kept: Kept) -> dict[str, str]:
        settings = self._settings
        if settings.auth is Auth.JWT_BEARER:
            return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self._assertion()}
        form = {"client_id": settings.client_id or "", "client_secret": _shown(settings.client_secret)}
        if settings.auth is Auth.REFRESH_TOKEN:
            form = {name: value for name, value in form.items() if value}  # an app with PKCE may have no secret
            return {"grant_type": "refresh_token", **form, "refresh_token": self._refresh_token(kept)}
        return {"grant_type": "client_credentials", **form}

    def _assertion(self) -> str:
        settings = self._settings
        expires = self._surroundings.clock.now() + timedelta(minutes=3)
        claims = {
            "iss": settings.client_id,
            "sub": settings.username,
            "aud": settings.jwt_audience or settings.login_url,
            "exp": int(expires.timestamp()),
        }
        try:
            return jwt.encode(claims, _shown(settings.private_key), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            words = "private_key is not a PEM private key (RSA) without a passphrase"
            raise SettingsError(self._said(f"{words}. Take one off with `openssl rsa`, keep the file 0600")) from error

    def _said(self, what: str) -> str:
        return f"Salesforce connection '{self._surroundings.connection}': {what}."


def _fingerprint(settings: Settings) -> str:
    """Of everything that decides whose session a login gives."""
    secrets = (settings.client_secret, settings.private_key, settings.refresh_token)
    names = (settings.login_url, settings.auth, settings.client_id, settings.username, settings.jwt_audience)
    return fingerprint(*names, *map(_shown, secrets))


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _org_of(identity: object) -> str | None:
    """The org in the identity address of a token answer: `…/id/00D…/005…`; its 15 signs, as it is pinned."""
    parts = urlsplit(identity).path.split("/") if isinstance(identity, str) else []
    return parts[2][:15] if len(parts) == 4 and parts[1] == "id" and parts[2].startswith("00D") else None


def _told(answer: Answer) -> dict[str, object]:
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _reason(answer: Answer) -> str:
    """The vendor's own code: `invalid_client_id`."""
    code = _told(answer).get("error")
    return code if isinstance(code, str) and code.isidentifier() else f"HTTP {answer.status}"
