"""What marketing made goes by one name each, whatever stands in an address, a subject or a form."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.reports import AssetRule
from domain.activity import Activity, ActivityKind
from domain.values import Value
from mapping.assets import LONGEST, Asset, AssetKind, assets_of, is_mail, is_met, place_of

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)
BARE = assets_of([])


def did(kind: ActivityKind, *, automated: bool = False, **told: Value) -> Activity:
    return Activity(
        connection="hub", stream="s", external_id="1", kind=kind, occurred_at=NOON, properties=told, automated=automated
    )


def label(kind: ActivityKind, **told: Value) -> str:
    found = BARE.of(replace(did(kind), properties=told))
    assert found is not None
    return found.label


def rule(name: str, property_name: str, value: str) -> AssetRule:
    row = {"property": property_name, "operator": "contains", "value": value}
    return AssetRule.model_validate({"name": name, "when": {"all": [row]}})


CALLED: dict[str, tuple[ActivityKind, dict[str, Value], str]] = {
    "a form": (ActivityKind.FORM_SUBMITTED, {"form": "Demo request"}, "Form: Demo request"),
    "a form without a name": (ActivityKind.FORM_SUBMITTED, {"url": "https://a.example/x?y=1"}, "Form: a.example/x"),
    "a page": (ActivityKind.PAGE_VIEWED, {"url": "https://www.A.example/Pricing/?t=1#x"}, "Page: a.example/Pricing"),
    "a mail": (ActivityKind.EMAIL_CLICKED, {"subject": "News", "campaign": "4711"}, "E-mail: News"),
    "a mail without a subject": (ActivityKind.EMAIL_CLICKED, {"campaign": "4711"}, "E-mail: no. 4711"),
    "a webinar": (ActivityKind.WEBINAR_VIEWED, {"campaign": "Autumn"}, "Webinar: Autumn"),
    "a booth": (ActivityKind.BOOTH_SCANNED, {"event": "Fair"}, "Event: Fair"),
    "a campaign": (ActivityKind.CAMPAIGN_JOINED, {"campaign": "Fair"}, "Campaign: Fair"),
    "nothing said": (ActivityKind.WEBINAR_VIEWED, {}, "Webinar: without a name"),
    "a truth is no name": (ActivityKind.FORM_SUBMITTED, {"form": True}, "Form: without a name"),
    "control characters": (ActivityKind.FORM_SUBMITTED, {"form": "\x1b[31mred\u202e\nline\x00"}, "Form: [31mred line"),
    "a formula stays what it is": (ActivityKind.FORM_SUBMITTED, {"form": "=1+1"}, "Form: =1+1"),
}


@pytest.mark.parametrize(("kind", "told", "expected"), CALLED.values(), ids=CALLED)
def test_everything_that_is_met_has_one_name(kind: ActivityKind, told: dict[str, Value], expected: str) -> None:
    assert label(kind, **told) == expected


PLACES = {
    "https://acme.example/a/?secret=1": "acme.example/a",
    "acme.example/a#top": "acme.example/a",
    "//acme.example/a": "acme.example/a",
    "/pricing?x=1": "/pricing",
    "https://user:password@acme.example/a": "acme.example/a",
    "https://acme.example:8443": "acme.example",
    "https://[broken/x?secret=1": "https://[broken/x",
    "?secret=1": "/",
    " ": "",
}


@pytest.mark.parametrize(("address", "expected"), PLACES.items())
def test_a_page_is_its_address_without_what_may_be_secret(address: str, expected: str) -> None:
    assert place_of(address) == expected


def test_a_name_has_an_end() -> None:
    assert len(label(ActivityKind.FORM_SUBMITTED, form="x" * 100_000)) == LONGEST + len("Form: ")


def test_the_first_rule_that_fits_names_an_asset_and_several_things_may_be_one() -> None:
    named = assets_of(
        [rule("Pricing", "asset", "/pricing"), rule("Demo", "form", "demo"), rule("Late", "form", "demo")]
    )
    page, form = did(ActivityKind.PAGE_VIEWED, url="/pricing"), did(ActivityKind.FORM_SUBMITTED, form="Ask a demo")
    calculator = did(ActivityKind.FORM_SUBMITTED, form="x", url="/pricing")
    assert [named.of(each) for each in (page, form)] == [Asset(AssetKind.NAMED, each) for each in ("Pricing", "Demo")]
    assert named.of(calculator) == Asset(AssetKind.FORM, "x")


def test_what_reps_do_and_answers_to_them_are_nothing_that_marketing_made() -> None:
    kinds = (ActivityKind.CALL_LOGGED, ActivityKind.MEETING_BOOKED, ActivityKind.EMAIL_REPLIED)
    assert [BARE.of(did(each)) for each in kinds] == [None, None, None]
    assert not any(is_met(did(each)) for each in (*kinds, ActivityKind.EMAIL_OPENED, ActivityKind.EMAIL_SENT))


def test_of_sent_mail_only_what_a_machine_sent_is_marketings() -> None:
    assert is_mail(did(ActivityKind.EMAIL_SENT, automated=True))
    assert not is_mail(did(ActivityKind.EMAIL_SENT))
    assert is_mail(did(ActivityKind.EMAIL_OPENED))


@pytest.mark.parametrize("name", ["Form: Demo request", "demo REQUEST", "  Demo\trequest "])
def test_people_may_write_a_name_with_or_without_its_kind(name: str) -> None:
    assert Asset(AssetKind.FORM, "Demo request").answers_to(name)
    assert not Asset(AssetKind.FORM, "Demo").answers_to(name)
