"""The Prometheus text of one look. No lead, no name, no address: connection, stage and status are the only labels."""

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from domain.run import ConnectionStatus, InstallationStatus
from reports.standing import Standing


def render(found: Standing) -> bytes:
    """Every figure of a look; a registry of its own, so that nothing is left over from the look before."""
    figures = _Figures()
    ended = found.last_run.ended_at.timestamp() if found.last_run and found.last_run.ended_at else 0.0
    running = {(each.name,): each.status is ConnectionStatus.RUNNING for each in found.connections}
    stages = {(stage,): count for stage, count in found.stages.items()}
    counts = {(what,): count for what, count in (found.last_run.counts if found.last_run else {}).items()}
    figures.one("healthy", "1 when the installation is healthy", found.status is InstallationStatus.HEALTHY)
    figures.one("held_leads", "Leads that wait for an approval", sum(found.held.values()))
    figures.one("undecided_leads", "Leads whose rules failed", found.undecided)
    figures.one("last_run_timestamp_seconds", "When the last run ended; 0: none has", ended)
    figures.each("connection_running", "1 when it runs", running, labels=["connection"])
    figures.each("leads", "Leads by stage", stages, labels=["stage"])
    figures.each("outbox_rows", "Writes by where they stand", found.outbox, labels=["connection", "status"])
    figures.each("last_run_count", "What the last run did", counts, labels=["what"])
    return figures.text()


class _Figures:
    """A registry being filled."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

    def one(self, name: str, means: str, value: float) -> None:
        Gauge(f"leadloop_{name}", means, registry=self._registry).set(value)

    def each(
        self,
        name: str,
        means: str,
        values: Mapping[tuple[str], int] | Mapping[tuple[str, str], int],
        *,
        labels: Sequence[str],
    ) -> None:
        gauge = Gauge(f"leadloop_{name}", means, labels, registry=self._registry)
        for words, value in values.items():
            gauge.labels(*words).set(value)

    def text(self) -> bytes:
        return generate_latest(self._registry)
