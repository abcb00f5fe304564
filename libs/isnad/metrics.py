"""Every metric of isnad in one place, named as Prometheus asks: prefix `isnad_`, base units, `_total` on counters only.

The classes are typed, so a misspelt metric fails the type check. Nothing is registered at import: a composition root
makes a registry and the group of metrics that its service has.

Where the values of a counter's labels are known, all are there from the start, with 0: Prometheus sees no step in a
series whose first sample is already the sum.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.gc_collector import GCCollector

from isnad.errors import BrokerUnavailable, SearchUnavailable, StorageUnavailable, TooMuchPoison
from isnad.health import Health
from isnad.messages import Reason

_BATCH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_BATCH_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_ERRORS = (BrokerUnavailable, SearchUnavailable, StorageUnavailable, TooMuchPoison)
_DEPENDENCIES = ("start", "log", *(error.dependency for error in _ERRORS))
"""All that a stage may wait for."""
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def new_registry() -> CollectorRegistry:
    """Return a registry with the metrics of the process itself: memory, CPU, file descriptors, Python."""
    registry = CollectorRegistry(auto_describe=True)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


@dataclass(frozen=True, slots=True)
class StageMetrics:
    """What every stage measures; the label `stage` is its name."""

    records: Counter
    """Records by the `topic` that they were read from and `outcome` (passed, indexed, stale, taken_down, dead).

    Each counts once, so they sum to the input.
    """
    dead_letters: Counter
    """Dead letters by `reason`."""
    lag: Gauge
    """Records that wait in a `partition` of a `topic`, not yet committed by this stage."""
    batch_seconds: Histogram
    """Seconds from the moment a batch is in hand until its outcomes are sent."""
    batch_records: Histogram
    """Records in a batch."""
    last_progress: Gauge
    """Unix time at which the stage last finished a batch."""
    assigned: Gauge
    """Partitions that Kafka gave this worker; 0 means that it stands by."""
    offset_resets: Counter
    """How often a committed offset was no longer in the topic (retention took it), by `topic`."""

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "StageMetrics":
        """Make the metrics and register them.

        Raises:
            ValueError: the registry has them already.
        """
        return cls(
            records=Counter(
                "isnad_records_total",
                "Records by what became of them.",
                ("stage", "topic", "outcome"),
                registry=registry,
            ),
            dead_letters=Counter(
                "isnad_dead_letters_total", "Records that can't be processed.", ("stage", "reason"), registry=registry
            ),
            lag=Gauge(
                "isnad_lag_records",
                "Records that wait in a partition, not yet committed.",
                ("stage", "topic", "partition"),
                registry=registry,
            ),
            batch_seconds=Histogram(
                "isnad_batch_seconds",
                "Seconds from taking a batch to having its outcomes acknowledged.",
                ("stage",),
                buckets=_BATCH_SECONDS,
                registry=registry,
            ),
            batch_records=Histogram(
                "isnad_batch_records", "Records in a batch.", ("stage",), buckets=_BATCH_RECORDS, registry=registry
            ),
            last_progress=Gauge(
                "isnad_last_progress_timestamp_seconds",
                "Unix time at which the stage last finished a batch.",
                ("stage",),
                registry=registry,
            ),
            assigned=Gauge(
                "isnad_assigned_partitions", "Partitions that this worker has.", ("stage",), registry=registry
            ),
            offset_resets=Counter(
                "isnad_offset_resets_total",
                "Times that a committed offset was no longer in the topic.",
                ("stage", "topic"),
                registry=registry,
            ),
        )

    def begin(self, stage: str, inputs: Iterable[str]) -> None:
        """Show what is rare and told of by alerts with 0, for a stage and the topics that it reads."""
        for topic in inputs:
            self.offset_resets.labels(stage, topic)
        for reason in Reason:
            self.dead_letters.labels(stage, str(reason))


@dataclass(frozen=True, slots=True)
class WaitMetrics:
    """What a service waits for, as its /readyz says; the label `stage` is its short name, also of the API."""

    waiting: Gauge
    """1 while the service waits for a `dependency`, else 0."""
    waits: Counter
    """How often the service began to wait for a `dependency`."""

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "WaitMetrics":
        """Make the metrics and register them.

        Raises:
            ValueError: the registry has them already.
        """
        labels = ("stage", "dependency")
        return cls(
            waiting=Gauge("isnad_waiting", "1 while the service waits for a dependency.", labels, registry=registry),
            waits=Counter(
                "isnad_waits_total", "Times that the service began to wait for a dependency.", labels, registry=registry
            ),
        )

    def follow(self, health: Health, stage: str, dependencies: Iterable[str] = _DEPENDENCIES) -> None:
        """Show what /readyz says, from now on.

        Args:
            health: what /readyz shows.
            stage: the service's short name.
            dependencies: all that it may wait for; they are there from the start, with 0.
        """
        for dependency in dependencies:
            self.waiting.labels(stage, dependency)
            self.waits.labels(stage, dependency)

        def show(dependency: str, waiting: bool) -> None:  # noqa: FBT001  as `Health.follow` calls it
            self.waiting.labels(stage, dependency).set(int(waiting))
            if waiting:
                self.waits.labels(stage, dependency).inc()

        health.follow(show)


@dataclass(frozen=True, slots=True)
class DedupMetrics:
    """What dedup measures beside its batches."""

    window_articles: Gauge
    """Articles that new ones are compared with."""
    work_bytes: Gauge
    """Bytes of this worker's files on disk; its memory is among the metrics of the process."""
    behind: Gauge
    """Records that the group has committed and this worker has not taken; with 0 it can take over at once."""
    snapshots: Counter
    """Snapshots of the state by `outcome` (written, failed, dropped because Kafka had no commit in time)."""
    snapshot_failing: Gauge
    """1 while the last one could not be written, else 0."""
    snapshot_time: Gauge
    """Unix time at which the last one of this worker was written; 0 where it has written none."""
    snapshot_bytes: Gauge
    """Bytes of that snapshot; on disk it shares most of them with the one before."""
    snapshot_seconds: Gauge
    """Seconds that writing it took, beside the batches."""

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "DedupMetrics":
        """Make the metrics and register them."""

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(name, text, registry=registry)

        metrics = cls(
            window_articles=gauge("isnad_dedup_window_articles", "Articles that new ones are compared with."),
            work_bytes=gauge("isnad_dedup_work_bytes", "Bytes of this worker's files on disk."),
            behind=gauge(
                "isnad_dedup_behind_records", "Records committed by the group that this worker has not taken."
            ),
            snapshots=Counter(
                "isnad_dedup_snapshots_total", "Snapshots of the state.", ("outcome",), registry=registry
            ),
            snapshot_failing=gauge(
                "isnad_dedup_snapshot_failing", "1 while the last snapshot could not be written, else 0."
            ),
            snapshot_time=gauge(
                "isnad_dedup_snapshot_timestamp_seconds", "Unix time of the last snapshot that this worker wrote."
            ),
            snapshot_bytes=gauge("isnad_dedup_snapshot_bytes", "Bytes of that snapshot."),
            snapshot_seconds=gauge("isnad_dedup_snapshot_seconds", "Seconds that writing it took."),
        )
        for outcome in ("written", "failed", "dropped"):
            metrics.snapshots.labels(outcome)
        return metrics


@dataclass(frozen=True, slots=True)
class ApiMetrics:
    """What the API measures."""

    requests: Counter
    """Requests by `method`, `route` (the pattern, not the path) and `status`."""
    request_seconds: Histogram
    """Seconds from the request's arrival to the end of its answer, by `method` and `route`."""
    articles: Counter
    """Pushed articles by `outcome` (accepted, refused)."""
    key_requests: Counter
    """Requests by API `key` (its id, which is no secret) and `status`."""
    key_used: Gauge
    """Unix time of the last request with an API `key`."""

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "ApiMetrics":
        """Make the metrics and register them."""
        metrics = cls(
            requests=Counter(
                "isnad_http_requests_total", "Requests answered.", ("method", "route", "status"), registry=registry
            ),
            request_seconds=Histogram(
                "isnad_http_request_seconds",
                "Seconds from a request's arrival to the end of its answer.",
                ("method", "route"),
                buckets=_REQUEST_SECONDS,
                registry=registry,
            ),
            articles=Counter(
                "isnad_pushed_articles_total", "Articles that came by HTTP.", ("outcome",), registry=registry
            ),
            key_requests=Counter(
                "isnad_api_key_requests_total", "Requests with an API key.", ("key", "status"), registry=registry
            ),
            key_used=Gauge(
                "isnad_api_key_used_timestamp_seconds",
                "Unix time of the last request with an API key.",
                ("key",),
                registry=registry,
            ),
        )
        for outcome in ("accepted", "refused"):
            metrics.articles.labels(outcome)
        return metrics
