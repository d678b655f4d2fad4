"""Logging in to Salesforce: once for everybody, with a refresh token that is good for one use, and not too often."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest

from connectors.contract import Lane
from connectors.renewal import LOGINS_PER_HOUR
from connectors.salesforce.connector import Salesforce
from connectors.testing import failure_of, one_receipt
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.errors import CredentialsError, RateLimitedError, TransientError, WrongAccountError
from domain.values import Value
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess, surroundings

TOKEN_PATH = "/services/oauth2/token"
OTHER_ORG = "00D5e0000000002EAA"


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


class Pin:
    """The org that the connection was set up with."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id

    def check(self, connection: str, account_id: str) -> None:
        if account_id != self.account_id:
            raise WrongAccountError(f"{connection} leads to {account_id}")


def authorised(rig: SalesforceRig) -> str:
    """A person goes through the web-server flow; from now on refresh tokens are good for one use."""
    token = f"5Aep861-{rig.simulator.seq()}"
    rig.simulator.settings(refresh_token=token, rotate_refresh_tokens=True)
    return token


def by_refresh_token(rig: SalesforceRig, token: str) -> Salesforce:
    return rig.connector(auth="refresh_token", refresh_token=token)


def expire(rig: SalesforceRig) -> None:
    rig.simulator.time(advance_s=7_300)


def token_calls(rig: SalesforceRig, since: int) -> list[int]:
    return [line["status"] for line in rig.simulator.log(since) if line["path"] == TOKEN_PATH]


def at_once(connectors: Sequence[Salesforce]) -> list[BaseException]:
    """Every connector asks in a thread of its own; what was raised."""
    raised: list[BaseException] = []

    def ask(connector: Salesforce) -> None:
        try:
            connector.account()
        except (CredentialsError, TransientError, WrongAccountError) as error:
            raised.append(error)

    threads = [threading.Thread(target=ask, args=(each,)) for each in connectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_each_refresh_token_is_used_once_and_the_next_one_kept_before_its_session_is(rig: SalesforceRig) -> None:
    connector = by_refresh_token(rig, authorised(rig))
    since = rig.simulator.seq()
    for _ in range(3):
        assert connector.account().user
        assert json.loads(rig.tokens.kept["crm"])["pending"] is False
        expire(rig)
    assert token_calls(rig, since) == [200, 200, 200]


def test_a_restart_goes_on_with_the_newest_refresh_token(rig: SalesforceRig) -> None:
    first = authorised(rig)
    by_refresh_token(rig, first).account()
    expire(rig)
    assert by_refresh_token(rig, first).account().user


def test_eight_threads_and_both_lanes_meet_one_expiry_with_one_use_of_the_refresh_token(rig: SalesforceRig) -> None:
    token = authorised(rig)
    connectors = [by_refresh_token(rig, token) for _ in range(8)]
    connectors[0].account()
    expire(rig)
    since = rig.simulator.seq()
    assert at_once(connectors) == []
    assert token_calls(rig, since) == [200]


def test_who_rested_while_sessions_came_and_ended_logs_in_once_more(rig: SalesforceRig) -> None:
    """What another thread got since may have ended as well: only a session that was just made proves a wrong login."""
    resting, busy = rig.connector(), rig.connector()
    for each in (resting, busy):
        each.account()
    expire(rig)
    busy.account()
    expire(rig)
    since = rig.simulator.seq()
    assert resting.account().user
    assert token_calls(rig, since) == [200]


def test_a_refresh_token_whose_answer_was_lost_needs_a_person_and_says_so(rig: SalesforceRig) -> None:
    """kill -9 between the answer and our keeping it: the old one is spent, the new one nobody has."""
    token = authorised(rig)
    connector = by_refresh_token(rig, token)
    connector.account()
    expire(rig)
    before = dict(rig.tokens.kept)
    by_refresh_token(rig, token).account()
    kept = json.loads(before["crm"]) | {"pending": True, "token": ""}
    rig.tokens.kept["crm"] = json.dumps(kept)
    since = rig.simulator.seq()
    error = failure_of(CredentialsError, by_refresh_token(rig, token).account)
    assert "broke off before its answer was kept" in str(error)
    assert "put the new token into refresh_token" in str(error)
    assert token not in str(error)
    failure_of(CredentialsError, by_refresh_token(rig, token).account)
    assert token_calls(rig, since) == [400]
    assert by_refresh_token(rig, authorised(rig)).account().user


def test_a_dead_refresh_token_is_tried_once_a_minute_by_all_threads_together(rig: SalesforceRig) -> None:
    connectors = [by_refresh_token(rig, "5Aep861-never-given") for _ in range(8)]
    since = rig.simulator.seq()
    assert [type(error) for error in at_once(connectors)] == [CredentialsError] * 8
    assert token_calls(rig, since) == [400]
    rig.simulator.time(advance_s=61)
    failure_of(CredentialsError, connectors[0].account)
    assert token_calls(rig, since) == [400, 400]


def test_without_a_place_to_keep_the_next_one_a_refresh_token_is_not_used(rig: SalesforceRig) -> None:
    token = authorised(rig)
    rig.tokens.keeps = False
    since = rig.simulator.seq()
    assert "LEADLOOP_KEY" in str(failure_of(CredentialsError, by_refresh_token(rig, token).account))
    assert token_calls(rig, since) == []
    rig.tokens.keeps = True
    assert by_refresh_token(rig, token).account().user


def test_other_credentials_are_used_at_once_and_not_the_kept_session_of_the_old_ones(rig: SalesforceRig) -> None:
    rig.connector().account()
    failure_of(CredentialsError, rig.connector(client_secret="not-the-secret").account)
    assert rig.connector().account().user


@pytest.mark.parametrize(("kind", "status"), [("rate_limit", 429), ("server_error", 503), ("bad_gateway", 502)])
def test_a_token_endpoint_that_is_not_well_is_asked_again_and_suspends_nothing(
    rig: SalesforceRig, kind: str, status: int
) -> None:
    rig.simulator.fault(kind, system="salesforce", path=TOKEN_PATH, status=status, times=2)
    since = rig.simulator.seq()
    assert rig.connector().account().user
    assert token_calls(rig, since) == [status, status, 200]


def test_a_token_endpoint_that_stays_ill_is_no_matter_of_credentials(rig: SalesforceRig) -> None:
    rig.simulator.fault("server_error", system="salesforce", path=TOKEN_PATH, status=503, times=None)
    failure_of(TransientError, rig.connector().account)
    rig.simulator.clear()
    rig.simulator.fault("rate_limit", system="salesforce", path=TOKEN_PATH, times=None)
    failure_of(RateLimitedError, rig.connector().account)


def test_sessions_that_end_at_once_do_not_lock_the_user_out(rig: SalesforceRig) -> None:
    """Salesforce locks out above 3,600 logins an hour."""
    connector = rig.connector()
    since = rig.simulator.seq()

    def ask() -> None:
        for _ in range(LOGINS_PER_HOUR + 1):
            connector.account()
            rig.simulator.fault("expired_session", system="salesforce", path="/query")

    error = failure_of(TransientError, ask)
    assert "leadloop waits" in str(error)
    assert len(token_calls(rig, since)) == LOGINS_PER_HOUR
    rig.simulator.clear()
    rig.simulator.time(advance_s=3_600)
    assert connector.account().user


@pytest.mark.parametrize(("kind", "assigns"), [(ChangeKind.FIELDS, "FALSE"), (ChangeKind.CREATE, "TRUE")])
def test_a_session_that_ends_in_the_middle_keeps_the_headers_of_the_call(
    rig: SalesforceRig, kind: ChangeKind, assigns: str
) -> None:
    """Those of every call, and the one that only a new lead's has."""
    lead = rig.seed(1)[0]
    new: dict[str, Value] = {"LastName": "New", "Company": "New", "LL_Lead_Key__c": f"new {lead}"}
    create = Change(key="k1", kind=ChangeKind.CREATE, object="Lead", values=new, unique="LL_Lead_Key__c")
    connector = rig.connector(assign_new_leads=True)
    connector.describe("Lead")
    since = rig.simulator.seq()
    rig.simulator.fault("expired_session", system="salesforce", path="/composite/sobjects", method="PATCH")
    change = create if kind is ChangeKind.CREATE else rig.change("k1", lead, 5)
    assert one_receipt(connector, change).outcome is ReceiptOutcome.APPLIED
    first, second = [line for line in rig.simulator.log(since) if line["method"] == "PATCH"]
    assert (first["status"], second["status"]) == (401, 200)
    assert first["headers"] == second["headers"]
    assert first["headers"]["sforce-auto-assign"] == assigns


@pytest.mark.parametrize(("rule", "said"), [("allow_save", "allowSave=true"), ("respect", "allowSave=false")])
def test_every_call_says_who_asks_and_that_no_assignment_rule_is_wanted(
    rig: SalesforceRig, rule: str, said: str
) -> None:
    lead = rig.seed(1)[0]
    since = rig.simulator.seq()
    connector = rig.connector(duplicate_rule=rule)
    list(connector.read_bundle(dict.fromkeys(["Lead", "Task"])))
    list(connector.write([rig.change("k1", lead, 5), rig.guarded_change("k2", lead), rig.create("k3")]))
    calls = [line for line in rig.simulator.log(since) if line["path"].startswith("/services/data")]
    assert len(calls) >= 6
    expected = {"sforce-auto-assign": "FALSE", "sforce-call-options": "client=leadloop"}
    for line in calls:
        told = {name: line["headers"][name] for name in (*expected, "sforce-duplicate-rule-header")}
        assert told == expected | {"sforce-duplicate-rule-header": said}, line["path"]


def test_another_org_behind_the_same_login_is_met_with_no_write(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    pinned = rig.connector().account().account_id
    around = surroundings("crm", rig.simulator, tokens=rig.tokens, lane=Lane.HANDOFF, pins=Pin(pinned))
    connector = Salesforce(rig.settings(), around, wall=rig.fast.wall)
    assert connector.account().account_id == pinned
    rig.simulator.settings(org={"salesforce": OTHER_ORG})
    since = rig.simulator.seq()
    for _ in range(2):
        failure_of(WrongAccountError, lambda: list(connector.write([rig.change("k1", lead, 5)])))
    assert [line["effects"] for line in rig.simulator.log(since) if line["effects"]] == []
    assert {line["status"] for line in rig.simulator.log(since) if line["path"].startswith("/services/data")} <= {401}
    assert rig.values([lead]) == [None]
    rig.simulator.settings(org={"salesforce": "00D5e0000000001EAA"})
    assert one_receipt(connector, rig.change("k2", lead, 6)).outcome is ReceiptOutcome.APPLIED
