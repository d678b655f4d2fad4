"""`leadloop score backtest`: what other rules would have done with the history there is, beside what became of it."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.errors import UsageError
from domain.score import POINT
from domain.values import from_text, to_text
from leadloop import exits, screen, spreadsheet
from leadloop.backtest_told import as_data, show
from leadloop.onlooker import Onlooker, looking_on
from leadloop.options import Form
from leadloop.trying import Version, versions
from reports.backtest import Backtest, Question, Told, Tried, backtest
from reports.capacity import Capacity, capacity_of
from reports.fates import Yardstick
from reports.histories import lives
from scoring.past.knowable import Loaded
from scoring.past.occasion import Occasion, duration, occasion
from store import loaded

ALL = "all"
COLUMNS = ("rules", "lead", "key", "at", "band", "score", "asked", "accepted", "won")
SILENT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody wants to know, as it was typed."""

    rules: Sequence[Path]
    since: str
    until: str | None
    within: str
    won: str
    accepted: str | None
    timeless: Sequence[str]
    capacity: int | None
    reps: int | None
    form: Form


class _Every:
    """Every property there is."""

    def __contains__(self, _name: object) -> bool:
        return True


def run(folder: Path, ask: Ask, *, environment: str | None) -> int:
    """Look and change nothing."""
    with looking_on(folder, environment) as place:
        tried = versions(place, ask.rules)
        question = _question(place, ask, tried)
        found = Backtest(question=question, tried=[Tried(name=each.name, scorer=each.scorer) for each in tried])
        told = backtest(lives(place.store), found)
        if ask.form is Form.CSV:
            spreadsheet.write(COLUMNS, map(_row, told))
        else:
            for _ in told:
                pass
        capacity = capacity_of(place.rules.routing, per_rep=ask.capacity, reps=ask.reps)
        silent_since = _silent_since(place, question)
    _tell(found, capacity, ask.form)
    _warn(found, capacity, silent_since)
    return exits.OK


def _question(place: Onlooker, ask: Ask, tried: Sequence[Version]) -> Question:
    zone = ZoneInfo(place.settings.time_zone)
    now = place.clock.refresh()
    until = min(now, moment(ask.until, zone, "--until")) if ask.until is not None else now
    since = moment(ask.since, zone, "--since")
    if since >= until:
        raise UsageError(f"Nothing lies between {to_text(since)} and {to_text(until)}: --since comes first.")
    with place.store.read() as tx:
        looked = Loaded(streams=loaded.streams_since(tx), facts=loaded.facts_since(tx))
    return Question(
        since=since,
        measure=Yardstick(
            won=_occasion(ask.won, "--won", tried),
            accepted=_occasion(ask.accepted, "--accepted", tried) if ask.accepted is not None else None,
            within=_within(ask.within),
            until=until,
        ),
        busy=timedelta(days=place.rules.routing.clocks.outcome.recycle_days),
        loaded=looked,
        zone=zone,
        timeless=_timeless(place, ask.timeless),
    )


def _occasion(text: str, option: str, tried: Sequence[Version]) -> Occasion:
    try:
        return occasion(text, tried[0].scorer.book.points)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def _within(text: str) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--within: {error}") from error


def _timeless(place: Onlooker, names: Sequence[str]) -> Container[str]:
    if ALL in names:
        return _Every()
    known = {each.name for each in place.rules.mapping.properties}
    if strange := sorted(set(names) - known):
        raise UsageError(f"--timeless: mapping.yaml has no property `{strange[0]}`; `{ALL}` stands for every one.")
    return frozenset(names)


def moment(text: str, zone: ZoneInfo, option: str) -> datetime:
    """A day begins at midnight where the installation is; a time needs its zone."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
    except ValueError:
        pass
    try:
        return from_text(text)
    except ValueError as error:
        words = "is no day, such as 2026-03-01, and no time with its zone, such as 2026-03-01T10:00:00Z"
        raise UsageError(f"{option}: {text!r} {words}") from error


def _silent_since(place: Onlooker, question: Question) -> datetime | None:
    """When the last activity was, if that is so long ago that the ledger seems to end before the period does."""
    with place.store.read() as tx:
        latest = loaded.latest_activity(tx, question.until)
    return latest if latest is not None and question.until - latest > SILENT else None


def _tell(found: Backtest, capacity: Capacity, form: Form) -> None:
    if form is Form.JSON:
        screen.document(as_data(found, capacity))
    elif form is Form.TABLE:
        show(found, capacity)


def _row(each: Told) -> tuple[object, ...]:
    entry, fate, lead = each.entry, each.fate, each.life.lead
    row = (each.version, lead.id, lead.key, to_text(entry.at), entry.band, entry.engagement // POINT)
    return (*row, _word(entry.asked), _word(fate.accepted), _word(fate.won))


def _word(told: bool | None) -> str:
    return "" if told is None else "yes" if told else "no"


def _warn(found: Backtest, capacity: Capacity, silent_since: datetime | None) -> None:
    """What would make the figures say something else than they seem to."""
    if silent_since is not None:
        day = silent_since.astimezone(found.question.zone).date()
        screen.say(
            f"! Nothing happened after {day}: --until {day + timedelta(days=1)} keeps the last from being losses."
        )
    for each in found.tried:
        if each.lacked_fit:
            screen.say(
                f"! {each.name}: {each.lacked_fit:,} leads had the points and did not enter, as too little was known "
                "of their fit by then. Systems tell when a record was changed last, not since when a field stands: "
                f"--timeless NAME (or {ALL}) takes its first value to have held all along."
            )
        if each.coarse:
            screen.say(f"! {each.name}: {each.coarse:,} very long histories were looked at once a day or a week.")
    if not capacity.reps:
        screen.say("! routing.yaml names no reps: --reps says how many there are.")
