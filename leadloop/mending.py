"""A suspended connection is tried again when a person starts something: they may have mended it."""

from collections.abc import Iterator
from datetime import datetime

from domain.errors import LeadloopError
from domain.run import Connection, ConnectionStatus
from store import connections
from sync import recover
from sync.introduce import introduce
from sync.loop import Loop


def retry_suspended(loop: Loop, *, now: datetime) -> None:
    """Log in to every suspended connection: one that lets us in runs again, the others keep their reason."""
    for each in suspended(loop):
        try:
            introduce(loop, each.name, now=now)
        except LeadloopError as error:
            with loop.store.write(loop.epoch) as tx:
                recover.note(tx, each.name, error, now=now)
        else:
            with loop.store.write(loop.epoch) as tx:
                recover.take_up_again(tx, each.name, now=now)


def suspended(loop: Loop) -> Iterator[Connection]:
    """Connections of this installation that wait for a person, as of now."""
    with loop.store.read() as tx:
        found = connections.all(tx)
    return (each for each in found if each.status is ConnectionStatus.SUSPENDED and each.name in loop.connections)
