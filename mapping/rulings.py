"""The sync rules: what each of them says about the sides of one property. Nothing here depends on their order.

A ruling names the value of the lead and, per connection, the value that should be there; a connection it
does not name is left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from config.mapping import Nulls, Property, SyncRule
from domain.record import FieldType
from domain.values import Value
from mapping.canonical import LIST_SIGN, as_parts
from mapping.equal_forms import is_equal_form
from mapping.views import View, agreed_value, first_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    value: Value
    wanted: Mapping[str, Value] = field(default_factory=dict)
    is_conflict: bool = False
    why: str = ""
    """What told which side is the newer one, where several had changed."""
    to_ask: frozenset[str] = frozenset()
    """The connections whose history could tell what is not ruled yet."""


Rule = Callable[[Property, Sequence[View]], Ruling]


def rule_for(sync: SyncRule) -> Rule:
    return _RULES[sync]


def by_word(value: Value, views: Sequence[View]) -> Ruling:
    """What a person said, everywhere; who moved since then was not known to them."""
    if any(one.value != value and (one.changed or one.speaks) for one in views):
        return _conflict(views)
    return _everywhere(value, views)


def stays_cleared(prop: Property, one: View, value: Value, *, is_news: bool) -> bool:
    """Whether a side that a person cleared is to stay so: until a value other than the cleared one arrives."""
    return prop.nulls is Nulls.IGNORE and one.is_cleared and (value == one.agreed or not is_news)


def says_no(prop: Property, value: Value) -> bool:
    """Whether a consent value is the no that the rules name; a blank says nothing."""
    return value is prop.no_is


def is_overruled(prop: Property, one: View, heard: Sequence[View]) -> bool:
    """Whether a side that cannot be read is written over: by a master that always counts, and by a no to consent."""
    if prop.sync is SyncRule.NO_WINS:
        return any(says_no(prop, each.value) for each in heard)
    master = _MASTERS.get(prop.sync)
    return master is not None and one.kind != master and any(each.kind == master for each in heard)


def one_meaning(views: Sequence[View]) -> Value:
    """The value of which every side shows its own form; None where they mean different things."""
    return next((one.value for one in views if one.value is not None and _is_meant(one.value, views)), None)


def _is_meant(value: Value, views: Sequence[View]) -> bool:
    return all(
        each.value == value or (each.shape is not None and is_equal_form(each.plain, value, each.shape))
        for each in views
    )


def _leave(views: Sequence[View]) -> Ruling:
    return Ruling(value=first_value(views))


def _everywhere(value: Value, views: Sequence[View]) -> Ruling:
    return Ruling(value=value, wanted={one.connection: value for one in views})


def _conflict(views: Sequence[View]) -> Ruling:
    """Both sides stay as they are; the lead goes by what was agreed, if that is one value."""
    agreed = agreed_value(views)
    return Ruling(value=first_value(views) if agreed is None else agreed, is_conflict=True)


def _dont_sync(_prop: Property, views: Sequence[View]) -> Ruling:
    return _leave(views)


def _two_way(prop: Property, views: Sequence[View]) -> Ruling:
    """One side changed: it goes everywhere. Several: the newest if all times are certain, else a conflict.

    At the first meeting two values that differ are a conflict, a blank is filled.
    """
    speaking = [one for one in views if one.speaks]
    is_meeting = any(one.is_new for one in speaking)
    if is_meeting:
        speaking = [one for one in views if one.value is not None]
    elif prop.nulls is Nulls.PROPAGATE:
        speaking += [one for one in views if one.is_cleared]
    if not speaking:
        return _unmoved(prop, views)
    if len({one.value for one in speaking}) == 1:
        return _everywhere(speaking[0].value, views)
    newest = None if is_meeting else _newest(speaking)
    if newest is None:
        return _conflict(views)
    return replace(_everywhere(newest.value, views), why=_as_told(speaking))


def _as_told(speaking: Sequence[View]) -> str:
    """The newest first; to the second only where the minutes are the same."""
    timed = sorted(((one.exact_at, one.connection) for one in speaking if one.exact_at is not None), reverse=True)
    minutes = {f"{at:%Y-%m-%d %H:%M}" for at, _ in timed}
    told = "%Y-%m-%d %H:%M" if len(minutes) == len(timed) else "%Y-%m-%d %H:%M:%S"
    return "newer by field history: " + ", ".join(f"{name} {at:{told}}" for at, name in timed)


def _unmoved(prop: Property, views: Sequence[View]) -> Ruling:
    """Nobody brings a value: a blank may still count, and sides left apart by a lost race are a conflict."""
    if prop.nulls is Nulls.CLEAR_ONLY_IF_OURS and any(one.is_cleared for one in views):
        return _everywhere(None, views)
    values = {one.value for one in views} - {None}
    if len(values) > 1:
        return _conflict(views)
    return _everywhere(values.pop() if values else None, views)


def _newest(speaking: Sequence[View]) -> View | None:
    timed = [(one.exact_at, one) for one in speaking if one.exact_at is not None]
    if len(timed) < len(speaking):
        return None
    latest = max(at for at, _ in timed)
    last = [one for at, one in timed if at == latest]
    return last[0] if len({one.value for one in last}) == 1 else None


def _always(kind: str) -> Rule:
    def rule(prop: Property, views: Sequence[View]) -> Ruling:
        """The master's value everywhere; nothing is ever written to the master."""
        masters = [one for one in views if one.kind == kind]
        if not masters:
            return _leave(views)
        ruling = _two_way(prop, masters)
        if ruling.is_conflict:
            return _conflict(views)
        if ruling.value is not None or prop.nulls is Nulls.PROPAGATE:
            return _everywhere(ruling.value, views)
        return _under_blank_master(prop, masters, views)

    return rule


def _under_blank_master(prop: Property, masters: Sequence[View], views: Sequence[View]) -> Ruling:
    """A blank goes over only where it may: nulls decide. Ours is what was agreed and nobody has touched since."""
    if prop.nulls is Nulls.IGNORE or not any(one.is_cleared for one in masters):
        return _leave(views)
    ours = [one for one in views if not one.is_new and not one.changed]
    kept = [one for one in views if one not in ours]
    return Ruling(value=first_value(kept), wanted={one.connection: None for one in ours})


def _prefer(kind: str) -> Rule:
    def rule(prop: Property, views: Sequence[View]) -> Ruling:
        """The preferred side's value everywhere; while it is blank the others decide among themselves."""
        masters = [one for one in views if one.kind == kind]
        if not masters:
            return _two_way(prop, views)
        ruling = _two_way(prop, masters)
        if ruling.is_conflict:
            return _conflict(views)
        if ruling.value is not None:
            return _everywhere(ruling.value, views)
        return _while_blank(prop, masters, [one for one in views if one.kind != kind])

    return rule


def _while_blank(prop: Property, masters: Sequence[View], others: Sequence[View]) -> Ruling:
    everyone = (*masters, *others)
    cleared = any(one.is_cleared for one in masters)
    if cleared and prop.nulls is not Nulls.IGNORE and not any(one.speaks for one in others):
        return _everywhere(None, everyone)
    ruling = _two_way(prop, others)
    return _conflict(everyone) if ruling.is_conflict else _everywhere(ruling.value, everyone)


def _fill_blank(prop: Property, views: Sequence[View]) -> Ruling:
    """Blanks are filled, values never replaced; what a person cleared waits for a newer value elsewhere."""
    value = first_value(views)
    is_newer = any(one.speaks for one in views)
    wanted = {
        one.connection: value
        for one in views
        if one.value is None and (is_newer or not one.is_cleared or prop.nulls is not Nulls.IGNORE)
    }
    return Ruling(value=value, wanted=wanted)


def _extreme(pick: Callable[[Sequence[Value]], Value]) -> Rule:
    def rule(_prop: Property, views: Sequence[View]) -> Ruling:
        """Blanks never win; where there are numbers, text that is none does not either."""
        values = [one.value for one in views if one.value is not None]
        numbers = [value for value in values if not isinstance(value, str)]
        return _everywhere(pick(numbers or values), views) if values else _leave(views)

    return rule


def _highest(values: Sequence[Value]) -> Value:
    return max(values, key=_rank)


def _lowest(values: Sequence[Value]) -> Value:
    return min(values, key=_rank)


def _rank(value: Value) -> tuple[float, str]:
    return (0.0, value) if isinstance(value, str) else (value or 0, "")


def _union(prop: Property, views: Sequence[View]) -> Ruling:
    """Every word that any side has, sorted: nothing is lost, hence nothing can be taken off on one side alone.

    Two numbers, dates or truths make no list: they stay as they are.
    """
    if prop.type not in _LISTED:
        return _leave(views)
    words = {word for one in views for word in as_parts(one.value)}
    return _everywhere(LIST_SIGN.join(sorted(words)), views) if words else _leave(views)


def _no_wins(prop: Property, views: Sequence[View]) -> Ruling:
    """A no anywhere is a no everywhere; a yes does not travel, for consent is given, not copied: but see `opt_in`."""
    refusal = next((one.value for one in views if says_no(prop, one.value)), None)
    if refusal is None:
        return _leave(views)
    wanted = {one.connection: refusal for one in views if not says_no(prop, one.value)}
    return Ruling(value=refusal, wanted=wanted)


_LISTED = frozenset({FieldType.TEXT, FieldType.PICKLIST, FieldType.MULTIPICKLIST})
CAN_CONFLICT = frozenset(
    {
        SyncRule.TWO_WAY,
        SyncRule.ALWAYS_SALESFORCE,
        SyncRule.ALWAYS_HUBSPOT,
        SyncRule.PREFER_SALESFORCE,
        SyncRule.PREFER_HUBSPOT,
    }
)
"""The rules that may leave something undecided; with two connections of one vendor those with a master do."""
_MASTERS = {SyncRule.ALWAYS_SALESFORCE: "salesforce", SyncRule.ALWAYS_HUBSPOT: "hubspot"}

_RULES: dict[SyncRule, Rule] = {
    SyncRule.PREFER_SALESFORCE: _prefer("salesforce"),
    SyncRule.ALWAYS_SALESFORCE: _always("salesforce"),
    SyncRule.PREFER_HUBSPOT: _prefer("hubspot"),
    SyncRule.ALWAYS_HUBSPOT: _always("hubspot"),
    SyncRule.TWO_WAY: _two_way,
    SyncRule.DONT_SYNC: _dont_sync,
    SyncRule.FILL_BLANK: _fill_blank,
    SyncRule.MAX: _extreme(_highest),
    SyncRule.MIN: _extreme(_lowest),
    SyncRule.UNION: _union,
    SyncRule.NO_WINS: _no_wins,
}
