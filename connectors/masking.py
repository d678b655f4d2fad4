"""What the wire log may keep of a body: its shape, ids and codes; never a secret, an address or a note.

An allow-list of keys whose values are ids, stamps or codes, and of what those look like: what nobody thought of is
masked, numbers and items of lists too. Only as much is masked as is kept.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson

KEPT_CHARS = 4_096
READ_BYTES = 1_048_576
"""Of a larger body only the size is kept: to read it would cost more than it tells."""

_CODES = frozenset(
    {
        "id", "Id", "ids", "type", "method", "referenceId", "statusCode", "httpStatusCode", "errorCode", "code",
        "status", "category", "subCategory", "correlationId", "policyName", "errorType", "objectWriteTraceId",
        "objectTypeId", "token_type", "error", "outcome", "startedAt", "completedAt", "createdAt", "updatedAt",
        "SystemModstamp", "CreatedDate", "LastModifiedDate", "after", "offset", "propertyName", "operator",
        "idProperty", "properties", "fields", "requiredGranularScopes", "OwnerId", "WhoId", "WhatId", "total",
        "totalSize", "size", "numErrors", "limit",
    }
)  # fmt: skip
_PROPERTIES = frozenset({"hs_object_id", "lastmodifieddate", "hs_lastmodifieddate", "createdate"})
"""Under `properties` names are the portal's own: a property may be called `status` and hold a note."""
_URLS = frozenset({"url", "nextRecordsUrl"})
_NAMED_BY = frozenset({"id", "ids"})
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}(?:\+\d\d:?\d\d)?", re.ASCII)
"""An id, a stamp or a word of an API: no sign of an address (`@`, `%`) and no blank is in it."""
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}", re.ASCII)
_API_PATH = re.compile(r"/(?:services|crm|marketing|events|email|form-integrations)/[^?#]{0,300}", re.ASCII)
_EMAIL = re.compile(r"[^\s\"'<>,;:=()\[\]/?&]+(?:@|%40|\uff20)[^\s\"'<>,;:=()\[\]&/?]+")


def masked_body(body: bytes | None, content_type: str = "application/json") -> str:
    """The beginning of a body with every value masked that is not on the list."""
    if not body:
        return ""
    if "json" not in content_type and body[:1] not in (b"{", b"["):
        return f"<{len(body)} bytes of {content_type.partition(';')[0] or 'unknown type'}>"
    if len(body) > READ_BYTES:
        return f"<{len(body)} bytes of JSON>"
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"<{len(body)} bytes, no JSON>"
    kept, size = [], 0
    for piece in _masked(value):
        kept.append(piece)
        size += len(piece)
        if size > KEPT_CHARS:
            break
    text = "".join(kept)
    return text if size <= KEPT_CHARS else f"{text[:KEPT_CHARS]}… ({len(body)} bytes)"


def masked_path(url: str) -> str:
    """The path alone: query strings carry queries and addresses."""
    return _EMAIL.sub("<email>", urlsplit(url).path)


def _masked(value: Any, *, key: str = "", in_properties: bool = False, by_value: bool = False) -> Iterator[str]:
    """The JSON text of a value, piece by piece. `by_value`: what is called id there is a value of some property."""
    if isinstance(value, dict):
        yield "{"
        by_value = by_value or "idProperty" in value
        for place, (name, each) in enumerate(value.items()):
            yield f'{"," if place else ""}"{_shown_key(name)}":'
            inside = in_properties or key == "properties"
            if isinstance(each, dict | list):
                yield from _masked(each, key=name, in_properties=inside, by_value=by_value)
            else:
                yield _shown(each, name, in_properties=inside, by_value=by_value)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for place, each in enumerate(value):
            yield "," if place else ""
            yield from _masked(each, key=key, in_properties=in_properties, by_value=by_value)
        yield "]"
    else:
        yield _shown(value, key, in_properties=in_properties, by_value=by_value)


def _shown_key(name: str) -> str:
    return name if _KEY.fullmatch(name) else f"<{len(name)}>"


def _shown(value: Any, key: str, *, in_properties: bool, by_value: bool) -> str:
    """A value that is no object and no list."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    is_kept = key in _PROPERTIES if in_properties else key in _CODES or key in _PROPERTIES
    if by_value and key in _NAMED_BY:
        is_kept = False
    if not isinstance(value, str):
        return str(value) if is_kept else '"<number>"'
    if is_kept and _CODE.fullmatch(value):
        return f'"{value}"'
    if key in _URLS and not in_properties and (path := _API_PATH.match(value)):
        return orjson.dumps(_EMAIL.sub("<email>", path[0]) + ("?…" if len(path[0]) < len(value) else "")).decode()
    return f'"<{len(value)}>"'


__all__ = ["KEPT_CHARS", "masked_body", "masked_path"]
