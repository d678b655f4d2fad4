"""Refusals in the shape HubSpot gives them, raised anywhere below the HTTP skin and printed by it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

PROPERTY_TEXT = "Property values were not valid: "


class RefusedError(Exception):
    """One refused request: status and body, without the correlation id the skin adds."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        category: str | None = "VALIDATION_ERROR",
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, Any] = {"status": "error", "message": message}
        if category is not None:
            self.body["category"] = category
        self.body.update(extra)

    @property
    def sentence(self) -> str:
        """What was wrong, for people: without the JSON that bad values put into the message."""
        return "; ".join(str(one["message"]) for one in self.body.get("errors") or []) or str(self)


class BadValueError(Exception):
    """One property value HubSpot would not take: `code` is its machine word, e.g. INVALID_OPTION."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.code = code
        self.message = message


def invalid(message: str, **extra: Any) -> RefusedError:
    return RefusedError(400, message, **extra)


def not_found(message: str = "resource not found") -> RefusedError:
    return RefusedError(404, message, category="OBJECT_NOT_FOUND")


def bad_values(found: Sequence[BadValueError]) -> RefusedError:
    """The odd answer to bad properties: a JSON text inside the message, and the same again in `errors`."""
    rows = [
        {
            "isValid": False,
            "message": bad.message,
            "error": bad.code,
            "name": bad.name,
            "localizedErrorMessage": bad.message,
        }
        for bad in found
    ]
    errors = [{"message": bad.message, "code": bad.code, "context": {"propertyName": [bad.name]}} for bad in found]
    return RefusedError(400, PROPERTY_TEXT + json.dumps(rows, separators=(",", ":"), ensure_ascii=False), errors=errors)


def conflict(message: str, *, category: str = "CONFLICT") -> RefusedError:
    return RefusedError(409, message, category=category)
