"""The one transition table: which stage may follow which, and who or what may cause it."""

from collections.abc import Mapping
from datetime import datetime
from itertools import product

from domain.errors import IllegalTransitionError
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RuleHash

_PEOPLE = frozenset({Cause.PERSON, Cause.SYSTEM})
_RULE = _PEOPLE | {Cause.RULE}
_TIME = _PEOPLE | {Cause.TIME}

_BEFORE_SALES = (Stage.KNOWN, Stage.ENGAGED)
_RESTING = (Stage.RECYCLED, Stage.DISQUALIFIED)
_AT_WORK = (Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED)
_DEAL = (Stage.OPPORTUNITY, Stage.CUSTOMER)

_Row = tuple[tuple[Stage, ...], tuple[Stage, ...], frozenset[Cause]]

_ROWS: tuple[_Row, ...] = (
    (_BEFORE_SALES, tuple(Stage), frozenset({Cause.BASELINE})),
    (tuple(Stage), (Stage.KNOWN,), frozenset({Cause.BASELINE})),
    ((Stage.KNOWN,), (Stage.ENGAGED,), _RULE),
    ((Stage.ENGAGED,), (Stage.KNOWN,), _TIME),
    ((*_BEFORE_SALES, *_RESTING), (Stage.MQL,), _RULE),
    ((*_BEFORE_SALES, *_RESTING), (*_AT_WORK, *_DEAL), _PEOPLE),
    ((*_BEFORE_SALES, Stage.DISQUALIFIED), (Stage.RECYCLED,), _PEOPLE),
    ((Stage.MQL,), (Stage.ASSIGNED,), _RULE),
    (_AT_WORK, (Stage.MQL,), _RULE),
    ((Stage.MQL,), (Stage.ACCEPTED, Stage.QUALIFIED), _PEOPLE),
    ((Stage.ASSIGNED,), (Stage.MQL,), _TIME),
    ((Stage.ASSIGNED,), (Stage.ACCEPTED, Stage.QUALIFIED), _PEOPLE),
    ((Stage.ACCEPTED,), (Stage.MQL, Stage.ASSIGNED, Stage.QUALIFIED), _PEOPLE),
    ((Stage.QUALIFIED,), (Stage.MQL, Stage.ASSIGNED, Stage.ACCEPTED), _PEOPLE),
    ((Stage.MQL, *_AT_WORK), _DEAL, _TIME),
    ((Stage.MQL, *_AT_WORK, Stage.OPPORTUNITY), (Stage.RECYCLED,), _TIME),
    ((Stage.MQL, *_AT_WORK, Stage.OPPORTUNITY), _BEFORE_SALES, _PEOPLE),
    ((Stage.OPPORTUNITY,), (Stage.MQL, *_AT_WORK, Stage.CUSTOMER), _PEOPLE),
    ((Stage.CUSTOMER,), (Stage.OPPORTUNITY, Stage.RECYCLED), _PEOPLE),
    ((Stage.CUSTOMER,), (Stage.MQL,), frozenset({Cause.RULE})),
    ((Stage.CUSTOMER,), (Stage.MQL, *_AT_WORK), frozenset({Cause.SYSTEM})),
    ((Stage.RECYCLED,), _BEFORE_SALES, _TIME),
    ((Stage.DISQUALIFIED,), _BEFORE_SALES, _PEOPLE),
    (tuple(stage for stage in Stage if stage is not Stage.DISQUALIFIED), (Stage.DISQUALIFIED,), _RULE),
)


def _table(rows: tuple[_Row, ...]) -> dict[tuple[Stage, Stage], frozenset[Cause]]:
    table: dict[tuple[Stage, Stage], frozenset[Cause]] = {}
    for froms, tos, causes in rows:
        for before, after in product(froms, tos):
            if before is not after:
                table[before, after] = table.get((before, after), frozenset()) | causes
    return table


TABLE = _table(_ROWS)
"""(before, after) → the causes that may bring it about. What is not in here does not happen."""

WITH_SALES = frozenset({Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY})
"""Stages in which marketing keeps quiet: the `LL · With sales` list."""

BEFORE_SALES = frozenset(_BEFORE_SALES)
"""Stages of a lead that sales has not seen."""

AT_WORK = frozenset(_AT_WORK)
"""Stages of a lead that a rep has and that has come to no deal yet."""

IN_HANDOFF = frozenset({Stage.MQL, Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED})
"""Stages of a lead whose handoff is open."""

_FORWARD = (
    Stage.KNOWN,
    Stage.ENGAGED,
    Stage.MQL,
    Stage.ASSIGNED,
    Stage.ACCEPTED,
    Stage.QUALIFIED,
    Stage.OPPORTUNITY,
    Stage.CUSTOMER,
)


def allows(before: Stage, after: Stage, cause: Cause) -> bool:
    """Tell whether the table knows this move."""
    return cause in TABLE.get((before, after), frozenset())


def is_backwards(before: Stage, after: Stage) -> bool:
    """Tell whether a lead that sales has, or waits for, goes back: to an earlier stage or aside.

    A silent customer who comes back to sales does not: nothing is taken from anybody.
    """
    if (before, after) == (Stage.CUSTOMER, Stage.MQL) or before not in WITH_SALES | IN_HANDOFF | {Stage.CUSTOMER}:
        return False
    return after not in _FORWARD or _FORWARD.index(after) < _FORWARD.index(before)


def reached(
    known: Mapping[Stage, datetime], before: Stage, after: Stage, *, cause: Cause, at: datetime
) -> dict[Stage, datetime]:
    """When a lead came to each stage in this pass, once it moves.

    A new pass begins with nothing, and a step back takes back what lies ahead. Where the baseline places a lead it
    has been, nobody knows since when.
    """
    if cause is Cause.BASELINE:
        return {}
    if before in {*_BEFORE_SALES, *_RESTING}:
        return {after: at}
    kept = {stage: then for stage, then in known.items() if after not in _FORWARD or not _is_ahead(stage, after)}
    return {**kept, after: at}


def _is_ahead(stage: Stage, of: Stage) -> bool:
    return stage not in _FORWARD or _FORWARD.index(stage) >= _FORWARD.index(of)


def transition(
    lead: LeadId,
    before: Stage,
    after: Stage,
    *,
    cause: Cause,
    why: str,
    at: datetime,
    rule_hash: RuleHash,
    handoff: int | None,
) -> Transition:
    """Make a move that the table knows; IllegalTransitionError for any other."""
    if not allows(before, after, cause):
        raise IllegalTransitionError(
            f"Lead {lead} cannot go from {before} to {after} because of a {cause} ({why}): no such transition."
        )
    return Transition(
        lead_id=lead, at=at, before=before, after=after, cause=cause, why=why, rule_hash=rule_hash, handoff=handoff
    )
