"""Where prospects come from: the links that they followed to the site, as campaigns tag them.

Whoever came by an advertisement, a partner or a post has its words in the address of the pages of that time; who came
back later came by a link in a mail, or by no link at all.
"""

import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

Row = dict[str, Any]

_AD = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "help-desk-search"}
_POST = {"utm_source": "linkedin", "utm_medium": "paidsocial", "utm_campaign": "support-leaders"}
_PARTNER = {"utm_source": "cloudshop", "utm_medium": "partner", "utm_campaign": "marketplace"}
_MAIL = {"utm_source": "newsletter", "utm_medium": "email"}
_SHARED = {"utm_source": "linkedin", "utm_medium": "social"}
_NONE: Mapping[str, str] = {}

FIRST = (_AD, _AD, _AD, _POST, _POST, _PARTNER, _MAIL, _SHARED, _NONE, _NONE, _NONE)
"""Of the first visits that anybody knows of, by weight."""
LATER = (_MAIL, _MAIL, _NONE, _NONE, _NONE)
_ADDRESSES = ("url", "page_url")


def tagged(act: Row) -> Row:
    """The same act with the link that led there. Whoever it is, they came by the same way every time."""
    name = next((each for each in _ADDRESSES if each in act["fields"]), None)
    words = _way(act) if act["as"] == "prospect" and name is not None else _NONE
    if name is None or not words:
        return act
    return act | {"fields": act["fields"] | {name: f"{act['fields'][name]}?{urlencode(words)}"}}


def _way(act: Row) -> Mapping[str, str]:
    """What happened before the loop began says when; what happens now is a return, unless it makes somebody known."""
    said = act["fields"].get("values", {})
    which = "first" if "at" in act or "lastname" in said else "later"
    chance = random.Random(f"{which}-{act['id'] or said.get('email')}")  # noqa: S311  # a play, no secret
    return chance.choice(FIRST if which == "first" else LATER)
