"""Faults of Elasticsearch: away, silent, full, refusing all or a part, answering short, cut off."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice

import httpx
import pytest
from tests.conftest import Process
from tests.harness.articles import Article, numbered_articles
from tests.harness.chain import Chain
from tests.harness.proxy import Proxy, answer_short, cut, refuse, refuse_documents, refuse_items, slow, too_large
from tests.harness.servers import down_for, go_on, pause

from isnad.outcomes import Outgoing

pytestmark = pytest.mark.real

DEPENDENCY = "elasticsearch"


@contextmanager
def waited_out(chain: Chain) -> Iterator[Callable[[], None]]:
    """The index service is to wait for Elasticsearch and to say so, without leaving its group or killing anything.

    The value is to be called amid the fault: it returns as soon as /readyz names Elasticsearch.
    """
    index = chain.workers["index"]
    chain.wait_until(
        lambda: bool(index.logged("partitions")) and not index.waits_for(), "the index service is not at work"
    )
    before = {message: len(index.logged(message)) for message in ("partitions", "waiting", "goes on")}
    starts, dead = index.starts, len(chain.dead_letters())

    def says_so() -> None:
        chain.wait_until(lambda: DEPENDENCY in index.waits_for(), "/readyz does not name Elasticsearch")
        waiting = index.waits_for()[DEPENDENCY]
        assert waiting["reason"]
        assert waiting["since"]
        assert index.metric("isnad_waiting", stage="index", dependency=DEPENDENCY) == 1

    yield says_so
    chain.wait_until(lambda: index.waits_for() == {}, "the index service is not ready again")
    assert (index.starts, len(chain.dead_letters())) == (starts, dead)
    after = {message: len(index.logged(message)) - number for message, number in before.items()}
    assert after["partitions"] == 0, "it left its group"
    assert 1 <= after["waiting"] == after["goes on"] <= 4, after


def take_down(chain: Chain, server: Process, seconds: float) -> None:
    """Kill -9 Elasticsearch; connections are refused until it is back."""
    with waited_out(chain) as says_so:
        down_for(server, seconds, killed=True)
        says_so()


def silence(chain: Chain, server: Process, seconds: float) -> None:
    """SIGSTOP Elasticsearch: connections are accepted and nothing is answered."""
    with waited_out(chain) as says_so:
        pause(server)
        says_so()
        time.sleep(seconds)
        go_on(server)


def refuse_a_part(chain: Chain, proxy: Proxy) -> None:
    """429 for items inside a 200."""
    seen = proxy.faults
    with waited_out(chain):
        proxy.do(refuse_items(429, "es_rejected_execution_exception"), times=3)
        proxy.wait_for_faults(seen + 3)


def behind(chain: Chain, proxy: Proxy, **settings: str) -> None:
    """Start the chain with the proxy in front of Elasticsearch."""
    chain.settings |= {"ISNAD_ELASTICSEARCH": proxy.url, **settings}
    chain.start()


@pytest.mark.row(12, "Elasticsearch killed, away for 60 s, started again")
def test_away(chain: Chain, search_server: Process):
    """The index service waits and says so, keeps its partitions, and nothing becomes a dead letter."""
    chain.start()
    with chain.load(2000):
        take_down(chain, search_server, 60)
    assert chain.settle().count.dead == 0


@pytest.mark.row(12, "Elasticsearch restarted three times, and silent for 30 s")
def test_restarted_and_silent(chain: Chain, search_server: Process):
    """A server that accepts connections and answers nothing is waited out like one that is away."""
    chain.settings["ISNAD_ELASTICSEARCH_SECONDS"] = "3"
    chain.start()
    with chain.load(2500):
        for _ in range(3):
            down_for(search_server, 2, killed=False)
            time.sleep(2)
        chain.wait_until(lambda: not chain.workers["index"].waits_for(), "it does not go on")
        silence(chain, search_server, 30)
    assert chain.settle().count.dead == 0


@pytest.mark.row(13, "429 for the request, 503, 429 for a third of the items inside a 200")
def test_refused_for_now(chain: Chain, proxy: Proxy):
    """Only what was refused is sent again."""
    behind(chain, proxy)
    with chain.load(1200):
        for fault in (refuse(429), refuse(503)):
            seen = proxy.faults
            with waited_out(chain) as says_so:
                proxy.do(fault, times=4)
                says_so()
                proxy.wait_for_faults(seen + 4)
        refuse_a_part(chain, proxy)
    assert chain.settle().count.dead == 0


@pytest.mark.row(14, "indexes read-only: write block, then the block of the flood stage")
def test_read_only(chain: Chain):
    """It waits and says so, and drains when the block is lifted."""
    chain.start()
    with chain.load(1200):
        for setting in ("index.blocks.write", "index.blocks.read_only_allow_delete"):
            with waited_out(chain) as says_so:
                _block(chain, setting, True)
                says_so()
                time.sleep(5)
                _block(chain, setting, None)
    assert chain.settle().count.dead == 0


def _block(chain: Chain, setting: str, value: bool | None) -> None:
    address = f"{chain.elasticsearch}/{chain.name}-*/_settings"
    httpx.put(address, json={setting: value}, timeout=30).raise_for_status()


@pytest.mark.row(16, "400 for some documents")
def test_a_document_that_is_refused(chain: Chain, proxy: Proxy):
    """That one goes to the dead letters with its reason and its bytes, and the rest is indexed."""
    behind(chain, proxy)
    with chain.load(600):
        refuse_some_documents(chain, proxy)
    count = chain.settle().count
    letters = chain.dead_letters()
    assert count.dead == len(letters) == 8
    assert {(one["stage"], one["reason"]) for one in letters} == {("index", "index_rejected")}
    assert all(one["value"] for one in letters)


def refuse_some_documents(chain: Chain, proxy: Proxy, number: int = 8) -> None:
    """Elasticsearch refuses some new documents for their own fault, from now on whenever they come."""
    name, before = f"{chain.name}.refused", len(chain.dead_letters())
    proxy.fault = refuse_documents(400, "document_parsing_exception", name, of="-articles-")
    chain.send(islice(numbered_articles(name, seed=16), number), 20).wait()
    chain.wait_until(lambda: len(chain.dead_letters()) >= before + number, "the refused documents do not die")


@pytest.mark.row(17, "413: the bulk is too large, a single document is too large")
def test_too_large(chain: Chain, proxy: Proxy):
    """It is split, down to one if need be; a single one that is too large is a dead letter."""
    behind(chain, proxy, ISNAD_BATCH_SIZE="100")
    limit = 40_000
    proxy.fault = too_large(limit)
    articles = list(islice(numbered_articles(f"{chain.name}.large"), 600))
    for number in (100, 300):
        articles[number]["body"] = body = " ".join(str(articles[number + n]["body"]) for n in range(30))
        # Its text alone, whatever is found in it.
        assert len(body.encode()) > limit
    chain.send(articles, 60).wait()
    count = chain.settle().count
    assert count.dead == 2
    assert {one["reason"] for one in chain.dead_letters()} == {"too_large"}
    assert len(chain.workers["index"].logged("Sends smaller requests from now on.")) >= 2


@pytest.mark.row(18, "fewer items answered than sent; connection cut in the middle of the answer")
def test_answered_short(chain: Chain, proxy: Proxy):
    """All of them are sent again, whether they were written or not."""
    behind(chain, proxy)
    with chain.load(1200):
        for fault in (answer_short(), cut(written=True), cut(written=False)):
            seen = proxy.faults
            with waited_out(chain):
                proxy.do(fault, times=3)
                proxy.wait_for_faults(seen + 3)
    assert chain.settle().count.dead == 0


@pytest.mark.row(12, "each answer of Elasticsearch takes 8 s, longer than a session in Kafka")
def test_slow_answers(chain: Chain, proxy: Proxy):
    """Heartbeats are kept meanwhile: nobody leaves the group."""
    behind(chain, proxy, ISNAD_BATCH_SIZE="200")
    with chain.load(800):
        proxy.do(slow(8), times=4)
        index, seen = chain.workers["index"], len(chain.workers["index"].logged("partitions"))
    chain.settle()
    assert len(index.logged("partitions")) == seen
    assert index.starts == 1


@pytest.mark.row(19, "409: a newer version stands there already")
def test_an_older_version_comes_again(chain: Chain):
    """Records that a suspended worker writes late change nothing, and count as success."""
    chain.start()
    with chain.load(300):
        pass
    chain.settle()
    earlier = chain.records(chain.topics.enriched)
    edited = [_edited(one) for one in islice(numbered_articles(chain.article_name(0)), 50)]
    chain.send(edited, 200).wait()
    chain.settle()
    before = {one["_id"]: one for one in chain.documents()}
    index = chain.workers["index"]
    stale = index.metric("isnad_records_total", stage="index", outcome="stale")
    chain.append([Outgoing(chain.topics.enriched, one.key or b"", one.value or b"") for one in earlier])
    chain.settle()
    assert {one["_id"]: one for one in chain.documents()} == before
    assert sum("زيادة" in one["body"] for one in before.values()) == len(edited)
    assert index.metric("isnad_records_total", stage="index", outcome="stale") - stale == len(edited)


def _edited(article: Article) -> Article:
    return {**article, "body": f"{article['body']} زيادة جديدة على الخبر"}
