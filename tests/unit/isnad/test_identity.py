"""Ids: stable, the same for the same article, apart for different ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad.errors import RecordError
from isnad.identity import LONGEST_ID_BYTES, article_id, canonical_url, entity_id, part_id
from isnad.messages import SCHEMA, RawArticle, Reason


def raw(**fields: object) -> RawArticle:
    return RawArticle(**{"schema": SCHEMA, "source": "outlet", "body": "نص الخبر"} | fields)  # type: ignore[arg-type]


def test_given_id_is_kept_so_that_its_producer_finds_the_article() -> None:
    assert article_id(raw(id="AL-sport-327-20180301", url="http://example.com/1")) == "AL-sport-327-20180301"


def test_ids_do_not_change_between_versions() -> None:
    # Worked out with coreutils: printf 'outlet\0url\0example.com/1' | b2sum -l 80
    assert article_id(raw(url="http://example.com/1")) == "outlet:8834ba3466ee38431564"
    # printf 'outlet\0text\0title text' | b2sum -l 80
    assert article_id(raw(title="title", body="text")) == "outlet:8d19d978b9d3a9d3f0fe"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com/خبر/عاجل?b=2&a=1",
        "http://EXAMPLE.com:80/خبر/عاجل/?a=1&b=2#comments",
        "https://example.com:443/%D8%AE%D8%A8%D8%B1/%D8%B9%D8%A7%D8%AC%D9%84?a=1&b=2&utm_source=t&UTM_Medium=x&fbclid=9",
        "//user:secret@example.com./%d8%ae%d8%a8%d8%b1/عاجل?a=1&amp;b=2",
        "example.com/خبر/عاجل?a=1&b=2",
        "  http://example.com/خبر/عاجل?a=%31&b=2\n",
    ],
)
def test_addresses_of_the_same_article_are_one(url: str) -> None:
    assert canonical_url(url) == "example.com/%D8%AE%D8%A8%D8%B1/%D8%B9%D8%A7%D8%AC%D9%84?a=1&b=2"


@pytest.mark.parametrize(
    "tracking",
    [
        "utm_source=t&utm_anything=1",
        "mtm_campaign=a&mtm_placement=b",
        "pk_campaign=a&pk_kwd=b&PK_Source=c",
        "at_medium=RSS&at_campaign=KARANGA&at_custom1=x&at_link_id=y&at_ptr_name=z",
        "ns_mchannel=rss&ns_source=PublicRSS20-sa&ns_campaign=1490&ns_linkname=a&ns_fee=0",
        "wt_mc=newsletter.march&wt_zmc=sm.int",
        "_hsenc=p2&_hsmi=9",
    ],
)
def test_how_the_reader_came_makes_no_difference(tracking: str) -> None:
    assert canonical_url(f"http://example.com/news?id=5&{tracking}") == "example.com/news?id=5"


def test_a_host_in_arabic_and_its_ascii_form_are_one() -> None:
    assert canonical_url("http://مثال.إختبار/a") == canonical_url("http://xn--mgbh0fb.xn--kgbechtv/a")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/1", "http://example.com/2"),
        ("http://example.com/?id=1", "http://example.com/?id=2"),
        ("http://example.com/a%2Fb", "http://example.com/a/b"),
        ("http://example.com/?q=%C7", "http://example.com/?q=%E1"),
        ("http://example.com/%C7", "http://example.com/%E1"),
        ("http://example.com:8080/1", "http://example.com/1"),
        ("http://example.com/#!/1", "http://example.com/#!/2"),
        ("http://example.com/A", "http://example.com/a"),
        ("http://example.com/?pk_id=1", "http://example.com/?pk_id=2"),
        ("http://example.com/?at_id=1", "http://example.com/?at_id=2"),
        ("http://example.com/?ns_article=1", "http://example.com/?ns_article=2"),
        ("http://example.com/?wt_page=1", "http://example.com/?wt_page=2"),
        ("http://example.com/?_hs=1", "http://example.com/?_hs=2"),
    ],
)
def test_addresses_of_different_articles_stay_apart(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://example.com/#top",
        "https://www.example.com/?utm_source=rss",
        "javascript:void(0)",
        "mailto:a@example.com",
        "http://[::1",
        "http://example.com:99999/",
        "/news/5",
        "",
        "#",
        "غير معروف",
    ],
)
def test_an_address_that_names_no_article_gives_way_to_the_text(url: str) -> None:
    one, other = raw(url=url, body="الخبر الأول"), raw(url=url, body="الخبر الثاني")
    assert canonical_url(url) is None
    assert article_id(one) != article_id(other)


def test_a_corrected_text_at_the_same_address_is_the_same_article() -> None:
    assert article_id(raw(url="http://a.example/1", body="x")) == article_id(raw(url="http://a.example/1", body="y"))


def test_same_text_with_other_line_ends_and_spaces_is_the_same_article() -> None:
    assert article_id(raw(body="\ufeffسطر\r\n\r\nآخر ")) == article_id(raw(body="سطر\n\nآخر"))


def test_sources_are_part_of_the_id() -> None:
    assert article_id(raw(source="one")) != article_id(raw(source="two"))
    # Both are read "a-b", yet are two sources.
    assert article_id(raw(source="a b")) != article_id(raw(source="a/b"))


def test_title_is_text_too() -> None:
    assert article_id(raw(title="عنوان", body=None)) != article_id(raw(title="آخر", body=None))


@pytest.mark.parametrize("bad", ["", "  ", "a\nb", "a\x00b", "a\u2028b", "a" * 481, "ع" * 241])
@pytest.mark.parametrize("field", ["id", "source"])
def test_unusable_ids_and_sources_are_refused(field: str, bad: str) -> None:
    with pytest.raises(RecordError, match=f"`{field}`") as caught:
        article_id(raw(**{field: bad}))
    assert caught.value.reason is Reason.SCHEMA_INVALID


def test_nothing_to_make_an_id_from_is_refused() -> None:
    with pytest.raises(RecordError) as caught:
        article_id(raw(body=" \n "))
    assert caught.value.reason is Reason.NO_TEXT


def test_parts_fit_into_elasticsearch() -> None:
    page = article_id(raw(id="ع" * 240))
    assert part_id("page", 2) == "page#2"
    assert len(part_id(page, 10**9).encode()) <= 512


@settings(deadline=None)
@given(st.text())
def test_any_address_is_read_or_refused_and_reading_it_again_changes_nothing(url: str) -> None:
    once = canonical_url(url)
    if once is not None and ":" not in once and "[" not in once:
        assert canonical_url(f"http://{once}") == once


@pytest.mark.parametrize("letter", ["b", "ب", "京", "𐌰"])
def test_the_id_of_an_entity_is_no_longer_than_elasticsearch_takes(letter):
    assert len(entity_id("LOC", letter * 1000, "SY").encode()) <= LONGEST_ID_BYTES


def test_an_entity_is_told_by_its_folded_name_and_a_place_by_its_country_too():
    assert entity_id("PER", "بشار الأسد") == "PER:بشار_الاسد"
    assert entity_id("LOC", "طرابلس", "LY") == "LOC:طرابلس:LY"
