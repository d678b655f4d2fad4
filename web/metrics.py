"""The Prometheus text of one look. No lead, no name, no address: connection, stage and status are the only labels."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from domain.run import ConnectionStatus, InstallationStatus
from reports.standing import Standing


class Received(Collector):
    """What systems told us by themselves since the process began: counters, unlike everything a look finds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, str]] = Counter()
        self._hints: Counter[str] = Counter()
        self._hearing: dict[str, bool] = {}

    def answered(self, connection: str, status: int) -> None:
        with self._lock:
            self._calls[connection, str(status)] += 1

    def kept(self, connection: str, hints: int) -> None:
        with self._lock:
            self._hints[connection] += hints

    def hearing(self, connection: str, *, connected: bool) -> None:
        with self._lock:
            self._hearing[connection] = connected

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        calls = CounterMetricFamily(
            "leadloop_webhook_calls", "Calls of systems to us, by answer", labels=["connection", "status"]
        )
        hints = CounterMetricFamily("leadloop_webhook_hints", "Hints that were new", labels=["connection"])
        ears = GaugeMetricFamily("leadloop_answers_heard", "1 while answers in notices reach us", labels=["connection"])
        with self._lock:
            for connection, connected in self._hearing.items():
                ears.add_metric([connection], float(connected))
            for words, count in self._calls.items():
                calls.add_metric(words, count)
            for connection, count in self._hints.items():
                hints.add_metric([connection], count)
        yield from (calls, hints)
        if self._hearing:
            yield ears


def render(found: Standing, received: Received | None = None) -> bytes:
    """Every figure of a look; a registry of its own, so that nothing is left over from the look before."""
    figures = _Figures(received)
    ended = found.last_run.ended_at.timestamp() if found.last_run and found.last_run.ended_at else 0.0
    running = {(each.name,): each.status is ConnectionStatus.RUNNING for each in found.connections}
    stages = {(stage,): count for stage, count in found.stages.items()}
    counts = {(what,): count for what, count in (found.last_run.counts if found.last_run else {}).items()}
    waiting = {(each.connection,): each.hints for each in found.hints}
    oldest = {(each.connection,): each.oldest_at.timestamp() for each in found.hints}
    figures.one("healthy", "1 when the installation is healthy", found.status is InstallationStatus.HEALTHY)
    figures.one("held_leads", "Leads that wait for an approval", sum(found.held.values()))
    figures.one("undecided_leads", "Leads whose rules failed", found.undecided)
    figures.one("reports_kept_back", "Reports that were due and could not be made", len(found.kept_back))
    figures.one("last_run_timestamp_seconds", "When the last run ended; 0: none has", ended)
    figures.each("connection_running", "1 when it runs", running, labels=["connection"])
    figures.each("leads", "Leads by stage", stages, labels=["stage"])
    figures.each("outbox_rows", "Writes by where they stand", found.outbox, labels=["connection", "status"])
    figures.each("hints_waiting", "Hints of systems that were not followed yet", waiting, labels=["connection"])
    figures.each("hints_oldest_timestamp_seconds", "When the oldest of them came", oldest, labels=["connection"])
    drifted = Counter((each.field.connection, each.drift.kind.value) for each in found.drifts)
    figures.each("drift", "Fields that are not what the rules rely on", drifted, labels=["connection", "kind"])
    figures.each("last_run_count", "What the last run did", counts, labels=["what"])
    return figures.text()


class _Figures:
    """A registry being filled."""

    def __init__(self, received: Received | None) -> None:
        self._registry = CollectorRegistry()
        if received is not None:
            self._registry.register(received)

    def one(self, name: str, means: str, value: float) -> None:
        Gauge(f"leadloop_{name}", means, registry=self._registry).set(value)

    def each(
        self,
        name: str,
        means: str,
        values: Mapping[tuple[str], int] | Mapping[tuple[str, str], int] | Mapping[tuple[str], float],
        *,
        labels: Sequence[str],
    ) -> None:
        gauge = Gauge(f"leadloop_{name}", means, labels, registry=self._registry)
        for words, value in values.items():
            gauge.labels(*words).set(value)

    def text(self) -> bytes:
        return generate_latest(self._registry)
