"""What was asked for as an entity, where so many fit that not all are looked at."""

import msgspec
import pytest

from isnad.indexes import Indexes
from isnad.search_index import Swap
from isnad_api import meanings
from isnad_index.setting_up import set_up

INDEXES = Indexes()


@pytest.fixture
def know(index):
    """Put so many persons called Muhammad into the index of the entities, the last one named most."""

    async def know(number):
        await set_up(index, INDEXES, 0)
        swaps = []
        for one in range(number):
            named = {"type": "PER", "canonical": f"محمد {one}", "names": [f"محمد {one}"], "articles": one}
            swaps.append(Swap(f"PER:{one}", None, msgspec.json.encode({"id": f"PER:{one}", **named})))
        await index.swap(INDEXES.entities, swaps)

    return know


@pytest.mark.parametrize(("number", "cut"), [(1000, False), (1001, True)])
async def test_it_is_told_where_more_entities_fit_a_name_than_are_counted(api, know, number, cut):
    await know(number)
    answer = (await api.get("/v1/entities", params={"q": "محم", "language": "ar"})).json()
    assert (answer["entities"], answer["cut"]) == ([], cut)


@pytest.mark.parametrize(("total", "cut"), [(300, False), (301, True)])
def test_it_is_told_where_more_entities_have_a_name_within_theirs_than_are_looked_at(total, cut):
    hits = [{"_source": {"id": "PER:محمد", "canonical": "محمّد"}}, {"_source": {"id": "PER:x", "canonical": "علي محمد"}}]
    meant = meanings.read("محمد", {"hits": {"total": {"value": total}, "hits": hits}})
    assert (meant.ids, meant.others, meant.cut) == (["PER:محمد"], [], cut)
