"""An API that asks for keys, in its own process: who gets in, and a flood with one key that others hardly notice."""

import json
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.chain.conftest import running
from tests.conftest import Stack

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

FLOODING = 30
"""Connections that ask again as soon as they are answered."""
FLOOD_SECONDS = 4


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "keys.json"


def isnad(keys_file: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "isnad_cli", "keys", *arguments, "--keys-file", str(keys_file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def api(stack: Stack, tmp_path_factory: pytest.TempPathFactory, keys_file: Path) -> Iterator[str]:
    isnad(keys_file, "create", "first", "--scope", "read")
    with running(stack, tmp_path_factory.mktemp("chain"), services=()) as made:
        # A small machine does not send fast enough to come near the usual limits.
        limits = {"ISNAD_REQUESTS_PER_SECOND": "20", "ISNAD_REQUESTS_BURST": "30"}
        yield made.start_api(ISNAD_API_OPEN="never", ISNAD_KEYS_FILE=str(keys_file), **limits)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_lets_in_until_it_is_revoked(api: str, keys_file: Path) -> None:
    """Without a restart, and within two seconds."""
    key = isnad(keys_file, "create", "newsroom", "--scope", "read")
    time.sleep(1)
    assert httpx.get(f"{api}/v1/search").status_code == 401
    assert httpx.get(f"{api}/v1/search", headers=bearer(key)).status_code == 200
    assert httpx.post(f"{api}/v1/articles", headers=bearer(key), content=b"").status_code == 403
    isnad(keys_file, "revoke", key.split("_")[1])
    time.sleep(2)
    answer = httpx.get(f"{api}/v1/search", headers=bearer(key))
    assert answer.status_code == 401
    assert "server" not in answer.headers


@pytest.mark.long
def test_a_flood_with_one_key_is_refused_and_others_push_and_search(api: str, keys_file: Path) -> None:
    flooding = isnad(keys_file, "create", "flooding", "--scope", "read")
    other = isnad(keys_file, "create", "other", "--scope", "admin")
    time.sleep(1)
    until = time.monotonic() + FLOOD_SECONDS
    floods: Counter[tuple[int, bool]] = Counter()

    def flood() -> None:
        # Ready sooner than httpx, which reads all certificates first.
        connection = HTTPConnection(urlsplit(api).netloc)
        while time.monotonic() < until:
            connection.request("GET", "/v1/articles/none", headers=bearer(flooding))
            answer = connection.getresponse()
            answer.read()
            floods[answer.status, int(answer.headers.get("Retry-After", "0")) >= 1] += 1
        connection.close()

    threads = [threading.Thread(target=flood) for _ in range(FLOODING)]
    for thread in threads:
        thread.start()
    seconds, statuses = [], Counter[int]()
    with httpx.Client(headers=bearer(other), timeout=30) as client:
        while time.monotonic() < until:
            begun = time.monotonic()
            line = json.dumps({"source": "other", "id": f"n{len(seconds)}", "body": "نص الخبر"})
            pushed = client.post(f"{api}/v1/articles", content=line, headers={"Content-Type": "application/json"})
            searched = client.get(f"{api}/v1/search?q=نص")
            seconds.append(time.monotonic() - begun)
            statuses.update([pushed.status_code, searched.status_code])
            time.sleep(0.15)
    for thread in threads:
        thread.join()
    assert set(floods) == {(404, False), (429, True)}
    assert set(statuses) == {202, 200}
    assert statistics.median(seconds) < 1
