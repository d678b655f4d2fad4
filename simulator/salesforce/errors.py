"""How Salesforce says no: a code, a sentence and the fields it is about."""

from collections.abc import Mapping
from typing import Any


class RefusedError(Exception):
    """A request or a row that Salesforce refuses; `status` is the HTTP status when it stands alone."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: tuple[str, ...] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields
        self.more = dict(more or {})
        """Further keys of the error, such as what a duplicate rule found."""

    def body(self) -> list[dict[str, Any]]:
        """The answer's body; `fields` stands there only for errors that come from saving a row."""
        said: dict[str, Any] = self.more | {"message": self.message, "errorCode": self.code}
        return [said if self.fields is None else said | {"fields": list(self.fields)}]

    def in_collection(self) -> dict[str, Any]:
        """As an element of `errors` in a collection's answer."""
        return self.more | {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


def deleted() -> RefusedError:
    """For a row in the recycle bin."""
    return RefusedError("ENTITY_IS_DELETED", "entity is deleted", status=404, fields=())


def not_found() -> RefusedError:
    """For a path or a row that is not there."""
    return RefusedError("NOT_FOUND", "The requested resource does not exist", status=404)
