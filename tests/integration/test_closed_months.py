"""Months close by themselves, stay what they were when the CRM changes, and are reopened by a person only."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from config.deliver import Report
from domain.errors import SettingsError
from leadloop.actor import actor
from leadloop.closing import close, hindrance
from leadloop.page_making import made_of
from leadloop.report_desk import Ask, desk_of
from store import audit, closed_months
from store.audit import Wanted
from tests.cast import USERS
from tests.installation import KILLED, Installation, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess

ANA = "ana.ruiz@globex.example"
DAY_S = 86_400.0
NUMBERS = count(1)
SEPTEMBER = ("--since", "2026-09-01", "--until", "2026-09-30")
REASON = ("--reason", "the rates of the year were wrong")
BOTH = pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)


@dataclass(frozen=True, kw_only=True)
class Office:
    """Two deals that were opened and won in September, one of them Ana's; it is 7 September until somebody says so."""

    made: Installation
    world: SimulatorProcess
    deals: tuple[str, str]

    def command(self, *arguments: str) -> str:
        done = self.made.command(*arguments)
        assert done.code == 0, done.err
        return done.out

    def later(self, days: float) -> None:
        self.world.time(advance_s=days * DAY_S)
        self.command("run")

    def page(self, *window: str) -> Any:
        done = self.made.command("report", "channels", *(window or SEPTEMBER), "--json")
        assert done.code == 0, done.err
        return done.json()

    def months(self) -> dict[str, Any]:
        done = self.made.command("months", "list", "--json")
        return {each["month"]: each for each in done.json()["months"]}

    def edit(self, deal: int, **values: Any) -> None:
        self.world.act("edit", system="salesforce", id=self.deals[deal], as_="admin", **values)


def tables(page: Any) -> list[Any]:
    """Everything that is counted, without what is known differently by now."""
    return [each for each in page["parts"] if each["part"] == "table" and each["key"] != "late"]


def reopened(page: Any) -> list[str]:
    """Who had which month counted anew, and why."""
    return [line for each in page["parts"] if each["key"] == "reopened" for line in each["lines"]]


def figures(page: Any) -> dict[str, Any]:
    told = (part for part in page["parts"] if part["part"] == "table")
    cells = (cell for part in told for row in part["rows"] for cell in row["cells"].values())
    return {cell["name"]: cell["value"] for cell in cells if "value" in cell}


def costs_shown(page: Any) -> set[float]:
    cells = [row["cells"]["cost"] for part in page["parts"] for row in part["rows"] if "cost" in row["cells"]]
    return {each["value"] for each in cells if each.get("value")}


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path, world: SimulatorProcess) -> Iterator[Office]:
    """On SQLite, unless somebody wants another database."""
    url, database = None, getattr(request, "param", "sqlite")
    if database == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"months_{next(NUMBERS)}"
        url = server.create_store(name)
    rows: list[dict[str, Any]] = [{"FirstName": "Ana", "LastName": "Ruiz", "Email": ANA, "AccountName": "Globex"}]
    (ana,) = world.seed(users=USERS, sf_contacts=rows)["Contact"]
    deal = {"AccountName": "Globex", "StageName": "Closed Won", "CloseDate": "2026-09-20"}
    deals = [deal | {"Name": "Ana Ruiz, new", "Amount": 100}, deal | {"Name": "Second", "Amount": 50}]
    one, other = world.seed(opportunities=deals)["Opportunity"]
    world.seed(contact_roles=[{"OpportunityName": "Ana Ruiz, new", "ContactId": ana, "IsPrimary": True}])
    made = install(tmp_path / "installation", world, database_url=url)
    made.run()
    yield Office(made=made, world=world, deals=(one, other))
    made.close()
    if database == "postgresql":
        server.drop_database(name)


@BOTH
def test_a_month_is_closed_some_days_after_its_end_and_stays_what_it_was(office: Office) -> None:
    office.later(26)
    assert (office.months(), tables(office.page())[0]["rows"][0]["label"]) == ({}, "unknown")
    before = office.page()
    assert not any("Over and not closed" in each for each in before["remarks"])
    office.later(4)
    closed = office.months()
    assert {month: (each["closed_by"], each["reopened_at"]) for month, each in closed.items()} == {
        "2026-09": ("loop", None)
    }
    assert tables(office.page()) == tables(before), "closing changes nothing"
    office.edit(0, Amount=170)
    office.edit(1, CloseDate="2026-10-20")
    office.world.seed(
        opportunities=[
            {
                "AccountName": "Globex",
                "StageName": "Closed Won",
                "CloseDate": "2026-09-30",
                "Name": "Late",
                "Amount": 7,
            }
        ]
    )
    office.later(1)
    after = office.page()
    assert tables(after) == tables(before)
    late = {name: value for name, value in figures(after).items() if name.startswith("late.all.")}
    assert late == {
        "late.all.opened": 0,
        "late.all.pipeline": 70,
        "late.all.won": 0,
        "late.all.revenue": 70 - 50 + 7,
    }
    assert any("3 deals are known differently" in each["what"] for each in after["missing"])
    autumn = figures(office.page("--since", "2026-09-01", "--until", "2026-10-31"))
    assert autumn["first.unknown.revenue"] == 150, "nothing is won twice"
    october = figures(office.page("--since", "2026-10-01", "--until", "2026-10-31"))
    assert (october["first.unknown.opened"], october["late.all.revenue"]) == (1, 50)


@BOTH
def test_who_is_erased_takes_no_money_along(office: Office) -> None:
    office.later(30)
    before = figures(office.page())
    office.command("erase", ANA, "--reason", "ticket 7", "--yes")
    page = office.page()
    assert {name: value for name, value in figures(page).items() if not name.startswith("late.")} == before
    told = office.command("report", "channels", *SEPTEMBER, "--csv")
    assert "Ruiz" not in told
    assert (
        office.made.command("report", "channels", *SEPTEMBER, "--behind", "first.unknown.revenue", "--json").json()[
            "leads"
        ]
        == []
    )
    assert any("1 deals have nobody behind them" in each["what"] for each in page["missing"]), "the second alone"


def test_a_person_reopens_a_month_with_a_reason_and_every_page_says_so(office: Office) -> None:
    office.later(30)
    office.edit(0, Amount=170)
    office.later(1)
    assert office.made.command("months", "close", "2026-09").code == 64, "what is closed is closed"
    assert office.made.command("months", "reopen", "2026-09", *REASON).code == 2, "nobody said yes"
    assert office.made.command("months", "reopen", "2026-09", "--reason", " ", "--yes").code == 64
    assert figures(office.page())["first.unknown.revenue"] == 150
    office.command("months", "reopen", "2026-09", *REASON, "--yes")
    page = office.page()
    assert (figures(page)["first.unknown.revenue"], "late" in {each["key"] for each in page["parts"]}) == (220, False)
    assert any("2026-09 was reopened on" in each for each in page["remarks"])
    assert [each.partition(", by ")[2] for each in reopened(page)] == [f"{actor()}: {REASON[1]}"]
    office.later(1)
    assert office.months()["2026-09"]["closed_at"] is None, "there is time to mend it"
    office.later(5)
    again = office.months()["2026-09"]
    assert (again["closed_by"], again["because"]) == ("loop", REASON[1])
    assert any("was reopened on" in each for each in office.page()["remarks"]), "for good"
    assert REASON[1] in str(reopened(office.page())), "for good"
    with office.made.app.store.read() as tx:
        said = [each.action for _, each in audit.rows(tx, Wanted()) if "the month 2026-09" in each.action]
    assert said == [
        "closed the month 2026-09: 4 deals opened or won in it",
        "reopened the month 2026-09",
        "closed the month 2026-09: 4 deals opened or won in it",
    ]


def test_what_goes_out_says_that_a_month_was_reopened_and_neither_who_nor_why(office: Office) -> None:
    office.later(30)
    office.command("months", "reopen", "2026-09", "--reason", "Ana Ruiz was counted twice", "--yes")
    made = made_of(office.made.app, Report.CHANNELS)
    assert {"2026-09 was reopened on" in page for page in made.pages.values()} == {True}
    for text in (*made.pages.values(), *made.lines):
        assert "Ruiz" not in text
        assert "counted twice" not in text


def test_months_from_before_deals_were_read_are_closed_by_hand_only(office: Office) -> None:
    office.later(30)
    august = ("--since", "2026-08-01", "--until", "2026-08-31")
    assert set(office.months()) == {"2026-09"}
    assert any("Over and not closed" in each and "2026-08" in each for each in office.page(*august)["remarks"])
    office.command("months", "close", "2026-08")
    assert set(office.months()) == {"2026-08", "2026-09"}
    assert office.made.command("months", "close", "2026-10").code == 64, "it is not over"
    for odd in ("2026-13", "9999-12", "0001-01", "october"):
        refused = office.made.command("months", "close", odd)
        assert (refused.code, f"'{odd}' is no month such as" in refused.err) == (64, True), refused.err


def test_no_month_is_closed_while_the_file_of_costs_has_a_mistake(office: Office) -> None:
    costs, rules = office.made.folder / "costs.csv", office.made.folder / "reports.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\ncosts: costs.csv\n", encoding="utf-8")
    costs.write_text("channel,month,amount\nPartner,2026-09,a lot\n", encoding="utf-8")
    office.later(30)
    assert office.months() == {}
    refused = office.made.command("months", "close", "2026-09")
    assert refused.code == 64
    assert "costs.csv line 2" in refused.err
    costs.write_text("channel,month,amount\nPartner,2026-09,1200\n", encoding="utf-8")
    office.later(1)
    assert set(office.months()) == {"2026-09"}
    assert costs_shown(office.page()) == {1200.0}
    costs.write_text("channel,month,amount\nPartner,2026-09,1500\n", encoding="utf-8")
    late = office.page()
    assert costs_shown(late) == {1200.0}
    assert [each["what"] for each in late["missing"] if each["what"].startswith("Costs are known differently")]


def test_a_file_of_costs_that_is_saved_badly_while_a_month_is_being_closed_leaves_it_open(office: Office) -> None:
    office.later(26)
    office.world.time(advance_s=4 * DAY_S)
    costs, rules = office.made.folder / "costs.csv", office.made.folder / "reports.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\ncosts: costs.csv\n", encoding="utf-8")
    costs.write_text("channel,month,amount\nPartner,2026-09,1200\n", encoding="utf-8")
    office.made.close()
    app = office.made.app
    desk = desk_of(app, Ask())
    assert hindrance(desk, "2026-09") is None
    costs.write_text("channel,month,amount\nPartner,2026-09,a l", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"costs.csv line 2: .* missing in 2026-09 for good"):
        close(desk, "2026-09", by="mia")
    assert office.months() == {}


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
@pytest.mark.parametrize("point", ["books.committed:1", "books.before_commit:1", "books.closed:1"])
def test_a_month_is_closed_wholly_or_not_at_all(office: Office, point: str) -> None:
    office.later(20)
    office.world.time(advance_s=10 * DAY_S)
    assert office.made.run_until(point) == KILLED
    with office.made.app.store.read() as tx:
        months, kept = closed_months.months(tx), closed_months.deals(tx, ["2026-09"])
    assert (len(months), len(kept)) in {(0, 0), (1, 4)}
    assert len(months) == (1 if point == "books.closed:1" else 0)
    office.command("run")
    with office.made.app.store.read() as tx:
        assert [each.month for each in closed_months.months(tx)] == ["2026-09"]
        assert len(closed_months.deals(tx, ["2026-09"])) == 4
