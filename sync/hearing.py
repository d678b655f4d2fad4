"""Until when reps were heard: what brings their work was read to its end, where they have their tasks."""

from datetime import datetime

from config.mapping import MappingRules
from connectors.abilities import Resting
from connectors.contract import Holds, Pace, Reader
from domain.run import ConnectionStatus
from handoff.earshot import Earshot
from store import connections, coverage, heard, restored
from store.engine import Tx
from sync.loop import Loop

_SAYS = frozenset({Holds.PEOPLE, Holds.ACTIVITIES})
"""Calls, mails and meetings, and the fields in which reps answer."""


def telling(reader: Reader) -> frozenset[str]:
    """The streams of a system that bring what reps do: those that are read most often of it, unless they rest."""
    resting = reader.resting if isinstance(reader, Resting) else {}
    said = [each for each in reader.streams.values() if each.holds in _SAYS and each.name not in resting]
    hot = [each for each in said if each.pace is Pace.HOT]
    return frozenset(each.name for each in hot or said if each.pace is not Pace.NIGHTLY)


def hear_again(loop: Loop, name: str, *, now: datetime) -> None:
    """After a restore: this connection was read to the present. One that a person paused is not waited for."""
    with loop.store.read() as tx:
        found = restored.last(tx)
        paused = {each.name for each in connections.all(tx) if each.status is ConnectionStatus.PAUSED}
    if found is None or not found.is_deaf:
        return
    with loop.store.write(loop.epoch) as tx:
        for each in {name, *paused}:
            restored.note_read(tx, each, now=now)


def earshot(tx: Tx, rules: MappingRules) -> Earshot:
    """As it stands in the store; where reps have tasks nowhere, nothing is waited for."""
    return Earshot(until=heard.until(tx, rules.workplaces), coverage=coverage.kept(tx))
