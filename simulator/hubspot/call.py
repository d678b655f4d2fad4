"""One request as the handlers see it (no HTTP), and what they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.faults import Fault
from simulator.hubspot.kinds import Kind, kind_of
from simulator.hubspot.objects import Write
from simulator.hubspot.portal import Portal
from simulator.hubspot.record import Source
from simulator.hubspot.refusals import invalid
from simulator.hubspot.stamps import to_ms
from simulator.log import Effect


@dataclass(frozen=True, slots=True)
class Query:
    """The query string; names may repeat."""

    pairs: Sequence[tuple[str, str]] = ()

    def one(self, name: str) -> str | None:
        return next((value for key, value in self.pairs if key == name and value != ""), None)

    def many(self, name: str) -> list[str]:
        """Repeated and comma-separated values together."""
        return [part for key, value in self.pairs if key == name for part in value.split(",") if part]

    def flag(self, name: str) -> bool:
        """True for `true` in any case: the Python client sends `archived=True`."""
        return (self.one(name) or "").lower() == "true"

    def whole(self, name: str, default: int, *, most: int) -> int:
        text = self.one(name)
        if text is None:
            return default
        if not text.isdigit():
            raise invalid(f"Unable to parse value for query parameter: {name}")
        if not 0 < int(text) <= most:
            raise invalid(f"Page size {text} is too large: {name} must be between 1 and {most}")
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Everything a handler may look at."""

    portal: Portal
    now: datetime
    params: Mapping[str, str] = field(default_factory=dict)
    query: Query = field(default_factory=Query)
    body: Any = None
    source: Source
    effects: list[Effect]
    fault: Fault | None = None
    link: str = ""

    @property
    def now_ms(self) -> int:
        return to_ms(self.now)

    @property
    def write(self) -> Write:
        return Write(now_ms=self.now_ms, source=self.source, effects=self.effects)

    @property
    def kind(self) -> Kind:
        return kind_of(self.params["type"])

    @property
    def fails_partly(self) -> bool:
        """Whether the first item of this batch is to be refused."""
        return self.fault is not None and self.fault.kind == "partial_failure"

    @property
    def finds_nothing(self) -> bool:
        """Whether a fault order has this call find nothing, as if there were nothing."""
        return self.fault is not None and self.fault.kind == "nothing_found"

    def fields(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        if not isinstance(self.body, dict):
            raise invalid("Invalid input JSON: an object is required")
        return self.body

    def inputs(self, most: int) -> list[dict[str, Any]]:
        """The `inputs` of a batch, at least one and at most `most`."""
        rows = self.fields().get("inputs")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise invalid("Invalid input JSON: inputs must be a list of objects")
        if not rows:
            raise invalid("The batch must have at least one input")
        if len(rows) > most:
            raise invalid(f"The batch has {len(rows)} inputs; at most {most} are allowed")
        return rows


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON body; None for an answer without one."""

    body: Any = None
    status: int = 200
