"""The alias moves to new indexes while the chain runs."""

import pytest
from tests.harness.chain import Chain

pytestmark = pytest.mark.real


@pytest.mark.row(44, "alias moved to new indexes while running, and the index service killed meanwhile")
def test_new_indexes_take_the_place_of_the_old_ones(chain: Chain):
    """Each id stands once, and nothing of the old indexes is left."""
    chain.start()
    index = chain.workers["index"]
    where = {
        "ISNAD_KAFKA": chain.kafka,
        "ISNAD_ELASTICSEARCH": chain.elasticsearch,
        "ISNAD_INDEX_PREFIX": chain.indexes.prefix,
        "ISNAD_TOPIC_PREFIX": chain.topics.prefix,
    }
    with chain.load(1200, per_second=20):
        for generation in (1, 2):
            index.kill()
            done = chain.isnad("replay", "index", "--rebuild", **where)
            assert done.returncode == 0, done.stderr
            assert {one["_index"].split("-")[1] for one in chain.documents(fields=())} == {f"g{generation}"}
    assert chain.settle().count.dead == 0
