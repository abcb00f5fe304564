"""Datelines: where they end, and what they name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad.text.dateline import find_dateline, read_opening

LEAD = " قال مسؤول كبير في وزارة الخارجية إن الاجتماع المقبل سيعقد في العاصمة، بحضور ممثلين عن جميع الأطراف المعنية."


@pytest.mark.parametrize(
    ("written", "places", "agencies"),
    [
        ("دمشق، واشنطن – وكالات –", ["دمشق", "واشنطن"], ["وكالات"]),
        ("باريس – أ ف ب –", ["باريس"], ["أ ف ب"]),
        ("القاهرة (رويترز) -", ["القاهرة"], ["رويترز"]),
        ("القاهرة (رويترز)", ["القاهرة"], ["رويترز"]),
        ("القاهرة (د.ب.أ):", ["القاهرة"], ["د.ب.أ"]),
        ("واس - الرياض:", ["الرياض"], ["واس"]),
        ("القاهرة ورويترز -", ["القاهرة"], ["رويترز"]),
        ("دمشق وواشنطن - وكالات -", ["دمشق", "واشنطن"], ["وكالات"]),
        ("دبي، الإمارات العربية المتحدة (CNN)--", ["دبي", "الإمارات العربية المتحدة"], ["CNN"]),
        ("إسطنبول/ محمد شيخ/ الأناضول/", ["إسطنبول"], ["الأناضول"]),
        ("القاهرة في 8 فبراير /أ ش أ/", ["القاهرة"], ["أ ش أ"]),
        ("القاهرة – «المدى» –", ["القاهرة"], ["المدى"]),
        ("بيروت - سعيد علي:", ["بيروت"], []),
        ("سعيد علي - بيروت:", ["بيروت"], []),
        ("رويترز:", [], ["رويترز"]),
        ("(أ ف ب) -", [], ["أ ف ب"]),
        ("القاهرة ـ رويترز ـ", ["القاهرة"], ["رويترز"]),
        ("تونس 11 ديسمبر 2016 (وات) -", ["تونس"], ["وات"]),
        ("طرابلس – وكالة الأنباء الليبية –", ["طرابلس"], ["وكالة الأنباء الليبية"]),
        ("الرباط (و م ع) -", ["الرباط"], ["و م ع"]),
        ("صور - رويترز -", ["صور"], ["رويترز"]),
    ],
)
def test_dateline_ends_before_the_report_and_names_its_parts(
    written: str, places: list[str], agencies: list[str]
) -> None:
    body = written + LEAD
    dateline = find_dateline(body)
    assert dateline is not None
    assert (dateline.text, dateline.start, dateline.end) == (written, 0, len(written))
    assert list(dateline.places) == places
    assert list(dateline.agencies) == agencies


@pytest.mark.parametrize(
    "body",
    [
        "",
        LEAD,
        "حلب (سوريا) مدينة قديمة" + LEAD,
        "صور رويترز",
        "صور وكالة الأنباء السعودية: موكب الملك",
        "مصر وإيران - علاقات يطول الحديث عنها" + LEAD,
        "ذكرت الوكالة السودانية للأنباء (سونا)" + LEAD,
        "طريق دمشق – حلب مقطوع منذ أيام" + LEAD,
        "من جهته – وقد حضر متأخرا –" + LEAD,
        "العرب – وهم كثر –" + LEAD,
        "الحياة – كما يقال –" + LEAD,
    ],
)
def test_text_that_only_looks_like_a_dateline_is_none(body: str) -> None:
    assert find_dateline(body) is None


def test_dateline_is_found_under_a_headline_with_its_place_in_the_body() -> None:
    body = "اتفاق على عقد القمة الثانية في الخريف\nأنقرة، موسكو – وكالات –" + LEAD
    dateline = find_dateline(body)
    assert dateline is not None
    assert body[dateline.start : dateline.end] == dateline.text == "أنقرة، موسكو – وكالات –"


def test_dateline_with_a_line_to_itself_is_found() -> None:
    dateline = find_dateline("الرياض - واس\n" + LEAD)
    assert dateline is not None
    assert (dateline.text, dateline.places, dateline.agencies) == ("الرياض - واس", ("الرياض",), ("واس",))


def test_later_paragraphs_have_no_dateline() -> None:
    assert find_dateline(LEAD + "\nباريس – أ ف ب –" + LEAD) is None


@pytest.mark.parametrize("headline", ["باريس: الحكومة تقدم استقالتها", "رويترز: النفط يرتفع", "بنغازي: أيام صعبة"])
def test_a_topic_before_a_colon_is_no_dateline_in_a_headline(headline: str) -> None:
    assert find_dateline(headline + "\n" + LEAD) is None


@settings(deadline=None)
@given(st.text(alphabet="دمشق ابغد –-:/()«»،\n\u200f1أ ف ب", max_size=200))
def test_whatever_stands_there_the_offsets_are_those_of_the_text(body: str) -> None:
    dateline = find_dateline(body)
    if dateline is not None:
        assert body[dateline.start : dateline.end] == dateline.text
        assert dateline.text.strip()
        for name in dateline.places + dateline.agencies:
            assert name in dateline.text


@settings(deadline=None)
@given(st.text(max_size=150))
def test_any_text_can_be_read(text: str) -> None:
    opening = read_opening(text)
    assert opening is None or 0 < opening.end <= len(text)
