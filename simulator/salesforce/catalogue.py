"""Every object type of the simulated org, found by name or by the prefix of an id."""

from simulator.salesforce import deal_types, people, setup_objects, setup_types, work
from simulator.salesforce.schema import ObjectType

TYPES: dict[str, ObjectType] = {
    one.name: one
    for one in (
        people.ACCOUNT,
        work.CAMPAIGN,
        work.CAMPAIGN_MEMBER,
        work.CAMPAIGN_MEMBER_STATUS,
        people.CONTACT,
        deal_types.CURRENCY_TYPE,
        work.EMAIL_MESSAGE,
        work.EVENT,
        people.GROUP,
        people.GROUP_MEMBER,
        setup_types.FIELD_PERMISSIONS,
        people.LEAD,
        work.LEAD_STATUS,
        setup_types.LIST_VIEW,
        work.OPPORTUNITY,
        deal_types.OPPORTUNITY_CONTACT_ROLE,
        people.ORGANIZATION,
        setup_types.PERMISSION_SET,
        setup_types.PERMISSION_SET_ASSIGNMENT,
        people.QUEUE_SOBJECT,
        deal_types.RECORD_TYPE,
        work.TASK,
        work.TASK_STATUS,
        people.USER,
        *setup_objects.REST,
    )
}
KEPT = TYPES | {one.name: one for one in setup_objects.TOOLING}
"""With those that no caller of the REST API sees."""
_BY_LOWER = {name.lower(): one for name, one in TYPES.items()}
_KEPT_BY_LOWER = {name.lower(): one for name, one in KEPT.items()}
_BY_PREFIX = {one.prefix: one for one in KEPT.values()}


def named(name: str) -> ObjectType | None:
    """The type of that name, whatever its case."""
    return _BY_LOWER.get(name.lower())


def kept(name: str) -> ObjectType | None:
    """As `named`, among all that an org keeps: for whoever seeds it and looks into it."""
    return _KEPT_BY_LOWER.get(name.lower())


def of_id(record_id: str) -> ObjectType | None:
    """The type whose records begin like this id."""
    return _BY_PREFIX.get(record_id[:3])
