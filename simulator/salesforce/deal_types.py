"""Types around a deal that not every org has or shows: who stands in it, record types, currencies with their rates."""

from simulator.salesforce.people import AUDIT
from simulator.salesforce.schema import ObjectType, read_fields

OPPORTUNITY_CONTACT_ROLE = ObjectType(
    name="OpportunityContactRole",
    prefix="00K",
    label="Opportunity Contact Role",
    label_plural="Opportunity Contact Role",
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Contact Role ID"
OpportunityId reference required createonly to=Opportunity as=Opportunity label="Opportunity ID"
ContactId reference required to=Contact as=Contact label="Contact ID"
Role picklist(255) values="Business User|Decision Maker|Economic Buyer|Evaluator|Influencer|Other"
IsPrimary boolean required label=Primary
{AUDIT}
IsDeleted boolean required readonly label=Deleted
"""
    ),
)
"""Taken off a deal it leaves no trace in any query: IsDeleted follows the opportunity alone."""

RECORD_TYPE = ObjectType(
    name="RecordType",
    prefix="012",
    label="Record Type",
    label_plural="Record Types",
    writable=False,
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Record Type ID"
Name string(80) required
DeveloperName string(80) required
NamespacePrefix string(15) readonly
Description string(255)
SobjectType picklist(40) required
IsActive boolean required label=Active
{AUDIT}
"""
    ),
)

CURRENCY_TYPE = ObjectType(
    name="CurrencyType",
    prefix="01L",
    label="Currency Type",
    label_plural="Currency Types",
    writable=False,
    undeletable=False,
    soft_delete=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Currency Type ID"
IsoCode picklist(40) required restricted label="Currency ISO Code"
ConversionRate double required scale=6
DecimalPlaces int required default=2
IsActive boolean required label=Active
IsCorporate boolean required label="Corporate Currency"
{AUDIT}
"""
    ),
)
"""There in orgs with several currencies alone; it knows no recycle bin."""
