"""Faults of clients of the API: articles that are far too large, questions that nobody should ask, floods, no key."""

import json
import subprocess
import time
from collections.abc import Iterator
from itertools import islice

import httpx
import psutil
import pytest
from tests.contract.test_hostile_questions import ASKED
from tests.harness.articles import numbered_articles
from tests.harness.chain import Chain
from tests.harness.clients import Reader, bearer, make_key
from tests.harness.flood import Flood
from tests.harness.memory import Memory
from tests.harness.workers import environment

pytestmark = pytest.mark.real

LARGE_BYTES = 50 << 20
MOST_BYTES = 160 << 20
"""What a process may need more, at most, while it refuses something large; two or three of those are more."""

FLOOD_PER_SECOND, FLOOD_SECONDS = 10_000, 15
TIMES_AS_SLOW, UNNOTICED_SECONDS = 6.0, 0.3
"""Others may wait so many times longer; what is shorter than this nobody notices."""


def large_article(id_: str) -> bytes:
    """An article of 50 MB."""
    head = json.dumps({"schema": 1, "source": "large", "id": id_, "title": "كتاب", "body": ""}, ensure_ascii=False)
    text = "كلمة بعد كلمة ".encode()
    return head[:-2].encode() + text * (LARGE_BYTES // len(text)) + b'"}'


def push_large(chain: Chain, key: str) -> None:
    """Push it whole, in pieces without saying how long it is, and beside good ones; 413, and little memory."""
    id_ = f"{chain.name}.large:push"
    chain.refused.add(id_)
    chain.also_injected.add(id_)
    article = large_article(id_)
    process = chain.workers["api"].running
    assert process is not None
    headers = bearer(key) | {"Content-Type": "application/json"}

    def pieces() -> Iterator[bytes]:
        yield from (article[at : at + 65_536] for at in range(0, len(article), 65_536))

    with Memory(process) as memory:
        for content in (article, pieces(), article[: 5 << 20] + b'"}'):
            try:
                answer = httpx.post(f"{chain.api}/v1/articles", content=content, headers=headers, timeout=120)
            except httpx.WriteError:  # it does not read on only to throw it away
                continue
            assert answer.status_code == 413, answer.text
            assert answer.json()["detail"]
    assert memory.most - memory.first < MOST_BYTES, f"the API needed {(memory.most - memory.first) >> 20} MiB"


def feed_large(chain: Chain) -> None:
    """`isnad feed` reads a line, an item and a text of 50 MB amid good articles; refused, and little memory."""
    good = list(islice(numbered_articles(f"{chain.name}.given"), 30))
    chain.also_injected |= {str(one["id"]) for one in good}
    lines = [json.dumps(one, ensure_ascii=False).encode() for one in good]
    ids = [f"{chain.name}.large:{kind}" for kind in ("line", "item")]
    chain.refused.update(ids)
    chain.also_injected.update(ids)
    folder = chain.folder / "large"
    folder.mkdir()
    (folder / "lines.jsonl").write_bytes(b"\n".join([*lines[:10], large_article(ids[0]), *lines[10:20]]))
    # The last one: after a single value of 50 MB nothing more of a list is read, and the refusal says so.
    (folder / "items.json").write_bytes(b"[" + b",".join([*lines[20:], large_article(ids[1])]) + b"]")
    (folder / "page.txt").write_bytes("كلمة بعد كلمة ".encode() * (LARGE_BYTES // 27))
    command = [*chain.command, "feed", str(folder), "--source", "large", "--json", *chain.addressed]
    feeding = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with feeding, Memory(psutil.Process(feeding.pid)) as memory:
        output, errors = feeding.communicate(timeout=300)
    summary = json.loads(output.splitlines()[-1])
    assert (summary["accepted"], summary["refused"]) == (30, 3), errors
    assert all("longer than" in one["reason"] for one in summary["refusals"]), summary["refusals"]
    assert memory.most < MOST_BYTES, f"isnad feed needed {memory.most >> 20} MiB"
    for file in folder.iterdir():
        file.unlink()


def ask_what_nobody_should(chain: Chain, key: str, rounds: int) -> None:
    """Ask every odd question; each is answered, or refused as the client's mistake."""
    wrong = {}
    with httpx.Client(headers=bearer(key), base_url=chain.api, timeout=60) as client:
        for _ in range(rounds):
            for name, (address, statuses) in ASKED.items():
                time.sleep(0.06)  # so that it is no flood
                answer = client.get(address)
                if answer.status_code not in statuses:
                    wrong[name] = answer.status_code, answer.text[:200]
    assert wrong == {}


def check_keys(chain: Chain) -> None:
    """Nobody gets in without a key, with a wrong one or with one that was revoked; no restart is needed."""
    key = make_key(chain, "leaver", "admin")
    chain.wait_until(lambda: _status(chain, key) == 200, "a new key is not known", seconds=10)
    assert _status(chain, None) == 401
    assert _status(chain, f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}") == 401
    assert _status(chain, "isnad") == 401
    done = chain.isnad("keys", "revoke", key.split("_")[1], "--keys-file", chain.folder / "keys.json")
    assert done.returncode == 0, done.stderr
    chain.wait_until(lambda: _status(chain, key) == 401, "a revoked key gets in", seconds=10)
    push = httpx.post(f"{chain.api}/v1/articles", json={"source": "a", "body": "b"}, headers=bearer(key), timeout=30)
    assert push.status_code == 401


def _status(chain: Chain, key: str | None) -> int:
    headers = {} if key is None else bearer(key)
    return httpx.get(f"{chain.api}/v1/search", headers=headers, timeout=30).status_code


@pytest.mark.row(24, "an article of 50 MB: pushed, fed as a line, as an item and as a page")
@pytest.mark.row(37, "queries: *:*, regular expressions, unbalanced quotes, 10 kB, deep pages, only stop words")
@pytest.mark.row(39, "no key, wrong key, revoked key; 10,000 requests/s offered by one client")
def test_clients_that_ask_too_much(chain: Chain):
    """Each is refused in its own way, and those beside it push and search as before; all that was accepted arrives."""
    ordinary = make_key(chain, "ordinary", "admin")
    flooding, asking = make_key(chain, "flooding", "read"), make_key(chain, "asking", "read")
    chain.start()
    # What one client may ask by default is more than a small, busy machine can answer.
    limits = {"ISNAD_REQUESTS_PER_SECOND": "20", "ISNAD_REQUESTS_BURST": "30"}
    chain.start_api(ISNAD_API_OPEN="never", ISNAD_KEYS_FILE=str(chain.folder / "keys.json"), **limits)
    reader = Reader(chain, ordinary)
    with chain.load(600, per_second=10):
        check_keys(chain)
        with reader.at_work():
            time.sleep(8)
        bearable = max(TIMES_AS_SLOW * reader.median(), UNNOTICED_SECONDS)
        with reader.at_work():
            ask_what_nobody_should(chain, asking, rounds=2)
        assert reader.median() < bearable, "odd questions make others wait"
        with reader.at_work(), Flood(f"{chain.api}/v1/search?q=a", flooding, FLOOD_PER_SECOND) as flood:
            time.sleep(FLOOD_SECONDS)
        assert reader.median() < bearable, "a flood makes others wait"
        assert set(flood.answers) == {(200, False), (429, True)}, flood.answers
        assert flood.sent > flood.answers[429, True] > flood.answers[200, False]
        push_large(chain, ordinary)
        feed_large(chain)
    assert set(reader.statuses) == {200, 202}, reader.statuses
    assert chain.settle().count.dead == 0
