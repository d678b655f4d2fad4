"""Fault orders: which call takes which, and how often."""

import re

import pytest

from simulator.faults import Fault, FaultKind, Faults

QUERY = "/services/data/v59.0/query"


def test_an_order_is_taken_as_often_as_it_says() -> None:
    faults = Faults()
    faults.add(Fault(kind="server_error", times=2))
    taken = [faults.take("salesforce", "GET", QUERY) for _ in range(3)]
    assert [fault and fault.kind for fault in taken] == ["server_error", "server_error", None]


def test_an_order_without_an_end_stands_until_it_is_removed() -> None:
    faults = Faults()
    faults.add(Fault(kind="slow", times=None))
    assert all(faults.take("hubspot", "GET", "/x") for _ in range(5))
    assert faults.clear() == 1
    assert faults.take("hubspot", "GET", "/x") is None


@pytest.mark.parametrize(
    ("fault", "hit"),
    [
        pytest.param(Fault(kind="slow", system="hubspot"), False, id="other-system"),
        pytest.param(Fault(kind="slow", method="POST"), False, id="other-method"),
        pytest.param(Fault(kind="slow", path=re.compile("sobjects")), False, id="other-path"),
        pytest.param(Fault(kind="slow", system="salesforce", method="GET", path=re.compile("query$")), True, id="all"),
    ],
)
def test_an_order_waits_for_a_call_that_matches(fault: Fault, hit: bool) -> None:
    faults = Faults()
    faults.add(fault)
    assert (faults.take("salesforce", "GET", QUERY) is fault) is hit


def test_the_oldest_matching_order_comes_first() -> None:
    faults = Faults()
    faults.add(Fault(kind="slow"))
    faults.add(Fault(kind="bad_gateway"))
    first, second = faults.take("hubspot", "GET", "/x"), faults.take("hubspot", "GET", "/x")
    assert [fault and fault.kind for fault in (first, second)] == ["slow", "bad_gateway"]


@pytest.mark.parametrize(
    ("kind", "method", "path", "strikes"),
    [
        ("expired_session", "POST", "/services/oauth2/token", False),
        ("expired_session", "GET", QUERY, True),
        ("reply_lost", "POST", "/services/oauth2/token", True),
        ("partial_failure", "GET", QUERY, False),
        ("partial_failure", "PATCH", "/services/data/v59.0/composite/sobjects", True),
        ("partial_failure", "POST", "/crm/v3/objects/contacts/batch/update", True),
        ("partial_failure", "POST", "/crm/v3/objects/contacts/batch/read", False),
        ("row_lock", "GET", "/services/data/v59.0/sobjects/Lead/00Q", False),
        ("row_lock", "PATCH", "/services/data/v59.0/sobjects/Lead/00Q", True),
        ("row_lock", "POST", "/crm/v3/objects/contacts/search", False),
        ("search_lag", "PATCH", "/services/data/v59.0/composite/sobjects", False),
        ("search_lag", "POST", "/services/data/v59.0/composite", True),
    ],
)
def test_without_a_path_a_fault_waits_for_a_call_where_it_shows(
    kind: FaultKind, method: str, path: str, strikes: bool
) -> None:
    faults = Faults()
    faults.add(Fault(kind=kind))
    assert (faults.take("salesforce", method, path) is not None) is strikes
