"""What stands in Elasticsearch for an article and for a story."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec

from isnad.indexes import Indexes
from isnad.messages import Credit, GeoPoint, Mention
from isnad_index.documents import MAX_MENTIONS, article_write, story_write

INDEXES = Indexes()


def mention(type_, canonical, **more):
    return Mention(type=type_, text=canonical, field="body", start=0, end=len(canonical), canonical=canonical, **more)


def document(write):
    return msgspec.json.decode(write.document)


def test_an_article_stands_in_the_month_of_its_publication_in_utc(make_article):
    """One o'clock in Riyadh on the first of March is still February."""
    riyadh = timezone(timedelta(hours=3))
    write = article_write(make_article(published_at=datetime(2018, 3, 1, 1, 0, tzinfo=riyadh)), INDEXES)
    assert write.index == "isnad-articles-2018.02"
    assert write.family == "isnad-articles"
    assert document(write)["day"] == "2018-02-28"


def test_a_year_before_1000_makes_a_name_of_the_same_form(make_article):
    write = article_write(make_article(published_at=datetime(622, 7, 16, tzinfo=UTC)), INDEXES)
    assert write.index == "isnad-articles-0622.07"


def test_the_version_is_that_of_the_ordered_log(make_article):
    earlier, later = (article_write(make_article(offset=offset), INDEXES) for offset in (7, 8))
    assert later.version - earlier.version == 1


def test_entities_are_facets_by_type_the_most_named_first(make_article):
    mentions = (
        mention("LOC", "سوريا"),
        mention("LOC", "أمريكا"),
        mention("LOC", "أمريكا"),
        mention("PER", "بشار الأسد"),
        mention("ORG", "الأمم المتحدة"),
        mention("MISC", "رمضان"),
    )
    found = document(article_write(make_article(mentions=mentions), INDEXES))
    assert found["places"] == ["أمريكا", "سوريا"]
    assert found["people"] == ["بشار الأسد"]
    assert found["organisations"] == ["الأمم المتحدة"]
    assert found["others"] == ["رمضان"]
    assert found["entity_keys"][0] == "LOC|امريكا|أمريكا|LOC:امريكا"
    assert found["entity_ids"][:2] == ["LOC:سوريا", "LOC:امريكا"]
    assert found["entity_spellings"][:2] == ["LOC:سوريا|سوريا", "LOC:امريكا|أمريكا"]
    assert "الامم المتحده" in found["entity_names"]


def test_places_are_points_on_the_map_each_once(make_article):
    damascus = GeoPoint(33.5, 36.3)
    mentions = (
        mention("LOC", "دمشق", location=damascus, country="SY"),
        mention("LOC", "دمشق", location=damascus, country="SY"),
    )
    found = document(article_write(make_article(mentions=mentions), INDEXES))
    assert found["location"] == [{"lat": 33.5, "lon": 36.3}]
    assert found["countries"] == ["SY"]


def test_agencies_that_are_credited_and_quoted_stand_apart(make_article):
    credit = Credit(agency="رويترز", role="credit", text="رويترز", field="body", start=0, end=6)
    quoted = Credit(agency="سانا", role="quoted", text="سانا", field="body", start=9, end=13)
    found = document(article_write(make_article(credits=(credit, quoted)), INDEXES))
    assert found["agencies"] == ["رويترز"]
    assert found["quoted_agencies"] == ["سانا"]


def test_a_list_of_thousands_of_names_does_not_make_a_document_without_end(make_article):
    mentions = tuple(mention("PER", f"اسم {n}") for n in range(MAX_MENTIONS + 5))
    found = document(article_write(make_article(mentions=mentions), INDEXES))
    assert len(found["mentions"]) == MAX_MENTIONS
    assert len(found["people"]) == MAX_MENTIONS + 5


def test_the_same_article_gives_the_same_bytes(make_article):
    assert article_write(make_article(), INDEXES) == article_write(make_article(), INDEXES)


def test_a_story_counts_its_outlets(make_change):
    write = story_write(make_change(outlets={"okaz": 1, "alwatan": 2}), INDEXES)
    found = document(write)
    assert (write.index, write.family) == ("isnad-stories", "isnad-stories")
    assert found["outlets"] == ["alwatan", "okaz"]
    assert found["outlet_count"] == 2
    assert found["articles_by_outlet"] == {"alwatan": 2, "okaz": 1}
    assert found["articles"] == 3
    assert found["title"] == "عنوان"
