"""The queue for leads whose data a rep called wrong, or that cannot be created without more of it: visible, no clock
running, left when it is mended."""

import hashlib
import json
from dataclasses import replace

from domain.handoff import Queue
from domain.stage import Cause, Stage
from handoff.assigning import find_rep, into_queue, owner_name
from handoff.deadlines import BACK, back_to, given_back
from handoff.draft import Draft
from handoff.view import OUTCOME, RETURN_DATE, SNOOZE, VERDICT

DATA = "data:"
"""The step that holds the fingerprint of the data that a rep called wrong."""

_ANSWERS = frozenset({VERDICT, OUTCOME, RETURN_DATE, SNOOZE})
_MOVED_BY_US = ("status", "lifecycle", "stage", "owner")
"""Words in names of properties that follow our own stage and owner: their change mends nothing."""


def call_wrong(draft: Draft, *, beside: str = "") -> Draft:
    """Road b: out of the rep's hands until the data are mended, then back to the same rep."""
    handoff = draft.handoff
    if handoff is None:
        return draft
    why = f"{owner_name(draft)}: data wrong{beside}"
    kept = tuple(step for step in given_back(handoff) if not step.startswith((DATA, BACK)))
    back = (f"{BACK}{handoff.owner}",) if handoff.owner else ()
    queued = into_queue(handoff, Queue.NEEDS_DATA, why)
    queued = replace(queued, steps=(*kept, f"{DATA}{fingerprint(draft)}", *back))
    given_up = replace(draft, handoff=queued, state=draft.state.took(handoff.owner))
    return given_up.on_lead(replace(draft.lead, owner=None)).move(Stage.MQL, Cause.PERSON, why)


def mend(draft: Draft) -> Draft:
    """Leave the queue once nothing required is missing and something has changed."""
    handoff = draft.handoff
    if handoff is None or handoff.queue is not Queue.NEEDS_DATA or missing(draft) or draft.view.barred:
        return draft
    if f"{DATA}{fingerprint(draft)}" in handoff.steps:
        return draft
    kept = tuple(step for step in handoff.steps if not step.startswith(DATA))
    freed = replace(handoff, queue=Queue.UNASSIGNED, queue_cause="data mended", steps=kept)
    return find_rep(draft.on_handoff(freed), back_to=back_to(handoff))


def missing(draft: Draft) -> tuple[str, ...]:
    """The properties that have to be filled: those without which the lead cannot be created, and where a rep called
    the data wrong those that lifecycle.yaml requires."""
    required = draft.book.lifecycle.required if is_called_wrong(draft) else []
    return tuple(dict.fromkeys([*(name for name in required if not draft.view.text(name)), *draft.view.lacks]))


def is_called_wrong(draft: Draft) -> bool:
    """Whether a rep said so; otherwise the lead never came to one for want of data."""
    return draft.handoff is not None and any(step.startswith(DATA) for step in draft.handoff.steps)


def fingerprint(draft: Draft) -> str:
    """What the lead's data look like: unequal means that somebody changed something."""
    values = {name: value for name, value in draft.view.values.items() if _is_data(name)}
    text = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _is_data(name: str) -> bool:
    return name not in _ANSWERS and not any(word in name for word in _MOVED_BY_US)
