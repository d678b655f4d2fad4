"""Blocks made from ledgers in memory, as the store makes them from rows; and totals in the words of `Score`."""

from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.block import NEVER, Activities, Block, Facts, Given, Shape
from domain.lead import Fact
from domain.score import Score
from domain.values import LeadId, Value
from scoring.bulk import GRADES, STEPS, BulkScorer, Totals

Ledger = tuple[Sequence[Activity], Sequence[Fact]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEFORE_ALL = -(10**15)


def block_of(ledgers: Sequence[Ledger], names: Sequence[str]) -> Block:
    """What the store would yield; activities are keyed once and not retracted."""
    shapes: dict[str, Shape] = {}
    values: dict[str, Given] = {}
    rows = [(place, each) for place, (done, _) in enumerate(ledgers) for each in sorted(done, key=lambda one: one.key)]
    told = [(place, each) for place, (_, facts) in enumerate(ledgers) for each in facts if each.name in names]
    for _, each in rows:
        text = _what(each)
        shapes.setdefault(
            text, Shape(connection=each.connection, kind=each.kind, text=text, properties=each.properties)
        )
    for _, fact in told:
        values.setdefault(_text(fact.value), Given(text=_text(fact.value), value=fact.value))
    known, given = list(shapes), list(values)
    return Block(
        leads=[LeadId(number + 1) for number in range(len(ledgers))],
        activities=Activities(
            leads=array("q", [place for place, _ in rows]),
            shapes=array("q", [known.index(_what(each)) for _, each in rows]),
            occurred_us=array("q", [_micros(each.occurred_at) for _, each in rows]),
            vouched_us=array("q", [NEVER if each.vouched_at is None else _micros(each.vouched_at) for _, each in rows]),
            seen_us=array("q", [_BEFORE_ALL if each.seen_at is None else _micros(each.seen_at) for _, each in rows]),
        ),
        shapes=list(shapes.values()),
        facts=Facts(
            leads=array("q", [place for place, _ in told]),
            names=array("q", [list(names).index(fact.name) for _, fact in told]),
            values=array("q", [given.index(_text(fact.value)) for _, fact in told]),
            since_us=array("q", [_micros(fact.since) for _, fact in told]),
            seen_us=array("q", [_micros(fact.seen_at) for _, fact in told]),
        ),
        names=names,
        values=list(values.values()),
    )


def in_words(totals: Totals, place: int, bars: Sequence[str]) -> Mapping[str, Any]:
    """One lead's totals as its `Score` has them."""
    percent, excluded = int(totals.fit_percent[place]), int(totals.excluded[place])
    return {
        "engagement": int(totals.engagement[place]),
        "sales": int(totals.sales[place]),
        "named": {name: int(points[place]) for name, points in totals.named.items()},
        "fit_percent": None if percent < 0 else percent,
        "grade": GRADES[int(totals.grades[place])],
        "step": STEPS[int(totals.steps[place])],
        "excluded": None if excluded < 0 else bars[excluded],
        "last_point_at": _moment(int(totals.last_point_us[place])),
        "last_fact_at": _moment(int(totals.last_fact_us[place])),
        "hand_raised_at": _moment(int(totals.hand_raised_us[place])),
    }


def words_of(score: Score) -> Mapping[str, Any]:
    names = (
        "engagement",
        "sales",
        "named",
        "fit_percent",
        "grade",
        "step",
        "excluded",
        "last_point_at",
        "last_fact_at",
    )
    raised = score.hand_raises[-1].occurred_at if score.hand_raises else None
    return {**{name: getattr(score, name) for name in names}, "hand_raised_at": raised}


def names_of(bulk: BulkScorer, rules: ScoringRules) -> tuple[list[str], list[str]]:
    """The properties to read, and the exclusions in the order in which they are asked."""
    hard_first = sorted(rules.exclusions, key=lambda each: each.kind == "other")
    names = bulk.names if bulk.names is not None else {"size", "role", "free"}
    return sorted(names), [each.name for each in hard_first]


def _what(each: Activity) -> str:
    return f"{each.connection} {each.kind} {sorted(each.properties.items())}"


def _text(value: Value) -> str:
    return repr(value)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime | None:
    return None if micros == NEVER else _EPOCH + timedelta(microseconds=micros)
