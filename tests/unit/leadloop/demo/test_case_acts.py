"""Each row of the lead-handling log becomes what people would have done in Salesforce and HubSpot."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leadloop.demo.case_acts import Act, Desk
from leadloop.demo.case_log import Happening

AT = datetime(2020, 3, 27, 9, 0, tzinfo=UTC)
ANN, BOB = 7, 8


def row(activity: str, *, person: int | None = None, transition: str = "COMPLETE") -> Happening:
    return Happening(case=1, amount=12_000, activity=activity, transition=transition, person=person, at=AT)


SUBMITTED, PARTLY = row("A_SUBMITTED"), row("A_PARTLYSUBMITTED")
START, OFFER = "W_Completeren aanvraag", "O_CREATED"


def desk_after(*rows: Happening) -> Desk:
    desk = Desk()
    play(desk, SUBMITTED, *rows)
    return desk


def play(desk: Desk, *rows: Happening) -> list[Act]:
    desk.new_leads(rows)
    return [act for each in rows for act in desk.acts(each)]


def told(acts: list[Act]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(act.system, act.do, dict(act.fields)) for act in acts]


def test_two_rows_of_one_submission_are_one_form_and_one_lead() -> None:
    desk = Desk()
    assert [case for case, _ in desk.new_leads([SUBMITTED, PARTLY, SUBMITTED])] == [1]
    acts = [act for each in (SUBMITTED, PARTLY) for act in desk.acts(each)]
    assert told(acts) == [
        (
            "hubspot",
            "submit_form",
            {
                "form": "Loan application",
                "email": "case-1@applicant.example",
                "values": {"lastname": "Applicant 1", "requested_amount": "12000"},
            },
        )
    ]


def test_a_lead_is_made_when_it_was_submitted_and_waits_in_the_queue() -> None:
    [(_, lead)] = Desk().new_leads([SUBMITTED])
    assert (lead["CreatedDate"], lead["OwnerQueue"]) == ("2020-03-27T09:00:00Z", "Applications")


def test_a_pre_acceptance_is_a_form_of_its_own() -> None:
    [act] = play(desk_after(), row("A_PREACCEPTED"))
    assert (act.do, act.fields["form"], act.as_) == ("submit_form", "Application pre-accepted", "prospect")


def test_who_begins_work_on_anothers_lead_calls_and_takes_it_over() -> None:
    acts = play(desk_after(), row(START, person=ANN, transition="START"))
    ann = "rep-7@bank.example"
    assert told(acts) == [
        ("salesforce", "call", {"subject": "Call to complete the application", "by_email": ann}),
        ("salesforce", "edit", {"OwnerEmail": ann, "Status": "Working - Contacted", "by_email": ann}),
    ]


def test_work_on_ones_own_lead_is_a_call_alone() -> None:
    desk = desk_after(row(START, person=ANN, transition="START"))
    assert [act.do for act in play(desk, row(START, person=ANN, transition="START"))] == ["call"]
    assert [act.do for act in play(desk, row(START, person=BOB, transition="START"))] == ["call", "edit"]
    assert desk.touches == 3


@pytest.mark.parametrize(
    "nothing",
    [row(START, person=ANN), row(START, transition="START"), row(START, transition="SCHEDULE"), row("A_FINALIZED")],
    ids=["complete", "automatic", "schedule", "bookkeeping"],
)
def test_other_rows_do_nothing(nothing: Happening) -> None:
    desk = desk_after()
    assert (play(desk, nothing), desk.touches) == ([], 0)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (row("A_DECLINED"), [("hubspot", "edit", {"application_status": "refused"})]),
        (
            row("A_DECLINED", person=ANN),
            [("salesforce", "reject", {"reason": "Not our target", "by_email": "rep-7@bank.example"})],
        ),
        (row("A_CANCELLED"), [("salesforce", "outcome", {"outcome": "Not now"})]),
    ],
    ids=["by the check", "by a person", "cancelled"],
)
def test_an_end_is_told_once_in_its_own_words(end: Happening, expected: list[Any]) -> None:
    desk = desk_after()
    assert told(play(desk, end)) == expected
    assert play(desk, end) == []


def test_the_first_offer_makes_the_opportunity_and_the_second_nothing() -> None:
    desk = desk_after()
    first = play(desk, row(OFFER, person=ANN))
    assert [act.do for act in first] == ["edit", "convert"]
    assert (first[1].fields["amount"], first[1].case) == (12_000, 1)
    assert play(desk, row("O_SENT", person=ANN)) == []


def test_a_contact_is_called_and_not_taken_over() -> None:
    desk = desk_after(row(OFFER, person=ANN))
    assert [act.do for act in play(desk, row(START, person=BOB, transition="START"))] == ["call"]


def test_winning_closes_the_opportunity_once() -> None:
    desk = desk_after(row(OFFER, person=ANN))
    acts = play(desk, row("O_ACCEPTED", person=ANN), row("A_ACTIVATED", person=ANN))
    assert [(act.do, act.fields["StageName"], act.opportunity_of) for act in acts] == [("edit", "Closed Won", 1)]


def test_a_refusal_after_the_offer_loses_the_opportunity_too() -> None:
    acts = play(desk_after(row(OFFER, person=ANN)), row("A_DECLINED", person=ANN))
    assert [(act.do, act.opportunity_of) for act in acts] == [("reject", None), ("edit", 1)]


def test_nobody_wins_a_lead_that_has_no_owner() -> None:
    assert play(desk_after(), row("A_ACTIVATED")) == []
