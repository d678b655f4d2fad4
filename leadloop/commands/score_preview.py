"""`leadloop score preview`: everybody now under a draft and under what is in force."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from domain.score import POINT, Grade, Step
from domain.values import LeadId
from leadloop import exits, screen, spreadsheet
from leadloop.bars import bars
from leadloop.finding import names_of
from leadloop.onlooker import Onlooker, looking_on
from leadloop.options import Form
from leadloop.trying import NOBODY, draft, in_force, is_another
from reports.preview import TOP, WIDTH, Mover, Preview, Side, Stand, preview

COLUMNS = (
    "lead", "key", "stage", "direction", "band_now", "score_now", "band_draft", "score_draft", "excluded_draft",
    "asked_to_be_called", "would_be_listed",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody wants to see. `limit`: people in each direction, on the screen and as JSON."""

    rules: Path | None
    limit: int
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The people that are told one by one, and how they are called."""

    up: Sequence[Mover]
    down: Sequence[Mover]
    names: Mapping[LeadId, str]


def run(folder: Path, ask: Ask, *, environment: str | None) -> int:
    """Look and change nothing."""
    with looking_on(folder, environment) as place:
        before, after = in_force(place), draft(place, ask.rules)
        if not is_another(before, after):
            screen.say("The draft's scoring is what is in force: nothing differs.")
        found = Preview(
            now=place.clock.refresh(), before=Side(before.name, before.scorer), after=Side(after.name, after.scorer)
        )
        movers = preview(place.store, found)
        if ask.form is Form.CSV:
            spreadsheet.write(COLUMNS, (tuple(_row(each).values()) for each in movers))
            return exits.OK
        shown = _most(place, movers, ask.limit)
    if ask.form is Form.JSON:
        screen.document(as_data(found, shown))
    else:
        show(found, shown)
    return exits.OK


def _most(place: Onlooker, movers: Iterable[Mover], limit: int) -> _Shown:
    """Who moves most, so many each way: nobody else is kept."""
    kept: dict[bool, list[Mover]] = {True: [], False: []}
    for each in movers:
        side = kept[each.rises]
        side.append(each)
        if len(side) > 2 * limit:
            side.sort(key=_by_change)
            del side[limit:]
    up, down = (sorted(kept[rises], key=_by_change)[:limit] for rises in (True, False))
    with place.store.read() as tx:
        names = names_of(tx, [each.lead.id for each in (*up, *down)])
    return _Shown(up=up, down=down, names=names)


def _by_change(each: Mover) -> tuple[int, int]:
    return -abs(each.after.engagement - each.before.engagement), each.lead.id


def show(found: Preview, shown: _Shown) -> None:
    if not found.leads:
        screen.show(NOBODY)
        return
    screen.show(f"{found.leads:,} leads at {found.now.astimezone(UTC):%Y-%m-%d %H:%M} UTC.\n")
    _show_histogram(found)
    _show_bands(found)
    screen.show("")
    for line in summary(found):
        screen.show(line)
    for title, movers, all_of in (("above", shown.up, found.up), ("below", shown.down, found.down)):
        if movers:
            rows = [_cells(each, shown.names) for each in movers]
            screen.table(f"\nNewly {title} the line", ("lead", "stage", "in force", "draft", "remark"), rows)
            if all_of > len(movers):
                screen.say(f"and {all_of - len(movers):,} more: --limit {all_of}, or --csv")


def _show_histogram(found: Preview) -> None:
    both = (found.before.bars, found.after.bars)
    places = range(min([0, *both[0], *both[1]]), max([*both[0], *both[1], 0]) + 1, WIDTH)
    drawn = [bars([side[at] for at in places], most=max([1, *both[0].values(), *both[1].values()])) for side in both]
    rows = [
        (_range_of(at), found.before.bars[at], drawn[0][number], found.after.bars[at], drawn[1][number])
        for number, at in enumerate(places)
    ]
    titles = ("points", found.before.name, "", found.after.name, "")
    lines = [f"{side.name} {side.scorer.book.source.line.engagement}" for side in (found.before, found.after)]
    screen.table(f"Engagement (the line: {', '.join(lines)})", titles, rows)


def _range_of(at: int) -> str:
    if at < 0:
        return "below 0"
    return f"{at} and more" if at >= TOP else f"{at} to {at + WIDTH - 1}"


def _show_bands(found: Preview) -> None:
    rows = []
    for grade in Grade:
        pairs = [(found.before.bands[grade, step], found.after.bands[grade, step]) for step in Step]
        if any(map(any, pairs)):
            rows.append((grade, *(f"{was:,}" if was == now else f"{was:,} → {now:,}" for was, now in pairs)))
    screen.table("\nBands: in force → draft", ("grade", *Step), rows)


def summary(found: Preview) -> Iterator[str]:
    """What would change in sentences, and what publishing does with it."""
    before, after = found.before, found.after
    yield (
        f"Above the line: {before.above:,} now, {after.above:,} under the draft; {found.up:,} rise above it and "
        f"{found.down:,} fall below it."
    )
    if found.up or found.down:
        yield f"{found.movers_asked:,} of these asked to be called at some time: for that no line is needed."
    changes = (
        (found.newly_asked, "have something that would newly count as asking to be called"),
        (found.no_longer_asked, "have something that would no longer count as asking to be called"),
        (found.newly_excluded, "would newly be excluded"),
        (found.no_longer_excluded, "would no longer be excluded"),
    )
    for count, words in changes:
        if count:
            yield f"{count:,} {words}."
    if after.excluded:
        yield f"Excluded under the draft: {', '.join(f'{name} {count:,}' for name, count in after.excluded.items())}."
    yield (
        f"Publishing hands nobody off. {found.listed:,} would stand above the line without having been handed over: "
        "until they do something new they wait in `leadloop held list` for a person's word. "
        f"{found.engaged:,} above it are with sales already, or rest."
    )


def _cells(each: Mover, names: Mapping[LeadId, str]) -> tuple[object, ...]:
    name = names.get(each.lead.id, f"lead {each.lead.id}")
    return name, each.lead.stage, _words(each.before), _words(each.after), _remark(each)


def _words(stand: Stand) -> str:
    return f"{stand.band} {stand.engagement // POINT}"


def _remark(each: Mover) -> str:
    said = [f"excluded: {each.after.excluded}"] if each.after.excluded else []
    said += ["asked to be called"] if each.after.asked else []
    said += ["would be listed"] if each.listed else []
    return ", ".join(said)


def _row(each: Mover) -> dict[str, Any]:
    return {
        "lead": each.lead.id,
        "key": each.lead.key,
        "stage": each.lead.stage.value,
        "direction": "up" if each.rises else "down",
        "band_now": each.before.band,
        "score_now": each.before.engagement // POINT,
        "band_draft": each.after.band,
        "score_draft": each.after.engagement // POINT,
        "excluded_draft": each.after.excluded,
        "asked_to_be_called": each.after.asked,
        "would_be_listed": each.listed,
    }


def as_data(found: Preview, shown: _Shown) -> dict[str, Any]:
    names = (
        "up", "down", "movers_asked", "listed", "engaged", "newly_excluded", "no_longer_excluded", "newly_asked",
        "no_longer_asked",
    )  # fmt: skip
    return {
        "as_of": found.now,
        "leads": found.leads,
        "in_force": _side(found.before),
        "draft": _side(found.after),
        **{name: getattr(found, name) for name in names},
        "handed_off_by_publishing": 0,
        "risers": [_row(each) | {"name": shown.names.get(each.lead.id)} for each in shown.up],
        "fallers": [_row(each) | {"name": shown.names.get(each.lead.id)} for each in shown.down],
    }


def _side(side: Side) -> dict[str, Any]:
    line = side.scorer.book.source.line
    return {
        "name": side.name,
        "rule_hash": side.scorer.rule_hash,
        "line": {"engagement": line.engagement, "fit": line.fit, "rearm_below": line.rearm_below},
        "above": side.above,
        "asked": side.asked,
        "bands": {f"{grade} {step}": count for (grade, step), count in sorted(side.bands.items())},
        "histogram": [{"from": at, "leads": count} for at, count in sorted(side.bars.items())],
        "excluded": dict(sorted(side.excluded.items())),
    }
