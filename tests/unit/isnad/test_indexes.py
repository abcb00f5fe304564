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
