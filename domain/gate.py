"""A gate that a lead does not pass: a connection is not for everybody, and says for whom it is."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """What a gate is about."""

    READ = "read"
    WRITE = "write"
    CREATE = "create"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Closed:
    """One gate that is closed to a lead, with the first condition that stands against it, in words free of values.

    `errs`: it could not be told. `after_no`: the person said no to being contacted, and what follows from that crosses
    the gate all the same.
    """

    connection: str
    way: Way
    words: str
    errs: bool = False
    after_no: bool = False


KEPT_OUT = "kept out of "


def keeps_out(each: Closed) -> str:
    """As the cause of a handoff that cannot come to a rep."""
    return f"{KEPT_OUT}{each.connection} by its {each.way} gate: {each.words}"


def unwritten(closed: Collection[Closed]) -> frozenset[str]:
    """Connections to which nothing is written."""
    return frozenset(each.connection for each in closed if each.way is Way.WRITE)


def uncreated(closed: Collection[Closed]) -> frozenset[str]:
    """Connections in which nobody is created: a creation is a write, too."""
    return frozenset(each.connection for each in closed if each.way in {Way.WRITE, Way.CREATE})
