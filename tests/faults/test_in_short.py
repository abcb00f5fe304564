"""The faults that every change must survive, a few of each, one after the other on one chain: what `make test` runs."""

import pytest
from tests.faults.test_processes import (
    ask_stages_to_stop,
    kill_feeder,
    kill_indexer_before_it_commits,
    kill_stages,
)
from tests.harness.chain import Chain
from tests.harness.proxy import Proxy

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


def test_nothing_is_lost_or_doubled_and_the_stories_are_the_same(chain: Chain, proxy: Proxy):
    chain.settings["ISNAD_ELASTICSEARCH"] = proxy.url
    chain.start()
    kill_feeder(chain, 200, times=1)
    with chain.load(300):
        kill_stages(chain, 1)
        kill_indexer_before_it_commits(chain, proxy, 1)
        chain.check_commits()
        ask_stages_to_stop(chain, 1)
    chain.check_commits()
    chain.settle()
