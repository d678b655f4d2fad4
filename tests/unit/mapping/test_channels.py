"""Where people come from: the first thing they did, asked rule by rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.reports import Channel
from domain.activity import Activity, ActivityKind
from domain.lead import Fact
from domain.values import Value
from mapping.channels import TOUCHES, channels_of, first_known, is_touch, words_of

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)


def rule(name: str, property: str, value: str, operator: str = "equals") -> Channel:
    row = {"property": property, "operator": operator, "value": value}
    return Channel.model_validate({"name": name, "when": {"all": [row]}})


ADS, WEBINARS, ORGANIC = (
    rule("Ads", "utm_medium", "cpc"),
    rule("Webinars", "kind", "webinar", "starts_with"),
    rule("Organic", "original_source", "organic_search"),
)
CHANNELS = channels_of([ADS, WEBINARS, ORGANIC])


def did(kind: ActivityKind = ActivityKind.PAGE_VIEWED, minute: int = 0, **told: Value) -> Activity:
    return Activity(
        connection="hub", stream="s", external_id=f"{minute}", kind=kind, occurred_at=NOON + timedelta(minutes=minute),
        properties=told,
    )  # fmt: skip


def fact(name: str, value: Value, minute: int = 0) -> Fact:
    at = NOON + timedelta(minutes=minute)
    return Fact(name=name, value=value, since=at, seen_at=at)


@pytest.mark.parametrize(
    ("told", "channel"),
    [
        ({"url": "https://acme.example/?utm_medium=cpc"}, "Ads"),
        ({"page": "https://acme.example/?a=1&utm_medium=CPC#top"}, "Ads"),
        ({"utm_medium": "cpc"}, "Ads"),
        ({"utm_medium": "email", "url": "https://acme.example/?utm_medium=cpc"}, "unknown"),
        ({"utm_medium": "", "url": "https://acme.example/?utm_medium=cpc"}, "Ads"),
        ({"url": "https://acme.example/?utm_medium="}, "unknown"),
        ({"url": "https://[acme.example/?utm_medium=cpc"}, "unknown"),
        ({"url": 7}, "unknown"),
        ({"referrer": "https://news.example/?utm_medium=cpc"}, "unknown"),
    ],
    ids=["address", "page", "named", "named wins", "named blank", "blank", "no address", "number", "another's address"],
)
def test_utm_values_are_read_where_nothing_else_names_them(told: dict[str, Any], channel: str) -> None:
    assert CHANNELS.of_lead([did(**told)], []) == channel


def test_the_first_touch_decides_and_nothing_that_came_later() -> None:
    later = did(minute=9, utm_medium="cpc")
    assert CHANNELS.of_lead([did(ActivityKind.WEBINAR_VIEWED), later], []) == "Webinars"
    assert CHANNELS.of_lead([did(), later], []) == "unknown"


@pytest.mark.parametrize("kind", sorted(set(ActivityKind) - TOUCHES))
def test_what_a_mailbox_or_a_rep_did_is_no_touch(kind: ActivityKind) -> None:
    assert CHANNELS.of_lead([did(kind, utm_medium="cpc"), did(ActivityKind.WEBINAR_VIEWED, 9)], []) == "Webinars"


def test_an_opened_mail_is_no_touch_and_a_clicked_one_is() -> None:
    assert not is_touch(did(ActivityKind.EMAIL_OPENED))
    assert not is_touch(did(ActivityKind.EMAIL_BOUNCED))
    assert is_touch(did(ActivityKind.EMAIL_CLICKED))


def test_what_a_machine_did_or_a_person_took_back_is_no_touch() -> None:
    assert not is_touch(replace(did(), automated=True))
    assert not is_touch(replace(did(), retracted=True))


def test_what_was_first_known_decides_where_the_touch_does_not_say() -> None:
    facts = [
        fact("original_source", ""),
        fact("original_source", "ORGANIC_SEARCH", 1),
        fact("original_source", "paid", 2),
    ]
    assert first_known(facts) == {"original_source": "ORGANIC_SEARCH"}
    assert CHANNELS.of_lead([], facts) == "Organic"
    assert CHANNELS.of_lead([did()], facts) == "Organic"
    assert CHANNELS.of_lead([did(utm_medium="cpc")], facts) == "Ads"


def test_what_the_touch_says_comes_before_what_is_known() -> None:
    assert CHANNELS.of_lead([did(utm_medium="email")], [fact("utm_medium", "cpc")]) == "unknown"
    assert CHANNELS.of_lead([did()], [fact("utm_medium", "cpc")]) == "Ads"


def test_the_first_rule_that_fits_wins() -> None:
    both = did(ActivityKind.WEBINAR_VIEWED, utm_medium="cpc")
    assert channels_of([ADS, WEBINARS]).of_touch(both, {}) == "Ads"
    assert channels_of([WEBINARS, ADS]).of_touch(both, {}) == "Webinars"


def test_whom_no_rule_fits_and_everybody_where_there_are_none_is_unknown() -> None:
    assert CHANNELS.of_lead([], []) == "unknown"
    assert channels_of([]).of_lead([did(utm_medium="cpc")], []) == "unknown"


def test_a_touch_says_its_kind_and_no_blank_words() -> None:
    assert words_of(did(form="", campaign=None, subject="Hello", secret="x")) == {
        "kind": "page_viewed",
        "subject": "Hello",
    }
