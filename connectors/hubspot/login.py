"""The token that a call carries: a service key as it stands, or an OAuth access token renewed by the clock.

An access token lives 30 minutes. It is renewed before it ends: HubSpot says that a 401 tells nothing certain about
it, and one that ends between two pages would cost a call. A 401 all the same is answered by one renewal.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from pydantic import SecretStr

from connectors.contract import Surroundings
from connectors.http import Answer, Call
from connectors.hubspot.answers import judge, known_shape, refusal
from connectors.hubspot.paths import path_of
from connectors.hubspot.settings import Auth, Settings
from connectors.renewal import Granted, Kept, Renewal, fingerprint
from domain.errors import CredentialsError, LeadloopError

LOGIN = "login"
EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed."""


class Login:
    """Gives the current token; `renew` another one than that which was refused."""

    def __init__(self, settings: Settings, surroundings: Surroundings, post: Callable[[Call], Answer]) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._post = post
        self._kept = Kept()
        parts = (settings.base_url, settings.client_id, _shown(settings.client_secret), _shown(settings.refresh_token))
        self._renewal = Renewal(surroundings, fingerprint(*parts), self._log_in)

    @property
    def renewable(self) -> bool:
        return self._settings.auth is Auth.OAUTH

    def token(self) -> str:
        if not self.renewable:
            return _shown(self._settings.access_token)
        if not self._is_fresh(self._kept):
            kept = self._renewal.kept()
            self._kept = kept if self._is_fresh(kept) else self._renewal.renew(self._is_fresh)
        return self._kept.token

    def renew(self, refused: str) -> tuple[str, bool]:
        """A token other than the refused one, and whether it is a new one.

        If not, somebody else got it, perhaps so long ago that it is refused as well.
        """
        is_new = True

        def usable(kept: Kept) -> bool:
            nonlocal is_new
            is_new = kept.token == refused or not self._is_fresh(kept)
            return not is_new

        self._kept = self._renewal.renew(usable)
        return self._kept.token, is_new

    def _is_fresh(self, kept: Kept) -> bool:
        return kept.expires_at is not None and self._surroundings.clock.now() < kept.expires_at - EARLY

    def _log_in(self, kept: Kept) -> Granted:
        asked_at = self._surroundings.clock.now()
        given = kept.refresh_token or _shown(self._settings.refresh_token)
        form = {
            "grant_type": "refresh_token",
            "client_id": self._settings.client_id or "",
            "client_secret": _shown(self._settings.client_secret),
            "refresh_token": given,
        }
        url = self._settings.base_url + path_of("/oauth/v1/token", self._settings.api_generation)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        body = urlencode(form).encode()
        call = Call(method="POST", url=url, headers=headers, body=body, idempotent=True, calls=0, bucket=LOGIN)
        answer = self._post(call)
        if not answer.ok:
            raise self._refusal(answer)
        return self._granted(answer, asked_at, given)

    def _granted(self, answer: Answer, asked_at: datetime, given: str) -> Granted:
        with known_shape("the renewal of the access token"):
            told = answer.json()
            return Granted(
                token=str(told["access_token"]),
                expires_at=asked_at + timedelta(seconds=float(told["expires_in"])),
                refresh_token=str(told.get("refresh_token") or given),
                account_id=str(told["hub_id"]) if told.get("hub_id") else None,
            )

    def _refusal(self, answer: Answer) -> CredentialsError:
        """HubSpot's code tells which half is wrong; its sentence may repeat what we sent, so it stays out."""
        told = refusal(answer)
        code = str(told.get("status") or told.get("error") or f"HTTP {answer.status}")
        named = code if code.replace(" ", "").replace("_", "").isalnum() else f"HTTP {answer.status}"
        spent = "BAD_REFRESH_TOKEN" in code or told.get("error") == "invalid_grant"
        mend = (
            "The app was uninstalled or its token revoked: install it again (docs/connecting-hubspot.md, With OAuth) "
            "and put the new token into refresh_token"
            if spent
            else "Check client_id and client_secret of the app"
        )
        return CredentialsError(
            f"HubSpot connection '{self._surroundings.connection}': the access token was not renewed ({named}). {mend}"
        )


def judge_renewable(answer: Answer) -> LeadloopError | None:
    """As `judge`, but a refused token is left to the caller, who may get another one."""
    return None if answer.status == 401 else judge(answer)


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
