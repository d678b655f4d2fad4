"""Chains of transforms judged before anything is read: what does not fit what, and what has no way back.

Findings stand at the step that is to be mended, each with what to write instead.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from config.mapping import Property, Role, Wording
from config.words import Finding
from domain.record import FieldType
from mapping.canonical import TEXTUAL
from mapping.scalars import as_text
from mapping.step import Way
from mapping.transforms import Reading, Transform, parse
from mapping.wording import spoken

_CHOSEN = frozenset({Role.OWNER, Role.STATUS})
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """One step of a chain with its place in the property; what cannot be parsed is left out, and told by itself."""

    path: Path
    transform: Transform


def chain_findings(prop: Property, written: Collection[str]) -> Iterator[Finding]:
    """What is wrong in a property's chains. `written`: the connections where the rules write it."""
    own = list(_links(prop.transforms, ("transforms",)))
    yield from _unknown(prop.transforms, ("transforms",))
    yield from _unsettled(own)
    worded = [(name, wording) for name in prop.places if (wording := prop.wording(name)) is not None]
    if len(worded) < len(prop.places) or not worded:
        yield from _misfits(own, prop.type)
    for name, wording in worded:
        yield from _of_wording(prop, name, wording, own, written=written)


def _of_wording(
    prop: Property, name: str, wording: Wording, own: Sequence[_Link], *, written: Collection[str]
) -> Iterator[Finding]:
    at: Path = ("fields", name)
    yield from _unknown(wording.read, (*at, "read"))
    read = list(_links(wording.read, (*at, "read")))
    yield from _misfits([*read, *own], prop.type)
    if wording.write is not None:
        yield from _unknown(wording.write, (*at, "write"))
        write = list(_links(wording.write, (*at, "write")))
        yield from _misfits(write, None, start=prop.type)
        yield from _only_read(write)
        if prop.role in _CHOSEN or prop.role is Role.ANSWER:
            yield Finding((*at, "write"), f"`write` says nothing here: a {prop.role} is not written through transforms")
        elif prop.role is Role.SHARED and not prop.made_of and set(written) - {name}:
            yield from _unheard(write, [*read, *own])
    elif prop.role in _CHOSEN:
        yield from _of_chosen(prop, read)
    elif name in written:
        yield from _without_return(read, name)
    if name in written:
        yield from _without_no(prop, name)


def _unknown(texts: Sequence[str], at: Path) -> Iterator[Finding]:
    for number, text in enumerate(texts):
        try:
            parse(text)
        except ValueError as error:
            yield Finding((*at, number), str(error))


def _links(texts: Sequence[str], at: Path) -> Iterator[_Link]:
    for number, text in enumerate(texts):
        try:
            yield _Link(path=(*at, number), transform=parse(text))
        except ValueError:
            continue


def _unsettled(own: Sequence[_Link]) -> Iterator[Finding]:
    """The property's own chain reads our own values again and again."""
    for link in own:
        if not link.transform.step.settles:
            words = f"`{link.transform.text}` would change a value each time it is read"
            yield Finding(link.path, words, "put it under `read` of the system that shows it so: fields: {NAME: ...}")


def _only_read(write: Sequence[_Link]) -> Iterator[Finding]:
    """Nothing would read such a value as ours again: its inverse does, out of `read`."""
    for link in write:
        if not link.transform.step.settles:
            words = f"`{link.transform.text}` stands under `read` only: it is turned round where it is written"
            yield Finding(link.path, words, "say under `read` how this system's value becomes ours")


def _misfits(links: Sequence[_Link], end: FieldType | None, *, start: FieldType | None = None) -> Iterator[Finding]:
    """Every step that does not take what the one before it gives, and an end that is not the property's type."""
    given, giver = start, "the property" if start is not None else ""
    for link in links:
        step, text = link.transform.step, link.transform.text
        if given is not None and step.takes is not None and not _feeds(given, step.takes):
            gives = f"is a {given}" if giver == "the property" else f"gives {_kind(given)}"
            hint = f"take one of them away, or let `{link.transform.name}` come first"
            words = f"`{text}` takes {_kind(step.takes)}, {giver} {gives}"
            yield Finding(link.path, words, hint if giver != "the property" else "take it away")
        given, giver = (step.gives, f"`{text}`") if step.gives is not None else (None, giver)
    if links and end is not None and given is not None and end not in TEXTUAL and not _feeds(given, end):
        words = f"`{links[-1].transform.text}` gives {_kind(given)}, and the property is a {end}"
        yield Finding(links[-1].path, words, f"take it away, or say `type: {_kind(given)}`")


def _feeds(given: FieldType, takes: FieldType) -> bool:
    return given is takes or (given in TEXTUAL and takes in TEXTUAL)


def _kind(kind: FieldType) -> str:
    return FieldType.TEXT.value if kind in TEXTUAL else kind.value


def _of_chosen(prop: Property, read: Sequence[_Link]) -> Iterator[Finding]:
    """A status goes by the words under `values`, both ways; an owner is a user's id."""
    for link in read:
        if link.transform.way is not Way.KEEPS:
            words = f"`{link.transform.text}` says nothing here: a {prop.role} is not written through transforms"
            hint = "say under `values` what each stage is called there" if prop.role is Role.STATUS else "take it away"
            yield Finding(link.path, words, hint)


def _without_no(prop: Property, name: str) -> Iterator[Finding]:
    """Consent that this system could never be told was taken back."""
    try:
        own = spoken(prop).get(name)
    except ValueError:
        return
    if prop.no_is is None or own is None or (problem := own.say(prop.no_is, None).problem) is None:
        return
    words = f"a no would never reach {name}: {problem}"
    yield Finding(("fields", name), words, f"say how `{as_text(prop.no_is)}` is written there", at_key=True)


def _unheard(write: Sequence[_Link], read: Sequence[_Link]) -> Iterator[Finding]:
    """Words of its own that are read as they stand: from there they would go to the other systems."""
    last = write[-1] if write else None
    back = last.transform.turned() if last is not None else None
    if last is None or back is None:
        return
    for word in last.transform.step.words:
        heard = Reading(value=word)
        for link in read:
            heard = link.transform.read(heard.value, None)
        if heard.problem is None and heard.value == word != back.read(word, None).value:
            words = f"`{last.transform.text}` writes `{word}`, which is read as it stands: the others would be given it"
            yield Finding(last.path, words, "say under `read` what it stands for", is_warning=True)
            return


def _without_return(read: Sequence[_Link], name: str) -> Iterator[Finding]:
    """What a system is written through nothing but its `read` turned round."""
    for link in read:
        text = link.transform.text
        if link.transform.way is Way.PARTIAL:
            words = f"`{text}` has no way back, and {name} is written: a part would take the place of the whole"
            if link.transform.name == "map":
                words = f"`{text}` has two words for one, and {name} is written: nobody knows which"
            yield Finding(link.path, words, "say under `write` what is written, or let nothing write this system")
        elif link.transform.way is Way.LOSES:
            words = f"`{text}` has no way back, and {name} is written: as it was read, not as it stood there"
            yield Finding(link.path, words, "say under `write` what is written", is_warning=True)
