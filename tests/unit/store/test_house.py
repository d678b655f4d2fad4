"""Connections, rules, runs, requests and what the installation remembers."""

import pytest

from domain.errors import WrongAccountError
from domain.record import Cursor
from domain.run import Connection, ConnectionStatus, RuleVersion, Run
from domain.values import RuleHash
from store import connections, installation, requests, rules, runs
from store.engine import Store
from tests.unit.store.examples import NOON, at


def test_a_connection_is_known_once_and_keeps_its_standing(store: Store) -> None:
    with store.write() as tx:
        connections.ensure(tx, ["salesforce", "hubspot"], now=NOON)
        changed = connections.set_status(tx, "hubspot", ConnectionStatus.SUSPENDED, reason="key revoked", now=at(1))
        assert changed is True
        connections.ensure(tx, ["salesforce", "hubspot"], now=at(2))
        assert connections.all(tx) == [
            Connection(name="hubspot", status=ConnectionStatus.SUSPENDED, reason="key revoked", since=at(1)),
            Connection(name="salesforce", status=ConnectionStatus.RUNNING, since=NOON),
        ]
        assert connections.get(tx, "slack") is None


def test_the_same_status_again_is_no_change(store: Store) -> None:
    with store.write() as tx:
        connections.ensure(tx, ["hubspot"], now=NOON)
        assert connections.set_status(tx, "hubspot", ConnectionStatus.RUNNING, reason=None, now=at(1)) is False
        assert connections.set_status(tx, "hubspot", ConnectionStatus.RUNNING, reason="slow", now=at(1)) is True
        found = connections.get(tx, "hubspot")
    assert found == Connection(name="hubspot", status=ConnectionStatus.RUNNING, reason="slow", since=NOON)


def test_a_connection_is_tied_to_the_first_account(store: Store) -> None:
    with store.write() as tx:
        connections.ensure(tx, ["salesforce"], now=NOON)
        connections.pin_account(tx, "salesforce", "00D1")
        connections.pin_account(tx, "salesforce", "00D1")
        with pytest.raises(WrongAccountError, match="account 00D2, but it was set up with 00D1"):
            connections.pin_account(tx, "salesforce", "00D2")
        assert connections.all(tx)[0].account_id == "00D1"


def test_a_stream_resumes_where_it_was_saved(store: Store) -> None:
    with store.write() as tx:
        assert connections.cursor(tx, "hubspot", "contacts") is None
        connections.save_cursor(tx, "hubspot", "contacts", Cursor(position="a"), read_at=NOON)
        connections.save_cursor(tx, "hubspot", "contacts", Cursor(position="b"), read_at=at(5))
        connections.save_cursor(tx, "hubspot", "forms", Cursor(position="z"), read_at=NOON)
        assert connections.cursor(tx, "hubspot", "contacts") == Cursor(position="b")
        assert connections.cursors(tx, "hubspot") == {"contacts": Cursor(position="b"), "forms": Cursor(position="z")}
        assert connections.read_at(tx, "hubspot") == {"contacts": at(5), "forms": NOON}


def test_the_last_publication_is_in_force_and_every_one_is_kept(store: Store) -> None:
    first, second, back = (
        RuleVersion(hash=RuleHash(name), author="admin", published_at=at(minute), document=f'{{"name":"{name}"}}')
        for minute, name in enumerate(("a", "b", "a"))
    )
    with store.write() as tx:
        assert rules.current(tx) is None
        assert [rules.publish(tx, each) for each in (first, first, second, back)] == [True, False, True, True]
        assert rules.current(tx) == back
        assert rules.history(tx) == [back, second, first]


def test_a_run_is_recorded_from_start_to_end(store: Store) -> None:
    with store.write() as tx:
        first = runs.start(tx, "schedule", now=NOON)
        second = runs.start(tx, "request", now=at(5))
        runs.finish(tx, second, now=at(6), counts={"read": 3}, failures=["hubspot: suspended"])
        assert runs.last(tx, 2) == [
            Run(
                id=second, trigger="request", started_at=at(5), ended_at=at(6), counts={"read": 3},
                failures=("hubspot: suspended",),
            ),
            Run(id=first, trigger="schedule", started_at=NOON),
        ]  # fmt: skip
        assert runs.get(tx, first).ended_at is None
        with pytest.raises(LookupError, match="no run 404"):
            runs.get(tx, 404)
        assert runs.purge(tx, before=at(1), limit=10) == 1


def test_a_request_is_answered_once(store: Store) -> None:
    with store.write() as tx:
        number = requests.file(tx, "run", {"json": True}, now=NOON)
        other = requests.file(tx, "apply", {}, now=at(1))
        assert [each.id for each in requests.open(tx)] == [number, other]
        requests.answer(tx, number, {"exit_code": 0}, now=at(2))
        requests.answer(tx, number, {"exit_code": 1}, now=at(3))
        answered = requests.get(tx, number)
        assert answered is not None
        assert (answered.kind, answered.payload, answered.result) == ("run", {"json": True}, {"exit_code": 0})
        assert (answered.filed_at, answered.answered_at) == (NOON, at(2))
        assert [each.id for each in requests.open(tx)] == [other]
        assert requests.get(tx, 404) is None


def test_the_installation_remembers_by_name(store: Store) -> None:
    with store.write() as tx:
        installation.put(tx, "step", "observe")
        installation.put(tx, "step", "scores")
        assert installation.get(tx, "step") == "scores"
        installation.remove(tx, "step")
        assert installation.get(tx, "step") is None
