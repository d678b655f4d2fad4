"""Leads and contacts that were deleted for good are noticed, and so is who came back: at night, for four calls."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from connectors.contract import Known, Lane
from connectors.salesforce.connector import Salesforce
from connectors.salesforce.deletions import Position
from connectors.testing import failure_of
from domain.errors import ContractError
from domain.record import Cursor, Page, Record
from tests.contract.salesforce_rig import WANTED, SalesforceRig, end_of
from tests.rig import SimulatorProcess, surroundings

STREAM = "deletions"
NIGHT_S, WEEK_S = 24 * 3_600, 8 * 24 * 3_600


@dataclass
class Remembered:
    """What was read before, by object and id."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)

    def keep(self, pages: Sequence[Page]) -> list[Record]:
        found = [record for page in pages for record in page.records]
        self.records.update({(record.ref.object, record.ref.id): record for record in found})
        return found

    def of(self, connection: str, object: str, ids: Sequence[str]) -> Mapping[str, Known]:
        return {each: self.records[object, each] for each in ids if (object, each) in self.records}

    def live(self, connection: str, object: str) -> Iterator[str]:
        return (
            each
            for (kind, each), record in self.records.items()
            if kind == object and not record.archived and record.merged_into is None
        )


class DeletionsRig(SalesforceRig):
    """The simulated org, and one installation's memory of it."""

    def __init__(self, simulator: SimulatorProcess, stack: ExitStack) -> None:
        super().__init__(simulator, stack)
        self.memory = Remembered()
        self.salesforce = self.reader()
        self.cursor: Cursor | None = None

    def reader(self, **more: object) -> Salesforce:
        around = surroundings(
            "crm",
            self.simulator,
            fields={"Lead": WANTED},
            tokens=self.tokens,
            budget=self.budget,
            known=self.memory,
        )
        return Salesforce(self.settings(**more), around, wall=self.fast.wall)

    def begin_here(self) -> None:
        """Everything is read once, and the first night passes."""
        self.settle()
        for name in ("Lead", "Contact"):
            self.memory.keep(list(self.salesforce.read(name, None)))
        assert self.night(0) == {}

    def night(self, after_s: float = NIGHT_S) -> dict[str, Record]:
        """The records that a night gives, by id."""
        self.simulator.time(advance_s=after_s)
        pages = list(self.salesforce.read(STREAM, self.cursor))
        self.cursor = pages[-1].cursor if pages else self.cursor
        return {record.ref.id: record for record in self.memory.keep(pages)}

    def night_pages(self) -> list[Page]:
        """As `night`, with what is told of the pages."""
        self.simulator.time(advance_s=NIGHT_S)
        pages = list(self.salesforce.read(STREAM, self.cursor))
        self.cursor = pages[-1].cursor
        self.memory.keep(pages)
        return pages

    def forget_to_see(self, object_name: str) -> None:
        """As if more than half of what was read were shown no more."""
        known = next(record for (kind, _), record in self.memory.records.items() if kind == object_name)
        for number in range(len(self.memory.records) + 200):
            self.memory.records[object_name, f"00Q9z{number:010d}AAA"] = known

    def purge(self, row: str) -> None:
        """Deleted, and taken out of the recycle bin by hand before anybody looked."""
        self.simulator.act("delete", system="salesforce", id=row, purge=True)


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[DeletionsRig]:
    with ExitStack() as stack:
        yield DeletionsRig(simulator, stack)


def test_a_lead_deleted_for_good_is_archived_the_next_night_with_nothing_left_of_it(rig: DeletionsRig) -> None:
    gone, stays = rig.seed(2)
    rig.begin_here()
    rig.purge(gone)
    since = list(rig.salesforce.read("Lead", None))
    assert gone not in {record.ref.id for page in since for record in page.records}
    found = rig.night()
    assert (found[gone].archived, found[gone].values) == (True, {})
    assert stays not in found
    assert rig.night() == {}


def test_a_deletion_that_was_not_listed_yet_when_one_night_looked_is_noticed_the_next(rig: DeletionsRig) -> None:
    (gone,) = rig.seed(1)
    rig.begin_here()
    rig.purge(gone)
    rig.simulator.time(advance_s=3_600)
    rig.cursor = Position(at=rig.simulator.now(), swept=rig.simulator.now()).cursor()
    assert gone in rig.night()


def test_a_contact_deleted_for_good_is_noticed_as_well(rig: DeletionsRig) -> None:
    (gone,) = rig.simulator.seed(sf_contacts=[{"LastName": "Zanzibarova", "AccountName": "Acme"}])["Contact"]
    rig.begin_here()
    rig.purge(gone)
    assert rig.night()[gone].ref.object == "Contact"


def test_who_lies_in_the_bin_keeps_what_is_known_of_them(rig: DeletionsRig) -> None:
    """A loser of a merge names its survivor; the night does not wipe that."""
    lost, won = rig.seed(2)
    rig.begin_here()
    rig.simulator.act("merge", system="salesforce", id=won, as_="admin", loser_id=lost)
    found = rig.night()[lost]
    assert found.archived
    assert found.merged_into is not None
    assert found.merged_into.id == won


def test_a_quiet_night_costs_four_calls_and_the_same_night_none(rig: DeletionsRig) -> None:
    rig.seed(1)
    rig.begin_here()
    rig.simulator.time(advance_s=NIGHT_S)
    rig.salesforce.account()
    before = rig.budget.spent[Lane.BACKGROUND]
    assert rig.night(0) == {}
    assert rig.budget.spent[Lane.BACKGROUND] - before == 4
    assert rig.night(3_600) == {}
    assert rig.budget.spent[Lane.BACKGROUND] - before == 4


def test_after_a_pause_longer_than_the_list_of_deletions_every_id_is_compared(rig: DeletionsRig) -> None:
    """getDeleted refuses more than 15 days: INVALID_REPLICATION_DATE."""
    gone, stays = rig.seed(2)
    rig.begin_here()
    rig.purge(gone)
    found = rig.night(20 * NIGHT_S)
    assert (found[gone].archived, found[gone].values) == (True, {})
    assert stays not in found


@pytest.mark.parametrize("code", ["EXCEEDED_ID_LIMIT", "INVALID_REPLICATION_DATE"])
def test_a_list_of_deletions_that_is_refused_leads_to_the_comparison(rig: DeletionsRig, code: str) -> None:
    (gone,) = rig.seed(1)
    rig.begin_here()
    rig.purge(gone)
    rig.simulator.fault("query_refused", system="salesforce", path="/deleted", times=2, code=code)
    assert rig.night()[gone].archived


def test_once_a_week_who_came_back_or_was_never_seen_is_read(rig: DeletionsRig) -> None:
    back, missed = rig.seed(2)
    rig.begin_here()
    rig.remove(back)
    assert rig.night()[back].archived
    rig.memory.records.pop(("Lead", missed))
    rig.simulator.act("edit", system="salesforce", id=back, as_="admin", restore=True)
    found = rig.night(WEEK_S)
    assert found[back].archived is False
    assert found[back].values["LastName"] == "Zanzibarova"
    assert found[missed].archived is False
    assert Position.of(rig.cursor or Cursor(position="")).swept > rig.simulator.now() - timedelta(hours=1)


def test_a_row_that_shows_later_than_any_cursor_stays_behind_is_read_the_next_night_and_told_late(
    rig: DeletionsRig,
) -> None:
    """Hidden from queries for an hour, while Salesforce says that no transaction is open."""
    rig.seed(1)
    rig.begin_here()
    cursor = end_of(rig.salesforce, "Lead")
    hidden = rig.seed(1)[0]
    rig.simulator.fault("search_lag", system="salesforce", path="/queryAll", seconds=7_200, times=None)
    rig.simulator.time(advance_s=3_600)
    passed = list(rig.salesforce.read("Lead", cursor))
    rig.simulator.clear()
    again = list(rig.salesforce.read("Lead", passed[-1].cursor))
    assert hidden not in {record.ref.id for page in (*passed, *again) for record in page.records}
    young = rig.seed(1)[0]
    found = rig.night_pages()
    assert {hidden, young} <= {record.ref.id for page in found for record in page.records}
    assert {row for page in found for row in page.late} == {hidden}
    assert {row for page in rig.night_pages() for row in page.late} == set()


def test_more_than_half_gone_is_not_believed_and_the_cursor_stays(rig: DeletionsRig) -> None:
    """A user who may see fewer records sees the others as gone."""
    rig.seed(1)
    rig.begin_here()
    rig.forget_to_see("Lead")
    before = rig.cursor
    error = failure_of(ContractError, lambda: rig.night(WEEK_S))
    assert "View All Records" in str(error)
    assert rig.cursor == before


def test_what_is_not_believed_is_told_again_and_costs_no_second_comparison_that_night(rig: DeletionsRig) -> None:
    """The stream is due in every cycle until a night is done: a large org's ids are 500 calls."""
    rig.seed(1)
    rig.begin_here()
    rig.forget_to_see("Lead")
    first = failure_of(ContractError, lambda: rig.night(WEEK_S))
    before = rig.budget.spent.total()
    for _ in range(3):
        assert str(failure_of(ContractError, lambda: rig.night(300))) == str(first)
    assert rig.budget.spent.total() == before
    failure_of(ContractError, rig.night)
    assert rig.budget.spent.total() > before


def test_leads_that_are_not_believed_to_be_gone_keep_nobody_from_looking_at_contacts(rig: DeletionsRig) -> None:
    rig.seed(1)
    (gone,) = rig.simulator.seed(sf_contacts=[{"LastName": "Zanzibarova", "AccountName": "Acme"}])["Contact"]
    rig.begin_here()
    rig.purge(gone)
    rig.forget_to_see("Lead")
    rig.simulator.time(advance_s=WEEK_S)
    found: list[Record] = []

    def night() -> None:
        for page in rig.salesforce.read(STREAM, rig.cursor):
            found.extend(page.records)

    failure_of(ContractError, night)
    assert {record.ref.id for record in found if record.archived} == {gone}, "and of the others nothing was told"


def test_an_object_that_is_not_read_is_not_looked_at(rig: DeletionsRig) -> None:
    """Who leaves contacts out of the settings must not get them all by the weekly comparison."""
    (contact,) = rig.simulator.seed(sf_contacts=[{"LastName": "Zanzibarova", "AccountName": "Acme"}])["Contact"]
    (lead,) = rig.seed(1)
    rig.salesforce = rig.reader(hot=("Lead", "Task"))
    rig.settle()
    rig.memory.keep(list(rig.salesforce.read("Lead", None)))
    assert rig.night(0) == {}
    rig.memory.records.pop(("Lead", lead))
    found = rig.night(WEEK_S)
    assert lead in found
    assert contact not in found
    paths = [line["path"] for line in rig.simulator.log(rig.begin)]
    assert not [path for path in paths if "/Contact/" in path]


def test_an_interrupted_night_begins_anew(rig: DeletionsRig) -> None:
    gone = rig.seed(201)
    rig.begin_here()
    for row in (gone[0], gone[-1]):
        rig.purge(row)
    rig.simulator.time(advance_s=NIGHT_S)
    first = next(rig.salesforce.read(STREAM, rig.cursor))
    assert first.cursor == rig.cursor
    assert {gone[0], gone[-1]} <= rig.night(0).keys()


def test_a_locator_that_ends_in_the_comparison_is_followed_by_a_new_query(rig: DeletionsRig) -> None:
    rows = rig.seed(401)
    rig.begin_here()
    for row in rows:
        rig.memory.records.pop(("Lead", row))
    rig.simulator.time(advance_s=WEEK_S)
    rig.simulator.settings(locator_life_s=1.0)
    found: set[str] = set()
    for page in rig.salesforce.read(STREAM, rig.cursor):
        found.update(record.ref.id for record in page.records)
        rig.simulator.time(advance_s=2)
    assert set(rows) <= found
