"""Faults of order: the whole topic comes again, out of order, twice; copies of a story on different partitions."""

import json
import random
from itertools import islice

import pytest
from tests.harness.articles import Article, numbered_articles
from tests.harness.chain import Chain

pytestmark = pytest.mark.real


def two_of_each(name: str, count: int) -> list[Article]:
    """Return stories of two articles, one after the other: the same text in two outlets."""
    originals = (one for number, one in enumerate(numbered_articles(name, seed=5)) if number % 5 != 4)
    return [
        one | {"id": f"{one['id']}:{outlet}", "source": outlet}
        for one in islice(originals, count)
        for outlet in ("first", "second")
    ]


def undated(name: str, count: int) -> list[Article]:
    """Return articles for whose time their arrival stands."""
    times = (None, "yesterday", "2100-01-01T00:00:00Z")
    articles = islice(numbered_articles(name, seed=6), count)
    return [one | {"published_at": times[number % 3]} for number, one in enumerate(articles)]


def check_pairs(chain: Chain, name: str) -> int:
    """Hold that each two are one story, its second a copy of its first; return how many had different partitions."""
    partitions = {(record.key or b"").decode(): record.partition for record in chain.records(chain.topics.raw)}
    pairs: dict[str, list[dict[str, object]]] = {}
    for one in chain.documents():
        if one["id"].startswith(f"{name}:"):
            pairs.setdefault(one["id"].rpartition(":")[0], []).append(one)
    for both in pairs.values():
        first, second = sorted(both, key=lambda one: one["relation"] != "original")
        assert (first["relation"], second["relation"]) == ("original", "copy"), both
        assert first["story_id"] == second["story_id"] == first["id"]
        assert first["id"] in second["linked_ids"]  # type: ignore[operator]  # JSON
    return sum(len({partitions[str(one["id"])] for one in both}) == 2 for both in pairs.values())


@pytest.mark.row(30, "the whole topic again; out of order; twice")
@pytest.mark.row(31, "two copies of each story on different raw partitions")
def test_the_whole_topic_again(chain: Chain):
    """Count and content hash of the index stay the same; a copy is found on whichever partition it comes."""
    chain.settings["ISNAD_BATCH_SIZE"] = "100"
    chain.start()
    name = f"{chain.name}.pairs"
    chain.send(two_of_each(name, 40), 300)
    chain.send(undated(f"{chain.name}.undated", 20), 100)
    with chain.load(150):
        pass
    chain.settle()
    assert check_pairs(chain, name) >= 10
    before = chain.content()
    assert before["articles"]["documents"] == 250

    again = [json.loads(record.value or b"") for record in chain.records(chain.topics.raw)]
    shuffled = random.Random(1).sample(again, len(again))
    for articles in (again, shuffled, [one for one in shuffled for _ in range(2)]):
        chain.send(articles, 100).wait()
        chain.settle()
        assert chain.content() == before
    assert chain.appended(chain.topics.raw) == 5 * len(again)
