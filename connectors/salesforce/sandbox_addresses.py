"""A sandbox is a copy of an org whose addresses end in `.invalid`, so that nobody is written to by mistake.

Read without that ending they match the same people in the marketing system, and the reps named in the rules. In a
live org the ending is somebody's own way to switch an address off, and stays.
"""

import re

from connectors.salesforce.asking import Asking
from connectors.salesforce.rows import Row
from connectors.salesforce.soql import select

SUFFIX = ".invalid"
_SWITCHED_OFF = re.compile(r"[^@\s]+@[^@\s]+\.invalid", re.ASCII | re.IGNORECASE)


class SandboxAddresses:
    """Takes the ending off; whether the org is a sandbox is asked when the first such address is met."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._is_sandbox: bool | None = None

    def restore(self, rows: list[Row]) -> list[Row]:
        """The rows, changed in place."""
        for row in rows:
            for name, value in row.items():
                if isinstance(value, str) and value.endswith(SUFFIX) and _SWITCHED_OFF.fullmatch(value):
                    if not self._in_sandbox():
                        return rows
                    row[name] = value.removesuffix(SUFFIX)
        return rows

    def _in_sandbox(self) -> bool:
        if self._is_sandbox is None:
            told = self._asking.ask(select(("Id", "IsSandbox"), "Organization", limit=1), deleted=False)
            if not told.ok:
                raise told.failure("to tell whether this org is a sandbox")
            rows = told.body.get("records") if isinstance(told.body, dict) else None
            self._is_sandbox = isinstance(rows, list) and any(row.get("IsSandbox") is True for row in rows)
        return self._is_sandbox
