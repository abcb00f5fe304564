"""The faults that every change must survive, a few of each, one after the other on one chain: what `make test` runs."""

import pytest
from tests.conftest import Process
from tests.faults.test_broken_input import append_broken, check_broken
from tests.faults.test_elasticsearch import refuse_a_part, refuse_some_documents, silence
from tests.faults.test_kafka import take_dead_letters_away
from tests.faults.test_processes import (
    ask_stages_to_stop,
    kill_feeder,
    kill_indexer_before_it_commits,
    kill_stages,
)
from tests.harness.chain import Chain
from tests.harness.proxy import Proxy

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


def test_nothing_is_lost_or_doubled_and_the_stories_are_the_same(chain: Chain, proxy: Proxy, search_server: Process):
    chain.settings |= {"ISNAD_ELASTICSEARCH": proxy.url, "ISNAD_ELASTICSEARCH_SECONDS": "2"}
    chain.settings["ISNAD_SESSION_SECONDS"] = "6"  # what was killed is soon missed
    chain.start()
    feeding = chain.feed(None, per_second=10)
    # The faults are to find the chain at work, and with all that it compiles when it runs for the first time.
    chain.wait_until(lambda: chain.appended(chain.topics.enriched) > 0, "nothing came through")
    kill_feeder(chain, 200, times=1)
    kill_stages(chain, 1)
    take_dead_letters_away(chain, seconds=2)
    refuse_a_part(chain, proxy)
    silence(chain, search_server, seconds=3)
    broken = append_broken(chain)
    kill_indexer_before_it_commits(chain, proxy, 1)
    refuse_some_documents(chain, proxy)
    chain.check_commits()
    ask_stages_to_stop(chain, 1)
    feeding.end()
    chain.check_commits()
    chain.settle()
    check_broken(chain, broken)
