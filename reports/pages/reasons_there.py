"""Why a system does not count a lead that somebody else counts: each cause asked in the order of its precedence."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from domain.drift import SILENT, DriftKind
from domain.gate import Way
from domain.handoff import Queue
from domain.place import Place
from domain.radius import HeldStatus
from domain.run import GoLive, OutboxStatus
from reports.pages.dates_apart import apart
from reports.pages.differences import Because, Cause
from reports.pages.there import There
from reports.pages.yardsticks import MQL_SINCE, Dated
from store import heard

_SENT = frozenset({OutboxStatus.PENDING, OutboxStatus.WAITING, OutboxStatus.CLAIMED})
Answer = str | Because | None
"""What is known beyond the cause, or the very cause; None: it is none."""


def because(there: There) -> Because:
    for cause, asked in QUESTIONS.items():
        answer = asked(there)
        if answer is not None:
            return answer if isinstance(answer, Because) else Because(cause=cause, words=answer)
    return Because(cause=Cause.UNEXPLAINED)


def _erased(there: There) -> Answer:
    return "" if there.known.standing.is_erased else None


def _unread(there: There) -> Answer:
    return "" if there.name in there.around.unread else None


def _gated(there: There, *, after_no: bool) -> Answer:
    ways = {Way.WRITE} if there.records else {Way.WRITE, Way.CREATE}
    if there.records and not there.lacks:
        return None
    found = (each for each in there.known.closed if each.connection == there.name and each.way in ways)
    return next((each.words for each in found if each.after_no is after_no), None) if there.is_ours else None


def _suspended(there: There) -> Answer:
    status = there.around.still.get(there.name)
    waits = bool(there.unfulfilled) if there.records else there.known.handoff is not None
    return status if status is not None and there.is_ours and waits else None


def _creation_refused(there: There) -> Answer:
    return None if there.records else next((row.code for row in there.rows(OutboxStatus.PARKED)), None)


def _lacks_data(there: There) -> Answer:
    if there.records:
        return None
    missing = sorted({each.property or each.field for each in there.stays(creation=True)})
    if missing:
        return ", ".join(missing)
    handoff = there.known.handoff
    return "" if handoff is not None and handoff.queue is Queue.NEEDS_DATA else None


def _step(there: There) -> Answer:
    is_still = there.around.step in {GoLive.OBSERVE, GoLive.SCORES}
    waits = bool(there.unfulfilled) if there.records else True
    return there.around.step.value if is_still and there.is_ours and waits else None


def _creation_waits(there: There) -> Answer:
    if there.records:
        return None
    if any(there.rows(OutboxStatus.UNSURE, *_SENT)):
        return "on its way"
    creates = there.around.fields.rules.systems[there.name].create == "create_at_mql"
    return "" if creates and there.known.handoff is not None else None


def _no_address(there: There) -> Answer:
    return "" if not there.records and not there.known.has_address(there.around.fields) else None


def _not_created(there: There) -> Answer:
    """Where people are created as they are handed over, whoever never was has no record."""
    if there.records:
        return None
    if there.around.fields.rules.systems[there.name].create == "enrich":
        return "`create: enrich`"
    return "" if there.is_ours else Because(cause=Cause.NEVER_TOLD)


def _merged(there: There) -> Answer:
    return "" if not there.shown and any(each.merged_into is not None for each in there.records) else None


def _deleted(there: There) -> Answer:
    return "" if not there.shown else None


def _not_mapped(there: There) -> Answer:
    kinds = {each.ref.object for each in there.shown}
    return ", ".join(sorted(kinds)) if not kinds & there.yard.fields.keys() else None


def _hidden(there: There) -> Answer:
    """Every field that could tell: what it shows says nothing, or a blank one may not be written by us."""
    dated = [
        Place(ref=each.ref, field=there.yard.fields[each.ref.object])
        for each in there.shown
        if each.ref.object in there.yard.fields
    ]
    told = [there.around.drifts.get(each.column) for each in dated]
    lost = SILENT | ({DriftKind.READ_ONLY} if there.is_blank and there.yard.is_ours else frozenset())
    if not told or not all(kind in lost for kind in told):
        return None
    return ", ".join(sorted({f"{each.column.object}.{each.column.field}" for each in dated}))


def _unreadable(there: There) -> Answer:
    return "" if not there.is_blank and not _dates(there) else None


def _dates(there: There) -> list[Dated]:
    return [found for each in there.shown if (found := there.yard.date_of(each)) is not None]


def _dated(there: There) -> Answer:
    passes = there.known.dates.dates
    return apart(_dates(there), there.others, zone=there.yard.zone, passes=passes)


def _refused(there: There) -> Answer:
    return next((row.code for row in there.rows(OutboxStatus.PARKED)), None)


def _unsure(there: There) -> Answer:
    return "" if any(there.rows(OutboxStatus.UNSURE)) else None


def _held(there: There) -> Answer:
    kept = (each for place, each in there.known.held.items() if place in there.places)
    told = (
        f"the set {each.set_name}{'' if each.status is HeldStatus.OPEN else f', {each.status}'}"
        for each in kept
        if each.status in {HeldStatus.OPEN, HeldStatus.DISCARDED}
    )
    return next(told, None) if there.lacks else None


def _conflict(there: There) -> Answer:
    names = {there.around.fields.property_at(*_at(each)) for each in there.places} | {there.yard.dated_by}
    found = sorted(there.known.undecided & {name for name in names if name})
    return ", ".join(found) if found and there.lacks else None


def _at(place: Place) -> tuple[str, str, str]:
    return place.ref.connection, place.ref.object, place.field


def _misfit(there: There) -> Answer:
    found = there.stays(creation=False)
    return found[0].words if found and there.lacks else None


def _not_ours(there: There) -> Answer:
    places = there.places if there.lacks else frozenset()
    is_left = places and not any(there.around.fields.may_write(each.ref, each.field) for each in places)
    return ", ".join(sorted({f"{each.ref.object}.{each.field}" for each in places})) if is_left else None


def _overwritten(there: There) -> Answer:
    """Who it is, where the field's history told; people are not named."""
    if not there.lacks:
        return None
    for place in sorted(there.places):
        if place in there.around.stops:
            who = there.around.overwriters.get(place.column)
            return f"it is written no more, because of {who}" if who else "it is written no more"
    return "" if there.unfulfilled & there.known.written else None


def _waiting(there: There) -> Answer:
    if any(there.rows(*_SENT)):
        return "on its way"
    return "" if there.known.standing.is_due and there.unfulfilled else None


def _never_told(there: There) -> Answer:
    return "" if not there.is_ours else None


def _skipped(there: There) -> Answer:
    """The date of the MQL is written however a lead came to a rep."""
    came = {each.at for each in there.others}
    has_skipped = bool(came & there.known.dates.skipped) and there.yard.dated_by != MQL_SINCE
    return "" if has_skipped and _is_wished_blank(there) else None


def _ended(there: There) -> Answer:
    return "" if _is_wished_blank(there) else None


def _is_wished_blank(there: There) -> bool:
    """What leadloop itself wishes is a blank: the date ends with the pass."""
    known = [each for each in there.places if each in there.known.wished]
    return there.yard.is_ours and bool(known) and not any(there.wishes(each) for each in known)


def _undated(there: There) -> Answer:
    return "" if any(there.yard.stands_at(each) for each in there.shown) else None


def _stale(there: There) -> Answer:
    until = there.around.heard.get(there.name, heard.NEVER)
    came = max((each.at for each in there.others), default=None)
    if came is None or until >= came:
        return None
    return "" if until == heard.NEVER else f"{until.astimezone(there.yard.zone):%-d %b %Y %H:%M}"


QUESTIONS: Mapping[Cause, Callable[[There], Answer]] = MappingProxyType(
    {
        Cause.ERASED: _erased,
        Cause.UNREAD: _unread,
        Cause.OPTED_OUT: lambda there: _gated(there, after_no=True),
        Cause.EXCLUDED: lambda there: _gated(there, after_no=False),
        Cause.SUSPENDED: _suspended,
        Cause.CREATION_REFUSED: _creation_refused,
        Cause.LACKS_DATA: _lacks_data,
        Cause.STEP: _step,
        Cause.CREATION_WAITS: _creation_waits,
        Cause.NO_ADDRESS: _no_address,
        Cause.NOT_CREATED: _not_created,
        Cause.MERGED: _merged,
        Cause.DELETED: _deleted,
        Cause.NOT_MAPPED: _not_mapped,
        Cause.HIDDEN: _hidden,
        Cause.UNREADABLE: _unreadable,
        Cause.REFUSED: _refused,
        Cause.UNSURE: _unsure,
        Cause.HELD: _held,
        Cause.CONFLICT: _conflict,
        Cause.MISFIT: _misfit,
        Cause.NOT_OURS: _not_ours,
        Cause.OVERWRITTEN: _overwritten,
        Cause.WAITING: _waiting,
        Cause.LATER: _dated,
        Cause.NEVER_TOLD: _never_told,
        Cause.SKIPPED: _skipped,
        Cause.ENDED: _ended,
        Cause.UNDATED: _undated,
        Cause.STALE: _stale,
    }
)
"""In the order of precedence. One question finds which of four a date elsewhere is."""
