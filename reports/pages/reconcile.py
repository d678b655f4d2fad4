"""Why the systems count differently, lead by lead: what each of them counts, and what lies between any two."""

from collections.abc import Iterator, Sequence
from types import MappingProxyType

from domain.counted import Counted
from reports.pages.bridges import LISTED, bridges
from reports.pages.differences import LABELS, MENDS, Cause
from reports.pages.lines import keyed
from reports.pages.page import Cell, Column, Figure, Missing, Page, Row, Table
from reports.pages.passes import Scope
from reports.pages.reconciling import US, Line, Look
from reports.pages.telling import Tellings
from reports.pages.wording import counted, moment, stale
from reports.pages.yardsticks import Yardstick
from store import heard

OURS = "leadloop"
_NAMES = MappingProxyType(
    {
        Counted.MQL: "MQLs",
        Counted.SAL: "SALs",
        Counted.SQL: "SQLs",
        Counted.OPPORTUNITY: "leads in a deal",
        Counted.CUSTOMER: "customers",
    }
)
_COLUMNS = (
    Column(
        key="count", label="Counts", says="As the system's own report would: by record, and by the field beside it."
    ),
    Column(key="people", label="People", says="Of whom these are, each once."),
    Column(
        key="undated", label="Set by others", says="Stands at the stage by somebody else's word, without this date."
    ),
    Column(key="by", label="By"),
    Column(key="read", label="Read until"),
)
_UNCOUNTED = "no date of this stage is mapped there"
_NOT_READ = "never to its end"


class Reconcile:
    """The page as it is counted. `yards`: of every system, `look` has those that can count; `behind`: the figure whose
    leads are wanted, with all of them."""

    def __init__(
        self, scope: Scope, what: Counted, yards: Sequence[Yardstick], look: Look, *, behind: str | None = None
    ) -> None:
        self._scope, self._what, self._yards, self._look = scope, what, yards, look
        self._kept = Tellings(behind)
        every = [US, *(yard.connection for yard in yards)]
        labels = [OURS, *(each if each != OURS else f"{OURS} (connection)" for each in every[1:])]
        keys = {label: key for key, label in keyed(labels)}
        self._names = dict(zip(every, labels, strict=True))
        self._keys = {side: keys[label] for side, label in self._names.items()}
        self._sides = [US, *(yard.connection for yard in look.yards)]
        self._bridges = bridges(self._sides, self._keys, self._names, self._kept)

    def count(self, line: Line) -> None:
        told = "; ".join(f"not in {self._names[side]}: {why.told}" for side, why in line.why.items())
        for side, several in line.counted.items():
            self._kept[self._counts(side, "count")].add(line.lead_id, told, several)
        for side in line.undated:
            self._kept[self._counts(side, "undated")].add(line.lead_id, "the stage is set there, and its date is not")
        if line.lead_id is not None:
            self._people(line, told)
        for each in self._bridges:
            each.count(line)

    def _people(self, line: Line, told: str) -> None:
        for side in line.counted:
            self._kept[self._counts(side, "people")].add(line.lead_id, told)
        if line.counted:
            self._kept[self._counts(None, "people")].add(line.lead_id, told)
        for side, why in line.why.items():
            self._kept[self._cause(side, why.cause)].add(line.lead_id, why.told)

    def _counts(self, side: str | None, column: str) -> str:
        return f"count.{'all' if side is None else self._keys[side]}.{column}"

    def _cause(self, side: str, cause: Cause) -> str:
        return f"why.{cause}.{self._keys[side]}"

    def page(self) -> Page:
        scope = self._scope
        name = _NAMES[self._what]
        return Page(
            name="reconcile",
            title=f"Why the systems count {name} differently",
            asks=f"How many {name} does each system count, who are they, and why does another one not count them?",
            counts=name,
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=(self._counted(), *(each.table() for each in self._bridges), self._why()),
            missing=tuple(self._missing()),
            remarks=tuple(self._remarks()),
        )

    def _counted(self) -> Table:
        rows = [self._ours(), *map(self._theirs, self._yards)]
        anybody = self._kept[self._counts(None, "people")].figure()
        rows.append(Row(key="all", label="Anybody", cells=("", anybody, "", "", ""), is_total=True))
        return Table(key="count", title="Who counts how many", heads="Who", columns=_COLUMNS, rows=tuple(rows))

    def _ours(self) -> Row:
        seen = moment(self._scope.now, self._scope.window.zone)
        cells = (*self._figures(US), "", "its own ledger", seen)
        return Row(key=self._keys[US], label=OURS, cells=cells)

    def _theirs(self, yard: Yardstick) -> Row:
        side = yard.connection
        cells: tuple[Cell, ...]
        if yard.counts:
            undated = (
                self._kept[self._counts(side, "undated")].figure() if yard.is_ours and any(yard.stages.values()) else ""
            )
            cells = (*self._figures(side), undated, yard.words(), self._read(side))
        else:
            unknown = Figure(value=None, why=_UNCOUNTED)
            cells = (unknown, unknown, "", "", self._read(side))
        return Row(key=self._keys[side], label=self._names[side], cells=cells)

    def _figures(self, side: str) -> tuple[Figure, Figure]:
        return self._kept[self._counts(side, "count")].figure(), self._kept[self._counts(side, "people")].figure()

    def _read(self, side: str) -> str:
        until = self._look.around.heard.get(side, heard.NEVER)
        return _NOT_READ if until == heard.NEVER else moment(until, self._scope.window.zone)

    def _why(self) -> Table:
        columns = tuple(Column(key=self._keys[side], label=f"Not in {self._names[side]}") for side in self._sides)
        return Table(
            key="why",
            title="Why a lead that one counts is not counted by another",
            heads="Cause",
            columns=(*columns, Column(key="mend", label="What to do")),
            rows=tuple(self._causes()),
            says="Each lead has one cause in each system: the first of this order that fits. One that none fits is "
            "unexplained, and stands first.",
        )

    def _causes(self) -> Iterator[Row]:
        for cause in LISTED:
            names = [self._cause(side, cause) for side in self._sides]
            if cause is Cause.UNEXPLAINED or any(name in self._kept for name in names):
                cells: tuple[Cell, ...] = (*(self._kept[name].figure() for name in names), MENDS[cause])
                yield Row(key=cause.value, label=LABELS[cause], cells=cells)

    def _missing(self) -> Iterator[Missing]:
        lost = [self._kept[self._cause(side, Cause.UNEXPLAINED)].n for side in self._sides]
        if any(lost):
            words = f"{counted(sum(lost), 'differences')} that nobody can explain: a lead counts here and not there."
            yield Missing(what=words, mend=MENDS[Cause.UNEXPLAINED])
        yield from self._before_us()
        for yard in self._yards:
            yield from self._lacks(yard)
            yield from self._late(yard)

    def _before_us(self) -> Iterator[Missing]:
        """Of days on which leadloop did not look yet, none of ours is no result."""
        began, window = self._scope.loaded_until, self._scope.window
        if began is not None and window.since < began:
            words = (
                f"leadloop looks since {moment(began, window.zone)}: who came to the stage before has no date of ours."
            )
            yield Missing(what=words, mend="Begin later, with `--since`.")

    def _lacks(self, yard: Yardstick) -> Iterator[Missing]:
        name, mend = (
            yard.connection,
            f"Name its own date under `counted.{yard.connection}.{self._what}` in reports.yaml.",
        )
        if not yard.counts:
            words = f"{name} shows no date of this stage that is read, so that it is not counted here."
            yield Missing(what=words, mend=f"Map `{yard.dated_by}` to a field of {name} in mapping.yaml. {mend}")
            return
        several = self._kept[self._counts(yard.connection, "undated")].n
        if several:
            words = f"{name} shows {counted(several, 'leads')} at the stage by somebody else's word, without a date."
            yield Missing(what=f"{words} Its own report may count them.", mend=mend)

    def _late(self, yard: Yardstick) -> Iterator[Missing]:
        """Of the systems in which reps work every report says it."""
        name, window, look = yard.connection, self._scope.window, self._look
        until = look.around.heard.get(name, heard.NEVER)
        if name in look.around.fields.rules.workplaces or name in look.around.unread or not yard.counts:
            return
        if until == heard.NEVER:
            return
        words = stale(name, until, needed=min(window.until, self._scope.now), zone=window.zone)
        if words is not None:
            yield Missing(what=words, mend=MENDS[Cause.STALE])

    def _remarks(self) -> Iterator[str]:
        yield (
            "leadloop counts a lead once, by when it came to the stage, or beyond it, in a pass that did not go back; "
            "the systems count records by the date that stands in them now."
        )
        for yard in self._yards:
            if yard.counts and yard.is_ours:
                yield f"{yard.connection} is counted by the field that leadloop writes: {yard.words()}."
        zone = self._scope.window.zone.key
        yield f"Days begin in {zone}: a system that counts in another time zone moves who lies at the window's edges."
        yield (
            "A deleted record counts nowhere, a converted Lead beside its Contact. What the integration user may not "
            "see, and objects that mapping.yaml does not name as people, are in no count."
        )
