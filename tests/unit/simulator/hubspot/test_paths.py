import pytest

from simulator.hubspot.paths import canonical_path
from tests.unit.simulator.hubspot.rig import Rig


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
        ("/marketing/forms/2026-09-beta/7", "/marketing/v3/forms/7"),
        ("/crm/v3/objects/contacts", "/crm/v3/objects/contacts"),
    ],
)
def test_every_spelling_leads_to_one_path(asked: str, known: str) -> None:
    assert canonical_path(asked) == known


@pytest.mark.parametrize(
    "path",
    [
        "/marketing/forms/2026-03",
        "/marketing/forms/2026-09",
        "/form-integrations/2026-03/submissions/forms/7",
        "/email/2026-03/events",
        "/email/public/2026-03/events",
        "/crm/objects/2027-03/contacts",
        "/crm/objects/2026-03-beta/contacts",
        "/crm/v4/objects/contacts",
    ],
)
def test_what_no_generation_has_is_not_found(rig: Rig, path: str) -> None:
    answer = rig.client.get(path)
    assert (answer.status_code, answer.json()["message"]) == (404, f"No endpoint GET {path}")
