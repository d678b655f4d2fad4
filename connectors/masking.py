"""What the wire log may keep of a body: its shape, ids and codes; never a secret, an address or a note.

An allow-list: a key nobody thought of is masked.
"""

import re
from urllib.parse import urlsplit

KEPT_BYTES = 4_096

_KEPT_KEYS = frozenset(
    {
        "id", "Id", "type", "method", "url", "nextRecordsUrl", "referenceId", "statusCode", "errorCode", "code",
        "status", "category", "subCategory", "correlationId", "policyName", "errorType", "objectWriteTraceId",
        "objectTypeId", "token_type", "error", "outcome", "startedAt", "completedAt", "createdAt", "updatedAt",
        "SystemModstamp", "CreatedDate", "LastModifiedDate", "lastmodifieddate", "hs_lastmodifieddate", "after",
        "propertyName", "operator", "idProperty", "OwnerId", "WhoId", "WhatId",
    }
)  # fmt: skip
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)"((?:[^"\\]|\\.)*)("|$)')
_EMAIL = re.compile(r"[^\s\"'<>,;:=()\[\]%/?&]+(?:@|%40)[^\s\"'<>,;:=()\[\]&/?]+")
_QUERY = re.compile(r"\?.*$")


def masked_body(body: bytes | None, content_type: str = "application/json") -> str:
    """The beginning of a body with every value masked that is not on the list."""
    if not body:
        return ""
    if "json" not in content_type and body[:1] not in (b"{", b"["):
        return f"<{len(body)} bytes of {content_type.partition(';')[0] or 'unknown type'}>"
    text = body[:KEPT_BYTES].decode("utf-8", errors="replace")
    tail = f"… ({len(body)} bytes)" if len(body) > KEPT_BYTES else ""
    return _EMAIL.sub("<email>", _PAIR.sub(_mask_pair, text)) + tail


def masked_path(url: str) -> str:
    """The path alone: query strings carry queries and addresses."""
    return _EMAIL.sub("<email>", urlsplit(url).path)


def _mask_pair(found: re.Match[str]) -> str:
    key, colon, value, end = found.groups()
    if key not in _KEPT_KEYS:
        value = f"<{len(value)}>"
    elif key in ("url", "nextRecordsUrl"):
        value = _QUERY.sub("?…", value)
    return f'"{key}"{colon}"{value}{end}'
