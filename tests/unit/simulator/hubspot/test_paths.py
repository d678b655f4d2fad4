import pytest

from simulator.hubspot.paths import canonical_path


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("/crm/v3/owners/", "/crm/v3/owners"),
        ("/crm/owners/2026-03", "/crm/v3/owners"),
        ("/crm/objects/2026-03/contacts/search", "/crm/v3/objects/contacts/search"),
        ("/crm/objects/2026-09/0-3/batch/read", "/crm/v3/objects/0-3/batch/read"),
        ("/crm/objects/2026-03/contacts/1/associations/companies", "/crm/v4/objects/contacts/1/associations/companies"),
        ("/crm/associations/2026-03/calls/contacts/batch/read", "/crm/v4/associations/calls/contacts/batch/read"),
        ("/crm/associations/v4/calls/contacts/labels", "/crm/v4/associations/calls/contacts/labels"),
        ("/crm/lists/2026-03/7/memberships/add", "/crm/v3/lists/7/memberships/add"),
        ("/crm/properties/2026-03/contacts", "/crm/v3/properties/contacts"),
        ("/events/event-occurrences/2026-03/event-types", "/events/v3/events/event-types"),
        (
            "/communication-preferences/2026-03/statuses/a@b.c",
            "/communication-preferences/v4/statuses/a@b.c",
        ),
        ("/account-info/2026-03/details", "/account-info/v3/details"),
        ("/oauth/2026-03/token", "/oauth/v1/token"),
        ("/crm/v3/objects/contacts", "/crm/v3/objects/contacts"),
    ],
)
def test_every_spelling_leads_to_one_path(asked: str, known: str) -> None:
    assert canonical_path(asked) == known
