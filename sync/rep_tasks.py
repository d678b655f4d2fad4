"""A rep has one open task per handoff: what it says, and that an outdated one is closed or not created any more."""

from collections.abc import Iterator

from config.mapping import Tasks
from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.decision import Intent, IntentKind
from domain.record import Record
from domain.values import Value
from handoff.deadlines import TASK
from handoff.lifecycle import AT_WORK
from store.outbox import OutboxDraft
from sync.loop import InForce
from sync.material import Users
from sync.same import same
from sync.wanted import Wanted

CLOSING = "close:"
"""Begins the key of a change that closes a task; the task's own key follows."""


def outdated(wanted: Wanted) -> dict[str, str]:
    """Tasks that nobody has to do any more, by key, with the reason: another assignment, or no rep has the lead.

    Every assignment brings a task, so the newest is the only one that counts, and it counts while a rep has
    the lead. What is about somebody in no handoff is never outdated.
    """
    known = {**dict(wanted.intents), **{task.key: task.intent for task in wanted.given}}
    turns = {key: turn for key, intent in known.items() if (turn := _turn(intent)) is not None}
    has_rep, newest = wanted.values.get("stage") in AT_WORK, max(turns.values(), default=None)
    ended = f"no rep has the lead now: it is {wanted.values.get('stage')}"
    return {
        key: "the lead was assigned anew" if has_rep else ended
        for key, turn in turns.items()
        if turn != newest or not has_rep
    }


def _turn(intent: Intent) -> tuple[int, int] | None:
    """The handoff and the assignment in it that a task came with; None for anything else."""
    name, _, number = intent.step.partition(":")
    if intent.kind is not IntentKind.TASK or not intent.handoff or name != TASK:
        return None
    return intent.handoff, int(number or 1)


def closings(wanted: Wanted, rules: InForce) -> Iterator[OutboxDraft]:
    """Close outdated tasks; what a person completed or deleted is theirs, and so is the touch in it."""
    reasons = outdated(wanted)
    for task in wanted.given:
        words, record = rules.mapping.systems[task.ref.connection].tasks, task.record
        shown = record.values if record is not None else {}
        if task.key not in reasons or words is None or words.completed is None or shown.get(words.completed) is True:
            continue
        values = {
            name: value
            for name, value in rules.fields.unpaused(task.ref.connection, task.ref.object, words.closed).items()
            if name not in shown or not same(value, shown[name])
        }
        if not values or (record is not None and record.archived):
            continue
        change = Change(
            key=f"{CLOSING}{task.key}",
            kind=ChangeKind.FIELDS,
            object=task.ref.object,
            id=task.ref.id,
            values=values,
            expected={words.completed: False},
            guarded=frozenset({words.completed}),
        )
        yield OutboxDraft(
            connection=task.ref.connection,
            lane=Lane.HANDOFF,
            lead_id=wanted.lead_id,
            change=change,
            before={name: shown.get(name) for name in values},
            cause=f"closes the task of handoff {task.intent.handoff}: {reasons[task.key]}",
            rule_hash=rules.hash,
        )


def task_for(intent: Intent, tasks: Tasks, record: Record, *, key: str, users: Users, rules: InForce) -> Change | None:
    """A rep's task about the record; none while its owner is nobody in that system, or while its key is not there."""
    owner = users.ids.get((record.ref.connection, str(intent.payload.get("owner") or "")))
    if owner is None:
        return None
    says = intent.payload
    values: dict[str, Value] = {
        **tasks.constants,
        tasks.key: key,
        tasks.subject: says.get("subject"),
        tasks.body: says.get("body"),
        tasks.owner: owner,
        tasks.who: record.ref.id,
        tasks.due: says.get("due_on" if tasks.due_is == "date" else "due_at"),
    }
    if tasks.priority is not None:
        values[tasks.priority] = says.get("priority")
    values = rules.fields.unpaused(record.ref.connection, tasks.object, values)
    if tasks.key not in values:
        return None
    return Change(key=key, kind=ChangeKind.CREATE, object=tasks.object, values=values, unique=tasks.key)
