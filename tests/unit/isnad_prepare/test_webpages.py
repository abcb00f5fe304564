"""Web pages: the article is found, scripts never survive, and no page takes long."""

import time
from datetime import UTC, datetime

import pytest

from isnad.errors import RecordError
from isnad.messages import Reason
from isnad_prepare.webpages import read_html

ARRIVED = datetime(2018, 2, 9, tzinfo=UTC)
FIRST = (
    "دمشق – أ ف ب – أعلنت وزارة النقل اليوم أن أعمال الصيانة في الجسر القديم انتهت، وأن حركة السير ستعود إليه قريبا."
)
SECOND = "وقال المتحدث باسم الوزارة إن الأعمال استمرت ثلاثة أشهر، وكلفت أقل مما كان مقدرا لها في بداية العام الحالي."
PAGE = f"""<!doctype html><html lang="ar"><head><title>الجسر القديم | موقع</title>
<meta property="og:title" content="الوزارة تفتح الجسر القديم"><meta name="author" content="سعيد علي">
<meta property="article:published_time" content="2018-02-08T10:22:00+02:00"><script>alert("سيئ")</script></head>
<body><nav><a href="/">الرئيسية</a> <a href="/news">أخبار</a></nav>
<article><h1>الوزارة تفتح الجسر القديم</h1><p>{FIRST}</p><script>document.write("سيئ")</script>
<style>p {{ color: red }}</style>
<p onclick="steal()">{SECOND}</p></article><footer>جميع الحقوق محفوظة</footer></body></html>"""


def test_the_article_of_a_page_is_found_with_what_the_page_says_of_it() -> None:
    page = read_html(PAGE, ARRIVED)
    assert page.text.split("\n")[-2:] == [FIRST, SECOND]
    assert (page.title, page.author) == ("الوزارة تفتح الجسر القديم", "سعيد علي")
    assert page.published == "2018-02-08T10:22:00+02:00"


def test_scripts_and_styles_never_survive() -> None:
    text = read_html(PAGE, ARRIVED).text
    assert not any(word in text for word in ("سيئ", "alert", "steal", "color"))
    assert read_html("<html><body><script>alert(1)</script><style>a{}</style></body></html>", ARRIVED).text == ""


def test_the_same_page_gives_the_same_article() -> None:
    assert read_html(PAGE, ARRIVED) == read_html(PAGE, ARRIVED)


def test_a_page_that_shows_a_date_only_gives_that_date_unless_it_is_after_the_arrival() -> None:
    page = PAGE.replace('<meta property="article:published_time" content="2018-02-08T10:22:00+02:00">', "").replace(
        "</article>", "</article><time datetime='2018-02-08'>8 شباط</time>"
    )
    assert read_html(page, ARRIVED).published == "2018-02-08"
    assert read_html(page, datetime(2018, 1, 1, tzinfo=UTC)).published is None


@pytest.mark.parametrize("fragment", [f"<p>{FIRST}</p>", f"<div>{FIRST}<br>{SECOND}</div>", FIRST])
def test_fragments_are_read_too(fragment: str) -> None:
    assert FIRST in read_html(fragment, ARRIVED).text


@pytest.mark.parametrize("nothing", ["", "<", "<html></html>", "\x00", "<!doctype html>", "<!-- -->"])
def test_a_page_without_text_gives_none(nothing: str) -> None:
    assert read_html(nothing, ARRIVED).text.strip() in ("", "<")


@pytest.mark.parametrize("html", ["<p>" + "ا" * 2_000_000, "<div>" * 40_000 + "x"])
def test_pages_beyond_the_bounds_are_refused(html: str) -> None:
    with pytest.raises(RecordError) as caught:
        read_html(html, ARRIVED)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 29_000 + "x",
        "<table>" + "<tr><td>x</td></tr>" * 7_000 + "</table>",
        "<p>" + '<a href="x">y</a> ' * 14_000,
        "<p " + "a=b " * 400_000 + ">x</p>",
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><html><body>&b;&b;</body></html>',
    ],
    ids=["deep", "table", "links", "attributes", "entities"],
)
def test_the_worst_pages_within_the_bounds_take_seconds_at_most(html: str) -> None:
    start = time.process_time()
    read_html(html, ARRIVED)
    assert time.process_time() - start < 10
