"""The pages that say whether a service is well."""

import json
import socket
import urllib.error
import urllib.request
from contextlib import closing

import pytest
from prometheus_client import CollectorRegistry, Counter

from isnad.errors import SetupError
from isnad.health import Health, serve
from isnad.testing.clock import ManualClock


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def health(clock):
    return Health(clock)


@pytest.fixture
def pages(health):
    registry = CollectorRegistry()
    Counter("isnad_test", "A test.", registry=registry).inc(3)
    server = serve(health, registry, "127.0.0.1", 0)
    yield server
    server.close()


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, exc.read().decode()


def test_a_service_is_not_ready_before_it_has_started(pages, health):
    """It lives all the while."""
    status, text = get(f"{pages.url}/readyz")
    assert status == 503
    assert json.loads(text)["waiting"][0]["dependency"] == "start"
    assert get(f"{pages.url}/healthz") == (200, '{"alive":true}\n')
    health.well("start")
    assert get(f"{pages.url}/readyz") == (200, '{"ready":true,"waiting":[]}\n')


def test_the_page_says_on_what_it_waits_why_and_since_when(pages, health, clock):
    """The reason may change; the moment does not."""
    health.well("start")
    assert health.waiting("elasticsearch", "refused")
    clock.advance(90)
    assert not health.waiting("elasticsearch", "read only")
    assert health.waiting("kafka", "no leader")
    status, text = get(f"{pages.url}/readyz")
    assert status == 503
    assert json.loads(text) == {
        "ready": False,
        "waiting": [
            {"dependency": "elasticsearch", "reason": "read only", "since": "2026-01-01T00:00:00Z"},
            {"dependency": "kafka", "reason": "no leader", "since": "2026-01-01T00:01:30Z"},
        ],
    }
    clock.advance(30)
    assert health.well("elasticsearch") == 120
    assert health.well("elasticsearch") is None
    assert not health.ready()


def test_who_follows_is_told_of_each_change_once_and_of_what_lasted_before(health):
    """A new reason is no change, nor is being well twice; the changes of other dependencies come in their order."""
    told = []
    health.waiting("disk", "full")
    health.follow(lambda *change: told.append(change))
    assert told == [("start", True), ("disk", True)]
    told.clear()
    health.waiting("kafka", "no answer")
    health.waiting("kafka", "no leader")
    health.well("start")
    health.well("start")
    health.well("kafka")
    health.waiting("kafka", "no answer")
    assert told == [("kafka", True), ("start", False), ("kafka", False), ("kafka", True)]


def test_metrics_are_shown_and_other_paths_are_not_found(pages):
    """Prometheus' text format."""
    assert "isnad_test_total 3.0" in get(f"{pages.url}/metrics")[1]
    assert get(f"{pages.url}/")[0] == 404


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_the_pages_listen_on_ipv6(health):
    with closing(serve(health, CollectorRegistry(), "::1", 0)) as pages:
        assert pages.url == f"http://[::1]:{pages.port}"
        assert get(f"{pages.url}/healthz")[0] == 200


@pytest.mark.parametrize(("host", "shown"), [("192.0.2.1", "192.0.2.1:0"), ("2001:db8::1", "[2001:db8::1]:0")])
def test_a_host_that_is_not_ours_is_a_sentence_that_names_it(health, host, shown):
    """Addresses for documentation (RFC 5737, 3849), which no machine has; the port is not to blame."""
    with pytest.raises(SetupError, match="ISNAD_HEALTH_HOST") as caught:
        serve(health, CollectorRegistry(), host, 0)
    assert f"can't listen on {shown} (" in str(caught.value)
    assert "ISNAD_HEALTH_PORT" not in str(caught.value)


def test_a_taken_port_is_a_sentence_with_the_setting(health):
    """And not a traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SetupError, match="ISNAD_HEALTH_PORT"):
            serve(health, CollectorRegistry(), "127.0.0.1", taken.getsockname()[1])
