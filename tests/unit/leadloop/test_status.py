"""`leadloop status`: what was told by webhook and waits is on the screen and in the document."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.hint import Hint, HintKind
from domain.run import ConnectionStatus
from leadloop import cli
from leadloop.app import open_app
from store import connections, inbox


@pytest.fixture
def told(starter: Path) -> datetime:
    """A suspended HubSpot that told of two changes; when the first of them came."""
    app = open_app(starter)
    now = app.clock.now().astimezone(UTC).replace(microsecond=0)
    first = now - timedelta(hours=2, minutes=30)
    with app.store.write() as tx:
        for number, at in enumerate((first, now)):
            hint = Hint(
                connection="hubspot",
                key=str(number),
                object="contacts",
                record_id="5",
                kind=HintKind.CHANGED,
                occurred_at=at,
            )
            inbox.add(tx, [hint], now=at)
        connections.set_status(tx, "hubspot", ConnectionStatus.SUSPENDED, reason="wrong token", now=now)
    app.close()
    return first


def test_hints_that_wait_are_told_with_the_age_of_the_oldest_and_the_reason(
    starter: Path, told: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["status", "-C", str(starter), "--json"]) == 1
    because = "hubspot is suspended: they are followed once it runs again"
    assert json.loads(capsys.readouterr().out)["hints"] == [
        {"connection": "hubspot", "waiting": 2, "oldest_at": told.isoformat(), "because": because}
    ]
    assert cli.run(["status", "-C", str(starter)]) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if because in line]
    assert line.split(maxsplit=4) == ["hubspot", "2", "2", "h", because]


def test_nothing_is_said_of_hints_where_none_wait(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_app(starter).close()
    cli.run(["status", "-C", str(starter), "--json"])
    assert json.loads(capsys.readouterr().out)["hints"] == []
    cli.run(["status", "-C", str(starter)])
    assert "Told by a system" not in capsys.readouterr().out
