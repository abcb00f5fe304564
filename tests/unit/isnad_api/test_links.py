"""Why articles are linked: the numbers and the stretches in both bodies, as the API tells them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from isnad.indexes import Indexes
from isnad.messages import Link, LogPosition, Verdict
from isnad.testing.builders import MOMENT, enriched_article, matched_article, prepared_article
from isnad_api import comparing
from isnad_api.link_models import ComparisonAnswer, LinksAnswer
from isnad_index.documents import article_write
from isnad_index.setting_up import set_up

AGENCY = "قصف التحالف مواقع في دير الزور"
"""Six words: two shingles."""
PAPER = "وأكد مصدر: قصف التحالف مواقع في دير الزّور"
"""Eight words: four shingles, of which the last two are the agency's."""


def link(id_, *, story="a", jaccard=0.5, contained=0.5, contains=1.0, shared=2):
    return Link(id=id_, story_id=story, jaccard=jaccard, contained=contained, contains=contains, shared=shared)


@pytest.fixture
def put(index):
    """Put an article into the index, as the log's next one."""
    offset = 0

    async def put(id_, body, *links, story=None, relation=None, **fields):
        nonlocal offset
        offset += 1
        article = prepared_article(id=id_, body=body, **fields)
        relation = relation or ("partial" if links else "original")
        verdict = Verdict(story_id=story or id_, relation=relation, links=links)
        position = LogPosition(offset, MOMENT + timedelta(minutes=offset))
        enriched = enriched_article(matched_article(article, verdict=verdict, position=position))
        write = article_write(enriched, Indexes())
        await set_up(index, Indexes(), 0)
        await index.create(write.index)
        await index.bulk([write])

    return put


async def get(api, path, status=200, **asked):
    answer = await api.get(path, params=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_an_article_says_which_words_it_shares_with_an_earlier_one(api, put):
    await put("a", AGENCY, source="agency", title="قصف", url="https://agency.example/1")
    await put("b", PAPER, link("a"), story="a")
    found = await get(api, "/v1/articles/b/links")
    assert (found["article"]["id"], found["article"]["shingles"], found["earlier_total"]) == ("b", 4, 1)
    (one,) = found["earlier"]
    assert one["article"] == {
        "id": "a",
        "source": "agency",
        "title": "قصف",
        "url": "https://agency.example/1",
        "published_at": "2026-01-01T12:00:00Z",
        "dated": True,
        "story_id": "a",
        "relation": "original",
    }
    numbers = {"jaccard": 0.5, "contained": 0.5, "contains": 1.0, "shared": 2}
    assert (one["same_story"], one["stated"], one["now"], one["changed"]) == (True, numbers, numbers, False)
    (stretch,) = one["stretches"]
    assert stretch["words"] == 6
    assert PAPER[stretch["here"]["start"] : stretch["here"]["end"]] == "قصف التحالف مواقع في دير الزّور"
    assert AGENCY[stretch["there"]["start"] : stretch["there"]["end"]] == AGENCY
    assert (found["later"], found["later_total"]) == ([], 0)


async def test_an_article_says_which_later_ones_took_its_words_from_its_own_side(api, put):
    await put("a", AGENCY)
    await put("b", PAPER, link("a"), story="a")
    found = await get(api, "/v1/articles/a/links")
    (one,) = found["later"]
    assert (one["id"], one["article"]["relation"], found["later_total"]) == ("b", "partial", 1)
    assert one["stated"] == one["now"] == {"jaccard": 0.5, "contained": 1.0, "contains": 0.5, "shared": 2}
    assert one["stretches"][0]["here"] == {"start": 0, "end": len(AGENCY), "text": None}


async def test_with_text_the_bodies_and_the_stretches_are_given_as_they_are_written(api, put):
    await put("a", AGENCY)
    await put("b", PAPER, link("a"))
    found = await get(api, "/v1/articles/b/links", text=True)
    assert found["article"]["body"] == PAPER
    (stretch,) = found["earlier"][0]["stretches"]
    assert stretch["here"]["text"] == "قصف التحالف مواقع في دير الزّور"
    assert stretch["there"]["text"] == AGENCY
    pair = await get(api, "/v1/comparison", id="b", other="a", text=True)
    assert (pair["article"]["body"], pair["other"]["body"]) == (PAPER, AGENCY)
    assert pair["stretches"] == [stretch]
    assert (await get(api, "/v1/comparison", id="b", other="a"))["article"]["body"] is None


async def test_a_text_that_was_changed_after_the_verdict_is_told(api, put):
    await put("a", AGENCY)
    await put("b", PAPER, link("a"))
    await put("a", "قال متحدث: قصف التحالف مواقع في شرق سوريا")
    for found in (
        (await get(api, "/v1/articles/b/links"))["earlier"][0],
        await get(api, "/v1/comparison", id="b", other="a"),
    ):
        assert (found["stated"]["shared"], found["now"]["shared"], found["changed"]) == (2, 0, True)


async def test_a_link_to_an_article_that_is_not_in_the_index_keeps_what_was_stated(api, put):
    await put("b", PAPER, link("gone", story="b"))
    (one,) = (await get(api, "/v1/articles/b/links"))["earlier"]
    assert (one["id"], one["article"], one["same_story"]) == ("gone", None, True)
    assert (one["stated"]["shared"], one["now"], one["changed"], one["stretches"]) == (2, None, False, [])


@pytest.mark.parametrize(
    "id_", ["صحيفة/خبر#1", "100% أكيد", "a:b/links", "links", "a b?c&d=e", "https://x.example/links"]
)
async def test_any_id_can_be_asked_for(api, put, id_):
    await put(id_, AGENCY)
    await put("b", PAPER, link(id_))
    address = f"/v1/articles/{quote(id_, safe='')}"
    assert (await get(api, address))["id"] == id_
    found = await get(api, f"{address}/links")
    assert (found["article"]["id"], found["later"][0]["id"]) == (id_, "b")
    assert (await get(api, "/v1/comparison", id="b", other=id_))["other"]["id"] == id_


async def test_links_are_paged_in_both_directions(api, put):
    for id_ in ("a", "b", "c"):
        await put(id_, AGENCY)
    await put("m", AGENCY, *(link(id_) for id_ in ("b", "c", "a")))
    for id_ in ("x", "z", "y"):
        await put(id_, AGENCY, link("m"))
    pages = [await get(api, "/v1/articles/m/links", page=page, size=2) for page in (1, 2, 3)]
    assert [[one["id"] for one in page["earlier"]] for page in pages] == [["b", "c"], ["a"], []]
    assert [[one["id"] for one in page["later"]] for page in pages] == [["x", "z"], ["y"], []]
    assert {(page["earlier_total"], page["later_total"]) for page in pages} == {(3, 3)}


async def test_of_too_much_text_the_rest_is_left_to_a_comparison_of_the_two(api, put, monkeypatch):
    monkeypatch.setattr(comparing, "MOST_COMPARED", 1000)
    long = f"{AGENCY} " * (600 // len(AGENCY))
    await put("a", long)
    await put("b", AGENCY)
    await put("c", AGENCY, link("b"), link("a"))
    first, second = (await get(api, "/v1/articles/c/links"))["earlier"]
    assert (first["now"]["shared"], second["now"]["shared"]) == (2, 2)
    await put("d", long, link("a"), link("b"))
    first, second = (await get(api, "/v1/articles/d/links"))["earlier"]
    assert (first["now"], first["stretches"], first["article"]["id"]) == (None, [], "a")
    assert second["now"]["shared"] == 2
    assert (await get(api, "/v1/comparison", id="d", other="a"))["now"]["jaccard"] == 1.0


async def test_two_articles_that_are_not_linked_are_compared_too(api, put):
    await put("a", AGENCY, time_marks=("missing",))
    await put("b", PAPER)
    found = await get(api, "/v1/comparison", id="b", other="a")
    assert (found["linked_by"], found["stated"], found["changed"], found["same_story"]) == (None, None, False, False)
    assert found["now"] == {"jaccard": 0.5, "contained": 0.5, "contains": 1.0, "shared": 2}
    assert (found["article"]["dated"], found["other"]["dated"]) == (True, False)


async def test_a_comparison_says_whose_verdict_links_the_two(api, put):
    await put("a", AGENCY)
    await put("b", PAPER, link("a"))
    one, back = [await get(api, "/v1/comparison", id=id_, other=other) for id_, other in (("b", "a"), ("a", "b"))]
    assert (one["linked_by"], back["linked_by"]) == ("article", "other")
    assert (one["stated"]["contained"], back["stated"]["contained"]) == (0.5, 1.0)
    await put("a", f"{AGENCY} اليوم", link("b", contained=2 / 3, contains=0.5, jaccard=0.4))
    newer = await get(api, "/v1/comparison", id="b", other="a")
    assert (newer["linked_by"], newer["stated"]["contained"], newer["changed"]) == ("other", 0.5, False)


async def test_short_texts_that_are_the_same_words_are_no_contradiction(api, put):
    """Dedup states that all is shared where there is no shingle that could be."""
    await put("a", "عاجل: انفجار في حلب")
    await put("b", "عاجل | انفجار في حلب", link("a", jaccard=1.0, contained=1.0, contains=1.0, shared=0))
    (one,) = (await get(api, "/v1/articles/b/links"))["earlier"]
    assert (one["stated"], one["changed"]) == (one["now"], False)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/articles/x/links", 404, "No article has the id x."),
        ("/v1/comparison?id=a&other=x", 404, "No article has the id x."),
        ("/v1/comparison?id=y&other=x", 404, "No article has the id y or x."),
        ("/v1/comparison?id=a&other=a", 400, "name two articles"),
        ("/v1/comparison?id=a", 422, "query.other"),
        ("/v1/comparison?id=&other=a", 422, "query.id"),
        ("/v1/articles/a/links?size=51", 422, "query.size"),
        ("/v1/articles/a/links?page=101&size=10", 400, "beyond the first 1,000"),
    ],
)
async def test_what_can_t_be_answered_is_a_problem(api, put, path, status, said):
    await put("a", AGENCY)
    answer = await api.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/articles/a/links", "/v1/comparison?id=a&other=b"])
async def test_without_elasticsearch_it_is_to_be_tried_again(api, index, path):
    index.away = "refused"
    answer = await api.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_an_article_between_two_months_is_the_newer_one(api, put, index):
    """It stands in both for a moment, when the time of publication was corrected."""
    await put("b", PAPER)
    await put("a", "نص آخر")
    await put("a", AGENCY, published_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert len([id_ for _, id_ in index.standing() if id_ == "a"]) == 2
    assert (await get(api, "/v1/comparison", id="a", other="b", text=True))["other"]["id"] == "b"
    assert (await get(api, "/v1/comparison", id="a", other="b", text=True))["article"]["body"] == AGENCY


async def test_the_examples_in_the_description_are_what_the_api_answers(api, put):
    (pair,) = ComparisonAnswer.model_config["json_schema_extra"]["examples"]
    (links,) = LinksAnswer.model_config["json_schema_extra"]["examples"]
    paper, agency = pair["article"], pair["other"]
    stated = Link(id=agency["id"], story_id=agency["story_id"], **pair["stated"])
    for one, own_links in ((agency, ()), (paper, (stated,))):
        fields = {name: one[name] for name in ("source", "title", "url", "relation")}
        published_at = datetime.fromisoformat(one["published_at"])
        await put(one["id"], one["body"], *own_links, story=one["story_id"], published_at=published_at, **fields)
    assert await get(api, "/v1/comparison", id=paper["id"], other=agency["id"], text=True) == pair
    assert await get(api, f"/v1/articles/{paper['id']}/links", text=True) == links
