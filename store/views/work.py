"""The views of leadloop's own work: runs, writes and what became of them, the audit. Nobody of yours is named."""

from sqlalchemy import and_, case, func

from domain.audit import LOOP, Act
from domain.run import OutboxStatus
from store.proposals import APPROVED
from store.schema import audit, outbox, run
from store.views.terms import begins, is_erased, is_living, length, number_in, until, without_address
from store.views.view import Shown, View, number, text, time, yes_no

_COUNTED = (
    ("read", "Records and activities read."),
    ("changed", "Of these, new or other than before."),
    ("planned", "Writes put out."),
    ("applied", "Writes that went through."),
    ("refused", "Writes that a system refused."),
)

RUNS = View(
    name="runs",
    says="The record of every cycle, as long as it is kept.",
    at="started_at",
    rows=run,
    order=(run.c.id,),
    columns=(
        number("run_id", run.c.id, "The key: `leadloop runs show`."),
        time("started_at", run.c.started_at, "When it began."),
        time("ended_at", run.c.ended_at, "Empty: under way, or its process was stopped.", may_be_empty=True),
        text("started_by", run.c.trigger, "What began it: `schedule`, `manual` ..."),
        yes_no("is_by_leadloop", run.c.actor == LOOP, "Nobody asked for it: the daemon's own."),
        *(number(f"{name}_count", number_in(run.c.counts, name), says, may_be_empty=True) for name, says in _COUNTED),
        number("failure_count", length(run.c.failures), "How many things went wrong."),
    ),
)

_WRITE: tuple[Shown, ...] = (
    number("write_id", outbox.c.id, "The key: `leadloop errors show`."),
    time("created_at", outbox.c.created_at, "When it was put out."),
    time("settled_at", outbox.c.settled_at, "When it was done with. Empty: it is not.", may_be_empty=True),
    number("lead_id", outbox.c.lead_id, "Whom it is about."),
    text("connection", outbox.c.connection, "To which system, by its name with you."),
    text("object", outbox.c.object, "`Lead`, `contacts`, `task` ..."),
    text("record_id", without_address(outbox.c.record_id), "Empty: to be created.", may_be_empty=True),
    text("kind", outbox.c.kind, "`fields`, `create` or `member`."),
    text("status", outbox.c.status, "`pending`, `claimed`, `done`, `waiting`, `parked`, `unsure` or `gone`."),
    text("code", outbox.c.code, "What became of it, or the system's own word; blank before the first answer."),
    number("attempts", outbox.c.attempts, "How often it was tried."),
    number("run_id", outbox.c.run_id, "The run that put it out: `ll_runs`.", may_be_empty=True),
)
_IS_ABOUT_SOMEBODY = and_(outbox.c.lead_id.is_not(None), is_living(outbox.c.lead_id))

WRITES = View(
    name="writes",
    says="Every write about one lead and what became of it, as long as it is kept (90 days after it was done with).",
    at="created_at",
    rows=outbox,
    where=(_IS_ABOUT_SOMEBODY,),
    order=(outbox.c.id,),
    columns=(*_WRITE, yes_no("is_given_up", outbox.c.ignored, "A person gave it up: `leadloop errors ignore`.")),
)

ERRORS = View(
    name="errors",
    says="The writes of ll_writes that stand still or are tried again: what `leadloop errors list` shows.",
    at="created_at",
    rows=outbox,
    where=(
        _IS_ABOUT_SOMEBODY,
        outbox.c.status.in_((OutboxStatus.PARKED, OutboxStatus.UNSURE, OutboxStatus.WAITING)),
        ~outbox.c.ignored,
    ),
    order=(outbox.c.id,),
    columns=(*_WRITE, time("due_at", outbox.c.due_at, "When it is tried again, where it is.")),
)

_action = case(
    (begins(audit.c.action, f"{Act.WILL} "), Act.WILL.value),
    (begins(audit.c.action, APPROVED), until(audit.c.action, " of ")),
    else_=until(audit.c.action, ":"),
)
_fields = func.replace(func.replace(func.replace(audit.c.fields, '["', ""), '"]', ""), '","', ", ")

AUDIT = View(
    name="audit",
    says="What was decided and written, without who did it and without values: `leadloop audit list` names them.",
    at="done_at",
    rows=audit,
    where=(~is_erased(audit.c.lead_id),),
    order=(audit.c.seq,),
    columns=(
        number("audit_id", audit.c.seq, "The key, as `leadloop audit` numbers them."),
        time("done_at", audit.c.at, "When."),
        yes_no("is_by_leadloop", audit.c.actor == LOOP, "leadloop did it by itself; else a person or a system."),
        text(
            "action",
            _action,
            "What was done, without the words after it; a write is `will`, then `wrote` or another end.",
        ),
        text("connection", audit.c.connection, "In which system.", may_be_empty=True),
        text("object", audit.c.object, "On which kind of thing.", may_be_empty=True),
        text("record_id", without_address(audit.c.record_id), "On which record.", may_be_empty=True),
        number("lead_id", audit.c.lead_id, "About whom.", may_be_empty=True),
        text("fields", case((audit.c.fields == "[]", None), else_=_fields), "Names of fields, with commas.",
             may_be_empty=True),
        text("rule_hash", audit.c.rule_hash, "By which rule version.", may_be_empty=True),
    ),
)  # fmt: skip
