"""Whom the agreement takes for its examples: the newest that were right, and the newest that a rep turned down."""

from datetime import UTC, datetime, timedelta

from domain.handoff import Handoff, HandoffKind, Outcome
from domain.signing import Clause
from domain.values import LeadId
from mapping.channels import channels_of
from reports.pages.agreement import Agreement
from reports.pages.page import Page
from reports.pages.passes import Pass, Scope
from reports.pages.window import window_of
from tests.report_desk import BOOK, RULES
from tests.report_pages import BERLIN

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
SCOPE = Scope(
    window=window_of(since=None, until=None, zone=BERLIN, now=NOW), book=BOOK, rules=RULES,
    channels=channels_of(RULES.channels), names={}, now=NOW, most=None,
)  # fmt: skip


def handed(lead: int, outcome: Outcome | None, *, day: int) -> Pass:
    """Opened on the day, counted from the beginning of November."""
    opened = datetime(2026, 11, 1, 9, tzinfo=UTC) + timedelta(days=day)
    handoff = Handoff(
        lead_id=LeadId(lead), number=1, kind=HandoffKind.NEW_BUSINESS, opened_at=opened, why="asked for a demo",
        hand_raise=True, score=0, band="A hot", outcome=outcome, closed_at=None if outcome is None else opened,
    )  # fmt: skip
    return Pass(
        handoff=handoff, team=None, channel="unknown", meant_at=(), accepted_at=opened,
        qualified_at=opened if outcome is None else None, opportunity_at=None, won_at=None, late_since=None,
        working_minutes=None, known={}, activities=(), given_back_from=None,
    )  # fmt: skip


def page_of(*handoffs: Pass) -> Page:
    report = Agreement(SCOPE, (Clause(key="handed", title="Whom marketing hands over", lines=("Whoever asks.",)),), {})
    for each in handoffs:
        report.count(each)
    return report.page({LeadId(1): "Ana Ruiz"})


def examples(key: str, *handoffs: Pass) -> list[str]:
    (found,) = (each for each in page_of(*handoffs).tables() if each.key == key)
    return [row.label for row in found.rows]


def test_the_newest_of_each_kind_are_shown_whoever_is_counted_first() -> None:
    right = [handed(lead, None, day=day) for lead, day in ((1, 3), (2, 9), (3, 1), (4, 7))]
    wrong = [handed(lead, Outcome.NO_BUDGET, day=day) for lead, day in ((5, 3), (6, 1), (7, 2), (8, 9))]
    for each in ([*right, *wrong], [*wrong, *right][::-1]):
        assert examples("good", *each) == ["lead 2", "lead 4", "Ana Ruiz, lead 1"]
        assert examples("bad", *each) == ["lead 8", "lead 5", "lead 7"]


def test_whoever_was_not_the_target_stands_before_any_other_reason() -> None:
    later = [handed(lead, Outcome.NO_NEED, day=10 + lead) for lead in (2, 3, 4)]
    assert examples("bad", handed(9, Outcome.NOT_TARGET, day=1), *later) == ["lead 9", "lead 4", "lead 3"]


def test_what_went_quiet_nobody_has_judged_so_that_it_is_no_example() -> None:
    assert examples("bad", handed(5, Outcome.WENT_QUIET, day=3)) == []


def test_without_an_example_the_page_says_how_to_find_one() -> None:
    good, bad = page_of().tables()
    assert (good.rows, bad.rows) == ((), ())
    assert good.empty == bad.empty == ("No handoff of this kind in this window: ask for a longer one, with `--since`.")
