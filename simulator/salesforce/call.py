"""One REST call and its answer, free of HTTP machinery, because Composite makes calls inside a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.faults import Fault
from simulator.salesforce.catalogue import named
from simulator.salesforce.errors import RefusedError, not_found
from simulator.salesforce.schema import ObjectType
from simulator.salesforce.writing import Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`path` is what follows /services/data/vNN.N, split; header names are lower case."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    version: str
    writing: Writing
    fault: Fault | None = None

    def inside(self, *, method: str, path: tuple[str, ...], query: Mapping[str, str], **rest: Any) -> "Call":
        """A subrequest of this call, in the same transaction."""
        return replace(self, method=method, path=path, query=query, **rest)

    def has_fault(self, *kinds: str) -> bool:
        return self.fault is not None and self.fault.kind in kinds

    def url(self, *parts: str) -> str:
        """A path as answers cite it."""
        return "/".join((f"/services/data/{self.version}", *parts))

    def json_object(self) -> dict[str, Any]:
        """The body as an object (RefusedError otherwise)."""
        if not isinstance(self.body, dict):
            raise RefusedError(
                "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
            )
        return self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, JSON body (None: no body) and further headers."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def type_in_path(name: str) -> ObjectType:
    """The object type a path names (RefusedError NOT_FOUND)."""
    type_ = named(name)
    if type_ is None:
        raise not_found()
    return type_


def row_fault(call: Call) -> RefusedError | None:
    """What a fault order makes of one row of this write."""
    if call.fault is None or not call.has_fault("row_lock", "partial_failure"):
        return None
    if call.fault.kind == "row_lock":
        return RefusedError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", fields=())
    code = str(call.fault.fields.get("code", "FIELD_CUSTOM_VALIDATION_EXCEPTION"))
    message = str(call.fault.fields.get("message", "A validation rule of this org refused the record."))
    return RefusedError(code, message, fields=())
