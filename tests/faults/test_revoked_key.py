"""Faults of access to Elasticsearch: the key of the index service is revoked while it writes."""

import time
from pathlib import Path

import httpx
import pytest
from tests.faults.test_elasticsearch import DEPENDENCY
from tests.harness.chain import Chain
from tests.secured import ApiKey, SecuredElasticsearch

from isnad_cli.granting import rights

pytestmark = pytest.mark.real

WAIT_SECONDS = 10


@pytest.mark.row(15, "the key of the index service revoked; a new one given")
def test_revoked(secured: Chain, secured_elasticsearch: SecuredElasticsearch, tmp_path: Path):
    """It waits, says so once, and commits nothing; started with the new key it indexes what has come meanwhile."""
    chain, file = secured, tmp_path / "index.key"
    key = _new_key(chain, secured_elasticsearch, file)
    told = secured_elasticsearch.environment(key)
    del told["ISNAD_ELASTICSEARCH_API_KEY"]
    chain.start(("prepare", "dedup", "entities"))
    index = chain.add("index", **told, ISNAD_ELASTICSEARCH_API_KEY_FILE=str(file))
    with chain.load(800):
        secured_elasticsearch.revoke_key(key)
        chain.wait_until(lambda: DEPENDENCY in index.waits_for(), "/readyz does not name Elasticsearch")
        waiting = index.waits_for()[DEPENDENCY]
        assert "ISNAD_ELASTICSEARCH_API_KEY" in waiting["reason"]
        assert waiting["since"]
        assert index.metric("isnad_waiting", stage="index", dependency=DEPENDENCY) == 1
        committed = chain.committed("index", chain.topics.enriched)
        time.sleep(WAIT_SECONDS)
        assert chain.committed("index", chain.topics.enriched) == committed
        assert (len(index.logged("waiting")), index.starts, chain.letters()) == (1, 1, [])
        _new_key(chain, secured_elasticsearch, file)
        index.ask_to_stop()
    assert chain.settle().count.dead == 0
    assert len(index.logged("partitions")) == 2, "it left its group while it waited"
    assert httpx.get(secured_elasticsearch.url, verify=secured_elasticsearch.context).status_code == 401
    assert key.encoded not in index.log.read_text()


def _new_key(chain: Chain, server: SecuredElasticsearch, file: Path) -> ApiKey:
    """Make a key that may what the index service needs, and put it where the service looks when it starts."""
    key = server.create_key(f"{chain.name}-index", rights("index", chain.indexes))
    file.write_text(f"{key.encoded}\n")
    return key
