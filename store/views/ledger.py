"""The views of leads and of what is known of them: where they stand, their scores, moves, acts, records and lists."""

from sqlalchemy import and_, case, not_

from domain.activity import MARKETING_KINDS
from store.schema import activity, first_touch, lead, membership, record, score, transition
from store.views.terms import bytewise, holds, is_living
from store.views.view import View, in_points, number, text, time, yes_no

LEADS = View(
    name="leads",
    says="Everybody leadloop knows, one row each; without those who are part of another one, or were erased.",
    at="known_at",
    rows=lead,
    where=(lead.c.merged_into.is_(None),),
    order=(lead.c.id,),
    columns=(
        number("lead_id", lead.c.id, "leadloop's own number; the key by which all views join."),
        text("lead_key", lead.c.key, "The key that leadloop writes into the systems."),
        time("known_at", lead.c.created_at, "When leadloop first heard of them."),
        text("stage", lead.c.stage, "Where they stand: one of the ten stages, `known` to `disqualified`."),
        time("stage_since", lead.c.stage_since, "Since when."),
        time("mql_since", lead.c.mql_since, "Since when they are above the line.", may_be_empty=True),
        text("recycled_as", lead.c.recycled_as, "The outcome for which they rest.", may_be_empty=True),
        time("returns_at", lead.c.return_at, "When their rest ends.", may_be_empty=True),
        number("times_recycled", lead.c.times_recycled, "How often they came to rest."),
    ),
)

SCORES = View(
    name="scores",
    says="The score of each lead as last computed.",
    at="scored_at",
    rows=score,
    where=(is_living(score.c.lead_id),),
    order=(score.c.lead_id,),
    columns=(
        number("lead_id", score.c.lead_id, "Whose it is, and the key."),
        time("scored_at", score.c.as_of, "As of when. A score fades between two times."),
        in_points("engagement_points", score.c.engagement, "What they did, after decay and caps."),
        in_points("sales_points", score.c.sales, "What reps did about them."),
        number("fit_percent", score.c.fit_percent, "How well they fit; in percent of what could be known.",
               may_be_empty=True),
        text("grade", score.c.grade, "Fit as a letter, `A` to `E`; `?` where too little is known."),
        text("engagement_step", score.c.step, "`cold`, `warm` or `hot`."),
        text("band", score.c.grade + " " + score.c.step, "Both: `B hot`."),
        yes_no("is_excluded", score.c.excluded.is_not(None), "A rule keeps them out, whatever they do."),
        time("last_point_at", score.c.last_point_at, "When the youngest act that counts was done.", may_be_empty=True),
        text("rule_hash", score.c.rule_hash, "The rule version by which it was computed."),
    ),
)  # fmt: skip

TRANSITIONS = View(
    name="transitions",
    says="Every move from stage to stage.",
    at="moved_at",
    rows=transition,
    where=(is_living(transition.c.lead_id),),
    order=(transition.c.id,),
    columns=(
        number("transition_id", transition.c.id, "The key; rises with the time of writing."),
        number("lead_id", transition.c.lead_id, "Who moved."),
        time("moved_at", transition.c.at, "When."),
        text("stage_before", transition.c.before, "From where."),
        text("stage_after", transition.c.after, "Where to."),
        text("cause", transition.c.cause, "`rule`, `person`, `system`, `time`; `baseline`: how leadloop found them."),
        number("handoff_number", transition.c.handoff, "The handoff that it is of.", may_be_empty=True),
        text("rule_hash", transition.c.rule_hash, "The rule version then in force."),
    ),
)

_ACTS = sorted(each.value for each in MARKETING_KINDS)

ACTIVITIES = View(
    name="activities",
    says="What people did, and reps about them. Not what it was about: forms, pages and words stay in leadloop.",
    at="occurred_at",
    rows=activity,
    where=(is_living(activity.c.lead_id),),
    order=(
        activity.c.lead_id,
        *(bytewise(each) for each in (activity.c.connection, activity.c.stream, activity.c.external_id)),
    ),
    columns=(
        number("lead_id", activity.c.lead_id, "Who did it, or about whom."),
        time("occurred_at", activity.c.occurred_at, "When it happened."),
        time("seen_at", activity.c.seen_at, "When leadloop read it."),
        text("kind", activity.c.kind, "`form_submitted`, `page_viewed`, `call_logged` ..."),
        text("done_by", case((activity.c.kind.in_(_ACTS), "lead"), else_="rep"), "`lead` or `rep`."),
        text("connection", activity.c.connection, "The system that told it, by its name with you."),
        yes_no("is_automated", activity.c.automated, "A step of a sequence; no rep did it by hand."),
        time("retracted_at", activity.c.retracted_at, "When it was taken back; counts nowhere.", may_be_empty=True),
    ),
)

RECORDS = View(
    name="records",
    says="Which records of the systems are whose: by them your own data of deals, companies and people join.",
    at="seen_at",
    rows=record,
    where=(record.c.lead_id.is_not(None), is_living(record.c.lead_id), ~holds(record.c.id, "@")),
    order=tuple(bytewise(each) for each in (record.c.connection, record.c.object, record.c.id)),
    columns=(
        number("lead_id", record.c.lead_id, "Whose it is."),
        text("connection", record.c.connection, "The system, by its name with you."),
        text("object", record.c.object, "`Lead`, `Contact`, `contacts` ...: the system's word."),
        text("record_id", record.c.id, "Its id there. Ids that are e-mail addresses (lists of yours) are left out."),
        time("seen_at", record.c.seen_at, "When it was last read."),
        yes_no(
            "is_current",
            and_(~record.c.archived, record.c.merged_into.is_(None), record.c.converted_to.is_(None)),
            "It is there: not deleted, not merged into another one, not converted.",
        ),
    ),
)

LISTS = View(
    name="lists",
    says="Who is to be on which list, and who is.",
    at="since_at",
    rows=membership,
    where=(is_living(membership.c.lead_id),),
    order=(membership.c.lead_id, *(bytewise(each) for each in (membership.c.connection, membership.c.list))),
    columns=(
        number("lead_id", membership.c.lead_id, "Who."),
        text("connection", membership.c.connection, "The system, by its name with you."),
        text("list_name", membership.c.list, "The list, by its name; ours begin with `LL · `."),
        yes_no("is_wanted", membership.c.member, "They are to be on it. Empty: not ours to say.", may_be_empty=True),
        yes_no("is_shown", membership.c.shown, "The system shows them on it. Empty: not read yet.", may_be_empty=True),
        time("since_at", membership.c.since, "Since when that is so.", may_be_empty=True),
    ),
)

_IS_TOLD = and_(first_touch.c.campaign != "", not_(holds(first_touch.c.campaign, "@")))
"""A link may have carried an address where its campaign should be."""

FIRST_TOUCHES = View(
    name="first_touches",
    says="Where everybody came from, as it was decided once; whoever has no row is still to be decided.",
    at="decided_at",
    rows=first_touch,
    where=(is_living(first_touch.c.lead_id),),
    order=(first_touch.c.lead_id,),
    columns=(
        number("lead_id", first_touch.c.lead_id, "Who, and the key."),
        text("channel", first_touch.c.channel, "By the channels of reports.yaml then; of `unknown` news may decide."),
        text("campaign", case((_IS_TOLD, first_touch.c.campaign)), "That touch was of it, by its name or id.",
             may_be_empty=True),
        time("touched_at", first_touch.c.touched_at, "Empty: a field of theirs decided.", may_be_empty=True),
        time("decided_at", first_touch.c.decided_at, "When it was decided."),
        text("rule_hash", first_touch.c.rules, "The version of the channels by which it was."),
    ),
)  # fmt: skip
