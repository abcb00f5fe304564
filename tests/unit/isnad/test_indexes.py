"""The names of the indexes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from isnad.errors import SetupError
from isnad.indexes import Indexes


def test_each_month_has_an_index_under_one_alias():
    indexes = Indexes("news")
    assert indexes.articles == "news-articles"
    assert indexes.articles_of(datetime(2018, 2, 9, tzinfo=UTC)) == "news-articles-2018.02"
    assert indexes.stories == "news-stories"


def test_the_month_is_that_of_utc():
    late = datetime(2018, 2, 28, 23, 30, tzinfo=timezone(timedelta(hours=-3)))
    assert Indexes().articles_of(late) == "isnad-articles-2018.03"


@pytest.mark.parametrize("prefix", ["", "News", "1news", "-x", "a" * 62, "a*", "a,b", "a b", "أخبار"])
def test_a_prefix_that_elasticsearch_does_not_take_is_refused_at_the_start(prefix):
    with pytest.raises(SetupError, match="ISNAD_INDEX_PREFIX"):
        Indexes(prefix)


def test_a_generation_has_names_beside_those_of_the_readers_and_comes_to_be_called_by_them():
    indexes = Indexes("news")
    second = indexes.generation(2)
    assert second.articles_of(datetime(2018, 2, 9, tzinfo=UTC)) == "news-g2-articles-2018.02"
    assert second.renamed("news-g2-articles-2018.02", indexes) == "news-articles-2018.02"
    assert second.renamed("news-g2-articles", indexes) == "news-articles"
    numbers = {
        name: indexes.number_of(name) for name in ("news-g2-stories", "news-stories", "news-g12-articles-2018.02")
    }
    assert list(numbers.values()) == [2, 0, 12]


def test_the_longest_prefix_has_generations_too():
    assert Indexes("a" * 61).generation(3).stories == "a" * 61 + "-g3-stories"
