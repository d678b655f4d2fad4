"""Who may call: the portal's service key, OAuth access tokens with a life, and the scopes each was given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.hubspot.refusals import RefusedError
from simulator.hubspot.stamps import iso

SERVICE_KEY = "pat-na1-simulator"
CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "simulator-client", "simulator-secret", "simulator-refresh"
TOKEN_LIFE_S = 1800
APP_ID, OAUTH_APP_ID = "3600001", "3600002"
SCOPES = frozenset(
    {
        *(f"crm.objects.{name}.{right}" for name in ("contacts", "companies", "deals") for right in ("read", "write")),
        *(f"crm.objects.leads.{right}" for right in ("read", "write")),
        *(f"crm.schemas.{name}.{right}" for name in ("contacts", "companies", "deals") for right in ("read", "write")),
        "crm.objects.owners.read",
        "crm.lists.read",
        "crm.lists.write",
        "automation",
        "forms",
        "content",
        "communication_preferences.read",
        "communication_preferences.read_write",
        "sales-email-read",
        "oauth",
    }
)
_NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
    "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
_NO_SCOPES = (
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes "
    "here: https://developers.hubspot.com/scopes."
)


@dataclass(slots=True, kw_only=True)
class Token:
    """One credential; a service key has no expiry."""

    app_id: str
    label: str
    scopes: frozenset[str] = SCOPES
    expires_ms: int | None = None
    portal_id: str | None = None
    """Whose an OAuth access token is; a service key is not told from the portal it is tried at."""

    @property
    def oauth(self) -> bool:
        return self.expires_ms is not None


class Tokens:
    """The credentials the portal knows."""

    def __init__(self) -> None:
        self._known: dict[str, Token] = {SERVICE_KEY: Token(app_id=APP_ID, label="Service key")}
        self._refresh_tokens = {REFRESH_TOKEN}
        self._issued = 0

    def allow(self, text: str, *, scopes: Iterable[str] = SCOPES) -> Token:
        """Add a service key, or change the scopes of one."""
        self._known[text] = Token(app_id=APP_ID, label="Service key", scopes=frozenset(scopes))
        return self._known[text]

    def forget(self, text: str) -> None:
        self._known.pop(text, None)
        self._refresh_tokens.discard(text)

    def authorise(self, refresh_token: str) -> None:
        """Somebody installs the app: its refresh token is good from now on."""
        self._refresh_tokens.add(refresh_token)

    def known(self, header: str | None, *, now_ms: int, portal_id: str | None = None) -> Token:
        """The credential of an Authorization header; 401 when it is missing, unknown, another's or past its life."""
        scheme, _, text = (header or "").partition(" ")
        token = self._known.get(text.strip()) if scheme.lower() == "bearer" else None
        if token is None or (portal_id is not None and token.portal_id not in (None, portal_id)):
            raise RefusedError(401, _NO_CREDENTIALS, category="INVALID_AUTHENTICATION")
        if token.expires_ms is not None and token.expires_ms <= now_ms:
            raise expired(now_ms - token.expires_ms, at_ms=token.expires_ms)
        return token

    def end(self, header: str | None) -> None:
        """Kill an OAuth access token; a service key has no session that could end."""
        text = (header or "").partition(" ")[2].strip()
        token = self._known.get(text)
        if token is not None and token.expires_ms is not None:
            token.expires_ms = 0

    def refresh(self, form: Mapping[str, str], *, portal_id: str, now_ms: int) -> dict[str, Any]:
        """`POST /oauth/v1/token` with grant_type=refresh_token."""
        if form.get("grant_type") != "refresh_token":
            raise _oauth_refusal("BAD_GRANT_TYPE", "unsupported_grant_type", "grant_type must be refresh_token")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise _oauth_refusal("BAD_CLIENT_ID", "invalid_client", "missing or unknown client id")
        given = form.get("refresh_token", "")
        if given not in self._refresh_tokens:
            raise _oauth_refusal("BAD_REFRESH_TOKEN", "invalid_grant", "missing or invalid refresh token")
        self._issued += 1
        access = f"simulator-access-{self._issued}"
        until = now_ms + TOKEN_LIFE_S * 1000
        self._known[access] = Token(app_id=OAUTH_APP_ID, label="OAuth app", expires_ms=until, portal_id=portal_id)
        return {
            "token_type": "bearer",
            "access_token": access,
            "refresh_token": given,
            "expires_in": TOKEN_LIFE_S,
            "hub_id": int(portal_id),
            "scopes": sorted(SCOPES),
        }


def _oauth_refusal(status: str, error: str, message: str) -> RefusedError:
    refused = RefusedError(400, message, category=None, error=error, error_description=message)
    refused.body["status"] = status
    return refused


def expired(ago_ms: int, *, at_ms: int) -> RefusedError:
    """The 401 of an access token past its life."""
    return RefusedError(
        401,
        f"The OAuth token used to make this call expired {ago_ms // 1000} second(s) ago.",
        category="EXPIRED_AUTHENTICATION",
        context={"expire time": [iso(at_ms)]},
    )


def missing_scopes(scopes: Iterable[str]) -> RefusedError:
    """The 403 of a credential that was never given what the call needs."""
    return RefusedError(
        403,
        _NO_SCOPES,
        category="MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": sorted(scopes)},
            }
        ],
        links={"scopes": "https://developers.hubspot.com/scopes"},
    )
