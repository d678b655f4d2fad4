"""Who is logged in, in OpenID's words."""

from typing import Any

from simulator.salesforce.org import Org


def userinfo(org: Org, user_id: str, *, base_url: str, org_id: str) -> dict[str, Any]:
    """The answer of /services/oauth2/userinfo."""
    user = org.tables["User"].rows[user_id]
    return {
        "sub": f"{base_url}/id/{org_id}/{user_id}",
        "user_id": user_id,
        "organization_id": org_id,
        "preferred_username": user["Username"],
        "nickname": user["Alias"],
        "name": user["Name"],
        "email": user["Email"],
        "email_verified": True,
        "given_name": user.get("FirstName"),
        "family_name": user["LastName"],
        "zoneinfo": user["TimeZoneSidKey"],
        "urls": {
            "rest": f"{base_url}/services/data/v{{version}}/",
            "sobjects": f"{base_url}/services/data/v{{version}}/sobjects/",
            "query": f"{base_url}/services/data/v{{version}}/query/",
        },
        "active": bool(user.get("IsActive")),
        "user_type": "STANDARD",
        "language": user["LanguageLocaleKey"],
        "locale": user["LocaleSidKey"],
        "utcOffset": -28_800_000,
        "updated_at": user["LastModifiedDate"],
    }
