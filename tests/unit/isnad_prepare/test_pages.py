"""Raw records into articles: ids, titles, flags, times, and what goes to the dead letters."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad.codec import decode, encode
from isnad.messages import SCHEMA, Cut, PreparedArticle, RawArticle, RawPlace, Reason
from isnad.outcomes import Outcome, Record
from isnad_prepare.pages import MAX_LINES, opening_words, prepare_record

ARRIVED = datetime(2018, 2, 8, 12, 0, tzinfo=UTC)
TITLE = "الوزارة تعيد فتح الجسر القديم"
FIRST = (
    "دمشق – أ ف ب – أعلنت وزارة النقل اليوم أن أعمال الصيانة في الجسر القديم انتهت، وأن حركة السير ستعود إليه قريبا."
)
SECOND = "وقال المتحدث باسم الوزارة إن الأعمال استمرت ثلاثة أشهر، وكلفت أقل مما كان مقدرا لها في بداية العام الحالي."
BODY = f"{FIRST}\n{SECOND}"


def no_detection(_: str) -> str:
    return "ar"


def record(value: bytes | None) -> Record:
    return Record("articles.raw", 0, 7, ARRIVED, b"key", value)


def run(detect: Callable[[str], str] = no_detection, **fields: Any) -> Outcome:
    raw = {"schema": SCHEMA, "source": "outlet"} | fields
    return prepare_record(record(msgspec.json.encode(raw)), "articles.prepared", detect)


def articles(outcome: Outcome) -> list[PreparedArticle]:
    assert outcome.error is None, outcome.error
    return [decode(PreparedArticle, message.value) for message in outcome.messages]


def article(**fields: Any) -> PreparedArticle:
    (only,) = articles(run(**fields))
    return only


def test_an_article_with_everything_keeps_everything() -> None:
    prepared = article(
        id="AL-1",
        title=TITLE,
        body=BODY,
        url="http://example.com/1",
        author="سعيد علي",
        language="ar-SY",
        section="محليات",
        tags=["جسور", " ", "نقل"],
        published_at="2018-02-08T12:00:00+02:00",
        fetched_at="2018-02-08T11:00:00Z",
    )
    assert prepared == PreparedArticle(
        schema=SCHEMA,
        id="AL-1",
        source="outlet",
        title=TITLE,
        body=BODY,
        language="ar",
        published_at=datetime(2018, 2, 8, 10, 0, tzinfo=UTC),
        arrived_at=ARRIVED,
        url="http://example.com/1",
        author="سعيد علي",
        section="محليات",
        tags=("جسور", "نقل"),
        declared_language="ar-SY",
        published_at_given="2018-02-08T12:00:00+02:00",
        fetched_at=datetime(2018, 2, 8, 11, 0, tzinfo=UTC),
        page_id="AL-1",
        parts=1,
        dateline=prepared.dateline,
        raw=RawPlace(ARRIVED, 0, 7),
    )
    assert prepared.dateline is not None
    assert (prepared.dateline.places, prepared.dateline.agencies) == (("دمشق",), ("أ ف ب",))


def test_messages_are_keyed_by_article_and_sent_to_the_prepared_topic() -> None:
    outcome = run(id="AL-1", title=TITLE, body=BODY)
    (message,) = outcome.messages
    assert (outcome.status, outcome.article_id) == ("passed", "AL-1")
    assert (message.topic, message.key) == ("articles.prepared", b"AL-1")


def test_a_page_of_several_articles_gives_numbered_parts_in_order() -> None:
    page = f"{TITLE}\n\n{BODY}\n\nالحكومة تقدم استقالتها إلى رئيس الجمهورية\n\nباريس – رويترز – {SECOND}"
    page = page.replace(BODY, "\n".join([FIRST, *[SECOND] * 4]))
    outcome = run(id="page", body=page)
    one, two = articles(outcome)
    assert [message.key for message in outcome.messages] == [b"page#1", b"page#2"]
    assert [(part.id, part.page_id, part.part) for part in (one, two)] == [("page#1", "page", 1), ("page#2", "page", 2)]
    assert (one.title, two.title) == (TITLE, "الحكومة تقدم استقالتها إلى رئيس الجمهورية")
    assert one.flags == two.flags == ("title_from_body",)
    assert outcome.article_id == "page"


def test_a_record_with_a_title_is_never_split() -> None:
    page = "\n\n".join([BODY, "الحكومة تقدم استقالتها إلى رئيس الجمهورية", f"باريس – رويترز – {SECOND}"])
    assert article(title=TITLE, body=page).part == 0


def test_the_title_that_a_body_repeats_is_cut() -> None:
    prepared = article(title="الوزارة تُعيد فتح الجسر القديم", body=f"{TITLE}\n{BODY}")
    assert prepared.body == BODY
    assert prepared.cut == (Cut("title_again", TITLE),)


def test_what_was_cut_is_kept_with_its_rule() -> None:
    prepared = article(title=TITLE, body=f"0\n{BODY}\n\nشاهد أيضاً\n\nجسر ثان …")
    assert prepared.cut == (Cut("counter", "0"), Cut("related", "شاهد أيضاً"), Cut("related", "جسر ثان …"))


def test_the_writer_and_the_section_of_a_page_are_taken_where_the_record_has_none() -> None:
    page = f"الشأن المحلي\n\n{TITLE}\n\nبقلم: سعيد علي\n\n{BODY}"
    prepared = article(body=page)
    assert (prepared.section, prepared.title, prepared.author) == ("الشأن المحلي", TITLE, "سعيد علي")
    prepared = article(body=page, section="أخبار", author="منى")
    assert (prepared.section, prepared.author) == ("أخبار", "منى")


@pytest.mark.parametrize(
    "byline", ["بقلم: سعيد علي", "بقلم سعيد علي", "كتب - سعيد علي", "By سعيد علي - فبراير 9, 2018"]
)
def test_the_writers_name_is_read_from_a_byline(byline: str) -> None:
    assert article(body=f"{TITLE}\n\n{byline}\n\n{BODY}").author == "سعيد علي"


def test_a_page_without_a_headline_is_called_by_its_opening_words() -> None:
    prepared = article(body=BODY)
    assert (
        prepared.title == "أعلنت وزارة النقل اليوم أن أعمال الصيانة في الجسر القديم انتهت، وأن حركة السير ستعود إليه …"
    )
    assert prepared.flags == ("no_title",)
    assert prepared.body == BODY


def test_opening_words_are_whole() -> None:
    assert opening_words("قصير") == "قصير"
    assert opening_words("كلمة، " * 40) == "، ".join(["كلمة"] * 15) + " …"
    assert opening_words("ا" * 200) == "ا" * 90 + " …"


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({"title": TITLE, "body": BODY}, ()),
        ({"title": TITLE}, ("title_only",)),
        ({"title": TITLE, "body": "شاهد أيضاً"}, ("title_only",)),
        ({"body": TITLE}, ("title_only", "title_from_body")),
        ({"title": TITLE, "body": "خبر قصير جدا."}, ("short",)),
        ({"body": "خبر قصير جدا."}, ("short", "no_title")),
    ],
)
def test_thin_articles_are_kept_and_flagged(fields: dict[str, str], flags: tuple[str, ...]) -> None:
    assert article(**fields).flags == flags


def test_other_languages_are_kept_and_flagged() -> None:
    (prepared,) = articles(run(detect=lambda _: "fa", title=TITLE, body=BODY))
    assert (prepared.language, prepared.flags) == ("fa", ("not_arabic",))
    (prepared,) = articles(run(detect=lambda _: "und", title=TITLE, body=BODY))
    assert (prepared.language, prepared.flags) == ("und", ())


def test_the_body_tells_the_language_and_without_one_the_title() -> None:
    asked: list[str] = []

    def detect(text: str) -> str:
        asked.append(text)
        return "ar"

    run(detect=detect, title=TITLE, body=BODY)
    run(detect=detect, title=TITLE)
    assert asked == [BODY, TITLE]


def test_times_are_those_of_the_record_and_of_its_arrival() -> None:
    prepared = article(title=TITLE, body=BODY, published_at="غدا")
    assert (prepared.published_at, prepared.arrived_at) == (ARRIVED, ARRIVED)
    assert (prepared.published_at_given, prepared.time_marks) == ("غدا", ("unreadable",))


def test_html_gives_text_title_author_and_date() -> None:
    html = f"""<html><head><meta property="og:title" content="{TITLE}"><meta name="author" content="سعيد علي">
        <meta property="article:published_time" content="2018-02-07T10:00:00Z"></head>
        <body><article><h1>{TITLE}</h1><p>{FIRST}</p><p>{SECOND}</p></article></body></html>"""
    prepared = article(html=html)
    assert (prepared.title, prepared.body, prepared.author) == (TITLE, BODY, "سعيد علي")
    assert (prepared.published_at, prepared.time_marks) == (datetime(2018, 2, 7, 10, tzinfo=UTC), ())
    assert prepared.published_at_given is None
    assert article(html=html, title="عنوان آخر", author="منى").author == "منى"
    assert article(html=html, title="عنوان آخر").title == "عنوان آخر"
    assert article(html=html, body="نص قصير من المنتج نفسه.").body == "نص قصير من المنتج نفسه."


def test_fields_are_made_printable() -> None:
    prepared = article(title=" عنوان\u0007 &quot;أول&quot;\n", body=BODY, author="&nbsp;سعيد", section=" ", url=" ")
    assert (prepared.title, prepared.author, prepared.section, prepared.url) == ('عنوان "أول"', "سعيد", None, None)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "view-source:x",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_a_browser_would_run_is_cut(url: str) -> None:
    prepared = article(title=TITLE, body=BODY, url=url)
    assert prepared.url is None
    assert prepared.cut == (Cut("url", url),)


@pytest.mark.parametrize(
    "disguised", ["\tjava\0script:x", "&#106;avascript:x", "java\x01script:x", "\ufeffjavascript:x"]
)
def test_such_an_address_is_known_in_disguise(disguised: str) -> None:
    """Characters that browsers skip, and references that feeds write."""
    value = encode(RawArticle(schema=SCHEMA, source="outlet", title=TITLE, url=disguised.replace("\0", "\x02")))
    (prepared,) = articles(prepare_record(record(value), "articles.prepared", no_detection))
    assert prepared.url is None


@pytest.mark.parametrize(
    "url",
    ["http://example.com/a", "https://example.com/a", "www.example.com/a:b", "/news/5", "news.example.com:8080/1"],
)
def test_other_addresses_stay_as_they_are(url: str) -> None:
    assert article(title=TITLE, body=BODY, url=url).url == url


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.EMPTY),
        (b"", Reason.EMPTY),
        (b"\xff", Reason.INVALID_UTF8),
        (b"{", Reason.INVALID_JSON),
        (b'{"schema":1,"source":"a","x":' + b"[" * 100_000, Reason.TOO_DEEP),
        (b'{"schema":1,"source":"a","body":"\\ud800"}', Reason.INVALID_JSON),
        (b'{"schema":1,"body":"text"}', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":" ","body":"text"}', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":"a","body":5}', Reason.SCHEMA_INVALID),
        (b'{"schema":2,"source":"a","body":"text"}', Reason.SCHEMA_UNSUPPORTED),
        (b'{"schema":1,"source":"a","body":"a\\u0000b"}', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":"a"}', Reason.NO_TEXT),
        (b'{"schema":1,"source":"a","id":"1","body":" \\n"}', Reason.NO_TEXT),
        (b'{"schema":1,"source":"a","body":"***\\n0"}', Reason.NO_TEXT),
        (b'{"schema":1,"source":"a","html":"<script>x</script>"}', Reason.NO_TEXT),
    ],
)
def test_bad_records_are_dead_with_a_reason(value: bytes | None, reason: Reason) -> None:
    outcome = prepare_record(record(value), "articles.prepared", no_detection)
    assert outcome.status == "dead"
    assert outcome.messages == ()
    assert outcome.error is not None
    assert outcome.error.reason is reason


def test_a_page_of_furniture_alone_is_dead_and_says_what_was_cut() -> None:
    outcome = run(id="page", body="شاهد أيضاً\n\nفيسبوك تويتر")
    assert outcome.error is not None
    assert "related, sharing" in outcome.error.detail
    assert outcome.article_id == "page"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_more_lines_than_any_page_has_are_refused(end: str) -> None:
    """However they end."""
    outcome = run(body=f"سطر{end}" * (MAX_LINES + 1))
    assert outcome.error is not None
    assert outcome.error.reason is Reason.TOO_LARGE


def test_control_characters_do_not_reach_the_article() -> None:
    prepared = article(title=TITLE, body=f"{FIRST}\x07\x08\n\ufeff{SECOND}")
    assert prepared.body == BODY
    assert prepared.cut == (Cut("unprintable", "\x07\x08\ufeff"),)


def test_the_number_of_no_character_is_a_sign_that_nothing_could_be_read() -> None:
    """Python refuses to read a number of more than 4,300 digits."""
    endless = f"&#{'9' * 4301};"
    prepared = article(title=f"عنوان {endless} الخبر", author=f"سعيد {endless}", body=BODY)
    assert (prepared.title, prepared.author) == ("عنوان \ufffd الخبر", "سعيد \ufffd")


def test_the_same_record_gives_the_same_bytes() -> None:
    page = Path("seeds/000_0496a6d5f1c6ce15.txt").read_text(encoding="utf-8")
    value = encode(RawArticle(schema=SCHEMA, source="seeds", body=page))
    assert prepare_record(record(value), "t") == prepare_record(record(value), "t")


def test_the_seeds_are_eight_arabic_articles() -> None:
    pages = [path.read_text(encoding="utf-8") for path in sorted(Path("seeds").glob("*.txt"))]
    found = [
        articles(prepare_record(record(encode(RawArticle(schema=SCHEMA, source="seeds", body=page))), "t"))
        for page in pages
    ]
    assert [len(parts) for parts in found] == [4, 1, 1, 1, 1]
    assert {part.language for parts in found for part in parts} == {"ar"}
    assert [part.dateline.text if part.dateline else None for part in found[0]] == [
        "دمشق، واشنطن – وكالات –",
        "دمشق – وكالات –",
        "أنقرة، موسكو – وكالات –",
        None,
    ]


def visible(text: str) -> Counter[str]:
    return Counter(character for character in text if not character.isspace())


_BLOCKS = st.sampled_from(
    [TITLE, FIRST, SECOND, "", "0", "شاهد أيضاً", "أخبار", "بقلم: سعيد", "DSC 0151", "\x07", "***"]
)


_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_BLOCKS, _TEXT), max_size=20).map("\n".join))
def test_every_visible_character_of_a_page_stands_in_title_body_or_cut(page: str) -> None:
    outcome = run(body=page)
    if outcome.status == "dead":
        assert outcome.error is not None
        assert outcome.error.reason is Reason.NO_TEXT
        return
    parts = articles(outcome)
    kept = "".join(
        ("" if "no_title" in part.flags else part.title) + part.body + "".join(cut.text for cut in part.cut)
        for part in parts
    )
    assert visible(kept) == visible(page)
