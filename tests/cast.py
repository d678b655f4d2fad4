"""The people of the proofs: two reps, and prospects as a form or an import would have brought them."""

from typing import Any

FAY = "first.rep@your-company.example"
SAM = "second.rep@your-company.example"
REPS = (FAY, SAM)
"""The starter's pool, in its order."""

ANA = "ana.ruiz@globex.example"
"""A prospect of most proofs."""

USERS = [
    {"email": FAY, "first_name": "Fay", "last_name": "Rep"},
    {"email": SAM, "first_name": "Sam", "last_name": "Rep"},
]


def contact(email: str, **more: Any) -> dict[str, Any]:
    """A HubSpot contact who fits: a vice president in a country and an industry that we know."""
    name, domain = email.split("@")
    return {
        "email": email,
        "firstname": name.split(".")[0].title(),
        "lastname": name.split(".")[-1].title(),
        "company": domain.split(".")[0].title(),
        "jobtitle": "VP Operations",
        "country": "US",
        "industry": "software",
        "phone": "+1 202 555 0143",
        **more,
    }
