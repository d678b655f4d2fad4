"""The pages of one connection's streams in the order in which they make sense, each stream a bulkhead.

A stream whose answer has a shape we do not know stops and keeps its cursor (design.md 7); the others go on.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from connectors.contract import BundleReader, Holds, Pace, Reader
from domain.errors import ContractError
from domain.record import Cursor, Page

FIRST = {Holds.USERS: -2, Holds.ACCOUNTS: -1}
BESIDE = frozenset({Holds.DEALS, Holds.ROLES, Holds.CAMPAIGNS, Holds.RATES})
"""What comes after people anyway, and so may go along in the call that asks for them, when it is due."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """One reading of a connection. `whole`: streams read to their end; `stopped`: why others were not, by name."""

    reader: Reader
    cursors: Mapping[str, Cursor]
    whole: set[str] = field(default_factory=set)
    stopped: dict[str, ContractError] = field(default_factory=dict)

    def pages(self, streams: Collection[str]) -> Iterator[Page]:
        """Users and accounts before people, people before what they did; hot streams in one call where that can be,
        with what is due and goes along.

        What a night compares comes after such a call: it may take long, and what the call brings is awaited.
        """
        ordered = sorted(streams, key=self._rank)
        hot = [name for name in ordered if self.reader.streams[name].pace is Pace.HOT]
        beside = [name for name in ordered if self.reader.streams[name].holds in BESIDE and name not in hot]
        beside = [name for name in beside if self.reader.streams[name].pace is Pace.SLOW]
        bundled = [*hot, *beside] if isinstance(self.reader, BundleReader) and len(hot) > 1 else []
        late = [name for name in ordered if bundled and self.reader.streams[name].pace is Pace.NIGHTLY]
        for name in ordered:
            if name not in bundled and name not in late:
                yield from self._stream(name, self.cursors.get(name))
        if isinstance(self.reader, BundleReader) and bundled:
            yield from self._bundle(self.reader, bundled)
        for name in late:
            yield from self._stream(name, self.cursors.get(name))

    def _rank(self, stream: str) -> int:
        holds = self.reader.streams[stream].holds
        return FIRST.get(holds, list(Holds).index(holds))

    def _stream(self, name: str, cursor: Cursor | None) -> Iterator[Page]:
        try:
            yield from self.reader.read(name, cursor)
        except ContractError as error:
            self.stopped[name] = error
        else:
            self.whole.add(name)

    def _bundle(self, reader: BundleReader, names: Collection[str]) -> Iterator[Page]:
        """Nobody says which of a bundle was not understood: one by one they are read on from where it broke off."""
        cursors = {name: self.cursors.get(name) for name in names}
        try:
            for page in reader.read_bundle(dict(cursors)):
                yield page
                cursors[page.stream] = page.cursor
        except ContractError:
            broke_off = True
        else:
            broke_off = False
            self.whole.update(names)
        for name in names if broke_off else ():
            yield from self._stream(name, cursors[name])
