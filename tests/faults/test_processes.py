"""Faults of processes: killed, asked to stop, suspended, too many, stuck."""

import random
import time

import pytest
from tests.harness.chain import STAGES, Chain

pytestmark = pytest.mark.real


@pytest.mark.row(2, "kill -9 prepare, dedup, entities mid-batch, ten times", short=True)
def test_killed_amid_the_work_nothing_is_lost(chain: Chain, long: bool):
    """Each stage is killed at random moments while articles come in; a redelivered article recognises itself."""
    chance = random.Random()
    chain.start()
    with chain.load(1500 if long else 150):
        for name in ["prepare", "dedup", "entities"] * (10 if long else 1):
            time.sleep(chance.uniform(0.2, 1.5))
            chain.workers[name].kill()
            chain.check_commits()
    assert chain.settle().count.dead == 0


@pytest.mark.row(4, "SIGTERM each stage under backlog, twenty times", short=True)
def test_asked_to_stop_under_backlog_it_stops_in_time_and_loses_nothing(chain: Chain, long: bool):
    """It ends within ten seconds, with status 0."""
    chain.start()
    with chain.load(2000 if long else 200, per_second=1000):
        for _ in range(20 if long else 1):
            for name in STAGES:
                took = chain.workers[name].ask_to_stop()
                assert took < 10, f"{name} took {took:.1f} s to stop\n{chain.workers[name].last_words()}"
            chain.check_commits()
    chain.settle()
    assert {status for worker in chain.workers.values() for status in worker.statuses} == {0}
