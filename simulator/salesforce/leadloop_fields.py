"""The fields of leadloop's own package, as an admin installed it: on Lead and Contact alike, and one on Account."""

_STAGES = "known|engaged|mql|assigned|accepted|qualified|opportunity|customer|recycled|disqualified"
VERDICTS = ("Accept", "Wrong person", "Data wrong", "Not our target", "Already working it")
OUTCOMES = (
    "Meeting",
    "Qualified",
    "Not now",
    "No budget",
    "No need",
    "Chose another",
    "Unreachable",
    "Left company",
)
LEADLOOP = f"""
LL_Lead_Key__c string(36) external
LL_Score__c double scale=2
LL_Grade__c string(1)
LL_Band__c string(20)
LL_Why__c string(255)
LL_Score_Change__c double scale=2
LL_Stage__c picklist(255) restricted values={_STAGES}
LL_MQL_Since__c datetime
LL_Stage_Since__c datetime
LL_Accepted_At__c datetime
LL_Qualified_At__c datetime
LL_Route_Why__c string(255)
LL_Verdict__c picklist(255) restricted values="{"|".join(VERDICTS)}"
LL_Outcome__c picklist(255) restricted values="{"|".join(OUTCOMES)}"
LL_Return_Date__c date
LL_Renewal_Date__c date
LL_Nurture_Until__c date
LL_Times_Recycled__c double
LL_Needs_Data__c string(255)
LL_Unreachable_Offered__c string(255)
LL_Queue__c string(80)
LL_Interest__c double
LL_Budget__c double
LL_Timing__c double
LL_Understanding__c double
LL_Scorecard__c string(255)
LL_Snooze_Until__c date
"""
LEADLOOP_OF_ACCOUNT = 'LL_Air_Cover__c boolean required label="Air cover"'
