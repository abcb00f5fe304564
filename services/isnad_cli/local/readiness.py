"""Asks the parts of the local stack whether they answer."""

import http.client
import socket
import urllib.error
import urllib.request
from datetime import datetime

import msgspec
from prometheus_client.parser import text_string_to_metric_families

_SECONDS = 3.0


class Wait(msgspec.Struct, frozen=True):
    """A dependency that a service waits for."""

    dependency: str
    reason: str
    since: datetime | None = None

    @property
    def text(self) -> str:
        """The reason, which mostly names the dependency itself."""
        known = self.reason.lower().startswith(self.dependency.lower())
        return self.reason if known else f"{self.dependency}: {self.reason}"


class _Readiness(msgspec.Struct, frozen=True):
    waiting: list[Wait]


def accepts(port: int) -> bool:
    """Tell whether somebody accepts connections on a loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def elasticsearch_answers(url: str) -> bool:
    """Tell whether Elasticsearch has elected itself and can hold indices."""
    answer = _get(f"{url}/_cluster/health?timeout=1s")
    return answer is not None and answer[0] == http.HTTPStatus.OK


def service_waits(url: str) -> list[Wait] | None:
    """Return None for a service that is ready, else what it waits for; nothing when it does not answer yet."""
    answer = _get(f"{url}/readyz")
    if answer is None:
        return []
    status, body = answer
    if status == http.HTTPStatus.OK:
        return None
    try:
        return msgspec.json.decode(body, type=_Readiness).waiting
    except msgspec.DecodeError:
        return [Wait("/readyz", f"says {status}")]


def lag_records(url: str) -> int | None:
    """Return how many records wait for a service in all its partitions; None where it does not say."""
    answer = _get(f"{url}/metrics")
    if answer is None or answer[0] != http.HTTPStatus.OK:
        return None
    try:
        lags = [
            sample.value
            for family in text_string_to_metric_families(answer[1].decode())
            if family.name == "isnad_lag_records"
            for sample in family.samples
        ]
    except ValueError:
        return None
    return int(sum(lags)) if lags else None


def _get(url: str) -> tuple[int, bytes] | None:
    """Return status and body, None where nobody answers. Asked every second, so it does without a costly client."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read()
    except (OSError, http.client.HTTPException):
        return None
