"""HubSpot by OAuth: renewed by the clock before it ends, once for everybody, on both generations of its API."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.hubspot.connector import HubSpot
from connectors.testing import failure_of, found_in, one_receipt
from domain.change import ReceiptOutcome
from domain.errors import ContractError, CredentialsError, RateLimitedError, TransientError, WrongAccountError
from tests.contract.hubspot_rig import WANTED, HubSpotRig
from tests.rig import MemoryTokens, SimulatorProcess, surroundings

PATHS = {"v3": "/oauth/v1/token", "2026-03": "/oauth/2026-03/token"}
APP = {"auth": "oauth", "access_token": None, "client_id": "simulator-client", "client_secret": "simulator-secret"}
PORTAL, OTHER_PORTAL = "24600001", "99999999"


class Pin:
    """The portal that the connection was set up with."""

    def check(self, connection: str, account_id: str) -> None:
        if account_id != PORTAL:
            raise WrongAccountError(f"{connection} leads to {account_id}")


class OAuthRig(HubSpotRig):
    """The simulated portal with the app installed; every connector shares one token cache."""

    def __init__(self, simulator: SimulatorProcess, stack: ExitStack, *, generation: str) -> None:
        super().__init__(simulator, stack, generation=generation)
        self.tokens = MemoryTokens()
        self.install(f"refresh-{self.begin}")
        self.tune(oauth_burst_per_10_s=1_000_000)
        stack.callback(self.tune, oauth_burst_per_10_s=110)

    def install(self, refresh_token: str) -> None:
        self.refresh_token = refresh_token
        self.tune(refresh_token=refresh_token)

    def by_oauth(self, **more: object) -> HubSpot:
        around = surroundings(
            "marketing",
            self.simulator,
            fields={"contacts": WANTED},
            tokens=self.tokens,
            budget=self.budget,
            wire=self.wire,
            pins=Pin(),
        )
        return HubSpot(self.settings(**APP, refresh_token=self.refresh_token, **more), around, wall=self.fast.wall)

    def token_calls(self, since: int = 0) -> list[int]:
        lines = self.simulator.log(since or self.begin)
        return [line["status"] for line in lines if line["path"] == PATHS[self.generation]]


@pytest.fixture(params=list(PATHS))
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[OAuthRig]:
    with ExitStack() as stack:
        yield OAuthRig(simulator, stack, generation=request.param)


def test_a_token_is_got_once_and_serves_every_connector_and_the_next_start(rig: OAuthRig) -> None:
    for connector in (rig.by_oauth(), rig.by_oauth()):
        assert connector.account().account_id == PORTAL
        assert connector.account().account_id == PORTAL
    assert rig.token_calls() == [200]


def test_a_token_is_renewed_before_it_ends_so_that_no_call_meets_a_401(rig: OAuthRig) -> None:
    connector = rig.by_oauth()
    for _ in range(4):
        connector.account()
        rig.simulator.time(advance_s=1_510)
    assert rig.token_calls() == [200] * 4
    assert {line["status"] for line in rig.simulator.log(rig.begin) if "account-info" in line["path"]} == {200}


def test_eight_threads_that_meet_an_ended_token_renew_it_once(rig: OAuthRig) -> None:
    connectors = [rig.by_oauth() for _ in range(8)]
    connectors[0].account()
    rig.simulator.time(advance_s=1_801)
    threads = [threading.Thread(target=each.account) for each in connectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rig.token_calls() == [200, 200]


def test_a_token_that_ends_between_two_pages_is_replaced_and_reading_goes_on(rig: OAuthRig) -> None:
    keys = set(rig.seed(rig.rows_for_three_pages))
    pages = rig.by_oauth().read("contacts", None)
    first = next(pages)
    rig.simulator.fault("expired_session", system="hubspot", path="objects/(2026-03/)?contacts")
    assert keys <= found_in([first, *pages])
    assert rig.token_calls() == [200, 200]


def test_a_new_token_that_is_refused_as_well_needs_a_person(rig: OAuthRig) -> None:
    connector = rig.by_oauth()
    connector.account()
    rig.simulator.fault("expired_session", system="hubspot", path="account-info", times=None)
    assert "Connected apps" in str(failure_of(CredentialsError, connector.account))
    assert rig.token_calls() == [200, 200]


def test_who_rested_while_tokens_were_refused_asks_for_one_more(rig: OAuthRig) -> None:
    """What another thread got since may be refused as well: only a token that was just made proves a wrong login."""
    resting, busy = rig.by_oauth(), rig.by_oauth()
    resting.account()
    rig.simulator.fault("expired_session", system="hubspot", path="account-info")
    busy.account()
    rig.simulator.fault("expired_session", system="hubspot", path="account-info", times=2)
    assert resting.account().account_id == PORTAL
    assert rig.token_calls() == [200, 200, 200]


def test_an_app_that_was_uninstalled_says_how_to_reconnect_and_asks_once_a_minute(rig: OAuthRig) -> None:
    connector = rig.by_oauth()
    connector.account()
    rig.tune(revoke=rig.refresh_token)
    rig.simulator.time(advance_s=1_801)
    error = failure_of(CredentialsError, connector.account)
    assert "BAD_REFRESH_TOKEN" in str(error)
    assert "put the new token into refresh_token" in str(error)
    assert rig.refresh_token not in str(error) + rig.kept()
    failure_of(CredentialsError, rig.by_oauth().account)
    assert rig.token_calls() == [200, 400]
    rig.install(f"again-{rig.begin}")
    assert rig.by_oauth().account().account_id == PORTAL


def test_a_wrong_client_is_named_as_such(rig: OAuthRig) -> None:
    wrong = rig.settings(**APP | {"client_secret": "wrong"}, refresh_token=rig.refresh_token)
    connector = HubSpot(wrong, surroundings("marketing", rig.simulator), wall=rig.fast.wall)
    assert "client_secret" in str(failure_of(CredentialsError, connector.account))


@pytest.mark.parametrize(("kind", "expected"), [("rate_limit", RateLimitedError), ("server_error", TransientError)])
def test_a_token_endpoint_that_is_busy_suspends_nothing(
    rig: OAuthRig, kind: str, expected: type[TransientError]
) -> None:
    rig.simulator.fault(kind, system="hubspot", path="/oauth", times=None)
    failure_of(expected, rig.by_oauth().account)
    rig.simulator.clear()
    rig.simulator.fault(kind, system="hubspot", path="/oauth", times=1)
    assert rig.by_oauth().account().account_id == PORTAL


def test_a_missing_scope_is_no_matter_of_the_login(rig: OAuthRig) -> None:
    connector = rig.by_oauth()
    connector.account()
    token = json.loads(rig.tokens.kept["marketing"])["token"]
    rig.tune(token=token, scopes=["oauth"])
    assert "crm.objects.owners.read" in str(failure_of(ContractError, lambda: list(connector.read("owners", None))))
    assert rig.token_calls() == [200]


def test_no_daily_figure_is_told_to_an_oauth_app_and_our_own_ledger_counts_on(rig: OAuthRig) -> None:
    rig.by_oauth().account()
    assert rig.budget.hints == []
    assert sum(rig.budget.spent.values()) == 1


def test_another_portal_behind_the_login_is_met_with_no_write(rig: OAuthRig) -> None:
    contact = rig.seed(1)[0]
    connector = rig.by_oauth()
    connector.account()
    rig.simulator.settings(org={"hubspot": OTHER_PORTAL})
    failure_of(WrongAccountError, lambda: list(connector.write([rig.change("k1", contact, 5)])))
    assert rig.values([contact]) == [None]
    rig.simulator.settings(org={"hubspot": PORTAL})
    assert one_receipt(connector, rig.change("k2", contact, 6)).outcome is ReceiptOutcome.APPLIED


def test_another_portal_behind_a_service_key_is_met_with_no_write(rig: OAuthRig) -> None:
    contact = rig.seed(1)[0]
    connector = HubSpot(rig.settings(), surroundings("marketing", rig.simulator, pins=Pin()), wall=rig.fast.wall)
    assert one_receipt(connector, rig.change("k1", contact, 5)).outcome is ReceiptOutcome.APPLIED
    rig.simulator.settings(org={"hubspot": OTHER_PORTAL})
    failure_of(WrongAccountError, lambda: list(connector.write([rig.change("k2", contact, 6)])))
    assert rig.values([contact]) == [5]
