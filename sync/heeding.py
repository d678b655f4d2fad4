"""Wishes with what a person took back of them: there, what stood before goes in the place of our value.

Only while our value still stands: what somebody else wrote meanwhile is left alone. And only until something else is
wished: then the field is written like any other again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.decision import Desired
from domain.place import Place
from domain.record import Record
from domain.values import RecordRef, RuleHash, Value
from store.undone import Undone
from sync.same import same


def heed(
    wishes: Sequence[Desired], undone: Mapping[Place, Undone], records: Sequence[Record], *, rule_hash: RuleHash
) -> Sequence[Desired]:
    """What is wished of a lead, what was taken back heeded."""
    over = set(spent(wishes, undone, records))
    active = {place: each for place, each in undone.items() if place not in over}
    if not active:
        return wishes
    shown = {record.ref: record.values for record in records}
    named = {Place(ref=row.ref, field=row.field): row for row in wishes}
    rows = [_instead(row, active[place], shown) if place in active else row for place, row in named.items()]
    return [*rows, *(_wish(each, rule_hash) for place, each in active.items() if place not in named)]


def spent(wishes: Sequence[Desired], undone: Mapping[Place, Undone], records: Sequence[Record]) -> list[Place]:
    """Where it is over: something else is wished, or nothing is and our value is gone."""
    if not undone:
        return []
    shown = {record.ref: record.values for record in records}
    named = {Place(ref=row.ref, field=row.field): row for row in wishes}
    return [place for place, each in undone.items() if _is_spent(each, named.get(place), shown)]


def _is_spent(each: Undone, wish: Desired | None, shown: Mapping[RecordRef, Mapping[str, Value]]) -> bool:
    if wish is not None:
        return not same(wish.value, each.value)
    return not same(_at(each.place, shown), each.value)


def _instead(row: Desired, each: Undone, shown: Mapping[RecordRef, Mapping[str, Value]]) -> Desired:
    now = _at(each.place, shown)
    return replace(row, value=each.back if same(now, each.value) else now, cause=_cause(each))


def _wish(each: Undone, rule_hash: RuleHash) -> Desired:
    return Desired(
        lead_id=each.lead_id,
        ref=each.place.ref,
        field=each.place.field,
        property="",
        value=each.back,
        cause=_cause(each),
        rule_hash=rule_hash,
    )


def _cause(each: Undone) -> str:
    return f"run {each.run_id} was undone"


def _at(place: Place, shown: Mapping[RecordRef, Mapping[str, Value]]) -> Value:
    return shown.get(place.ref, {}).get(place.field)
