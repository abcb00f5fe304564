"""Faults of processes: killed while they send, amid their work and before they commit; asked to stop; out of memory."""

import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from itertools import islice

import psutil
import pytest
from tests.harness.articles import numbered_articles
from tests.harness.chain import STAGES, Chain
from tests.harness.proxy import Exchange, Proxy, call_after
from tests.harness.workers import environment

pytestmark = pytest.mark.real

STOP_SECONDS = 10.0


def kill_feeder(chain: Chain, articles: int, times: int) -> None:
    """Kill -9 `isnad feed` while it sends these articles, so many times, and then let it come to its end."""
    chance, given = random.Random(), chain.folder / "given.jsonl"
    numbered = list(islice(numbered_articles(f"{chain.name}.given", seed=2), articles))
    given.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in numbered))
    command = [sys.executable, "-m", "isnad_cli", "feed", str(given), "--rate", "150/s", "--json", *chain.addressed]
    for _ in range(times):
        appended = chain.appended(chain.topics.raw)
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as feeding:
            chain.wait_until(lambda n=appended: chain.appended(chain.topics.raw) > n, "the feeder sends nothing")
            time.sleep(chance.uniform(0, 1))
            feeding.kill()
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["accepted"] == articles
    chain.also_injected |= {str(one["id"]) for one in numbered}


def kill_stages(chain: Chain, times: int) -> None:
    """Kill -9 each of the stages before the index at random moments."""
    chance = random.Random()
    for name in ["prepare", "dedup", "entities"] * times:
        time.sleep(chance.uniform(0.2, 1.5))
        chain.workers[name].kill()


def kill_indexer_before_it_commits(chain: Chain, proxy: Proxy, times: int) -> None:
    """Kill -9 the indexer as soon as the answer to a request with articles has gone to it: they are not committed."""
    for _ in range(times):
        seen, killed = proxy.faults, len(chain.workers["index"].statuses)
        proxy.do(call_after(chain.workers["index"].kill), times=1, of="-articles-")
        proxy.wait_for_faults(seen + 1)
        chain.wait_until(lambda n=killed: len(chain.workers["index"].statuses) > n, "the indexer lives")


def written_through(proxy: Proxy) -> dict[bytes, list[bytes | None]]:
    """What is written through the proxy from now on: each document by its action, as often as it was sent."""
    contents: dict[bytes, list[bytes | None]] = defaultdict(list)

    def watch(exchange: Exchange) -> None:
        for action, document in exchange.pairs:
            contents[action].append(document)

    proxy.watch = watch
    return contents


def ask_stages_to_stop(chain: Chain, times: int) -> None:
    """SIGTERM to each stage as soon as it works; it ends in time, with status 0."""
    for name in STAGES * times:
        worker = chain.workers[name]
        chain.wait_until(lambda w=worker: bool(w.logged("health pages")) and not w.waits_for(), f"{name} is not ready")
        took = worker.ask_to_stop()
        assert took < STOP_SECONDS, f"{name} took {took:.1f} s to stop\n{worker.last_words()}"
        assert worker.statuses[-1] == 0, worker.last_words()


def run_out_of_memory(chain: Chain, name: str, words: int) -> None:
    """The system gives a worker no byte more, and an article comes that needs more than any before; it ends."""
    worker = chain.workers[name]
    chain.wait_until(lambda: worker.running is not None, f"{name} is not there")
    ended, process = len(worker.statuses), worker.running
    assert process is not None
    memory = process.memory_info()
    process.rlimit(psutil.RLIMIT_AS, (memory.vms, psutil.RLIM_INFINITY))
    process.rlimit(psutil.RLIMIT_DATA, (memory.data, psutil.RLIM_INFINITY))
    one = next(numbered_articles(f"{chain.name}.long-{name}"))
    body = " ".join(random.Random(words).choices(str(one["body"]).split(), k=words))
    chain.send([one | {"body": body}], 1).wait()
    chain.wait_until(lambda: len(worker.statuses) > ended, f"{name} lives on without memory", seconds=180)
    assert worker.statuses[-1] != 0, worker.last_words()


@pytest.mark.row(1, "kill -9 `isnad feed` while it sends, ten times; feed the same again")
def test_a_feeder_that_is_killed_sends_again(chain: Chain):
    """Entries are sent again; each is one document."""
    chain.start()
    kill_feeder(chain, 600, times=10)
    settled = chain.settle()
    assert (settled.count.indexed, settled.count.dead) == (600, 0)
    assert chain.appended(chain.topics.raw) > 700, "hardly anything was sent again"


@pytest.mark.row(2, "kill -9 prepare, dedup, entities mid-batch, ten times")
def test_killed_amid_the_work_nothing_is_lost(chain: Chain):
    """A redelivered article recognises itself: it gets the same decision."""
    chain.start()
    with chain.load(1500):
        for _ in range(10):
            kill_stages(chain, 1)
            chain.check_commits()
    assert chain.settle().count.dead == 0


@pytest.mark.row(3, "kill -9 the indexer between the bulk answer and the commit, ten times")
def test_an_indexer_killed_before_it_commits_writes_the_same_again(chain: Chain, proxy: Proxy):
    """Same id, same version, same content; same count."""
    chain.settings["ISNAD_ELASTICSEARCH"] = proxy.url
    chain.start()
    contents = written_through(proxy)
    with chain.load(1200):
        kill_indexer_before_it_commits(chain, proxy, times=10)
        chain.check_commits()
    assert chain.settle().count.dead == 0
    assert max(len(times) for times in contents.values()) > 1, "nothing was written a second time"
    assert {len(set(times)) for times in contents.values()} == {1}, "the second time it was something else"


@pytest.mark.row(4, "SIGTERM each stage under backlog, twenty times")
def test_asked_to_stop_under_backlog_nothing_is_lost(chain: Chain):
    chain.start()
    with chain.load(2000, per_second=1000):
        for _ in range(20):
            ask_stages_to_stop(chain, 1)
            chain.check_commits()
    chain.settle()


@pytest.mark.row(43, "each stage out of memory")
def test_out_of_memory_is_as_kill_9(chain: Chain):
    """What the kernel does where the whole machine has none left is a kill -9, as in rows 2 and 3."""
    chain.start()
    with chain.load(1000, per_second=20):
        # From the last on: what an earlier stage could do before, it can do again.
        for name, words in zip(reversed(STAGES), (20_000, 50_000, 100_000, 200_000), strict=True):
            run_out_of_memory(chain, name, words)
            chain.check_commits()
    assert chain.settle().count.dead == 0
