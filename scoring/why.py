"""The reason in words, short enough for one CRM field: what they asked for, what they did, who they are, what was.

`Asked for a demo today: "replace Zendesk before May". Pricing page 3× this week. VP Ops, 400 people.
Was yours in March: no budget.` It holds no e-mail address, whatever people typed.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.score import Dimension, Line, Score
from domain.values import Value
from scoring.book import Book, PointRule, TraitRule
from scoring.fit import is_blank
from scoring.ledger import known
from scoring.when import day_words, since_monday
from scoring.wording import cleaned, cut, length, tidied

LONGEST_QUOTE = 80
LONGEST_VALUE = 60
FRESH = timedelta(days=30)
"""So long a hand-raise leads the sentence."""
MOST_LINES = 3
MOST_TRAITS = 3
TYPED = ("text", "message")
"""The activity properties that hold what people typed."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ENDED = (".", "!", "?", "…")
_Values = Mapping[str, Value]


def why(
    score: Score,
    facts: _Values,
    activities: Sequence[Activity],
    rules: ScoringRules,
    *,
    now: datetime,
    past: str | None = None,
    limit: int = 255,
    time_zone: str = "UTC",
) -> str:
    """Say why the score is what it is. `past` is a sentence about earlier handoffs; days are days in `time_zone`."""
    return Reasons(_book(_Same(rules)), ZoneInfo(time_zone)).say(
        score, facts, activities, now=now, past=past, limit=limit
    )


class Reasons:
    """Says reasons by one version of the rules."""

    def __init__(self, book: Book, zone: tzinfo) -> None:
        self._points = {rule.name: rule for rule in book.engagement}
        self._traits = {rule.name: rule for group in book.fit for rule in group.rules}
        self._penalties = {rule.name: rule for rule in book.penalties}
        self._zone = zone

    def say(
        self,
        score: Score,
        facts: _Values,
        activities: Sequence[Activity],
        *,
        now: datetime,
        past: str | None = None,
        limit: int = 255,
    ) -> str:
        """The most telling sentences that fit into `limit`, in a fixed order."""
        happened = (each for each in known(activities, now) if each.occurred_at <= now)
        present = [each for each in happened if each.key not in score.machine_made]
        raised = self._raised(score, now)
        lines = self._telling_lines(score, raised[0] if raised else None)
        done = [self._did(line, present, now) for line in lines] + [""] * (MOST_LINES - len(lines))
        parts = [
            (0, f"Excluded: {cleaned(score.excluded)}" if score.excluded else ""),
            (1, self._asked(*raised, now) if raised else ""),
            (2, done[0]),
            (5, done[1]),
            (6, done[2]),
            (3, self._who(score, facts)),
            (7, self._but(score, facts)),
            (4, past or ""),
        ]
        return _fitted([(rank, _sentence(text)) for rank, text in parts if text], limit) or "Nothing that counts yet."

    def _raised(self, score: Score, now: datetime) -> tuple[PointRule, Activity] | None:
        if not score.hand_raises or now - score.hand_raises[-1].occurred_at > FRESH:
            return None
        activity = score.hand_raises[-1]
        rules = (rule for rule in self._points.values() if rule.hand_raiser and _meets(activity, rule))
        return next(((rule, activity) for rule in rules), None)

    def _telling_lines(self, score: Score, said: PointRule | None) -> list[Line]:
        """The engagement lines that gave most, without the rule that was said already."""
        lines = [line for line in score.lines if line.dimension is Dimension.ENGAGEMENT and line.points > 0]
        fresh = [line for line in lines if line.rule in self._points and self._points[line.rule] is not said]
        return sorted(fresh, key=lambda line: -line.points)[:MOST_LINES]

    def _asked(self, rule: PointRule, activity: Activity, now: datetime) -> str:
        when = day_words(activity.occurred_at, now, self._zone)
        template = rule.source.says or _plain_name(rule.name)
        said = _append(_filled(template, activity.properties, {"count": "1", "when": when}), template, when)
        typed = next((text for name in TYPED if (text := activity.properties.get(name)) and not is_blank(text)), None)
        if typed is None or "{text}" in template or "{message}" in template:
            return said
        quote = cut(cleaned(str(typed)).replace('"', "'").rstrip("."), LONGEST_QUOTE)
        return f'{said}: "{quote}"' if quote else said

    def _did(self, line: Line, present: Sequence[Activity], now: datetime) -> str:
        rule = self._points[line.rule]
        matched = [activity for activity in present if _meets(activity, rule)]
        if not matched:
            return _plain_name(rule.name)
        count, period = self._how_often(matched, now)
        template = rule.source.says or _plain_name(rule.name)
        said = _filled(template, matched[-1].properties, {"count": str(count), "when": period})
        times = f"{count}× {period}" if count > 1 and "{count}" not in template else period
        return _append(said, template, times)

    def _how_often(self, matched: Sequence[Activity], now: datetime) -> tuple[int, str]:
        """How many of them in the shortest telling period, and that period in words."""
        monday = since_monday(now, self._zone)
        this_week = sum(each.occurred_at.astimezone(self._zone).date() >= monday for each in matched)
        in_7_days = _within(matched, now, 7)
        in_30_days = _within(matched, now, 30)
        count = in_7_days or in_30_days or len(matched)
        if count == 1:
            return 1, day_words(matched[-1].occurred_at, now, self._zone)
        if in_7_days:
            return count, "this week" if this_week >= in_7_days else "in 7 days"
        if in_30_days:
            return count, "in 30 days"
        return count, f"overall, last {day_words(matched[-1].occurred_at, now, self._zone)}"

    def _who(self, score: Score, facts: _Values) -> str:
        said = _traits_said(score, facts, self._traits)[:MOST_TRAITS]
        return ", ".join(said) if said else _plain_who(facts)

    def _but(self, score: Score, facts: _Values) -> str:
        return ", ".join(_traits_said(score, facts, self._penalties))


def _traits_said(score: Score, facts: _Values, rules: Mapping[str, TraitRule]) -> list[str]:
    """What the fit lines of these rules say, each thing once; a sentence with a blank in it is not said."""
    found: dict[str, None] = {}
    for line in score.lines:
        rule = rules.get(line.rule)
        telling = line.dimension is Dimension.FIT and rule is not None and (line.points > 0) == (rule.raw > 0)
        if rule is None or not telling or rule.source.says is None:
            continue
        if all(not is_blank(facts.get(name)) for name in _PLACEHOLDER.findall(rule.source.says)):
            found[_filled(rule.source.says, facts, {})] = None
    return [said for said in found if said]


def _plain_who(facts: _Values) -> str:
    title = next((_shown(name, facts[name]) for name in ("job_title", "title") if not is_blank(facts.get(name))), "")
    employees = facts.get("employees")
    return ", ".join(part for part in (title, f"{_shown('', employees)} people" if employees else "") if part)


def _meets(activity: Activity, rule: PointRule) -> bool:
    return activity.kind in rule.kinds and rule.matches(activity.properties) is True


def _within(matched: Sequence[Activity], now: datetime, days: int) -> int:
    return sum(now - each.occurred_at < timedelta(days=days) for each in matched)


def _append(said: str, template: str, times: str) -> str:
    return said if "{when}" in template else f"{said} {times}"


def _filled(template: str, values: _Values, extra: Mapping[str, str]) -> str:
    """The template with its placeholders filled; what is not known leaves no gap."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        return extra[name] if name in extra else _shown(name, values.get(name))

    return tidied(_PLACEHOLDER.sub(value, template))


def _shown(name: str, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = cleaned(str(value))
    if name.endswith("url"):
        # A link's query may carry the reader's address or a token.
        text = re.sub(r"^\w+://|[?#].*$", "", text).rstrip("/")
    return cut(text, LONGEST_QUOTE if name in TYPED else LONGEST_VALUE)


def _plain_name(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith(_ENDED) else f"{text}."


def _fitted(parts: Sequence[tuple[int, str]], limit: int) -> str:
    """Leave out the least important sentences until the rest fits; cut the last one if it alone does not."""
    left = list(parts)
    while len(left) > 1 and length(_joined(left)) > limit:
        left.remove(max(left))
    return cut(_joined(left), limit)


def _joined(parts: Sequence[tuple[int, str]]) -> str:
    return cleaned(" ".join(text for _, text in parts))


class _Same:
    """Rules told apart by identity: pydantic models with lists have no hash."""

    __slots__ = ("rules",)

    def __init__(self, rules: ScoringRules) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.rules is self.rules


@lru_cache(maxsize=4)
def _book(same: _Same) -> Book:
    return Book(same.rules)
