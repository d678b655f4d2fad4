"""How one system says a property: its words read as ours, and ours written as its own.

What the rules decide about, agree on and keep is always the property's own value; a system's words exist where it is
read and where it is written. A value that has no word there, or whose word could not be read back, stays at home.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.mapping import Property, Wording
from domain.record import FieldType
from domain.values import Value
from mapping.canonical import Reader, reader
from mapping.step import Way
from mapping.transforms import Reading, Transform, chain, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A property in one system's words. `is_given`: the rules say how it is written, so it may come back shortened;
    what is only turned round has to come back as it was."""

    read: Reader
    write: tuple[Transform, ...]
    is_given: bool
    back: tuple[Transform, ...] = ()
    """From its words to ours, for what we decide and nobody reads."""
    part: str | None = None
    """The step by which only a part of the field is read and nothing says how it is written: nothing is, not even to a
    record that is created."""

    def say(self, value: Value, country: str | None) -> Reading:
        """The value as it is written there, or why it is not; the words name the transform, never the value."""
        if self.part is not None:
            return Reading(value=value, problem=f"{self.part} has no way back")
        said = value
        for transform in self.write:
            step = transform.read(said, country)
            if step.problem is not None:
                return Reading(value=value, problem=f"{transform.text} has no word for it")
            said = step.value
        if value is None:
            return Reading(value=None)
        back = self.read.read(said, country)
        if back.problem is not None or back.value is None:
            return Reading(value=value, problem="is not written: it could not be read back")
        if not self.is_given and back.value != value:
            return Reading(value=value, problem="is not written: it would be read as another value")
        return Reading(value=said)

    def decided(self, said: Value) -> Value:
        """What we decided, out of what was to be written there; as it is where it was shortened."""
        value = said
        for transform in self.back:
            step = transform.read(value, None)
            value = said if step.problem is not None else step.value
        return value

    def meaning(self, said: Value) -> Value:
        """What was written stands for. Where that depends on the country it stays as it is: whoever reads it next
        knows that."""
        if any(each.step.by_country for each in (*self.read.transforms, *self.write)):
            return said
        back = self.read.read(said, None)
        return said if back.problem is not None else back.value


def spoken(prop: Property) -> Mapping[str, Spoken]:
    """Connection → its words, for those that have words of their own; ValueError when a transform is unknown."""
    found = {}
    for connection in prop.places:
        wording = prop.wording(connection)
        if wording is not None and (wording.read or wording.write is not None):
            write = _written(wording, prop.type)
            found[connection] = Spoken(
                read=reader(prop, wording.read),
                write=write,
                back=chain(wording.read, prop.type) or _turned(write),
                is_given=wording.write is not None,
                part=_part(wording.read) if wording.write is None else None,
            )
    return found


def _part(read: Sequence[str]) -> str | None:
    return next((text for text in read if parse(text).way is Way.PARTIAL), None)


def _written(wording: Wording, type: FieldType) -> tuple[Transform, ...]:
    if wording.write is not None:
        return chain(wording.write, type)
    return _turned(chain(wording.read, type))


def _turned(chain: Sequence[Transform]) -> tuple[Transform, ...]:
    turned = (each.turned() for each in reversed(chain))
    return tuple(each for each in turned if each is not None)


def words_of(prop: Property, connection: str) -> frozenset[str]:
    """The words that can be written there, where the last step lists them."""
    own = spoken(prop).get(connection)
    if own is None or not own.write:
        return frozenset()
    return frozenset(own.write[-1].step.words)
