"""Every error of leadloop, named by what happens next.

A new class is earned by a new reaction; `sync/recover.py` is the one place that turns a class into
an action. The message says what failed, where, and what to do. A refusal of a single record is a
`Receipt`, not an exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class LeadloopError(Exception):
    """The root: never raised itself."""


class OperatorError(LeadloopError):
    """A person has to mend something before this can go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a file: where (1-based line and column), what, and the nearest right word."""

    file: str
    line: int
    column: int
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        tail = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{tail}"


class SettingsError(OperatorError):
    """The installation's settings cannot be used: `problems` lists every finding at once."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class RuleError(SettingsError):
    """A rule file cannot be used: `problems` lists every finding at once."""


class UsageError(OperatorError):
    """What was typed cannot be read or means nothing here: say it otherwise, the installation is sound."""


class CredentialsError(OperatorError):
    """A system refused who we are: suspend the connection, say how to mend it, go on with the rest."""


class WrongAccountError(OperatorError):
    """The org or portal behind a connection is not the pinned one: stop every write to it."""


class SchemaError(OperatorError):
    """A field without which nothing may go on is gone: suspend the connection until it is back."""


class StoreError(OperatorError):
    """The database cannot be used as it is (schema newer or older, read-only, locked by another)."""


class StoreAwayError(StoreError):
    """The database does not answer for now: whoever runs on waits for it, whoever was asked for one thing says so."""


class LeadHeldError(LeadloopError):
    """Another process leads the loop: file a request, or try again later."""


class FencedError(LeadloopError):
    """A newer leader has taken over: write nothing more and stand down."""


class ConnectorError(LeadloopError):
    """A system did not do what was asked."""


class TransientError(ConnectorError):
    """Nothing is known to be wrong with the request: try again later.

    `sent` tells whether the request may have reached the system (its effect is then unknown).
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class RateLimitedError(TransientError):
    """The system asks to wait `retry_after_s` seconds; `daily` when the day's quota is used up."""

    def __init__(self, message: str, *, retry_after_s: float, daily: bool = False) -> None:
        super().__init__(message, sent=False)
        self.retry_after_s = retry_after_s
        self.daily = daily


class RejectedError(ConnectorError):
    """The system refused the request itself: park what asked for it and go on."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ConflictError(ConnectorError):
    """The record changed under us: read again, decide again."""


class ContractError(ConnectorError):
    """The answer has a shape we do not know: stop the stream and keep its cursor."""


class NotAllowedError(ContractError):
    """The account or the token does not give us this: where we can do without it, it rests and is asked for again."""


class ForgedCallError(LeadloopError):
    """A call to us cannot be shown to come from the system that it speaks for: answer 401, keep nothing of it."""


class DecisionError(LeadloopError):
    """A lead cannot be decided as asked."""


class IllegalTransitionError(DecisionError):
    """The transition table does not know this move."""


class NoEligibleRepError(DecisionError):
    """Nobody can take the lead now: it goes to the visible unassigned queue with this cause."""
