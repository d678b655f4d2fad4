"""OAuth as an External Client App meets it: client credentials, JWT bearer or refresh token; a session that ends."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from simulator.kernel import Settings
from simulator.salesforce.org import Org
from simulator.salesforce.table import Row

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class LoginError(Exception):
    """A refused token request, in OAuth's words."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status

    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": str(self)}


class Sessions:
    """Issued sessions and whose they are."""

    def __init__(self, org: Org, settings: Settings, *, run_as: str) -> None:
        self._org = org
        self._settings = settings
        self._run_as = run_as
        self._open: dict[str, tuple[str, datetime]] = {}
        self._chain: list[str] = []  # refresh tokens by rotation, the one that is good last; empty once revoked
        self._spent: set[str] = set()

    def issue(self, form: Mapping[str, str], authorization: str, *, base_url: str, now: datetime) -> dict[str, Any]:
        """Answer a token request (LoginError when it is refused)."""
        grant = form.get("grant_type", "")
        more: dict[str, str] = {}
        if grant == "client_credentials":
            user_id = self._by_client(form, authorization)
        elif grant == JWT_BEARER:
            user_id = self._by_assertion(form.get("assertion", ""), now)
        elif grant == "refresh_token":
            user_id, more = self._by_refresh_token(form, authorization)
        else:
            raise LoginError("unsupported_grant_type", "grant type not supported")
        org_id = self._settings.org["salesforce"]
        token = f"{org_id[:15]}!AQ{secrets.token_urlsafe(48)}"
        self._open[token] = (user_id, now + timedelta(seconds=self._settings.token_life_s))
        return {
            "access_token": token,
            "signature": base64.b64encode(secrets.token_bytes(32)).decode(),
            "scope": "api",
            "instance_url": base_url,
            "id": f"{base_url}/id/{org_id}/{user_id}",
            "token_type": "Bearer",
            "issued_at": str(int(now.timestamp() * 1000)),
            "api_instance_url": base_url,
            **more,
        }

    def user(self, token: str, now: datetime) -> str | None:
        """The user of a living session; a session belongs to the org that gave it."""
        user_id, until = self._open.get(token, ("", now))
        own = token.startswith(self._settings.org["salesforce"][:15])
        return user_id if own and now < until else None

    def end(self, token: str) -> None:
        """Kill a session."""
        self._open.pop(token, None)

    def _by_client(self, form: Mapping[str, str], authorization: str) -> str:
        client, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
        known = self._settings.clients.get(client)
        if known is None:
            raise LoginError("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(known.encode(), secret.encode()):
            raise LoginError("invalid_client", "invalid client credentials")
        return self._active(self._org.row(self._run_as))

    def _by_refresh_token(self, form: Mapping[str, str], authorization: str) -> tuple[str, dict[str, str]]:
        """The user, and with rotation the next refresh token. A used one that comes again ends everything."""
        client, _ = _basic(authorization) or (form.get("client_id", ""), "")
        if client not in self._settings.clients:
            raise LoginError("invalid_client_id", "client identifier invalid")
        given = form.get("refresh_token", "")
        if given == self._settings.refresh_token and given not in (*self._chain, *self._spent):
            self._chain = [given]
        if not self._chain or given != self._chain[-1]:
            if given in self._spent:
                self._chain = []
                self._open.clear()
            raise LoginError("invalid_grant", "expired access/refresh token")
        user_id = self._active(self._org.row(self._run_as))
        if not self._settings.rotate_refresh_tokens:
            return user_id, {}
        self._spent.add(given)
        self._chain.append(f"5Aep861{secrets.token_urlsafe(48)}")
        return user_id, {"refresh_token": self._chain[-1]}

    def _by_assertion(self, assertion: str, now: datetime) -> str:
        claims = self._claims(assertion)
        if claims.get("iss") not in self._settings.clients:
            raise LoginError("invalid_client_id", "client identifier invalid")
        expires = float(claims.get("exp", 0))
        if expires < min(now.timestamp(), datetime.now(UTC).timestamp()):  # the signer may follow either clock
            raise LoginError("invalid_grant", "expired authorization code")
        match = next(iter(self._org.tables["User"].with_value("Username", str(claims.get("sub")))), None)
        if match is None:
            raise LoginError("invalid_grant", "user hasn't approved this consumer")
        return self._active(self._org.row(match))

    def _claims(self, assertion: str) -> dict[str, Any]:
        key = self._settings.jwt_public_key
        try:
            return jwt.decode(
                assertion,
                key or "",
                algorithms=["RS256"],
                options={"verify_signature": key is not None, "verify_aud": False, "verify_exp": False},
            )
        except jwt.PyJWTError as error:
            raise LoginError("invalid_grant", "invalid assertion") from error

    def _active(self, user: Row | None) -> str:
        if user is None or not user.get("IsActive"):
            raise LoginError("inactive_user", "user is inactive")
        return str(user["Id"])


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client, secret
