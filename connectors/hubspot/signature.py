"""Signature v3 of HubSpot's calls to us, by our own hand.

The client's helper does not decode the address, takes times to come for good, refuses every body of
bytes and breaks on a header that is not ASCII (facts 4). Versions 1 and 2 carry no time: refused.
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.abilities import WebhookCall
from connectors.hubspot.values import to_ms
from domain.errors import ForgedCallError

SIGNATURE, TIMESTAMP = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
PAST, FUTURE = timedelta(minutes=5), timedelta(seconds=60)

_DECODED: Mapping[str, str] = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_ENCODED = re.compile("|".join(_DECODED), re.IGNORECASE)
_MILLISECONDS = re.compile(r"[0-9]{1,15}")


def verify(call: WebhookCall, secret: str, *, now: datetime) -> None:
    """ForgedCallError unless the app's secret signed this very call a moment ago. Nothing of the call is in it."""
    signature, timestamp = call.headers.get(SIGNATURE), call.headers.get(TIMESTAMP)
    if not signature or not timestamp:
        raise ForgedCallError("the call has no signature of version 3")
    if not _MILLISECONDS.fullmatch(timestamp):
        raise ForgedCallError("the time of the call is no number of milliseconds")
    age_ms = to_ms(now) - int(timestamp)
    if not -FUTURE / timedelta(milliseconds=1) <= age_ms <= PAST / timedelta(milliseconds=1):
        raise ForgedCallError("the call was signed too long ago, or for a time to come")
    # Bytes: comparing text refuses signs beyond ASCII with another error than ours.
    if not hmac.compare_digest(sign(call, secret, timestamp), signature.encode("utf-8", "surrogateescape")):
        raise ForgedCallError("the signature is not that of the app's secret")


def sign(call: WebhookCall, secret: str, timestamp: str) -> bytes:
    """What HubSpot puts into the header."""
    said = f"{call.method}{decoded(call.uri)}".encode() + call.body + timestamp.encode()
    return base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest())


def decoded(uri: str) -> str:
    """The address with the documented signs decoded, once, and no others."""
    return _ENCODED.sub(lambda found: _DECODED[found.group().upper()], uri)
