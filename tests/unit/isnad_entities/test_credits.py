"""Who an article credits and whom it merely quotes; precision comes first, so what can't be told is a quotation."""

import pytest


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
        "معا",
        "",
    ],
)
def test_ordinary_words_are_no_agencies(wire, body):
    assert wire(body) == []


def test_a_headline_quotes(wire):
    assert told(wire("نص.", title="رويترز: لا موعد للقمة")) == [("quoted", "رويترز", "رويترز")]


@pytest.mark.parametrize(
    ("author", "agencies"),
    [
        ("القاهرة : (د ب ا)", ["وكالة الأنباء الألمانية"]),
        ("رويترز، أ ف ب", ["رويترز", "وكالة فرانس برس"]),
        ("محمد سمير - رويترز سابقا", []),
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
