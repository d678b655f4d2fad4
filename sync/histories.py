"""Asks a system's history who changed last what two sides show differently, so that the newer side may win.

A few records a look, each about what it shows now and never twice about that. Where no history tells, a person decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from connectors.abilities import Historian
from domain.errors import ContractError, RejectedError
from domain.evidence import Evidence
from domain.place import Place
from domain.record import Record
from domain.survey import Author, FieldChange, FieldHistory
from domain.values import Value
from mapping.equal_forms import is_shown
from store import evidence, leads, records
from store.evidence import Sent
from sync.loop import Loop

log = structlog.get_logger(__name__)

ASKED = 50
"""Sides asked about in one look: one page of either system."""
BACK = timedelta(days=90)
"""How far back a change counts: as long as we know what we wrote ourselves."""
FAR_BACK = timedelta(days=730)
"""How far back a no is looked for: Salesforce keeps a field's history for two years at most."""
ON_ITS_WAY = timedelta(minutes=1)
"""How much a system's clock may differ from ours when it says that we wrote something."""


def ask(loop: Loop, name: str, *, now: datetime) -> None:
    """Ask a connection's history what is still to be known; the leads that it decides about are decided anew."""
    with loop.store.read() as tx:
        asked = evidence.unasked(tx, name, limit=ASKED)
        rules = loop.in_force(tx) if asked else None
    if rules is None:
        return
    key, consents = rules.mapping.systems[name].people.key, rules.fields.gates.consents
    alike: dict[tuple[str, bool], list[Evidence]] = {}
    for _, one in asked:
        alike.setdefault((one.ref.object, one.property in consents), []).append(one)
    told = {
        kind: _history(loop, name, theirs, key=key, since=now - (FAR_BACK if kind[1] else BACK), now=now)
        for kind, theirs in sorted(alike.items())
    }
    with loop.store.write(loop.epoch) as tx:
        shown = records.get(tx, {one.ref for _, one in asked})
        wrote = evidence.sent(tx, {lead for lead, _ in asked}, since=now - BACK)
        answers = [
            replace(weighed(one, history, shown.get(one.ref), wrote, key=key), asked_at=now)
            for kind, history in told.items()
            for one in alike[kind]
        ]
        telling = [one for one in answers if one.certain or one.property in consents]
        evidence.answer(tx, [one for one in answers if one not in telling])
        leads.touch(tx, evidence.answer(tx, telling))
    certain = sum(one.certain for one in answers)
    log.info("histories_asked", connection=name, sides=len(answers), certain=certain)


def _history(
    loop: Loop, name: str, alike: Sequence[Evidence], *, key: str, since: datetime, now: datetime
) -> FieldHistory:
    """Of records of one kind. Whoever writes our key is us, so that is asked for as well."""
    connector = loop.connections[name]
    if not isinstance(connector, Historian):
        return FieldHistory(at=now, changes=())
    fields = {key, *(one.field for one in alike)}
    try:
        return connector.changes_of(alike[0].ref.object, fields, {one.ref.id for one in alike}, since=since)
    except (RejectedError, ContractError):
        return FieldHistory(at=now, changes=())  # one that cannot be had tells nothing, and stands in nobody's way


def weighed(
    one: Evidence, told: FieldHistory, shown: Record | None, wrote: Mapping[Place, Sequence[Sent]], *, key: str
) -> Evidence:
    """What is told of one side. A change that the record does not show yet, or of a time to come, is not certain.

    One that the record was read after and does not show tells nothing: what was changed since left no trace.
    """
    changes = [each for each in told.changes if each.ref.id == one.ref.id and each.field == one.field]
    if not changes or shown is None:
        return one
    latest = max(each.at for each in changes)
    lasts = [each for each in changes if each.at == latest]
    last = next((each for each in lasts if _is_made(shown.values.get(one.field), each)), None)
    at = latest.replace(microsecond=0)  # Salesforce tells no fractions, and only like is compared with like
    if last is None and at <= shown.modified_at:
        return one
    last = last or lasts[0]
    is_ours = _is_by_us(last, told, key) and _was_sent(wrote.get(Place(ref=one.ref, field=one.field), ()), at)
    author = Author.OURS if is_ours else last.author if last.author is not Author.OURS else Author.INTEGRATION
    certain = at <= min(told.at, shown.modified_at)
    return replace(one, at=at, author=author, certain=certain)


def _is_made(shown: Value, change: FieldChange) -> bool:
    """Of a reference a history tells twice: its name, and its id."""
    return any(is_shown(each, shown) for each in change.made)


def _is_by_us(change: FieldChange, told: FieldHistory, key: str) -> bool:
    ours = {each.author_id for each in told.changes if each.field == key and each.author is Author.INTEGRATION}
    return change.author is Author.OURS or change.author_id in ours


def _was_sent(wrote: Iterable[Sent], at: datetime) -> bool:
    """Other tools may work as the same user: it is our write only if one of ours was on its way then."""
    return any(
        each.since - ON_ITS_WAY <= at and (each.until is None or at <= each.until + ON_ITS_WAY) for each in wrote
    )
