"""What a connection has to have before the rules can work there: read out of mapping and lifecycle.

Only what is leadloop's own is made: fields that the rules decide or that reps answer in, never a shared one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules, Property, Role, SyncRule, System
from config.scorecard import ScorecardRules
from domain.fitting import AccessFitting, ActionFitting, FieldFitting, Fittings, ListFitting, ViewFitting
from domain.handoff import Outcome, Queue, Verdict
from domain.record import FieldType
from domain.stage import Stage
from mapping.wording import spoken
from mapping.written import OWNERLESS_OBJECTS

OURS = frozenset({Role.OWNED, Role.ANSWER})
USUAL_SCORECARD = ScorecardRules()
GIVEN_BY_US = frozenset({Outcome.WENT_QUIET, Outcome.NOT_TARGET, Outcome.LOST, Outcome.MERGED})
"""Outcomes that reps do not pick."""
TEXT_LENGTH, KEY_LENGTH, TASK_KEY_LENGTH, DIGITS = 255, 36, 64, 6
_CUT = re.compile(r"\s*truncate\(\s*(\d+)\s*\)\s*")
_LENGTHS = {"lead_key": KEY_LENGTH, "grade": 1, "band": 20, "queue": 80}
_DIGITS = {"times_recycled": 3}
_WHY = {
    "lead_key": "by it a record is recognised, and a creation whose answer was lost is found instead of made twice",
    "score": "the points a person has now",
    "why": "what the score and the handoff rest on, in a sentence",
    "stage": "where the lead stands",
    "stage_since": "since when it stands there",
    "accepted_at": "when a rep took it in this pass",
    "qualified_at": "when it qualified in this pass",
    "route_why": "why this rep has it",
    "needs_data": "what is missing before anybody can call",
    "verdict": "the rep's answer to: take it?",
    "outcome": "the rep's answer to: what came of it?",
    "return_date": "when the rep wants the lead back",
    "renewal_date": "when the prospect's contract with the other vendor ends",
    "snooze_until": "the rep keeps the lead until then",
    "scorecard": "what the rep's scorecard comes to, and why it does not qualify",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A list view in the rules' words; `only` by property."""

    name: str
    label: str
    columns: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]]
    mine: bool = False


_WORKED = (Stage.ACCEPTED.value, Stage.QUALIFIED.value)
_BACK = (Stage.RECYCLED.value, Stage.DISQUALIFIED.value)
_VIEWS = (
    _View(
        name="New_for_me",
        label="New for me",
        columns=("band", "why", "mql_since", "verdict"),
        only={"stage": (Stage.ASSIGNED.value,)},
        mine=True,
    ),
    _View(
        name="At_work",
        label="At work",
        columns=("why", "outcome", "return_date"),
        only={"stage": _WORKED},
        mine=True,
    ),
    _View(
        name="Sent_back_by_me",
        label="Sent back by me",
        columns=("verdict", "outcome", "nurture_until"),
        only={"stage": _BACK},
        mine=True,
    ),
    _View(
        name="Unassigned",
        label="Unassigned",
        columns=("band", "route_why", "mql_since"),
        only={"queue": (Queue.UNASSIGNED.value,)},
    ),
    _View(
        name="Needs_data",
        label="Needs data",
        columns=("needs_data",),
        only={"queue": (Queue.NEEDS_DATA.value,)},
    ),
    _View(
        name="Coming_back",
        label="Coming back",
        columns=("nurture_until", "times_recycled"),
        only={"stage": (Stage.RECYCLED.value,)},
    ),
)


def fittings(
    mapping: MappingRules,
    lifecycle: LifecycleRules,
    connection: str,
    *,
    kind: str,
    scorecard: ScorecardRules = USUAL_SCORECARD,
) -> Fittings:
    """What one connection needs; nothing when it is not mapped. `kind` is its type of system."""
    system = mapping.systems.get(connection)
    if system is None:
        return Fittings()
    need = _Need(
        mapping=mapping, lifecycle=lifecycle, scorecard=scorecard, connection=connection, system=system, kind=kind
    )
    return Fittings(
        fields=tuple(need.fields()),
        access=tuple(need.access()),
        views=tuple(need.views()),
        actions=tuple(need.actions()),
        lists=tuple(need.lists()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Need:
    """The rules, read for one connection."""

    mapping: MappingRules
    lifecycle: LifecycleRules
    scorecard: ScorecardRules
    connection: str
    system: System
    kind: str

    def fields(self) -> Iterator[FieldFitting]:
        for kind in self.system.people.objects:
            for prop in self._own():
                name = self._field(prop.name, kind)
                if name is not None:
                    yield self._fitting(prop, kind, name)
        accounts = self.system.accounts
        if accounts is not None and accounts.air_cover is not None:
            yield FieldFitting(
                object=accounts.object,
                name=accounts.air_cover,
                label="Air cover",
                type=FieldType.BOOLEAN,
                why="the owner asks marketing to write to the account's people for a while",
                by_reps=True,
            )
        tasks = self.system.tasks
        if tasks is not None:
            why = "marks the tasks that leadloop made, so that none is made twice"
            yield FieldFitting(
                object=tasks.object,
                name=tasks.key,
                label="leadloop key",
                type=FieldType.TEXT,
                length=TASK_KEY_LENGTH,
                unique=True,
                why=why,
            )

    def access(self) -> Iterator[AccessFitting]:
        for kind in self.system.people.objects:
            edits: dict[str, bool] = {}
            for prop in self.mapping.properties:
                name = self._field(prop.name, kind)
                if name is not None and not (prop.role is Role.OWNER and kind in OWNERLESS_OBJECTS):
                    edits[name] = edits.get(name, False) or self._is_written(prop)
            yield from (AccessFitting(object=kind, name=name, edit=edit) for name, edit in sorted(edits.items()))
        if self.system.accounts is not None and self.system.accounts.air_cover is not None:
            yield AccessFitting(object=self.system.accounts.object, name=self.system.accounts.air_cover, edit=False)
        if self.system.tasks is not None:
            yield AccessFitting(object=self.system.tasks.object, name=self.system.tasks.key, edit=True)

    def views(self) -> Iterator[ViewFitting]:
        """Where reps answer. Of an object whose owner is never changed nothing is anybody's own."""
        for kind in self._answered():
            for view in _VIEWS:
                only = {field: values for key, values in view.only.items() if (field := self._field(key, kind))}
                if len(only) == len(view.only) and not (view.mine and kind in OWNERLESS_OBJECTS):
                    wanted = ("first_name", "last_name", "company", *view.columns)
                    columns = tuple(field for key in wanted if (field := self._field(key, kind)))
                    label, mine = f"LL · {view.label}", view.mine
                    yield ViewFitting(
                        object=kind, name=f"LL_{view.name}", label=label, columns=columns, only=only, mine=mine
                    )

    def actions(self) -> Iterator[ActionFitting]:
        """One click for each verdict, one form for what came of it."""
        for kind in self._answered():
            verdict = self._field("verdict", kind)
            verdicts = self.lifecycle.verdicts if verdict else {}
            for answer in [each for each in Verdict if each in verdicts]:
                name, value = f"LL_{_titled(answer)}", verdicts[answer]
                yield ActionFitting(object=kind, name=name, label=f"LL · {value}", sets={str(verdict): value})
            asked = ("outcome", "return_date", "renewal_date", "snooze_until", *self.scorecard.names)
            asks = tuple(field for key in asked if (field := self._field(key, kind)))
            if self._field("outcome", kind):
                yield ActionFitting(object=kind, name="LL_Outcome", label="LL · What came of it?", asks=asks)

    def lists(self) -> Iterator[ListFitting]:
        if not self.system.lists:
            return
        entered: dict[str, list[str]] = {}
        for name, reason in self._rests():
            entered.setdefault(name, []).append(reason)
        for name, reasons in entered.items():
            yield ListFitting(name=name, why=f"for leads that came back because: {', '.join(reasons)}")
        rules = self.lifecycle
        if rules.silent_customers is not None:
            yield ListFitting(name=rules.silent_customers.list, why="customers of whom nobody hears: win them back")
        if rules.air_cover is not None:
            yield ListFitting(name=rules.air_cover.list, why="people of accounts for which a rep asked for air cover")
        yield ListFitting(name=rules.with_sales_list, why="everybody whom sales is talking to: suppress it")
        if rules.open_opportunity_list is not None:
            yield ListFitting(name=rules.open_opportunity_list, why="everybody with sales who is in a deal")
        if rules.customer_list is not None:
            yield ListFitting(name=rules.customer_list, why="all customers")

    def _rests(self) -> Iterator[tuple[str, str]]:
        """The list of each reason, with the reason in words."""
        for outcome in Outcome:
            road = self.lifecycle.outcomes.get(outcome)
            if road is None:
                continue
            says = road.says or outcome.value
            if road.list is not None:
                yield road.list, says
            yield from ((own.list, f"{says}: {reason}") for reason, own in road.reasons.items())

    def _own(self) -> Iterator[Property]:
        return (prop for prop in self.mapping.properties if prop.role in OURS)

    def _field(self, name: str, kind: str) -> str | None:
        """The field of a property on one object, None where it has none."""
        prop = next((each for each in self.mapping.properties if each.name == name), None)
        placed = prop.fields.get(self.connection) if prop is not None else None
        return placed.get(kind) if isinstance(placed, dict) else placed

    def _answered(self) -> list[str]:
        return [
            kind
            for kind in self.system.people.objects
            if any(prop.role is Role.ANSWER and self._field(prop.name, kind) for prop in self.mapping.properties)
        ]

    def _fitting(self, prop: Property, kind: str, name: str) -> FieldFitting:
        options = self._in_its_words(prop, self._options(prop))
        type_ = FieldType.TEXT if prop.type is FieldType.PICKLIST and not options else prop.type
        by_reps = prop.role is Role.ANSWER
        usual = "the rep's answer" if by_reps else "decided by leadloop"
        return FieldFitting(
            object=kind,
            name=name,
            label=prop.label or prop.name,
            type=type_,
            why=_WHY.get(prop.name, usual),
            length=_length(prop, self.connection) if type_ is FieldType.TEXT else None,
            digits=self._digits(prop) if type_ is FieldType.NUMBER else None,
            options=options,
            unique=name == self.system.people.key,
            by_reps=by_reps,
        )

    def _digits(self, prop: Property) -> int:
        if prop.name in self.scorecard.names:
            return len(str(self.scorecard.highest))
        return _DIGITS.get(prop.name, DIGITS)

    def _options(self, prop: Property) -> tuple[str, ...]:
        match prop.name:
            case "stage":
                return tuple(stage.value for stage in Stage)
            case "verdict":
                found = (self.lifecycle.verdicts.get(verdict) for verdict in Verdict)
                return tuple(dict.fromkeys(value for value in found if value is not None))
            case "outcome":
                roads = (self.lifecycle.outcomes.get(each) for each in Outcome if each not in GIVEN_BY_US)
                return tuple(dict.fromkeys(road.label for road in roads if road is not None))
        return ()

    def _in_its_words(self, prop: Property, options: tuple[str, ...]) -> tuple[str, ...]:
        """What stands there for our words; one that has no word there is not offered."""
        own = spoken(prop).get(self.connection)
        if own is None or prop.role is Role.ANSWER:
            return options
        said = (own.say(word, None) for word in options)
        return tuple(str(each.value) for each in said if each.problem is None)

    def _is_written(self, prop: Property) -> bool:
        """Whether the loop ever writes the field in this system."""
        if prop.role is not Role.SHARED or prop.made_of:
            return True
        always_ours = {"salesforce": SyncRule.ALWAYS_SALESFORCE, "hubspot": SyncRule.ALWAYS_HUBSPOT}
        return prop.sync not in (SyncRule.DONT_SYNC, always_ours.get(self.kind))


def _length(prop: Property, connection: str) -> int:
    """As long as the rules cut it, where they do."""
    wording = prop.wording(connection)
    chain = (*prop.transforms, *(wording.write or () if wording is not None else ()))
    cuts = [int(found[1]) for text in chain if (found := _CUT.fullmatch(text))]
    return min(cuts, default=_LENGTHS.get(prop.name, TEXT_LENGTH))


def _titled(verdict: Verdict) -> str:
    """`Wrong_person`: what a vendor takes for a name."""
    return verdict.value.capitalize()
