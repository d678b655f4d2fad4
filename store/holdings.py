"""The one place that knows which tables hold what of a person, and what becomes of it when they are erased.

What stays is a husk: the lead's number, its dates, its stages and handoffs, who of ours had it. A test walks every
column of the schema: one with text is emptied here, or said to hold nothing of the people that leads are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table

from store import schema
from store.leads import NOBODY

ERASED = "(erased)"
"""What stands where an address, a name or a reason stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one table holds of a person. `by`: the columns with the lead's number.

    `blank`: what its columns hold afterwards; None: the rows go.
    """

    table: Table
    what: str
    by: tuple[str, ...] = ("lead_id",)
    blank: Mapping[str, Any] | None = None


OF_LEADS = (
    Holding(table=schema.activity, what="things they did, and reps did about them"),
    Holding(table=schema.fact, what="values of properties, now and before"),
    Holding(table=schema.score, what="scores with their reasons"),
    Holding(table=schema.first_touch, what="where they came from"),
    Holding(table=schema.closed_deal_lead, what="places in deals of closed months"),
    Holding(table=schema.desired, what="values wished for in the systems"),
    Holding(table=schema.merge_base, what="values agreed between the systems"),
    Holding(table=schema.conflict, what="values that nobody could decide between"),
    Holding(table=schema.outbox, what="writes, with the values before them"),
    Holding(table=schema.undone, what="values taken back"),
    Holding(table=schema.held_write, what="values held back"),
    Holding(table=schema.held_lead, what="places in held sets"),
    Holding(table=schema.intent, what="tasks and notices, with their texts"),
    Holding(table=schema.press, what="answers by a button"),
    Holding(table=schema.membership, what="places on lists"),
    Holding(table=schema.mailed, what="moments of marketing mail"),
    Holding(table=schema.identity_key, what="keys they were known by"),
    Holding(table=schema.evidence, what="findings in histories"),
    Holding(table=schema.gate_closed, what="gates that were closed"),
    Holding(table=schema.misfit, what="values that stayed at home"),
    Holding(table=schema.note, what="notes about what rules cannot follow"),
    Holding(table=schema.rule_problem, what="rules that could not be judged"),
    Holding(table=schema.arrival, what="values a neighbour was to carry"),
    Holding(table=schema.foreseen_handoff, what="handoffs that would have been made"),
    Holding(table=schema.shown_process, what="moments of today's process"),
    Holding(table=schema.lead_apart, what="people they were kept apart from", by=("one", "other")),
    Holding(table=schema.union_doubt, what="doubts who they are", by=("one", "other")),
    Holding(table=schema.subject_key, what="keys to what the audit says of values"),
    Holding(
        table=schema.handoff,
        what="handoffs: dates and outcomes stay",
        blank={"why": ERASED, "queue": None, "queue_cause": None, "tried": [], "steps": [], "scorecard": {}},
    ),
    Holding(table=schema.transition, what="moves between stages: dates stay", blank={"why": ERASED}),
    Holding(table=schema.assignment, what="assignments: dates and reps stay", blank={"why": ERASED, "trace": []}),
    Holding(
        table=schema.lead,
        what="leads: the number and dates stay",
        by=("id",),
        blank={
            "merged_into": NOBODY,
            "failure": None,
            "set_aside_because": None,
            "left_lists": [],
            "nurture_withheld": None,
            "return_at": None,
            "shown_score": None,
            "shown_band": None,
            "shown_at": None,
            "wake_at": None,
            "due": False,
            "plan_due": False,
        },
    ),
    Holding(
        table=schema.record,
        what="records of the systems: their ids stay",
        blank={"content": "{}", "former_ids": "[]", "read_hash": ""},
    ),
    Holding(
        table=schema.lead_union,
        what="unions: what they remember",
        by=("survivor", "loser"),
        blank={"before": None},
    ),
)

SEARCHED: tuple[Column[Any], ...] = (
    schema.run.c.failures,
    schema.request.c.payload,
    schema.request.c.result,
    schema.proposal.c.payload,
    schema.connection.c.reason,
    schema.held_set.c.cause,
    schema.review_decision.c.text,
    schema.review_decision.c.owner,
    schema.review_decision.c.outcome,
    schema.closed_deal.c.name,
    schema.closed_month.c.reopened_because,
)
"""Texts about no lead in particular, in which somebody may be named all the same."""

MESSAGES = (schema.outbox.c.change, schema.outbox.c.message, schema.outbox.c.cause)
"""The same in the outbox, for what is about several leads: digests."""

IMPERSONAL: Mapping[str, str] = {
    "agreement_signature": "side name login clauses",
    "air_cover": "connection object id owner",
    "assignment": "owner rule rule_hash",
    "audit": "actor action connection object record_id fields rule_hash outbox_key values_hmac",
    "audit_seal": "hash",
    "back_fill": "connection stream fields position",
    "blast": "kind",
    "call_count": "connection",
    "call_limit": "connection",
    "clock_step": "step owner",
    "closed_deal": (
        "month connection object record_id side day worth lacks currency stage origin ways campaigns rep met"
    ),
    "closed_month": "month currency costs rules closed_by reopened_by",
    "connection": "name status account_id heard",
    "cursor": "connection stream position",
    "described": "connection object fields relied",
    "drift": "connection object field kind before now effect mend noticed",
    "erased_key": "digest kind",
    "erasure": "asked_by reason",
    "flap": "connection object field record_id times who",
    "golive_step": "step actor reason",
    "group_word": "name word leads said_by",
    "handoff": "kind band owner accepted_by verdict outcome",
    "held_set": "name status answered_by about",
    "hint": "connection key object record_id kind",
    "installation": "name value",
    "lead": "key stage owner recycled_as reached",
    "lead_union": "tie made_by split_by",
    "leadership": "holder",
    "number": "name",
    "proposal": "kind what proposed_by account digest status answered_by",
    "record": "connection object id merged_into converted_to",
    "remote_list": "connection name remote_id",
    "request": "kind",
    "review_decision": "part due added_by ending ended_by",
    "rule_version": "hash author document sources message",
    "run": "trigger counts actor",
    "survey": "connection found",
    "sweep_finding": "connection stream object ids examples approved_by",
    "token": "connection secret",
    "transition": "before after cause rule_hash",
    "wire": "connection method path request response",
}
"""Columns that hold nothing of a person: our own words, names of rules, fields and people of ours, systems' ids.

An id of a record says nothing without its system. The audit has the values as an HMAC whose key goes; the reason of an
erasure is refused where it names whom it is about. The wire log is masked by a list of what may be kept, in which no
address, name or note is (connectors/masking.py).
"""
