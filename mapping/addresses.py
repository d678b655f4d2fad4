"""E-mail addresses as keys: one form per mailbox, and the company behind it."""

from collections.abc import Collection
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from mapping.free_mail import FREE_MAIL
from mapping.transforms import registrable_domain

_TEST_SUFFIX = ".invalid"


@lru_cache(maxsize=65536)
def normalised_email(text: str) -> str | None:
    """The address in lower case as a key, or None for what is no address.

    No server tells `Ana@` from `ana@`, so neither do we; dots and `+tags` may be different mailboxes and
    stay. Salesforce test orgs append `.invalid` to every address: that is taken off.
    """
    plain = text.strip().casefold().removesuffix(_TEST_SUFFIX)
    try:
        return validate_email(plain, check_deliverability=False, test_environment=True).normalized.casefold()
    except EmailNotValidError:
        return None


def website_domain(text: str) -> str:
    """The company's domain out of its web address: `acme.example` of `https://shop.acme.example/x`; empty for none."""
    return registrable_domain(text) or ""


def company_domain(email: str, free_mail: Collection[str] = ()) -> str | None:
    """The company's domain (`acme.co.uk`), or None for no address, or one at a host open to everybody.

    `free_mail` holds further such hosts, beside the built-in ones.
    """
    address = normalised_email(email)
    if address is None:
        return None
    host = address.rpartition("@")[2]
    domain = registrable_domain(host) or host
    free = {host, domain} & (FREE_MAIL | {entry.casefold() for entry in free_mail})
    return None if free else domain
