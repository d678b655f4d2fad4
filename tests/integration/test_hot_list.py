"""Whom to call next, and whose account that warms: judged on what both systems show."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from tests.cast import FAY, SAM, contact
from tests.installation import Installation, one_office
from tests.rig import SimulatorProcess

DAY_S = 86_400.0
ANA, BEN, CYD, DEE, EMP = (f"{name}@globex.example" for name in ("ana", "ben", "cyd", "dee", "eva"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Fay's people at Globex: Ben is warm and was called two days ago, Cyd is as warm, Ana asked for a demo. Dee, who
    may not be called, is Sam's. Eva is excluded by a rule."""
    with one_office(tmp_path_factory.mktemp("office") / "installation") as made:
        made.rewrite("routing.yaml", "      - { email: second.rep@your-company.example, weight: 1 }\n", "")
        made.rewrite("scoring.yaml", "@a-competitor.example", "eva@globex.example")
        published = made.command("config", "publish")
        assert published.code == 0, published.err
        _live(made, made.simulator)
        yield made


def _live(office: Installation, world: SimulatorProcess) -> None:
    world.seed(accounts=[{"Name": "Globex", "Website": "globex.example", "OwnerEmail": FAY}])
    for email, owner in ((ANA, FAY), (BEN, FAY), (CYD, FAY), (DEE, SAM), (EMP, FAY)):
        person = {"Email": email, "LastName": email.split("@")[0].title(), "Company": "Globex", "OwnerEmail": owner}
        world.seed(leads=[{**person, "DoNotCall": email == DEE}], contacts=[contact(email, company="Globex")])
    office.settle(2)
    for email in (BEN, CYD, DEE, EMP):
        for page in ("/compare", "/pricing"):
            world.act("page_view", system="hubspot", id=email, as_="prospect", url=f"https://acme.example{page}")
    world.act("call", system="salesforce", id=BEN, owner_email=FAY, subject="Spoke", duration_s=240)
    office.settle(1)
    world.time(advance_s=2 * DAY_S)
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
    office.settle(2)


def hot(office: Installation, *arguments: str) -> Any:
    done = office.command("score", "hot", *arguments, "--json")
    assert done.code == 0, done.err
    return done.json()


def emails(told: Any) -> list[str]:
    return [each["email"] for each in told["people"]]


def test_a_rep_s_list_begins_with_who_asked_to_be_called_then_whom_they_spoke_with(
    office: Installation,
) -> None:
    told = hot(office, "--rep", FAY)
    assert emails(told) == [ANA, BEN, CYD]
    first, second, third = told["people"]
    assert first["reasons"][0] == {"points": 250, "words": "asked to be called, no answer yet"}
    assert first["why"].startswith("Asked for a demo today")
    assert (second["sales"] > 0, third["sales"]) == (True, 0)
    assert [each["words"] for each in second["reasons"]] == [
        "engagement",
        "active 2 days ago",
        "conversations with sales",
    ]


def test_the_reasons_of_everybody_listed_add_up_to_the_priority(office: Installation) -> None:
    for each in hot(office)["people"]:
        assert round(sum(one["points"] for one in each["reasons"]), 3) == each["priority"]


def test_nobody_whom_a_rule_excludes_is_listed_and_who_may_not_be_called_is_marked(office: Installation) -> None:
    told = hot(office)
    assert set(emails(told)) == {ANA, BEN, CYD, DEE}
    assert {each["email"]: each["may_call"] for each in told["people"]}[DEE] is False
    assert "DO NOT CALL" in office.command("score", "hot", "--rep", SAM).out


def test_numbers_are_those_that_explain_shows_at_the_same_moment(office: Installation) -> None:
    listed = {each["lead"]: each["engagement"] for each in hot(office)["people"]}
    told = {lead: office.command("explain", str(lead), "--json").json()["engagement"] for lead in listed}
    assert listed == pytest.approx(told, abs=0.1)


def test_an_account_is_the_sum_of_its_people_s_falling_shares_and_explain_shows_it(office: Installation) -> None:
    told = hot(office, "--by", "accounts")
    (globex,) = told["accounts"]
    assert (globex["name"], globex["call_first"]["email"], globex["buying_group"]) == ("Globex", ANA, True)
    lines = globex["lines"]
    assert [line["share_percent"] for line in lines] == [100, 50, 25, 12.5]
    assert round(sum(line["points"] for line in lines), 3) == globex["points"]
    shown = office.command("explain", BEN).out
    assert f"account score {globex['score']} ({globex['band']})" in shown


def test_one_account_is_found_by_name_domain_or_id(office: Installation) -> None:
    (row,) = (each for each in office.simulator.objects("Account", system="salesforce") if each["Name"] == "Globex")
    told = [emails(hot(office, "--account", text)) for text in ("globex", "globex.example", row["Id"])]
    assert told == [[ANA, *sorted(told[0][1:], key=told[0].index)]] * 3
    assert set(told[0]) == {ANA, BEN, CYD, DEE}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--account", "Initech"), "No account is called 'Initech'"),
        (("--rep", "nobody@acme.example"), "No rep is known by that address"),
    ],
)
def test_what_nobody_knows_is_said_and_how_to_say_it(
    office: Installation, arguments: tuple[str, ...], words: str
) -> None:
    done = office.command("score", "hot", *arguments)
    assert (done.code, done.out) == (65, "")
    assert words in done.err


def test_the_csv_has_a_line_for_each_and_is_no_formula(office: Installation) -> None:
    done = office.command("score", "hot", "--csv")
    rows = list(csv.DictReader(StringIO(done.out)))
    assert [row["email"] for row in rows] == emails(hot(office))
    assert rows[0]["phone"] == "'+12025550143"


def test_what_changed_since_adds_up_to_the_difference_of_the_totals(office: Installation) -> None:
    since = f"{office.simulator.time().replace(microsecond=0).isoformat()[:10]}T00:00:00Z"
    told = office.command("explain", ANA, "--since", since, "--json").json()["changes"]
    total = told["totals"]["engagement"]
    moved = sum(each["points"] for each in told["changes"] if each["score"] == "engagement")
    assert (total["before"], round(moved, 3)) == (0, total["after"])
    assert total["why"] == f"+{total['after']:g} Demo form today"
    assert f"engagement 0 → {total['after']:g}" in office.command("explain", ANA, "--since", since).out
