"""What a decision lets people see: the number and its reason only when a new one is worth a write (features.md E)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.decision import Decision
from domain.lead import Lead
from domain.score import POINT, Score
from domain.values import Value
from scoring.ledger import next_seen_at
from scoring.scorer import NONE_SHOWN
from scoring.showing import is_overdue, is_worth_showing
from sync.creating import Entry, due_at
from sync.loop import InForce
from sync.material import Material


def show(
    decision: Decision, score: Score, material: Material, missing_in: Sequence[Entry], rules: InForce, *, now: datetime
) -> Decision:
    """Leave the number as it was last shown unless it is worth a write (features.md E), and say when to look again."""
    lead = material.lead
    worth = is_worth_showing(
        score,
        shown=lead.shown_score,
        band=lead.shown_band,
        shown_at=lead.shown_at,
        rules=rules.rules.scoring.showing,
        now=now,
    )
    properties: dict[str, Value] = {"lead_key": lead.key, **decision.properties}
    if worth or decision.transitions:
        before = lead.shown_score
        properties["score_change"] = 0 if before is None else score.shown - before
        shown = {"shown_score": score.shown, "shown_band": score.band, "shown_at": now}
    else:
        last = _last(material, rules)
        for name in rules.rules.scoring.shown:
            if name in score.named and _has_moved(score.named[name] // POINT, last.get(name), rules):
                continue
            properties.pop(name, None)
            if name in last:
                properties[name] = last[name]
        shown = {}
    moments = (
        _refresh_at(lead, rules, worth=worth, now=now),
        due_at(missing_in, decision, rules.mapping, now=now),
        next_seen_at(material.activities, material.facts, known_at=now),
    )
    wake_at = min((at for at in (decision.wake_at, *moments) if at is not None and at > now), default=None)
    return _with(decision, properties, shown, wake_at)


def named_shown(material: Material, rules: InForce) -> Mapping[str, int]:
    """The whole points of named scores that people see at present."""
    if not rules.scorer.book.named:
        return NONE_SHOWN
    last, names = _last(material, rules), (each.property for each in rules.scorer.book.named)
    return {name: int(value) for name in names if isinstance(value := last.get(name), int | float)}


def shown_too_long(lead: Lead, rules: InForce, *, now: datetime) -> bool:
    """Whether the number that people see has stood so long that any other is to be written."""
    return is_overdue(band=lead.shown_band, shown_at=lead.shown_at, rules=rules.rules.scoring.showing, now=now)


def _last(material: Material, rules: InForce) -> Mapping[str, Value]:
    return rules.fields.in_our_words(row for row in material.desired if row.value is not None)


def _has_moved(points: int, shown: Value, rules: InForce) -> bool:
    """A named score is shown from the first points on that are worth a write, and has no band to wait for."""
    before = shown if isinstance(shown, int | float) else 0
    return abs(points - before) >= max(1, rules.rules.scoring.showing.points)


def _refresh_at(lead: Lead, rules: InForce, *, worth: bool, now: datetime) -> datetime | None:
    """The weekly refresh of a shown number is a due change like any other; one that brought nothing new is over."""
    shown_at = now if worth else lead.shown_at
    return shown_at + timedelta(days=rules.rules.scoring.showing.days) if shown_at is not None else None


def _with(
    decision: Decision, properties: Mapping[str, Value], shown: Mapping[str, object], wake_at: datetime | None
) -> Decision:
    lead = replace(decision.lead, **shown, wake_at=wake_at)  # type: ignore[arg-type]  # three fields, named in show()
    return replace(decision, lead=lead, properties=properties, wake_at=wake_at)
