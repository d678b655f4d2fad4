"""What a person reads of a run: each trouble once, with what to do."""

from typing import Any

import pytest

from leadloop.answers import show_run

WHY = "the login was refused. Authorise leadloop anew."


def told(capsys: pytest.CaptureFixture[str], *failures: str) -> list[str]:
    answer: dict[str, Any] = {
        "counts": {"read": 1},
        "observing": False,
        "failures": list(failures),
        "suspended": {"crm": WHY},
    }
    show_run(answer)
    return capsys.readouterr().err.splitlines()


def test_the_reason_of_a_suspension_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, f"crm: pull: {WHY}") == [
        f"✗ crm: pull: {WHY}",
        "✗ crm is suspended. Mend that, then run `leadloop doctor`.",
    ]


def test_a_suspension_of_an_earlier_run_is_told_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys) == [f"✗ crm is suspended: {WHY} Mend that, then run `leadloop doctor`."]
