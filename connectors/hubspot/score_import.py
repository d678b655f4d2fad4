"""HubSpot's score as rules of ours: INTENT groups become engagement, FIT groups fit.

Every rule comes over whole or not at all; what is lost or guessed stands in the notes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError

from config.scoring import ActivityGroup, ActivityRule, Decay, FitGroup, FitRule, ScoringRules
from config.strict import FARTHEST_DAYS
from connectors.hubspot import score_naming as naming
from connectors.hubspot.score_levels import grades_of, line_of
from connectors.hubspot.score_parts import Drafted, Part, drafts_of, of_traits, parts_of, whole_points
from connectors.hubspot.score_shape import (
    Category,
    Conditional,
    Constant,
    Document,
    Events,
    Group,
    Match,
    OfAssociated,
    Rule,
    RuleCalculation,
    Several,
    unknown_fields,
)
from connectors.hubspot.score_words import Effect, NoCounterpartError, Note, Vocabulary

CONTACTS = "0-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """`rules` as they would stand in scoring.yaml; `came` of `found` rules of HubSpot's gave at least one of ours."""

    rules: ScoringRules
    notes: tuple[Note, ...]
    found: int
    came: int


def to_rules(document: Document, vocabulary: Vocabulary, *, taken: Iterable[str] = ()) -> Imported:
    """`taken`: names that no rule may get. NoCounterpartError where the score is not one of contacts at all."""
    if document.object_type_id != CONTACTS:
        reason = f"`{document.name}` scores objects of type {document.object_type_id}; leadloop scores people"
        raise NoCounterpartError(reason, f"choose a score of contacts (objectTypeId {CONTACTS})")
    work = _Import(document, vocabulary, names=naming.Names(taken))
    for place, group in enumerate(document.group_configs):
        work.take(group, place)
    return work.done()


@dataclass
class _Import:
    """One import under way."""

    document: Document
    vocabulary: Vocabulary
    names: naming.Names
    notes: list[Note] = field(default_factory=list)
    engagement: list[ActivityGroup] = field(default_factory=list)
    fit: list[FitGroup] = field(default_factory=list)
    penalties: list[FitRule] = field(default_factory=list)
    came: int = 0

    def take(self, group: Group, place: int) -> None:
        """One group with its rules, as far as they can be said here."""
        category = group.group_category or self._only_category()
        if category is None:
            self._note(group, "", "it says neither FIT nor INTENT", "add `groupCategory` to it and import again")
        elif category is Category.INTENT:
            self._take_engagement(group, place)
        else:
            self._take_fit(group, place)

    def done(self) -> Imported:
        cap = self.document.most_per_category or None
        levels = [line_of(self.document), grades_of(self.document, sum(group.limit for group in self.fit))]
        rules = ScoringRules(
            engagement=self.engagement,
            fit=self.fit,
            fit_penalties=self.penalties,
            total_cap=cap,
            **{name: value for level in levels for name, value in level.settings.items()},
        )
        self._note_rest()
        notes = (*self.notes, *(note for level in levels for note in level.notes))
        found = sum(len(group.rule_configurations) for group in self.document.group_configs)
        return Imported(rules=rules, notes=notes, found=found, came=self.came)

    def _take_engagement(self, group: Group, place: int) -> None:
        rules: list[ActivityRule] = []
        for number, rule in enumerate(group.rule_configurations):
            try:
                drafts = self._drafts(group, rule, number)
                made = [self._activity_rule(group, rule, number, draft) for draft in drafts]
            except NoCounterpartError as missing:
                self._note(group, naming.numbered(number), missing.reason, missing.remedy)
                continue
            self.came += 1
            rules.extend(made)
        limit = self._limit(group)
        if limit == 0:
            self._note(group, "", "its limit is 0: it can give nothing", "raise the limit if its rules should count")
        elif rules:
            decay = self._decay(group)
            self._note_floor(group, any(rule.points < 0 for rule in rules))
            self.engagement.append(ActivityGroup(name=self._name(group, place), limit=limit, decay=decay, rules=rules))

    def _drafts(self, group: Group, rule: Rule, number: int) -> list[Drafted]:
        """What one rule gives, by kinds of events; says what has to be guessed."""
        calculation = _enabled(rule).configuration.calculation
        if not isinstance(calculation, Events):
            raise _misplaced(calculation, "an INTENT group", "put it into a FIT group, or write it by hand")
        drafts = drafts_of(calculation, self.vocabulary)
        called = naming.numbered(number)
        if any(draft.is_assumed for draft in drafts):
            reason = "its points depend on how often it happened: read as given once, when that number is reached"
            self._note(group, called, reason, "compare a few people with HubSpot's own number", Effect.ASSUMED)
        if any(draft.timeframe_days and draft.repeat.policy != "each" for draft in drafts):
            reason = "it counts how often something happened in a timeframe; here all times count, whenever they were"
            self._note(group, called, reason, "check the rule's `repeat`", Effect.APPROXIMATED)
        elif any(draft.timeframe_days for draft in drafts) and group.group_decay is not None:
            reason = "it has a timeframe in a group that decays: here its points stand in full, then not at all"
            self._note(group, called, reason, "take `timeframe_days` away if it should fade", Effect.ASSUMED)
        if len(drafts) > 1 and (rule.maximum is not None or (rule.minimum or 0) < 0):
            reason = f"its limit is for all of it; here it became {len(drafts)} rules, each with that limit"
            self._note(group, called, reason, "lower their `cap`, or move them to a group of their own", _APPROXIMATED)
        return drafts

    def _activity_rule(self, group: Group, rule: Rule, number: int, draft: Drafted) -> ActivityRule:
        points = self._points(group, number, draft.points)
        bound = rule.maximum if points > 0 else -rule.minimum if rule.minimum is not None else None
        if bound is not None and bound < 1:
            raise NoCounterpartError("its limits leave it nothing to give", "raise the rule's limit")
        return ActivityRule(
            name=self.names.of_activity(draft, points),
            on=list(draft.kinds),
            where=draft.where,
            points=points,
            repeat=draft.repeat,
            timeframe_days=draft.timeframe_days,
            cap=None if bound is None else int(bound),
        )

    def _take_fit(self, group: Group, place: int) -> None:
        rules: list[FitRule] = []
        for number, rule in enumerate(group.rule_configurations):
            try:
                parts = self._fit_parts(group, rule, number)
                made = [self._fit_rule(group, number, part) for part in parts]
            except NoCounterpartError as missing:
                self._note(group, naming.numbered(number), missing.reason, missing.remedy)
                continue
            self.came += 1
            rules.extend(made)
        if group.group_decay is not None:
            self._note(group, "", "fit does not fade here", "nothing, unless fit should", Effect.APPROXIMATED)
        self._note_floor(group, any(rule.points < 0 for rule in rules))
        if rules and all(rule.points < 0 for rule in rules):
            self.penalties.extend(rules)
        elif rules:
            limit = self._limit(group)
            most = max(1, sum(rule.points for rule in rules if rule.points > 0))
            self.fit.append(FitGroup(name=self._name(group, place), limit=limit or most, rules=rules))

    def _fit_parts(self, group: Group, rule: Rule, number: int) -> list[Part]:
        calculation = _enabled(rule).configuration.calculation
        if not isinstance(calculation, Constant | Match | Conditional | Several):
            raise _misplaced(calculation, "a FIT group", "put it into an INTENT group, or write it by hand")
        parts = parts_of(calculation, of_traits(self.vocabulary))
        if any(not part.nodes for part in parts):
            raise NoCounterpartError("it gives points to everybody", "leave it out: it tells nobody apart")
        if any(part.is_assumed for part in parts):
            reason = "its conditions overlap: read as the first that is met counts"
            self._note(group, naming.numbered(number), reason, "compare a few people", Effect.ASSUMED)
        if isinstance(calculation, Several) and rule.maximum is not None:
            reason = "its limit is for all its parts together; here it is for each"
            self._note(group, naming.numbered(number), reason, "lower the points of the parts", _APPROXIMATED)
        return [part.within(rule.minimum, rule.maximum) for part in parts]

    def _fit_rule(self, group: Group, number: int, part: Part) -> FitRule:
        points = self._points(group, number, part.points)
        when = part.condition()
        return FitRule(name=self.names.of_trait(when, points), when=when, points=points)

    def _points(self, group: Group, number: int, value: float) -> int:
        points = whole_points(value)
        if points != value:
            reason = f"{value:g} points; leadloop counts whole ones: {points}"
            self._note(group, naming.numbered(number), reason, "round it as you like", Effect.APPROXIMATED)
        return points

    def _limit(self, group: Group) -> int | None:
        """None: no limit; 0: nothing may be given."""
        if group.max_value is None:
            return None
        whole = max(0, int(group.max_value))
        if whole != group.max_value and whole:
            reason = f"its limit is {group.max_value:g}; leadloop counts whole points: {whole}"
            self._note(group, "", reason, "round it as you like", Effect.APPROXIMATED)
        return whole

    def _decay(self, group: Group) -> Decay | None:
        found = group.group_decay
        if found is None or not found.percent_to_decay_per_interval:
            return None
        percent, days = found.percent_to_decay_per_interval, found.decay_interval_days
        try:
            return Decay(percent=percent, every_days=days)
        except ValidationError:
            reason = f"{percent} % every {days} days: leadloop takes 1 to 100 % and 1 to {FARTHEST_DAYS:,} days"
            self._note(group, "", reason, "give the group a `decay` by hand", Effect.LEFT_OUT)
            return None

    def _note_floor(self, group: Group, has_deductions: bool) -> None:
        if group.min_value is not None and has_deductions:
            reason = f"it gives at least {group.min_value:g} points; groups have no lower limit here"
            self._note(group, "", reason, "give its deductions a `cap` where that matters", Effect.APPROXIMATED)

    def _note_rest(self) -> None:
        if self.document.filter_configuration:
            reason = "who is scored is chosen by segments, which leadloop does not read for scores"
            self._note(None, "", reason, "write `exclusions` over the facts behind the segments")
        for path in unknown_fields(self.document):
            reason = f"leadloop does not know the field {path}"
            self._note(None, "", reason, "see in HubSpot what it does to the points", Effect.ASSUMED)

    def _only_category(self) -> Category | None:
        kinds = set(self.document.allowed_group_types)
        return kinds.pop() if len(kinds) == 1 else None

    def _name(self, group: Group, place: int) -> str:
        return group.group_name.strip() or f"Group {place + 1}"

    def _note(self, group: Group | None, rule: str, reason: str, remedy: str, effect: Effect = Effect.LEFT_OUT) -> None:
        name = group.group_name if group else ""
        self.notes.append(Note(group=name, rule=rule, effect=effect, reason=reason, remedy=remedy))


_APPROXIMATED = Effect.APPROXIMATED


def _enabled(rule: Rule) -> Rule:
    if not rule.enabled:
        raise NoCounterpartError("it is switched off", "switch it on in HubSpot first if it should count")
    return rule


def _misplaced(calculation: RuleCalculation, where: str, remedy: str) -> NoCounterpartError:
    if isinstance(calculation, OfAssociated):
        reason = "it counts what belongs to an associated company, deal or other object"
        return NoCounterpartError(reason, "see `account` in scoring.yaml, or map the fact to a lead property")
    if isinstance(calculation, Events):
        return NoCounterpartError(f"it counts events in {where}", remedy)
    if isinstance(calculation, Constant | Match | Conditional | Several):
        return NoCounterpartError(f"it asks for properties in {where}", remedy)
    return NoCounterpartError(
        "it asks for membership of a segment, which leadloop does not read for scores",
        "write the condition over the facts behind the segment",
    )
