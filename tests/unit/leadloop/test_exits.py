"""Which exit code tells a script what."""

import pytest

from domain import errors
from leadloop import exits


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SettingsError("x"), 78),
        (errors.RuleError("x"), 78),
        (errors.WrongAccountError("x"), 78),
        (errors.StoreError("x"), 78),
        (errors.CredentialsError("x"), 77),
        (errors.LeadHeldError("x"), 75),
        (errors.FencedError("x"), 75),
        (errors.RateLimitedError("x", retry_after_s=1), 75),
        (errors.TransientError("x"), 69),
        (errors.RejectedError("x"), 69),
        (errors.ContractError("x"), 69),
        (errors.NotAllowedError("x"), 77),
        (errors.IllegalTransitionError("x"), 70),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_every_class_of_error_has_its_exit_code(error: errors.LeadloopError, code: int) -> None:
    assert exits.code_of(error) == code
