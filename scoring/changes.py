"""What moved a score between two moments, rule by rule and cause by cause.

One thing is changed after the other (what was taken back, the time, what came in, the facts, the rules) and the whole
score is computed after each. So the causes are all that there is, and they add up to the difference exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from domain.activity import Activity
from domain.lead import Fact
from domain.score import Dimension, Line, Score
from domain.values import Value
from scoring.book import Book, PointRule, TraitRule
from scoring.ledger import known, standing
from scoring.scanners import without_machines
from scoring.scorer import Scorer
from scoring.tally import match

Key = tuple[Dimension, str, str]
"""A rule's: the number it gives to, the property of that number if it has one, the rule's name."""


class Cause(StrEnum):
    """Why a rule gives more or less than it did, in the order in which they are looked at."""

    RETRACTED = "retracted"
    """Activities that counted were taken back."""
    FADED = "faded"
    """Time alone: decay, and timeframes that ended."""
    NEW = "new activity"
    """What happened since, what was seen only since, and what was known ahead and has come."""
    FACT = "fact changed"
    RULES = "rules changed"
    """Another version of the rules."""
    CAPPED = "limit"
    """A limit lets in less of it than before, or more."""


class Edit(StrEnum):
    """What a version of the rules did to one of them."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"
    AROUND = "others or limits changed"
    """The rule reads the same; the limits or the rules that share them do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Everything that a score depends on, as it was known at `at`."""

    scorer: Scorer
    facts: Sequence[Fact]
    activities: Sequence[Activity]
    at: datetime

    def present(self) -> list[Activity]:
        """What had happened and was known, oldest first."""
        return [each for each in known(self.activities, self.at) if each.occurred_at <= self.at]

    def held(self) -> list[Fact]:
        return list(standing(self.facts, as_of=self.at, known_at=self.at).values())

    def score(self) -> Score:
        return self.scorer.score(self.facts, self.activities, as_of=self.at, known_at=self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """Values: never log them. None stands for not known."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one cause did to one rule, in thousandths, and what can be told of it.

    `events`, `latest_at`: activities that came in or were taken back. `points`: never zero.
    """

    cause: Cause
    points: int
    events: int = 0
    latest_at: datetime | None = None
    facts: tuple[FactChange, ...] = ()
    edit: Edit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One rule's points after every limit, before and after; the parts add up to the difference."""

    dimension: Dimension
    of: str
    group: str
    rule: str
    before: int
    after: int
    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Two scores and every rule that moved, in the order of the rules; of each number they add up to its difference."""

    before: Score
    after: Score
    rules: tuple[RuleChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    cause: Cause
    score: Score


@dataclass(slots=True, kw_only=True)
class _Told:
    """What the parts are told with: activities by rule, facts by name."""

    came: Mapping[str, Sequence[Activity]]
    went: Mapping[str, Sequence[Activity]]
    facts: Mapping[str, FactChange]
    then: Book
    now: Book
    asks: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.asks = {rule.name: rule.asks for rule in _traits(self.then)}

    def part(self, cause: Cause, rule: str, points: int) -> Part:
        match cause:
            case Cause.NEW:
                return _of_activities(cause, points, self.came.get(rule, ()))
            case Cause.RETRACTED:
                return _of_activities(cause, points, self.went.get(rule, ()))
            case Cause.FACT:
                asked = sorted(self.asks.get(rule, frozenset()) & self.facts.keys())
                return Part(cause=cause, points=points, facts=tuple(self.facts[name] for name in asked))
            case Cause.RULES:
                return Part(cause=cause, points=points, edit=_edit(rule, self.then, self.now))
        return Part(cause=cause, points=points)


def changes(then: Moment, now: Moment) -> Changes:
    """What came between: each as it was known at its own moment."""
    before = then.score()
    stages = list(_stages(then, now))
    return Changes(before=before, after=stages[-1].score, rules=tuple(_rules(before, stages, _told(then, now))))


def _stages(then: Moment, now: Moment) -> Iterable[_Stage]:
    """One thing after the other becomes what it is now."""
    were, are = then.present(), now.present()
    left = {each.key for each in are}
    kept = [each for each in were if each.key in left]
    held = then.held()
    at_first = then.scorer.score(held, kept, as_of=then.at, known_at=then.at)
    yield _Stage(cause=Cause.RETRACTED, score=at_first)
    # What a person said since of a click (that no machine made it) is news, too: not heard yet.
    yield _Stage(cause=Cause.FADED, score=then.scorer.score(held, kept, as_of=now.at, known_at=then.at))
    yield _Stage(cause=Cause.NEW, score=then.scorer.score(held, are, as_of=now.at, known_at=now.at))
    yield _Stage(cause=Cause.FACT, score=then.scorer.score(now.held(), are, as_of=now.at, known_at=now.at))
    yield _Stage(cause=Cause.RULES, score=now.score())


def _told(then: Moment, now: Moment) -> _Told:
    book, left = then.scorer.book, {each.key for each in now.present()}
    before, after = _by_rule(book, then), _by_rule(book, now)
    counted = {rule: {each.key for each in found} for rule, found in before.items()}
    return _Told(
        came={rule: [each for each in found if each.key not in counted.get(rule, ())] for rule, found in after.items()},
        went={rule: [each for each in found if each.key not in left] for rule, found in before.items()},
        facts=_changed(then.held(), now.held()),
        then=book,
        now=now.scorer.book,
    )


def _by_rule(book: Book, moment: Moment) -> dict[str, Sequence[Activity]]:
    human = without_machines(moment.present(), book.source.scanners, known_at=moment.at)
    return {rule.name: found for rule, found in match(human, book.by_kind).by_rule.items()}


def _changed(before: Sequence[Fact], after: Sequence[Fact]) -> dict[str, FactChange]:
    was = {fact.name: fact.value for fact in before}
    has = {fact.name: fact.value for fact in after}
    return {
        name: FactChange(name=name, before=was.get(name), after=has.get(name))
        for name in was.keys() | has.keys()
        if was.get(name) != has.get(name)
    }


def _rules(before: Score, stages: Sequence[_Stage], told: _Told) -> Iterable[RuleChange]:
    scores = [_lines(before), *(_lines(stage.score) for stage in stages)]
    for key in _order(scores):
        ways = [found.get(key) for found in scores]
        parts = tuple(_parts(ways, [stage.cause for stage in stages], told))
        if not parts:
            continue
        line = next(each for each in reversed(ways) if each is not None)
        yield RuleChange(
            dimension=line.dimension,
            of=line.of,
            group=line.group,
            rule=line.rule,
            before=_points(ways[0]),
            after=_points(ways[-1]),
            parts=parts,
        )


def _order(scores: Sequence[Mapping[Key, Line]]) -> list[Key]:
    """The rules as they stand now, then those that are gone."""
    return list(dict.fromkeys(key for found in reversed(scores) for key in found))


def _parts(ways: Sequence[Line | None], causes: Sequence[Cause], told: _Told) -> Iterable[Part]:
    """A cause is what it does before any limit; what the limits make of it stands apart, of all causes together."""
    limited = 0
    for (was, has), cause in zip(pairwise(ways), causes, strict=True):
        moved = _points(has) - _points(was)
        by_itself = moved if cause is Cause.RULES else _decayed(has) - _decayed(was)
        limited += moved - by_itself
        line = has or was
        if by_itself and line is not None:
            yield told.part(cause, line.rule, by_itself)
    if limited:
        yield Part(cause=Cause.CAPPED, points=limited)


def _lines(score: Score) -> dict[Key, Line]:
    return {(line.dimension, line.of, line.rule): line for line in score.lines}


def _points(line: Line | None) -> int:
    return 0 if line is None else line.points


def _decayed(line: Line | None) -> int:
    return 0 if line is None else line.decayed


def _of_activities(cause: Cause, points: int, activities: Sequence[Activity]) -> Part:
    latest = max((each.occurred_at for each in activities), default=None)
    return Part(cause=cause, points=points, events=len(activities), latest_at=latest)


def _edit(rule: str, then: Book, now: Book) -> Edit:
    before, after = _sources(then).get(rule), _sources(now).get(rule)
    if before is None:
        return Edit.ADDED
    if after is None:
        return Edit.DROPPED
    return Edit.AROUND if before == after else Edit.CHANGED


def _sources(book: Book) -> dict[str, object]:
    """What each rule says, with the decay that its group lends it."""
    points: dict[str, object] = {rule.name: _said(rule) for rule in book.points}
    return points | {rule.name: (rule.source, rule.group, rule.raw) for rule in _traits(book)}


def _said(rule: PointRule) -> object:
    """Words for the reader aside: they give no points."""
    fading, end_h = rule.fading, rule.fading.ends_after_h
    return (rule.source.model_copy(update={"says": None}), rule.group, end_h, fading.factor(end_h // 3))


def _traits(book: Book) -> list[TraitRule]:
    return [*(rule for group in book.fit for rule in group.rules), *book.penalties]
