"""Asks the parts of the local stack whether they answer."""

import socket

import httpx


def accepts(port: int) -> bool:
    """Tell whether somebody accepts connections on a loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def elasticsearch_answers(url: str) -> bool:
    """Tell whether Elasticsearch has elected itself and can hold indices."""
    try:
        answer = httpx.get(f"{url}/_cluster/health", params={"timeout": "1s"}, timeout=3, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK and not answer.json()["timed_out"]


def service_waits(url: str) -> str | None:
    """Return None for a service that is ready, else what it waits for; nothing when it does not answer yet."""
    try:
        answer = httpx.get(f"{url}/readyz", timeout=3, trust_env=False)
    except httpx.HTTPError:
        return ""
    if answer.status_code == httpx.codes.OK:
        return None
    try:
        waiting = answer.json()["waiting"]
        return "; ".join(f"{one['dependency']}: {one['reason']}" for one in waiting)
    except (ValueError, KeyError, TypeError):
        return f"/readyz says {answer.status_code}"
