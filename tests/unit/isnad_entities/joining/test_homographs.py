"""Which of several things with one name is meant, and what is left as an alternative."""

from collections import Counter

import pytest

from isnad.text.words import words
from isnad_entities.joining.homographs import Homographs, Surroundings
from isnad_entities.lists.lexicon import lexicon


@pytest.mark.parametrize(
    ("body", "country", "other"),
    [
        ("اشتباكات في طرابلس بين قوات الوفاق الليبية وجيش حفتر في ليبيا", "LY", "LB"),
        ("قال وزير لبناني من بيروت إن طرابلس في شمال لبنان هادئة", "LB", "LY"),
        ("عقد الاجتماع في طرابلس أمس", "LY", "LB"),
    ],
)
def test_a_town_is_in_the_country_of_which_the_article_speaks(mentions, body, country, other):
    (found,) = [one for one in mentions(body) if one.text == "طرابلس"]
    (alternative,) = found.alternatives
    assert (found.country, alternative.country) == (country, other)
    assert found.entity != alternative.entity
    assert 0 < alternative.score < 0.5


def test_more_words_for_a_meaning_leave_less_for_the_other(mentions):
    scores = [
        next(one for one in mentions(body) if one.text == "طرابلس").alternatives[0].score
        for body in ("في طرابلس أمس", "في طرابلس الليبية أمس", "في طرابلس الليبية قرب مصراتة وسرت أمس")
    ]
    assert scores[0] > scores[1] > scores[2]


def test_the_meanings_scores_sum_to_one():
    homographs = Homographs.read(lexicon())
    entity = lexicon().named("طرابلس").entity
    around = Surroundings(frozenset(), Counter({"LY": 1, "LB": 1}))
    meant, others = homographs.meant(tuple(words("طرابلس")), entity, around)
    # e^(.6 + 1.2) for Libya, where it usually is, against e^1.2 for Lebanon.
    assert meant.country == "LY"
    assert [(one.country, one.score) for one in others] == [("LB", pytest.approx(1 / (1 + 1.8221), abs=0.001))]


def test_of_a_sure_type_nothing_else_is_meant():
    homographs, row = Homographs.read(lexicon()), tuple(words("برشلونة"))
    around = Surroundings(frozenset(words("مباراة الدوري هدف لاعب مدرب البطولة")))
    city, club = homographs.of_type(row, "LOC"), homographs.of_type(row, "ORG")
    assert homographs.meant(row, city, around)[0] == club
    assert homographs.meant(row, city, around, "LOC")[0] == city
