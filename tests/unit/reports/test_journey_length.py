"""A lead of ten thousand touches: a page that somebody reads, that says what is not on it and how to get it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.activity import Activity, ActivityKind
from domain.lead import Lead
from domain.stage import Stage
from domain.values import LeadId
from mapping.channels import channels_of
from reports.histories import Life
from reports.pages.dossier import Dossier
from reports.pages.html import html_of
from reports.pages.journey import journey
from reports.pages.journey_parts import Look
from reports.pages.moments import Cast
from reports.pages.page import Page, Table, Words
from reports.pages.passes import Scope
from reports.pages.timeline import MOST
from reports.pages.window import window_of
from tests.report_desk import BOOK, RULES

MANY = 10_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=MANY)
UTC_ZONE = ZoneInfo("UTC")
SCOPE = Scope(
    window=window_of(since=None, until=None, zone=UTC_ZONE, now=NOW), book=BOOK, rules=RULES,
    channels=channels_of(RULES.channels), names={}, now=NOW, most=None,
)  # fmt: skip


def wrote(number: int) -> Activity:
    return Activity(
        connection="hub", stream="forms", external_id=str(number), kind=ActivityKind.FORM_SUBMITTED,
        occurred_at=BEGAN + timedelta(hours=number), properties={"form": "Support", "message": f"no. {number}. " * 50},
    )  # fmt: skip


def page_of(*, most: int | None) -> Page:
    lead = Lead(id=LeadId(1), key="k", revision=1, stage=Stage.KNOWN, stage_since=BEGAN, armed_at=BEGAN)
    life = Life(lead=lead, activities=[wrote(number) for number in range(MANY)])
    look = Look(scope=SCOPE, cast=Cast(names={}, users={}), zone=UTC_ZONE, links={}, systems=(), most=most)
    return journey(Dossier(life=life, known_at=BEGAN), look)


def lengths(page: Page) -> tuple[int, int]:
    """Rows of the timeline, and lines of what they wrote."""
    (moments,) = (part for part in page.parts if isinstance(part, Table) and part.key == "timeline")
    (words,) = (part for part in page.parts if isinstance(part, Words))
    return len(moments.rows), len(words.lines)


def test_of_ten_thousand_forms_the_newest_are_told_and_how_many_are_not() -> None:
    page = page_of(most=MOST)
    assert lengths(page) == (MOST, MOST)
    (words,) = (part for part in page.parts if isinstance(part, Words))
    assert f"no. {MANY - 1}." in words.lines[-1]
    assert [each.what for each in page.missing] == [
        "9,600 older moments are left out.",
        "9,600 older messages of theirs are left out.",
    ]
    assert len(html_of(page, {})) < 1_000_000


def test_all_of_it_is_told_to_whoever_asks_for_all() -> None:
    page = page_of(most=None)
    assert (lengths(page), page.missing) == ((MANY, MANY), ())
