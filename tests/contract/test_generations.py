"""A new generation of indexes takes the place of the old one: on the fake and on the real Elasticsearch alike."""

import json
from dataclasses import replace

import pytest

from isnad.errors import SearchUnavailable, SetupError
from isnad.search_index import Write
from isnad_index.generations import Generations
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer


@pytest.fixture
def generations(index, indexes):
    return Generations(index, indexes, 0)


@pytest.fixture
async def first(generations, indexes):
    """The names of the first generation, begun."""
    found = indexes.generation(await generations.present() + 1)
    await generations.begin(found)
    return found


def article(indexes, id_, version=1, *, month="02", story=None, body="نص"):
    name = f"{indexes.articles}-2018.{month}"
    document = {"id": id_, "story_id": story or id_, "body": body, "source": "o"}
    return Write(indexes.articles, name, id_, version, json.dumps(document).encode())


def story(indexes, id_, version=1, *, articles=1):
    document = {"id": id_, "articles": articles}
    return Write(indexes.stories, indexes.stories, id_, version, json.dumps(document).encode())


async def put(index, *writes):
    results = await Writer(index).write(writes)
    for name in {one.family for one in writes}:
        await index.refresh(name)
    return results


async def found(index, name):
    await index.refresh(name)
    return {one.id: one.content.get("body") async for page in index.everything(name) for one in page}


async def change(generations, generation):
    return await generations.exchange(generation, await generations.close_old())


class TestChangingPlaces:
    async def test_readers_and_writers_find_the_new_one_under_the_old_names(self, index, indexes, generations, first):
        await put(index, article(indexes, "a", body="قديم"), article(indexes, "gone", month="01"))
        await put(index, article(first, "a", body="جديد"), story(first, "a"))
        assert await found(index, indexes.articles) == {"a": "قديم", "gone": "نص"}
        assert await change(generations, first)
        assert await found(index, indexes.articles) == {"a": "جديد"}
        assert await found(index, indexes.stories) == {"a": None}
        there = {f"{first.articles}-2018.02", first.stories, first.takedowns, first.entities, first.recounts}
        assert set(await index.aliases(f"{indexes.prefix}*")) == there

        assert await set_up(index, indexes, 0) == []
        later = [article(indexes, "b"), article(indexes, "c", month="03"), article(indexes, "a", 2, body="أحدث")]
        assert await put(index, *later, story(indexes, "b")) == ["indexed"] * 4
        assert await found(index, indexes.articles) == {"a": "أحدث", "b": "نص", "c": "نص"}
        assert await put(index, article(indexes, "a", 3, month="04")) == ["indexed"]
        assert [copy.index[-2:] for copy in await index.copies(indexes.articles, ["a"])] == ["04"]

    async def test_again_and_again(self, index, indexes, generations, first):
        """What was made under its own name in between changes places too."""
        await put(index, article(first, "a"))
        assert await change(generations, first)
        await put(index, article(indexes, "b", month="03"))
        assert await generations.present() == 1
        second = indexes.generation(2)
        await generations.begin(second)
        await put(index, article(second, "a"), article(second, "b", month="03", body="جديد"))
        closed = await generations.close_old()
        assert await generations.exchange(second, closed)
        assert await found(index, indexes.articles) == {"a": "نص", "b": "جديد"}
        # Searches that were on their way still find their indexes.
        assert {indexes.number_of(name) for name in await index.aliases(f"{indexes.prefix}*")} == {1, 2}
        await generations.remove_old(closed)
        assert {indexes.number_of(name) for name in await index.aliases(f"{indexes.prefix}*")} == {2}
        assert await generations.present() == 2

    async def test_while_the_old_one_is_closed_a_writer_waits_and_goes_on_in_the_new_one(
        self, index, indexes, generations, first
    ):
        writer, write = Writer(index), article(indexes, "a")
        await put(index, write)
        closed = await generations.close_old()
        with pytest.raises(SearchUnavailable, match="403"):
            await writer.write([write])
        await put(index, article(first, "b"))
        assert await generations.exchange(first, closed)
        assert await writer.write([write]) == ["indexed"]
        assert await found(index, indexes.articles) == {"a": "نص", "b": "نص"}

    async def test_a_month_that_began_after_closing_puts_it_off(self, index, indexes, generations, first):
        """Else its articles would stand twice."""
        closed = await generations.close_old()
        await put(index, article(indexes, "a", month="07"))
        await put(index, article(first, "a", month="07", body="جديد"))
        assert not await generations.exchange(first, closed)
        assert await found(index, indexes.articles) == {"a": "نص"}
        assert await change(generations, first)
        assert await found(index, indexes.articles) == {"a": "جديد"}

    async def test_told_twice_it_is_done_once(self, index, indexes, generations, first):
        """As when the answer was lost."""
        await put(index, article(first, "a"))
        closed = await generations.close_old()
        assert await generations.exchange(first, closed)
        assert await generations.exchange(first, closed)
        assert await found(index, indexes.articles) == {"a": "نص"}

    async def test_opened_again_the_old_one_takes_writes(self, index, indexes, generations, first):
        await put(index, article(indexes, "a"))
        await generations.open_old(await generations.close_old())
        assert await put(index, article(indexes, "b")) == ["indexed"]

    async def test_its_templates_go_when_it_is_done(self, index, indexes, generations, first):
        assert await change(generations, first)
        await index.create(f"{first.articles}-2018.09")
        assert await index.aliases(f"{first.articles}-2018.09") == {f"{first.articles}-2018.09": frozenset()}

    async def test_beside_newer_templates_none_is_begun(self, index, indexes, generations):
        newer = {"version": 99, "index_patterns": [indexes.stories], "priority": 200, "template": {}}
        assert await index.put_template(indexes.stories, newer)
        with pytest.raises(SetupError, match="newer isnad"):
            await generations.begin(indexes.generation(1))


class TestCarryingOver:
    async def test_what_is_missing_is_copied_and_nothing_else(self, index, indexes, generations, first):
        """By its version, so that what is written later wins, and what was written already stays."""
        old = [article(indexes, "a", 5), article(indexes, "b", 5, month="03"), article(indexes, "c", 5)]
        await put(index, *old, story(indexes, "a"))
        await put(index, article(first, "a", 5, body="جديد"), article(first, "c", 6, month="04", body="أحدث"))
        looked = []
        assert await generations.carry_over(first, looked.append) == 2
        assert sum(looked) == 4
        assert await found(index, first.articles) == {"a": "جديد", "b": "نص", "c": "أحدث"}
        assert await found(index, first.stories) == {"a": None}
        (copy,) = await index.copies(first.articles, ["b"])
        assert (copy.index, copy.version) == (f"{first.articles}-2018.03", 5)
        assert await generations.carry_over(first, looked.append) == 0

    async def test_a_story_without_articles_is_left(self, index, indexes, generations, first):
        """Dedup, replayed, has put its article into another one."""
        await put(index, article(indexes, "a"), story(indexes, "a"), story(indexes, "b"))
        await put(index, article(first, "a"), article(first, "b", story="a"), story(first, "a", articles=2))
        assert await generations.carry_over(first, lambda _: None) == 0
        assert await found(index, first.stories) == {"a": None}

    async def test_what_was_taken_down_is_not_brought_back(self, index, indexes, generations, first):
        """Where the old indexes still have it, and where only the new ones know of the takedown."""
        down = {"is_down": True, "version": 9, "log_offset": 9, "log_appended_at": "1970-01-01T00:00:00Z"}
        await put(index, article(indexes, "a"), article(indexes, "b"), article(indexes, "c"))
        for names, id_ in ((indexes, "a"), (first, "b")):
            document = json.dumps({"id": id_, **down}).encode()
            await put(index, Write(names.takedowns, names.takedowns, id_, 9, document))
        await generations.carry_over(first, lambda _: None)
        assert await found(index, first.articles) == {"c": "نص"}
        assert set(await index.documents(first.takedowns, ["a", "b"])) == {"a", "b"}

    async def test_from_a_later_generation_too(self, index, indexes, generations, first):
        await put(index, article(first, "a"), story(first, "a"))
        assert await change(generations, first)
        await put(index, article(indexes, "b", month="06"))
        second = indexes.generation(2)
        await generations.begin(second)
        assert await generations.carry_over(second, lambda _: None) == 3
        assert await change(generations, second)
        assert await found(index, indexes.articles) == {"a": "نص", "b": "نص"}

    async def test_a_document_that_the_new_indexes_refuse_ends_it(self, request, index, indexes, generations, first):
        if request.node.callspec.params["index"] == "fake":
            request.applymarker(pytest.mark.xfail(strict=True, reason="the fake does not look at the types of fields"))
        mappings = {"dynamic": False, "properties": {"id": {"type": "keyword"}}}
        template = {"mappings": mappings, "aliases": {indexes.articles: {}}}
        loose = {"version": 1000, "index_patterns": [f"{indexes.articles}-*"], "priority": 200, "template": template}
        assert await index.put_template(indexes.articles, loose)
        await put(index, replace(article(indexes, "a"), document=b'{"id": "a", "published_at": "never"}'))
        with pytest.raises(SetupError, match="don't take the document a"):
            await generations.carry_over(first, lambda _: None)


class TestAbandoning:
    async def test_what_nobody_sees_is_deleted_and_the_rest_is_open_to_writes(self, index, indexes, generations, first):
        await put(index, article(indexes, "a"), article(first, "a"))
        await generations.close_old()
        assert await generations.is_begun(first)
        made = {f"{first.articles}-2018.02", first.stories, first.takedowns, first.entities, first.recounts}
        assert set(await generations.abandon()) == made
        assert not await generations.is_begun(first)
        assert await put(index, article(indexes, "b")) == ["indexed"]
        await index.create(f"{first.articles}-2018.09")
        assert await index.aliases(first.articles) == {}

    async def test_a_generation_that_readers_see_stays(self, index, indexes, generations, first):
        await put(index, article(first, "a"))
        assert await change(generations, first)
        assert await generations.abandon() == []
        assert await found(index, indexes.articles) == {"a": "نص"}

    async def test_another_chain_s_indexes_are_left_alone(self, index, indexes, generations):
        other = f"{indexes.prefix}-g1-other"
        await index.create(other)
        assert await generations.abandon() == []
        assert other in await index.aliases(other)
