"""What publishing will lead to, told before it is done: what is read again at what cost, what would not be written.

The systems are asked for their fields, and for nothing else. One that does not answer stops no publication.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from config.mapping import MappingRules
from config.rules import mapping_of
from connectors.abilities import Priced
from connectors.contract import Connector, Describer, Reader, Writer
from domain.drift import SILENT, Drift, DriftKind
from domain.errors import LeadloopError
from domain.place import FieldOf
from domain.record import Field
from leadloop import screen
from leadloop.app import App
from leadloop.described_by import described_by
from leadloop.restaging import Restaged
from leadloop.words_told import strange_in
from mapping.drift import compare, effect, happened, mend
from mapping.kinds import unkind
from mapping.uses import uses
from mapping.wanted import wanted_fields
from store import back_fills, connections, described
from store import rules as rule_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A stream that is read once more because of fields that it shows newly. `calls` is None where nobody knows."""

    connection: str
    stream: str
    fields: tuple[str, ...]
    rows: int
    calls: int | None

    def words(self) -> str:
        rows = "1 record is" if self.rows == 1 else f"{self.rows:,} records are"
        calls = "" if self.calls is None else f" in about {self.calls:,} call{'s' if self.calls != 1 else ''}"
        return (
            f"{self.connection} {self.stream}: {rows} read again for {', '.join(self.fields)}{calls}, beside all else"
        )


@dataclass(slots=True, kw_only=True)
class Foretold:
    """`drifts`: in words, with the mend; `unseen`: connections that did not answer, with why."""

    again: list[Again] = field(default_factory=list)
    drifts: list[tuple[str, str]] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)
    restaged: Restaged | None = None
    """Who gets another first stage by it; None where the table stays as it is."""

    def as_data(self) -> dict[str, Any]:
        return {
            "read_again": [
                {
                    "connection": each.connection,
                    "stream": each.stream,
                    "fields": list(each.fields),
                    "rows": each.rows,
                    "calls": each.calls,
                }
                for each in self.again
            ],
            "drift": [{"what": what, "mend": mended} for what, mended in self.drifts],
            "not_looked_at": self.unseen,
            "first_stages": self.restaged.as_data() if self.restaged else None,
        }

    def show(self) -> None:
        if self.restaged:
            self.restaged.show()
        for each in self.again:
            screen.say(f"{each.words()}; `leadloop status` tells how far.")
        for what, mended in self.drifts:
            screen.say(f"! {what}")
            screen.say(f"    {mended}.")
        for name, why in self.unseen.items():
            screen.say(f"! {name} was not asked for its fields: {why}")


def foretell(app: App) -> Foretold:
    """Compare the folder's mapping with what the systems tell now, and with the mapping in force."""
    with app.store.read() as tx:
        version = rule_store.current(tx)
    before = None if version is None else mapping_of(version.document)
    strange = list(strange_in(app, app.installation.rules))
    found = Foretold(drifts=[(each.words, each.mend) for each in strange])
    told = frozenset(each.field for each in strange if each.field is not None)
    for name, connector in app.connectors.items():
        if not isinstance(connector, Describer) or not isinstance(connector, Writer):
            continue
        try:
            _look(app, name, connector, found, before=before, told_of=told)
        except LeadloopError as error:
            found.unseen[name] = str(error)
    return found


def _look(
    app: App,
    name: str,
    connector: Describer,
    found: Foretold,
    *,
    before: MappingRules | None,
    told_of: Set[FieldOf],
) -> None:
    """`told_of`: fields that lack words, which was told already."""
    draft = app.installation.rules.mapping
    wanted = wanted_fields(draft, name)
    people, read = draft.systems[name].people.objects, [each for each in wanted if _has(connector, each)]
    told = dict(described_by(connector, read, people=people, anew=True))
    missing = set[tuple[str, str]]()
    for drift, what, mended in _drifts(app, name, told, draft):
        if drift.kind is not DriftKind.WORDS or drift.field not in told_of:
            found.drifts.append((what, mended))
        if drift.kind in SILENT:
            missing.add((drift.field.object, drift.field.field))
    found.drifts += [(each.words, each.mend) for each in unkind(draft, app.types, name, told)]
    had = {} if before is None else wanted_fields(before, name)
    for stream, fields in told.items():
        gained = wanted[stream] - had.get(stream, frozenset())
        there = sorted(each for each in gained if each in fields and (stream, each) not in missing)
        if there and stream in had:
            found.again += _again(app, name, connector, stream, there)


def _has(connector: Describer, stream: str) -> bool:
    return not isinstance(connector, Reader) or stream in connector.streams


def _drifts(
    app: App, name: str, told: Mapping[str, Mapping[str, Field]], draft: MappingRules
) -> Iterator[tuple[Drift, str, str]]:
    used = uses(draft, app.types)
    with app.store.read() as tx:
        relied = described.relied_on(tx, name)
    for stream, fields in told.items():
        theirs = {at: use for at, use in used.items() if (at.connection, at.object) == (name, stream)}
        for drift in compare(fields, relied.get(stream, {}), theirs).drifts if fields else ():
            what = f"{drift.field} {happened(drift)}: {effect(drift, theirs[drift.field])}"
            yield drift, what, mend(drift, app.types.get(name, ""))


def _again(app: App, name: str, connector: Connector | Describer, stream: str, fields: list[str]) -> Iterator[Again]:
    """Nothing where the stream was never read: it is read from its start with these fields anyway."""
    with app.store.read() as tx:
        if connections.cursor(tx, name, stream) is None:
            return
        rows = back_fills.rows_of(tx, name, stream)
    calls = connector.reading_calls(stream, rows) if isinstance(connector, Priced) else None
    yield Again(connection=name, stream=stream, fields=tuple(fields), rows=rows, calls=calls)
