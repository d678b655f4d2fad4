"""What moved a score, in words: `+25 Demo form on Friday; −3 faded; −10 rule 'Pricing page' changed by …`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from domain.score import Dimension
from domain.values import Value
from scoring.changes import Cause, Changes, Edit, FactChange, Part, RuleChange
from scoring.when import day_words
from scoring.wording import cleaned, cut

LONGEST_VALUE = 40
_EDITS = {Edit.ADDED: "added", Edit.DROPPED: "dropped", Edit.CHANGED: "changed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """`published`: when each of the versions between the two moments came into force, oldest first."""

    now: datetime
    zone: tzinfo
    published: Sequence[datetime] = ()


def signed(points: int) -> str:
    """Thousandths as exact points with a sign: `+25`, `−2.871`."""
    text = f"{abs(points) / 1000:.3f}".rstrip("0").rstrip(".")
    return f"{'−' if points < 0 else '+'}{text}"


def part_words(change: RuleChange, part: Part, telling: Telling) -> str:
    """One cause of one rule without its number: `Demo form on Friday`."""
    match part.cause:
        case Cause.NEW:
            return f"{change.rule} {_when(part, telling)}"
        case Cause.RETRACTED:
            return f"{change.rule} taken back" + (f", {part.events}×" if part.events > 1 else "")
        case Cause.FACT:
            told = ", ".join(map(_fact, part.facts))
            return f"{change.rule}: {told}" if told else f"{change.rule}: what is known changed"
        case Cause.RULES:
            return f"{_edited(change.rule, part.edit)} by {_version(telling)}"
        case Cause.FADED:
            return f"{change.rule} faded"
        case Cause.CAPPED:
            return f"{change.rule} {'over its limits' if part.points < 0 else 'less over its limits'}"


def sentence(changes: Changes, dimension: Dimension, telling: Telling, *, of: str = "") -> str:
    """Everything that moved one number: what people did first, then what time and limits made of all rules together."""
    mine = [each for each in changes.rules if each.dimension is dimension and each.of == of]
    return "; ".join(_clauses(mine, telling)) or "nothing changed"


def _clauses(rules: Sequence[RuleChange], telling: Telling) -> Iterator[str]:
    told = [(part, part_words(rule, part, telling)) for rule in rules for part in rule.parts]
    own = [each for each in told if each[0].cause not in {Cause.FADED, Cause.CAPPED}]
    for part, words in sorted(own, key=lambda each: -abs(each[0].points)):
        yield f"{signed(part.points)} {words}"
    faded = sum(part.points for part, _ in told if part.cause is Cause.FADED)
    if faded:
        yield f"{signed(faded)} faded"
    limited = sum(part.points for part, _ in told if part.cause is Cause.CAPPED)
    if limited:
        yield f"{signed(limited)} {'over limits' if limited < 0 else 'less over limits'}"


def _when(part: Part, telling: Telling) -> str:
    if part.latest_at is None:
        return "counts otherwise beside what came in"
    day = day_words(part.latest_at, telling.now, telling.zone)
    return day if part.events == 1 else f"{part.events}×, last {day}"


def _fact(change: FactChange) -> str:
    return f"{change.name} from {_value(change.before)} to {_value(change.after)}"


def _value(value: Value) -> str:
    """As short as a line needs it, without what looks like an address."""
    return "not known" if value is None or value == "" else cut(cleaned(str(value)), LONGEST_VALUE)


def _edited(rule: str, edit: Edit | None) -> str:
    how = _EDITS.get(edit) if edit is not None else None
    return f"rule '{rule}' {how}" if how else f"{rule}: the rules and limits around it changed"


def _version(telling: Telling) -> str:
    if not telling.published:
        return "another version"
    last = telling.published[-1].astimezone(telling.zone)
    day = f"{last.day} {last:%B}" + (f" {last.year}" if last.year != telling.now.year else "")
    count = len(telling.published)
    return f"the version of {day}" if count == 1 else f"{count} versions, the last of {day}"
