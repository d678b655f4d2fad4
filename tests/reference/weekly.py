"""Every figure of the weekly review: things count in the week in which they came about, whenever the handoff began."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from tests.reference.figures import Figures, Person, Sight
from tests.reference.handed import Handed
from tests.reference.ledger import Known, Row
from tests.reference.local_days import days_away, days_earlier, working_days
from tests.reference.office import Crew, Office
from tests.reference.sums import Expected, count, middle, share

NOBODY = "no rep yet"
NOW, BEFORE = "now", "before"
_CAME: tuple[tuple[str, Callable[[Handed], int | None]], ...] = (
    ("Accepted", lambda each: each.accepted),
    ("Rejected", lambda each: each.closed if each.reason is not None else None),
    ("Qualified", lambda each: each.qualified),
    ("In a deal", lambda each: each.deal),
    ("Won", lambda each: each.won),
)


def seen_by(people: Iterable[Person], sight: Sight) -> list[Handed]:
    """Everybody's passes of this team and channel, whenever they were."""
    return [
        each
        for person in people
        for each in person.passes
        if sight.team in {None, each.crew}
        if sight.channel in {None, each.channel}
    ]


def week(people: Sequence[Person], sight: Sight, office: Office) -> Figures:
    passes, weeks = seen_by(people, sight), {NOW: sight, BEFORE: _earlier(sight, office)}
    crews = [crew for crew in office.crews if sight.team in {None, crew.name}]
    found = _goal(passes, crews, weeks, office.goal) | _process(passes, weeks) | _reasons(passes, weeks, office)
    dark = {key for key, days in weeks.items() if days.loaded is not None and days.until <= days.loaded}
    return (
        {name: Expected(value=None) if _tells_of(name) in dark else cell for name, cell in found.items()}
        | _content(passes, sight)
        | _queues([person.lead for person in people])
        | _load(passes, crews, sight)
    )


def _earlier(sight: Sight, office: Office) -> Sight:
    """As many whole weeks earlier as it takes for both to share no moment."""
    days = 7
    while days_earlier(sight.until, days, office.zone) > sight.since:
        days += 7
    begins, ends = (days_earlier(each, days, office.zone) for each in (sight.since, sight.until))
    return replace(sight, since=begins, until=ends)


def _tells_of(name: tuple[str, str, str]) -> str:
    """Which of the two stretches of time a figure is of; the goal itself is of neither."""
    table, _, column = name
    return "" if column == "goal" else NOW if table == "goal" and column != BEFORE else column


def _goal(passes: Sequence[Handed], crews: Sequence[Crew], weeks: dict[str, Sight], each_day: float) -> Figures:
    found: Figures = {}
    for crew in crews:
        own = [each for each in passes if each.crew == crew.name]
        now, before = ([each.lead for each in own if weeks[key].covers(each.qualified)] for key in (NOW, BEFORE))
        goal = each_day * len(working_days(crew, weeks[NOW].since, weeks[NOW].until))
        reached = Expected(value=len(now) / goal, n=len(now), leads=frozenset(now)) if goal else Expected(value=None)
        cells = {"goal": Expected(value=goal), "qualified": count(now), "share": reached, "before": count(before)}
        found |= {("goal", crew.name, key): cell for key, cell in cells.items()}
    return found


def _process(passes: Sequence[Handed], weeks: dict[str, Sight]) -> Figures:
    found: Figures = {}
    for key, sight in weeks.items():
        begun = [each for each in passes if sight.covers(each.opened)]
        judged = [each for each in begun if each.in_time is not None]
        lines = {
            "Handed over": count([each.lead for each in begun]),
            "of these asked to be called": count([each.lead for each in begun if each.asked]),
            "touched in time": share([each.lead for each in judged if each.in_time], len(judged)),
            "half touched within": middle(
                [each.minutes for each in begun if each.minutes is not None],
                [each.lead for each in begun if each.minutes is not None],
            ),
            "never touched": count([each.lead for each in begun if each.fate == "never"]),
        }
        lines |= {name: count([each.lead for each in passes if sight.covers(at(each))]) for name, at in _CAME}
        found |= {("process", name, key): cell for name, cell in lines.items()}
    return found


def _content(passes: Sequence[Handed], sight: Sight) -> Figures:
    found: Figures = {}
    for channel in {each.channel for each in passes}:
        own = [each for each in passes if each.channel == channel]
        begun = [each for each in own if sight.covers(each.opened)]
        qualified = [each.lead for each in own if sight.covers(each.qualified)]
        if not begun and not qualified:
            continue
        cells = {
            "handoffs": count([each.lead for each in begun]),
            "accepted": share([each.lead for each in begun if each.accepted is not None], len(begun)),
            "rejected": share([each.lead for each in begun if each.reason is not None], len(begun)),
            "qualified": count(qualified),
        }
        found |= {("content", channel, key): cell for key, cell in cells.items()}
    return found


def _reasons(passes: Sequence[Handed], weeks: dict[str, Sight], office: Office) -> Figures:
    ended = {
        key: [each for each in passes if each.reason and sight.covers(each.closed)] for key, sight in weeks.items()
    }
    reasons = {each.reason for of_week in ended.values() for each in of_week if each.reason is not None}
    return {
        ("rejected", office.words_for(reason), key): count([each.lead for each in of_week if each.reason == reason])
        for reason in reasons
        for key, of_week in ended.items()
    }


def _queues(leads: Iterable[Known]) -> Figures:
    """Who waits now, whatever the page is narrowed to."""
    waits = [
        (_waiting(row), lead.id)
        for lead in leads
        for row in lead.of("handoff")
        if row["closed_at"] is None and row["queue"]
    ]
    labels = {label for label, _ in waits}
    return {("routing", one, "leads"): count([lead for label, lead in waits if label == one]) for one in labels}


def _waiting(row: Row) -> str:
    return f"{row['queue'].replace('_', ' ')}: {row['queue_cause'] or ''}"


def _load(passes: Sequence[Handed], crews: Sequence[Crew], sight: Sight) -> Figures:
    in_hand = [
        each for each in passes if each.opened < sight.until and (each.closed is None or each.closed >= sight.until)
    ]
    found: Figures = {}
    for name in {*(crew.name for crew in crews), *(each.crew or NOBODY for each in in_hand)}:
        own = [each for each in in_hand if (each.crew or NOBODY) == name]
        untouched = [each.lead for each in own if each.touched is None or each.touched >= sight.until]
        found["people", name, "open"] = count([each.lead for each in own])
        found["people", name, "untouched"] = count(untouched)
    for crew in crews:
        found["people", crew.name, "away"] = Expected(value=days_away(crew, sight.since, sight.until))
    return found
