"""Types that are people or companies: Lead, Contact, Account, User, queue and organization, as a stock org has them."""

from simulator.salesforce.leadloop_fields import LEADLOOP, LEADLOOP_OF_ACCOUNT
from simulator.salesforce.schema import ObjectType, read_fields

AUDIT = """
CreatedDate datetime required readonly
CreatedById reference required readonly to=User as=CreatedBy label="Created By ID"
LastModifiedDate datetime required readonly
LastModifiedById reference required readonly to=User as=LastModifiedBy label="Last Modified By ID"
SystemModstamp datetime required readonly
"""
SALUTATIONS = "values=Mr.|Ms.|Mrs.|Dr.|Prof."
SOURCES = "values=Web|Phone Inquiry|Partner Referral|Purchased List|Other"
INDUSTRIES = (
    "values=Agriculture|Banking|Biotechnology|Chemicals|Communications|Construction|Consulting|Education|Electronics|"
    "Energy|Engineering|Entertainment|Finance|Food|Government|Healthcare|Hospitality|Insurance|Machinery|"
    "Manufacturing|Media|Other|Retail|Shipping|Technology|Telecommunications|Transportation|Utilities"
)
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")

LEAD = ObjectType(
    name="Lead",
    prefix="00Q",
    label="Lead",
    label_plural="Leads",
    mergeable=True,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Lead ID"
IsDeleted boolean required readonly label=Deleted
MasterRecordId reference readonly to=Lead as=MasterRecord label="Master Record ID"
LastName string(80) required
FirstName string(40)
Salutation picklist(40) {SALUTATIONS}
Name string(121) required readonly label="Full Name"
Title string(128)
Company string(255) required
Street textarea(255)
City string(40)
State string(80) label="State/Province"
PostalCode string(20) label="Zip/Postal Code"
Country string(80)
Latitude double scale=15
Longitude double scale=15
GeocodeAccuracy picklist(40) restricted values=Address|Street|City|State|Zip
Address address readonly
Phone phone
MobilePhone phone
Fax phone
Email email
Website url
PhotoUrl url readonly label="Photo URL"
Description textarea(32000) nofilter
LeadSource picklist(255) {SOURCES}
Status picklist(255) required default="Open - Not Contacted" values="{"|".join(LEAD_STATUSES)}"
Industry picklist(255) "{INDUSTRIES}"
Rating picklist(255) values=Hot|Warm|Cold
AnnualRevenue currency scale=0
NumberOfEmployees int label=Employees
OwnerId reference required default=me to=Group,User as=Owner label="Owner ID"
HasOptedOutOfEmail boolean required label="Email Opt Out"
DoNotCall boolean required label="Do Not Call"
IsConverted boolean required createonly label=Converted
ConvertedDate date readonly
ConvertedAccountId reference readonly to=Account as=ConvertedAccount label="Converted Account ID"
ConvertedContactId reference readonly to=Contact as=ConvertedContact label="Converted Contact ID"
ConvertedOpportunityId reference readonly to=Opportunity as=ConvertedOpportunity label="Converted Opportunity ID"
IsUnreadByOwner boolean required label="Unread By Owner"
{AUDIT}
LastActivityDate date readonly label="Last Activity"
LastViewedDate datetime readonly
LastReferencedDate datetime readonly
CleanStatus picklist(40) restricted values=Matched|Different|Acknowledged|NotFound|Inactive|Pending|SelectMatch|Skipped
EmailBouncedReason string(255) updateonly
EmailBouncedDate datetime updateonly
{LEADLOOP}
"""
    ),
)

CONTACT = ObjectType(
    name="Contact",
    prefix="003",
    label="Contact",
    label_plural="Contacts",
    mergeable=True,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Contact ID"
IsDeleted boolean required readonly label=Deleted
MasterRecordId reference readonly to=Contact as=MasterRecord label="Master Record ID"
AccountId reference to=Account as=Account label="Account ID"
LastName string(80) required
FirstName string(40)
Salutation picklist(40) {SALUTATIONS}
Name string(121) required readonly label="Full Name"
MailingStreet textarea(255)
MailingCity string(40)
MailingState string(80) label="Mailing State/Province"
MailingPostalCode string(20) label="Mailing Zip/Postal Code"
MailingCountry string(80)
MailingLatitude double scale=15
MailingLongitude double scale=15
MailingGeocodeAccuracy picklist(40) restricted values=Address|Street|City|State|Zip
MailingAddress address readonly
Phone phone label="Business Phone"
Fax phone label="Business Fax"
MobilePhone phone
HomePhone phone
ReportsToId reference to=Contact as=ReportsTo label="Reports To ID"
Email email
Title string(128)
Department string(80)
LeadSource picklist(255) {SOURCES}
Birthdate date
Description textarea(32000) nofilter label="Contact Description"
OwnerId reference required default=me to=User as=Owner label="Owner ID"
HasOptedOutOfEmail boolean required label="Email Opt Out"
DoNotCall boolean required label="Do Not Call"
{AUDIT}
LastActivityDate date readonly label="Last Activity"
LastViewedDate datetime readonly
LastReferencedDate datetime readonly
EmailBouncedReason string(255)
EmailBouncedDate datetime
IsEmailBounced boolean required readonly
{LEADLOOP}
"""
    ),
)

ACCOUNT = ObjectType(
    name="Account",
    prefix="001",
    label="Account",
    label_plural="Accounts",
    mergeable=True,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Account ID"
IsDeleted boolean required readonly label=Deleted
MasterRecordId reference readonly to=Account as=MasterRecord label="Master Record ID"
Name string(255) required label="Account Name"
Type picklist(255) values=Prospect|Customer|Partner|Other label="Account Type"
ParentId reference to=Account as=Parent label="Parent Account ID"
BillingStreet textarea(255)
BillingCity string(40)
BillingState string(80) label="Billing State/Province"
BillingPostalCode string(20) label="Billing Zip/Postal Code"
BillingCountry string(80)
BillingLatitude double scale=15
BillingLongitude double scale=15
BillingGeocodeAccuracy picklist(40) restricted values=Address|Street|City|State|Zip
BillingAddress address readonly
Phone phone label="Account Phone"
AccountNumber string(40)
Website url
Industry picklist(255) "{INDUSTRIES}"
AnnualRevenue currency scale=0
NumberOfEmployees int label=Employees
Description textarea(32000) nofilter label="Account Description"
OwnerId reference required default=me to=User as=Owner label="Owner ID"
{AUDIT}
LastActivityDate date readonly label="Last Activity"
{LEADLOOP_OF_ACCOUNT}
"""
    ),
)

USER = ObjectType(
    name="User",
    prefix="005",
    label="User",
    label_plural="Users",
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="User ID"
Username string(80) required
LastName string(80) required
FirstName string(40)
Name string(121) required readonly label="Full Name"
Email email required
Alias string(8) required
Title string(80)
Department string(80)
Phone phone
IsActive boolean required label=Active
TimeZoneSidKey picklist(40) required default=America/Los_Angeles label="Time Zone"
LocaleSidKey picklist(40) required default=en_US label=Locale
LanguageLocaleKey picklist(40) required default=en_US label=Language
UserType picklist(40) readonly default=Standard
ManagerId reference to=User as=Manager label="Manager ID"
{AUDIT}
"""
    ),
)

GROUP = ObjectType(
    name="Group",
    prefix="00G",
    label="Group",
    label_plural="Groups",
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Group ID"
Name string(40) required
DeveloperName string(80)
RelatedId reference readonly to=User label="Related ID"
Type picklist(40) required createonly restricted default=Regular values=Regular|Queue
Email email
OwnerId reference readonly to=Organization as=Owner label="Owner ID"
{AUDIT}
"""
    ),
)

GROUP_MEMBER = ObjectType(
    name="GroupMember",
    prefix="011",
    label="Group Member",
    label_plural="Group Members",
    undeletable=False,
    fields=read_fields(
        """
Id id required readonly default=id label="Group Member ID"
GroupId reference required createonly to=Group as=Group label="Group ID"
UserOrGroupId reference required createonly to=Group,User label="User/Group ID"
SystemModstamp datetime required readonly
"""
    ),
)

QUEUE_SOBJECT = ObjectType(
    name="QueueSobject",
    prefix="03g",
    label="Queue Sobject",
    label_plural="Queue Sobjects",
    undeletable=False,
    fields=read_fields(
        """
Id id required readonly default=id label="Queue Sobject ID"
QueueId reference required createonly to=Group as=Queue label="Group ID"
SobjectType picklist(40) required createonly
CreatedById reference required readonly to=User as=CreatedBy label="Created By ID"
SystemModstamp datetime required readonly
"""
    ),
)

ORGANIZATION = ObjectType(
    name="Organization",
    prefix="00D",
    label="Organization",
    label_plural="Organizations",
    writable=False,
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Organization ID"
Name string(80) required
Street textarea(255)
City string(40)
State string(80)
PostalCode string(20)
Country string(80)
Latitude double scale=15
Longitude double scale=15
GeocodeAccuracy picklist(40)
Address address readonly
Phone phone
PrimaryContact string(80)
DefaultLocaleSidKey picklist(40)
TimeZoneSidKey picklist(40)
LanguageLocaleKey picklist(40)
FiscalYearStartMonth int
NamespacePrefix string(15) readonly
OrganizationType picklist(40) readonly
InstanceName string(5) readonly
IsSandbox boolean required readonly
TrialExpirationDate datetime readonly
{AUDIT}
"""
    ),
)
