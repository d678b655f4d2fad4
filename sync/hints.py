"""Follow what systems told us by themselves: read those records at once, instead of at the next poll.

A hint is never believed, only followed; cursors stay where they are, so whatever goes wrong here the
poll finds it as if nothing had been told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connectors.abilities import Refreshed, Refresher
from connectors.contract import Reader
from domain.errors import ContractError
from domain.hint import Hint
from store import inbox
from store.engine import Tx
from store.inbox import Waiting
from sync.intake import Intake, Pulled, intake_of, keep
from sync.loop import Loop
from sync.second_look import look_twice

AT_ONCE = 500
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


def has_hints(loop: Loop, name: str, *, now: datetime) -> bool:
    """Whether there is anything to follow: one indexed query."""
    with loop.store.read() as tx:
        return inbox.has_due(tx, name, now=now)


def follow(loop: Loop, name: str, *, now: datetime) -> Pulled:
    """Read again what the connection's hints name. What could not be read waits, longer each time.

    An object whose answers cannot be understood does not keep the others from being read; one
    ContractError says so afterwards.
    """
    connector = loop.connections[name]
    if not isinstance(connector, Refresher) or not isinstance(connector, Reader):
        return Pulled()
    with loop.store.read() as tx:
        intake = intake_of(tx, loop, connector, (), connection=name, now=now)
    troubles: dict[str, ContractError] = {}
    while waiting := _take(loop, name, now=now):
        for each, told in _by_object(waiting).items():
            try:
                _follow(loop, connector, intake, told)
            except ContractError as error:
                troubles[each] = error
    if troubles:
        reasons = "; ".join(f"{each}: {error}" for each, error in troubles.items())
        raise ContractError(reasons) from next(iter(troubles.values()))
    return intake.pulled


def _take(loop: Loop, name: str, *, now: datetime) -> list[Waiting]:
    with loop.store.write(loop.epoch) as tx:
        waiting = inbox.take(tx, name, now=now, limit=AT_ONCE)
        for attempts in {each.attempts for each in waiting}:
            ids = [each.id for each in waiting if each.attempts == attempts]
            inbox.put_off(tx, ids, until=now + wait(attempts))
    return waiting


def wait(attempts: int) -> timedelta:
    """How long a hint rests after it was taken `attempts` times before: half a minute, two, eight … an hour."""
    longer: int = 4 ** min(attempts, 4)
    return min(FIRST_WAIT * longer, LONGEST_WAIT)


def _by_object(waiting: Sequence[Waiting]) -> Mapping[str, list[Waiting]]:
    found: dict[str, list[Waiting]] = {}
    for each in waiting:
        found.setdefault(each.hint.object, []).append(each)
    return found


def _follow(loop: Loop, connector: Refresher, intake: Intake, told: Sequence[Waiting]) -> None:
    numbers: dict[Hint, int] = {each.hint: each.id for each in told}
    for found in connector.refresh(list(numbers)):
        loop.reached("pull.page_received")
        look_twice(loop, intake.connection, found.records, intake.rules.fields, now=intake.now)
        with loop.store.write(loop.epoch) as tx:
            _keep(tx, intake, found, numbers)
            loop.reached("pull.before_commit")
        loop.reached("pull.page_committed")


def _keep(tx: Tx, intake: Intake, found: Refreshed, numbers: Mapping[Hint, int]) -> None:
    keep(tx, intake, found.stream, shown=found.records, activities=found.activities)
    inbox.settle(tx, [numbers[hint] for hint in found.hints], now=intake.now)
