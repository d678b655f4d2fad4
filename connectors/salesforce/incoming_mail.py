"""Which e-mails that Salesforce keeps as tasks came in: the task itself looks the same either way.

With Enhanced Email an e-mail is an EmailMessage too, which leads to its task and says whether it is incoming (Object
Reference, EmailMessage). Where there is none, tasks of e-mails are what reps sent: nothing else is kept there.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from connectors.salesforce.asking import Asking
from connectors.salesforce.client import Client
from connectors.salesforce.rows import Row, is_mail
from connectors.salesforce.soql import one_of, select
from domain.errors import ContractError

IDS_PER_QUERY = 200
ASKED_AGAIN = timedelta(hours=6)
"""An org may get Enhanced Email, or the integration user the right to see it."""
_NOT_HERE = frozenset({"INVALID_TYPE", "INVALID_FIELD"})


class IncomingMail:
    """Asks about the e-mails of a page; not at all for a while where the org keeps none apart."""

    def __init__(self, client: Client, asking: Asking) -> None:
        self._client = client
        self._asking = asking
        self._absent_since: datetime | None = None

    def among(self, tasks: Sequence[Row]) -> frozenset[str]:
        """The ids of those tasks that are an e-mail to us."""
        mails = [str(row["Id"]) for row in tasks if is_mail(row)]
        return frozenset(self._asked(mails)) if mails and not self._is_absent() else frozenset()

    def _is_absent(self) -> bool:
        return self._absent_since is not None and self._client.now() - self._absent_since < ASKED_AGAIN

    def _asked(self, ids: Sequence[str]) -> Iterator[str]:
        for start in range(0, len(ids), IDS_PER_QUERY):
            theirs = one_of("ActivityId", ids[start : start + IDS_PER_QUERY])
            told = self._asking.ask(select(("ActivityId",), "EmailMessage", where=f"Incoming = true AND {theirs}"))
            if any(refusal.code in _NOT_HERE for refusal in told.refusals):
                self._absent_since = self._client.now()
                return
            if not told.ok:
                raise told.failure("to tell e-mails that came in")
            rows = told.body.get("records") if isinstance(told.body, dict) else None
            if not isinstance(rows, list):
                raise ContractError("Salesforce answered a query of EmailMessage in a shape we do not know")
            yield from (str(row["ActivityId"]) for row in rows)
