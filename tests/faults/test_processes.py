"""Faults of processes: killed, asked to stop, suspended, too many, stuck."""

import random
import time

import pytest
from tests.harness.chain import STAGES, Chain

pytestmark = pytest.mark.real

STOP_SECONDS = 10.0


def kill_stages(chain: Chain, times: int) -> None:
    """Kill -9 each of the stages before the index at random moments."""
    chance = random.Random()
    for name in ["prepare", "dedup", "entities"] * times:
        time.sleep(chance.uniform(0.2, 1.5))
        chain.workers[name].kill()


def ask_stages_to_stop(chain: Chain, times: int) -> None:
    """SIGTERM to each stage; it ends in time, with status 0."""
    for name in STAGES * times:
        worker = chain.workers[name]
        took = worker.ask_to_stop()
        assert took < STOP_SECONDS, f"{name} took {took:.1f} s to stop\n{worker.last_words()}"
        assert worker.statuses[-1] == 0, worker.last_words()


@pytest.mark.row(2, "kill -9 prepare, dedup, entities mid-batch, ten times")
def test_killed_amid_the_work_nothing_is_lost(chain: Chain):
    """A redelivered article recognises itself: it gets the same decision."""
    chain.start()
    with chain.load(1500):
        for _ in range(10):
            kill_stages(chain, 1)
            chain.check_commits()
    assert chain.settle().count.dead == 0


@pytest.mark.row(4, "SIGTERM each stage under backlog, twenty times")
def test_asked_to_stop_under_backlog_nothing_is_lost(chain: Chain):
    chain.start()
    with chain.load(2000, per_second=1000):
        for _ in range(20):
            ask_stages_to_stop(chain, 1)
            chain.check_commits()
    chain.settle()
