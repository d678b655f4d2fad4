"""Which path a generation of the API uses: the one place that knows versions.

v3 and v4 are supported until 2027; dated paths came in 2026 (HubSpot changelog, "Legacy APIs and Apps").
"""

import re

_DATED = (
    (re.compile(r"^/crm/v3/objects/"), "/crm/objects/{date}/"),
    (re.compile(r"^/crm/v4/associations/"), "/crm/associations/{date}/"),
    (re.compile(r"^/crm/v4/objects/"), "/crm/objects/{date}/"),
    (re.compile(r"^/crm/v3/(owners|lists|properties|pipelines)"), r"/crm/\1/{date}"),
    (re.compile(r"^/events/v3/events"), "/events/event-occurrences/{date}"),
    (re.compile(r"^/oauth/v1/"), "/oauth/{date}/"),
    (re.compile(r"^/account-info/v3/"), "/account-info/{date}/"),
    (re.compile(r"^/communication-preferences/v4/"), "/communication-preferences/{date}/"),
)


def path_of(path: str, generation: str) -> str:
    """The path in the given generation; those that have no dated form stay as they are."""
    if generation == "v3":
        return path
    for pattern, dated in _DATED:
        if pattern.match(path):
            return pattern.sub(dated.replace("{date}", generation), path, count=1)
    return path
