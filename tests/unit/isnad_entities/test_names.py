"""People, places and organisations in single sentences; what is expected was read by eye, not taken from the output."""

import pytest


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("قال وزير الخارجية الروسي سيرغي لافروف إن بلاده مستعدة", ["PER سيرغي لافروف"]),
        (
            "أفاد مدير المرصد السوري لحقوق الإنسان رامي عبدالرحمن بأن القصف مستمر",
            ["ORG المرصد السوري لحقوق الإنسان", "PER رامي عبد الرحمن"],
        ),
        ("قال المتحدث باسم الوزارة، سعدون الحلبوسي، إن الموعد لم يحدد", ["PER سعدون الحلبوسي"]),
        ("وقتل القائد العسكري، العقيد أحمد تاجو", ["PER أحمد تاجو"]),
        ("التقى الرئيس الزيمبابوي نظيره البرازيلي", []),
        ("وصل أبو إسلام البلجيكي إلى المكان", ["PER أبو إسلام البلجيكي"]),
        ("ألقى محمد بن سلمان بن عبدالعزيز كلمة", ["PER محمد بن سلمان"]),
        ("قال عبد الرحمن بن سعد المطيري", ["PER عبد الرحمن بن سعد المطيري"]),
        ("أكد الرئيس التنفيذي للشركة ذلك", []),
        ("قال المدير على الفور إن العمل متوقف", []),
    ],
)
def test_persons_are_found_by_title_or_given_name(canonical, sentence, expected):
    assert canonical(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("قصف بلدة خشام المحاذية", ["LOC خشام"]),
        ("شمل القصف بلدات زردنا وتفتناز ومعربليت في الليل", ["LOC زردنا", "LOC تفتناز", "LOC معربليت"]),
        ("هاجموا نقطة تل الجعابي قرب النهر", ["LOC تل الجعابي"]),
        (
            "سقطت براميل على قرى أبو عجوة وعنبر والشيحة بريف حماة",
            ["LOC أبو عجوة", "LOC عنبر", "LOC الشيحة", "LOC حماة"],
        ),
        ("عاد إلى مدينة كبيرة", []),
        ("مناطق متفرقة ومنطقة حدودية ومدن ساحلية", []),
        ("منطقة خفض التوتر", []),
        ("سيطروا على مدينة الباب", ["LOC الباب"]),
        ("كان الباب مفتوحا", []),
        ("الخلاف القائم ينبع من الخبر الذي نشر", []),
        ("قدم حصة الأسد من التمويل", []),
        ("على الضفة الغربية للنهر", []),
        ("في الضفة الغربية المحتلة", ["LOC الضفة الغربية"]),
    ],
)
def test_places_are_found_by_list_or_trigger_and_ordinary_words_are_not(canonical, sentence, expected):
    assert canonical(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("قوات سورية في شمال سورية", ["LOC سوريا"]),
        ("النظام السوري والقوات الروسية ومسؤول أميركي وطائرات تركية", []),
        ("على أراضي سورية وفي مناطق سورية أخرى", ["LOC سوريا"]),
        ("من طهران إلى العراق وسورية ولبنان", ["LOC طهران", "LOC العراق", "LOC سوريا", "LOC لبنان"]),
    ],
)
def test_an_adjective_of_nationality_is_no_place(canonical, sentence, expected):
    assert canonical(sentence) == expected


@pytest.mark.parametrize(
    ("spellings", "expected"),
    [
        (["أميركا", "أمريكا", "امريكا", "الولايات المتحدة", "الولايات المتحدة الأمريكية"], "الولايات المتحدة"),
        (["أردوغان", "اردوغان", "رجب طيب إردوغان"], "رجب طيب أردوغان"),
        (["ديمستورا", "دي ميستورا", "ستيفان دي مستورا"], "ستيفان دي ميستورا"),
        (["سوريا", "سورية", "الجمهورية العربية السورية"], "سوريا"),
        (["داعش", "تنظيم داعش", "تنظيم الدولة الإسلامية"], "تنظيم الدولة الإسلامية"),
        (
            ["قسد", "قوات سوريا الديمقراطية", "قوات سورية الديموقراطية", "قوّات سوريا الديمقراطيّة"],
            "قوات سوريا الديمقراطية",
        ),
        (["أستانا", "استانا", "أستانة"], "أستانا"),
        (["دير الزور", "ديرالزور"], "دير الزور"),
        (["فلاديمير بوتين", "فلاديمير بوتن"], "فلاديمير بوتين"),
        (["ريكس تيلرسون", "ريكس تليرسون"], "ريكس تيلرسون"),
    ],
)
def test_spellings_of_one_entity_have_one_canonical_name(mentions, spellings, expected):
    for spelling in spellings:
        (found,) = mentions(f"حديث عن {spelling}")
        assert (found.text, found.canonical) == (spelling, expected)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("وسوريا", "سوريا"),
        ("بسوريا", "سوريا"),
        ("فبسوريا", "سوريا"),
        ("للأردن", "أردن"),
        ("وللولايات المتحدة", "ولايات المتحدة"),
        ("كبوتين", "بوتين"),
        ("لبنان", "لبنان"),
        ("ولبنان", "لبنان"),
        ("بـ«داعش»", "داعش"),
        ("والأسد", "الأسد"),
    ],
)
def test_clitics_are_no_part_of_the_name(mentions, written, text):
    (found,) = mentions(f"قيل {written} اليوم")
    assert found.text == text


def test_names_that_differ_in_arabic_vowels_stay_apart(canonical):
    """Spellings of foreign names are joined by sound; of Arabic ones it would join different people."""
    assert canonical("قال علي لاريجاني") != canonical("قال علي لارجاني")
    assert canonical("سجل محمد صلاح هدفا") == ["PER محمد صلاح"]
    assert canonical("سجل محمد صالح هدفا") == ["PER محمد صالح"]


def test_a_place_has_country_coordinates_and_latin_name(mentions):
    (found,) = mentions("انفجار في دير الزور")
    assert (found.country, found.latin) == ("SY", "Deir ez-Zor")
    assert found.location is not None
    assert (round(found.location.lat), round(found.location.lon)) == (35, 40)


def test_a_person_has_a_latin_name_and_no_country(mentions):
    (found,) = mentions("قال سيرغي لافروف إنه راض")
    assert (found.latin, found.country, found.location) == ("Sergey Lavrov", None, None)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("زار عمان والتقى الملك الأردني", "عمان"),
        ("زار عمان والتقى السلطان العماني في مسقط", "سلطنة عمان"),
        ("اشتباكات في طرابلس شمال لبنان", "طرابلس اللبنانية"),
        ("اشتباكات في طرابلس الليبية", "طرابلس"),
        ("زار السياح برشلونة في الصيف", "برشلونة"),
        ("سجل برشلونة هدفا في المباراة أمام الفريق الضيف في الدوري", "برشلونة لكرة القدم"),
    ],
)
def test_of_things_with_one_name_the_article_says_which_is_meant(canonical, sentence, expected):
    assert expected in [name.partition(" ")[2] for name in canonical(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("ذكرت وزارة الدفاع الروسية في بيان", ["ORG وزارة الدفاع الروسية"]),
        ("أعلنت وزارة التربية والتعليم العمانية", ["ORG وزارة التربية والتعليم العمانية"]),
        ("قالت الخارجية الباكستانية إنها", ["ORG وزارة الخارجية الباكستانية"]),
        ("قال وزير الخارجية الباكستاني", []),
        ("أعلن الجيش التركي مقتل", ["ORG الجيش التركي"]),
        ("الجيش الأمريكي والجيش الاميركي والجيش الأميركي", ["ORG الجيش الأميركي"] * 3),
        ("رئيس «حزب الشعب الجمهوري»", ["ORG حزب الشعب الجمهوري"]),
        ("أكد حزب العمل الكردي المصري الذي يعارض", ["ORG حزب العمل الكردي المصري"]),
        ("عملية «غصن الزيتون» مستمرة", ["MISC غصن الزيتون"]),
        ("منظمة «إرهابية» خطيرة", []),
        ("عن صحيفة «السفير» أمس", ["ORG صحيفة السفير"]),
        ("مقاتلو تنظيم «القاعدة»", ["ORG القاعدة"]),
        ("في القاعدة العسكرية", []),
    ],
)
def test_organisations_are_found_by_what_announces_them(canonical, sentence, expected):
    assert canonical(sentence) == expected


class TestShortForms:
    def test_a_surname_means_who_is_named_in_full_elsewhere_in_the_article(self, mentions):
        found = mentions("قال صهيب الحلبوسي إن الأمر انتهى. وأضاف الحلبوسي أنه راض", title="الحلبوسي راض")
        assert [one.canonical for one in found] == ["صهيب الحلبوسي"] * 3
        assert [one.text for one in found] == ["الحلبوسي", "صهيب الحلبوسي", "الحلبوسي"]

    def test_without_the_full_name_an_unknown_surname_is_nobody(self, canonical):
        assert canonical("وأضاف الحلبوسي أنه راض") == []

    def test_of_two_with_one_surname_the_one_named_last_is_meant(self, mentions):
        found = mentions("حضر خالد الحلبوسي. وتحدث الحلبوسي. ثم حضر صهيب الحلبوسي. وتحدث الحلبوسي.")
        names = ["خالد الحلبوسي", "خالد الحلبوسي", "صهيب الحلبوسي", "صهيب الحلبوسي"]
        assert [one.canonical for one in found] == names

    def test_particles_go_with_the_surname(self, canonical):
        assert canonical("قال الخبير لوكا دي مانشي ذلك. وأضاف دي مانشي")[1] == "PER لوكا دي مانشي"

    def test_abd_al_is_one_word_or_two(self, canonical):
        assert set(canonical("قال رامي عبدالرحمن ذلك. وأضاف عبد الرحمن. وختم عبدالرحمن")) == {"PER رامي عبد الرحمن"}

    def test_an_abbreviation_in_brackets_means_what_stands_before_it(self, canonical):
        body = "أعلن «حزب العمل الجنوبي» (حعج) موقفه. وقال حعج إنه ثابت"
        assert canonical(body) == ["ORG حزب العمل الجنوبي"] * 3

    def test_the_coalition_is_the_one_named_in_full_unless_an_adjective_says_otherwise(self, mentions):
        found = mentions("أعلن التحالف الدولي ذلك. وقصف التحالف مواقع. وهدد التحالف المؤيد للنظام")
        assert [one.text for one in found] == ["التحالف الدولي", "التحالف"]
