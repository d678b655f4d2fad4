"""Forms: read at once where a contact says that it sent one, else twice an hour; an idle look costs one call."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.hubspot.values import to_ms
from connectors.testing import failure_of
from domain.errors import ContractError
from domain.record import Cursor, Page
from tests.contract.hubspot_rig import HubSpotRig
from tests.unit.connectors.hubspot.portal import NOW, Portal, connected, page, refusal

MINUTE = timedelta(minutes=1)
FORMS, SEARCH = "/marketing/v3/forms", "/objects/contacts/search"
SUBMISSIONS = "/form-integrations/v1/submissions/forms/"


class Ticking:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


class Website:
    """A portal with forms; submissions by form, and what contacts show of them."""

    def __init__(self, forms: int) -> None:
        self.clock = Ticking()
        self.forms = {guid(number): f"Form {number}" for number in range(forms)}
        self.sent: dict[str, list[datetime]] = {}
        self.contacts: list[dict[str, Any]] = []
        self.portal = Portal(self.answer)

    def answer(self, _: str, path: str, told: Any) -> Any:
        if path == FORMS:
            return page([{"id": form, "name": name} for form, name in self.forms.items()])
        if path.endswith("/search"):
            since = int(told["filterGroups"][0]["filters"][0]["value"])
            return page([one for one in self.contacts if int(one["properties"]["recent_conversion_date"]) >= since])
        if path.startswith(SUBMISSIONS):
            rows = self.sent.get(path.removeprefix(SUBMISSIONS), [])
            return page([_submission(at) for at in reversed(rows)])
        return refusal(404, "NO_SUCH_PATH")

    def submit(self, *numbers: int) -> None:
        for number in numbers:
            self.sent.setdefault(guid(number), []).append(self.clock.at)

    def show(self, **properties: str) -> None:
        """A contact shows a conversion of now."""
        told = {"recent_conversion_date": str(to_ms(self.clock.at)), **properties}
        self.contacts.append({"id": str(len(self.contacts) + 1), "properties": told})

    def asked(self) -> dict[str, int]:
        """Calls since the last time: lists of forms, searches, submissions."""
        paths = [path for _, path, _ in self.portal.asked]
        self.portal.asked.clear()
        kinds = {"forms": FORMS, "searches": SEARCH, "submissions": SUBMISSIONS}
        return {kind: sum(part in path for path in paths) for kind, part in kinds.items()}


def _submission(at: datetime) -> dict[str, Any]:
    return {"submittedAt": to_ms(at), "values": [{"name": "email", "value": "ana@globex.example"}]}


def read_forms(pages: list[Page]) -> set[int]:
    """The numbers of the forms that something was read of."""
    return {int(one.external_id[24:36]) for each in pages for one in each.activities}


def test_a_day_with_sixty_forms_costs_a_search_a_minute_and_two_rounds_an_hour() -> None:
    website, cursor = Website(60), None
    with connected(website.portal, clock=website.clock) as connector:
        for _ in range(24 * 60):
            *_, last = connector.read("forms", cursor)
            cursor, website.clock.at = last.cursor, website.clock.at + MINUTE
    assert website.asked() == {"forms": 48, "searches": 1_439, "submissions": 48 * 60}


def test_an_idle_look_costs_at_most_two_calls_also_after_a_restart() -> None:
    website = Website(60)
    with connected(website.portal, clock=website.clock) as connector:
        *_, last = connector.read("forms", None)
        website.asked()
        website.clock.at += MINUTE
        list(connector.read("forms", last.cursor))
        assert website.asked() == {"forms": 0, "searches": 1, "submissions": 0}
    with connected(website.portal, clock=website.clock) as restarted:
        list(restarted.read("forms", last.cursor))
        assert website.asked() == {"forms": 1, "searches": 1, "submissions": 0}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"recent_conversion_event_name": "Form 7"}, {7}),
        ({"recent_conversion_event_name": "Get a demo: today: form 7 "}, {7}),
        ({"recent_conversion_event_name": "Demo: Form 8", "hs_calculated_form_submissions": "unreadable"}, {8}),
        ({"hs_calculated_form_submissions": "{7}::{now};{8}:123:{now}", "recent_conversion_event_name": "x"}, {7, 8}),
        ({"hs_calculated_form_submissions": "{8}::{old}", "recent_conversion_event_name": "Form 7"}, {7}),
    ],
    ids=["the name alone", "behind the title of the page", "a list nobody can read", "two at once", "a list that lags"],
)
def test_only_the_forms_that_contacts_name_are_read(shown: dict[str, str], expected: set[int]) -> None:
    website = Website(10)
    with connected(website.portal, clock=website.clock) as connector:
        *_, last = connector.read("forms", None)
        website.clock.at += MINUTE
        website.submit(7, 8)
        now = to_ms(website.clock.at)
        marks = {"{7}": guid(7), "{8}": guid(8), "{now}": str(now), "{old}": str(now - 86_400_000)}
        for mark, value in marks.items():
            shown = {name: text.replace(mark, value) for name, text in shown.items()}
        website.show(**shown)
        website.clock.at += MINUTE
        website.asked()
        assert read_forms(list(connector.read("forms", last.cursor))) == expected
        assert website.asked() == {"forms": 0, "searches": 1, "submissions": len(expected)}


def test_a_form_that_was_named_is_read_until_it_has_settled_and_then_rests() -> None:
    website = Website(3)
    with connected(website.portal, clock=website.clock) as connector:
        *_, last = connector.read("forms", None)
        website.clock.at += MINUTE
        website.show(recent_conversion_event_name="Form 1")
        calls = []
        for _ in range(10):
            website.asked()
            *_, last = connector.read("forms", last.cursor)
            calls.append(website.asked()["submissions"])
            website.clock.at += MINUTE
    assert calls == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("forms", [0, 3])
def test_a_conversion_of_a_form_made_since_lists_the_forms_again(forms: int) -> None:
    website = Website(forms)
    with connected(website.portal, clock=website.clock) as connector:
        *_, last = connector.read("forms", None)
        website.clock.at += MINUTE
        website.forms[guid(7)] = "Form 7"
        website.submit(7)
        website.show(recent_conversion_event_name="Pricing: Form 7")
        website.asked()
        assert read_forms(list(connector.read("forms", last.cursor))) == {7}
        assert website.asked() == {"forms": 1, "searches": 1, "submissions": 1}


def test_a_conversion_that_is_no_form_of_hubspots_costs_no_round() -> None:
    """Facebook Lead Ads: a contact converts, and there is no form to read."""
    website = Website(60)
    with connected(website.portal, clock=website.clock) as connector:
        *_, last = connector.read("forms", None)
        website.clock.at += MINUTE
        website.show(recent_conversion_event_name="Facebook Lead Ads: Spring")
        website.asked()
        for _ in range(20):
            *_, last = connector.read("forms", last.cursor)
            website.clock.at += MINUTE
    assert website.asked() == {"forms": 3, "searches": 20, "submissions": 0}


def test_an_interrupted_round_goes_on_with_the_forms_that_were_not_read() -> None:
    website = Website(5)
    website.submit(0, 1, 2, 3, 4)
    with connected(website.portal, clock=website.clock) as connector:
        pages = connector.read("forms", None)
        first, second = next(pages), next(pages)
        website.asked()
        rest = list(connector.read("forms", second.cursor))
    assert read_forms([first, second]) | read_forms(rest) == {0, 1, 2, 3, 4}
    assert read_forms(rest) == {1, 2, 3, 4}


def test_the_cursor_forgets_forms_that_are_there_no_more() -> None:
    website = Website(3)
    with connected(website.portal, clock=website.clock) as connector:
        *_, last = connector.read("forms", None)
        del website.forms[guid(1)]
        website.clock.at += timedelta(minutes=31)
        *_, last = connector.read("forms", last.cursor)
    assert list(json.loads(last.cursor.position)["forms"]) == [guid(0), guid(2)]


@pytest.mark.parametrize("wrong", ["not ours", "[]", "{}", '{"forms": []}', '{"forms": {"f": "soon"}}'])
def test_a_cursor_that_cannot_be_read_stops_the_stream(wrong: str) -> None:
    with connected(Website(1).portal) as connector:
        failure_of(ContractError, lambda: list(connector.read("forms", Cursor(position=wrong))))


@pytest.mark.parametrize("told", [{}, {"recent_conversion_date": "soon"}, None])
def test_a_search_answered_in_another_shape_stops_the_stream(told: Any) -> None:
    website = Website(1)
    with connected(website.portal, clock=website.clock) as connector:
        *_, last = connector.read("forms", None)
        website.portal.answer = lambda *_: page([{"id": "1", "properties": told}])
        failure_of(ContractError, lambda: list(connector.read("forms", last.cursor)))


# --- over the simulated portal


def submit(rig: HubSpotRig, email: str, form: str, **more: Any) -> None:
    rig.simulator.act("submit_form", system="hubspot", as_="prospect", form=f"{form} {rig.begin}", email=email, **more)


def of(rig: HubSpotRig, pages: list[Page]) -> list[tuple[str, str]]:
    """(address, form) of the submissions of this test."""
    mark = f" {rig.begin}"
    return sorted(
        (str(one.email).split("@")[0], str(one.properties["form"]).removesuffix(mark))
        for each in pages
        for one in each.activities
        if str(one.properties["form"]).endswith(mark)
    )


def test_a_hand_raise_is_read_at_the_next_look_even_before_another_form(rig: HubSpotRig) -> None:
    """The last form that a contact names is the newsletter; the demo it asked for a moment earlier is not passed."""
    connector = rig.connector()
    for form in ("Demo", "News"):
        submit(rig, "early@forms.example", form)
    *_, last = connector.read("forms", None)
    rig.simulator.time(advance_s=600)
    submit(rig, "ana@forms.example", "Demo", page_title="Get a demo")
    rig.simulator.time(advance_s=20)
    submit(rig, "ana@forms.example", "News", page_title="Thank you")
    rig.simulator.time(advance_s=60)
    fresh = of(rig, list(connector.read("forms", last.cursor)))
    assert [one for one in fresh if one[0] == "ana"] == [("ana", "Demo"), ("ana", "News")]


def test_a_submission_that_no_contact_shows_is_read_within_half_an_hour(rig: HubSpotRig) -> None:
    connector = rig.connector()
    submit(rig, "early@forms.example", "Demo")
    rig.simulator.time(advance_s=180)
    *_, last = connector.read("forms", None)
    rig.simulator.time(advance_s=600)
    submit(rig, "ana@forms.example", "Demo", silent=True)
    rig.simulator.time(advance_s=60)
    pages = list(connector.read("forms", last.cursor))
    assert ("ana", "Demo") not in of(rig, pages)
    rig.simulator.time(advance_s=1_200)
    assert ("ana", "Demo") in of(rig, list(connector.read("forms", pages[-1].cursor)))


def test_when_search_lags_by_a_quarter_of_an_hour_nothing_is_lost(rig: HubSpotRig) -> None:
    connector, seen = rig.connector(), set[tuple[str, str]]()
    for form in ("Demo", "News", "Guide"):
        submit(rig, "early@forms.example", form)
    *_, last = connector.read("forms", None)
    rig.simulator.settings(lag_s={"hubspot": 900.0})
    for number in range(12):
        submit(rig, f"p{number}@forms.example", ("Demo", "News", "Guide")[number % 3])
        rig.simulator.time(advance_s=120)
        pages = list(connector.read("forms", last.cursor))
        seen, last = seen | set(of(rig, pages)), pages[-1]
    rig.simulator.settings(lag_s={"hubspot": 0.0})
    rig.simulator.time(advance_s=900)
    seen |= set(of(rig, list(connector.read("forms", last.cursor))))
    assert {one for one in seen if one[0] != "early"} == {
        (f"p{number}", ("Demo", "News", "Guide")[number % 3]) for number in range(12)
    }


def test_who_may_not_search_contacts_is_told_which_scope_is_missing(rig: HubSpotRig) -> None:
    submit(rig, "early@forms.example", "Demo")
    *_, last = rig.connector().read("forms", None)
    rig.tune(token=rig.token, scopes=["forms"])
    error = failure_of(ContractError, lambda: list(rig.connector().read("forms", last.cursor)))
    assert "crm.objects.contacts.read" in str(error)
