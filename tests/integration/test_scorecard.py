"""A rep fills in four numbers in Salesforce after the first conversation, and the lead follows."""

from typing import Any

import pytest

from store import handoffs, leads
from tests.cast import ANA, FAY
from tests.cast import contact as known
from tests.desk import Desk
from tests.installation import Installation
from tests.witness import Row, Witness

FIELDS = ("LL_Interest__c", "LL_Budget__c", "LL_Timing__c", "LL_Understanding__c")


def lead(office: Installation) -> Row:
    return Witness(simulator=office.simulator).lead(ANA)


def contact(office: Installation) -> Row:
    return Witness(simulator=office.simulator).contact(ANA)


def fill(office: Installation, *values: Any, **more: Any) -> None:
    """The rep fills in the four factors, in the order of the form, and saves."""
    answers = dict(zip(FIELDS, values, strict=False)) | more
    office.simulator.act("edit", system="salesforce", id=lead(office)["Id"], as_="rep", **answers)
    office.settle(2)


def stages(office: Installation) -> tuple[str, str]:
    return lead(office)["LL_Stage__c"], contact(office)["ll_stage"]


def factors(office: Installation) -> list[Any]:
    return [lead(office)[name] for name in FIELDS]


def moves(office: Installation) -> list[tuple[str, str, str]]:
    with office.app.store.read() as tx:
        (ana,) = leads.by_key(tx, [lead(office)["LL_Lead_Key__c"]]).values()
        return [(move.before, move.after, move.why) for move in handoffs.transitions_of(tx, [ana.id])[ana.id]]


def assert_quiet(office: Installation) -> None:
    since = office.simulator.seq()
    office.settle(2)
    assert Witness(simulator=office.simulator, since=since).writes() == []


def test_a_full_scorecard_of_fourteen_qualifies_the_lead_in_both_systems(office: Installation) -> None:
    assert stages(office) == ("assigned", "assigned")
    fill(office, 4, 3, 4, 3)
    assert stages(office) == ("qualified", "qualified")
    assert contact(office)["hs_lead_status"] == "CONNECTED"
    assert factors(office) == [4, 3, 4, 3], "the rep's own answers stay"
    assert {lead(office)["LL_Scorecard__c"], contact(office)["ll_scorecard"]} == {"14 of 20, qualifies"}
    accepted, qualified = moves(office)[-2:]
    assert accepted == ("assigned", "accepted", "Fay Rep fills in the scorecard")
    assert qualified == (
        "accepted",
        "qualified",
        "scorecard 14 of 20: Interest 4, Budget 3, Timing 4, Understanding 3",
    )
    assert_quiet(office)


def test_one_that_does_not_qualify_is_shown_and_the_correction_qualifies(office: Installation) -> None:
    fill(office, 5, 5, 1, 5)
    assert stages(office) == ("accepted", "accepted")
    assert lead(office)["LL_Scorecard__c"] == "16 of 20, does not qualify: Timing is 1"
    fill(office, 5, 2, 2, 2)
    assert (stages(office)[0], lead(office)["LL_Scorecard__c"]) == (
        "accepted",
        "11 of 20, does not qualify: 11 of the 12 that it takes",
    )
    fill(office, LL_Budget__c=3)
    assert (stages(office), lead(office)["LL_Scorecard__c"]) == (("qualified", "qualified"), "12 of 20, qualifies")
    fill(office, LL_Budget__c=None)
    assert (stages(office), lead(office)["LL_Scorecard__c"]) == (
        ("qualified", "qualified"),
        "9 so far; no answer yet: Budget",
    )
    assert_quiet(office)


def test_the_next_rep_gets_blank_fields_and_a_converted_lead_keeps_its_answers(office: Installation) -> None:
    fill(office, 2, 6, 2)
    assert lead(office)["LL_Scorecard__c"] == (
        "4 so far; Budget: the answer is no whole number from 1 to 5; no answer yet: Budget, Understanding"
    )
    office.simulator.act("reject", system="salesforce", id=lead(office)["Id"], reason="Wrong person")
    office.settle(2)
    assert (factors(office), lead(office)["LL_Scorecard__c"]) == ([None] * 4, None)
    assert stages(office) == ("assigned", "assigned")
    fill(office, 4, 3, 4, 3)
    assert stages(office) == ("qualified", "qualified")
    office.simulator.act("convert", system="salesforce", id=lead(office)["Id"])
    office.settle(2)
    with office.app.store.read() as tx:
        (handoff,) = handoffs.answered(tx)
    assert dict(handoff.scorecard) == {"budget": 3, "interest": 4, "timing": 4, "understanding": 3}
    assert_quiet(office)


def test_explain_and_the_report_show_both_sides_and_the_gap(
    office: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(of=office, patch=monkeypatch, screen=capsys)
    untold = desk.does("ray", "explain", ANA, "--json").json()["scorecard"]
    assert [(each["sales"], each["marketing"]) for each in untold["factors"]] == [
        (None, 5),
        (None, 4),
        (None, 4),
        (None, 2),
    ]
    fill(office, 3, 4, 2, 4)
    told = desk.does("ray", "explain", ANA, "--json").json()["scorecard"]
    assert (told["handoff"], told["qualifies"], told["total"], told["marketing_total"]) == (1, "yes", 13, 15)
    assert [each["gap"] for each in told["factors"]] == [-2, 0, -2, 2]
    assert told["gap"] == -2
    assert "Scorecard of pass 1: 13 of 20, qualifies" in desk.does("ray", "explain", ANA).out
    report = desk.does("ray", "score", "scorecards", "--json").json()
    assert [(each["name"], each["n"], each["sales"], each["marketing"], each["gap"]) for each in report["factors"]] == [
        ("interest", 1, 3.0, 5.0, -2.0),
        ("budget", 1, 4.0, 4.0, 0.0),
        ("timing", 1, 2.0, 4.0, -2.0),
        ("understanding", 1, 4.0, 2.0, 2.0),
    ]
    everything = {"n": 1, "qualified": 1, "share": 1.0, "sales": 13.0, "marketing": 15.0, "gap": -2.0}
    assert report["every"] == {"name": "all", **everything}
    assert report["by_rep"] == [{"name": FAY, **everything}]
    assert [each["n"] for each in report["by_source"]] == [1]
    assert desk.does("ray", "score", "scorecards", "--csv").out.splitlines()[2] == "factor,interest,1,3.0,5.0,-2.0,,"
    assert "With fewer than 10 full scorecards" in desk.does("ray", "score", "scorecards").err
    none = desk.does("ray", "score", "scorecards", "--since", "2030-01-01T00:00:00Z")
    assert none.out.splitlines()[-1].startswith("No scorecards since then. Reps fill in Interest, Budget,")
    wrong = desk.does("ray", "score", "scorecards", "--source", "lead_sorce")
    assert (wrong.code, "did you mean `lead_source`?" in wrong.err) == (64, True)


def test_what_was_answered_in_a_pass_that_is_over_answers_nothing_for_the_lead_it_is_merged_into(
    office: Installation,
) -> None:
    """Ben was qualified by his rep and came back as *not now*; an admin merges Ana, whom Fay has, into his record."""
    ben, world = "ben.ruiz@globex.example", office.simulator
    world.seed(contacts=[known(ben)])
    office.settle(2)
    world.act("submit_form", system="hubspot", id=ben, as_="prospect", form="Demo request", values={})
    office.settle(2)
    his = Witness(simulator=world).lead(ben)["Id"]
    card: dict[str, Any] = dict(zip(FIELDS, (4, 3, 4, 3), strict=True))
    for answers in (card, {"LL_Outcome__c": "Not now"}):
        world.act("edit", system="salesforce", id=his, as_="rep", **answers)
        office.settle(2)
    assert Witness(simulator=world).lead(ben)["LL_Stage__c"] == "recycled"
    world.act("merge", system="salesforce", id=his, loser_id=lead(office)["Id"], as_="admin")
    office.settle(3)
    with office.app.store.read() as tx:
        (running,) = handoffs.open_of(tx, leads.after(tx, 0, 9)).values()
    assert (running.outcome, running.verdict, {*dict(running.scorecard).values()}) == (None, None, {None})
    merged = Witness(simulator=world).lead(ben)
    assert (merged["LL_Stage__c"], merged["LL_Outcome__c"], [merged[name] for name in FIELDS]) == (
        "assigned",
        None,
        [None] * 4,
    )
    world.act("edit", system="salesforce", id=his, as_="rep", **card)
    office.settle(2)
    assert Witness(simulator=world).lead(ben)["LL_Stage__c"] == "qualified", "what she answers herself is heard"
    assert_quiet(office)
