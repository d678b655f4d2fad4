"""What a new portal has: the properties and property groups of every object type."""

from simulator.hubspot.contact_properties import CONTACT, INDUSTRIES, LIFECYCLE_STAGES, SOURCES
from simulator.hubspot.definitions import Row, bools, choice, number, owner, stamp, text

DEAL_STAGES = (
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "decisionmakerboughtin",
    "contractsent",
    "closedwon",
    "closedlost",
)
CALL_OUTCOMES = {
    "connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "no_answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
    "left_voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "busy": "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "wrong_number": "17b47fee-58de-441e-a44c-c6300d46f273",
    "left_live_message": "a4c4c377-d246-4b32-a13b-75a56a4cd0ff",
}

COMPANY: tuple[Row, ...] = (
    *text("companyinformation", "name domain website phone address city state zip country description"),
    *text("companyinformation", "hs_additional_domains hs_country_code salesforceaccountid"),
    *choice("companyinformation", "industry", INDUSTRIES),
    *choice("companyinformation", "type", ("PROSPECT", "PARTNER", "RESELLER", "VENDOR", "OTHER")),
    *choice("companyinformation", "lifecyclestage", LIFECYCLE_STAGES, field_type="radio"),
    *number("companyinformation", "numberofemployees annualrevenue"),
    *text("companyinformation", "hs_merged_object_ids", read_only=True),
    *number("companyinformation", "hs_object_id", read_only=True),
    *stamp("companyinformation", "createdate hs_lastmodifieddate", read_only=True),
    *owner("companyinformation"),
)

CURRENCIES = ("EUR", "USD", "GBP")

DEAL: tuple[Row, ...] = (
    *text("dealinformation", "dealname description"),
    *choice("dealinformation", "dealstage", DEAL_STAGES, field_type="radio"),
    *choice("dealinformation", "pipeline", ("default", "renewals")),
    *choice("dealinformation", "dealtype", ("newbusiness", "existingbusiness"), field_type="radio"),
    *number("dealinformation", "amount"),
    *number("dealinformation", "amount_in_home_currency", read_only=True),
    *choice("dealinformation", "deal_currency_code", CURRENCIES),
    *choice("dealinformation", "hs_analytics_source", SOURCES),
    *stamp("dealinformation", "closedate"),
    *bools("dealinformation", "hs_is_closed hs_is_closed_won", read_only=True),
    *text("dealinformation", "hs_merged_object_ids", read_only=True),
    *number("dealinformation", "hs_object_id", read_only=True),
    *stamp("dealinformation", "createdate hs_lastmodifieddate", read_only=True),
    *owner("dealinformation"),
)

_ENGAGEMENT: tuple[Row, ...] = (
    *stamp("engagement", "hs_timestamp"),
    *text("engagement", "hs_activity_type hs_attachment_ids"),
    *text("engagement", "hs_body_preview hs_object_source hs_object_source_id", read_only=True),
    *number("engagement", "hs_object_id", read_only=True),
    *stamp("engagement", "hs_createdate hs_lastmodifieddate", read_only=True),
    *owner("engagement"),
)

CALL: tuple[Row, ...] = (
    *_ENGAGEMENT,
    *text("call", "hs_call_title hs_call_body hs_call_from_number hs_call_to_number hs_call_recording_url"),
    *number("call", "hs_call_duration"),
    *choice("call", "hs_call_direction", ("INBOUND", "OUTBOUND")),
    *choice("call", "hs_call_disposition", tuple(CALL_OUTCOMES.values())),
    *choice(
        "call",
        "hs_call_status",
        [
            "BUSY",
            "CALLING_CRM_USER",
            "CANCELED",
            "COMPLETED",
            "CONNECTING",
            "FAILED",
            "IN_PROGRESS",
            "NO_ANSWER",
            "QUEUED",
            "RINGING",
        ],
    ),
)

EMAIL: tuple[Row, ...] = (
    *_ENGAGEMENT,
    *text("email", "hs_email_subject hs_email_text hs_email_html hs_email_headers hs_email_message_id"),
    *text("email", "hs_email_from_email hs_email_to_email hs_email_thread_id", read_only=True),
    *text("email", "hs_sequence_id"),
    *choice("email", "hs_email_direction", ("EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL")),
    *choice("email", "hs_email_status", ("BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT")),
)

MEETING: tuple[Row, ...] = (
    *_ENGAGEMENT,
    *text("meeting", "hs_meeting_title hs_meeting_body hs_internal_meeting_notes hs_meeting_location"),
    *text("meeting", "hs_meeting_external_url"),
    *stamp("meeting", "hs_meeting_start_time hs_meeting_end_time"),
    *choice("meeting", "hs_meeting_outcome", ("SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED")),
)

NOTE: tuple[Row, ...] = (*_ENGAGEMENT, *text("note", "hs_note_body"))

TASK: tuple[Row, ...] = (
    *_ENGAGEMENT,
    *text("task", "hs_task_subject hs_task_body hs_task_reminders"),
    *choice("task", "hs_task_status", ("NOT_STARTED", "IN_PROGRESS", "WAITING", "COMPLETED", "DEFERRED")),
    *choice("task", "hs_task_priority", ("NONE", "LOW", "MEDIUM", "HIGH")),
    *choice("task", "hs_task_type", ("TODO", "CALL", "EMAIL", "LINKED_IN", "MEETING")),
    *stamp("task", "hs_task_completion_date"),
    *bools("task", "hs_task_is_all_day"),
)

COMMUNICATION: tuple[Row, ...] = (
    *_ENGAGEMENT,
    *text("communication", "hs_communication_body"),
    *choice(
        "communication", "hs_communication_channel_type", ("WHATS_APP", "LINKEDIN_MESSAGE", "SMS", "PHYSICAL_MAIL")
    ),
    *choice("communication", "hs_communication_logged_from", ("CRM",)),
)

LEAD_STAGES = tuple(f"{name}-stage-id" for name in ("new", "attempting", "connected", "qualified", "unqualified"))

LEAD: tuple[Row, ...] = (
    *text("leadinformation", "hs_lead_name"),
    *choice("leadinformation", "hs_lead_type", ("NEW_BUSINESS", "UPSELL", "RE_ATTEMPTING")),
    *choice("leadinformation", "hs_lead_label", ("HOT", "WARM", "COLD")),
    *choice("leadinformation", "hs_pipeline", ("lead-pipeline-id",)),
    *choice("leadinformation", "hs_pipeline_stage", LEAD_STAGES),
    *number("leadinformation", "hs_object_id", read_only=True),
    *stamp("leadinformation", "hs_createdate hs_lastmodifieddate", read_only=True),
    *owner("leadinformation"),
)

PROPERTIES: dict[str, tuple[Row, ...]] = {
    "contacts": CONTACT,
    "companies": COMPANY,
    "deals": DEAL,
    "leads": LEAD,
    "calls": CALL,
    "emails": EMAIL,
    "meetings": MEETING,
    "notes": NOTE,
    "tasks": TASK,
    "communications": COMMUNICATION,
}

GROUP_LABELS = {
    "contactinformation": "Contact information",
    "sales_properties": "Sales properties",
    "emailinformation": "Email information",
    "analyticsinformation": "Web analytics history",
    "conversioninformation": "Conversion information",
    "companyinformation": "Company information",
    "dealinformation": "Deal information",
    "leadloop": "leadloop",
}
