"""Who counts each lead, and why the others do not: read from the store portion by portion."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.place import Place
from domain.record import Record
from domain.stage import Stage
from domain.values import LeadId
from reports.pages import reasons_here, reasons_there
from reports.pages.differences import Because, Twice
from reports.pages.evidence import Around, Evidence, Outline, evidence_of
from reports.pages.passes import PORTION, portions
from reports.pages.reasons_here import Here
from reports.pages.stage_dates import StageDates, dates_of
from reports.pages.there import There
from reports.pages.window import Window
from reports.pages.yardsticks import Dated, Yardstick
from store import handoffs, reconciled, records
from store.engine import Store, Tx

US = ""
"""Leadloop among the sides that count: a connection has a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is counted, by what, and as of how things stand. `yards`: of systems that have a date of the stage."""

    stage: Stage
    window: Window
    yards: Sequence[Yardstick]
    around: Around


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One lead, or records of nobody (`lead_id` None). `counted`: side → records that it counts, one for leadloop;
    `twice`: those of them beyond the first, by why; `why`: side → why not; `undated`: systems in which
    somebody else set the stage, without the date that leadloop would have written with it."""

    lead_id: LeadId | None
    counted: Mapping[str, int]
    twice: Mapping[tuple[str, Twice], int] = field(default_factory=dict)
    why: Mapping[str, Because] = field(default_factory=dict)
    undated: tuple[str, ...] = ()


def lines_of(store: Store, look: Look) -> Iterator[Line]:
    """Everybody whom any side counts or shows without a date, by number; then the records of nobody."""
    yield from portions(store, _next, lambda tx, ids: _read(tx, ids, look))
    for yard in look.yards:
        for kind in yard.objects:
            yield from _nobodys(store, yard, kind, look)


def _next(tx: Tx, last: LeadId) -> list[LeadId]:
    return [each.lead_id for each in reconciled.after(tx, last, limit=PORTION)]


def _read(tx: Tx, ids: Sequence[LeadId], look: Look) -> Iterator[Line]:
    outlines = [each for each in _outlines(tx, ids, look) if _is_of_interest(each, look)]
    for known in evidence_of(tx, outlines):
        yield line_of(known, look)


def _outlines(tx: Tx, ids: Sequence[LeadId], look: Look) -> Iterator[Outline]:
    if not ids:
        return
    theirs, moves, passes = records.of_leads(tx, ids), handoffs.transitions_of(tx, ids), handoffs.all_of(tx, ids)
    for each in reconciled.after(tx, LeadId(ids[0] - 1), limit=len(ids)):
        own = passes.get(each.lead_id, ())
        chained = {one.opened_at for one in own if one.after is not None}
        yield Outline(
            standing=each,
            records=theirs.get(each.lead_id, ()),
            dates=dates_of(moves.get(each.lead_id, ()), look.stage, chained=chained),
            handoff=next((one for one in own if one.is_open), None),
        )


def _is_of_interest(each: Outline, look: Look) -> bool:
    if any(look.window.covers(at) for at in each.dates.dates):
        return True
    never = _never_came(each.dates)
    return any(
        yard.counts_in(record, look.window) or (never and _is_undated(record, yard))
        for yard in look.yards
        for record in each.records
        if record.ref.connection == yard.connection
    )


def _never_came(dates: StageDates) -> bool:
    """Whether leadloop never had the lead at the stage: what shows it there is somebody else's word."""
    return not (dates.dates or dates.taken_back or dates.was_found)


def _is_undated(record: Record, yard: Yardstick) -> bool:
    return yard.is_ours and yard.is_shown(record) and yard.stands_at(record) and yard.date_of(record) is None


def line_of(known: Evidence, look: Look) -> Line:
    """One lead's."""
    counting = {yard.connection: _counting(known, yard, look.window) for yard in look.yards}
    ours = [Dated(at=at, is_day=False) for at in known.dates.dates if look.window.covers(at)]
    counted = ({US: 1} if ours else {}) | {name: len(found) for name, found in counting.items() if found}
    return Line(
        lead_id=known.lead_id,
        counted=counted,
        twice={(name, why): count for name, found in counting.items() for why, count in _twice(found).items() if count},
        why=dict(_reasons(known, look, counting, ours)) if counted else {},
        undated=tuple(yard.connection for yard in look.yards if not counting[yard.connection] and _shows(known, yard)),
    )


def _counting(known: Evidence, yard: Yardstick, window: Window) -> list[Record]:
    return [each for each in known.records if each.ref.connection == yard.connection and yard.counts_in(each, window)]


def _shows(known: Evidence, yard: Yardstick) -> bool:
    return _never_came(known.dates) and any(
        each.ref.connection == yard.connection and _is_undated(each, yard) for each in known.records
    )


def _twice(found: Sequence[Record]) -> Mapping[Twice, int]:
    more = max(len(found) - 1, 0)
    converted = min(more, sum(each.converted_to is not None for each in found))
    return {Twice.CONVERTED: converted, Twice.DUPLICATE: more - converted}


def _reasons(
    known: Evidence, look: Look, counting: Mapping[str, Sequence[Record]], ours: Sequence[Dated]
) -> Iterator[tuple[str, Because]]:
    yards = {yard.connection: yard for yard in look.yards}
    dated = {
        name: [date for each in found if (date := yards[name].date_of(each)) is not None]
        for name, found in counting.items()
    }
    theirs = [date for several in dated.values() for date in several]
    if not ours:
        places = frozenset(place for name, found in counting.items() for place in _told(yards[name], found))
        yield US, reasons_here.because(Here(known=known, others=theirs, places=places, window=look.window))
    for name, yard in yards.items():
        if not counting[name]:
            others = [*ours, *theirs]
            there = There(known=known, yard=yard, around=look.around, others=others, is_ours=bool(ours))
            yield name, reasons_there.because(there)


def _told(yard: Yardstick, found: Sequence[Record]) -> Iterator[Place]:
    """Where these records say the stage: in their dates, and by their status."""
    for each in found:
        fields = {yard.fields[each.ref.object], *yard.written(each.ref.object)}
        yield from (Place(ref=each.ref, field=name) for name in fields)


def _nobodys(store: Store, yard: Yardstick, kind: str, look: Look) -> Iterator[Line]:
    last = ""
    while True:
        with store.read() as tx:
            found = records.nobodys_after(tx, yard.connection, kind, last)
        if not found:
            return
        last = found[-1].ref.id
        count = sum(yard.counts_in(each, look.window) for each in found)
        if count:
            yield Line(lead_id=None, counted={yard.connection: count}, twice={(yard.connection, Twice.NOBODY): count})
