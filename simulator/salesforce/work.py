"""Types that are work on people: Task, Event, Opportunity, Campaign and their small tables of statuses."""

from simulator.salesforce.people import AUDIT
from simulator.salesforce.schema import ObjectType, read_fields

TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
CLOSED_TASK = "Completed"
OPPORTUNITY_STAGES = {
    "Prospecting": 10,
    "Qualification": 10,
    "Needs Analysis": 20,
    "Value Proposition": 50,
    "Id. Decision Makers": 60,
    "Perception Analysis": 70,
    "Proposal/Price Quote": 75,
    "Negotiation/Review": 90,
    "Closed Won": 100,
    "Closed Lost": 0,
}
_WHAT = 'to=Account,Campaign,Opportunity as=What label="Related To ID"'
_WHO = 'to=Contact,Lead as=Who label="Name ID"'

TASK = ObjectType(
    name="Task",
    prefix="00T",
    label="Task",
    label_plural="Tasks",
    fields=read_fields(
        f"""
Id id required readonly default=id label="Activity ID"
WhoId reference {_WHO}
WhatId reference {_WHAT}
Subject combobox(255) values="Call|Email|Send Letter|Send Quote|Other"
ActivityDate date label="Due Date Only"
Status picklist(255) required default="Not Started" values="{"|".join(TASK_STATUSES)}"
Priority picklist(255) required default=Normal values=High|Normal|Low
IsHighPriority boolean required readonly
OwnerId reference required default=me to=User as=Owner label="Assigned To ID"
Description textarea(32000) nofilter
IsDeleted boolean required readonly label=Deleted
AccountId reference readonly to=Account as=Account label="Account ID"
IsClosed boolean required readonly label=Closed
{AUDIT}
IsArchived boolean required readonly label=Archived
CallDurationInSeconds int label="Call Duration"
CallType picklist(40) restricted values=Internal|Inbound|Outbound
CallDisposition string(255) label="Call Result"
CallObject string(255) label="Call Object Identifier"
ReminderDateTime datetime label="Reminder Date/Time"
IsReminderSet boolean required label="Reminder Set"
TaskSubtype picklist(40) createonly restricted default=Task values=Task|Email|ListEmail|Cadence|Call|LinkedIn
CompletedDateTime datetime readonly label="Completed Date"
LL_Key__c string(64) external
"""
    ),
)

EMAIL_MESSAGE = ObjectType(
    name="EmailMessage",
    prefix="02s",
    label="Email Message",
    label_plural="Email Messages",
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Email Message ID"
ActivityId reference createonly to=Task as=Activity label="Activity ID"
Subject string(3000)
TextBody textarea(32000) nofilter label="Text Body"
Incoming boolean required createonly label="Is Incoming"
MessageDate datetime label="Message Date"
IsDeleted boolean required readonly label=Deleted
{AUDIT}
"""
    ),
)
"""With Enhanced Email every e-mail is one of these, and has a task (Object Reference, EmailMessage)."""

EVENT = ObjectType(
    name="Event",
    prefix="00U",
    label="Event",
    label_plural="Events",
    fields=read_fields(
        f"""
Id id required readonly default=id label="Activity ID"
WhoId reference {_WHO}
WhatId reference {_WHAT}
Subject combobox(255) values="Call|Email|Meeting|Send Letter/Quote|Other"
Location string(255)
IsAllDayEvent boolean required label="All-Day Event"
ActivityDateTime datetime label="Due Date Time"
ActivityDate date label="Due Date Only"
DurationInMinutes int label=Duration
StartDateTime datetime label="Start Date Time"
EndDateTime datetime label="End Date Time"
EndDate date readonly
Description textarea(32000) nofilter
AccountId reference readonly to=Account as=Account label="Account ID"
OwnerId reference required default=me to=User as=Owner label="Assigned To ID"
IsPrivate boolean required label=Private
ShowAs picklist(40) restricted label="Show Time As" default=Busy values=Busy|OutOfOffice|Free
IsDeleted boolean required readonly label=Deleted
IsChild boolean required readonly
IsGroupEvent boolean required readonly
{AUDIT}
IsArchived boolean required readonly label=Archived
IsRecurrence boolean required createonly label="Create Recurring Series of Events"
ReminderDateTime datetime label="Reminder Date/Time"
IsReminderSet boolean required label="Reminder Set"
EventSubtype picklist(40) createonly restricted default=Event values=Event
"""
    ),
)

OPPORTUNITY = ObjectType(
    name="Opportunity",
    prefix="006",
    label="Opportunity",
    label_plural="Opportunities",
    fields=read_fields(
        f"""
Id id required readonly default=id label="Opportunity ID"
IsDeleted boolean required readonly label=Deleted
AccountId reference to=Account as=Account label="Account ID"
IsPrivate boolean required label=Private
Name string(120) required
Description textarea(32000) nofilter
StageName picklist(255) required label=Stage values="{"|".join(OPPORTUNITY_STAGES)}"
Amount currency scale=2
Probability percent label="Probability (%)"
ExpectedRevenue currency readonly scale=2 label="Expected Amount"
CloseDate date required
Type picklist(255) values="Existing Business|New Business" label="Opportunity Type"
NextStep string(255)
LeadSource picklist(255) values="Web|Phone Inquiry|Partner Referral|Purchased List|Other"
IsClosed boolean required readonly label=Closed
IsWon boolean required readonly label=Won
CampaignId reference to=Campaign as=Campaign label="Campaign ID"
ContactId reference createonly to=Contact as=Contact label="Contact ID"
OwnerId reference required default=me to=User as=Owner label="Owner ID"
{AUDIT}
LastActivityDate date readonly label="Last Activity"
"""
    ),
)

CAMPAIGN = ObjectType(
    name="Campaign",
    prefix="701",
    label="Campaign",
    label_plural="Campaigns",
    fields=read_fields(
        f"""
Id id required readonly default=id label="Campaign ID"
IsDeleted boolean required readonly label=Deleted
Name string(80) required
ParentId reference to=Campaign as=Parent label="Parent Campaign ID"
Type picklist(255) values="Conference|Webinar|Email|Advertisement|Other"
Status picklist(255) default=Planned values="Planned|In Progress|Completed|Aborted"
StartDate date
EndDate date
ExpectedRevenue currency scale=0 label="Expected Revenue"
BudgetedCost currency scale=0 label="Budgeted Cost"
ActualCost currency scale=0 label="Actual Cost"
IsActive boolean required label=Active
Description textarea(32000) nofilter
OwnerId reference required default=me to=User as=Owner label="Owner ID"
{AUDIT}
"""
    ),
)

CAMPAIGN_MEMBER = ObjectType(
    name="CampaignMember",
    prefix="00v",
    label="Campaign Member",
    label_plural="Campaign Members",
    undeletable=False,
    soft_delete=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Campaign Member ID"
IsDeleted boolean required readonly label=Deleted
CampaignId reference required createonly default=given to=Campaign as=Campaign label="Campaign ID"
LeadId reference createonly to=Lead as=Lead label="Lead ID"
ContactId reference createonly to=Contact as=Contact label="Contact ID"
Status picklist(255) default=given
HasResponded boolean required readonly label=Responded
IsPrimary boolean required readonly
{AUDIT}
FirstRespondedDate date readonly
Name string(121) readonly
FirstName string(40) readonly
LastName string(80) readonly
Email email readonly
Type picklist(40) readonly values=Lead|Contact
LeadOrContactId reference readonly to=Contact,Lead label="Related Record ID"
"""
    ),
)

CAMPAIGN_MEMBER_STATUS = ObjectType(
    name="CampaignMemberStatus",
    prefix="01Y",
    label="Campaign Member Status",
    label_plural="Campaign Member Statuses",
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Campaign Member Status ID"
IsDeleted boolean required readonly label=Deleted
CampaignId reference required createonly to=Campaign as=Campaign label="Campaign ID"
Label string(765) required
SortOrder int
IsDefault boolean required
HasResponded boolean required label=Responded
{AUDIT}
"""
    ),
)

_STATUS = """
MasterLabel string(255) readonly
ApiName string(255) readonly
SortOrder int readonly
IsDefault boolean required readonly
"""

LEAD_STATUS = ObjectType(
    name="LeadStatus",
    prefix="01J",
    label="Lead Status Value",
    label_plural="Lead Status Value",
    writable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Lead Status Value ID"
{_STATUS}
IsConverted boolean required readonly label=Converted
{AUDIT}
"""
    ),
)

TASK_STATUS = ObjectType(
    name="TaskStatus",
    prefix="01T",
    label="Task Status Value",
    label_plural="Task Status Value",
    writable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Task Status Value ID"
{_STATUS}
IsClosed boolean required readonly label=Closed
{AUDIT}
"""
    ),
)
