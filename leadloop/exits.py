"""Exit codes, after terraform, dbt and sysexits.h; scripts may rely on them."""

from domain.errors import (
    ConnectorError,
    CredentialsError,
    FencedError,
    LeadHeldError,
    LeadloopError,
    NotAllowedError,
    OperatorError,
    RateLimitedError,
    StoreAwayError,
    UsageError,
)

OK = 0
SOME_FAILED = 1
CHANGES_PENDING = 2
HELD = 3
USAGE = 64
BAD_DATA = 65
UNREACHABLE = 69
BUG = 70
TRY_AGAIN = 75
LOGIN = 77
CONFIG = 78
INTERRUPTED = 130

_BY_ERROR: tuple[tuple[type[LeadloopError], int], ...] = (
    (LeadHeldError, TRY_AGAIN),
    (FencedError, TRY_AGAIN),
    (RateLimitedError, TRY_AGAIN),
    (NotAllowedError, LOGIN),
    (ConnectorError, UNREACHABLE),
    (StoreAwayError, UNREACHABLE),
    (CredentialsError, LOGIN),
    (UsageError, USAGE),
    (OperatorError, CONFIG),
)
"""The first class that fits counts."""


def code_of(error: LeadloopError) -> int:
    """The exit code that tells a script what happens next."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), BUG)
