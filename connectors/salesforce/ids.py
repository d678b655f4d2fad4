"""Every living record of an object by id and stamp alone: two thousand to a call, and no field that could be hidden."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.salesforce.asking import Asking, Told
from connectors.salesforce.client import Client
from connectors.salesforce.rows import Row, key_of, tidy
from connectors.salesforce.soql import after, checked_id, quoted, select
from domain.errors import ContractError

_ENDED = "INVALID_QUERY_LOCATOR"


class Ids:
    """Walks pages by their locators; one that has ended is replaced by a query from the last id on."""

    def __init__(self, client: Client, asking: Asking) -> None:
        self._client = client
        self._asking = asking

    def living(self, object_name: str, *, since: datetime | None = None) -> Iterator[Mapping[str, datetime]]:
        """Stamps by id, page by page. `since`: of those that changed since then."""
        last = ""
        while True:
            where = " AND ".join(filter(None, (after(since, ""), f"Id > {quoted(checked_id(last))}" if last else "")))
            asked = select(("Id", "SystemModstamp"), object_name, where=where, order="Id")
            told = self._asking.ask(asked, deleted=False, large=True)
            if not told.ok:
                raise told.failure(f"to list {object_name} by id")
            before = last
            try:
                for rows in self.pages(told, object_name):
                    stamps = {each: at for at, each in map(key_of, tidy(rows, ("SystemModstamp",)))}
                    last = next(reversed(stamps), last)
                    yield stamps
            except _EndedError as ended:
                if last == before:
                    raise ContractError(f"Salesforce ended a list of {object_name} before it gave a row") from ended
            else:
                return

    def pages(self, told: Told, object_name: str) -> Iterator[list[Row]]:
        """The rows of a first page, and of those that follow it."""
        walked: set[str] = set()
        while True:
            page = _checked(told, object_name)
            yield page["records"]
            path = str(page.get("nextRecordsUrl") or "")
            if page.get("done", True):
                return
            if not path or path in walked:
                raise ContractError(f"Salesforce says that more of {object_name} follows, but gives no way on")
            walked.add(path)
            told = Told.of(self._client.get(path, large=True))
            if any(refusal.code == _ENDED for refusal in told.refusals):
                raise _EndedError
            if not told.ok:
                raise told.failure(f"to read on in {object_name}")


class _EndedError(Exception):
    """The pages that follow are gone."""


def _checked(told: Told, object_name: str) -> dict[str, Any]:
    page = told.body
    if not isinstance(page, dict) or not isinstance(page.get("records"), list):
        raise ContractError(f"Salesforce answered a query of {object_name} in a shape we do not know")
    return page
