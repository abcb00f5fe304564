"""Who an article credits and whom it merely quotes; precision comes first, so what can't be told is a quotation."""

from pathlib import Path

import pytest

from isnad.text.clean import clean
from isnad.text.split import split


def told(credits_):
    return [(one.role, one.agency, one.text) for one in credits_]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("باريس – أ ف ب – أعلنت الرئاسة موقفها.", [("وكالة فرانس برس", "أ ف ب")]),
        ("القاهرة (رويترز) - قال مسؤول إن الأمر انتهى.", [("رويترز", "رويترز")]),
        ("الرياض ـ واس: استقبل الأمير ضيفه.", [("وكالة الأنباء السعودية", "واس")]),
        ("دمشق، واشنطن – وكالات – في ضربة جديدة", [("وكالات", "وكالات")]),
        ("انتهى الاجتماع أمس. (دمشق، واشنطن، موسكو – وكالات)", [("وكالات", "وكالات")]),
        ("انتهى الاجتماع أمس.\n(د ب أ)", [("وكالة الأنباء الألمانية", "د ب أ")]),
        ("انتهى الاجتماع أمس.\nفرانس24/ أ ف ب/ رويترز", [("وكالة فرانس برس", "أ ف ب"), ("رويترز", "رويترز")]),
        ("انتهى الاجتماع أمس.\nالمصدر: وكالة الأناضول", [("وكالة الأناضول", "وكالة الأناضول")]),
        ("انتهى الاجتماع أمس. المصدر :وكالات", [("وكالات", "وكالات")]),
        ("انتهى الاجتماع أمس.المصدر (وات)", [("وكالة تونس أفريقيا للأنباء", "وات")]),
        ("وبلغت الواردات خمسة ملايين طن -وات-", [("وكالة تونس أفريقيا للأنباء", "وات")]),
        ("انتهى الاجتماع أمس.\n-أ ف ب-", [("وكالة فرانس برس", "أ ف ب")]),
        ("انتهى الاجتماع أمس. الشمس أف أم - وكالات", [("وكالات", "وكالات")]),
        ("انتهى الاجتماع أمس. ي.ب/ ع.غ (د.ب.أ، رويترز)", [("وكالة الأنباء الألمانية", "د.ب.أ"), ("رويترز", "رويترز")]),
        ("انتهى الاجتماع أمس. (وأج - وكالات)", [("وكالة الأنباء الجزائرية", "وأج"), ("وكالات", "وكالات")]),
        ("وقال «نحن باقون». (AFP)", [("وكالة فرانس برس", "AFP")]),
        ("انتهى الاجتماع أمس.\nرام الله - معا", [("وكالة معا", "معا")]),
        ("تونس 11 ديسمبر 2016 (وات) - أكد بيان صدر أمس.", [("وكالة تونس أفريقيا للأنباء", "وات")]),
    ],
)
def test_agencies_outside_the_sentences_are_credited(wire, body, expected):
    assert told(wire(body)) == [("credit", *one) for one in expected]


@pytest.mark.parametrize(
    ("body", "agency", "text"),
    [
        ("وقال مصور لوكالة «فرانس برس» إن المدينة خالية.", "وكالة فرانس برس", "فرانس برس"),
        ("بحسب مسؤول أمريكي لوكالة (رويترز) .", "رويترز", "رويترز"),
        ("ونقلت وكالة رويترز عن قائد عسكري أن قواته تقدمت.", "رويترز", "وكالة رويترز"),
        ("وكتبت وكالة أنباء النظام «سانا»: في عدوان جديد", "الوكالة العربية السورية للأنباء", "سانا"),
        ("ونسبت وكالة انباء تاس الى الوزير قوله", "تاس", "وكالة انباء تاس"),
        ("وقال وزير لرويترز إن الموعد لم يحدد.", "رويترز", "رويترز"),
        ("حسبما أوردت وكالة الأنباء السعودية (واس).", "وكالة الأنباء السعودية", "وكالة الأنباء السعودية"),
        ("وذكر رئيس البلدية ذلك لمراسلة (وات).", "وكالة تونس أفريقيا للأنباء", "وات"),
        ("صدر القرار أمس، حسبما نقلت وام.", "وكالة أنباء الإمارات", "وام"),
        ("سقطت القذيفة فجرا، وفقا لما ذكرته الأناضول، ولم يصب أحد.", "وكالة الأناضول", "الأناضول"),
        ("أشارت مصادر لوكالة بلومبيرغ إلى صفقة.", "بلومبرغ", "وكالة بلومبيرغ"),
        ("انتهى الاجتماع أمس.\nصور وكالة الأنباء السعودية", "وكالة الأنباء السعودية", "وكالة الأنباء السعودية"),
        ("جاء ذلك في تقرير لوكالة الأنباء الليبية الرسمية.", "وكالة الأنباء الليبية", "وكالة الأنباء الليبية الرسمية"),
    ],
)
def test_agencies_inside_the_sentences_are_quoted(wire, body, agency, text):
    found = told(wire(body))
    assert found[0] == ("quoted", agency, text)
    assert {role for role, _, _ in found} == {"quoted"}


@pytest.mark.parametrize(
    "body",
    [
        "عملا معا في قنا وفي بترا، وهو فارس شجاع.",
        "نقلت وكالات السفر آلاف المسافرين إلى الأناضول.",
        "سيبدأ البيع في أغسطس (آب).",
        "أنفقوا أكثر من 12 مليار كونا على المشروبات.",
        "وستدعم وكالات ائتمان التصدير التمويل.",
        "قالت الوكالة الوطنية للتشغيل إن العرض انتهى.",
        "وقالت بترا كفيتوفا إنها سعيدة.",
        "صورة من المباراة. (إ ب أ)",
        "انتهى الاجتماع أمس.\nفارس",
        "* نقلا عن الأنباء الكويتية",
        "معا",
        "",
    ],
)
def test_ordinary_words_are_no_agencies(wire, body):
    assert wire(body) == []


@pytest.mark.parametrize(
    ("body", "agencies"),
    [
        ("قنا - ضبطت مباحث التموين بقنا 3 أطنان دقيق.", []),
        ("بترا - زار السياح مدينة بترا.", []),
        ("الأقصر - قنا - زار الوفد المدينة.", []),
        ("الدوحة - قنا - استقبل الأمير ضيفه.", ["وكالة الأنباء القطرية"]),
        ("باريس - قنا - استقبل الرئيس ضيفه.", ["وكالة الأنباء القطرية"]),
        ("الأقصر - قنا، رويترز - زار الوفد المدينة.", ["وكالة الأنباء القطرية", "رويترز"]),
        ("عمان - بترا - استقبل الملك ضيفه.", ["وكالة الأنباء الأردنية"]),
        ("(قنا) - استقبل الأمير ضيفه.", ["وكالة الأنباء القطرية"]),
        ("الدوحة في 5 مارس /قنا/ استقبل الأمير ضيفه.", ["وكالة الأنباء القطرية"]),
        ("انتهى الاجتماع أمس. (قنا)", ["وكالة الأنباء القطرية"]),
    ],
)
def test_a_town_with_an_agencys_name_is_credited_only_where_it_is_clearly_the_agency(wire, body, agencies):
    assert [one.agency for one in wire(body)] == agencies


@pytest.mark.parametrize("agency", ["رويترز", "بلومبرغ"])
def test_a_headline_quotes(wire, agency):
    assert told(wire("نص.", title=f"{agency}: لا موعد للقمة")) == [("quoted", agency, agency)]


def test_the_longest_articles_are_read_in_one_go(wire):
    """Each line asks where the last paragraph of prose is: looked up anew, that would take minutes."""
    assert {one.role for one in wire("رويترز\n" * 20_000)} == {"credit"}


@pytest.mark.parametrize(
    ("author", "agencies"),
    [
        ("القاهرة : (د ب ا)", ["وكالة الأنباء الألمانية"]),
        ("رويترز، أ ف ب", ["رويترز", "وكالة فرانس برس"]),
        ("محمد سمير - رويترز سابقا", []),
        ("الوئام - رويترز:", ["رويترز"]),
        ("واس (سيهات)", ["وكالة الأنباء السعودية"]),
        ("زيوريخ ـ الفرنسية:", ["وكالة فرانس برس"]),
        ("كمال كافي، أ ف ب - تونس", ["وكالة فرانس برس"]),
        ("تصوير : واس", []),
        ("قنا - محمد سمير", []),
        ("قنا", ["وكالة الأنباء القطرية"]),
        ("الدوحة - قنا", ["وكالة الأنباء القطرية"]),
        ("عبد القادر فارس (غزة)", []),
        ("فارس", []),
        ("محمد سمير", []),
        (None, []),
    ],
)
def test_an_author_that_is_an_agency_is_credited(wire, author, agencies):
    found = wire("نص.", author=author)
    assert [(one.agency, one.field, one.role) for one in found] == [(agency, "author", "credit") for agency in agencies]
    assert all(author[one.start : one.end] == one.text for one in found)


def test_a_credited_agency_is_no_mention_and_a_quoted_one_is(mentions):
    found = mentions("بيروت – رويترز – قال وزير لوكالة فرانس برس إنه باق.")
    assert [one.canonical for one in found] == ["بيروت", "وكالة فرانس برس"]


def test_how_sure_a_credit_is_depends_on_where_it_stands(wire):
    line, tail = wire("انتهى الاجتماع أمس.\nرويترز")[0], wire("انتهى الاجتماع أمس. -رويترز-")[0]
    assert 0.5 < tail.score < line.score <= 1


def test_the_same_words_give_the_same_credits(wire):
    body = "بيروت – رويترز – قال وزير لوكالة فرانس برس إنه باق. (أ ب)"
    assert wire(body) == wire(body)


SEEDS = {
    "000": [
        ({"وكالات"}, {"الوكالة العربية السورية للأنباء"}),
        ({"وكالات"}, {"وكالة فرانس برس"}),
        ({"وكالات"}, {"ريا نوفوستي"}),
        ({"وكالات"}, set()),
    ],
    "001": [(set(), {"رويترز"})],
    "002": [(set(), {"تاس", "وكالة فرانس برس", "رويترز"})],
    "003": [(set(), set())],
    "004": [(set(), set())],
}
"""By hand: who is credited and who is quoted in each article of the seed pages."""


@pytest.mark.parametrize("page", sorted(SEEDS))
def test_each_article_of_the_seed_pages_credits_its_wire_and_quotes_the_others(wire, page):
    (file,) = Path("seeds").glob(f"{page}_*.txt")
    found = []
    for piece in split(clean(file.read_text(encoding="utf-8"))):
        row = wire("\n".join(line.text for line in piece.lines), title=piece.title or "")
        found.append(tuple({one.agency for one in row if one.role == role} for role in ("credit", "quoted")))
    assert found == SEEDS[page]
