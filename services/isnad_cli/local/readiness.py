"""Asks the parts of the local stack whether they answer."""

import http.client
import json
import socket
import urllib.error
import urllib.request

_SECONDS = 3.0


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


def service_waits(url: str) -> str | None:
    """Return None for a service that is ready, else what it waits for; nothing when it does not answer yet."""
    answer = _get(f"{url}/readyz")
    if answer is None:
        return ""
    status, body = answer
    if status == http.HTTPStatus.OK:
        return None
    try:
        return "; ".join(f"{one['dependency']}: {one['reason']}" for one in json.loads(body)["waiting"])
    except (ValueError, KeyError, TypeError):
        return f"/readyz says {status}"


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
