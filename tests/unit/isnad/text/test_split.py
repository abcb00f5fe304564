"""Pages into articles: what speaks for a new article, what must not split, and where titles and labels go."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad.text.clean import clean
from isnad.text.split import Piece, split

SEEDS = {path.name[:3]: path for path in Path("seeds").glob("*.txt")}

BRIDGE = "الوزارة تعيد فتح الجسر القديم بعد ثلاثة أشهر من الصيانة"
BRIDGE_BODY = [
    "أعلنت وزارة النقل اليوم أن أعمال الصيانة في الجسر القديم انتهت، وأن حركة السير ستعود إليه صباح الأحد المقبل.",
    "وقال المتحدث باسم الوزارة إن الأعمال استمرت ثلاثة أشهر، وكلفت أقل مما كان مقدرا لها في بداية العام الحالي.",
    "وكان الجسر قد أغلق أمام الشاحنات في الخريف الماضي، بعد أن ظهرت تشققات في اثنتين من دعاماته الحجرية.",
    "وطالب سكان الحي بإبقاء الممر المخصص للمشاة مفتوحا خلال الليل، وبزيادة الإنارة على جانبي الطريق المؤدي إليه.",
]
HARVEST = "مزارعو الزيتون يتوقعون موسما وفيرا رغم تأخر الأمطار"
HARVEST_BODY = [
    "يبدأ قطاف الزيتون في القرى الشمالية مطلع الشهر المقبل، ويتوقع المزارعون محصولا يفوق ما جنوه في العامين الماضيين.",
    "ويشكو أصحاب المعاصر من ارتفاع أجور العمال وثمن العبوات، ويقولون إن سعر التنكة لن ينخفض قبل نهاية الموسم.",
    "وتستعد الجمعيات التعاونية لتنظيم معرض للمنتجات الريفية يشارك فيه مئة عارض من المناطق الجبلية والساحلية.",
    "ويأمل الفلاحون أن تشتري المؤسسات الحكومية جزءا من الإنتاج، كما فعلت خلال السنوات التي سبقت الجفاف.",
]
DATELINE = "باريس – أ ف ب – "


def tight(title: str, body: list[str], dateline: str = "") -> str:
    return f"{title}\n\n{dateline}" + "\n".join(body)


def airy(title: str, body: list[str], dateline: str = "") -> str:
    return f"{title}\n\n{dateline}" + "\n\n".join(body)


def titles(page: str) -> list[str | None]:
    return [piece.title for piece in split(clean(page))]


def body(piece: Piece) -> str:
    return "\n".join(line.text for line in piece.lines)


@pytest.mark.parametrize("written", [tight, airy])
def test_a_headline_with_an_agencys_dateline_under_it_begins_an_article(written: Callable[..., str]) -> None:
    page = written(BRIDGE, BRIDGE_BODY, "دمشق – وكالات – ") + "\n\n" + written(HARVEST, HARVEST_BODY, DATELINE)
    one, two = split(clean(page))
    assert (one.title, two.title) == (BRIDGE, HARVEST)
    assert body(one) == "دمشق – وكالات – " + "\n".join(BRIDGE_BODY)
    assert body(two) == DATELINE + "\n".join(HARVEST_BODY)


def test_such_a_headline_counts_without_blank_lines_as_well() -> None:
    page = "\n".join([BRIDGE, *BRIDGE_BODY, HARVEST, DATELINE + HARVEST_BODY[0], *HARVEST_BODY[1:]])
    assert titles(page) == [BRIDGE, HARVEST]


@pytest.mark.parametrize("written", [tight, airy])
def test_an_article_about_something_else_is_told_by_its_words(written: Callable[..., str]) -> None:
    assert titles(written(BRIDGE, BRIDGE_BODY) + "\n\n" + written(HARVEST, HARVEST_BODY)) == [BRIDGE, HARVEST]


def test_sources_in_brackets_close_an_article() -> None:
    closed = [*BRIDGE_BODY[:-1], BRIDGE_BODY[-1] + " (دمشق، باريس – وكالات)"]
    assert titles(tight(BRIDGE, closed) + "\n\n" + tight(HARVEST, HARVEST_BODY)) == [BRIDGE, HARVEST]


def test_furniture_between_two_articles_parts_them() -> None:
    between = "\n\n2018/02/08\n\nجميع الحقوق محفوظة لموقع الجسر\n\n"
    assert titles(airy(BRIDGE, BRIDGE_BODY) + between + airy(HARVEST, HARVEST_BODY)) == [BRIDGE, HARVEST]


def test_headlines_under_a_headline_stay_in_its_article() -> None:
    below = "أسعار الزيت لن تنخفض قبل نهاية العام"
    page = tight(BRIDGE, BRIDGE_BODY) + f"\n\n{HARVEST}\n\n{below}\n\n{DATELINE}" + "\n".join(HARVEST_BODY)
    _, two = split(clean(page))
    assert two.title == HARVEST
    assert two.lines[0].text == below


def test_a_section_label_above_a_later_headline_is_no_title() -> None:
    page = tight(BRIDGE, BRIDGE_BODY) + f"\n\nأخبار محلية\n\n{HARVEST}\n\n{DATELINE}" + "\n".join(HARVEST_BODY)
    _, two = split(clean(page))
    assert (two.title, two.section) == (HARVEST, "أخبار محلية")


@pytest.mark.parametrize("written", [tight, airy])
@pytest.mark.parametrize(
    "subhead", ["تشققات في الدعامات", "مجازر.. ومجازر", "سكان الحي يطالبون بإنارة الطريق المؤدي إلى الجسر"]
)
def test_subheads_do_not_split(written: Callable[..., str], subhead: str) -> None:
    later = [
        "تشققات الدعامات ظهرت في الخريف الماضي على الجسر القديم، وأغلق أمام الشاحنات وحركة السير.",
        *BRIDGE_BODY[1:],
    ]
    assert titles(written(BRIDGE, BRIDGE_BODY) + f"\n\n{subhead}\n\n" + written("", later).strip()) == [BRIDGE]


def test_pull_quotes_after_the_lead_do_not_split() -> None:
    quotes = "الأعمال كلفت أقل مما كان مقدرا لها\n\n\xa0\n\nسكان الحي يطالبون بإبقاء الممر مفتوحا"
    page = f"{BRIDGE}\n\n{DATELINE}{BRIDGE_BODY[0]}\n\n{quotes}\n" + "\n".join(BRIDGE_BODY[1:] + HARVEST_BODY)
    assert titles(page) == [BRIDGE]


def test_a_paragraph_that_goes_on_begins_no_article() -> None:
    page = tight(BRIDGE, BRIDGE_BODY) + f"\n\n{HARVEST}\n\n" + "\n".join(HARVEST_BODY[1:])
    assert titles(page) == [BRIDGE]


def test_a_list_of_headlines_at_the_end_begins_no_article() -> None:
    assert titles(tight(BRIDGE, BRIDGE_BODY) + f"\n\n{HARVEST}\n\nأسعار الزيت لن تنخفض قبل نهاية العام") == [BRIDGE]


def test_a_source_line_is_not_the_next_articles_headline() -> None:
    page = tight(BRIDGE, BRIDGE_BODY) + "\n\nالمصدر: وكالات\n\n" + tight(HARVEST, HARVEST_BODY, DATELINE)
    one, two = split(clean(page))
    assert one.lines[-1].text == "المصدر: وكالات"
    assert two.title == HARVEST


@pytest.mark.parametrize(
    ("first_line", "rule", "section"),
    [
        ("الشأن السوري", "section_label", "الشأن السوري"),
        ("عربي ودولي", "section_label", "عربي ودولي"),
        ("أخبار", "section_label", "أخبار"),
        ("تقرير خاص لـ موقع الجسر", "report_label", None),
        ("حصري", "report_label", None),
    ],
)
def test_labels_above_the_headline_are_cut(first_line: str, rule: str, section: str | None) -> None:
    (piece,) = split(clean(f"{first_line}\n\n{airy(BRIDGE, BRIDGE_BODY)}"))
    assert (piece.title, piece.section) == (BRIDGE, section)
    assert [(cut.rule, cut.text) for cut in piece.cuts] == [(rule, first_line)]


def test_a_name_that_is_also_a_section_is_a_title_where_no_other_headline_stands() -> None:
    assert titles(airy("العراق", BRIDGE_BODY)) == ["العراق"]


def test_a_page_that_begins_with_its_text_has_no_title() -> None:
    (piece,) = split(clean("\n".join(BRIDGE_BODY)))
    assert piece.title is None
    assert body(piece) == "\n".join(BRIDGE_BODY)


@pytest.mark.parametrize(
    "title", ["هل تفتح الوزارة الجسر القديم أمام حركة السير قبل بداية العام الدراسي؟", "باريس: الجسر آمن", "ممكن"]
)
def test_questions_topics_and_single_words_are_titles_too(title: str) -> None:
    assert titles(tight(title, BRIDGE_BODY)) == [title]


def test_a_page_of_one_line_is_a_title_or_a_text() -> None:
    assert titles("الوزارة تفتح الجسر") == ["الوزارة تفتح الجسر"]
    assert titles("فتحت الوزارة الجسر.") == [None]
    assert split(clean("")) == []


SEED_TITLES = {
    "000": [
        "الأسد يتلقى «صفعة» من روسيا… وضربة من أميركاو واشنطن ترسم بالنار «خطاً أحمر» للأسد في دير الزور",
        "روسيا والنظام يوغلان في دماء الغوطة وإدلب",
        "أردوغان وبوتين قررا تسريع تثبيت مواقع مراقبة في إدلب",
        "واشنطن ترسم بالنار «خطاً أحمر» للأسد في دير الزور.",
    ],
    "001": ["أمريكا تقتل مئة من ميليشيات الأسد بإحباط هجوم كبير شرق دير الزور"],
    "002": ["الارهابيون يتراجعون فى الرقة والمعارك محتدمة فى محيط درعا"],
    "003": [None],
    "004": ["الجيش السوري بدأ معركة دير الزور و«داعش» يدعو «للنفير»"],
}


@pytest.mark.parametrize("number", SEED_TITLES)
def test_seeds_hold_the_articles_that_a_reader_sees(number: str) -> None:
    assert titles(SEEDS[number].read_text(encoding="utf-8")) == SEED_TITLES[number]


def test_headlines_and_subheads_of_the_seeds_stay_in_their_bodies() -> None:
    (two,) = split(clean(SEEDS["002"].read_text(encoding="utf-8")))
    assert [line.text for line in two.lines[:3]] == [
        "روسيا تطالب أميركا بعدم قصف القوات النظامية السورية",
        "بوتين يتحدث عن مؤشرات إيجابية لخطة وقف القتال فى سوريا",
        "تأجيل محادثات استانا الى مواعيد أخرى لم تحدد",
    ]
    (three,) = split(clean(SEEDS["003"].read_text(encoding="utf-8")))
    assert {"مجازر.. ومجازر", "مقتل البلجيكي..", "حراك سياسي.. سقفه التصريحات"} < {line.text for line in three.lines}
    assert [cut.rule for cut in three.cuts] == ["report_label", "signature", "rights"]


def visible(text: str) -> Counter[str]:
    return Counter(character for character in text if not character.isspace())


_BLOCKS = st.sampled_from(
    [
        BRIDGE,
        HARVEST,
        *BRIDGE_BODY,
        *HARVEST_BODY,
        DATELINE + HARVEST_BODY[0],
        "",
        "",
        "أخبار",
        "حصري",
        "0",
        "شاهد أيضاً",
        "***",
    ]
)


@settings(deadline=None)
@given(st.lists(st.one_of(_BLOCKS, st.text(max_size=30)), max_size=30).map("\n".join))
def test_every_visible_character_of_a_page_stands_in_exactly_one_place(page: str) -> None:
    cleaned = clean(page)
    pieces = split(cleaned)
    kept = "".join((piece.title or "") + body(piece) + "".join(cut.text for cut in piece.cuts) for piece in pieces)
    if not pieces:
        kept = "".join(placed.cut.text for placed in cleaned.cuts)
    assert visible(kept) == visible(page)
