"""Who does what next, by stage and persona: how many leads stand there, what is known of the asset, and where nobody
has said what comes next."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.next_steps import NextSteps
from domain.stage import Stage
from domain.values import LeadId
from mapping.personas import Personas, Place, personas_of
from reports.pages.approaches import Approach
from reports.pages.lifts import ASSOCIATION, Lifts
from reports.pages.lines import keyed
from reports.pages.page import Cell, Chart, Column, Missing, Page, Row, Table
from reports.pages.passes import PORTION, Scope, as_known, portions
from reports.pages.tally import Tally
from store import leads, ledger
from store.engine import Store, Tx

NEEDS_NONE = frozenset({Stage.DISQUALIFIED})
"""Nothing comes next for these: without a cell they are no gap."""
STEPS = ("accepted", "won")
_STAGES = tuple(Stage)
_NOBODY = "nobody stands anywhere yet"
_HERE = Column(key="leads", label="Leads", says="Who stand there now.")
_SAID = (
    Column(key="marketing", label="Marketing"),
    Column(key="sales", label="Sales"),
    Column(key="question", label="Question"),
    Column(key="asset", label="Asset"),
)
_WHEN = "as they stand now"
_NOW = "Leads stand where they stand now; their assets are held against the handoffs that began in the window."
_NO_PLAYBOOK = Missing(
    what="Nobody has written down who does what next.",
    mend="Add `playbook` to reports.yaml; docs/reports.md has one to begin with.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One lead and where it stands now."""

    lead_id: LeadId
    stage: Stage
    persona: str


def standing_of(store: Store, scope: Scope) -> Iterator[Standing]:
    """Every living lead, by number."""
    personas = personas_of(scope.rules.playbook)
    yield from portions(
        store,
        lambda tx, last: leads.after(tx, last, PORTION),
        lambda tx, ids: _read(tx, ids, scope, personas),
    )


def _read(tx: Tx, ids: Sequence[LeadId], scope: Scope, personas: Personas) -> Iterator[Standing]:
    known, facts = leads.get(tx, ids), ledger.facts_of(tx, ids)
    for lead in ids:
        if lead in known:
            values = as_known(facts.get(lead, ()), scope.now)
            yield Standing(lead_id=lead, stage=known[lead].stage, persona=personas.of(values))


class PlaybookReport:
    """The page as it is counted."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._personas = scope, personas_of(scope.rules.playbook)
        self._wanted = dict.fromkeys(each.asset for each in self._personas.cells.values() if each.asset.strip())
        self._lifts = Lifts(scope.most, STEPS)
        self._standing: dict[Place, Tally] = {}
        self._covered = {is_told: Tally(scope.most) for is_told in (True, False)}

    def count(self, each: Approach) -> None:
        """A handoff stands in the line of an asset that was met before it, as in the report of assets."""
        met = set(each.met)
        self._lifts.count([name for name in self._wanted if any(asset.answers_to(name) for asset in met)], each.of)

    def count_standing(self, each: Standing) -> None:
        place = (each.stage, each.persona)
        self._standing.setdefault(place, Tally(self._scope.most)).add(each.lead_id)
        is_told = place in self._personas.cells
        if is_told or each.stage not in NEEDS_NONE:
            self._covered[is_told].add(each.lead_id)

    @property
    def unseen(self) -> tuple[str, ...]:
        """Assets that nobody of the window's handoffs had met."""
        return tuple(name for name in self._wanted if not self._lifts.has(name))

    def page(self, *, unmet: Iterable[str]) -> Page:
        """`unmet`: assets that nobody ever met."""
        scope = self._scope
        return Page(
            name="playbook",
            title="Playbook",
            asks="Who does what next, with whom, and for whom has nobody said so?",
            counts="leads",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=(self._shares(), self._gaps(), self._cells()),
            missing=tuple(self._missing(unmet)),
            remarks=(
                _NOW,
                ASSOCIATION,
            ),
        )

    def _missing(self, unmet: Iterable[str]) -> Iterator[Missing]:
        if not self._personas.cells:
            yield _NO_PLAYBOOK
        for name in unmet:
            yield Missing(
                what=f"Nobody ever met `{name}`, which the playbook names.",
                mend="`leadloop report assets` has the names of what people met.",
            )

    def _shares(self) -> Table:
        """How many leads the playbook says anything of."""
        both = sum(each.n for each in self._covered.values())
        rows = (("told", "With a next step", True), ("gap", "Without one", False))
        return Table(
            key="covered",
            title="How many leads have a next step",
            when=_WHEN,
            heads="Leads",
            columns=(_HERE, Column(key="share", label="Share", says="Of all but the disqualified without a cell.")),
            rows=tuple(
                Row(key=key, label=label, cells=_of(self._covered[is_told], both)) for key, label, is_told in rows
            ),
        )

    def _gaps(self) -> Table:
        found = [
            (place, tally)
            for place, tally in self._in_order(self._standing)
            if place not in self._personas.cells and place[0] not in NEEDS_NONE
        ]
        return Table(
            key="gap",
            title="Gaps: nobody has said what comes next",
            heads="Stage and persona",
            columns=(_HERE,),
            rows=tuple(Row(key=key, label=label, cells=(tally.count(),)) for key, label, (_, tally) in _named(found)),
            says="Those with the most leads first.",
            when=_WHEN,
            chart=Chart.BARS,
            charted="leads",
            empty="Every lead has a next step.",
        )

    def _cells(self) -> Table:
        cells = {place: self._standing.get(place) or Tally(self._scope.most) for place in self._personas.cells}
        return Table(
            key="cell",
            title="What comes next",
            heads="Stage and persona",
            columns=(_HERE, *_SAID, *self._lifts.columns),
            rows=tuple(
                Row(key=key, label=label, cells=(tally.count(), *self._told(self._personas.cells[place])))
                for key, label, (place, tally) in _named(self._in_order(cells))
            ),
            says="Those with the most leads first. What came of handoffs before which the asset was met: "
            f"{self._scope.window.words()}.",
            when=_WHEN,
            empty="The playbook has no cell yet.",
        )

    def _told(self, cell: NextSteps) -> Iterator[Cell]:
        yield from (cell.marketing, cell.sales, cell.question, cell.asset)
        yield from self._lifts.cells_of(cell.asset) if cell.asset.strip() else [""] * len(self._lifts.columns)

    def _in_order(self, found: Mapping[Place, Tally]) -> list[tuple[Place, Tally]]:
        """The most leads first; of equals by stage, and by persona as the playbook has them."""
        names = self._personas.names

        def rank(item: tuple[Place, Tally]) -> tuple[int, int, int]:
            (stage, persona), tally = item
            return -tally.n, _STAGES.index(stage), names.index(persona) if persona in names else len(names)

        return sorted(found.items(), key=rank)


def _of(tally: Tally, every: int) -> tuple[Cell, ...]:
    return tally.count(), tally.share(every, why=_NOBODY)


def _named(found: Sequence[tuple[Place, Tally]]) -> Iterator[tuple[str, str, tuple[Place, Tally]]]:
    """Each with its key and label: `engaged, Decider`."""
    by_label = {f"{stage}, {persona}": (stage, persona) for (stage, persona), _ in found}
    keys = {label: key for key, label in keyed(sorted(by_label))}
    for place, tally in found:
        label = f"{place[0]}, {place[1]}"
        yield keys[label], label, (place, tally)
