"""Whose word stands in a status field that both we and people write.

A word for the stage that the lead is in is as good as ours, and tells more: whoever wrote `Attempted to contact` did
not want `In progress`. One that means no stage at all stays until the lead moves. Everything else follows the stage.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from config.mapping import Role
from domain.decision import Decision
from domain.record import Record
from domain.stage import Signal, SignalKind
from handoff.statuses import meant
from mapping.wishes import FieldWish
from sync.loop import InForce
from sync.material import Material


class Place(NamedTuple):
    """A status property in one system."""

    property: str
    connection: str


def heard(signals: Sequence[Signal]) -> frozenset[Place]:
    """Where somebody changed a status."""
    return frozenset(Place(each.property, each.connection) for each in signals if each.kind is SignalKind.STAGE)


def keep_theirs(
    wishes: Sequence[FieldWish],
    decision: Decision,
    heads: Mapping[str, Record],
    rules: InForce,
    *,
    material: Material,
    changed: frozenset[Place],
) -> tuple[FieldWish, ...]:
    """The wishes without those that would replace a person's word that may stand."""
    wished = {(row.ref, row.field) for row in material.desired}
    kept = []
    for wish in wishes:
        if rules.fields.roles[wish.property] is Role.STATUS:
            shown, at = heads[wish.ref.connection].values.get(wish.field), Place(wish.property, wish.ref.connection)
            stands = at in changed or ((wish.ref, wish.field) not in wished and at in material.bases)
            if shown not in (None, "", wish.value) and _may_stand(shown, wish, decision, rules, stands=stands):
                continue
        kept.append(wish)
    return tuple(kept)


def _may_stand(shown: object, wish: FieldWish, decision: Decision, rules: InForce, *, stands: bool) -> bool:
    """`stands`: somebody wrote it over ours just now, or it was there before and nothing was wished there since."""
    stage = meant(str(shown), rules.book)
    if stage is not None:
        return stage is decision.lead.stage
    return stands and not decision.transitions and not _is_ours(str(shown), wish, rules)


def _is_ours(shown: str, wish: FieldWish, rules: InForce) -> bool:
    """Whether it is what we write there for some stage."""
    one = next(each for each in rules.fields.decided if each.rule.name == wish.property)
    return shown in one.words.get(wish.ref.connection, {}).values()
