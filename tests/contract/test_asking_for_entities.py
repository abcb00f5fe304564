"""The API finds an entity by any of its spellings, with filters and without; on the fake and the real index."""

from datetime import UTC, datetime

import pytest
from tests.fuzz.served import opened

from isnad.messages import Mention
from isnad.testing.builders import enriched_article, matched_article, prepared_article
from isnad_index.documents import article_write
from isnad_index.recounting import Recounting
from isnad_index.writing import Writer


def name(text, canonical=None, type_="LOC", **more):
    return Mention(type=type_, text=text, field="body", start=0, end=len(text), canonical=canonical or text, **more)


USA = "LOC:الولايات_المتحده:US"
TRIPOLI, TRIPOLI_OF_LEBANON = "LOC:طرابلس:LY", "LOC:طرابلس_اللبنانيه:LB"
AMERICA = name("أمريكا", "الولايات المتحدة", country="US", latin="United States")
UNITED_STATES = name("الولايات المتحدة", country="US", latin="United States")
NAMED = {
    "a": ("alwatan", AMERICA),
    "b": ("okaz", UNITED_STATES, name("طرابلس", country="LY")),
    "c": ("alwatan", name("طرابلس", "طرابلس اللبنانية", country="LB"), name("طرابلس اللبنانية", country="LB")),
    "d": ("alwatan", name("شمال أمريكا"), name("بشار الأسد", type_="PER")),
}


@pytest.fixture
async def api(index, indexes, tmp_path):
    """Four articles, of which `NAMED` says the outlet and the names."""
    articles = [
        enriched_article(
            matched_article(prepared_article(id=id_, source=outlet, published_at=datetime(2018, 2, 8, tzinfo=UTC))),
            mentions=mentions,
        )
        for id_, (outlet, *mentions) in NAMED.items()
    ]
    counting = Recounting(index, indexes)
    writes = [article_write(one, indexes) for one in articles]
    async with counting.noted(writes):
        await Writer(index).write(writes)
    await counting.recount()
    for one in (indexes.articles, indexes.entities):
        await index.refresh(one)
    async with opened(index, indexes, tmp_path / "keys.json") as client:
        yield client


@pytest.fixture
def entities(api):
    """Ids and articles of `/v1/entities`."""

    async def entities(**asked):
        answer = await api.get("/v1/entities", params=asked)
        assert answer.status_code == 200, answer.text
        return {one["id"]: one["articles"] for one in answer.json()["entities"]}

    return entities


@pytest.fixture
def search(api):
    """Articles of `/v1/search?entity=…`, and for each entity its ids and the others of the name."""

    async def search(*asked):
        answer = await api.get("/v1/search", params={"entity": asked})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        articles = {one["id"] for story in found["hits"] for one in story["hits"]}
        assert not any(one["cut"] for one in found["meant"])
        return articles, [(one["asked"], one["ids"], one["others"]) for one in found["meant"]]

    return search


async def test_a_spelling_finds_the_entity_among_filtered_articles_too(entities):
    """Also where no filtered article has it; they are counted by what they mean."""
    assert await entities(q="أمريكا", type="LOC") == {USA: 2, "LOC:شمال_امريكا": 1}
    assert await entities(q="امريكا", outlet="alwatan") == {USA: 1, "LOC:شمال_امريكا": 1}
    assert await entities(q="أمريكا", outlet="okaz") == {USA: 1}
    assert await entities(q="طرابلس", outlet="alwatan", type="LOC") == {TRIPOLI_OF_LEBANON: 1}
    assert await entities(q="أمريكا", outlet="okaz", type="PER") == {}


async def test_names_are_not_found_from_within_a_word(entities):
    assert await entities(q="ار") == await entities(q="ار", outlet="alwatan") == {}
    assert await entities(q="أس", outlet="alwatan") == {"PER:بشار_الاسد": 1}


@pytest.mark.parametrize("signs", ["«؟!»", "…", " ؟ "])
async def test_a_name_of_signs_is_nobody_s(entities, signs):
    assert await entities(q=signs) == await entities(q=signs, outlet="alwatan") == {}
    assert len(await entities(q="  ")) == 5


async def test_a_filtered_entity_is_called_by_its_canonical_name(api):
    (one,) = (await api.get("/v1/entities", params={"q": "أمريكا", "outlet": "okaz"})).json()["entities"]
    assert one == {"type": "LOC", "name": "الولايات المتحدة", "id": USA, "articles": 1, "stories": 1}


async def test_a_search_finds_the_articles_of_an_entity_by_any_spelling(search):
    for asked in ("أمريكا", "امريكا", "LOC:أمريكا", "الولايات المتحدة", "united states", USA):
        assert await search(asked) == ({"a", "b"}, [(asked, [USA], [])]), asked
    assert (await search("PER:أمريكا"))[0] == (await search("أمر"))[0] == set()


async def test_a_name_that_several_have_means_all_and_an_id_one(search):
    assert await search("طرابلس") == ({"b", "c"}, [("طرابلس", [TRIPOLI, TRIPOLI_OF_LEBANON], [])])
    assert await search(TRIPOLI) == ({"b"}, [(TRIPOLI, [TRIPOLI], [])])
    assert await search(TRIPOLI_OF_LEBANON) == ({"c"}, [(TRIPOLI_OF_LEBANON, [TRIPOLI_OF_LEBANON], [])])
    found, meant = await search("طرابلس", "أمريكا")
    assert (found, [ids for _, ids, _ in meant]) == ({"b"}, [[TRIPOLI, TRIPOLI_OF_LEBANON], [USA]])


async def test_an_id_that_nothing_has_is_told_with_those_of_the_same_name(search):
    asked = "LOC:طرابلس:LB"
    assert await search(asked) == (set(), [(asked, [], [TRIPOLI, TRIPOLI_OF_LEBANON])])
    assert await search("PER:بشار_الاسد") == ({"d"}, [("PER:بشار_الاسد", ["PER:بشار_الاسد"], [])])
    assert await search("لندن") == (set(), [("لندن", [], [])])


async def test_an_entity_of_the_filters_is_understood_the_same_where_names_are_looked_up(api):
    answer = (await api.get("/v1/entities", params={"entity": "أمريكا"})).json()
    assert {one["id"]: one["articles"] for one in answer["entities"]} == {USA: 2, TRIPOLI: 1}
    assert answer["meant"] == [{"asked": "أمريكا", "ids": [USA], "others": [], "cut": False}]
