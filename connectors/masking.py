"""What the wire log may keep of a body: its shape, ids and codes; never a secret, an address or a note.

An allow-list of keys whose values are ids, stamps or codes, and of what those look like: what nobody thought of is
masked, numbers and items of lists too. Only as much is masked as is kept.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

KEPT_CHARS = 2_048
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
_EMAIL = re.compile(r"(?<![^\s\"'<>,;:=()\[\]/?&])[^\s\"'<>,;:=()\[\]/?&]+(?:@|%40|\uff20)[^\s\"'<>,;:=()\[\]&/?]+")


def masked_body(
    body: bytes | None, content_type: str = "application/json", *, decode: Callable[[], Any] | None = None
) -> str:
    """The beginning of a body with every value masked that is not on the list.

    `decode` gives the body's value where somebody needs it anyway; ValueError when it is no JSON.
    """
    if not body:
        return ""
    if "json" not in content_type and body[:1] not in (b"{", b"["):
        return f"<{len(body)} bytes of {content_type.partition(';')[0] or 'unknown type'}>"
    if len(body) > READ_BYTES:
        return f"<{len(body)} bytes of JSON>"
    try:
        value = decode() if decode is not None else orjson.loads(body)
    except ValueError:
        return f"<{len(body)} bytes, no JSON>"
    masked = _Masked()
    is_whole = masked.take(value, "", in_properties=False, by_value=False)
    text = "".join(masked.pieces)
    return text if is_whole else f"{text[:KEPT_CHARS]}… ({len(body)} bytes)"


def masked_path(url: str) -> str:
    """The path alone: query strings carry queries and addresses."""
    return _EMAIL.sub("<email>", urlsplit(url).path)


class _Masked:
    """The JSON text of a value, piece by piece, until it is as long as what is kept."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._size = 0

    def take(self, value: Any, key: str, *, in_properties: bool, by_value: bool) -> bool:
        """Add a value; False when there is no room for all of it. `by_value`: what is called id there is a value of
        some property."""
        if isinstance(value, dict):
            return self._object(value, in_properties=in_properties or key == "properties", by_value=by_value)
        if isinstance(value, list):
            return self._list(value, key, in_properties=in_properties, by_value=by_value)
        return self._add(_shown(value, _way(key, in_properties, by_value)))

    def _object(self, value: Mapping[str, Any], *, in_properties: bool, by_value: bool) -> bool:
        by_value = by_value or "idProperty" in value
        sign = "{"
        for name, each in value.items():
            way = _way(name, in_properties, by_value)
            if isinstance(each, dict | list):
                fits = self._add(sign + way.head)
                fits = fits and self.take(each, name, in_properties=in_properties, by_value=by_value)
            else:
                fits = self._add(sign + way.head + _shown(each, way))
            if not fits:
                return False
            sign = ","
        return self._add("}" if value else "{}")

    def _list(self, value: Sequence[Any], key: str, *, in_properties: bool, by_value: bool) -> bool:
        sign = "["
        for each in value:
            if not self._add(sign) or not self.take(each, key, in_properties=in_properties, by_value=by_value):
                return False
            sign = ","
        return self._add("]" if value else "[]")

    def _add(self, piece: str) -> bool:
        self.pieces.append(piece)
        self._size += len(piece)
        return self._size <= KEPT_CHARS


class _Way(NamedTuple):
    """How values of one key are shown: its own text, and whether they stay."""

    head: str
    is_kept: bool
    is_url: bool


@lru_cache(maxsize=8192)
def _way(key: str, in_properties: bool, by_value: bool) -> _Way:
    """Asked once per key and place, not once per value: a page has thousands of values."""
    is_kept = key in _PROPERTIES or (key in _CODES and not in_properties)
    head = f'"{key}":' if _KEY.fullmatch(key) else f'"<{len(key)}>":'
    named = by_value and key in _NAMED_BY
    return _Way(head, is_kept and not named, key in _URLS and not in_properties)


def _shown(value: Any, way: _Way) -> str:
    """A value that is no object and no list."""
    if isinstance(value, str):
        if not way.is_kept and not way.is_url:
            return f'"<{len(value)}>"'
        if way.is_kept and _CODE.fullmatch(value):
            return f'"{value}"'
        if way.is_url and (path := _API_PATH.match(value)):
            return orjson.dumps(_EMAIL.sub("<email>", path[0]) + ("?…" if len(path[0]) < len(value) else "")).decode()
        return f'"<{len(value)}>"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if way.is_kept else '"<number>"'


__all__ = ["KEPT_CHARS", "masked_body", "masked_path"]
