"""What people are told in Slack: once for each change, and buttons only to whoever has the lead at that moment."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from domain.decision import IntentKind
from store.intents import IntentStatus
from store.schema import press
from tests.town import Town
from tests.town_laws import Standing
from tests.town_rules import MANAGER
from tests.witness import Row


@dataclass(slots=True, kw_only=True)
class Told:
    """Looks at each message once, when it is new: it was right or wrong at the moment at which it was posted."""

    town: Town
    looked_at: set[str] = field(default_factory=set)
    """Their `ts`."""

    def broken(self, everybody: Sequence[Standing]) -> Iterator[str]:
        messages = self.town.messages()
        posted = Counter(key_of(each) for each in messages)
        yield from (f"the notice {key} was posted {times} times" for key, times in posted.items() if times > 1)
        fresh = [each for each in messages if each["ts"] not in self.looked_at]
        self.looked_at |= {each["ts"] for each in fresh}
        addresses, by_key = self.town.addresses(), {each.lead.key: each for each in everybody}
        yield from _answered(self.town, by_key)
        yield from _told_twice(fresh, everybody, addresses)
        for message in fresh:
            lead_key, number = about(message)
            if lead_key in by_key:
                yield from _buttons(message, by_key[lead_key], number, addresses[message["channel"]])

    def left_over(self, everybody: Sequence[Standing]) -> Iterator[str]:
        """Once nothing moves any more: told and not in Slack, or pressed and not answered."""
        there = {f"{each['channel']}:{each['ts']}" for each in self.town.messages()}
        keys = {key_of(each) for each in self.town.messages()}
        for one in everybody:
            for key, intent, status, remote_id in one.intents:
                told = remote_id in there or remote_id in keys or key in keys
                if intent.kind is IntentKind.NOTICE and status is IntentStatus.DONE and not told:
                    yield f"{one.name}: {intent.step} of handoff {intent.handoff} is told, and not in Slack"


def key_of(message: Row) -> str:
    return str(((message.get("metadata") or {}).get("event_payload") or {}).get("key"))


def buttons(message: Row) -> list[dict[str, Any]]:
    return [
        each for block in message.get("blocks") or () for each in block.get("elements") or () if "action_id" in each
    ]


def about(message: Row) -> tuple[str, int]:
    """The lead and the handoff that its buttons answer for; without any nobody's."""
    for each in buttons(message):
        lead_key, _, number = str(each["action_id"]).partition("|")[2].rpartition("/")
        return lead_key, int(number)
    return "", 0


def _told_twice(fresh: Sequence[Row], everybody: Sequence[Standing], addresses: Mapping[str, str]) -> Iterator[str]:
    """Two messages to one person for one decision about one lead."""
    known = {key: (one, intent) for one in everybody for key, intent, _, _ in one.intents}
    count = Counter(
        (addresses[each["channel"]], one.name, intent.payload.get("at"))
        for each in fresh
        if key_of(each) in known
        for one, intent in [known[key_of(each)]]
    )
    for (who, name, at), times in count.items():
        if times > 1:
            yield f"{name}: {who} was told {times} times of what was decided at {at}"


def _buttons(message: Row, one: Standing, number: int, who: str) -> Iterator[str]:
    at = datetime.fromtimestamp(float(message["ts"]), UTC)
    handoff = next((each for each in one.handoffs if each.number == number), None)
    if handoff is None or (handoff.closed_at is not None and handoff.closed_at <= at):
        yield f"{one.name}: {who} can answer for handoff {number}, which is over"
        return
    had = [each.owner for each in one.assignments if each.handoff == number and each.at <= at]
    if who not in {*had[-1:], handoff.owner}:  # work in progress changes hands without an assignment
        yield f"{one.name}: {who} can answer for handoff {number}, which {had[-1:]} has"


def _answered(town: Town, by_key: Mapping[str, Standing]) -> Iterator[str]:
    """Answers that counted, from somebody who never had the handoff nor leads whoever has it."""
    with town.installation.app.store.read() as tx:
        pressed = tx.execute(select(press).where(press.c.counts.is_(True))).all()
    for row in pressed:
        one = by_key.get(row.lead_key)
        if one is None or len(one.emails) > 1:  # a union gives handoffs other numbers
            continue
        theirs = {each.owner for each in one.assignments if each.handoff == row.handoff}
        if row.email not in {*theirs, MANAGER}:
            yield f"{one.name}: {row.email} answered for handoff {row.handoff} of {sorted(theirs)}, and it counted"
