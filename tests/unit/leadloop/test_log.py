"""What may leave the process on standard error."""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from config.settings import Log
from leadloop import log
from leadloop.log import Form

REFUSED = "salesforce: duplicate of ana@globex.example, call +1 202 555 0143"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging is the process's: leave it to the next test as it was."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers, logging.getLogger().level = before


def only_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().err.splitlines()
    found: dict[str, Any] = json.loads(line)
    found.pop("timestamp")
    return found


def test_a_key_that_nobody_allowed_is_dropped_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(level="info", form=Form.JSON)
    structlog.get_logger().info("change_settled", connection="hubspot", email="ana@globex.example", name="Ana")
    assert only_line(capsys) == {"event": "change_settled", "level": "info", "connection": "hubspot", "dropped": 2}


@pytest.mark.parametrize("form", list(Form))
def test_addresses_and_telephone_numbers_are_masked_in_every_form(
    form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    log.set_up(level="info", form=form)
    structlog.get_logger().warning("connection_failed", reason=REFUSED)
    said = capsys.readouterr().err
    assert "duplicate of <email>, call <phone>" in said
    assert "globex" not in said
    assert "0143" not in said


@pytest.mark.parametrize(
    "harmless",
    ["2026-09-07T08:00:00Z", "http://127.0.0.1:37543/services", "00Q5e0000000001EAA", "the last run ended 17 min ago"],
)
def test_times_addresses_of_machines_and_ids_are_left_alone(harmless: str) -> None:
    assert log.without_addresses(None, "info", {"reason": harmless}) == {"reason": harmless}


@pytest.mark.parametrize("word", ["x", "x.", "1", "%4", "1 ", "@"])
def test_an_endless_word_is_logged_within_a_second(word: str) -> None:
    event: dict[str, object] = {"reason": word * 30_000}
    began = time.process_time()
    log.without_addresses(None, "info", event)
    assert time.process_time() - began < 1


def test_of_an_exception_only_class_and_place_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(level="info", form=Form.JSON)
    try:
        raise ValueError("a note that somebody wrote")  # noqa: TRY301 - what is raised is what is tested
    except ValueError:
        structlog.get_logger().exception("job_failed", step="decide")
    found = only_line(capsys)
    assert found.pop("line") > 0
    assert found == {
        "event": "job_failed",
        "level": "error",
        "step": "decide",
        "error": "ValueError",
        "file": "test_log.py",
    }


def test_another_library_is_heard_without_what_it_put_into_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(level="info", form=Form.JSON)
    logging.getLogger("urllib3").warning("retrying %s", "/contacts/ana@globex.example")
    logging.getLogger("urllib3").info("not worth a line")
    assert only_line(capsys) == {
        "event": "library_warned",
        "level": "warning",
        "logger": "urllib3",
        "problem": "retrying %s",
    }


def test_plain_words_are_one_sentence_with_a_mark(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(level="warning", form=Form.PLAIN)
    structlog.get_logger().info("baseline_taken")
    structlog.get_logger().warning("connection_failed", connection="hubspot", step="pull")
    assert capsys.readouterr().err == "! connection failed: connection hubspot, step pull\n"


@pytest.mark.parametrize(
    ("format_", "volume", "daemon", "heard"),
    [
        ("console", 0, False, 1),
        ("console", 1, False, 2),
        ("console", 0, True, 2),
        ("console", -1, True, 0),
        ("json", 0, False, 2),
    ],
    ids=["a command speaks up from warnings on", "-v", "a daemon as it is set", "-q", "a collector hears all"],
)
def test_how_much_is_said(
    capsys: pytest.CaptureFixture[str], *, format_: str, volume: int, daemon: bool, heard: int
) -> None:
    log.follow(Log.model_validate({"format": format_, "level": "info"}), volume=volume, daemon=daemon)
    structlog.get_logger().info("leading")
    structlog.get_logger().warning("lead_lost")
    assert len(capsys.readouterr().err.splitlines()) == heard
