"""Three-way merge of one property: what the sides show, against what was last agreed with each of them.

Changed means: not the agreed value, nor a form learnt to be equal to it. A write is asked for only where a side
does not show the merged value, so a loop that writes what it is asked comes to rest. A side that cannot be read has no
say, as one without the field has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.mapping import Property, SyncRule
from domain.change import Conflict
from domain.values import Value
from mapping.agreement import Base, agree, learn, settled
from mapping.canonical import reader
from mapping.opt_in import OptIn, yes_again
from mapping.rulings import Ruling, by_word, is_overruled, one_meaning, rule_for, stays_cleared
from mapping.views import Side, View, agreed_value, first_value, in_order, in_their_words, view
from mapping.wording import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The lead's value; connection → value to write; bases that are new and to be kept; and the conflict, if any.

    The base of a side that is written to comes with its receipt: `agree(value, shown)`.
    """

    value: Value
    writes: Mapping[str, Value] = field(default_factory=dict)
    bases: Mapping[str, Base] = field(default_factory=dict)
    conflict: Conflict | None = None
    why: str = ""
    """What told which side is the newer one, where several had changed."""
    to_ask: frozenset[str] = frozenset()
    """The connections whose history could tell what is not ruled yet."""


def merge(prop: Property, sides: Sequence[Side], *, types: Mapping[str, str]) -> Merged:
    """Merge a property's sides, one per connection; `types`: connection → `salesforce`, `hubspot`, ..."""
    plain, own = reader(prop), spoken(prop)
    reads = {name: each.read for name, each in own.items()}
    views = [view(side, reads.get(side.connection, plain), types.get(side.connection, "")) for side in sides]
    in_their_words(views, own, sides[0].country if sides else None)
    return merge_views(prop, views)


def merge_views(
    prop: Property, views: Sequence[View], *, said: Base | None = None, opt_in: OptIn | None = None
) -> Merged:
    """As `merge`, for sides that are read already. `said`: a person's word on it that is to be carried out. `opt_in`:
    the evidence of a consent; it counts for nothing beside a side that cannot be read."""
    if not views:
        return Merged(value=None)
    heard = [one for one in views if one.problem is None]
    if len(heard) < len(views):
        return _past_unread(prop, heard, views, said)
    if prop.sync is SyncRule.DONT_SYNC or len(views) == 1:
        return Merged(value=first_value(in_order(views)))
    first = views[0]
    if all(one.value == first.value for one in views):
        return _in_agreement(first.value, views)
    if all(one.plain == first.plain for one in views):
        return _in_agreement(first.plain, views)
    return _ruled(prop, in_order(views), said, opt_in)


def _past_unread(prop: Property, heard: Sequence[View], views: Sequence[View], said: Base | None) -> Merged:
    """Among those that can be read; the others are written over only where their word never counts."""
    if not heard:
        return Merged(value=agreed_value(views))
    overruled = [one for one in views if one.problem is not None and is_overruled(prop, one, heard)]
    if not overruled:
        return merge_views(prop, heard, said=said)
    return _ruled(prop, in_order((*heard, *overruled)), said)


def _in_agreement(value: Value, views: Sequence[View]) -> Merged:
    kept = {}
    for one in views:
        base = settled(one.base, value, one.shown)
        if base is not None:
            kept[one.connection] = base
    return Merged(value=value, bases=kept)


def _ruled(prop: Property, views: Sequence[View], said: Base | None, opt_in: OptIn | None = None) -> Merged:
    ruling = yes_again(prop, views, opt_in) if opt_in is not None else None
    if ruling is None:
        ruling = rule_for(prop.sync)(prop, views) if said is None else by_word(said.value, views)
    if ruling.is_conflict:
        meant = one_meaning(views)
        if meant is not None:
            return _in_agreement(meant, views)
        values = {one.connection: one.value for one in views}
        return Merged(value=ruling.value, conflict=Conflict(property=prop.name, values=values))
    is_news = said is not None or any(one.speaks for one in views)
    wanted = (one for one in views if _is_to_write(prop, one, ruling, is_news=is_news))
    writes = {one.connection: ruling.wanted[one.connection] for one in wanted}
    bases = {} if writes or prop.sync is not SyncRule.FILL_BLANK else _at_rest(views)
    return Merged(value=ruling.value, writes=writes, bases=bases, why=ruling.why, to_ask=ruling.to_ask)


def _is_to_write(prop: Property, one: View, ruling: Ruling, *, is_news: bool) -> bool:
    """`is_news`: whether anybody brought a value. Rules that read an old one anew bring none."""
    if one.connection not in ruling.wanted:
        return False
    value = ruling.wanted[one.connection]
    if value in (one.value, one.plain):
        return False
    return prop.sync is SyncRule.NO_WINS or not stays_cleared(prop, one, value, is_news=is_news)


def _at_rest(views: Sequence[View]) -> Mapping[str, Base]:
    """Under *Fill blank only* sides may differ for good: each is remembered as it is, so a later clearing is seen."""
    kept = {one.connection: settled(one.base, one.value, one.shown) for one in views if one.value is not None}
    return {name: base for name, base in kept.items() if base is not None}


__all__ = ["Base", "Merged", "Side", "agree", "learn", "merge", "merge_views"]
