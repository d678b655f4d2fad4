"""Answers by a button: whose they are, which lead they are about, and what is said to them in their message."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from connectors.abilities import Hearing
from domain.change import Change, ChangeKind
from domain.notice import Press
from domain.values import LeadId
from store import leads, presses
from store import notices as waiting_store
from store.engine import Tx
from store.outbox import OutboxDraft
from sync.firstday import step_written
from sync.hints import wait
from sync.loop import InForce, Loop
from sync.noticing import draft_of
from sync.outgoing import OpenRun, put
from sync.telling import ANSWER

AT_ONCE = 100
STRANGER = "Not counted: nobody knows you by the address that Slack has."
NO_LEAD = "Not counted: this lead is known no more."


def has_presses(loop: Loop, name: str, *, now: datetime) -> bool:
    """Whether there is anything to take: one indexed query."""
    with loop.store.read() as tx:
        return presses.has_untaken(tx, name, now=now)


def take_presses(loop: Loop, name: str, *, now: datetime) -> int:
    """Ask who pressed, and have their leads decided. Each is put off before it is asked about; returns how many."""
    connector = loop.connections[name]
    if not isinstance(connector, Hearing):
        return 0
    with loop.store.read() as tx:
        found = presses.untaken(tx, name, now=now, limit=AT_ONCE)
    for number, press, attempts in found:
        with loop.store.write(loop.epoch) as tx:
            presses.put_off(tx, number, until=now + wait(attempts))
        email = press.email or connector.email_of(press.user)
        with loop.store.write(loop.epoch) as tx:
            _take(tx, number, press, email, now=now)
    return len(found)


def _take(tx: Tx, number: int, press: Press, email: str | None, *, now: datetime) -> None:
    known = leads.by_key(tx, [press.lead_key]).get(press.lead_key)
    if known is None or email is None:
        presses.refuse(tx, number, NO_LEAD if known is None else STRANGER, now=now)
        return
    lead = leads.survivor(tx, known.id)
    presses.take(tx, number, lead, email)
    leads.touch(tx, [lead])


def show_answers(loop: Loop, *, now: datetime, run: OpenRun) -> int:
    """Put out, once each, what their messages are to say."""
    with loop.store.read() as tx:
        if not presses.unshown(tx, limit=1):
            return 0
    with loop.store.write(loop.epoch) as tx:
        if step_written(tx, loop.settings.go_live) is None:
            return 0
        rules = loop.in_force(tx)
        drafts = list(_drafts(tx, loop, rules, now=now))
        number = run.of(tx, drafts, now=now)
        put(tx, drafts, now=now, run_id=number, random_bytes=loop.random_bytes)
    run.number = number
    return len(drafts)


def _drafts(tx: Tx, loop: Loop, rules: InForce, *, now: datetime) -> Iterator[OutboxDraft]:
    for number, press, lead_id, words, _ in presses.unshown(tx, limit=AT_ONCE):
        presses.show(tx, [number], now=now)
        if press.connection in loop.connections:
            change = _answer(tx, number, press, lead_id, words)
            yield draft_of(loop, change, press.connection, rules, lead_id=lead_id)


def _answer(tx: Tx, number: int, press: Press, lead_id: LeadId | None, words: str) -> Change:
    text = "" if lead_id is None else waiting_store.text_of(tx, press.connection, lead_id, press.message)
    return Change(
        key=hashlib.sha256(f"{press.connection}:{press.key}:{number}".encode()).hexdigest()[:40],
        kind=ChangeKind.CREATE,
        object=ANSWER,
        values={"message": press.message, "words": words, "text": text},
    )
