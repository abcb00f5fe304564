"""Asking a service how it is, with the real health pages on the other side."""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from isnad.health import Health, HealthServer, serve
from isnad_cli.local.ports import choose_any
from isnad_cli.local.readiness import accepts, elasticsearch_answers, service_waits


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
    assert service_waits(server.url) == "kafka: nobody answers"


def test_one_that_does_not_answer_yet_gives_no_reason() -> None:
    """Nobody listens there."""
    port = choose_any(("nobody",))["nobody"]
    assert service_waits(f"http://127.0.0.1:{port}") == ""
    assert not elasticsearch_answers(f"http://127.0.0.1:{port}")
    assert not accepts(port)


def test_a_page_that_is_none_is_not_taken_for_elasticsearch(server: HealthServer) -> None:
    """Another server on that port answers 404."""
    assert not elasticsearch_answers(server.url)
    assert accepts(server.port)
