"""A test account and a live one are not written together, in whichever order they are met."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Environment, Settings
from connectors.testing import failure_of
from domain.errors import WrongAccountError
from domain.record import AccountInfo
from store import leadership
from store.engine import Store
from sync.cycle import Tally, guarded
from sync.introduce import introduce
from sync.loop import Loop
from tests.stores import empty_store

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)


@dataclass(slots=True)
class System:
    """A system that says whether it is a test account."""

    name: str
    is_test: bool | None
    asked: list[str] = field(default_factory=list)
    portal: str = ""

    def account(self) -> AccountInfo:
        self.asked.append(self.name)
        return AccountInfo(account_id=self.portal or f"{self.name}-1", name=self.name, user="", is_test=self.is_test)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(empty_store(tmp_path / "leadloop.db"))
    yield made
    made.dispose()


@contextmanager
def loop_of(store: Store, environment: Environment, systems: Sequence[System]) -> Iterator[Loop]:
    lead = leadership.acquire(store, holder="test")
    try:
        yield Loop(
            store=store,
            settings=Settings(environment=environment),
            connections={each.name: each for each in systems},
            holder="test",
            epoch=lead.epoch,
            types={},
        )
    finally:
        lead.release()


@pytest.mark.parametrize(
    ("environment", "org", "portal"),
    [(Environment.TEST, True, False), (Environment.TEST, False, True)],
    ids=["test org, live portal", "live org, test portal"],
)
def test_a_mixed_pair_is_refused_both(store: Store, environment: Environment, org: bool, portal: bool) -> None:
    with loop_of(store, environment, [System("crm", org), System("marketing", portal)]) as loop:
        introduce(loop, "crm", now=NOON)
        error = failure_of(WrongAccountError, lambda: introduce(loop, "marketing", now=NOON))
        assert loop.introduced == set()
        assert "a test account" in str(error)
        failure_of(WrongAccountError, lambda: introduce(loop, "crm", now=NOON))
        assert loop.introduced == set()


@pytest.mark.parametrize(
    ("environment", "kinds"),
    [
        (Environment.TEST, (True, True, None)),
        (Environment.LIVE, (False, False, None)),
        (Environment.SIMULATOR, (True, False, None)),
    ],
    ids=["both test", "both live", "simulated"],
)
def test_others_are_introduced_and_a_folder_of_files_goes_with_either(
    store: Store, environment: Environment, kinds: tuple[bool | None, ...]
) -> None:
    names = ("crm", "marketing", "files")
    with loop_of(store, environment, [System(name, kind) for name, kind in zip(names, kinds, strict=True)]) as loop:
        for name in names:
            introduce(loop, name, now=NOON)
        assert loop.introduced == set(names)


def test_a_connection_that_met_another_account_is_not_written_to_before_it_is_introduced_again(store: Store) -> None:
    def elsewhere() -> None:
        raise WrongAccountError("elsewhere")

    with loop_of(store, Environment.TEST, [System("crm", is_test=True)]) as loop:
        introduce(loop, "crm", now=NOON)
        guarded(loop, "crm", "push", Tally(), elsewhere, now=NOON)
        assert loop.introduced == set()


@pytest.mark.parametrize("met", [("marketing", "again"), ("again", "marketing")], ids=["in order", "the second first"])
def test_of_two_connections_to_one_account_the_first_named_is_used(store: Store, met: tuple[str, str]) -> None:
    """Or every record would be read and written twice, and both would pace themselves as if alone."""
    systems = [System("crm", True), *(System(name, True, portal="24600001") for name in ("marketing", "again"))]
    with loop_of(store, Environment.SIMULATOR, systems) as loop:
        introduce(loop, "crm", now=NOON)
        for name in met:
            with suppress(WrongAccountError):
                introduce(loop, name, now=NOON)
        assert loop.introduced == {"crm", "marketing"}
        error = failure_of(WrongAccountError, lambda: introduce(loop, "again", now=NOON))
        assert "'marketing'" in str(error)


def test_two_connections_may_read_one_folder_of_files(store: Store) -> None:
    files = [System(name, None, portal="/srv/lists") for name in ("events", "customers")]
    with loop_of(store, Environment.LIVE, files) as loop:
        for each in files:
            introduce(loop, each.name, now=NOON)
        assert loop.introduced == {"events", "customers"}


def test_a_connection_that_took_anothers_place_under_a_new_name_is_introduced(store: Store) -> None:
    with loop_of(store, Environment.SIMULATOR, [System("marketing", True, portal="24600001")]) as loop:
        introduce(loop, "marketing", now=NOON)
    with loop_of(store, Environment.SIMULATOR, [System("hubspot", True, portal="24600001")]) as loop:
        introduce(loop, "hubspot", now=NOON)
        assert loop.introduced == {"hubspot"}
