"""Elasticsearch behind TLS and API keys: each key does what its service needs, and nothing else."""

import itertools
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.secured import ADMIN, SecuredElasticsearch

from isnad.elastic import Elastic
from isnad.elastic_access import ElasticAccess
from isnad.errors import SearchUnavailable
from isnad.indexes import Indexes
from isnad.messages import LogPosition, MatchedTakedown, Takedown
from isnad.search_index import Exchange, Write
from isnad.secret import Secret
from isnad_cli.granting import ElasticKey, rights
from isnad_index.documents import takedown_write
from isnad_index.generations import Generations
from isnad_index.removing import Removing
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(120)]

JANUARY, FEBRUARY = datetime(2018, 1, 31, tzinfo=UTC), datetime(2018, 2, 1, tzinfo=UTC)
_numbers = itertools.count()


@pytest.fixture
def indexes() -> Indexes:
    """Names of this test's own."""
    return Indexes(f"secured{next(_numbers)}")


def client(server: SecuredElasticsearch, key: ElasticKey, indexes: Indexes) -> Elastic:
    """Return Elasticsearch for who shows a key with the rights that `isnad rights elasticsearch` prints."""
    made = server.create_key(key, rights(key, indexes))
    return Elastic(server.access(made))


def article(indexes: Indexes, month: datetime, version: int) -> Write:
    return Write(indexes.articles, indexes.articles_of(month), "a", version, b'{"id":"a","title":"\xd8\xae"}')


async def test_the_index_service_writes_with_its_key(secured_elasticsearch, indexes):
    """It sets up, writes, and moves an article into another month, for which it looks where the article stands."""
    story = Write(indexes.stories, indexes.stories, "s", 1, b'{"id":"s"}')
    async with client(secured_elasticsearch, "index", indexes) as elastic:
        for _ in range(2):
            assert await set_up(elastic, indexes, 0) == []
        writer = Writer(elastic)
        assert await writer.write([article(indexes, JANUARY, 1), story]) == ["indexed", "indexed"]
        assert await writer.write([article(indexes, FEBRUARY, 2)]) == ["indexed"]
        copies = await elastic.copies(indexes.articles, ["a"])
    assert [(copy.index, copy.version) for copy in copies] == [(indexes.articles_of(FEBRUARY), 2)]


async def test_the_api_searches_with_its_key(secured_elasticsearch, indexes):
    """It finds what was written, also where nothing was yet, and sees that the server is well."""
    async with client(secured_elasticsearch, "api", indexes) as reader:
        assert (await reader.search(indexes.articles, {}))["hits"]["hits"] == []
        async with client(secured_elasticsearch, "index", indexes) as elastic:
            await set_up(elastic, indexes, 0)
            await Writer(elastic).write([article(indexes, JANUARY, 1)])
        async with Elastic(secured_elasticsearch.access(secured_elasticsearch.create_key("admin"))) as admin:
            await admin.refresh(indexes.articles)
        hits = (await reader.search(indexes.articles, {"query": {"match_all": {}}}))["hits"]["hits"]
        assert [hit["_id"] for hit in hits] == ["a"]
        assert await reader.documents(indexes.stories, ["nobody"]) == {}
        await reader.ping()


async def test_both_keys_do_what_a_takedown_asks(secured_elasticsearch, indexes):
    taken_down = Takedown(schema=1, kind="takedown", id="a", at=JANUARY)
    position = LogPosition(7, JANUARY)
    matched = MatchedTakedown(schema=1, kind="takedown", takedown=taken_down, position=position)
    async with client(secured_elasticsearch, "index", indexes) as elastic:
        await set_up(elastic, indexes, 0)
        writer = Writer(elastic)
        document = b'{"id":"a","page_id":"a","story_id":"a","relation":"original","title":"\xd8\xae"}'
        await writer.write([replace(article(indexes, JANUARY, 1), document=document), takedown_write(matched, indexes)])
        await Removing(writer, indexes).carry_out([matched])
        assert await elastic.copies(indexes.articles, ["a"]) == []
    async with client(secured_elasticsearch, "api", indexes) as reader:
        assert (await reader.documents(indexes.takedowns, ["a"]))["a"]["is_down"]


async def refused(work: Awaitable[object]) -> None:
    with pytest.raises(SearchUnavailable, match=r"refuses the rights \(403\).*isnad rights elasticsearch"):
        await work


async def test_the_api_writes_nothing_with_its_key(secured_elasticsearch, indexes):
    """Neither a document, nor an index, nor a template."""
    async with client(secured_elasticsearch, "index", indexes) as elastic:
        await set_up(elastic, indexes, 0)
    async with client(secured_elasticsearch, "api", indexes) as reader:
        await refused(reader.bulk([Write(indexes.stories, indexes.stories, "s", 1, b'{"id":"s"}')]))
        await refused(reader.bulk([Write(indexes.stories, indexes.stories, "s", 2, None)]))
        await refused(reader.create(indexes.articles_of(JANUARY)))
        await refused(reader.put_alias(indexes.stories, indexes.articles))
        await refused(set_up(reader, indexes, 0))


async def test_the_index_service_deletes_no_index_and_reads_nothing_of_others(secured_elasticsearch, indexes):
    """What it needn't do it can't."""
    other = Indexes(f"other-{indexes.prefix}")
    async with client(secured_elasticsearch, "index", other) as elastic:
        await set_up(elastic, other, 0)
    async with client(secured_elasticsearch, "index", indexes) as elastic:
        await set_up(elastic, indexes, 0)
        await refused(elastic.exchange(Exchange(remove=(indexes.stories,))))
        await refused(elastic.exchange(Exchange(add=((indexes.stories, indexes.articles),))))
        await refused(elastic.block_writes([indexes.stories]))
        await refused(elastic.ping())
        await refused(elastic.search(other.stories, {}))
        (answer,) = await elastic.bulk([Write(other.stories, other.stories, "s", 1, b'{"id":"s"}')])
        assert answer.status == 403


async def test_the_operator_makes_a_new_generation_and_the_others_work_on(secured_elasticsearch, indexes):
    """As `isnad replay --rebuild` does; then the index service and the API find the new indexes under the old names."""
    async with (
        client(secured_elasticsearch, "index", indexes) as elastic,
        client(secured_elasticsearch, "api", indexes) as reader,
        client(secured_elasticsearch, "operator", indexes) as operator,
    ):
        await set_up(elastic, indexes, 0)
        await Writer(elastic).write([article(indexes, JANUARY, 1)])
        await operator.refresh(indexes.articles)
        async with aclosing(operator.everything(indexes.articles)) as pages:
            assert [document.id async for page in pages for document in page] == ["a"]
        generations = Generations(operator, indexes, 0)
        new = indexes.generation(await generations.present() + 1)
        await generations.begin(new)
        await generations.carry_over(new, lambda _: None)
        assert await generations.exchange(new, await generations.close_old())
        assert await generations.present() == 1
        assert await Writer(elastic).write([article(indexes, JANUARY, 2)]) == ["indexed"]
        assert [copy.index for copy in await elastic.copies(indexes.articles, ["a"])] == [new.articles_of(JANUARY)]
        await operator.refresh(indexes.articles)
        hits = (await reader.search(indexes.articles, {"version": True}))["hits"]["hits"]
        assert [(hit["_id"], hit["_version"]) for hit in hits] == [("a", 2)]


async def test_whoever_is_not_let_in_is_told_at_which_setting_to_look(secured_elasticsearch):
    """As something to wait for, since keys and certificates change while services run; never with a secret."""
    server = secured_elasticsearch
    key = server.create_key("revoked")
    ca, other_ca = str(server.certificates.ca), str(server.certificates.other_ca)
    plain = server.url.replace("https:", "http:")
    named = server.url.replace("https://", "https://admin:opensesame@")
    ways: list[tuple[ElasticAccess, str]] = [
        (ElasticAccess(server.url, ca=ca), r"does not know us \(401\).*ISNAD_ELASTICSEARCH_API_KEY"),
        (ElasticAccess(server.url, api_key=Secret("b3BlbnNlc2FtZTp4"), ca=ca), r"does not know us \(401\)"),
        (ElasticAccess(named, ca=ca), r"does not know us \(401\).*ISNAD_ELASTICSEARCH_USER"),
        (ElasticAccess(server.url, ca=other_ca), "not trusted .*Look at ISNAD_ELASTICSEARCH_CA"),
        (ElasticAccess(server.url), "not trusted .*Look at ISNAD_ELASTICSEARCH_CA"),
        (ElasticAccess(plain), "If it asks for TLS, ISNAD_ELASTICSEARCH begins with https://"),
    ]
    asks: list[Callable[[Elastic], Awaitable[object]]] = [
        lambda elastic: elastic.ping(),
        lambda elastic: elastic.bulk([Write("articles", "articles-1", "a", 1, b"{}")]),
    ]
    for (access, said), ask in itertools.product(ways, asks):
        async with Elastic(access) as elastic:
            with pytest.raises(SearchUnavailable, match=said) as told:
                await ask(elastic)
        assert "opensesame" not in str(told.value)
        assert "b3BlbnNlc2FtZTp4" not in str(told.value)
    async with Elastic(server.access(key)) as elastic:
        await elastic.ping()
        server.revoke_key(key)
        with pytest.raises(SearchUnavailable, match="wrong or revoked"):
            await elastic.ping()


async def test_user_and_password_in_the_address_let_in(secured_elasticsearch):
    """Also with characters that have to be percent-encoded there, and shown nowhere."""
    server = secured_elasticsearch
    access = ElasticAccess(
        server.url.replace("https://", f"https://{ADMIN}:{server.password}@"), ca=str(server.certificates.ca)
    )
    assert str(access) == server.url
    assert server.password not in repr(access)
    async with Elastic(access) as elastic:
        await elastic.ping()
