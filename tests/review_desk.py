"""The pages about a week, rests, attempts and drives over a store that a seed filled, and what the reference says."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from config.reports import Counts, Drive
from domain.stage import Cause, Stage, Transition
from reports.lists import ListsSeen
from reports.pages.drive import DriveReport
from reports.pages.interactions import Interactions, attempts_of
from reports.pages.nurture import Nurture
from reports.pages.page import Page
from reports.pages.passes import Scope, passes_at_work, passes_of
from reports.pages.rests import rests_of
from reports.pages.week import Week, week_before
from reports.pages.window import window_of
from store import handoffs
from store.engine import Store, Tx
from store.handoffs import queued
from tests.reference.crowd import RULES, Crowd
from tests.reference.driven import Effort, drive
from tests.reference.figures import Figures, Person, handed_over
from tests.reference.rested import nurture
from tests.reference.tried import interactions
from tests.reference.two_teams import OFFICE
from tests.reference.weekly import week
from tests.report_desk import differences, people_in, refill, scope_of, sight_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_LISTS = ListsSeen(lists=(), told_since=None, since=EPOCH)


def crew_up(store: Store, seed: int, people: int = 8) -> Crowd:
    """Whom a seed makes, with the names of reps beside what they did, calls that two systems logged, and old rests."""
    crowd, chance = refill(store, seed, people), Random(seed)
    with store.write() as tx:
        rows = tx.exec_driver_sql("SELECT external_id, occurred_at FROM activity ORDER BY external_id").all()
        for key, at in rows:
            if chance.random() < 0.7:
                tx.exec_driver_sql(f"UPDATE activity SET actor = '005' WHERE external_id = '{key}'")
            if chance.random() < 0.3:
                _log_again(tx, key, at + chance.choice((0, 1, 59, 60, 61, 90, 1800, 86_400 * 3)) * 1_000_000)
        tx.exec_driver_sql("UPDATE lead SET recycled_as = 'no_budget' WHERE id / 3 * 3 = id")
        _leave(tx, chance)
    return crowd


def _leave(tx: Tx, chance: Random) -> None:
    """Some who rest leave without a handoff, a few of them to be put to rest again in the same instant."""
    for lead, at in tx.exec_driver_sql("SELECT lead_id, at FROM transition WHERE after = 'recycled' ORDER BY id").all():
        if chance.random() < 0.5:
            left = EPOCH + timedelta(microseconds=at) + chance.choice((timedelta(0), timedelta(hours=5)))
            stage = chance.choice((Stage.OPPORTUNITY, Stage.DISQUALIFIED, Stage.ENGAGED))
            move = Transition(
                lead_id=lead, at=left, before=Stage.RECYCLED, after=stage, cause=Cause.PERSON, why="", rule_hash=RULES
            )
            again = replace(move, before=stage, after=Stage.RECYCLED)
            handoffs.save_transitions(tx, [move, again] if chance.random() < 0.3 else [move])


def _log_again(tx: Tx, key: str, at: int) -> None:
    """The same, as another system has it."""
    columns = (
        "lead_id, stream, kind, seen_at, record_connection, record_object, record_id, actor, automated, properties"
    )
    tx.exec_driver_sql(
        f"INSERT INTO activity (connection, external_id, occurred_at, {columns}) "
        f"SELECT 'again', external_id, {at}, {columns} FROM activity WHERE external_id = '{key}'"
    )


def week_page(store: Store, scope: Scope) -> Page:
    before = week_before(scope.window)
    with store.read() as tx:
        report = Week(scope, before, queued(tx, most=scope.most))
    both = replace(scope, window=replace(before, until=scope.window.until))
    for each in passes_at_work(store, both):
        report.count(each)
    return report.page()


def nurture_page(store: Store, scope: Scope) -> Page:
    """Without the lists, which are told as they are now."""
    report = Nurture(scope, NO_LISTS)
    for each in rests_of(store, scope):
        report.count(each)
    return report.page()


def interactions_page(store: Store, scope: Scope) -> Page:
    report = Interactions(scope)
    for each in passes_of(store, scope):
        for attempt in attempts_of(each, scope):
            report.count(attempt)
    return report.page()


def drive_page(store: Store, scope: Scope, effort: Effort) -> Page:
    rules = Drive(
        name="Together", counts=Counts(effort.counts), target=effort.target, first=effort.first, last=effort.last,
        channel=effort.channel, by="rep" if effort.by == "rep" else "team",
    )  # fmt: skip
    window = window_of(since=rules.first, until=rules.last, zone=scope.book.zone, now=scope.now)
    report = DriveReport(replace(scope, window=window, channel=rules.channel), rules)
    for each in passes_at_work(store, replace(scope, window=window, channel=rules.channel)):
        report.count(each)
    return report.page()


def pages_of(store: Store, scope: Scope) -> dict[str, Page]:
    made = (week_page(store, scope), nurture_page(store, scope), interactions_page(store, scope))
    return {page.name: page for page in made}


def expected_of(people: Sequence[Person], scope: Scope) -> dict[str, Figures]:
    sight, now = sight_of(scope), (scope.now - EPOCH) // timedelta(microseconds=1)
    return {
        "week": week(people, sight, OFFICE),
        "nurture": nurture(people, sight, OFFICE),
        "interactions": interactions(handed_over(people, sight), now, OFFICE),
    }


def drive_differences(store: Store, people: Sequence[Person], scope: Scope, effort: Effort) -> list[str]:
    now = (scope.now - EPOCH) // timedelta(microseconds=1)
    return differences(drive_page(store, scope, effort), drive(people, effort, now, OFFICE, team=scope.team))


def differences_of(store: Store, seed: int, people: int = 8) -> list[str]:
    crowd = crew_up(store, seed, people)
    counted = people_in(store, crowd)
    found: list[str] = []
    for scope in scopes(crowd, seed):
        expected = expected_of(counted, scope)
        found += [each for name, page in pages_of(store, scope).items() for each in differences(page, expected[name])]
    for scope, effort in efforts(crowd, seed):
        found += drive_differences(store, counted, scope, effort)
    return found


def scopes(crowd: Crowd, seed: int) -> Iterator[Scope]:
    """Everything; a whole local week; and some hours or days, of a team or channel."""
    chance = Random(seed)
    yield scope_of(crowd)
    yield week_scope(crowd, monday_after(crowd, chance.randrange(4)))
    since = crowd.began + timedelta(minutes=30 * chance.randrange(1000))
    yield scope_of(
        crowd,
        since=since,
        until=since + timedelta(minutes=30 * chance.randrange(1, 600)),
        team=chance.choice((None, "Inbound", "outbound")),
        channel=chance.choice((None, "Ads", "ads", "unknown")),
    )


def monday_after(crowd: Crowd, weeks: int) -> date:
    day = crowd.began.date()
    return day - timedelta(days=day.weekday()) + timedelta(days=7 * weeks)


def week_scope(crowd: Crowd, monday: date, days: int = 7) -> Scope:
    window = window_of(since=monday, until=monday + timedelta(days=days - 1), zone=ZoneInfo(OFFICE.zone), now=crowd.now)
    return scope_of(crowd, since=window.since, until=window.until)


def efforts(crowd: Crowd, seed: int) -> Iterator[tuple[Scope, Effort]]:
    """Drives that are over, run, or are still to come, each seen once."""
    chance = Random(seed)
    for counts in chance.sample(list(Counts), 3):
        first = crowd.began.date() + timedelta(days=chance.randrange(-3, 40))
        effort = Effort(
            counts=counts, target=chance.choice((1, 7, 40)), first=first,
            last=first + timedelta(days=chance.choice((0, 6, 13, 30))), by=chance.choice(("team", "rep")),
            channel=chance.choice((None, None, "Ads")),
        )  # fmt: skip
        yield scope_of(crowd, team=chance.choice((None, None, "outbound"))), effort
