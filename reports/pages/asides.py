"""What was done around a lead, as moments: tasks, notices, unions, conflicts and findings; and the lists it is on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from domain.decision import Intent, IntentKind
from domain.values import LeadId, RecordRef, Value, from_text
from reports.pages.moments import Cast, Kind, Moment, shown, told
from reports.pages.page import Column, Row, Table
from reports.pages.written import Write
from store.desired import MembershipRow
from store.dossiers import Undecided
from store.intents import CANCELLED_BECAUSE, IntentStatus, KeptIntent
from store.notes import Note
from store.unions import Union

_MADE = frozenset({IntentStatus.DONE, IntentStatus.CLOSED})


def intended(
    kept: Sequence[KeptIntent], writes: Iterable[Write], opened: Mapping[int, datetime], cast: Cast
) -> Iterator[Moment]:
    """Tasks, notices and creations of records. `opened`: handoff → since when, for what was never put out."""
    out = {each.key: each for each in writes}
    for key, intent, status, _ in kept:
        at = _noted_at(intent) or (out[key].at if key in out else opened.get(intent.handoff))
        if at is not None:
            yield _intent_moment(intent, status, out.get(key), at, cast)


def _noted_at(intent: Intent) -> datetime | None:
    written = intent.payload.get("at")
    return from_text(written) if isinstance(written, str) else None


def _intent_moment(intent: Intent, status: IntentStatus, write: Write | None, at: datetime, cast: Cast) -> Moment:
    payload = intent.payload
    whom = payload.get("to") or payload.get("owner")
    return Moment(
        at=at,
        kind=Kind.NOTICE if intent.kind is IntentKind.NOTICE else Kind.TASK,
        what=_what(intent, status),
        who=cast.rep(str(whom)) if whom else "",
        words=told(_fate(status, write), _text(payload.get(CANCELLED_BECAUSE))),
    )


def _what(intent: Intent, status: IntentStatus) -> str:
    match intent.kind:
        case IntentKind.TASK:
            return f"Task: {shown(intent.payload.get('subject') or '')}"
        case IntentKind.NOTICE:
            return f"Notice: {shown(intent.payload.get('text') or '')}"
        case IntentKind.CREATE_LEAD:
            return "Record created" if status in _MADE else "Record to be created"


def _fate(status: IntentStatus, write: Write | None) -> str:
    match status:
        case IntentStatus.CANCELLED:
            return "cancelled"
        case IntentStatus.CLOSED:
            return "given, and closed later by leadloop"
        case IntentStatus.DONE:
            return f"sent to {write.connection}" if write is not None else "sent"
        case IntentStatus.OPEN:
            return write.outcome if write is not None else "not sent yet"


def _text(value: Value) -> str:
    return "" if value in (None, "") else shown(value)


def unions(
    found: Sequence[Union], brought: Mapping[int, Sequence[RecordRef]], lead: LeadId, cast: Cast
) -> Iterator[Moment]:
    """Who became part of this lead, or it of another, and who was parted from it again."""
    for each in found:
        other, verb = (each.loser, "took in") if each.survivor == lead else (each.survivor, "became part of")
        records = ", ".join(map(str, brought.get(each.id, ())))
        who = cast.actor(each.made_by)
        words = told(each.tie.words, f"with {records}" if records else "")
        yield Moment(at=each.at, kind=Kind.IDENTITY, what=f"{verb} lead {other}", who=who, words=words)
        if each.split_at is not None:
            yield Moment(
                at=each.split_at,
                kind=Kind.IDENTITY,
                what=f"parted from lead {other} again",
                words=f"union {each.id} was undone",
            )


def conflicts(found: Sequence[Undecided]) -> Iterator[Moment]:
    for each in found:
        name = shown(each.property)
        sides = ", ".join(f"{shown(where)}: {_text(value) or 'blank'}" for where, value in sorted(each.sides.items()))
        yield Moment(at=each.opened_at, kind=Kind.CONFLICT, what=f"Undecided: {name}", words=sides)
        if each.closed_at is not None:
            yield Moment(at=each.closed_at, kind=Kind.CONFLICT, what=f"Decided: {name}")


def notes(found: Sequence[Note]) -> Iterator[Moment]:
    for each in found:
        yield Moment(at=each.since, kind=Kind.NOTE, what="Could not be followed", words=shown(each.words))


_LISTS = (
    Column(key="system", label="System"),
    Column(key="wanted", label="Belongs there"),
    Column(key="shown", label="Shown there"),
    Column(key="words", label="Why"),
)
_SHOWN = {None: "not seen yet", True: "yes", False: "no"}


def lists(rows: Sequence[MembershipRow], left: Sequence[str], withheld: str | None) -> Table:
    """`left`: lists that a person took it off; `withheld`: why it is on none."""
    says = (
        f"Taken off by hand: {', '.join(map(shown, left))}." if left else "",
        f"On no nurture list: {shown(withheld).replace('_', ' ')}." if withheld else "",
    )
    return Table(
        key="lists",
        title="Lists",
        heads="List",
        columns=_LISTS,
        rows=tuple(
            Row(
                key=f"{number}",
                label=shown(wish.list),
                cells=(connection, "yes" if wish.member else "no", _SHOWN[is_shown], shown(wish.why)),
            )
            for number, (connection, wish, is_shown) in enumerate(rows, 1)
        ),
        says=" ".join(filter(None, says)),
        empty="On no list.",
    )
