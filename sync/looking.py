"""The lead as the handoff floor sees it: what is known of it, what reps answered, what others changed since.

Pure, and told by the merge and the store alone, so that a first stage is looked at as any other is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from config.mapping import Role
from domain.activity import MARKETING_KINDS, Activity
from domain.score import Score
from domain.stage import Signal, SignalKind
from domain.values import Value
from handoff.view import LeadView
from mapping.merge_lead import LeadMerge
from sync.loop import InForce
from sync.material import Material, Users

ANSWERS = frozenset({SignalKind.VERDICT, SignalKind.OUTCOME})
"""Fields that start out blank: an answer in one that we never saw blank is an answer all the same."""

RECENT = 10
"""How many of the person's last activities the words may draw on."""


def find_signals(merged: LeadMerge, material: Material, rules: InForce, users: Users) -> tuple[Signal, ...]:
    """Foreign changes of stage, owner, verdict and outcome: what is shown is not what was agreed and not ours."""
    ours = {(row.property, row.ref.connection): row.value for row in material.desired}
    moments = {row.ref: row.modified_at for row in material.records}
    seen_at = {connection: moments[ref] for connection, ref in merged.heads.items()}
    found = []
    for key, value in sorted(merged.answers.items()):
        base = material.bases.get(key)
        kind = _signal_kind(key[0], rules.fields.roles[key[0]])
        if kind is None or (base is None and kind not in ANSWERS):
            continue
        if value == (base.value if base is not None else None) or value == ours.get(key):
            continue
        shown = users.emails.get((key[1], str(value)), value) if kind is SignalKind.OWNER else value
        found.append(Signal(kind=kind, connection=key[1], property=key[0], value=shown, at=seen_at[key[1]]))
    for connection, membership, shown_member in material.memberships:
        if membership.member and shown_member is False:
            found.append(
                Signal(
                    kind=SignalKind.LEFT_LIST,
                    connection=connection,
                    property=membership.list,
                    value=None,
                    at=seen_at.get(connection, material.lead.stage_since),
                )
            )
    return tuple(found)


def _signal_kind(name: str, role: Role) -> SignalKind | None:
    if role is Role.OWNER:
        return SignalKind.OWNER
    if role is Role.STATUS:
        return SignalKind.STAGE
    if role is Role.ANSWER and name in {"verdict", "outcome"}:
        return SignalKind(name)
    return None


def look(
    material: Material,
    merged: LeadMerge,
    answers: Mapping[str, Value],
    *,
    score: Score,
    words: str,
    signals: Sequence[Signal],
    changed_at: Mapping[str, datetime],
) -> LeadView:
    """The lead as the handoff floor sees it."""
    values = {**merged.values, **merged.limits, **answers}
    account = material.account
    sure = account if account is not None and account.is_sure else None
    return LeadView(
        lead=material.lead,
        score=score,
        values=values,
        handoff=material.open_handoff,
        past=tuple(each for each in material.handoffs if not each.is_open),
        signals=tuple(signals),
        sales=_sales(material),
        account=account,
        is_customer=sure is not None and (sure.is_customer or sure.won_deals > 0),
        has_open_deal=sure is not None and sure.open_deals > 0,
        converted=any(row.converted_to is not None for row in material.records),
        member_of=frozenset(entry.list for _, entry, shown in material.memberships if shown),
        words=words,
        needs_baseline=material.is_new,
        is_provisional=material.is_provisional,
        approved=material.approved,
        assignment=material.assignment,
        recent=_recent(material),
        changed_at=changed_at,
    )


def answers_of(merged: LeadMerge, rules: InForce) -> dict[str, Value]:
    """What reps answered; where the systems differ, what they said in the one that keeps their tasks."""
    systems = rules.mapping.systems
    found: dict[str, Value] = {}
    for name, connection in sorted(merged.answers, key=lambda at: (at[0], systems[at[1]].tasks is None, at[1])):
        value = merged.answers[name, connection]
        if value is not None:
            found.setdefault(name, value)
    return found


def _recent(material: Material) -> tuple[Activity, ...]:
    """What the person did last, newest last."""
    theirs = (each for each in material.activities if each.kind in MARKETING_KINDS)
    return tuple(sorted(theirs, key=lambda activity: (activity.occurred_at, activity.key))[-RECENT:])


def _sales(material: Material) -> tuple[Activity, ...]:
    return tuple(
        sorted(
            (each for each in material.activities if each.kind not in MARKETING_KINDS),
            key=lambda activity: (activity.occurred_at, activity.key),
        )
    )
