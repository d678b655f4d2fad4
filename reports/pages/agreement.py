"""The agreement between marketing and sales, made from the rules in plain words, with real examples.

It says what is so: whoever wants another agreement changes the rules, and the page with them.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest

from config.conditions_told import told
from config.lifecycle import LifecycleRules, Road
from config.mapping import MappingRules
from config.routing import OutcomeClock, RoutingRules, TouchClock
from config.scoring import ActivityRule, ScoringRules
from domain.handoff import Outcome
from domain.values import LeadId
from reports.pages.page import Column, Missing, Page, Part, Row, Table, Words
from reports.pages.passes import Pass, Scope
from reports.pages.rejects import label_of

EXAMPLES = 3
_EXAMPLE_COLUMNS = (
    Column(key="why", label="Why it was handed over"),
    Column(key="band", label="Band"),
    Column(key="came", label="What came of it"),
)


class Agreement:
    """The page as it is put together. Passes are only looked through for examples: the newest of each kind."""

    def __init__(self, scope: Scope, mapping: MappingRules) -> None:
        self._scope = scope
        self._labels = {each.name: each.label or each.name for each in mapping.properties}
        self._good: list[tuple[float, LeadId, Pass]] = []
        self._bad: list[tuple[float, LeadId, Pass]] = []

    def count(self, each: Pass) -> None:
        moment = (each.handoff.opened_at.timestamp(), each.lead_id, each)
        if each.qualified_at is not None and each.rejection is None:
            self._good = nlargest(EXAMPLES, [*self._good, moment], key=_newest)
        elif each.rejection is Outcome.NOT_TARGET or (each.rejection is not None and len(self._bad) < EXAMPLES):
            self._bad = nlargest(EXAMPLES, [*self._bad, moment], key=_worst)

    @property
    def shown(self) -> list[LeadId]:
        """Whose names the page needs."""
        return [lead for _, lead, _ in (*self._good, *self._bad)]

    def page(self, names: Mapping[LeadId, str]) -> Page:
        scope, book = self._scope, self._scope.book
        parts: tuple[Part, ...] = (
            Words(key="handed", title="Whom marketing hands over", lines=tuple(_handed(book.scoring, self._labels))),
            self._examples("good", "Three that were right", self._good, names),
            self._examples("bad", "Three that were not", self._bad, names),
            Words(key="reasons", title="What each answer means", lines=tuple(_reasons(book.lifecycle))),
            Words(key="sales", title="What sales promises", lines=tuple(_of_sales(book.routing))),
            Words(
                key="marketing",
                title="What marketing promises",
                lines=tuple(_of_marketing(book.lifecycle, scope.rules.goal.qualified_per_team_and_day)),
            ),
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
            remarks=(f"Made from the published rules; the words of this page: {text_hash(parts)[:8]}.",),
        )

    def _examples(
        self, key: str, title: str, found: Sequence[tuple[float, LeadId, Pass]], names: Mapping[LeadId, str]
    ) -> Table:
        rows = []
        for number, (_, lead, each) in enumerate(found, 1):
            cells = (each.handoff.why, each.handoff.band, self._came(each))
            rows.append(Row(key=str(number), label=names.get(lead, f"lead {lead}"), cells=cells))
        empty = "No handoff of this kind in this window."
        return Table(key=key, title=title, heads="Lead", columns=_EXAMPLE_COLUMNS, rows=tuple(rows), empty=empty)

    def _came(self, each: Pass) -> str:
        if each.rejection is not None:
            return label_of(each.rejection.value, self._scope.book.lifecycle)
        return "won" if each.won_at else "in a deal" if each.opportunity_at else "qualified"

    def _missing(self) -> Iterator[Missing]:
        lifecycle = self._scope.book.lifecycle
        unsaid = [road.label for road in lifecycle.outcomes.values() if not road.says]
        if unsaid:
            names = ", ".join(unsaid)
            yield Missing(what=f"No words for: {names}.", mend="Add `says` to each of them in lifecycle.yaml.")
        for team in self._scope.book.routing.teams:
            if team.manager is None:
                yield Missing(
                    what=f"Team {team.name} has no manager to hear what stays undone.", mend="Name one in routing.yaml."
                )


def text_hash(parts: Sequence[Part]) -> str:
    """What the agreed words are known by: examples do not count, as they change by the day."""
    said = [f"{part.title}\n" + "\n".join(part.lines) for part in parts if isinstance(part, Words)]
    return hashlib.sha256("\n\n".join(said).encode()).hexdigest()


def _newest(each: tuple[float, LeadId, Pass]) -> tuple[float, LeadId]:
    return each[0], each[1]


def _worst(each: tuple[float, LeadId, Pass]) -> tuple[bool, float, LeadId]:
    """Not our target before any other reason, then the newest."""
    return each[2].rejection is Outcome.NOT_TARGET, each[0], each[1]


def _handed(rules: ScoringRules, labels: Mapping[str, str]) -> Iterator[str]:
    every = [rule for group in rules.engagement for rule in group.rules]
    asking = [_word(rule) for rule in every if rule.hand_raiser]
    if asking:
        yield f"Whoever asks to be called, whatever the score: {'; '.join(asking)}."
    yield (
        f"Everybody else with {rules.line.engagement} points of engagement or more and a fit of {rules.line.fit} or "
        f"better. Who fell below {rules.line.rearm_below} counts anew."
    )
    best = sorted(
        ((rule.points, _word(rule)) for rule in every if rule.points > 0), key=lambda each: (-each[0], each[1])
    )
    yield "Engagement comes from: " + ", ".join(f"{words} ({points})" for points, words in best) + "."
    fit = (f"{group.name} (up to {group.limit})" for group in rules.fit)
    yield f"Fit comes from: {', '.join(fit)}; it is their share of what could be known, in percent."
    for each in rules.exclusions:
        yield f"Never: {each.name}, where {told(each.when, labels)}."


def _word(rule: ActivityRule) -> str:
    """What the rule says of a person; its name where that is put together from what they did."""
    return rule.says if rule.says and "{" not in rule.says else rule.name


def _reasons(rules: LifecycleRules) -> Iterator[str]:
    for verdict, label in rules.verdicts.items():
        yield f"{label}: {_VERDICTS[verdict.value]}"
    for road in rules.outcomes.values():
        yield f"{road.label}: {_road(road)}"


_VERDICTS: Mapping[str, str] = {
    "accept": "the rep takes it. A call, meeting or e-mail says the same; silence never does.",
    "wrong_person": "it goes to another rep, who was not asked before.",
    "data_wrong": "it waits in sight until what is required is there, then goes back to the same rep.",
    "not_target": "it leaves sales for good, unless its fit changes.",
    "already_working": "it stays with the rep, who had it before.",
}


def _road(road: Road) -> str:
    if road.disqualifies:
        return "out of the loop, unless they ask to be called."
    if road.list is None:
        return "the lead goes on with sales."
    if road.days_before_renewal is not None:
        back = f"back {road.days_before_renewal} days before their renewal, else after {road.return_days} days"
    elif road.return_days is not None:
        back = f"back after {road.return_days} days at the earliest, and only with new behaviour"
    else:
        back = "back only when their fit changes"
    return f"to the list '{road.list}'; {back}. The rep's own date wins."


def _of_sales(rules: RoutingRules) -> Iterator[str]:
    yield f"Whoever asks to be called: {_touch(rules.clocks.hand_raise)}"
    yield f"Everybody else: {_touch(rules.clocks.normal)}"
    yield f"After accepting: {_outcome(rules.clocks.outcome)}"
    yield "A rejection has a reason, so that the right list and date follow from it."
    for pool in rules.pools:
        yield f"Pool {pool.name}: up to {pool.new_per_day} new leads a day and {pool.open_at_once} open for each rep."


def _touch(clock: TouchClock) -> str:
    said = [f"in touch within {_span(clock.due_min)} of working time"]
    if clock.manager_min is not None:
        said.append(f"the manager hears after {_span(clock.manager_min)}")
    if clock.release_min is not None:
        said.append(f"it goes back to the queue after {_span(clock.release_min)}")
    return f"{'; '.join(said)}."


def _outcome(clock: OutcomeClock) -> str:
    return (
        f"what came of it within {clock.remind_days} days; the manager hears after {clock.manager_days}, and after "
        f"{clock.recycle_days} it rests as gone quiet."
    )


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{minutes} minutes" if not hours else f"{hours} hours" if not rest else f"{hours} h {rest} min"


def _of_marketing(rules: LifecycleRules, goal: float) -> Iterator[str]:
    yield f"With sales: {goal:g} qualified lead{'s' if goal != 1 else ''} for each team on each working day."
    yield f"Nobody on '{rules.with_sales_list}' is written to by marketing."
    yield f"Somebody writes to every nurture list: {', '.join(rules.nurture_lists())}."
    yield f"Nobody comes back more than {rules.max_returns} times in 24 months, and nobody who opted out is written to."
