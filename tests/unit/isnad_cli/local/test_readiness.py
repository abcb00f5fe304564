"""Asking a service how it is, with the real health pages on the other side."""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from isnad.health import Health, HealthServer, serve
from isnad.metrics import StageMetrics
from isnad_cli.local.ports import choose_any
from isnad_cli.local.readiness import Wait, accepts, elasticsearch_answers, lag_records, service_waits


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def server(health: Health) -> Iterator[HealthServer]:
    running = serve(health, CollectorRegistry(), "127.0.0.1", 0)
    yield running
    running.close()


def test_a_ready_service_waits_for_nothing(health: Health, server: HealthServer) -> None:
    """/readyz says 200."""
    health.well("start")
    assert service_waits(server.url) is None


def test_one_that_waits_says_for_what(health: Health, server: HealthServer) -> None:
    """The dependency and the reason, as the service gives them."""
    health.well("start")
    health.waiting("kafka", "nobody answers")
    (wait,) = service_waits(server.url) or []
    assert (wait.dependency, wait.reason) == ("kafka", "nobody answers")
    assert wait.since is not None


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (Wait("kafka", "nobody answers"), "kafka: nobody answers"),
        (Wait("kafka", "Kafka does not answer at h:1"), "Kafka does not answer at h:1"),
    ],
)
def test_a_dependency_is_named_once(wait: Wait, text: str) -> None:
    """Most reasons name it themselves."""
    assert wait.text == text


def test_the_lag_is_summed_over_the_partitions(health: Health) -> None:
    """3 records wait in one partition and 4 in another; a service without such a metric, like the API, has no lag."""
    registry = CollectorRegistry()
    running = serve(health, registry, "127.0.0.1", 0)
    assert lag_records(running.url) is None
    metrics = StageMetrics.on(registry)
    metrics.lag.labels("dedup", "articles.prepared", "0").set(3)
    metrics.lag.labels("dedup", "articles.prepared", "1").set(4)
    assert lag_records(running.url) == 7
    running.close()
    assert lag_records(running.url) is None


def test_one_that_does_not_answer_yet_gives_no_reason() -> None:
    """Nobody listens there."""
    port = choose_any(("nobody",))["nobody"]
    assert service_waits(f"http://127.0.0.1:{port}") == []
    assert not elasticsearch_answers(f"http://127.0.0.1:{port}")
    assert not accepts(port)


def test_a_page_that_is_none_is_not_taken_for_elasticsearch(server: HealthServer) -> None:
    """Another server on that port answers 404."""
    assert not elasticsearch_answers(server.url)
    assert accepts(server.port)
