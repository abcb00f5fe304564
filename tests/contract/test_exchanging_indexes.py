"""Indexes that change places, and reading all there is: on the fake and on the real Elasticsearch alike."""

import contextlib
import json

import pytest

from isnad.content import Counting
from isnad.elastic import Elastic
from isnad.errors import RequestError, SearchUnavailable
from isnad.search_index import Document, Exchange, Write
from isnad_index.setting_up import set_up


def write(where, id_, version=1, *, family=None, **content):
    return Write(family or where, where, id_, version, json.dumps({"id": id_, **content}).encode())


async def put(index, *writes):
    for name in dict.fromkeys(one.index for one in writes):
        await index.create(name)
    return [answer.status for answer in await index.bulk(writes)]


async def ids(index, name):
    await index.refresh(name)
    return [document.id async for page in index.everything(name) for document in page]


class TestNames:
    async def test_a_name_a_pattern_and_an_alias_say_which_indexes_they_stand_for(self, index, indexes):
        month = f"{indexes.articles}-2018.02"
        await index.create(month)
        found = {month: frozenset({indexes.articles})}
        assert await index.aliases(indexes.articles) == await index.aliases(month) == found
        assert await index.aliases(f"{indexes.articles}-*") == found
        assert await index.aliases(indexes.stories) == {indexes.stories: frozenset()}
        assert await index.aliases("nothing-there") == await index.aliases("nothing-*") == {}


class TestExchanging:
    async def test_an_index_gives_its_name_to_another_in_one_moment(self, index, indexes):
        """And who writes and reads under that name does so in the other one from then on."""
        old, new = indexes.stories, f"{indexes.articles}-2018.02"
        await put(index, write(old, "a", body="old"))
        await put(index, write(new, "a", body="new"))
        await index.exchange(Exchange(add=((new, old),), remove=(old,)))
        assert await index.aliases(old) == {new: frozenset({old, indexes.articles})}
        assert (await index.documents(old, ["a"]))["a"]["body"] == "new"
        await index.create(old)
        assert await put(index, write(old, "b")) == [201]
        assert await ids(index, new) == await ids(index, old) == ["a", "b"]

    async def test_setting_up_again_leaves_what_has_changed_places(self, index, indexes):
        months = [f"{indexes.articles}-2018.02", f"{indexes.prefix}2-articles-2018.02"]
        for month in months:
            await index.create(month)
        await index.exchange(
            Exchange(
                add=((months[1], months[0]), (months[1], indexes.articles)),
                remove=(months[0],),
            )
        )
        assert await set_up(index, indexes, 0) == []
        assert await index.aliases(indexes.articles) == {months[1]: frozenset({months[0], indexes.articles})}
        assert await put(index, write(months[0], "a", family=indexes.articles)) == [201]
        assert [copy.index for copy in await index.copies(indexes.articles, ["a"])] == [months[1]]

    async def test_an_alias_is_taken_off(self, index, indexes):
        month = f"{indexes.articles}-2018.02"
        await index.create(month)
        await index.exchange(Exchange(take_off=((month, indexes.articles),)))
        assert await index.aliases(month) == {month: frozenset()}

    async def test_what_can_t_be_done_whole_is_not_done_at_all(self, index, indexes):
        month, other = f"{indexes.articles}-2018.02", f"{indexes.prefix}2-other"
        await index.create(month)
        await index.create(other)
        for impossible in (
            Exchange(add=((other, "x-name"), (other, month))),
            Exchange(add=((other, "x-name"), ("not-there", "y"))),
            Exchange(add=((other, "x-name"),), remove=("not-there",)),
        ):
            with pytest.raises(RequestError):
                await index.exchange(impossible)
        assert await index.aliases(other) == {other: frozenset()}

    async def test_nothing_to_exchange_is_nothing_done(self, index):
        await index.exchange(Exchange())


class TestBlocking:
    async def test_writes_are_refused_for_now_until_they_are_allowed_again(self, index, indexes):
        await put(index, write(indexes.stories, "a"))
        await index.block_writes([indexes.stories, "not-there"])
        (refused,) = await index.bulk([write(indexes.stories, "b")])
        assert (refused.status, refused.error) == (403, "cluster_block_exception")
        assert await ids(index, indexes.stories) == ["a"]
        await index.allow_writes([indexes.stories, "not-there"])
        assert await put(index, write(indexes.stories, "b")) == [201]

    async def test_a_blocked_index_can_be_removed(self, index, indexes):
        await index.block_writes([indexes.stories])
        await index.exchange(Exchange(remove=(indexes.stories,)))
        assert await index.aliases(indexes.stories) == {}

    async def test_no_indexes_are_no_request(self, index):
        await index.block_writes([])
        await index.allow_writes([])


class TestTemplates:
    async def test_a_deleted_template_makes_no_more_indexes(self, index, indexes):
        await index.delete_templates([indexes.articles, "not-there"])
        await index.create(f"{indexes.articles}-2018.02")
        assert await index.aliases(indexes.articles) == {}


class TestEverything:
    async def test_all_documents_come_once_by_their_ids_from_all_indexes_of_an_alias(self, index, indexes):
        """More than one page of the real one; the latest is not found yet, and one was taken out."""
        names = [f"d{number:03d}" for number in range(450)]
        months = [f"{indexes.articles}-2018.{month:02d}" for month in (1, 2, 3)]
        await put(index, *[write(months[n % 3], name, n + 1, n=n) for n, name in enumerate(names)])
        await index.bulk([Write(months[0], months[0], "d000", 1000, None)])
        await index.refresh(indexes.articles)
        pages = [page async for page in index.everything(indexes.articles)]
        found = [document for page in pages for document in page]
        assert [document.id for document in found] == names[1:]
        assert found[0] == Document(months[1], "d001", 2, {"id": "d001", "n": 1})
        assert max(map(len, pages)) <= 200

    async def test_of_what_is_not_there_nothing_comes(self, index):
        assert [page async for page in index.everything("not-there")] == []

    async def test_it_can_be_left_early(self, index, indexes):
        await put(index, write(indexes.stories, "a"), write(indexes.stories, "b"))
        await index.refresh(indexes.stories)
        async with contextlib.aclosing(index.everything(indexes.stories)) as pages:
            async for page in pages:
                assert page[0].id == "a"
                break

    async def test_content_is_counted_and_an_id_that_stands_twice_is_seen(self, index, indexes):
        months = [f"{indexes.articles}-2018.{month:02d}" for month in (1, 2)]
        await put(index, *[write(month, "a") for month in months], write(months[0], "b"))
        await index.refresh(indexes.articles)
        counting = Counting()
        async for page in index.everything(indexes.articles):
            counting.add(page)
        assert (counting.content().documents, counting.content().doubled) == (3, 1)


@pytest.mark.real
async def test_a_server_that_is_not_there_is_waited_for():
    async with Elastic("http://127.0.0.1:9") as elastic:
        for call in (
            elastic.aliases("x"),
            elastic.exchange(Exchange(remove=("x",))),
            elastic.block_writes(["x"]),
            elastic.allow_writes(["x"]),
            elastic.delete_templates(["x"]),
            anext(elastic.everything("x")),
        ):
            with pytest.raises(SearchUnavailable, match="does not answer"):
                await call
