"""The reports as commands: what an office did stands in each of them, once, in every form."""

import csv
import json
import re
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.cast import FAY, SAM, contact
from tests.installation import Installation, one_office

HOUR_S = 3_600.0
ANA, BEN, CYD = (f"{name}@globex.example" for name in ("ana", "ben", "cyd"))
DRIVES = """
drives:
  - { name: First calls, counts: touched, target: 4, first: 2026-01-01, last: 2027-12-31 }
"""
NAMED = (
    ("week", "--since", "2026-09-01"),
    ("funnel",),
    ("followup", "--people"),
    ("bands",),
    ("rejects",),
    ("nurture",),
    ("interactions",),
    ("channels",),
    ("agreement",),
    ("assets",),
    ("playbook",),
    ("drive", "First calls"),
    ("reconcile", "--since", "2026-09-01"),
)
"""Every report of everybody, as it is asked for."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Ana, Ben and Cyd asked for a demo. A rep spoke with Ana, gave Ben back for want of budget, and forgot Cyd,
    who wants no more mail."""
    with one_office(tmp_path_factory.mktemp("office") / "installation") as made:
        reports = made.folder / "reports.yaml"
        reports.write_text(reports.read_text(encoding="utf-8") + DRIVES, encoding="utf-8")
        _live(made)
        yield made


def _live(office: Installation) -> None:
    world = office.simulator
    world.seed(accounts=[{"Name": "Globex", "Website": "globex.example"}])
    office.settle(2)
    for email in (ANA, BEN, CYD):
        world.seed(contacts=[contact(email, company="Globex", hs_analytics_source="PAID_SEARCH")])
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    office.settle(2)
    lead = {each["Email"]: each for each in world.objects("Lead", system="salesforce")}
    owner = {each["Id"]: each["Email"] for each in world.objects("User", system="salesforce")}
    world.act(
        "call", system="salesforce", id=ANA, owner_email=owner[lead[ANA]["OwnerId"]], subject="Spoke", duration_s=240
    )
    world.act("edit", system="salesforce", id=lead[BEN]["Id"], as_="rep", LL_Outcome__c="No budget")
    world.act("unsubscribe", system="hubspot", id=CYD, as_="prospect")
    office.settle(4)


@pytest.fixture(scope="module")
def pages(office: Installation) -> dict[str, Any]:
    """Each report's page, asked for once."""
    return {report[0]: told(office, *report) for report in NAMED}


def told(office: Installation, *arguments: str) -> Any:
    done = office.command("report", *arguments, "--json")
    assert done.code == 0, done.err
    return done.json()


def figures(page: Any) -> dict[str, Any]:
    rows = [row for part in page["parts"] if part["part"] == "table" for row in part["rows"]]
    cells = [cell for row in rows for cell in row["cells"].values() if isinstance(cell, dict)]
    return {cell["name"]: cell for cell in cells}


@pytest.mark.parametrize("report", NAMED, ids=lambda report: report[0])
def test_every_figure_has_a_name_of_its_own_and_the_same_value_in_every_form(
    office: Installation, pages: dict[str, Any], report: tuple[str, ...]
) -> None:
    page = pages[report[0]]
    done = office.command("report", *report, "--csv")
    rows = {row["name"]: row for row in csv.DictReader(StringIO(done.out))}
    found = figures(page)
    assert set(rows) == set(found)
    for name, cell in found.items():
        value = cell.get("value")
        assert rows[name]["value"] == ("" if value is None else str(value))
        assert value is not None or cell["why"], f"{name} has neither a value nor a reason"


@pytest.mark.parametrize("report", NAMED, ids=lambda report: report[0])
def test_a_page_for_a_browser_is_one_private_file_that_says_its_window(
    office: Installation, pages: dict[str, Any], report: tuple[str, ...], tmp_path: Path
) -> None:
    page, file = pages[report[0]], tmp_path / "page.html"
    done = office.command("report", *report, "--html", str(file))
    assert (done.code, done.out) == (0, ""), done.err
    text = file.read_text(encoding="utf-8")
    assert page["window"]["words"] in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


ONCE = {
    "followup": {"asked.asked-to-be-called.handoffs": 3, "asked.asked-to-be-called.touched": 1},
    "rejects": {"channel.paid-search.handoffs": 3, "channel.paid-search.no_budget": 1},
    "nurture": {"reason.no-budget.resting": 1},
    "interactions": {"way.call.worked": 1},
    "funnel": {"step.handoff.leads": 3, "step.qualified.leads": 1},
    "week": {"process.handoffs.now": 3, "process.qualified.now": 1, "process.rejected.now": 1},
    "drive": {"standing.reached.figure": 1},
    "reconcile": {"count.leadloop.count": 3, "leadloop-salesforce.start.count": 3, "count.all.people": 3},
    "assets": {
        "asset.demo-form.handoffs": 3,
        "said.demo-form.no_budget": 1,
        "said.demo-form.meaningful": 1,
        "rule.demo-form.handoffs": 3,
        "first.call.qualified": 1,
        "tries.no-attempt.handoffs": 2,
        "left.demo-form.leads": 1,
    },
    "playbook": {"cell.assigned-decides.leads": 1, "gap.recycled-decides.leads": 1, "covered.gap.leads": 2},
}


@pytest.mark.parametrize("report", ONCE)
def test_what_the_office_did_stands_in_each_report_once(pages: dict[str, Any], report: str) -> None:
    found = figures(pages[report])
    assert {name: found[name]["value"] for name in ONCE[report]} == ONCE[report]


def test_who_is_behind_a_figure_is_told_by_its_name(office: Installation) -> None:
    done = office.command("report", "rejects", "--behind", "channel.paid-search.no_budget", "--json")
    (lead,) = done.json()["leads"]
    assert BEN in lead["name"]


def test_no_page_compares_people_unless_it_is_asked_to(office: Installation, pages: dict[str, Any]) -> None:
    asked = {**pages, "followup": told(office, "followup")}
    for page in asked.values():
        assert not [name for name in (FAY, SAM, "Fay Rep") if name in json.dumps(page["parts"])]
    assert "Fay Rep" in json.dumps(pages["followup"]["parts"])


WRONG = {
    "an unknown team": (("followup", "--team", "Salse"), 64, "did you mean `Sales`?"),
    "an unknown channel": (("rejects", "--channel", "webinars"), 64, "did you mean `Webinar`?"),
    "an unknown figure": (("bands", "--behind", "band.z.handoffs"), 64, "no figure 'band.z.handoffs'"),
    "an unknown drive": (("drive", "First cals"), 64, "did you mean `First calls`?"),
    "an empty window": (("week", "--since", "2026-09-08", "--until", "2026-09-07"), 64, "The window is empty"),
    "two forms at once": (("week", "--csv", "--json"), 64, "Choose one of"),
    "no day": (("week", "--since", "last week"), 64, "a day such as 2026-11-22"),
    "no folder to write to": (("week", "--html", "/nowhere/page.html"), 64, "cannot be written"),
}


@pytest.mark.parametrize(("report", "code", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_question_gets_one_sentence(
    office: Installation, report: tuple[str, ...], code: int, words: str
) -> None:
    done = office.command("report", *report)
    assert (done.code, done.out) == (code, "")
    assert words in done.err


def test_a_window_in_which_nothing_was_is_said_to_be_empty_and_no_result(office: Installation) -> None:
    page = told(office, "followup", "--since", "2020-01-01", "--until", "2020-01-31")
    assert figures(page) == {}


def test_a_list_behind_a_figure_opens_each_record_in_its_system_by_that_systems_name(
    office: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    office.command("report", "assets", "--html", str(file))
    found = re.findall(r'</bdi> (Open in) <a [^>]*aria-label="([^"]*)">([^<]*)</a>', file.read_text(encoding="utf-8"))
    assert {said for _, _, said in found} == {"HubSpot"}
    assert ("Open in", "Open Ana Ana in HubSpot", "HubSpot") in found


def test_the_terminal_tells_the_command_for_the_window_that_it_shows(office: Installation) -> None:
    told = office.command("report", "assets", "--since", "2026-09-01", "--until", "2026-09-30").err
    asked = "`leadloop report assets --since 2026-09-01 --until 2026-09-30 --behind asset.demo-form.handoffs`"
    assert f"Who is behind a figure: {asked} (--csv has every name)." in told


def test_a_page_without_a_figure_says_so_beside_its_empty_spreadsheet(office: Installation) -> None:
    done = office.command("report", "agreement", "--csv")
    assert len(list(csv.reader(StringIO(done.out)))) == 1
    assert done.err == "There is no figure on this page: --json and --html have its words.\n"
    assert "no figure" not in office.command("report", "assets", "--csv").err


def test_the_agreement_names_its_examples_with_the_number_to_look_them_up(pages: dict[str, Any]) -> None:
    (good,) = (part for part in pages["agreement"]["parts"] if part["key"] == "good")
    ((label,),) = ([row["label"]] for row in good["rows"])
    assert re.fullmatch(r"Ana Ana, lead \d+", label)


def test_a_journey_shows_what_comes_next_and_where_nobody_has_said_so(office: Installation) -> None:
    words = {}
    for who in (BEN, CYD):
        page = told(office, "journey", who)
        (head,) = (part for part in page["parts"] if part["key"] == "head")
        (words[who],) = (row["cells"] for row in head["rows"] if row["key"] == "next")
    assert words[BEN] == {"now": "Decides", "words": "the playbook says nothing of this stage and persona"}
    assert words[CYD] == {
        "now": "Decides",
        "words": (
            "marketing: Leave them alone; sales: Call, and bring one figure from a company of their size; "
            "ask: What would have to be true by the end of the quarter?"
        ),
    }


def test_an_asset_of_the_playbook_that_nobody_ever_met_is_named_on_the_page_and_by_doctor(
    office: Installation, pages: dict[str, Any]
) -> None:
    asked = office.command("doctor", "--json").json()["checks"]
    said = [each["what"] for each in asked if "nobody ever met" in each["what"]]
    assert said == ["reports.yaml: nobody ever met `Pricing page`, which the playbook names"]
    assert [each["what"] for each in pages["playbook"]["missing"]] == [
        "Nobody ever met `Pricing page`, which the playbook names."
    ]


def test_whoever_is_behind_a_figure_is_opened_in_a_system_that_goes_by_its_name(
    office: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    assert office.command("report", "followup", "--html", str(file)).code == 0
    links = re.findall(
        r'(Open in |/ )<a href="https[^"]*"[^>]*aria-label="([^"]*)">([^<]*)</a>', file.read_text("utf-8")
    )
    assert {(before, name) for before, _, name in links} == {("Open in ", "HubSpot")}
    assert all(label.endswith(" in HubSpot") and "Open in" not in label for _, label, _ in links)
