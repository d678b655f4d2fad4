"""The lead as the handoff floor sees it: what is known of it, what reps answered, what others changed since.

Pure, and told by the merge and the store alone, so that a first stage is looked at as any other is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from config.mapping import Role
from domain.activity import MARKETING_KINDS, Activity, ActivityKind
from domain.score import Score
from domain.scorecard import Scorecard
from domain.stage import Signal, SignalKind
from domain.values import Value
from handoff.view import RENEWAL_DATE, REPLIES, RETURN_DATE, SNOOZE, LeadView
from mapping.agreement import BEFORE_UNION
from mapping.merge_lead import ABOUT, At, LeadMerge
from scoring.scorecard import read_scorecard
from sync.loop import InForce
from sync.material import Material, Users

ANSWERS = frozenset({SignalKind.VERDICT, SignalKind.OUTCOME, SignalKind.SCORECARD})
"""Fields that start out blank: an answer in one that we never saw blank is an answer all the same."""
_TAKEN_BACK_BY_BLANK = ANSWERS | {SignalKind.RETURN_DATE}

HEARD = MARKETING_KINDS - {ActivityKind.EMAIL_BOUNCED, ActivityKind.CAMPAIGN_JOINED}
RECENT = 10
"""How many of the person's last activities the words may draw on."""


def find_signals(merged: LeadMerge, material: Material, rules: InForce, users: Users) -> tuple[Signal, ...]:
    """Foreign changes of stage, owner and answers: what is shown is not what was agreed and not ours."""
    ours = {(row.property, row.ref.connection): row.value for row in material.desired}
    moments = {row.ref: row.modified_at for row in material.records}
    seen_at = {connection: moments[ref] for connection, ref in merged.heads.items()}
    found = []
    for key, value in sorted(merged.answers.items()):
        kind = _signal_kind(key[0], value, rules)
        if kind is None or not _is_news(key, value, kind, material) or _is_ours(key, value, kind, ours):
            continue
        if value is None and _was_left_behind(merged, material, key[1]):
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


def _is_news(key: At, value: Value, kind: SignalKind, material: Material) -> bool:
    """Whether it is anything but what was agreed.

    Of two leads that became one nothing is agreed where they differed: what either of them showed is no answer to
    the pass that is open now, and anything else was said since.
    """
    base = material.bases.get(key)
    if base is not None:
        return value != base.value
    if key in material.unagreed:
        before = material.bases.get((f"{key[0]}{BEFORE_UNION}", key[1]))
        return before is not None and value not in before.learnt
    return value is not None and kind in ANSWERS


def _is_ours(key: At, value: Value, kind: SignalKind, ours: Mapping[At, Value]) -> bool:
    """Whether it shows what we wish there. A blank takes an answer back, and is ours only where we wish it."""
    return value == ours.get(key) and (kind not in _TAKEN_BACK_BY_BLANK or key in ours)


def _was_left_behind(merged: LeadMerge, material: Material, connection: str) -> bool:
    """A lead's answers stay behind with its conversion, or with a twin: the record that speaks for the system now
    showed none before, and takes none back."""
    about = material.bases.get((ABOUT, connection))
    if about is not None:
        return about.value != str(merged.heads[connection])
    return any(row.ref.connection == connection and row.converted_to is not None for row in material.records)


def _signal_kind(name: str, value: Value, rules: InForce) -> SignalKind | None:
    role = rules.fields.roles[name]
    if role is Role.OWNER:
        return SignalKind.OWNER
    if role is Role.STATUS:
        return SignalKind.STAGE
    return _answer_kind(name, value, rules) if role is Role.ANSWER else None


def _answer_kind(name: str, value: Value, rules: InForce) -> SignalKind | None:
    if name in {"verdict", "outcome"}:
        return SignalKind(name)
    if name in {RETURN_DATE, RENEWAL_DATE} and value is None:
        return SignalKind.RETURN_DATE
    if name == SNOOZE and value is not None:
        return SignalKind.SNOOZE
    return SignalKind.SCORECARD if name in rules.rules.scoring.scorecard.names else None


def heard_scorecard(
    material: Material, answers: Mapping[str, Value], signals: Sequence[Signal], rules: InForce
) -> Scorecard | None:
    """The scorecard of the open handoff, None where nobody answered it. A new answer speaks for the whole card: what
    stands beside it counts, except for what is to be blank in this pass."""
    before = _left_over(material, answers, rules)
    if material.open_handoff is not None:
        before |= dict(material.open_handoff.scorecard)
    fresh = [each for each in signals if each.kind is SignalKind.SCORECARD]
    if not before and not fresh:
        return None
    scorecard = rules.rules.scoring.scorecard
    stands = {name: answers[name] for name in scorecard.names if name in answers} if fresh else {}
    news = {each.property: each.value for each in sorted(fresh, key=lambda each: each.at)}
    return read_scorecard({**stands, **before, **news}, scorecard)


def _left_over(material: Material, answers: Mapping[str, Value], rules: InForce) -> dict[str, Value]:
    """Factors that another pass left in the fields when two leads became one: to be blank in the one that is open."""
    if material.open_handoff is None:
        return {}
    left = {name for name, _ in material.unagreed if name in answers}
    return dict.fromkeys(sorted(left.intersection(rules.rules.scoring.scorecard.names)))


def look(
    material: Material,
    merged: LeadMerge,
    answers: Mapping[str, Value],
    *,
    score: Score,
    words: str,
    signals: Sequence[Signal],
    changed_at: Mapping[str, datetime],
    scorecard: Scorecard | None = None,
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
        is_partner=sure is not None and sure.is_partner,
        has_open_deal=sure is not None and sure.open_deals > 0,
        converted=any(row.converted_to is not None for row in material.records),
        member_of=frozenset(entry.list for _, entry, shown in material.memberships if shown or entry.member),
        heard_at=_heard_at(material, score),
        words=words,
        needs_baseline=material.is_new,
        is_provisional=material.is_provisional,
        approved=material.approved,
        assignment=material.assignment,
        recent=_recent(material, score),
        replies=_replies(material, score),
        changed_at=changed_at,
        scorecard=scorecard,
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


def _recent(material: Material, score: Score) -> tuple[Activity, ...]:
    """What the person did last, newest last; not what a mail scanner did in their name."""
    theirs = (each for each in material.activities if each.kind in MARKETING_KINDS)
    human = (each for each in theirs if each.key not in score.machine_made)
    return tuple(sorted(human, key=lambda activity: (activity.occurred_at, activity.key))[-RECENT:])


def _heard_at(material: Material, score: Score) -> datetime | None:
    """When they last did anything themselves: that a mail came back, or that somebody put them on a campaign, is none
    of their doing."""
    newest_first = reversed(material.activities)
    theirs = (each for each in newest_first if each.kind in HEARD and each.key not in score.machine_made)
    return next((each.occurred_at for each in theirs), None)


def _replies(material: Material, score: Score) -> tuple[Activity, ...]:
    """However long ago, and however much else they did since."""
    theirs = (each for each in material.activities if each.kind in REPLIES and not each.retracted)
    human = (each for each in theirs if each.key not in score.machine_made)
    return tuple(sorted(human, key=lambda activity: (activity.occurred_at, activity.key)))


def _sales(material: Material) -> tuple[Activity, ...]:
    return tuple(
        sorted(
            (each for each in material.activities if each.kind not in MARKETING_KINDS),
            key=lambda activity: (activity.occurred_at, activity.key),
        )
    )
