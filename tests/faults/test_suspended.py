"""Faults of processes that live: suspended and late, coming and going, standing still."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from tests.harness.articles import Article, numbered_articles
from tests.harness.chain import STAGES, Chain
from tests.harness.workers import Worker, python_path

pytestmark = pytest.mark.real

SCALED = ("prepare", "entities", "index")
"""Of dedup one worker is active, the others stand by."""

ATTEMPTS = 3

HANGING = Path(__file__).parent / "hanging"


def revised(articles: Iterator[Article]) -> Iterator[Article]:
    """The same articles in a newer version: title and first word are others."""
    for one in articles:
        yield one | {"title": f"{one['title']} مصحح", "body": f"تصحيح {one['body']}"}


def suspend_and_overtake(chain: Chain, articles: int, seconds: float) -> list[Worker]:
    """SIGSTOP one of the two workers of each stage amid its work; the others get a newer version of each article.

    The suspended ones go on after so many seconds, with what they had in hand; they are returned.
    """
    name, topics = chain.article_name(len(chain.feedings)), chain.topics
    suspended = {stage: _one_with_partitions(chain, stage) for stage in STAGES}
    done: dict[str, Callable[[], float]] = {
        "prepare": lambda: chain.appended(topics.prepared),
        "dedup": lambda: chain.appended(topics.matched),
        "entities": lambda: chain.appended(topics.enriched),
        "index": lambda: suspended["index"].metric("isnad_records_total"),
    }
    before = {stage: count() for stage, count in done.items()}
    chain.send(islice(numbered_articles(name), articles), per_second=2000)
    for stage, worker in suspended.items():
        chain.wait_until(lambda one=stage: done[one]() > before[one], f"{stage} does nothing")
        worker.pause()
    began = time.monotonic()
    chain.send(revised(islice(numbered_articles(name), articles)), per_second=2000).wait()
    chain.drain(seconds)
    time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    for worker in suspended.values():
        worker.go_on()
    return list(suspended.values())


def written_late(chain: Chain) -> dict[str, int]:
    """How many records of an older version each stage wrote after those of a newer one."""
    topics = chain.topics
    return {
        "prepare": _late(topics.prepared, chain, _sent),
        "dedup": _late(topics.matched, chain, lambda one: one["position"]["offset"]),
        "entities": _late(topics.enriched, chain, lambda one: one["position"]["offset"]),
    }


def _sent(prepared: dict[str, Any]) -> tuple[datetime, int]:
    return datetime.fromisoformat(prepared["arrived_at"]), prepared["raw"]["offset"]


def _late(topic: str, chain: Chain, place: Callable[[dict[str, Any]], Any]) -> int:
    newest: dict[str, Any] = {}
    late = 0
    for one in chain.contents(topic):
        id_, stands = one.get("article", one)["id"], place(one)
        late += stands < newest.get(id_, stands)
        newest[id_] = max(stands, newest.get(id_, stands))
    return late


def _one_with_partitions(chain: Chain, stage: str) -> Worker:
    both = [worker for worker in chain.workers.values() if worker.service == stage]
    return next(one for one in both if one.metric("isnad_assigned_partitions"))


def join_and_leave(chain: Chain, times: int, every_seconds: float) -> None:
    """One of the three workers of each scaled stage leaves and comes back, in turn."""
    for turn in range(times):
        began = time.monotonic()
        for stage in SCALED:
            number = turn % 3 + 1
            chain.workers[stage if number == 1 else f"{stage}-{number}"].ask_to_stop()
        time.sleep(max(0.0, every_seconds - (time.monotonic() - began)))


@pytest.mark.row(5, "SIGSTOP a worker of each stage 90 s, while newer versions pass; SIGCONT")
def test_a_late_write_replaces_nothing_newer(chain: Chain):
    """The suspended ones are evicted and write what they had in hand; the newer text stands, one document of each.

    A stage that keeps up has now and then nothing in hand when it is suspended; then the same is done again.
    """
    chain.start()
    chain.start()
    for worker in chain.workers.values():
        chain.wait_until(lambda w=worker: w.logged("partitions"), f"{worker.name} is in no group")
    time.sleep(5)  # until the groups have given each worker its part
    late: dict[str, int] = {}
    for times in range(1, ATTEMPTS + 1):
        suspended = suspend_and_overtake(chain, 1000, seconds=90)
        chain.check_commits()
        settled = chain.settle()
        assert (settled.count.indexed, settled.count.dead) == (1000 * times, 0)
        late = written_late(chain) | {"index": int(suspended[-1].metric("isnad_records_total", outcome="stale"))}
        if all(late.values()):
            return
    pytest.fail(f"not each stage wrote late: {late}")


@pytest.mark.row(6, "three workers of each scaled stage join and leave every 5 s")
def test_workers_come_and_go(chain: Chain):
    for _ in range(3):
        chain.start(SCALED)
    chain.start(("dedup",))
    with chain.load(2400, per_second=30):
        join_and_leave(chain, times=12, every_seconds=5)
        chain.check_commits()
    assert chain.settle().count.dead == 0


@pytest.mark.row(9, "workers that live and consume nothing: prepare's work hangs, the loop of entities hangs")
def test_a_worker_that_stands_still_is_ended_by_its_watchdog(chain: Chain, tmp_path: Path):
    """After 120 s, with status 75 and a line that says why; then all goes on."""
    hung = {"entities": "loop", "prepare": "work"}
    for stage in STAGES:
        chain.add(stage, PYTHONPATH=python_path(HANGING), HANG=str(tmp_path / f"hang-{stage}"))
    with chain.load(100):
        pass
    chain.drain()
    given = {"entities": chain.topics.matched, "prepare": chain.topics.raw}
    for stage, what in hung.items():
        asked = tmp_path / f"hang-{stage}"
        asked.write_text(what)
        chain.wait_until(lambda a=asked: not a.exists(), f"{stage} does not hang")
        chain.feed(150, per_second=100).wait()
        chain.wait_until(lambda s=stage: chain.lag(s, given[s]) > 0, f"{stage} consumes")
    began = time.monotonic()
    for stage in hung:
        chain.wait_until(lambda s=stage: bool(chain.workers[s].statuses), f"{stage} is not ended", seconds=180)
    assert time.monotonic() - began >= 115
    for stage in hung:
        worker = chain.workers[stage]
        assert worker.statuses == [75], worker.last_words()
        assert worker.log.read_text().count("messages wait and none was processed for 12") == 1, worker.last_words()
    assert chain.settle().count.dead == 0
