"""What isnad asks of a search index, shown on the fake and on the real Elasticsearch alike."""

import json
from datetime import UTC, date, datetime

import pytest

from isnad.elastic import Elastic
from isnad.errors import RecordError, RequestError, SearchUnavailable
from isnad.messages import (
    SCHEMA,
    EnrichedArticle,
    Link,
    LogPosition,
    Member,
    Mention,
    PreparedArticle,
    StoryChange,
    StoryState,
    Verdict,
)
from isnad.search_index import RequestRefused, Write
from isnad_api import answers, comparing, queries
from isnad_api.queries import Filters
from isnad_api.questions import understand
from isnad_index.documents import article_write, story_write
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer

NOON = datetime(2018, 2, 9, 12, 0, tzinfo=UTC)


def cannot(request, what):
    """The fake does not do this; the day that it does, the test says so."""
    if request.node.callspec.params["index"] == "fake":
        request.applymarker(pytest.mark.xfail(strict=True, reason=f"the fake does not {what}"))


def article(
    id_,
    *,
    title="عنوان",
    body="نص",
    source="alwatan",
    published_at=NOON,
    offset=0,
    story=None,
    links=(),
    mentions=(),
    time_marks=(),
):
    prepared = PreparedArticle(
        schema=SCHEMA,
        id=id_,
        source=source,
        title=title,
        body=body,
        language="ar",
        published_at=published_at,
        arrived_at=NOON,
        time_marks=time_marks,
    )
    relation = "copy" if links else "original"
    return EnrichedArticle(
        schema=SCHEMA,
        article=prepared,
        verdict=Verdict(story_id=story or id_, relation=relation, links=links),
        position=LogPosition(offset, NOON),
        mentions=mentions,
    )


def place(name):
    return Mention(type="LOC", text=name, field="body", start=0, end=len(name), canonical=name)


def change(id_, *, title="عنوان", outlets=None, offset=0):
    outlets = outlets or {"alwatan": 1}
    story = StoryState(
        id=id_,
        origin=Member(id=id_, source="alwatan", title=title, published_at=NOON),
        articles=sum(outlets.values()),
        outlets=outlets,
        first_published_at=NOON,
        last_published_at=NOON,
    )
    return StoryChange(
        schema=SCHEMA,
        kind="new_story",
        article_id=id_,
        relation="original",
        story=story,
        position=LogPosition(offset, NOON),
    )


@pytest.fixture
def fill(index, indexes):
    async def fill(*records):
        writes = [
            article_write(one, indexes) if isinstance(one, EnrichedArticle) else story_write(one, indexes)
            for one in records
        ]
        results = await Writer(index).write(writes)
        await index.refresh(f"{indexes.prefix}-*")
        return results

    return fill


@pytest.fixture
def ask(index, indexes):
    async def ask(q="", *, sort="relevance", page=1, size=10, **filters):
        found = await index.search(
            indexes.articles, queries.stories(understand(q), Filters(**filters), sort, page, size)
        )
        stories = await index.documents(indexes.stories, answers.story_ids(found))
        return answers.search_answer(found, stories, q=q, sort=sort, page=page, size=size)

    return ask


@pytest.fixture
def find_in_each(fill, ask):
    """Index one article for each second word, search for each first one; return what is marked in what was found."""

    async def find(pairs):
        pairs = list(pairs)
        await fill(*[article(written, body=f"قبل {written} بعد") for _, written in pairs])
        found = {}
        for asked, _ in pairs:
            hits = [hit for story in (await ask(asked, size=100)).hits for hit in story.hits]
            marked = [
                one.text[start:end] for hit in hits for one in hit.highlights for start, end in one.marks
            ] or found_ids(await ask(asked, size=100))
            found[asked] = sorted(marked)
        return found

    return find


def found_ids(answer):
    return sorted(hit.id for story in answer.hits for hit in story.hits)


class TestWriting:
    """External versions, and refusals of the whole request."""

    async def test_a_newer_version_replaces_and_an_older_does_not(self, fill, index, indexes):
        assert await fill(article("a", offset=5, body="خمسة")) == ["indexed"]
        assert await fill(article("a", offset=4, body="أربعة")) == ["stale"]
        assert await fill(article("a", offset=5, body="خمسة مرة أخرى")) == ["indexed"]
        stored = await index.documents(indexes.articles_of(NOON), ["a"])
        assert stored["a"]["body"] == "خمسة مرة أخرى"

    async def test_what_was_taken_out_refuses_an_older_version(self, fill, index, indexes):
        await fill(article("a", offset=5))
        where = indexes.articles_of(NOON)
        newer = article_write(article("a", offset=6), indexes).version
        (removed,) = await index.bulk([Write(indexes.articles, where, "a", newer, None)])
        assert removed.status == 200
        assert await fill(article("a", offset=5)) == ["stale"]
        assert await index.documents(where, ["a"]) == {}

    async def test_a_write_is_seen_in_all_months_at_once(self, index, indexes):
        """No refresh in between: `copies` looks in real time."""
        for month in (1, 2, 3):
            moment = datetime(2018, month, 5, tzinfo=UTC)
            write = article_write(article("a", published_at=moment, offset=month), indexes)
            await index.create(write.index)
            await index.bulk([write])
        found = await index.copies(indexes.articles, ["a", "nothing"])
        assert sorted(copy.index[-2:] for copy in found) == ["01", "02", "03"]
        assert len({copy.version for copy in found}) == 3

    async def test_an_article_that_moved_to_another_month_stands_once(self, fill, index, indexes):
        await fill(article("a", offset=1))
        await fill(article("a", offset=2, published_at=datetime(2019, 1, 1, tzinfo=UTC)))
        assert [copy.index for copy in await index.copies(indexes.articles, ["a"])] == [f"{indexes.articles}-2019.01"]

    async def test_an_index_that_is_not_there_refuses_the_write_alone(self, index, indexes):
        await index.create(indexes.articles_of(NOON))
        writes = [article_write(article("a"), indexes), Write("x", f"{indexes.prefix}-none", "b", 1, b"{}")]
        answers_ = await index.bulk(writes)
        assert [one.status for one in answers_] == [201, 404]
        assert answers_[1].error == "index_not_found_exception"

    async def test_an_id_above_512_bytes_spoils_the_whole_request(self, index, indexes):
        await index.create(indexes.articles_of(NOON))
        writes = [article_write(article(one), indexes) for one in ("a", "ن" * 257)]
        with pytest.raises(RequestRefused) as refused:
            await index.bulk(writes)
        assert refused.value.status == 400
        first, _ = await Writer(index).write(writes)
        assert first == "indexed"

    async def test_a_document_that_can_t_be_indexed_is_a_dead_letter(self, request, index, indexes, fill):
        cannot(request, "look at the types of fields")
        good = article_write(article("a"), indexes)
        document = json.loads(good.document) | {"id": "b", "published_at": "not a time"}
        bad = Write(good.family, good.index, "b", 1, json.dumps(document).encode())
        results = await Writer(index).write([good, bad])
        assert results[0] == "indexed"
        assert results[1].reason == "index_rejected"

    async def test_hostile_fields_are_indexed_all_the_same(self, fill, ask):
        """Long keywords, NUL, half a megabyte in one word, a script, an old date."""
        hostile = article(
            "a\\b:c/d#1 <script>",
            title="\0 <script>alert(1)</script> حلب",
            body="ب" * 500_000 + " حلب",
            source="s" * 3000,
            published_at=datetime(1, 1, 1, tzinfo=UTC),
            mentions=tuple(place("م" * 2000) for _ in range(3)),
        )
        assert await fill(hostile) == ["indexed"]
        assert found_ids(await ask("حلب")) == ["a\\b:c/d#1 <script>"]

    async def test_setting_up_again_changes_nothing(self, fill, index, indexes, ask):
        await fill(article("a"))
        assert await set_up(index, indexes, 0) == []
        assert found_ids(await ask()) == ["a"]

    async def test_a_newer_template_stays(self, index, indexes):
        newer = {"version": 99, "index_patterns": [indexes.stories], "priority": 200, "template": {}}
        assert await index.put_template(indexes.stories, newer)
        assert await set_up(index, indexes, 0) == [indexes.stories]


class TestSearching:
    """Stories, filters, facets."""

    async def test_before_anything_is_indexed_nothing_is_found(self, ask):
        answer = await ask("حلب")
        assert (answer.stories, answer.articles, answer.hits) == (0, 0, [])

    async def test_words_must_all_stand_in_the_article_in_title_or_body(self, fill, ask):
        await fill(article("a", title="حلب", body="دمشق"), article("b", title="حلب", body="حمص"))
        assert found_ids(await ask("حلب دمشق")) == ["a"]
        assert found_ids(await ask("حلب")) == ["a", "b"]
        assert found_ids(await ask("دمشق | حمص")) == ["a", "b"]
        assert found_ids(await ask("حلب -دمشق")) == ["b"]

    async def test_a_word_is_found_in_another_writing(self, find_in_each):
        pairs = {
            "أنقرة": "انقره",
            "ملهى": "ملهي",
            "الرئيس": "الـــرئيس",
            "محمد": "مُحَمَّدٌ",
            "2018": "٢٠١٨",
            "کردستان": "كردستان",
            "NATO": "nato",
            "ﻻجئ": "لاجئ",
        }
        assert await find_in_each(pairs.items()) == {asked: [written] for asked, written in pairs.items()}

    async def test_a_phrase_stands_in_a_row_and_as_spelled(self, fill, ask):
        await fill(
            article("a", body="قوات سورية الديمقراطية"),
            article("b", body="سورية قوات"),
            article("c", body="القوات السورية"),
        )
        assert found_ids(await ask('"قوات سورية"')) == ["a"]

    async def test_reprints_are_one_hit_with_their_outlets(self, fill, ask):
        share = Link(id="a", story_id="a", jaccard=0.8, contained=0.9, contains=0.85, shared=70)
        await fill(
            article("a", body="حلب"),
            article("b", body="حلب", source="okaz", story="a", links=(share,)),
            article("c", body="حلب", source="alhayat"),
            change("a", title="عنوان الأصل", outlets={"alwatan": 1, "okaz": 1}),
        )
        answer = await ask("حلب", sort="oldest")
        assert (answer.stories, answer.articles) == (2, 3)
        assert [hit.story_id for hit in answer.hits] == ["a", "c"]
        first, second = answer.hits
        assert (first.title, first.articles, first.matching) == ("عنوان الأصل", 2, 2)
        assert first.outlets == {"alwatan": 1, "okaz": 1}
        assert [(hit.id, hit.relation) for hit in first.hits] == [("a", "original"), ("b", "copy")]
        assert first.hits[1].share.contained == 0.9
        assert (second.origin, second.outlets) == (None, {"alhayat": 1})

    async def test_facets_count_articles_and_stories(self, fill, ask):
        syria, america = place("سوريا"), place("أمريكا")
        await fill(
            article("a", mentions=(syria, america)),
            article("b", story="a", source="okaz", mentions=(syria,)),
            article("c", published_at=datetime(2018, 2, 10, 23, 59, tzinfo=UTC)),
        )
        facets = (await ask()).facets
        assert [(one.value, one.articles, one.stories) for one in facets.outlets] == [("alwatan", 2, 2), ("okaz", 1, 1)]
        assert [(one.type, one.name, one.articles, one.stories) for one in facets.entities] == [
            ("LOC", "سوريا", 2, 1),
            ("LOC", "أمريكا", 1, 1),
        ]
        assert [(one.day, one.articles) for one in facets.days] == [(date(2018, 2, 10), 1), (date(2018, 2, 9), 2)]

    async def test_filters(self, fill, ask):
        await fill(
            article("a", mentions=(place("سوريا"),)),
            article("b", source="okaz", published_at=datetime(2018, 2, 10, 23, 59, 59, 999000, tzinfo=UTC)),
            article("c", published_at=datetime(2018, 3, 1, tzinfo=UTC)),
        )
        expected = [
            ({"outlets": ("okaz",)}, ["b"]),
            ({"outlets": ("okaz", "alwatan")}, ["a", "b", "c"]),
            ({"entities": ("سُوريا",)}, ["a"]),
            ({"entities": ("LOC:سوريا",)}, ["a"]),
            ({"entities": ("PER:سوريا",)}, []),
            ({"entities": ("سور",)}, []),
            ({"entities": ("!",)}, []),
            ({"days": (date(2018, 2, 9),)}, ["a"]),
            ({"languages": ("fa",)}, []),
            ({"since": date(2018, 2, 10)}, ["b", "c"]),
            ({"until": date(2018, 2, 10)}, ["a", "b"]),
            ({"since": NOON, "until": NOON}, ["a"]),
            ({"until": date(9999, 12, 31)}, ["a", "b", "c"]),
        ]
        assert [(filters, found_ids(await ask(**filters))) for filters, _ in expected] == expected

    async def test_pages_follow_one_another(self, fill, ask):
        await fill(*[article(f"{n}", published_at=datetime(2018, 2, n, tzinfo=UTC)) for n in range(1, 6)])
        pages = [await ask(sort="newest", page=page, size=2) for page in (1, 2, 3, 4)]
        assert [[hit.story_id for hit in page.hits] for page in pages] == [["5", "4"], ["3", "2"], ["1"], []]
        assert {page.stories for page in pages} == {5}

    async def test_the_entities_of_some_articles_are_counted_of_one_kind_or_of_some_ids(self, fill, index, indexes):
        person = Mention(type="PER", text="بشار الأسد", field="body", start=0, end=10, canonical="بشار الأسد")
        await fill(article("a", mentions=(place("سوريا"), person)), article("b", mentions=(place("سوريا"),)))

        async def look_up(type_=None, among=None):
            body = queries.entities(type_, Filters(), 10, among)
            answer = answers.entities_answer(await index.search(indexes.articles, body), {"PER:بشار_الاسد": "الأسد"})
            return [(one.type, one.name, one.articles) for one in answer.entities]

        assert await look_up() == [("LOC", "سوريا", 2), ("PER", "الأسد", 1)]
        assert await look_up("LOC") == [("LOC", "سوريا", 2)]
        assert await look_up(among=["PER:بشار_الاسد", "PER:.*", "LOC:مصر"]) == [("PER", "الأسد", 1)]

    async def test_an_entity_is_counted_once_under_its_most_frequent_spelling(self, fill, ask, index, indexes):
        """Names on no list are called as they are written: their id is what they have in common."""

        def minister(name):
            return Mention(type="PER", text=name, field="body", start=0, end=10, canonical=name)

        await fill(
            article("a", mentions=(minister("مصطفى أمين"), minister("مصطفى امين"))),
            article("b", story="a", mentions=(minister("مصطفى امين"),)),
            article("c", mentions=(minister("مصطفى امين"),)),
        )
        expected = [("مصطفى امين", "PER:مصطفي_امين", 3, 2)]
        asked = queries.entities("PER", Filters(), 10)
        looked_up = answers.entities_answer(await index.search(indexes.articles, asked)).entities
        for entities in ((await ask()).facets.entities, looked_up):
            assert [(one.name, one.id, one.articles, one.stories) for one in entities] == expected

    async def test_a_story_s_articles_come_first_published_first_with_what_they_share(self, fill, index, indexes):
        shares = (
            Link(id="b", story_id="a", jaccard=0.9, contained=1.0, contains=1.0, shared=9),
            Link(id="a", story_id="a", jaccard=0.4, contained=0.5, contains=0.5, shared=4),
        )
        await fill(
            article("c", story="a", links=shares, published_at=datetime(2018, 2, 9, 14, tzinfo=UTC)),
            article("a"),
            change("a", outlets={"alwatan": 2}),
        )
        found = await index.search(indexes.articles, queries.members("a", 1, 50))
        story = answers.story_answer((await index.documents(indexes.stories, ["a"]))["a"], found, page=1, size=50)
        assert [member.id for member in story.members] == ["a", "c"]
        assert story.members[1].share.id == "a"

    async def test_an_origin_whose_time_is_its_arrival_s_is_told_from_one_that_is_dated(self, fill, index, indexes):
        await fill(
            article("a", time_marks=("missing",)), article("b", time_marks=("no_zone",)), change("a"), change("b")
        )
        stories = await index.documents(indexes.stories, ["a", "b"])
        told = answers.with_dated(stories, await index.search(indexes.articles, queries.undated(["a", "b"])))
        assert {id_: story["origin"]["dated"] for id_, story in told.items()} == {"a": False, "b": True}

    async def test_the_links_of_an_article_are_found_in_both_directions(self, fill, index, indexes):
        """Page by page in the order of the log, also in other months, and ids in whatever writing."""
        id_ = "صحيفة/خبر#1 100%"
        link = Link(id=id_, story_id=id_, jaccard=0.9, contained=1.0, contains=0.9, shared=9)
        await fill(article(id_, body="نص الخبر", offset=1), article("صحيفة/خبر#1", offset=2))
        for offset, later in enumerate(("c", "a", "b"), 3):
            published_at = datetime(2018, offset, 1, tzinfo=UTC)
            await fill(article(later, story=id_, links=(link,), published_at=published_at, offset=offset))
        (found,) = comparing.by_id(await index.search(indexes.articles, queries.compared([id_, "x"]))).values()
        assert (found["id"], found["body"]) == (id_, "نص الخبر")
        pages = [await index.search(indexes.articles, queries.linking_to(id_, page, 2)) for page in (1, 2)]
        assert [list(comparing.by_id(page)) for page in pages] == [["c", "a"], ["b"]]
        told = comparing.links_answer(found, {}, pages[0], page=1, size=2, text=False)
        assert (told.later_total, [one.stated.contains for one in told.later]) == (3, [1.0, 1.0])
        nobodys = await index.search(indexes.articles, queries.compared([]))
        assert comparing.by_id(nobodys) == {}

    async def test_an_article_is_found_by_its_id_with_all_that_is_known(self, fill, index, indexes):
        await fill(article("page#1", mentions=(place("سوريا"),)))
        found = answers.article_answer(await index.search(indexes.articles, queries.article("page#1")))
        assert (found.id, found.mentions[0].canonical) == ("page#1", "سوريا")
        assert answers.article_answer(await index.search(indexes.articles, queries.article("page"))) is None


class TestArabic:
    """Words in other forms."""

    async def test_a_word_is_found_in_another_form_and_marked_as_it_is_written(self, request, find_in_each):
        cannot(request, "stem")
        pairs = [
            ("سوريا", "سورية"),
            ("سوريا", "وسوريا"),
            ("سوريا", "بسوريا"),
            ("سوريا", "والسورية"),
            ("أمريكا", "أميركا"),
            ("الأمريكية", "الأميركيون"),
            ("الديمقراطية", "الديموقراطية"),
            ("أستانا", "أستانة"),
            ("إسطنبول", "استانبول"),
            ("مسؤول", "المسئول"),
            ("شؤون", "للشئون"),
            ("حكومة", "وحكومتها"),
            ("لجنة", "للجنة"),
            ("وإيران", "إيران"),
            ("انتخابات", "الانتخاب"),
            ("رئيس", "كرئيس"),
            ("كبير", "كبيراً"),
        ]
        expected = {asked: sorted(written for one, written in pairs if one == asked) for asked, _ in pairs}
        assert await find_in_each(pairs) == expected

    async def test_a_word_with_a_preposition_finds_it_without_one(self, request, find_in_each):
        """As somebody pastes it from a headline."""
        cannot(request, "stem")
        pairs = [
            ("بسوريا", "سوريا"),
            ("لسوريا", "والسورية"),
            ("وبسوريا", "لسوريا"),
            ("كأميركا", "أمريكا"),
            ("بأمريكا", "وأميركا"),
            ("بدمشق", "دمشق"),
            ("ولبنان", "بلبنان"),
            ("فلإيران", "إيران"),
            ("بالعراق", "العراق"),
            ("للأردن", "الأردن"),
        ]
        found = await find_in_each(pairs)
        assert [(asked, written) for asked, written in pairs if written not in found[asked]] == []

    async def test_a_letter_that_is_the_word_s_own_is_not_taken_off(self, find_in_each):
        """Card and energy, championship and length, Lebanon and fingertips' root; short words lose nothing."""
        pairs = [
            ("بطاقة", "طاقة"),
            ("بطولة", "طوله"),
            ("بحرية", "حرية"),
            ("كاملة", "أمله"),
            ("فعالية", "عالية"),
            ("كنيسة", "نيسة"),
            ("بنك", "نك"),
            ("بلد", "لد"),
            ("كتاب", "تاب"),
            ("كلام", "لام"),
            ("فكرة", "كرة"),
            ("لبنان", "بنان"),
        ]
        assert await find_in_each(pairs) == {asked: [] for asked, _ in pairs}

    async def test_what_has_the_word_as_it_was_typed_comes_before_what_has_it_bare(self, request, fill, ask):
        """Even where the bare one stands in the title, and more often."""
        cannot(request, "weigh")
        await fill(
            article("a", title="سوريا", body="سوريا سوريا سوريا"),
            article("b", body=" ".join(["كلام"] * 50) + " بسوريا"),
            article("c", title="كلام بسوريا"),
        )
        assert [hit.story_id for hit in (await ask("بسوريا")).hits] == ["c", "b", "a"]

    async def test_a_pasted_headline_finds_its_own_article_and_others_on_the_same(self, fill, ask):
        await fill(
            article("a", title="اجتماع بدمشق لبحث الوضع"),
            article("b", title="دمشق: اجتماع", body="بحث الوضع"),
            article("c", title="اجتماع", body="بحث الوضع"),
        )
        assert [hit.story_id for hit in (await ask("اجتماع بدمشق لبحث الوضع")).hits] == ["a"]
        assert [hit.story_id for hit in (await ask("اجتماع بدمشق")).hits] == ["a", "b"]

    async def test_a_piece_has_something_around_the_word(self, request, fill, ask):
        """A sentence longer than a piece, with the word at its very end."""
        cannot(request, "highlight")
        await fill(article("a", body=f"{'وقال المتحدث باسم القوات هناك ' * 12}في دير الزور. لا شيء."))
        (piece,) = (await ask("الزور")).hits[0].hits[0].highlights
        assert 100 <= len(piece.text) <= 240
        assert [piece.text[start:end] for start, end in piece.marks] == ["الزور"]

    async def test_another_word_is_not_found(self, find_in_each):
        pairs = [
            ("فكرة", "كرة"),
            ("لبنان", "لبن"),
            ("سوريا", "سورة"),
            ("بئر", "كبيرة"),
            ("عيد", "بعيد"),
            ("جنة", "لجنة"),
            ("وزير", "زير"),
            ("ريم", "كريم"),
        ]
        assert await find_in_each(pairs) == {asked: [] for asked, _ in pairs}

    async def test_a_hit_in_the_title_and_as_typed_comes_first(self, request, fill, ask):
        cannot(request, "weigh")
        body = " ".join(["كلام"] * 50)
        await fill(
            article("a", title="عنوان", body=f"{body} وسورية {body}"),
            article("b", title="عنوان", body=f"{body} سوريا {body}"),
            article("c", title="سوريا", body=body),
        )
        assert [hit.story_id for hit in (await ask("سوريا")).hits] == ["c", "b", "a"]

    async def test_marks_stand_on_the_original_spelling_with_its_vowels(self, request, fill, ask):
        cannot(request, "highlight")
        await fill(article("a", title="أَميركا: \u200fالرئيسُ يزور", body="لا شيء"))
        (title, *_) = (await ask("امريكا رئيس")).hits[0].hits[0].highlights
        assert [title.text[start:end] for start, end in title.marks] == ["أَميركا", "الرئيسُ"]


@pytest.mark.real
class TestElasticsearchAlone:
    """What has no meaning for the fake."""

    async def test_a_search_that_makes_no_sense_is_the_asker_s(self, elasticsearch):
        async with Elastic(elasticsearch) as elastic:
            await elastic.create("test-sense")
            with pytest.raises(RequestError):
                await elastic.search("test-sense", {"query": {"nothing": {}}})

    async def test_a_server_that_is_not_there_is_waited_for(self):
        async with Elastic("http://127.0.0.1:9") as elastic:
            for call in (
                elastic.ping(),
                elastic.search("x", {}),
                elastic.bulk([Write("x", "x", "a", 1, b"{}")]),
                elastic.create("x"),
                elastic.copies("x", ["a"]),
                elastic.documents("x", ["a"]),
                elastic.put_template("x", {"version": 1}),
                elastic.put_alias("x", "y"),
                elastic.refresh("x"),
            ):
                with pytest.raises(SearchUnavailable, match="does not answer"):
                    await call


async def test_an_empty_id_can_neither_be_written_nor_looked_for(index, indexes):
    """It is the document's fault where it is written, and no answer where it is asked for."""
    (result,) = await Writer(index).write([article_write(article(""), indexes)])
    assert isinstance(result, RecordError)
    await index.create(f"{indexes.articles}-2018.02")
    with pytest.raises(SearchUnavailable, match="can't be empty"):
        await index.copies(indexes.articles, ["a", ""])
    with pytest.raises(SearchUnavailable, match="can't be empty"):
        await index.documents(indexes.takedowns, ["a", ""])
