"""Every figure of funnel, follow-up, bands and rejects, by name: (table, label of the row, key of the column)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.reference.handed import Handed, handed_of
from tests.reference.ledger import Known
from tests.reference.office import Office
from tests.reference.sums import Expected, at_most, count, interval, lift, middle, share
from tests.reference.told import channel_of, earliest

Figures = dict[tuple[str, str, str], Expected]
Group = tuple[str, Callable[[Handed], str]]
TOTAL = "All"
DAY = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is looked at; moments in microseconds. `loaded`: who was known by then was there before."""

    since: int
    until: int
    team: str | None = None
    channel: str | None = None
    loaded: int | None = None

    def covers(self, at: int | None) -> bool:
        return at is not None and self.since <= at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One lead with all of its passes."""

    lead: Known
    channel: str
    passes: list[Handed]


def people_of(everybody: Iterable[Known], now: int, office: Office) -> list[Person]:
    return [
        Person(lead=lead, channel=channel_of(lead, office), passes=handed_of(lead, now, office)) for lead in everybody
    ]


def handed_over(people: Iterable[Person], sight: Sight) -> list[Handed]:
    return [
        each
        for person in people
        for each in person.passes
        if sight.covers(each.opened)
        if sight.team is None or each.crew == sight.team
        if sight.channel is None or each.channel == sight.channel
    ]


def _tables(passes: Sequence[Handed], groups: Iterable[Group], cells: Callable[..., dict[str, Expected]]) -> Figures:
    """`cells`: of one group's passes, beside all of them."""
    found: Figures = {}
    for table, label_of in groups:
        labels = sorted({label_of(each) for each in passes})
        for label in labels:
            own = [each for each in passes if label_of(each) == label]
            found |= {(table, label, key): cell for key, cell in cells(own, passes).items()}
        if len(labels) > 1:
            found |= {(table, TOTAL, key): cell for key, cell in cells(passes, passes).items()}
    return found


def _leads(passes: Iterable[Handed]) -> list[int]:
    return [each.lead for each in passes]


def follow_up(passes: Sequence[Handed], office: Office) -> Figures:
    groups: list[Group] = [
        ("asked", lambda each: "Asked to be called" if each.asked else "Everybody else"),
        ("team", lambda each: each.crew or "no rep yet"),
        ("channel", lambda each: each.channel),
        ("rep", lambda each: rep_name(each.rep, office)),
    ]
    return _tables(passes, groups, _follow_up_cells)


def rep_name(rep: str | None, office: Office) -> str:
    """Two people are two lines, whatever they are called."""
    if rep is None:
        return "no rep yet"
    name = office.names.get(rep, rep)
    return f"{name} ({rep})" if list(office.names.values()).count(name) > 1 else name


def _follow_up_cells(own: Sequence[Handed], _: Sequence[Handed]) -> dict[str, Expected]:
    def fate(name: str) -> Expected:
        return count([each.lead for each in own if each.fate == name])

    minutes = [each.minutes for each in own if each.minutes is not None]
    timed = [each.lead for each in own if each.minutes is not None]
    judged = [each for each in own if each.in_time is not None]
    return {
        "handoffs": count(_leads(own)),
        "touched": fate("touched"),
        "in_time": share([each.lead for each in judged if each.in_time], len(judged)),
        "median": middle(minutes, timed),
        "slow": at_most(minutes, Fraction(9, 10), timed),
        "never": fate("never"),
        "answered": fate("answered"),
        "waiting": fate("waiting"),
    }


def bands(passes: Sequence[Handed]) -> Figures:
    groups: list[Group] = [
        ("band", lambda each: each.band),
        ("grade", lambda each: each.band.split(" ")[0]),
        ("step", lambda each: each.band.split(" ")[1]),
        ("asked", lambda each: "Asked to be called" if each.asked else "By the score"),
    ]
    return _tables(passes, groups, _band_cells)


def _band_cells(own: Sequence[Handed], every: Sequence[Handed]) -> dict[str, Expected]:
    def times(reached: Callable[[Handed], bool]) -> Expected:
        hits = [each.lead for each in own if reached(each)]
        return lift(len(hits), len(own), sum(map(reached, every)), len(every), hits)

    return _came(own) | {
        "lift_accepted": times(lambda each: each.accepted is not None),
        "lift_won": times(lambda each: each.won is not None),
    }


def _came(own: Sequence["Handed | Traveller"]) -> dict[str, Expected]:
    def reached(moments: Callable[["Handed | Traveller"], int | None]) -> Expected:
        return share([each.lead for each in own if moments(each) is not None], len(own))

    return {
        "handoffs": count([each.lead for each in own]),
        "accepted": reached(lambda each: each.accepted),
        "qualified": reached(lambda each: each.qualified),
        "opportunity": reached(lambda each: each.deal),
        "won": reached(lambda each: each.won),
    }


def rejects(passes: Sequence[Handed], office: Office) -> Figures:
    groups: list[Group] = [
        ("channel", lambda each: each.channel),
        ("band", lambda each: each.band),
        ("team", lambda each: each.crew or "no rep yet"),
    ]
    return _tables(passes, groups, _reject_cells) | suggestions(passes, office.telling)


def _reject_cells(own: Sequence[Handed], every: Sequence[Handed]) -> dict[str, Expected]:
    rejected = [each.lead for each in own if each.reason is not None]
    found = {"handoffs": count(_leads(own)), "rejected": share(rejected, len(own))}
    for reason in {each.reason for each in every if each.reason is not None}:
        found[reason] = count([each.lead for each in own if each.reason == reason])
    found["data"] = count([each.lead for each in own if each.data_wrong])
    found["passed"] = count([each.lead for each in own if each.passed_on])
    return found


def suggestions(passes: Sequence[Handed], telling: Mapping[str, str]) -> Figures:
    found = []
    for name in telling:
        words = {word for each in passes if (word := _word(each.known.get(name))) is not None}
        if len(words) > 200:
            continue
        for word in words:
            own = [each for each in passes if _word(each.known.get(name)) == word]
            rest = [each for each in passes if _word(each.known.get(name)) != word]
            if _is_telling(own, rest):
                found.append((-len(_refused(own)), name, word, own))
    found.sort(key=lambda each: each[:3])
    return {
        ("rule", f"{telling[name]} is {word}", key): cell
        for _, name, word, own in found[:5]
        for key, cell in _cost(own).items()
    }


def _is_telling(own: Sequence[Handed], rest: Sequence[Handed]) -> bool:
    if len(own) < 20 or any(each.won is not None for each in own):
        return False
    return interval(len(_refused(own)), len(own))[0] > interval(len(_refused(rest)), len(rest))[1]


def _refused(passes: Sequence[Handed]) -> list[int]:
    return [each.lead for each in passes if each.reason is not None]


def _cost(own: Sequence[Handed]) -> dict[str, Expected]:
    return {
        "handoffs": count(_leads(own)),
        "rejected": share(_refused(own), len(own)),
        "accepted": count([each.lead for each in own if each.accepted is not None and each.reason is None]),
        "qualified": count([each.lead for each in own if each.qualified is not None]),
    }


def _word(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str) or not value.strip() or len(value) > 60:
        return None
    return value.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """One lead with the farthest that it came."""

    lead: int
    channel: str
    known: int
    handed: int | None
    accepted: int | None
    qualified: int | None
    deal: int | None
    won: int | None
    customer: bool

    @property
    def way(self) -> list[int | None]:
        return [self.known, self.handed, self.accepted, self.qualified, self.deal, self.won]


def traveller_of(person: Person) -> Traveller:
    return Traveller(
        lead=person.lead.id,
        channel=person.channel,
        known=person.lead.created_at,
        handed=earliest(each.opened for each in person.passes),
        accepted=earliest(each.accepted for each in person.passes),
        qualified=earliest(each.qualified for each in person.passes),
        deal=earliest(each.deal for each in person.passes),
        won=earliest(each.won for each in person.passes),
        customer=any(each["after"] == "customer" for each in person.lead.of("transition")),
    )


def funnel(people: Iterable[Person], sight: Sight, office: Office) -> Figures:
    seen = [traveller_of(each) for each in people if sight.channel is None or each.channel == sight.channel]
    older = [each for each in seen if sight.loaded is not None and each.known <= sight.loaded]
    before = {each.lead for each in older}
    fresh = [each for each in seen if each.lead not in before and sight.covers(each.known)]
    found = _steps(fresh) if fresh else {}
    beside = [each.lead for each in fresh if each.customer and each.won is None]
    if beside:
        found["beside", "Became customers, but not by a handoff", "leads"] = count(beside)
    found |= _lines("cohort", fresh, _cohort_namer(sight, office.zone), _group_cells)
    found |= _lines("channel", fresh, lambda each: each.channel, _group_cells)
    return found | _lines(
        "older", [each for each in older if sight.covers(each.handed)], lambda each: each.channel, _came
    )


def _lines(
    table: str,
    every: Sequence[Traveller],
    label_of: Callable[[Traveller], str],
    cells: Callable[[Sequence[Traveller]], dict[str, Expected]],
) -> Figures:
    labels = sorted({label_of(each) for each in every})
    groups = [(label, [each for each in every if label_of(each) == label]) for label in labels]
    if len(labels) > 1:
        groups.append((TOTAL, list(every)))
    return {(table, label, key): cell for label, own in groups for key, cell in cells(own).items()}


def _steps(fresh: Sequence[Traveller]) -> Figures:
    found: Figures = {}
    for place, label in enumerate(("Known", "Handed over", "Accepted", "Qualified", "In a deal", "Won")):
        came = [each for each in fresh if each.way[place] is not None]
        leads = [each.lead for each in came]
        found["step", label, "leads"] = count(leads)
        if place:
            before = [each for each in fresh if each.way[place - 1] is not None]
            took = [max((each.way[place] or 0) - (each.way[place - 1] or 0), 0) / DAY for each in came]
            found["step", label, "of_all"] = share(leads, len(fresh))
            found["step", label, "of_before"] = share(leads, len(before))
            found["step", label, "days"] = middle(took, leads)
    return found


def _group_cells(own: Sequence[Traveller]) -> dict[str, Expected]:
    handed = [each for each in own if each.handed is not None]
    return {
        "known": count([each.lead for each in own]),
        "handoff": share([each.lead for each in handed], len(own)),
        "accepted": share([each.lead for each in handed if each.accepted is not None], len(handed)),
        "qualified": share([each.lead for each in handed if each.qualified is not None], len(handed)),
        "won": share([each.lead for each in handed if each.won is not None], len(handed)),
    }


def _cohort_namer(sight: Sight, zone: str) -> Callable[[Traveller], str]:
    """Weeks for up to 92 days, months beyond."""
    days = (local_time(sight.until - 1, zone).date() - local_time(sight.since, zone).date()).days + 1

    def name(each: Traveller) -> str:
        local = local_time(each.known, zone)
        if days > 92:
            return f"{local.year:04}-{local.month:02}"
        return "{}-W{:02}".format(*local.isocalendar()[:2])

    return name


def local_time(micros: int, zone: str) -> datetime:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).astimezone(ZoneInfo(zone))
