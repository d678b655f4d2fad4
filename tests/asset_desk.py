"""The reports of assets and of the playbook over a store that a seed filled, and what the reference says of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from config.reports import ReportRules
from config.scoring import ScoringRules
from domain.activity import Activity, ActivityKind
from domain.stage import Stage
from domain.values import LeadId, RecordRef, RuleHash, Value
from mapping.assets import assets_of
from reports.pages.approaches import Gauge, approaches_of
from reports.pages.assets import AssetsReport
from reports.pages.opt_outs import mailed_in
from reports.pages.page import Page
from reports.pages.passes import Scope
from reports.pages.playbook import PlaybookReport, standing_of
from scoring.scorer import Scorer
from store import ledger
from store.engine import Store, Tx
from tests.reference.crowd import SPAN, Crowd
from tests.reference.figures import Figures, Person
from tests.reference.lifted import assets, playbook
from tests.reference.two_teams import OFFICE, looks
from tests.report_desk import BOOK, scope_of, sight_of
from tests.review_desk import EPOCH, crew_up

LONG = "Newslettér " * 40
NAMES: tuple[Value, ...] = (
    "Demo request", "Spring news", "<b>=1+1</b>", "\x1b[31mred\nline", LONG, " ", "", None, "no. 4711", 4711,
)  # fmt: skip
ADDRESSES = (
    "https://www.Acme.example/Pricing/?token=secret#top", "acme.example/pricing", "/pricing", "//blog.acme.example/a b",
    "https://WWW.acme.example:8443/", "https://ana@acme.example/news/", "?utm_source=x", "", None,
)  # fmt: skip
KINDS = (
    ActivityKind.EMAIL_SENT, ActivityKind.EMAIL_SENT, ActivityKind.EMAIL_OPENED, ActivityKind.EMAIL_CLICKED,
    ActivityKind.WEBINAR_VIEWED, ActivityKind.BOOTH_SCANNED, ActivityKind.CAMPAIGN_JOINED, ActivityKind.PAGE_VIEWED,
    ActivityKind.FORM_SUBMITTED, ActivityKind.EMAIL_BOUNCED, ActivityKind.EMAIL_REPLIED,
)  # fmt: skip


RULES = ReportRules.model_validate(looks())
SCORING = ScoringRules.model_validate(OFFICE.scoring)
GAUGE = Gauge(assets=assets_of(RULES.assets), scorer=Scorer(SCORING, RuleHash("r1"), OFFICE.zone))


def dress(store: Store, seed: int, people: int = 8) -> Crowd:
    """Whom a seed makes, with mails, names of all kinds, noes to mail, scorecards, stages, and rows that came late."""
    crowd, chance = crew_up(store, seed, people), Random(seed)
    with store.write() as tx:
        for lead, at in tx.exec_driver_sql("SELECT id, created_at FROM lead ORDER BY id").all():
            became = EPOCH + timedelta(microseconds=at)
            _meet(tx, chance, LeadId(lead), became)
            _say_no(tx, chance, LeadId(lead), became)
            stage = chance.choice((Stage.MQL, Stage.ASSIGNED, Stage.KNOWN, Stage.DISQUALIFIED, Stage.CUSTOMER))
            tx.exec_driver_sql(f"UPDATE lead SET stage = '{stage.value}' WHERE id = {lead}")
        _answer(tx, chance)
        for key, at in tx.exec_driver_sql("SELECT external_id, occurred_at FROM activity ORDER BY external_id").all():
            seen = at + chance.choice((0, 0, 60, 86_400 * 3)) * 1_000_000
            tx.exec_driver_sql(f"UPDATE activity SET seen_at = {seen} WHERE external_id = '{key}'")
    return crowd


def _meet(tx: Tx, chance: Random, lead: LeadId, became: datetime) -> None:
    """Around the handoffs, and in the same instants, as far as these are known."""
    opened = tx.exec_driver_sql(
        f"SELECT opened_at, closed_at FROM handoff WHERE lead_id = {lead} ORDER BY number"
    ).all()
    moments = [EPOCH + timedelta(microseconds=each) for row in opened for each in row if each is not None] or [became]
    ref = RecordRef(connection="crm", object="Contact", id=f"003{lead}x")
    did = [
        _act(chance, f"made-{lead}-{number}", chance.choice(moments) + _later(chance), ref)
        for number in range(chance.randrange(9))
    ]
    ledger.add(tx, did, seen_at=became + SPAN)
    ledger.claim_unclaimed(tx, {ref: lead}, {})


def _later(chance: Random) -> timedelta:
    return chance.choice((timedelta(0), timedelta(0), timedelta(hours=-5), timedelta(days=-2), timedelta(minutes=7)))


def _act(chance: Random, key: str, at: datetime, ref: RecordRef) -> Activity:
    kind = chance.choice(KINDS)
    told: dict[str, Value] = {"url": chance.choice(ADDRESSES)}
    told |= {name: chance.choice(NAMES) for name in ("form", "subject", "campaign", "title") if chance.random() < 0.6}
    if kind is ActivityKind.EMAIL_CLICKED and chance.random() < 0.3:
        told["filtered"] = True
    return Activity(
        connection="hub", stream="made", external_id=key, kind=kind, occurred_at=at, record=ref,
        automated=chance.random() < (0.7 if kind is ActivityKind.EMAIL_SENT else 0.1), properties=told,
    )  # fmt: skip


def _say_no(tx: Tx, chance: Random, lead: LeadId, became: datetime) -> None:
    """Before we knew them, later, taken back, and again."""
    rows = tx.exec_driver_sql(f"SELECT occurred_at FROM activity WHERE lead_id = {lead} ORDER BY external_id").all()
    acts = [EPOCH + timedelta(microseconds=row[0]) for row in rows] or [became]
    seen = became
    for number in range(chance.randrange(4)):
        since = chance.choice(acts) + chance.choice(
            (timedelta(0), timedelta(days=1), timedelta(days=7), timedelta(days=8))
        )
        seen = seen if not number and chance.random() < 0.4 else seen + timedelta(hours=1)
        ledger.put_facts(tx, lead, {"opted_out": chance.choice((True, "yes", False, None))}, since=since, seen_at=seen)


def _answer(tx: Tx, chance: Random) -> None:
    for (key,) in tx.exec_driver_sql("SELECT lead_id * 1000 + number FROM handoff ORDER BY 1").all():
        low, high = chance.choice(((3, 5), (1, 4), (0, 5)))
        names = ("interest", "budget", "timing", "understanding")[: chance.choice((0, 3, 4, 4))]
        card = ", ".join(f'"{name}": {chance.randint(low, high)}' for name in names)
        tx.exec_driver_sql(f"UPDATE handoff SET scorecard = '{{{card}}}' WHERE lead_id * 1000 + number = {key}")


def dressed_scope(scope: Scope) -> Scope:
    return replace(scope, rules=RULES, book=replace(BOOK, scoring=SCORING))


def pages_of(store: Store, scope: Scope) -> dict[str, Page]:
    return {"assets": assets_page(store, scope), "playbook": playbook_page(store, scope)}


def assets_page(store: Store, scope: Scope) -> Page:
    report = AssetsReport(scope)
    for approach in approaches_of(store, scope, GAUGE):
        report.count(approach)
    for mailed in mailed_in(store, scope, GAUGE) if scope.team is None else ():
        report.count_mail(mailed)
    return report.page()


def playbook_page(store: Store, scope: Scope) -> Page:
    report = PlaybookReport(scope)
    for approach in approaches_of(store, scope, GAUGE):
        report.count(approach)
    for each in standing_of(store, scope):
        report.count_standing(each)
    return report.page(unmet=())


def expected_of(people: Sequence[Person], scope: Scope) -> dict[str, Figures]:
    sight, now = sight_of(scope), (scope.now - EPOCH) // timedelta(microseconds=1)
    return {"assets": assets(people, sight, now, OFFICE), "playbook": playbook(people, sight, now, OFFICE)}


def scopes(crowd: Crowd, seed: int) -> Iterator[Scope]:
    """Everything; and some hours or days, of a team or channel."""
    chance = Random(seed)
    since = crowd.began + timedelta(minutes=30 * chance.randrange(1000))
    yield dressed_scope(scope_of(crowd))
    yield dressed_scope(
        scope_of(
            crowd,
            since=since,
            until=since + timedelta(minutes=30 * chance.randrange(1, 600)),
            team=chance.choice((None, None, "Inbound", "outbound")),
            channel=chance.choice((None, None, "Ads", "unknown")),
        )
    )
