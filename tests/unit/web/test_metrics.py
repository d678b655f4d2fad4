"""The figures of one look, as Prometheus reads them."""

from datetime import UTC, datetime

from domain.drift import Drift, DriftKind, Noticed, OpenDrift
from domain.place import FieldOf
from domain.run import Connection, ConnectionStatus, InstallationStatus, Run
from reports.standing import Standing, WaitingHints
from store.deliveries import Trying
from web.metrics import render

ENDED = datetime(2026, 9, 7, 8, tzinfo=UTC)

FAILING = Standing(
    status=InstallationStatus.FAILING,
    reason="hubspot is suspended: wrong token",
    last_run=Run(id=3, trigger="cli", started_at=ENDED, ended_at=ENDED, counts={"read": 9, "sent": 3}),
    connections=(
        Connection(name="hubspot", status=ConnectionStatus.SUSPENDED, reason="wrong token"),
        Connection(name="salesforce", status=ConnectionStatus.RUNNING),
    ),
    stages={"known": 2, "mql": 1},
    outbox={("hubspot", "done"): 2, ("salesforce", "parked"): 1},
    held={"baseline": 4, "handoff-2026-09-07": 3},
    undecided=5,
    kept_back={"week on monday at 07:30": Trying(due=ENDED, times=2, at=ENDED, why="no", ended=True)},
    hints=(WaitingHints(connection="hubspot", hints=12, oldest_at=ENDED, because="hubspot is suspended"),),
    drifts=tuple(
        OpenDrift(
            drift=Drift(field=FieldOf(connection="hubspot", object="contacts", field=name), kind=DriftKind.GONE),
            effect="score is not written",
            mend="restore it",
            since=ENDED,
            noticed=Noticed.LOOK,
        )
        for name in ("ll_score", "ll_why")
    ),
)


def figures(text: bytes) -> list[str]:
    return [line for line in text.decode().splitlines() if not line.startswith("#")]


def test_every_figure_of_a_look_is_told() -> None:
    assert figures(render(FAILING)) == [
        "leadloop_healthy 0.0",
        "leadloop_held_leads 7.0",
        "leadloop_undecided_leads 5.0",
        "leadloop_reports_kept_back 1.0",
        f"leadloop_last_run_timestamp_seconds {ENDED.timestamp()!r}".replace("1788768000.0", "1.788768e+09"),
        'leadloop_connection_running{connection="hubspot"} 0.0',
        'leadloop_connection_running{connection="salesforce"} 1.0',
        'leadloop_leads{stage="known"} 2.0',
        'leadloop_leads{stage="mql"} 1.0',
        'leadloop_outbox_rows{connection="hubspot",status="done"} 2.0',
        'leadloop_outbox_rows{connection="salesforce",status="parked"} 1.0',
        'leadloop_hints_waiting{connection="hubspot"} 12.0',
        'leadloop_hints_oldest_timestamp_seconds{connection="hubspot"} 1.788768e+09',
        'leadloop_drift{connection="hubspot",kind="gone"} 2.0',
        'leadloop_last_run_count{what="read"} 9.0',
        'leadloop_last_run_count{what="sent"} 3.0',
    ]


def test_a_second_look_carries_nothing_over_from_the_first() -> None:
    assert render(FAILING) == render(FAILING)


def test_no_reason_in_words_reaches_the_figures() -> None:
    assert b"wrong token" not in render(FAILING)
