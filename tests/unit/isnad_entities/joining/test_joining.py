"""A tagger's names with what the lists know; the stand-in tags the words that the test puts in braces."""

import re
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import starmap

import pytest

from isnad.messages import EntityType, Mention
from isnad_entities.found import Found
from isnad_entities.lists.lexicon import Entity, lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.names import Names
from isnad_entities.paragraphs import NOWHERE, Remembered, paragraphs
from isnad_entities.tagging.fast.tagger import fast_tagger
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.words.passage import Passage

_MARKED = re.compile(r"\{(PER|LOC|ORG|MISC) ([^}]*)\}")


class Marked:
    """Tags what was marked, with a score of .9."""

    def __init__(self, spans: Sequence[tuple[EntityType, int, int]]) -> None:
        self._spans = spans

    def tag(self, passages: Sequence[Passage]) -> list[list[Tagged]]:
        return [list(starmap(self._tagged, ((passage, *span) for span in self._spans))) for passage in passages]

    def _tagged(self, passage: Passage, kind: EntityType, start: int, end: int) -> Tagged:
        places = passage.places(start, end)
        return Tagged(places[0], places[-1], kind, 0.9)


def found(marked: str) -> list[Mention]:
    text, spans, rest = "", [], 0
    for mark in _MARKED.finditer(marked):
        text += marked[rest : mark.start()]
        spans.append((mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        rest = mark.end()
    text += marked[rest:]
    return Names(lexicon(), vocabulary(), Marked(spans)).find([Passage.of("body", text)])  # type: ignore[arg-type]


def told(marked: str) -> list[str]:
    return [f"{one.type} {one.text} = {one.canonical}" for one in found(marked)]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("قال {PER نزار الدهامشي} ذلك", ["PER نزار الدهامشي = نزار الدهامشي"]),
        ("أعلنت حركة {ORG حماس} ذلك", ["ORG حماس = حركة حماس"]),
        ("في إقليم {LOC كردستان} اليوم", ["LOC كردستان = إقليم كردستان"]),
        ("لقاء {ORG سبارتاك موسكو} اليوم", ["ORG سبارتاك موسكو = سبارتاك موسكو"]),
        ("وزار بان {LOC كي مون} البلد", ["PER بان كي مون = بان كي مون"]),
        ("من جنوب {LOC أفريقيا} أمس", ["LOC جنوب أفريقيا = جنوب أفريقيا"]),
        ("إلى {LOC الإمارات العربية وقطر} معا", ["LOC الإمارات العربية = الإمارات", "LOC قطر = قطر"]),
        ("فريق {ORG بنفيكا (البرتغال} اليوم", ["ORG بنفيكا = بنفيكا", "LOC البرتغال = البرتغال"]),
        (
            "رئيسة {PER لاتفيا فايرا فيكي فريبيرجا}",
            ["LOC لاتفيا = لاتفيا", "PER فايرا فيكي فريبيرجا = فايرا فيكي فريبيرجا"],
        ),
        ("فاز {ORG برشلونة} أمس", ["ORG برشلونة = برشلونة لكرة القدم"]),
        ("عاد إلى {LOC برشلونة} أمس", ["LOC برشلونة = برشلونة"]),
    ],
)
def test_where_both_have_something_the_words_are_the_taggers_and_the_entity_the_lists(marked, expected):
    assert told(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            "وخسر {ORG الأهلي} المصري في {LOC السعودية}",
            ["ORG الأهلي المصري = الأهلي المصري", "LOC السعودية = السعودية"],
        ),
        (
            "قال {ORG حزب العدالة والتنمية} المغربي ذلك",
            ["ORG حزب العدالة والتنمية المغربي = حزب العدالة والتنمية المغربي"],
        ),
        ("فاز نادي {ORG برشلونة} أمس", ["ORG برشلونة = برشلونة لكرة القدم"]),
        ("أعلن {ORG الكونغرس} الأميركي ذلك", ["ORG الكونغرس = الكونغرس"]),
    ],
)
def test_a_listed_name_with_its_nationality_wins_only_where_the_shorter_one_is_another_thing(marked, expected):
    assert told(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("سجل هدفا {ORG لباريس} {ORG سان جيرمان} أمس", ["ORG باريس سان جيرمان = باريس سان جيرمان"]),
        ("زار نيويورك {LOC ولوس} {LOC أنجلوس} أمس", ["LOC نيويورك = نيويورك", "LOC لوس أنجلوس = لوس أنجلوس"]),
        (
            "قالت المفوضية السامية {ORG للأمم المتحدة لشؤون اللاجئين} أمس",
            ["ORG المفوضية السامية للأمم المتحدة لشؤون اللاجئين = المفوضية السامية للأمم المتحدة لشؤون اللاجئين"],
        ),
    ],
)
def test_pieces_of_a_listed_name_are_one_mention(marked, expected):
    assert told(marked) == expected


def test_a_name_behind_the_preposition_that_swallows_its_article_may_mean_as_much_as_without():
    """«للأهلي» in an article on Saudi Arabia is the club of Jidda, as «الأهلي» is, and the one of Cairo the other."""
    for marked in ("النتيجة {ORG للأهلي} في {LOC السعودية}", "فاز {ORG الأهلي} في {LOC السعودية}"):
        club, _ = found(marked)
        assert club.canonical == "الأهلي السعودي"
        assert [one.canonical for one in club.alternatives] == ["الأهلي المصري"]


def test_a_name_on_no_list_is_one_with_and_without_the_swallowed_article():
    assert {one.entity for one in found("أرسل {PER للزعبي} كتابا. ورد {PER الزعبي} أمس")} == {"PER:الزعبي"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("في بيان من مايكروسوفت أمس", ["ORG مايكروسوفت = مايكروسوفت"]),
        ("قرب مدينة دير الزور أمس", ["LOC دير الزور = دير الزور"]),
        ("بلدات سقبا وتفتناز أمس", ["LOC سقبا = سقبا", "LOC تفتناز = تفتناز"]),
        ("عملية «غصن الزيتون» مستمرة", ["MISC غصن الزيتون = غصن الزيتون"]),
        ("في كأس العالم أمس", []),
        ("وقالت وزيرة الخارجية الأميركية أمس", []),
        ("قدم حصة الأسد من التمويل", []),
    ],
)
def test_listed_and_announced_names_that_the_tagger_left_out_are_added(text, expected):
    assert told(text) == expected


def test_nothing_stands_inside_a_phrase_that_names_nothing():
    assert told("قدم حصة {PER الأسد} من التمويل") == []


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("قال {PER الرئيس بشار الأسد} ذلك", ["PER بشار الأسد = بشار الأسد"]),
        ("قال {PER الدكتور نزار الدهامشي} ذلك", ["PER نزار الدهامشي = نزار الدهامشي"]),
        ("زاره {PER البابا فرنسيس} أمس", ["PER البابا فرنسيس = البابا فرنسيس"]),
        ("عين {PER الوزير} أمس", []),
    ],
)
def test_titles_are_no_part_of_the_name_but_where_it_is_listed_with_one(marked, expected):
    assert told(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("قيل {PER لمحمد الدهامشي} ذلك", ["PER محمد الدهامشي = محمد الدهامشي"]),
        ("اتصل {PER بأبي نزار الدهامشي} أمس", ["PER أبي نزار الدهامشي = أبو نزار الدهامشي"]),
        ("سافر {LOC للدهامشية} أمس", ["LOC دهامشية = الدهامشية"]),
        ("كتب {PER وللزعبي} أمس", ["PER زعبي = الزعبي"]),
        ("سافر {LOC والدهامشية} أمس", ["LOC الدهامشية = الدهامشية"]),
        ("في {LOC كردفان} و {LOC وادمدني} أمس", ["LOC كردفان = كردفان", "LOC وادمدني = وادمدني"]),
        ("عاش في كوتاب ثم عاد {LOC لكوتاب} أمس", ["LOC كوتاب = كوتاب"]),
        ("عن {ORG وزارة الأشغال} أمس", ["ORG وزارة الأشغال = وزارة الأشغال"]),
    ],
)
def test_clitics_come_off_a_tagged_name(marked, expected):
    assert told(marked) == expected


def test_a_tagged_surname_means_who_is_named_in_full():
    marked = "قال {PER نزار الدهامشي} ذلك. وأضاف {PER الدهامشي} أنه باق. وتابع الدهامشي."
    assert [one.canonical for one in found(marked)] == ["نزار الدهامشي"] * 3


_SUDANI = "صرح {PER محمد شياع السوداني} أمس. "
_AMIN = "حضر {PER محمد الأمين} أمس. "
_SHEIKH = "حضر {PER حسين الشيخ} أمس. "


@pytest.mark.parametrize(
    ("marked", "texts"),
    [
        (_SUDANI + "وقال الرئيس السوداني {PER عبد الفتاح البرهان} ذلك", ["محمد شياع السوداني", "عبد الفتاح البرهان"]),
        (_SUDANI + "وقال الرئيس السوداني إنه باق", ["محمد شياع السوداني"]),
        (_SUDANI + "وقال السوداني محمد الدهامشي ذلك", ["محمد شياع السوداني"]),
        (_SUDANI + "وقال السوداني إنه باق", ["محمد شياع السوداني", "السوداني"]),
        (_AMIN + "وقال الأمين العام ذلك", ["محمد الأمين"]),
        (_SHEIKH + "وقال الشيخ {PER تميم بن حمد} ذلك", ["حسين الشيخ", "تميم بن حمد"]),
        (_SHEIKH + "وقال الشيخ إنه باق", ["حسين الشيخ"]),
        ("حضر {PER هشام الوزير} أمس. وقال الوزير إنه باق", ["هشام الوزير"]),
    ],
)
def test_a_surname_that_is_a_nationality_counts_for_speakers_and_one_that_is_a_title_never(marked, texts):
    assert [one.text for one in found(marked)] == texts


@pytest.mark.parametrize(
    ("brackets", "texts"),
    [
        ("(NRT)", ["منظمة الدهامشة", "NRT", "NRT"]),
        ("(Nortia)", ["منظمة الدهامشة", "Nortia", "Nortia"]),
        ("(pdf)", ["منظمة الدهامشة"]),
        ("(N)", ["منظمة الدهامشة"]),
        ("(N24)", ["منظمة الدهامشة"]),
        ("(AFP)", ["منظمة الدهامشة"]),
    ],
)
def test_a_latin_abbreviation_in_brackets_means_the_organisation_before_it(brackets, texts):
    names = found(f"قالت {{ORG منظمة الدهامشة}} {brackets} ذلك. وأضافت {brackets.strip('()')} أمس")
    assert [one.text for one in names] == texts
    assert {one.canonical for one in names} == {"منظمة الدهامشة"}


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("أدانت محكمة {LOC باريس} رفعت {PER الأسد} أمس", ["باريس", "رفعت الأسد"]),
        ("أدانت محكمة {LOC باريس} رفعت الأسد أمس", ["باريس", "رفعت الأسد"]),
        ("رفعت {PER ميركل} دعوى أمس", ["أنغيلا ميركل"]),
        ("حكم {PER على هانتر} بايدن أمس", ["هانتر بايدن"]),
        ("قال نجله هانتر بايدن ذلك", ["هانتر بايدن"]),
        ("زار أنصار بايدن البلد", ["جو بايدن"]),
        ("وأكد الأسد ذلك، وقوات الأسد تتقدم، وقال الرئيس الأسد", ["بشار الأسد"] * 3),
        ("قال {PER دونالد جيه} {PER ترامب} ذلك", ["دونالد ترامب"]),
        ("وحذر {PER دهامش} {PER ترامب} أمس", ["دهامش", "دونالد ترامب"]),
        ("لقاء {PER أردوغان} {PER الأسد} أمس", ["رجب طيب أردوغان", "بشار الأسد"]),
    ],
)
def test_behind_a_given_name_a_rulers_family_name_is_a_part_of_the_longer_name(marked, expected):
    assert [one.canonical for one in found(marked)] == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("قال {PER ماهر الأسد} ذلك. وأضاف {PER الأسد} أنه باق", ["ماهر الأسد"] * 2),
        ("قتل {PER سيف الإسلام القذافي} أمس. وقيل إن القذافي قتل", ["سيف الإسلام القذافي"] * 2),
        ("قال {PER ماهر الأسد} ذلك. وتقدمت قوات {PER الأسد} أمس", ["ماهر الأسد", "بشار الأسد"]),
        ("قال {PER الأسد} ذلك. وحضر {PER ماهر الأسد} أمس. وأضاف الأسد", ["بشار الأسد", "ماهر الأسد", "بشار الأسد"]),
        (
            "قال {PER بشار الأسد} ذلك. وحضر {PER ماهر الأسد} أمس. وأضاف {PER الأسد}",
            ["بشار الأسد", "ماهر الأسد", "بشار الأسد"],
        ),
        (
            "حضر {PER ماهر الأسد} وتحدث {PER الأسد}. ثم حضرت {PER بشرى الأسد} وتحدثت {PER الأسد}",
            ["ماهر الأسد", "ماهر الأسد", "بشرى الأسد", "بشرى الأسد"],
        ),
        ("انتقد {PER منتقدو ترامب} القرار. وقال {PER ترامب} ذلك", ["منتقدو ترامب", "دونالد ترامب"]),
    ],
)
def test_where_an_article_names_only_relatives_the_family_name_is_theirs(marked, expected):
    assert [one.canonical for one in found(marked)] == expected


def test_in_a_headline_the_family_name_is_whose_the_body_names():
    body = "قال المدرب يورغن مولر ذلك"
    passages = [Passage.of("title", "مولر راض"), Passage.of("body", body)]
    assert [one.canonical for one in Names(lexicon(), vocabulary()).find(passages)] == ["يورغن مولر"] * 2


def test_a_full_name_that_the_tagger_left_out_elsewhere_is_found_whole():
    names = found("قال {PER نزار الدهامشي} ذلك. وتوفي نزار الدهامشي أمس")
    assert [one.text for one in names] == ["نزار الدهامشي"] * 2


def test_a_tagged_surname_with_its_particle_means_who_is_named_in_full():
    marked = "قال {PER نزار بن دهامش} ذلك. وأضاف {PER بن دهامش} أنه باق. وتابع بن دهامش."
    assert [one.canonical for one in found(marked)] == ["نزار بن دهامش"] * 3


def test_what_a_list_calls_a_person_in_short_means_him_where_he_is_named_in_full():
    """«نصرالله» may be written as two words, of which the second is «الله»."""
    assert [one.canonical for one in found("قال {PER حسن نصرالله} ذلك. و{PER نصر الله} باق")] == ["حسن نصر الله"] * 2
    assert [one.canonical for one in found("وجاء {PER نصر الله} اليوم")] == ["نصر الله"]


def test_the_capitals_that_are_called_as_their_countries_are_places_of_their_own():
    names = found("من {LOC الجزائر العاصمة} في {LOC الجزائر} إلى {LOC تونس العاصمة} في {LOC تونس}")
    assert len({one.entity for one in names}) == 4
    assert [one.canonical for one in names] == ["الجزائر العاصمة", "الجزائر", "تونس العاصمة", "تونس"]


def test_a_short_form_that_the_tagger_left_out_is_less_sure_than_names_are_at_best():
    """By what was read of ANT: six in seven persons are right, and nearly all organisations."""
    full, short = found("قال {PER نزار الدهامشي} ذلك. وأضاف الدهامشي أنه باق")
    assert (full.score, short.score) == (0.9, 0.86)
    full, short = found("قال {ORG حزب العمل الجنوبي} (حعج) ذلك")
    assert (full.score, short.score) == (0.9, 0.97)


def test_a_name_has_the_taggers_score_and_an_added_one_less():
    tagged, added = found("قال {PER نزار الدهامشي} في مايكروسوفت")
    assert tagged.score == 0.9
    assert added.score < tagged.score


class Counted(Marked):
    """Tags nothing, and knows which paragraphs it was asked for."""

    def __init__(self) -> None:
        super().__init__([])
        self.asked: list[str] = []

    def tag(self, passages: Sequence[Passage]) -> list[list[Tagged]]:
        self.asked += [passage.text for passage in passages]
        return super().tag(passages)


def test_a_paragraph_seen_before_is_not_tagged_again_and_names_the_same():
    tagger = Counted()
    finder = Names(lexicon(), vocabulary(), tagger)
    bodies = ["قال إنه في دمشق.\nثم عاد إلى حلب.", "وفي الخبر المنقول:\nثم عاد إلى حلب.\nقال إنه في دمشق."]
    first, copy = (finder.find([Passage.of("body", body)]) for body in bodies)
    assert tagger.asked == ["قال إنه في دمشق.", "ثم عاد إلى حلب.", "وفي الخبر المنقول:"]
    assert [one.canonical for one in first] == ["دمشق", "حلب"]
    assert [one.canonical for one in copy] == ["حلب", "دمشق"]
    assert [bodies[1][one.start : one.end] for one in copy] == ["حلب", "دمشق"]


def test_of_the_paragraphs_those_longest_not_asked_for_are_forgotten():
    remembered = Remembered(2)
    for key in (b"a", b"b"):
        remembered.put(key, ())
    assert remembered.get(b"a") == ()
    remembered.put(b"c", ())
    assert [remembered.get(key) for key in (b"a", b"b", b"c")] == [(), None, ()]


def test_paragraphs_are_forgotten_when_they_have_too_many_names_together():
    name = Found(NOWHERE, 0, 0, 0, Entity("LOC", "دمشق"))
    remembered = Remembered(10, most_names=5)
    remembered.put(b"a", (name, name))
    remembered.put(b"a", (name, name, name))
    remembered.put(b"b", (name, name))
    assert remembered.get(b"a") is not None
    remembered.put(b"c", (name,))
    assert [remembered.get(key) is not None for key in (b"a", b"b", b"c")] == [True, False, True]


def test_names_without_end_take_the_room_of_many():
    endless = Found(NOWHERE, 0, 0, 0, Entity("PER", "ا" * 1000))
    name = Found(NOWHERE, 0, 0, 0, Entity("LOC", "دمشق"))
    remembered = Remembered(10, most_names=6)
    remembered.put(b"a", (endless,))
    assert remembered.get(b"a") is not None
    remembered.put(b"b", (name,))
    assert [remembered.get(key) is not None for key in (b"a", b"b")] == [False, True]


def test_threads_that_share_what_is_remembered_leave_it_in_order(switching_often):
    """Nothing raises, and the count of names is right afterwards: as many as there is room for are kept."""
    name = Found(NOWHERE, 0, 0, 0, Entity("LOC", "دمشق"))
    remembered = Remembered(50, most_names=3)

    def use(start: int) -> None:
        for number in range(start, start + 4000):
            key = bytes([number % 7])
            remembered.put(key, (name,) * (number % 3))
            remembered.get(bytes([number % 5]))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(use, range(4)))
    for key in (b"a", b"b", b"c"):
        remembered.put(key, (name,))
    assert [remembered.get(key) is not None for key in (b"a", b"b", b"c")] == [True] * 3


def test_threads_that_share_a_finder_get_the_answers_of_one_alone(switching_often):
    texts = [
        f"أعلن الرئيس الروسي فلاديمير بوتين في موسكو رقم {number}، وقال بوتين وباريس {word}. زار {word} طرابلس لبنان"
        for number, word in enumerate(("لندن", "دمشق", "القاهرة", "بغداد") * 10)
    ]
    shared, alone = Names(lexicon(), vocabulary(), fast_tagger()), Names(lexicon(), vocabulary(), fast_tagger())
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda text: shared.find([Passage.of("body", text)]), texts * 2))
    assert together == [alone.find([Passage.of("body", text)]) for text in texts] * 2


@pytest.fixture
def switching_often():
    """Threads take turns as often as Python lets them."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_what_stands_in_other_lines_makes_no_difference_to_a_paragraph():
    """It is remembered by its own text."""
    for text in ("في دمشق", "«\nفي دمشق\n»", "في دمشق\n", "قال\nفي دمشق"):
        *_, one = paragraphs(Passage.of("body", text))
        assert one.alone().text == "في دمشق"
        (start, end) = one.put_back(Found(NOWHERE, 1, 1, 0, Entity("LOC", "دمشق"))).span or (0, 0)
        assert text[start:end] == "دمشق"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("قال الرئيس {PER صالح} ذلك", ["PER صالح = علي عبد الله صالح"]),
        ("قصفت قوات {PER صالح} الحي", ["PER صالح = علي عبد الله صالح"]),
        ("سجل {PER صالح} هدفا", ["PER صالح = صالح"]),
    ],
)
def test_a_name_that_many_have_means_the_ruler_only_where_rule_is_spoken_of(marked, expected):
    assert told(marked) == expected


def test_one_given_name_is_told_as_such():
    (one,) = found("قال {PER نزار} ذلك")
    assert one.kind == "given name"


def test_presentation_forms_make_no_difference_to_the_canonical_name():
    (one,) = found("قال {PER نزار ﺍﻟﺪﻫﺎﻣﺸﻲ} ذلك")
    assert (one.text, one.canonical, one.entity) == ("نزار ﺍﻟﺪﻫﺎﻣﺸﻲ", "نزار الدهامشي", "PER:نزار_الدهامشي")


def test_what_has_more_letters_than_any_name_is_none():
    assert told("قال {PER نزار الدهامشي} و {PER " + "نزار " * 50 + "}") == ["PER نزار الدهامشي = نزار الدهامشي"]


class Compared(Tagged):
    """Counts how often names are compared with one another."""

    count = 0

    def __eq__(self, other: object) -> bool:
        Compared.count += 1
        return self is other

    __hash__ = object.__hash__


def test_a_row_of_very_many_names_is_read_in_one_go():
    size = 1000

    class Row:
        def tag(self, passages: Sequence[Passage]) -> list[list[Tagged]]:
            return [[Compared(place, place, "LOC", 0.9) for place in range(len(one))] for one in passages]

    names = Names(lexicon(), vocabulary(), Row())
    assert len(names.find([Passage.of("body", "، ".join(["دمشق"] * size))])) == size
    assert Compared.count < size
