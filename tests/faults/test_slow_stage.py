"""A fault of speed: a stage that is far slower than what comes in."""

import time
from pathlib import Path

import pytest
from tests.faults.planted import SLOWER
from tests.harness.altered import altered
from tests.harness.chain import Chain
from tests.harness.memory import Memory

pytestmark = pytest.mark.real

MOST_BYTES = 64 << 20
"""What a slow worker may need more while thousands of articles wait for it."""


@pytest.mark.row(40, "the entity stage ten times slower")
def test_a_slow_stage(chain: Chain, tmp_path: Path):
    """Lag is seen in the metric, memory stays bounded, and nobody leaves the group; a fast worker drains it."""
    # A batch takes longer than a session in Kafka.
    chain.settings["ISNAD_BATCH_SIZE"] = "500"
    chain.start(("prepare", "dedup", "index"))
    slow = chain.add("entities", PYTHONPATH=altered(tmp_path / "slow", [SLOWER]))
    with chain.load(3000, per_second=150):
        before = {name: len(worker.logged("partitions")) for name, worker in chain.workers.items()}
        process = slow.running
        assert process is not None
        with Memory(process) as memory:
            chain.wait_until(lambda: slow.metric("isnad_lag_records", stage="entities") > 500, "no lag is seen")
            time.sleep(20)
        chain.check_commits(["entities"])
    assert memory.most - memory.first < MOST_BYTES, f"it needed {(memory.most - memory.first) >> 20} MiB more"
    waits = chain.lag("entities", chain.topics.matched)
    assert {worker.starts for worker in chain.workers.values()} == {1}
    after = {name: len(worker.logged("partitions")) for name, worker in chain.workers.items()}
    assert after == before, "somebody left his group"
    assert waits > 0, "it is not slow"
    chain.workers.pop("entities").end()
    chain.add("entities")
    assert chain.settle().count.dead == 0
