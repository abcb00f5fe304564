"""What real feeds send beside good articles: kept as it is and marked, so that nobody is misled and nothing lost."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from isnad.codec import decode
from isnad.messages import PreparedArticle
from isnad.outcomes import Record
from isnad.text.words import words
from isnad_prepare.pages import prepare_record

ARRIVED = datetime(2026, 1, 1, 12, tzinfo=UTC)
BODY = "أعلنت وزارة النقل اليوم أن أعمال الصيانة في الجسر القديم انتهت، وأن حركة السير ستعود إليه قريبا."
PERSIAN = "رئیس جمهور ایران گفت که مذاکرات با قدرت‌های جهانی ادامه خواهد داشت و کشور برای آن آماده است."
URDU = "وزیر اعظم نے کہا ہے کہ حکومت عوام کے مسائل حل کرنے کے لیے تمام وسائل بروئے کار لائے گی۔"
ENGLISH = "The president said on Thursday that the coalition would continue its work in the coming months."
FRENCH = "Le président a déclaré jeudi que la coalition continuerait son travail au cours des prochains mois."


def article(**fields: object) -> PreparedArticle:
    value = msgspec.json.encode({"schema": 1, "source": "outlet", **fields})
    outcome = prepare_record(Record("articles.raw", 0, 0, ARRIVED, None, value), "articles.prepared")
    assert outcome.error is None, outcome.error
    (message,) = outcome.messages
    return decode(PreparedArticle, message.value)


@pytest.mark.parametrize(
    ("given", "at", "marks"),
    [
        ("1970-01-01T00:00:00Z", ARRIVED, ("ancient",)),
        ("0", ARRIVED, ("unreadable",)),
        ((ARRIVED + timedelta(days=730)).isoformat(), ARRIVED, ("future",)),
        ("الخميس القادم", ARRIVED, ("unreadable",)),
        ("31/02/2025", ARRIVED, ("unreadable",)),
        ("2025-12-31 10:00:00", datetime(2025, 12, 31, 10, tzinfo=UTC), ("no_zone",)),
    ],
    ids=["1970", "zero", "in two years", "words", "no such day", "without a zone"],
)
def test_a_date_that_cannot_be_believed_is_kept_marked_and_not_ordered_by(
    given: str, at: datetime, marks: tuple[str, ...]
) -> None:
    """The search orders by `published_at`, which is the arrival then."""
    prepared = article(title="عنوان", body=BODY, published_at=given)
    assert (prepared.published_at_given, prepared.published_at, prepared.time_marks) == (given, at, marks)
    assert prepared.arrived_at == ARRIVED


@pytest.mark.parametrize(
    ("body", "language"),
    [
        (ENGLISH, "en"),
        (FRENCH, "fr"),
        (PERSIAN, "fa"),
        (URDU, "ur"),
        (f"{BODY} {ENGLISH[:39]}", "ar"),
        (BODY, "ar"),
    ],
    ids=["English", "French", "Persian", "Urdu", "Arabic with some English", "Arabic"],
)
def test_an_article_in_another_language_is_kept_whole_and_marked(body: str, language: str) -> None:
    prepared = article(title=body[:30], body=body, language="ar")
    assert (prepared.body, prepared.language, prepared.declared_language) == (body, language, "ar")
    assert ("not_arabic" in prepared.flags) == (language != "ar")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("أعلنـــت الحكـــومة", "أعلنت الحكومة"),
        ("أَعْلَنَتِ الحُكُومَةُ", "أعلنت الحكومة"),
        ("اعلنت الحكومه", "أعلنت الحكومة"),
        ("ﺃﻋﻠﻨﺖ ﺍﻟﺤﻜﻮﻣﺔ", "أعلنت الحكومة"),
        ("أعل\u200cنت الحك\u200dومة", "أعلنت الحكومة"),
        ("\u202bأعلنت\u202c \u2067الحكومة\u2069\u200f", "أعلنت الحكومة"),
        ("مستشفی کبیر", "مستشفى كبير"),
        ("٢٠١٨ ۲۰۱۸", "2018 2018"),
    ],
    ids=[
        "tatweel",
        "marks",
        "alef and ta",
        "presentation forms",
        "zero width",
        "bidi controls",
        "ya and kaf",
        "digits",
    ],
)
def test_a_spelling_makes_no_difference_to_matching_and_is_kept(written: str, plain: str) -> None:
    """The words that are compared are the same; title and body stay as they were written."""
    assert words(written) == words(plain)
    prepared = article(title=written, body=f"{written} {BODY}")
    assert (prepared.title, prepared.body) == (written, f"{written} {BODY}")


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script> خبر", "<img src=x onerror=alert(1)> خبر", "خبر {{7*7}}"]
)
def test_what_looks_like_a_program_is_kept_as_text(hostile: str) -> None:
    """A title may be about HTML; whoever shows it escapes it."""
    prepared = article(title=hostile, body=f"{BODY}\n{hostile}", source="<b>outlet</b>")
    assert (prepared.title, prepared.body, prepared.source) == (hostile, f"{BODY}\n{hostile}", "<b>outlet</b>")
