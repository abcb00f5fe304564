"""Cleaning: furniture goes, by its rule; sentences stay; nothing disappears."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad.text.clean import clean

LEAD = "أعلنت الوزارة اليوم أن أعمال الصيانة في الجسر القديم انتهت، وأن حركة السير ستعود إليه صباح الأحد المقبل."
MORE = "وقال المتحدث باسم الوزارة إن الأعمال استمرت ثلاثة أشهر، وكلفت أقل مما كان مقدرا لها في بداية العام."


def cut_from(page: str) -> dict[str, str]:
    return {placed.cut.text: placed.cut.rule for placed in clean(page).cuts}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("eca7c1ef-3fe4-4ebf-84db-2d85f2d70d10", "uuid"),
        ("DSC 0151", "image_name"),
        ("IMG_20180208_102233", "image_name"),
        ("IMG_20180208____edited__2(1)", "image_name"),
        ("صورة الجسر القديم.jpg", "image_name"),
        ("WhatsApp Image 2018-02-08 at 10.22.33", "image_name"),
        ("زر الذهاب إلى الأعلى", "navigation"),
        ("انتقل إلى المحتوى", "navigation"),
        ("فيسبوك تويتر واتساب تيلقرام", "sharing"),
        ("Facebook Twitter WhatsApp", "sharing"),
        ("شارك على فيسبوك", "sharing"),
        ("مشاركة عبر البريد طباعة", "sharing"),
        ("Advertisement", "advertisement"),
        ("***", "ornament"),
        ("http://example.com/news/1?a=b", "link"),
        ("جميع الحقوق محفوظة لموقع الجسر 2018", "rights"),
        ("حقوق النشر والطبع محفوظة © الجسر", "rights"),
        ("الرئيسية / أخبار / محليات", "breadcrumbs"),
        ("اقرأ أيضاً: الوزير يفتتح الجسر الجديد", "related"),
        ("إقرأ ايضا : الوزير يفتتح الجسر الجديد", "related"),
        ("للمزيد – الوزير يفتتح الجسر الجديد", "related"),
        ("شاهد أيضاً الوزير يفتتح الجسر الجديد", "related"),
        ("المقال السابقالوزير يفتتح الجسر الجديد", "related"),
        ("المادة التاليةالوزير يفتتح الجسر الجديد", "related"),
        ("المادة السابقة: الوزير يفتتح الجسر الجديد", "related"),
        ("المقالة القادمة ← الوزير يفتتح الجسر الجديد", "related"),
        ("المادة التالية", "related"),
        ("Next articleالوزير يفتتح الجسر الجديد", "related"),
        ("© موقع الجسر", "rights"),
        ("جميع الحقوق محفوظة", "rights"),
        ("الحقوق محفوظة لموقع الجسر", "rights"),
        ("كافة حقوق الطبع والنشر محفوظة لموقع الجسر الإخباري.", "rights"),
        ("جميع الحقوق محفوظة لصالح مرصد الجسر لأخبار الشرق الأوسط وشمال أفريقيا.", "rights"),
        ("جميع الحقوق 2018 محفوظة", "rights"),
        ("جميع الحقوق محفوظة لمن كتب في موقع الجسر الإخباري في العاصمة وضواحيها 2018.", "rights"),
        ("جميع الحقوق محفوظة لموقع الجسر، ولا يجوز نسخ أي مادة أو إعادة نشرها دون إذن خطي مسبق من الإدارة.", "rights"),
        ("حقوق النشر والطبع ورقيا والكترونيا محفوظة لصالح مرصد الشرق الأوسط وشمال أفريقيا الإعلامي©.", "rights"),
        ("**حقوق النشر محفوظة لمجلة الجسر، شركة المعبر", "rights"),
        ("حقوق الصور محفوظة لـ Bridge Galleries", "rights"),
        ("Copyright 2018 The Bridge News Agency of the North. All rights reserved.", "rights"),
        ("All rights reserved to the Bridge", "rights"),
    ],
)
def test_furniture_is_cut_wherever_it_stands(line: str, rule: str) -> None:
    for page in (f"{line}\n\n{LEAD}\n{MORE}", f"{LEAD}\n{line}\n{MORE}", f"{LEAD}\n\n{MORE}\n\n{line}"):
        cleaned = clean(page)
        assert [line.text for line in cleaned.lines] == [LEAD, MORE]
        assert {placed.cut.text: placed.cut.rule for placed in cleaned.cuts} == {line: rule}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("0", "counter"),
        ("٨٤", "counter"),
        ("1,234 مشاهدة", "counter"),
        ("3 تعليقات", "counter"),
        ("أقل من دقيقة", "counter"),
        ("الخميس 8 فبراير 2018 - 10:22", "date"),
        ("٨ شباط ٢٠١٨", "date"),
        ("آخر تحديث: 2018-02-08", "date"),
        ("منذ يومين", "date"),
        ("بقلم: سعيد علي", "byline"),
        ("كتب - سعيد علي", "byline"),
        ("بحث", "navigation"),
        ("المقال السابق الوزير يفتتح الجسر الجديد", "related"),
        ("Next post الوزير يفتتح الجسر الجديد", "related"),
    ],
)
def test_numbers_dates_writers_and_headlines_are_cut_at_the_edges_only(line: str, rule: str) -> None:
    assert cut_from(f"{line}\n{LEAD}\n{MORE}") == {line: rule}
    assert cut_from(f"{LEAD}\n{MORE}\n{line}") == {line: rule}
    assert cut_from(f"{LEAD}\n{line}\n{MORE}") == {}


@pytest.mark.parametrize(
    "line",
    [
        "وشاهد أيضا الوزير أعمال الصيانة في الجسر الثاني، وتحدث إلى المهندسين.",
        "اقرأ أيضا في هذا الكتاب فصلا عن تاريخ الجسور القديمة في المدينة كتبه المهندس سعيد علي.",
        "وأكدت الشركة أن حقوق المستأجرين محفوظة، وأن العقود تبقى كما هي.",
        "حقوق الإنسان أولا",
        "المزيد من الجسور",
        "فيسبوك تعلن عن أرباحها",
        "شارك في الاجتماع وزير النقل",
        "كتب الوزير على صفحته أن الجسر آمن",
        "(رويترز)",
        "المصدر: أ ف ب",
        "وكالات",
        "2018: عام الجسور",
        "تعليقات الوزير أثارت الجدل",
        "حقوق المواطنين السوريين في تركيا محفوظة، ولا صحة لما يشاع عن ترحيل، بحسب ما أعلنت دائرة الهجرة في بيان أمس.",
        "حقوق المواطنين السوريين في تركيا محفوظة بموجب القانون",
        "جميع حقوق المرأة محفوظة في الدستور وفي القوانين التي أقرها المجلس خلال دورته الأخيرة من هذا العام.",
        "جميع حقوق المرأة محفوظة في الدستور",
        "كل الحقوق السياسية والمدنية محفوظة للنازحين",
        "جميع الحقوق محفوظة للعمال المسرحين من المصنع، كما قال الوزير أمس في لقائه مع النقابات.",
        "المادة التالية من الدستور تنص على أن السيادة للشعب وأنه مصدر السلطات",
        "المادة التالية من الدستور تنص على …",
        "المادة السابقة عدلت في عام 1980",
        "المادة التالية «لا يجوز توقيف أحد إلا بأمر من القضاء»",
        "المقال السابق تناولت فيه …",
        "المقال السابق تناولت فيه أسباب الأزمة، وهذا المقال في نتائجها:",
        "وقالت الشركة إن علامة © على الغلاف لا تكفي لحماية المؤلف من السرقة.",
    ],
)
def test_sentences_subheads_and_sources_stay(line: str) -> None:
    for page in (f"{LEAD}\n{line}\n{MORE}", f"{LEAD}\n{MORE}\n{line}"):
        assert cut_from(page) == {}


def test_a_box_of_other_articles_is_cut_to_its_end() -> None:
    box = "مقالات ذات صلة\n\nجسر ثان في الشمال\n\nسعيد علي – كلما عبرت الجسر تذكرت …\n\nزر الذهاب إلى الأعلى"
    page = f"{LEAD}\n\n{MORE}\n\n{box}"
    assert cut_from(page) == {
        "مقالات ذات صلة": "related",
        "جسر ثان في الشمال": "related",
        "سعيد علي – كلما عبرت الجسر تذكرت …": "related",
        "زر الذهاب إلى الأعلى": "navigation",
    }


def test_an_article_goes_on_after_a_box_in_its_midst() -> None:
    page = clean(f"{LEAD}\n\nاقرأ أيضا\n\nجسر ثان في الشمال\n\n{MORE}")
    assert [line.text for line in page.lines] == [LEAD, MORE]


@pytest.mark.parametrize(
    "paragraphs",
    [
        (
            "وأضاف الوزير أن المشروع يتضمن أحكاما جديدة تحمي العمال من التسريح التعسفي",
            "وأشار إلى أن النقابات شاركت في صياغته على مدى عامين من اللقاءات",
            "ويناقش البرلمان المشروع في جلسته المقبلة بعد عطلة العيد",
        ),
        ("قال الوزير إن المشروع يتضمن أحكاما جديدة تحمي العمال", "من جهته رحب اتحاد العمال بالمشروع"),
        ("المشروع يتضمن أحكاما جديدة تحمي العمال.", "النقابات شاركت في صياغته."),
        ("المشروع الذي شاركت النقابات في صياغته، يحمي العمال من التسريح", "البرلمان يناقش المشروع بعد العيد"),
        ("المشروع يتضمن أحكاما جديدة تحمي العمال، هي:", "تعويض عن التسريح التعسفي"),
    ],
    ids=["goes on", "verb", "full stop", "comma", "runs on"],
)
@pytest.mark.parametrize("heading", ["اقرأ أيضا", "مقالات ذات صلة", "المزيد"])
def test_short_paragraphs_after_a_box_are_the_article_again(heading: str, paragraphs: tuple[str, ...]) -> None:
    """None of them ends as a sentence of the length of a paragraph does."""
    page = clean("\n\n".join([LEAD, heading, "جسر ثان في الشمال", "الوزير يفتتح جسرا ثالثا", *paragraphs]))
    assert [line.text for line in page.lines] == [LEAD, *paragraphs]


def test_dates_words_and_teasers_of_a_box_stay_in_it() -> None:
    teaser = "سعيد علي – كلما عبرت الجسر القديم، تذكرت صيفا بعيدا من طفولتي في الحي …"
    quoting = 'اتهامات لمقاول الجسر: "عقد ألماس لزوجته، ولوحة، ويخت"'
    box = ["الأكثر قراءة", "سياسة", "جسر ثان في الشمال", quoting, "الخميس 8 فبراير، 2018", "3 تعليقات", teaser]
    assert set(cut_from("\n\n".join([LEAD, MORE, *box]))) == set(box)


def test_a_box_of_headlines_is_bounded() -> None:
    headlines = [f"الوزير يفتتح الجسر رقم {number} في الشمال" for number in range(1, 31)]
    page = clean("\n".join([LEAD, "اقرأ أيضا", *headlines]))
    assert [line.text for line in page.lines] == [LEAD, *headlines[20:]]


SHORT = "وطالب سكان الحي بإبقاء الممر مفتوحا خلال الليل وبزيادة الإنارة على جانبي الطريق"
COMMENTS = ["سعيد علي", "8 فبراير 2018", "مقال جميل جدا شكرا للكاتب", "ليلى", MORE]
FORM = ["اترك تعليقاً", "لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *", "البريد الإلكتروني *"]


@pytest.mark.parametrize("heading", ["التعليقات", "تعليقات", "Comments"])
@pytest.mark.parametrize("comments", [[], COMMENTS, [*COMMENTS, *FORM, *COMMENTS]], ids=["none", "two", "a form too"])
def test_text_under_text_is_no_comment(heading: str, comments: list[str]) -> None:
    """A comment stands under its writer's name or its date; «التعليقات» is also a subhead."""
    page = clean("\n\n".join([LEAD, heading, *comments, SHORT, LEAD]))
    assert [line.text for line in page.lines] == [LEAD, SHORT, LEAD]


def test_above_the_article_only_the_heading_of_a_box_is_cut() -> None:
    page = clean(f"آخر الأخبار\n\nالوزارة تفتح الجسر\n\n{LEAD}")
    assert [line.text for line in page.lines] == ["الوزارة تفتح الجسر", LEAD]


def test_comments_are_cut_to_the_end_of_the_page() -> None:
    page = clean(f"{LEAD}\n{MORE}\n\nاترك تعليقاً\n\nسعيد علي\n\n{MORE}")
    assert [line.text for line in page.lines] == [LEAD, MORE]


def test_one_box_ends_where_the_next_begins() -> None:
    assert cut_from(f"{LEAD}\n{MORE}\n\nالوسوم\nجسر\nمقالات ذات صلة\nالوزير يفتتح جسرا ثانيا في الشمال") == {
        "الوسوم": "tags",
        "جسر": "tags",
        "مقالات ذات صلة": "related",
        "الوزير يفتتح جسرا ثانيا في الشمال": "related",
    }


def test_a_box_of_headlines_under_the_comments_is_one_of_its_own() -> None:
    headlines = ["الوزير يفتتح جسرا ثانيا في الشمال", "الوزارة تبني جسرا ثالثا في الجنوب"]
    cuts = cut_from("\n\n".join([LEAD, "التعليقات", "سعيد علي", MORE, *FORM, "مقالات ذات صلة", *headlines]))
    assert [cuts[line] for line in ("سعيد علي", MORE, *FORM[:2])] == ["comments"] * 4
    assert [cuts[line] for line in headlines] == ["related"] * 2


def test_another_report_after_a_box_keeps_its_headline() -> None:
    headline, report = "الحكومة تقدم استقالتها", f"باريس – أ ف ب – {LEAD}"
    for box in ("شاهد أيضاً", "التعليقات"):
        page = clean(f"{LEAD}\n{MORE}\n\n{box}\n\nجسر ثان في الشمال\n\n{headline}\n\n{report}")
        assert [line.text for line in page.lines] == [LEAD, MORE, headline, report]


def test_the_outlets_name_above_its_copyright_line_is_cut() -> None:
    assert cut_from(f"{LEAD}\nموقع الجسر الإخباري\nحقوق النشر محفوظة لموقع الجسر الإخباري©.") == {
        "موقع الجسر الإخباري": "signature",
        "حقوق النشر محفوظة لموقع الجسر الإخباري©.": "rights",
    }


def test_counters_under_a_headline_are_cut() -> None:
    assert cut_from(f"{LEAD}\n{MORE}\n\nجسر ثان في الشمال\n\n84\n\n{LEAD}") == {"84": "counter"}


def test_characters_that_no_article_holds_are_cut() -> None:
    page = clean(f"\ufeff{LEAD}\x00\x07")
    assert [line.text for line in page.lines] == [LEAD]
    assert [placed.cut.text for placed in page.cuts] == ["\ufeff\x00\x07"]


def visible(text: str) -> Counter[str]:
    return Counter(character for character in text if not character.isspace())


@pytest.mark.timeout(10)
def test_a_camera_s_name_that_is_none_after_all_does_not_take_forever() -> None:
    """Where a row of underscores could be parted in many ways, thirty of them took hours."""
    line = f"IMG_123{'_' * 60}!"
    assert cut_from(f"{LEAD}\n{line}\n{MORE}") == {}


def all_that_is_kept(page: str) -> Counter[str]:
    cleaned = clean(page)
    return visible("".join(line.text for line in cleaned.lines) + "".join(placed.cut.text for placed in cleaned.cuts))


_FURNITURE = [
    "0",
    "84",
    "شاهد أيضاً",
    "DSC 0151",
    "مقالات ذات صلة",
    "***",
    "التعليقات",
    "فيسبوك",
    "الوسوم: جسر",
    "بقلم: سعيد",
]
_ODD = ["", " ", "\xa0", "…", "\x00", "\ufeffنص", "\ud800", "عنوان قصير", "حقوق النشر محفوظة ©", "باريس – أ ف ب – قال"]
_BLOCKS = st.sampled_from([LEAD, MORE, *_FURNITURE, *_ODD])


@settings(deadline=None)
@given(st.lists(st.one_of(_BLOCKS, st.text(max_size=40)), max_size=25).map("\n".join))
def test_every_visible_character_of_a_page_is_left_or_cut(page: str) -> None:
    assert all_that_is_kept(page) == visible(page)


@settings(deadline=None)
@given(st.lists(_BLOCKS, max_size=25).map("\n".join))
def test_cleaning_what_is_clean_changes_nothing_of_its_prose(page: str) -> None:
    once = [line.text for line in clean(page).lines if line.is_prose]
    assert [line.text for line in clean("\n".join(once)).lines] == once


@pytest.mark.parametrize("seed", sorted(Path("seeds").glob("*.txt")), ids=lambda path: path.name[:3])
def test_every_visible_character_of_the_seeds_is_left_or_cut(seed: Path) -> None:
    page = seed.read_text(encoding="utf-8")
    assert all_that_is_kept(page) == visible(page)
