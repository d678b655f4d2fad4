"""The page about systems that count differently, over a store that a seed filled, and what the reference says of it."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from config.mapping import MappingRules
from domain.counted import Counted
from domain.run import GoLive
from mapping.compiled import FieldMap
from reports.pages.evidence import around
from reports.pages.page import Page
from reports.pages.reconcile import Reconcile
from reports.pages.reconciling import Look, lines_of
from reports.pages.window import Window
from reports.pages.yardsticks import STAGES, Yardstick, yardsticks
from store.engine import Store
from tests.counted_crowd import COUNTED, NOW, RULES, SINCE, UNTIL, gather, tables
from tests.reference import counted as slow
from tests.reference.counted_figures import figures
from tests.reference.crowd import Crowd
from tests.reference.local_days import micros_of
from tests.reference.mapped import Mapped, Question, Rule, System
from tests.reference.sums import Expected
from tests.report_desk import scope_of

TYPES = {"hub": "hubspot", "crm": "salesforce", "list": "files"}
ZONE = ZoneInfo("Europe/Vienna")
WINDOW = Window(since=SINCE, until=UNTIL, zone=ZONE)
MAPPED = Mapped(
    zone="Europe/Vienna",
    systems={
        "hub": System(people=("contacts",), emails=("email",)),
        "crm": System(people=("Contact", "Lead"), emails=("Email",), creates=True),
        "list": System(people=("row",), emails=("mail",)),
    },
    properties={
        ("hub", "contacts", "ll_mql"): "mql_since",
        ("crm", "Lead", "MQL__c"): "mql_since",
        ("crm", "Contact", "Accepted__c"): "accepted_at",
        ("crm", "Lead", "Accepted__c"): "accepted_at",
        ("hub", "contacts", "became_mql"): "hub_day",
        ("hub", "contacts", "stage"): "lifecycle",
        ("crm", "Lead", "Status"): "status",
        ("hub", "contacts", "email"): "email",
        ("crm", "Contact", "Email"): "email",
        ("crm", "Lead", "Email"): "email",
        ("list", "row", "mail"): "email",
    },
)
"""The crowd's rules, written down once more by hand."""
LEFT = {"hub": {"contacts.ll_mql": "theirs"}, "crm": {"Lead.MQL__c": "carried"}}
_HUB = {("contacts", "stage"): frozenset({"m q l", "sql", "customer"})}
_SQL = {("contacts", "stage"): frozenset({"sql", "customer"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One way to look at a crowd."""

    what: Counted = Counted.MQL
    own_dates: bool = False
    """Whether hub is counted by its own date."""
    is_left: bool = False
    step: GoLive = GoLive.LIVE


def sight_of(seed: int) -> Sight:
    chance = Random(seed)
    return Sight(
        what=chance.choice((Counted.MQL, Counted.MQL, Counted.SAL)),
        own_dates=chance.random() < 0.4,
        is_left=chance.random() < 0.3,
        step=chance.choice((GoLive.LIVE, GoLive.LIVE, GoLive.PILOT, GoLive.SCORES)),
    )


def look_of(store: Store, sight: Sight) -> Look:
    yards, fields = yards_of(sight)
    with store.read() as tx:
        beside = around(tx, fields, sight.step)
    counting = [each for each in yards if each.counts]
    return Look(stage=STAGES[sight.what], window=WINDOW, yards=counting, around=beside)


def yards_of(sight: Sight) -> tuple[tuple[Yardstick, ...], FieldMap]:
    fields = FieldMap(MappingRules.model_validate(document_of(sight)), TYPES)
    named = {name: {Counted(what): each for what, each in own.items()} for name, own in COUNTED.items()}
    return yardsticks(fields, named if sight.own_dates else {}, sight.what, ZONE), fields


def document_of(sight: Sight) -> dict[str, Any]:
    """mapping.yaml as plain data."""
    return {**RULES, "decided": LEFT if sight.is_left else {}}


def page_of(store: Store, sight: Sight, *, behind: str | None = None) -> Page:
    look, (yards, _) = look_of(store, sight), yards_of(sight)
    scope = replace(scope_of(Crowd(began=NOW, now=NOW)), window=WINDOW, now=NOW)
    report = Reconcile(scope, sight.what, yards, look, behind=behind)
    for each in lines_of(store, look):
        report.count(each)
    return report.page()


def expected_of(store: Store, sight: Sight) -> dict[str, Expected]:
    with store.read() as tx:
        return figures(slow.read(tx), question_of(sight))


def question_of(sight: Sight) -> Question:
    is_mql = sight.what is Counted.MQL
    own = sight.own_dates and is_mql
    ours = "mql_since" if is_mql else "accepted_at"
    hub = Rule(
        dates={"contacts": "became_mql"} if own else {"contacts": "ll_mql"} if is_mql else {},
        ours=not own,
        stages=_HUB if is_mql else _SQL,
        name="hub_day" if own else ours,
        kind="date" if own else "datetime",
    )
    crm = Rule(
        dates={"Lead": "MQL__c"} if is_mql else {"Lead": "Accepted__c", "Contact": "Accepted__c"},
        ours=True,
        stages={("Lead", "Status"): frozenset({"marketing"} if is_mql else {"working"})},
        name=ours,
        kind="datetime",
    )
    nothing = Rule(dates={}, ours=True, stages={}, name=ours, kind="datetime")
    left = {("hub", "contacts", "ll_mql"), ("crm", "Lead", "MQL__c")} if sight.is_left else set()
    return Question(
        stage=STAGES[sight.what].value,
        mapped=replace(MAPPED, left=frozenset(left)),
        rules={"hub": hub, "crm": crm, "list": nothing},
        since=micros_of(SINCE),
        until=micros_of(UNTIL),
        step=sight.step.value,
    )


def told(page: Page) -> dict[str, Expected]:
    return {
        name: Expected(
            value=figure.value,
            n=figure.leads.n if figure.leads is not None else None,
            leads=frozenset(figure.leads.first) if figure.leads is not None else None,
        )
        for table in page.tables()
        for name, _, _, figure in table.figures()
    }


def differences_of(store: Store, seed: int, people: int = 40) -> list[str]:
    refill(store, seed, people)
    sight = sight_of(seed)
    found, expected = told(page_of(store, sight)), expected_of(store, sight)
    return [
        f"{name}: {found.get(name)}, reference {expected.get(name)}"
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]


def refill(store: Store, seed: int, people: int) -> None:
    """The store with nobody in it but whom this seed makes."""
    with store.write() as tx:
        for table in tables():
            tx.exec_driver_sql(f"DELETE FROM {table}")
        gather(tx, seed, people)
