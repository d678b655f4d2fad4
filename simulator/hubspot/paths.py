"""One spelling for every path: the v3/v4 one. HubSpot serves the same endpoints under dated paths, too."""

import re

DATED = r"2026-0[39]"
"""Generations that are generally available. Form submissions and e-mail events are in none of them."""
# The first pattern that matches decides; the order matters for associations, which left the v3 objects for v4.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("DATED", DATED)), spelling)
    for pattern, spelling in (
        (r"^/crm/objects/DATED/([^/]+/[^/]+/associations/.+)$", r"/crm/v4/objects/\1"),
        (r"^/crm/objects/DATED/(.+)$", r"/crm/v3/objects/\1"),
        (r"^/crm/associations/(?:v4|DATED)/(.+)$", r"/crm/v4/associations/\1"),
        (r"^/crm/(owners|lists|properties)/DATED(/.*)?$", r"/crm/v3/\1\2"),
        (r"^/events/event-occurrences/DATED(/.*)?$", r"/events/v3/events\1"),
        (r"^/communication-preferences/DATED/(.+)$", r"/communication-preferences/v4/\1"),
        (r"^/account-info/DATED/(.+)$", r"/account-info/v3/\1"),
        (r"^/oauth/(?:v3|DATED)/(.+)$", r"/oauth/v1/\1"),
        (r"^/marketing/forms/2026-09-beta(/.*)?$", r"/marketing/v3/forms\1"),
    )
)


def canonical_path(path: str) -> str:
    """The v3/v4 path without a trailing slash."""
    path = path.rstrip("/") or "/"
    for pattern, spelling in _RULES:
        if pattern.match(path):
            return pattern.sub(spelling, path)
    return path
