"""Our rules as a score of HubSpot's, in the shape that its API takes to create one.

What only leadloop knows (hand-raisers, sales activity, exclusions, names and sentences of rules) stays here and is
noted where it changes points.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.scoring import ActivityGroup, ActivityRule, Decay, FitRule, ScoringRules
from connectors.hubspot.score_cases import Case, cases_of
from connectors.hubspot.score_events import entries_of
from connectors.hubspot.score_levels import outputs_of
from connectors.hubspot.score_shape import (
    Calculation,
    Category,
    Composite,
    Conditional,
    Document,
    Events,
    Group,
    GroupDecay,
    Match,
    MatchRule,
    Outputs,
    Rule,
    RuleBody,
    RuleCalculation,
    Several,
    Single,
    as_data,
)
from connectors.hubspot.score_words import Effect, NoCounterpartError, Note, Vocabulary, operation_for

LARGEST_SCORE = 10_000
"""The highest limit that HubSpot's users report; its API wants one."""
PENALTIES = "Penalties"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    document: Document
    notes: tuple[Note, ...]
    found: int
    went: int
    """So many of `found` rules."""


def from_rules(rules: ScoringRules, vocabulary: Vocabulary, *, name: str = "leadloop") -> Exported:
    work = _Export(rules, vocabulary)
    groups = [*work.engagement(), *work.fit()]
    work.note_rest()
    types = [each for each in Category if any(group.group_category is each for group in groups)]
    document = Document(
        name=name,
        object_type_id="0-1",
        allowed_group_types=types,
        group_configs=groups,
        most_per_category=rules.total_cap or LARGEST_SCORE,
        output_configuration=Outputs(outputs=outputs_of(rules)),
    )
    return Exported(document=document, notes=tuple(work.notes), found=work.found, went=work.went)


def for_create(document: Document) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The body of HubSpot's create request, which takes no tiers; they are told, to be set by hand."""
    outputs = document.output_configuration.outputs if document.output_configuration else []
    notes = tuple(_tiers_by_hand(each.categories, each.boundaries) for each in outputs)
    return as_data(document.model_copy(update={"output_configuration": None})), notes


def _tiers_by_hand(categories: Sequence[Category], boundaries: Any) -> Note:
    told = ", ".join(f"{tier.label} from {tier.threshold:g}" for tier in boundaries)
    reason = f"the request that creates a score takes no thresholds of {' and '.join(categories)}"
    remedy = f"set them in HubSpot once the score is there: {told} points"
    return Note(group="", rule="thresholds", effect=Effect.BY_HAND, reason=reason, remedy=remedy)


@dataclass
class _Export:
    """One export under way."""

    rules: ScoringRules
    vocabulary: Vocabulary
    notes: list[Note] = field(default_factory=list)
    found: int = 0
    went: int = 0

    def engagement(self) -> Iterator[Group]:
        for group in self.rules.engagement:
            made = [each for rule in group.rules for each in self._event_rule(group, rule)]
            if made:
                yield Group(
                    group_name=group.name,
                    group_category=Category.INTENT,
                    max_value=group.limit,
                    group_decay=self._decay(group),
                    rule_configurations=made,
                )

    def fit(self) -> Iterator[Group]:
        for group in self.rules.fit:
            made = [each for rule in group.rules for each in self._fit_rule(group.name, rule, rule.points)]
            if made:
                yield Group(
                    group_name=group.name,
                    group_category=Category.FIT,
                    max_value=group.limit,
                    rule_configurations=made,
                )
        taken = [
            each for rule in self.rules.fit_penalties for each in self._fit_rule(PENALTIES, rule, -abs(rule.points))
        ]
        if taken:
            yield Group(group_name=PENALTIES, group_category=Category.FIT, rule_configurations=taken)

    def note_rest(self) -> None:
        """What no group can hold."""
        for group in self.rules.sales:
            reason = "sales activity is scored apart here; HubSpot would add it to engagement"
            self._note(group.name, "", Effect.BY_HAND, reason, "build a score of its own in HubSpot if you want it")
        for score in self.rules.scores:
            reason = "it is a number of its own; this is the score of engagement and fit"
            self._note("scores", score.property, Effect.BY_HAND, reason, "build a score of its own in HubSpot")
        for exclusion in self.rules.exclusions:
            reason = "HubSpot excludes by segments only"
            remedy = "make a segment of it and exclude it in the score"
            self._note("exclusions", exclusion.name, Effect.BY_HAND, reason, remedy)
        if self.rules.total_cap is None:
            reason = f"the rules have no `total_cap` and HubSpot wants a limit: {LARGEST_SCORE:,} was written"
            self._note("", "total_cap", Effect.ASSUMED, reason, "lower it if your account takes less")

    def _event_rule(self, group: ActivityGroup, rule: ActivityRule) -> Iterator[Rule]:
        self.found += 1
        try:
            self._refuse_other_clock(group, rule)
            entries, notes = entries_of(rule, self.vocabulary)
        except NoCounterpartError as missing:
            self._note(group.name, rule.name, Effect.LEFT_OUT, missing.reason, missing.remedy)
            return
        self.went += 1
        for reason, remedy in notes:
            self._note(group.name, rule.name, Effect.APPROXIMATED, reason, remedy)
        most = rule.cap if rule.points > 0 else None
        least = -rule.cap if rule.cap is not None and rule.points <= 0 else None
        yield _rule(Events(event_calculators=entries), most=most, least=least)

    def _refuse_other_clock(self, group: ActivityGroup, rule: ActivityRule) -> None:
        own = rule.decay is not None and rule.decay != group.decay
        if own or (rule.timeframe_days is not None and group.decay is not None):
            raise NoCounterpartError(
                "in HubSpot all rules of a group fade alike, or have timeframes and none fades",
                "put it into a group of its own, with its `decay` there",
            )

    def _fit_rule(self, group: str, rule: FitRule, points: int) -> Iterator[Rule]:
        self.found += 1
        try:
            parts = [self._part(case, points) for case in cases_of(rule.when)]
        except NoCounterpartError as missing:
            self._note(group, rule.name, Effect.LEFT_OUT, missing.reason, missing.remedy)
            return
        self.went += 1
        yield _rule(parts[0] if len(parts) == 1 else Several(calculators=parts))

    def _part(self, case: Case, points: int) -> Calculation:
        if not case:
            raise NoCounterpartError("it gives points to everybody", "leave it out: it tells nobody apart")
        singles = [
            Single(
                property=self.vocabulary.field_of(test.row.property),
                operation=operation_for(self.vocabulary.in_their_words(test.row), blank_too=test.blank_too),
            )
            for test in case
        ]
        if len(singles) == 1:
            rule = MatchRule(operation=singles[0].operation, value=points)
            return Match(property=singles[0].property, match_rules=[rule])
        return Conditional(value=points, where_condition=Composite(conditions=[*singles]))

    def _decay(self, group: ActivityGroup) -> GroupDecay | None:
        if group.decay is None:
            return None
        percent, days = _linear(group.decay)
        if group.decay.half_life_days is not None:
            reason = (
                f"a half-life of {days} days became {percent} % every {days} days: nothing is left after {2 * days}"
            )
            self._note(group.name, "", Effect.APPROXIMATED, reason, "choose another percentage in HubSpot if you like")
        return GroupDecay(decay_interval_days=days, percent_to_decay_per_interval=percent)

    def _note(self, group: str, rule: str, effect: Effect, reason: str, remedy: str) -> None:
        self.notes.append(Note(group=group, rule=rule, effect=effect, reason=reason, remedy=remedy))


def _linear(decay: Decay) -> tuple[int, int]:
    """Percent and days; a half-life has lost half after its time, as 50 % of the start have."""
    if decay.half_life_days is not None:
        return 50, decay.half_life_days
    return decay.percent or 100, decay.every_days or 1


def _rule(calculation: RuleCalculation, *, most: int | None = None, least: int | None = None) -> Rule:
    return Rule(configuration=RuleBody(calculation=calculation), enabled=True, maximum=most, minimum=least)
