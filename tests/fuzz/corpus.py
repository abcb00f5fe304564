"""What fuzzing begins with: the project's own examples, and the fragments that break programs which read text."""

from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "tests" / "examples"

FIELD = "\x1f"
"""Between the fields of a record that is written as one text, see `fields_of`."""

FIELDS = ("title", "body", "html", "url", "published_at", "author", "section", "language", "source", "id")

PAGE = """<html><head><title>عنوان الخبر</title><meta property="article:published_time" content="2018-02-08T10:22:00Z">
<script>alert(1)</script></head><body><article><h1>الوزارة تعيد فتح الجسر</h1><p>دمشق – رويترز – أعلنت الوزارة اليوم
أن الجسر القديم فتح أمام المارة بعد عامين من الإغلاق.</p><p>وأضاف المتحدث أن العمل تم.</p></article></body></html>"""

LINKED_DATA = """<html><head><script type="application/ld+json">{"@type":"NewsArticle","headline":"عنوان","author":
{"name":"سعيد"},"datePublished":"2018-02-08","articleBody":"نص الخبر كله كما هو"}</script></head><body><p>خبر</body>"""

DATES = (
    "2018-02-08T12:22:00+02:00",
    "2018/2/8 10:22",
    "Thu, 08 Feb 2018 10:22:00 GMT",
    "1518085320",
    "1518085320000",
    "٢٠١٨-٠٢-٠٨",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)

QUESTIONS = ("سوريا -روسيا", '«قوات سوريا» | "الأمم المتحدة"', "*:*", "/.*/", "a AND (b OR", "بسوريا")

FRAGMENTS = (
    *("\0", "\ufeff", "\ufffe", "\ufdd0", "\x1b[31m", "\x07", "\x85", "\u2028", "\u2029", "\r", "\x0b", "\x1c", "\t"),
    *("\u202e", "\u2066", "\u2069", "\u200f", "\u200b", "\u200d", "\u00ad", "ـ" * 40, "ن" + "\u064b" * 40),
    *("ﷺ", "ﻼ", "ﷲ", "İ", "ß", "Σ", "𝐀", "٣", "۳", "１", "²", "🇸🇾", "\U000e0041"),
    *("&#0;", "&#x1F;", "&#xD800;", "&#xFFFF;", "&#99999999999;", "&amp;lt;", "&nbsp;", "&", "&#"),
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=",
        "<!--",
        "<![CDATA[",
        "<p",
        "</",
        ">",
    ),
    *("<!DOCTYPE a [<!ENTITY b '&b;&b;'>]>&b;", "<?xml version='1.0' encoding='utf-16'?>", "<time datetime='9'>"),
    *("javascript:alert(1)", "data:text/html,x", "http://[::1", "http://a:99999/", "//x", "xn--\u0660", "%00", "%D8"),
    *("IMG_1" + "_" * 30 + "!", "a@" * 20, "(" * 30, '"' * 9, "- " * 20, "www." * 9, "1:" * 20, "00" * 20, "/" * 30),
    *("بن " * 20, "أبو ", "الرئيس ", "د. ", "وكالة ", "(رويترز) - ", "دمشق – أ ف ب – ", "شاهد أيضاً:", "\n\n", "…", "©"),
    *(
        "1970-01-01",
        "+99:99",
        "T24:00:00Z",
        "GMT-9999",
        "9" * 30,
        "1e400",
        "-0",
        "NaN",
        "null",
        "{",
        "[",
        '"',
        "\\",
        "\\u",
        "\\ud800",
        "\\uDC00",
    ),
)
"""Each broke something somewhere, or is what a rule of isnad looks for."""


def seeds_of_records() -> list[bytes]:
    """Return the raw records of the examples."""
    return [path.read_bytes() for path in sorted((EXAMPLES / "articles.raw").glob("*.json"))]


def seeds_of_topics() -> list[bytes]:
    """Return an example of every record of the chain."""
    return [path.read_bytes() for path in sorted(EXAMPLES.glob("*/0_*.json"))]


def seeds_of_texts() -> list[bytes]:
    """Return pages of text, shortened: what matters is what they are made of."""
    return [path.read_bytes()[:3000] for path in sorted((ROOT / "seeds").glob("*.txt"))]


def fields_of(text: str) -> dict[str, str]:
    """Return the fields of a raw record that is written as one text, in the order of `FIELDS`."""
    given = {name: part for name, part in zip(FIELDS, text.split(FIELD), strict=False) if part}
    return {"source": "alwatan", **given}


def seeds_of_fields() -> list[bytes]:
    """Return the examples as one text each."""
    records = map(msgspec.json.decode, seeds_of_records())
    return [FIELD.join(record.get(name, "") for name in FIELDS).encode() for record in records]
