"""The agreement between marketing and sales, made from the rules in plain words, with real examples.

It says what is so: whoever wants another agreement changes the rules, and the page with them.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest

from domain.handoff import Outcome
from domain.signing import Clause, Side, Signature, fingerprint_of, standings
from domain.values import LeadId
from reports.pages.page import Column, Missing, Page, Part, Row, Table, Words
from reports.pages.passes import Pass, Scope
from reports.pages.rejects import label_of
from reports.pages.signed import told

EXAMPLES = 3
_EXAMPLE_COLUMNS = (
    Column(key="why", label="Why it was handed over"),
    Column(key="band", label="Band"),
    Column(key="came", label="What came of it"),
)


class Agreement:
    """The page as it is put together. Passes are only looked through for examples: the newest of each kind.

    `clauses`: what is promised (`promises_of`); `signed`: the last signature of each side.
    """

    def __init__(self, scope: Scope, clauses: Sequence[Clause], signed: Mapping[Side, Signature]) -> None:
        self._scope, self._clauses, self._signed = scope, clauses, signed
        self._good: list[tuple[float, LeadId, Pass]] = []
        self._bad: list[tuple[float, LeadId, Pass]] = []

    def count(self, each: Pass) -> None:
        moment = (each.handoff.opened_at.timestamp(), each.lead_id, each)
        if each.qualified_at is not None and each.rejection is None:
            self._good = nlargest(EXAMPLES, [*self._good, moment], key=_newest)
        elif each.is_refused:  # what went quiet nobody has judged
            self._bad = nlargest(EXAMPLES, [*self._bad, moment], key=_worst)

    @property
    def shown(self) -> list[LeadId]:
        """Whose names the page needs."""
        return [lead for _, lead, _ in (*self._good, *self._bad)]

    def page(self, names: Mapping[LeadId, str]) -> Page:
        scope, book = self._scope, self._scope.book
        handed, *rest = (Words(key=each.key, title=each.title, lines=each.lines) for each in self._clauses)
        names_under = tuple(told(standings(self._clauses, self._signed), scope.window.zone))
        parts: tuple[Part, ...] = (
            handed,
            self._examples("good", "Handoffs that were right", self._good, names),
            self._examples("bad", "Handoffs that were not", self._bad, names),
            *rest,
            Words(key="signed", title="Who has signed this", lines=names_under),
        )
        return Page(
            name="agreement",
            title="The agreement",
            asks="What is a lead worth a rep's time, and what have marketing and sales promised each other?",
            counts="handoffs",
            window=scope.window,
            seen=scope.now,
            rule_hash=book.rule_hash,
            parts=parts,
            missing=tuple(self._missing()),
            names_people=True,
            remarks=(f"Made from the published rules; the words of this page: {fingerprint_of(self._clauses)[:8]}.",),
        )

    def _examples(
        self, key: str, title: str, found: Sequence[tuple[float, LeadId, Pass]], names: Mapping[LeadId, str]
    ) -> Table:
        rows = []
        for number, (_, lead, each) in enumerate(found, 1):
            cells = (each.handoff.why, each.handoff.band, self._came(each))
            label = f"{names[lead]}, lead {lead}" if lead in names else f"lead {lead}"
            rows.append(Row(key=str(number), label=label, cells=cells))
        empty = "No handoff of this kind in this window: ask for a longer one, with `--since`."
        return Table(key=key, title=title, heads="Lead", columns=_EXAMPLE_COLUMNS, rows=tuple(rows), empty=empty)

    def _came(self, each: Pass) -> str:
        if each.rejection is not None:
            return label_of(each.rejection.value, self._scope.book.lifecycle)
        return "won" if each.won_at else "in a deal" if each.opportunity_at else "qualified"

    def _missing(self) -> Iterator[Missing]:
        for team in self._scope.book.routing.teams:
            if team.manager is None:
                yield Missing(
                    what=f"Team {team.name} has no manager to hear what stays undone.", mend="Name one in routing.yaml."
                )


def _newest(each: tuple[float, LeadId, Pass]) -> tuple[float, LeadId]:
    return each[0], each[1]


def _worst(each: tuple[float, LeadId, Pass]) -> tuple[bool, float, LeadId]:
    """Not our target before any other reason, then the newest."""
    return each[2].rejection is Outcome.NOT_TARGET, each[0], each[1]
