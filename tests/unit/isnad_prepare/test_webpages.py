"""Web pages: the article is found, scripts never survive, and no page takes long."""

import subprocess
import sys
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


@pytest.mark.parametrize("useless", ["", "غدا", "0001-01-01T00:00:00", "2018-03-01T00:00:00Z"])
def test_a_time_that_cannot_be_believed_hides_no_other(useless: str) -> None:
    """Blank, words, a machine's zero or after the arrival: the page's next time counts, then its date."""
    stated = 'content="2018-02-08T10:22:00+02:00"'
    other = '<meta itemprop="datePublished" content="2018-02-08T11:00:00+02:00">'
    date = '<meta name="date" content="2018-02-07">'
    page = PAGE.replace(stated, f'content="{useless}"')
    assert read_html(page.replace("</head>", f"{other}{date}</head>"), ARRIVED).published == "2018-02-08T11:00:00+02:00"
    assert read_html(page.replace("</head>", f"{date}</head>"), ARRIVED).published == "2018-02-07"


def test_a_page_whose_only_time_is_unreadable_says_it() -> None:
    page = PAGE.replace('content="2018-02-08T10:22:00+02:00"', 'content="قريبا"')
    assert read_html(page, ARRIVED).published == "قريبا"


@pytest.mark.parametrize(
    "opening",
    [
        '<html lang="ar" />',
        "<!-- x --><HTML/>",
        "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'http://www.w3.org/TR/x.dtd'><html>",
        "<?xml version='1.0' encoding='windows-1256'?><html><meta charset='windows-1256'>",
        "\ufeff<html>",
    ],
)
def test_a_page_is_read_however_it_begins(opening: str) -> None:
    assert read_html(PAGE.replace('<!doctype html><html lang="ar">', opening), ARRIVED) == read_html(PAGE, ARRIVED)


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


def test_a_tag_with_very_many_attributes_is_refused_at_once() -> None:
    """The time of libxml2 grows with the square of their number: these would take it minutes."""
    for between, end in ((" ", ">x</p>"), ("/", ">x"), ('="" ', ' a=">">x</p>')):
        page = "<p " + between.join(f"a{n:x}" for n in range(150_000)) + end
        start = time.process_time()
        with pytest.raises(RecordError, match="attributes") as caught:
            read_html(page, ARRIVED)
        assert caught.value.reason is Reason.TOO_LARGE
        assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("opening", "end"),
    [("<p ", ">"), ("&lt;p ", "&gt;"), ("\\u003cp ", "\\u003e"), ("<\\u0001p ", ">"), ("&lt;\\u0001p ", ">")],
)
def test_so_is_one_in_the_linked_data(opening: str, end: str) -> None:
    """Trafilatura reads it as html, too; escaped it stands in the page as nothing but text."""
    body = f"{opening}{' '.join(f'a{n:x}' for n in range(4000))}{end}{FIRST}"
    data = f'[{{"@type":"NewsArticle","articleBody":"{body}"}}]'
    with pytest.raises(RecordError, match="attributes"):
        read_html(f'<html><script type="application/ld+json">{data}</script><body>x', ARRIVED)


def test_a_forums_page_in_an_attribute_is_not_read() -> None:
    page = '{"topic_1":"{\\"post_stream\\":{\\"posts\\":[{\\"cooked\\":\\"' + FIRST * 3 + '\\"}]}}"}'
    assert read_html(f"<div id=data-preloaded data-preloaded='{page}'></div><p>{SECOND}</p>", ARRIVED).text == SECOND


def test_what_only_looks_like_attributes_is_not_counted() -> None:
    """In scripts, comments, texts and values."""
    many = " ".join(f"a{n:x}" for n in range(2000))
    page = f"<head><script>if (a <b {many}) c()</script><!-- <p {many}> --></head>"
    page += f'<img src="data:<p {many}"><textarea><p {many}></textarea><p>{FIRST}</p>'
    assert FIRST in read_html(page, ARRIVED).text


@pytest.mark.parametrize(
    "doctype", ["<!doctype <html " + "/" * 400_000, "<html>" + "<!doctype /" * 20_000, "<html" + " /" * 400_000]
)
def test_a_doctype_takes_no_longer_than_its_length(doctype: str) -> None:
    start = time.process_time()
    read_html(doctype, ARRIVED)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "unclosed",
    ["<p><font size=3>{}", "<div>{}", "<span>{}<br>", "<b>{}<br>", "<blockquote>{}", "<ul><li>{}", "<h1>{}",
    "<h2>{}",
     "<table><tr><td>{}", "<center>{}", "<div><p><b>{}</b> ثم", "<custom-tag>{}"],
)  # fmt: skip
def test_all_the_text_of_a_page_that_never_closes_its_tags_is_kept(unclosed: str) -> None:
    """libxml2 leaves out what stands deeper than 256 tags, and says nothing."""
    told = [f"قال الوزير في دمشق اليوم إن الحكومة ستجتمع غدا لبحث الأزمة رقم {n}." for n in range(400)]
    head = '<head><title>عنوان الخبر</title><meta name="author" content="سعيد علي"><script>if (a<b) c()</script></head>'
    page = read_html(f"<html>{head}<body>" + "".join(map(unclosed.format, told)), ARRIVED)
    assert [line for line in told if line not in page.text] == []
    assert "c()" not in page.text
    assert page.author == "سعيد علي"


def test_a_deep_page_stays_in_its_order_and_lines() -> None:
    page = "<div>" * 300 + f"<p>{FIRST} <b>غدا</b> &lt;p&gt;<div>{SECOND}</div>وأضاف أن الجسر سيفتح.<br>ثم انتهى"
    lines = read_html(page, ARRIVED).text.split("\n")
    assert lines == [f"{FIRST} غدا <p>", SECOND, "وأضاف أن الجسر سيفتح.", "ثم انتهى"]


@pytest.mark.parametrize(
    "linked_data",
    ['"headline":5', '"headline":["x"]', '"headline":NaN', '"articleBody":"\\ud800' + "كلمة " * 60 + '"'],
    ids=["number", "list", "not a number", "half a character"],
)
def test_linked_data_that_is_not_as_it_should_be_costs_no_text(linked_data: str) -> None:
    """A page tells what it likes about itself, and is read all the same."""
    page = f'<html><head><script type="application/ld+json">{{"@type":"NewsArticle",{linked_data}}}</script></head>'
    found = read_html(f"{page}<body><p>{FIRST}</p></body></html>", ARRIVED)
    assert FIRST in found.text or "كلمة" in found.text
    found.text.encode()


@pytest.mark.parametrize("reference", ["&#x1F;", "&#31", "&#00031;", "&#x0000001f;", "&#0;", "&#xD800;", "&#xFFFF;"])
def test_a_reference_to_what_no_text_can_hold_is_left_out(reference: str) -> None:
    page = f"<p>{FIRST} {reference} {SECOND}</p>"
    assert " ".join(read_html(page, ARRIVED).text.replace("\ufffd", "").split()) == f"{FIRST} {SECOND}"


def test_a_reference_to_a_character_is_read_by_whatever_number() -> None:
    """Also by the numbers that only browsers know: 146 is the apostrophe of windows-1252."""
    assert (
        read_html("<p>&#1582;&#x628;&#0000000001585; l&#146;eau</p>", ARRIVED).text.replace("\x92", "’") == "خبر l’eau"
    )


_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


BOMBS = (
    f'<!DOCTYPE html [<!ENTITY e0 "bomb">{_ENTITIES}]><html><body><p>نص &e11;</p></body></html>',
    f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "bomb">{_ENTITIES}]><r>&e11;</r>',
)


@pytest.mark.parametrize(
    ("document", "never"),
    [
        *((bomb, "bombbomb") for bomb in BOMBS),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>نص &x;</p></body></html>', "root:"),
        ('<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd"><html><body><p>نص</p></body></html>', "127.0.0.1"),
        (f'<!DOCTYPE r [<!ENTITY a "{"a" * 100_000}">]><html><body><p>{"&a;" * 100_000}</p></body></html>', "a" * 1000),
    ],
    ids=["billion laughs", "billion laughs as XML", "file", "external subset", "quadratic blow-up"],
)
def test_entities_of_a_page_are_never_expanded(document: str, never: str) -> None:
    """Entity bombs and external entities: done in under a second, and nothing of them in the text."""
    read_html("<p>x</p>", ARRIVED)  # the libraries are loaded here
    start = time.process_time()
    text = read_html(document, ARRIVED).text
    assert time.process_time() - start < 1
    assert never not in text


def test_entities_of_a_page_take_no_memory() -> None:
    """In a process of its own, whose peak tells of nothing else: the bombs add less than 50 MB to it."""
    program = f"""
import resource
from datetime import UTC, datetime
from isnad_prepare.webpages import read_html
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
arrived = datetime(2018, 2, 9, tzinfo=UTC)
read_html("<p>x</p>", arrived)
before = peak()
read_html({BOMBS[0]!r}, arrived)
read_html('<!DOCTYPE r [<!ENTITY a "' + "a" * 100_000 + '">]><html><body>' + "&a;" * 100_000, arrived)
print(peak() - before)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 50 * 1024
