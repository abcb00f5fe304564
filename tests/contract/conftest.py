"""A search index for tests that run on the fake and on the real Elasticsearch alike."""

import uuid

import httpx
import pytest

from isnad.elastic import Elastic
from isnad.indexes import Indexes
from isnad.testing.search import FakeIndex
from isnad_index.setting_up import set_up


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
async def index(request, indexes):
    """Set up under names of its own, and deleted with all generations of them at the end."""
    if request.param == "fake":
        fake = FakeIndex()
        await set_up(fake, indexes, 0)
        yield fake
        return
    url = request.getfixturevalue("elasticsearch")
    async with Elastic(url) as elastic:
        await set_up(elastic, indexes, 0)
        yield elastic
    async with httpx.AsyncClient(base_url=url) as client:
        for one in (await client.get(f"/_cat/indices/{indexes.prefix}-*", params={"format": "json"})).json():
            await client.delete(f"/{one['index']}")
        known = (await client.get("/_index_template")).json()["index_templates"]
        for name in [one["name"] for one in known if one["name"].startswith(f"{indexes.prefix}-")]:
            await client.delete(f"/_index_template/{name}")


@pytest.fixture
def indexes():
    """Names that no other test has."""
    return Indexes(f"test-{uuid.uuid4().hex[:8]}")
