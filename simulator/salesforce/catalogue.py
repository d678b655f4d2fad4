"""Every object type of the simulated org, found by name or by the prefix of an id."""

from simulator.salesforce import people, work
from simulator.salesforce.schema import ObjectType

TYPES: dict[str, ObjectType] = {
    one.name: one
    for one in (
        people.ACCOUNT,
        work.CAMPAIGN,
        work.CAMPAIGN_MEMBER,
        work.CAMPAIGN_MEMBER_STATUS,
        people.CONTACT,
        work.EVENT,
        people.GROUP,
        people.GROUP_MEMBER,
        people.LEAD,
        work.LEAD_STATUS,
        work.OPPORTUNITY,
        people.ORGANIZATION,
        people.QUEUE_SOBJECT,
        work.TASK,
        work.TASK_STATUS,
        people.USER,
    )
}
_BY_LOWER = {name.lower(): one for name, one in TYPES.items()}
_BY_PREFIX = {one.prefix: one for one in TYPES.values()}


def named(name: str) -> ObjectType | None:
    """The type of that name, whatever its case."""
    return _BY_LOWER.get(name.lower())


def of_id(record_id: str) -> ObjectType | None:
    """The type whose records begin like this id."""
    return _BY_PREFIX.get(record_id[:3])
