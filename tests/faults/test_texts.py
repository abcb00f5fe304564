"""Faults of texts: too little of it, in other languages, in other spellings, with programs in it."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.harness.articles import Article
from tests.harness.chain import Chain

from isnad.messages import Reason
from isnad_cli.demo import picture, report
from isnad_cli.demo.measuring import Measured, measure
from isnad_cli.demo.sample import Found

pytestmark = pytest.mark.real

OUTLETS = 40
ADVERTISING = "شاهد أيضاً\n\nاقرأ المزيد\n\nhttps://news.example/more\n\nIMG_20180208.jpg"

LITTLE: dict[str, tuple[Article, tuple[str, ...] | Reason]] = {
    "empty": ({"title": "", "body": ""}, Reason.NO_TEXT),
    "blank": ({"body": " \n\u200f \n"}, Reason.NO_TEXT),
    "only advertising": ({"body": ADVERTISING}, Reason.NO_TEXT),
    "advertising under a title": ({"title": "عنوان فوق الإعلان", "body": ADVERTISING}, ("title_only",)),
    "title only": ({"title": "الرئيس يصل إلى العاصمة في زيارة رسمية"}, ("title_only",)),
    "three words": ({"title": "عنوان الخبر القصير", "body": "التفاصيل بعد قليل"}, ("short",)),
}
"""The fields, and the flags or the reason why it is no article."""

LANGUAGES = {
    "en": (
        "The president said on Thursday that the coalition would continue its work in the coming months.",
        "coalition",
    ),
    "fr": (
        "Le président a déclaré jeudi que la coalition continuerait son travail au cours des prochains mois.",
        "jeudi",
    ),
    "fa": ("رئیس جمهور ایران گفت که مذاکرات با قدرت‌های جهانی ادامه خواهد داشت و کشور برای آن آماده است.", "مذاکرات"),
    "ur": ("وزیر اعظم نے کہا ہے کہ حکومت عوام کے مسائل حل کرنے کے لیے تمام وسائل بروئے کار لائے گی۔", "وسائل"),
    "ar": (
        "أعلنت وزارة النقل اليوم أن أعمال الصيانة في الجسر القديم انتهت. The president said on Thursday.",
        "الصيانة",
    ),
}
"""A text in each, and a word of it; the last is mixed."""

REPORT = (
    "أكدت وزارة الداخلية في بيان صدر مساء أمس أن الأجهزة الأمنية ألقت القبض على ثلاثة أشخاص يشتبه في تورطهم في سرقة "
    "مستشفى المدينة القديمة، وأضافت أن التحقيقات الأولية أظهرت أن المتهمين كانوا يخططون لعملية أخرى في إحدى القرى "
    "المجاورة قبل نهاية الأسبوع. وأوضح المتحدث باسم الشرطة أن الأهالي أبلغوا عن حركة غير مألوفة قرب المبنى، فتوجهت "
    "إليه دورية على الفور وعثرت على الأدوات المسروقة في سيارة متوقفة على بعد مئات الأمتار منه."
)
WORD = "مستشفى"


def _between_letters(mark: str) -> Callable[[str], str]:
    return lambda text: "".join(one + mark if one.isalpha() and next_.isalpha() else one for one, next_ in _pairs(text))


def _pairs(text: str) -> list[tuple[str, str]]:
    return list(zip(text, f"{text[1:]} ", strict=True))


def _presentation(text: str) -> str:
    # Of each letter the last of its forms that Unicode lists.
    forms = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFE80, 0xFEF5)}
    return "".join(forms.get(one, one) for one in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "tatweel": _between_letters("ـ"),
    "marks": _between_letters("\u064e\u0651"),
    "alef and ta": lambda text: text.translate(str.maketrans("أإآةى", "اااهي")),
    "Persian letters": lambda text: text.translate(str.maketrans("يىك", "یىک")),
    "presentation forms": _presentation,
    "zero width": _between_letters("\u200b\u200d"),
    "bidi controls": lambda text: " ".join(f"\u202e{word}\u202c\u2067\u200f\u2069" for word in text.split()),
}

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "onerror": "<img src=x onerror=alert(1)>",
    "javascript": "<a href='javascript:alert(1)'>x</a>",
    "end of page": "</pre></style><svg/onload=alert(1)>",
    "markup": "[link=javascript:alert(1)]x[/link]\x1b]8;;javascript:alert(1)\x1b\\x",
}
NAMED = "نشيد"
"""Stands in each hostile article, so that a search finds them."""


def too_little(chain: Chain) -> list[Article]:
    """Each kind once, and many outlets' own titles over the same three words and over nothing."""
    articles = [_article(chain, f"little:{kind}", fields) for kind, (fields, _) in LITTLE.items()]
    for number in range(OUTLETS):
        title = {"title": f"عنوان رقم {number} من صنعه", "source": f"outlet-{number}"}
        articles.append(_article(chain, f"same words:{number}", {**title, "body": "تابعونا على تلغرام"}))
        articles.append(_article(chain, f"no words:{number}", title))
        articles.append(_article(chain, f"same title:{number}", {**title, "title": "عاجل"}))
    return articles


def check_too_little(chain: Chain, documents: dict[str, dict[str, Any]]) -> int:
    """Hold that each is flagged, or refused by its rule, and stays a story of its own; return how many were refused."""
    reasons = {one["article_id"] or one["key"]: one["reason"] for one in chain.dead_letters()}
    for kind, (_, expected) in LITTLE.items():
        id_ = f"{chain.name}:little:{kind}"
        if isinstance(expected, Reason):
            assert reasons.pop(id_) == expected, kind
        else:
            assert set(expected) <= set(documents[id_]["flags"]), kind
    assert reasons == {}
    for kind in ("same words", "no words", "same title"):
        members = [documents[f"{chain.name}:{kind}:{number}"] for number in range(OUTLETS)]
        assert len({one["story_id"] for one in members}) == OUTLETS, f"{kind}: a story of short texts"
    return sum(isinstance(expected, Reason) for _, expected in LITTLE.values())


def in_languages(chain: Chain) -> list[Article]:
    """One article in each language."""
    texts = {tag: {"title": text[:30], "body": text} for tag, (text, _) in LANGUAGES.items()}
    return [_article(chain, f"language:{tag}", fields) for tag, fields in texts.items()]


def in_spellings(chain: Chain) -> list[Article]:
    """The same report in each spelling."""
    written = {kind: {"title": spell(f"خبر عن {WORD}"), "body": spell(REPORT)} for kind, spell in SPELLINGS.items()}
    return [_article(chain, f"spelling:{kind}", fields | {"source": kind}) for kind, fields in written.items()]


def check_languages(chain: Chain, documents: dict[str, dict[str, Any]]) -> None:
    """Hold that each is marked, kept whole, and found by a word of it among the articles of its language."""
    for language, (text, word) in LANGUAGES.items():
        id_ = f"{chain.name}:language:{language}"
        assert (documents[id_]["language"], documents[id_]["body"]) == (language, text)
        assert ("not_arabic" in documents[id_].get("flags", ())) == (language != "ar")
        (found,) = _stories(chain, q=word, language=language)
        assert [one["id"] for one in found["hits"]] == [id_], language


def check_spellings(chain: Chain, documents: dict[str, dict[str, Any]]) -> None:
    """Hold that all are one story, kept as they were written, found by the plain word and harmless where shown."""
    members = {kind: documents[f"{chain.name}:spelling:{kind}"] for kind in SPELLINGS}
    assert len({one["story_id"] for one in members.values()}) == 1, {k: one["story_id"] for k, one in members.items()}
    assert Counter(one["relation"] for one in members.values()) == {"original": 1, "copy": len(SPELLINGS) - 1}
    for kind, spell in SPELLINGS.items():
        assert members[kind]["body"] == spell(REPORT), kind
    (found,) = _stories(chain, q=f"{WORD} المدينة القديمة")
    assert found["matching"] == len(SPELLINGS)
    shown = chain.isnad("search", WORD, "--api", chain.api)
    assert shown.returncode == 0, shown.stderr
    assert WORD in shown.stdout
    assert not set(shown.stdout) & set("\u202a\u202b\u202d\u202e\u2066\u2067"), "direction marks of an article's own"


class _Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "href"], (tag, attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(chain: Chain) -> list[Article]:
    """Programs in every field, and as a part of a name."""
    return [
        _article(
            chain,
            f"hostile:{kind}",
            {
                # A control character is none of a source's: such an article is a dead letter.
                "source": text.replace("\x1b", ""),
                "title": f"{NAMED} {text}",
                "body": f"قال الرئيس {text} محمد بن سلمان {text} إن {NAMED} عزف في دمشق {text} اليوم",
                "url": "javascript:alert(1)" if number % 2 else f"https://news.example/{text}",
                **dict.fromkeys(("author", "section", "language"), text),
                "tags": [text],
            },
        )
        for number, (kind, text) in enumerate(HOSTILE.items())
    ]


def check_hostile(chain: Chain, documents: dict[str, dict[str, Any]], page: Path) -> None:
    """Hold that the API says what its answers are and marks them up itself only, and that a page shows mere text."""
    ids = [f"{chain.name}:hostile:{kind}" for kind in HOSTILE]
    assert not [documents[id_]["url"] for id_ in ids if str(documents[id_].get("url")).startswith("javascript")]
    answer = httpx.get(f"{chain.api}/v1/search", params={"q": NAMED, "size": 20}, timeout=30)
    assert sum(story["matching"] for story in answer.json()["hits"]) == len(HOSTILE)
    policy = answer.headers["content-security-policy"]
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("application/json", "nosniff")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for story in answer.json()["hits"]:
        for highlight in (piece for one in story["hits"] for piece in one["highlights"]):
            assert _Page(highlight["html"]).tags <= {"em"}, highlight["html"]
    measured = _measured(chain, ids, documents)
    shown = (
        report.stories(measured, picture.COLUMNS),
        report.entities(measured.entities),
        report.search(msgspec.json.decode(answer.content, type=Found), picture.COLUMNS),
    )
    picture.write(page, shown)
    read = _Page(page.read_text(encoding="utf-8"))
    assert read.tags <= {"html", "meta", "title", "style", "pre", "span"}, read.tags
    assert HOSTILE["script"] in read.text
    assert "default-src 'none'" in page.read_text(encoding="utf-8")


def _measured(chain: Chain, ids: list[str], documents: dict[str, dict[str, Any]]) -> Measured:
    topics = chain.topics
    found = [documents[id_] for id_ in ids]
    return measure(ids, chain.records(topics.prepared), chain.records(topics.dead), found)


def _article(chain: Chain, name: str, fields: Article) -> Article:
    return {"schema": 1, "source": "outlet", "id": f"{chain.name}:{name}"} | fields


def _stories(chain: Chain, **asked: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{chain.api}/v1/search", params=asked, timeout=30).raise_for_status()
    stories: list[dict[str, Any]] = answer.json()["hits"]
    return stories


@pytest.mark.row(33, "empty, title only, three words, only advertising")
@pytest.mark.row(34, "English, French, Persian, Urdu, mixed")
@pytest.mark.row(35, "tatweel, marks, alef and ya forms, presentation forms, zero-width and bidi controls")
@pytest.mark.row(36, "script, onerror, javascript: in title, body, entity, url, source name")
def test_texts(chain: Chain, tmp_path: Path):
    """Little text is flagged or refused; languages are marked; spellings are one story; programs are mere text."""
    chain.start()
    chain.start_api()
    articles = [*too_little(chain), *in_languages(chain), *in_spellings(chain), *hostile(chain)]
    with chain.load(200):
        chain.send(articles, 60).wait()
    count = chain.settle().count
    documents = {one["id"]: one for one in chain.documents()}
    assert count.dead == check_too_little(chain, documents)
    check_languages(chain, documents)
    check_spellings(chain, documents)
    check_hostile(chain, documents, tmp_path / "page.html")
