"""Faults of a whole topic: more broken records than a stage may bury before a person has looked."""

import time

import pytest
from tests.harness.chain import Chain
from tests.harness.proxy import Proxy, refuse_items
from tests.harness.workers import Worker

from isnad.outcomes import Outgoing

pytestmark = pytest.mark.real

DEPENDENCY = "poison"
ROW = 12
WINDOW = 40
SHARE = 0.25
WAIT_SECONDS = 5


def stopped_by_poison(chain: Chain, stage: str, limit: int) -> Worker:
    """Return the stage's worker when it waits for a person; it says so once, and buries no more, not even anew."""
    worker = chain.workers[stage]
    waits = len(worker.logged("waiting"))
    for life in range(2):
        chain.wait_until(lambda: DEPENDENCY in worker.waits_for(), f"/readyz of {stage} does not name the poison")
        assert f"isnad dead list --stage {stage}" in worker.waits_for()[DEPENDENCY]["reason"]
        assert worker.metric("isnad_waiting", stage=stage, dependency=DEPENDENCY) == 1
        buried = len(chain.letters())
        time.sleep(WAIT_SECONDS)
        assert len(chain.letters()) == buried <= limit
        if life == 0:
            # A supervisor that restarts it must not have it go through the topic, a piece each time.
            worker.kill()
            chain.wait_until(lambda: worker.starts > 1 and "start" not in worker.waits_for(), f"{stage} is not back")
    said = [line for line in worker.logged("waiting")[waits:] if line["dependency"] == DEPENDENCY]
    assert len(said) <= 2, f"{stage} said {len(said)} times that it waits"
    return worker


def decide(chain: Chain, what: str, stage: str) -> None:
    """Call `isnad dead replay` or `drop` for all letters of a stage."""
    done = chain.isnad("dead", what, "--stage", stage, "--yes", *chain.addressed)
    assert done.returncode == 0, done.stderr


@pytest.mark.row(21, "Elasticsearch refuses document after document, until the cause is mended and they are replayed")
def test_many_in_a_row(chain: Chain, proxy: Proxy):
    """The index service stops with each partition's first dozen; mended and replayed, all articles are indexed."""
    chain.settings |= {"ISNAD_ELASTICSEARCH": proxy.url, "ISNAD_POISON_ROW": str(ROW)}
    chain.start()
    with chain.load(400):
        proxy.fault = refuse_items(400, "document_parsing_exception", every=1, of="-articles-")
        partitions = len(chain.ends(chain.topics.enriched))
        index = stopped_by_poison(chain, "index", limit=partitions * ROW)
        assert chain.lag("index", chain.topics.enriched) > 0
        proxy.fault = None
        decide(chain, "replay", "index")
        chain.wait_until(lambda: index.waits_for() == {}, "the index service does not go on")
        # What it had in hand when it stopped had been refused already.
        chain.wait_until(lambda: chain.lag("index", chain.topics.enriched) < ROW, "the index service does not go on")
        decide(chain, "replay", "index")
    assert chain.settle().count.dead == 0
    assert set(index.statuses) == {-9}


@pytest.mark.row(21, "a stretch of a hundred records is broken, more than a share; looked at and dropped")
def test_more_than_a_share(chain: Chain):
    """Prepare stops again and again until a person has dropped what was buried; the rest is indexed."""
    share = {"ISNAD_POISON_ROW": "0", "ISNAD_POISON_WINDOW": str(WINDOW), "ISNAD_POISON_SHARE": str(SHARE)}
    chain.settings |= share
    chain.start()
    broken = [f"{chain.name}:broken-{number}" for number in range(100)]
    chain.also_injected.update(broken)
    with chain.load(400, per_second=60):
        chain.append([Outgoing(chain.topics.raw, id_.encode(), b"{broken") for id_ in broken])
        prepare = stopped_by_poison(chain, "prepare", limit=int(WINDOW * SHARE) * len(chain.ends(chain.topics.raw)))
        chain.check_commits(["prepare"])
    drops = 0
    while chain.lag("prepare", chain.topics.raw):
        if DEPENDENCY in prepare.waits_for():
            decide(chain, "drop", "prepare")
            drops += 1
            chain.wait_until(lambda: DEPENDENCY not in prepare.waits_for(), "prepare does not go on")
        time.sleep(0.2)
    assert drops > 1
    assert chain.settle().count.dead == len(broken)
    assert set(prepare.statuses) == {-9}
