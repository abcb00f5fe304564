"""The stemming rules, word by word; that Elasticsearch runs them so is shown in tests/contract."""

import re

import pytest

from isnad_index import analysis


@pytest.mark.parametrize(
    ("word", "rest"),
    [("وسوريا", "سوريا"), ("ومصر", "مصر"), ("ولكن", "لكن")],
)
def test_a_conjunction_is_told_from_the_word(word, rest):
    assert re.search(analysis.CONJUNCTION, word)[1] == rest


@pytest.mark.parametrize("word", ["وفد", "وطن", "وزير", "وكاله", "واحد"])
def test_a_word_that_begins_with_waw_keeps_it(word):
    assert not re.search(analysis.CONJUNCTION, word)


@pytest.mark.parametrize(("word", "rest"), [("بسوريا", "سوريا"), ("لمصر", "مصر"), ("ولغزه", "غزه")])
def test_a_preposition_is_told_from_the_word(word, rest):
    assert re.search(analysis.PREPOSITION, word)[1] == rest


@pytest.mark.parametrize("word", ["بعيد", "لجنه", "وبعيدا", "بلد", "لبن"])
def test_a_word_that_begins_with_a_preposition_s_letter_keeps_it(word):
    assert not re.search(analysis.PREPOSITION, word)


@pytest.mark.parametrize("word", ["فكره", "كبيره", "كريم", "فعاليه"])
def test_rare_clitics_leave_short_and_known_words_alone(word):
    assert not re.search(analysis.RARE_CLITIC, word)


@pytest.mark.parametrize(
    ("word", "rest"),
    [
        ("السوريه", "سوريه"),
        ("والسوريه", "سوريه"),
        ("بالسوريه", "سوريه"),
        ("للسوريه", "سوريه"),
        ("فالحكومه", "حكومه"),
        ("الالعاب", "عاب"),
        ("العاب", "عاب"),
        ("المانيا", "المانيا"),
        ("الالمانيه", "المانيه"),
        ("الان", "الان"),
    ],
)
def test_the_article_is_taken_off_with_what_stands_before_it(word, rest):
    assert re.sub(analysis.ARTICLE, r"\1", word) == rest


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("سوريا", "سوري"),
        ("سوريه", "سوري"),
        ("سوريون", "سوري"),
        ("سوريين", "سوري"),
        ("سوريات", "سوري"),
        ("حكومه", "حكوم"),
        ("حكومات", "حكوم"),
        ("حكومته", "حكوم"),
        ("حكومتها", "حكوم"),
        ("استانا", "استان"),
        ("استانه", "استان"),
        ("لبنان", "لبنان"),
        ("غزه", "غزه"),
        ("قوات", "قوات"),
        ("ايران", "ايران"),
    ],
)
def test_one_ending_is_taken_off_longer_words(word, stem):
    assert re.sub(analysis.ENDING, lambda match: "".join(group or "" for group in match.groups()), word) == stem


def test_every_letter_is_folded_by_a_rule_of_the_mapping_filter():
    """Alef with hamza, ta marbuta, tatweel, a vowel mark, an Arabic-Indic digit, the ligature lam-alef."""
    rules = set(analysis.folding_rules())
    assert {
        r"\u0623 => \u0627",
        r"\u0629 => \u0647",
        r"\u0640 => ",
        r"\u064e => ",
        r"\u0663 => \u0033",
        r"\ufefb => \u0644\u0627",
    } <= rules


def test_no_spelling_of_a_variant_is_changed_again():
    """Otherwise which spelling wins would depend on the order of the rules."""
    assert not set(analysis.VARIANTS) & set(analysis.VARIANTS.values())
    assert not [a for a in analysis.VARIANTS for b in analysis.VARIANTS.values() if a in b]
